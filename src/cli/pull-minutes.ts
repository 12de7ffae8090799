/** Brings files of minute bars up to date from a source, a group of symbols at a time. */
import { addDays } from '../domain/days.ts';
import { formatChain, HgctlError } from '../domain/errors.ts';
import { dateOf, instantAt } from '../domain/instant.ts';
import { minuteFile } from '../market/csv-prices.ts';
import type { DataSource } from '../market/data-source.ts';
import { formatMinutes, readMinutes } from '../market/minute-rows.ts';
import { FILE_MAX } from '../market/regular-file.ts';
import type { MinuteBar } from '../observed/bars.ts';
import type { DateSpan, TimeSpan } from '../reconciler/ports.ts';
import { replaceFile } from '../store/replace-file.ts';
import { priceText } from './price-folder.ts';
import type { PulledFile } from './pull-files.ts';

interface Target {
  readonly symbol: string;
  readonly file: string;
  readonly have: readonly MinuteBar[];
}

/** One answer a symbol, in their order. A file is replaced as a whole, or stays as it was. */
export async function pullMinutes(
  source: DataSource,
  folder: string,
  symbols: readonly string[],
  { from, to }: DateSpan,
): Promise<readonly PulledFile[]> {
  const targets = symbols.map((symbol) => targetIn(folder, symbol));
  const ready = targets.filter((target) => 'have' in target);
  const asked = { from: instantAt(from, '00:00'), until: instantAt(addDays(to, 1), '00:00') };
  const span = ready.map((target) => withDaysBeside(target, asked)).reduce(union, asked);
  const names = ready.map(({ symbol }) => symbol);
  if (names.length === 0) return targets.filter((target) => 'status' in target);
  const { rows, failed } = await source.minutes(names, span);
  return targets.map((target) => {
    if ('status' in target) return target;
    const why = failed.get(target.symbol);
    return why === undefined ? merged(target, rows.get(target.symbol) ?? []) : without(target, 'failed', why);
  });
}

function targetIn(folder: string, symbol: string): Target | PulledFile {
  const target = { symbol, file: minuteFile(folder, symbol), have: [] };
  return orRefused(target, () => {
    const text = priceText(target.file, FILE_MAX);
    const have = text === null ? [] : readMinutes(text);
    return 'line' in have
      ? without(target, 'refused', `line ${have.line}: ${have.what}`)
      : { ...target, have };
  });
}

/** The last day before, and the first one after, of which the file has minutes: both series are compared there. */
function withDaysBeside({ have }: Target, { from, until }: TimeSpan): TimeSpan {
  const before = have.findLast(({ at }) => at < from);
  const after = have.find(({ at }) => at >= until);
  return {
    from: before === undefined ? from : instantAt(dateOf(before.at), '00:00'),
    until: after === undefined ? until : instantAt(addDays(dateOf(after.at), 1), '00:00'),
  };
}

function union(a: TimeSpan, b: TimeSpan): TimeSpan {
  return { from: a.from < b.from ? a.from : b.from, until: a.until > b.until ? a.until : b.until };
}

/** What goes wrong with a file is told of it, and stops no other. */
function orRefused<Result>(target: Target, work: () => Result): Result | PulledFile {
  try {
    return work();
  } catch (error) {
    if (error instanceof HgctlError) return without(target, 'refused', formatChain(error));
    throw error;
  }
}

/** Pulled minutes take the place of those of their time, and others stay: if they are of one series. */
function merged(target: Target, pulled: readonly MinuteBar[]): PulledFile {
  const { have, file } = target;
  if (pulled.length === 0) return without(target, 'absent', 'no source has minutes of it in these days');
  const old = new Map(have.map((bar) => [bar.at, bar]));
  const news = new Map(pulled.map((bar) => [bar.at, bar]));
  const added = pulled.filter(({ at }) => !old.has(at)).length;
  const changed = pulled.filter((bar) => isOther(bar, old.get(bar.at)));
  const stays = have.some(({ at }) => !news.has(at));
  if (stays && changed.some(({ at, close }) => old.get(at)?.close !== close))
    return without(
      target,
      'refused',
      'prices of its past have changed, as after a split or a dividend: pull all its days, so that its rows are of one series',
    );
  if (added + changed.length === 0) return { ...standing(target), status: 'unchanged', detail: null };
  const rows = [...new Map([...old, ...news]).values()].sort((a, b) => a.at - b.at);
  return orRefused(target, () => {
    replaceFile(file, formatMinutes(rows));
    const now = standing({ ...target, have: rows });
    return { ...now, status: 'written', added, changed: changed.length, detail: null };
  });
}

function isOther(bar: MinuteBar, before: MinuteBar | undefined): boolean {
  if (before === undefined) return false;
  return (['open', 'high', 'low', 'close', 'volume'] as const).some((name) => bar[name] !== before[name]);
}

function without(target: Target, status: PulledFile['status'], detail: string): PulledFile {
  return { ...standing(target), status, detail };
}

function standing({ symbol, file, have }: Target): Omit<PulledFile, 'status' | 'detail'> {
  const [first, last] = [have[0], have.at(-1)];
  return {
    symbol,
    file,
    rows: have.length,
    from: first === undefined ? null : dateOf(first.at),
    to: last === undefined ? null : dateOf(last.at),
    added: 0,
    changed: 0,
  };
}
