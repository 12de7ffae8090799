/**
 * Daily bars of sessions that have ended, asked for once a day: in memory, and on disk for the next process. A split or
 * a dividend changes the past of an adjusted series, so that no part of it is kept for longer than that.
 */
import { sha256 } from '../domain/digest.ts';
import { formatChain } from '../domain/errors.ts';
import { dateOf, timeOf, type Instant } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { DailyBar } from '../observed/bars.ts';
import type { Clock, DateSpan } from '../reconciler/ports.ts';
import type { BatchAnswer } from './alpaca-batches.ts';
import type { Patience } from './alpaca-client.ts';
import { formatKept, parseKept, type KeptBars } from './bars-copy.ts';
import type { CacheFiles } from './cache-files.ts';

export type AskForBars = (
  symbols: readonly string[],
  span: DateSpan,
  patience: Patience,
) => Promise<BatchAnswer<readonly DailyBar[]>>;

export interface KeepingOptions {
  /** Of whom, and how: two questions that differ in it have different answers. */
  readonly about: string;
  /** Of the files, before what tells them apart. */
  readonly name: string;
  readonly cache: CacheFiles;
  readonly clock: Pick<Clock, 'now'>;
  readonly tell: (message: string) => void;
}

/** An answer of the night is not used by day: what splits on a date may be adjusted for only then. */
const MORNING = '09:00';

/** The same question, and in the answer maybe more sessions than were asked for. */
export function keepingBars(ask: AskForBars, options: KeepingOptions): AskForBars {
  const { clock, about, name } = options;
  const memory = new Map<string, KeptBars>();
  return async (symbols, asked, patience) => {
    const question = [about, ...[...symbols].sort(compareText)].join(' ');
    const file = `${name}-${sha256(question).slice(0, NAME_DIGITS)}.json`;
    const found = memory.get(file) ?? readKept(file, question, options);
    const now = clock.now();
    const known = found !== null && periodOf(found.fetchedAt) === periodOf(now) ? found : null;
    if (known !== null && covers(known.span, asked)) {
      memory.set(file, known);
      return { kind: 'ok', rows: known.bars };
    }
    const span = known === null ? asked : union(known.span, asked);
    const answer = await ask(symbols, span, patience);
    const bars = answer.kind === 'ok' ? wholeAnswer(answer.rows) : null;
    if (bars === null) return answer;
    const kept = { fetchedAt: now, span, bars };
    memory.set(file, kept);
    writeKept(file, formatKept(kept, question), options);
    return { kind: 'ok', rows: bars };
  };
}

const NAME_DIGITS = 16;

function periodOf(moment: Instant): string {
  return `${dateOf(moment)} ${timeOf(moment) < MORNING ? 'night' : 'day'}`;
}

function covers(known: DateSpan, asked: DateSpan): boolean {
  return known.from <= asked.from && known.to >= asked.to;
}

function union(a: DateSpan, b: DateSpan): DateSpan {
  return { from: a.from < b.from ? a.from : b.from, to: a.to > b.to ? a.to : b.to };
}

/** Null where a symbol has failed: it is asked for again. */
function wholeAnswer(
  rows: ReadonlyMap<string, readonly DailyBar[] | { readonly why: string }>,
): ReadonlyMap<string, readonly DailyBar[]> | null {
  const whole = new Map<string, readonly DailyBar[]>();
  for (const [symbol, bars] of rows) if (!('why' in bars)) whole.set(symbol, bars);
  return whole.size === rows.size ? whole : null;
}

function readKept(file: string, question: string, { cache, tell }: KeepingOptions): KeptBars | null {
  const written = cache.read(file);
  if (written === null) return null;
  const read = parseKept(written, question);
  if (typeof read !== 'string') return read;
  tell(`the copy of daily bars in ${file} is not used: ${read}`);
  return null;
}

function writeKept(file: string, text: string, { cache, tell }: KeepingOptions): void {
  try {
    cache.write(file, text);
  } catch (error) {
    // They are in memory; the next process fetches them again.
    tell(`a copy of daily bars was not kept: ${formatChain(error)}`);
  }
}
