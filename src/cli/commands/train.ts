/** `hgctl train STRATEGY`: makes the table that its signal reads, from daily bars, and says what it was made of. */
import { previousSessionBefore } from '../../domain/calendar.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { dateOf, type CalendarDate } from '../../domain/instant.ts';
import { dayNumber } from '../../domain/days.ts';
import { closest } from '../../domain/suggest.ts';
import type { DesiredStrategy, OmrSignal } from '../../desired/desired-state.ts';
import { replaceFile } from '../../store/replace-file.ts';
import { ROWS_NEEDED, type ReversionTable } from '../../strategies/omr-table.ts';
import { provenanceOf } from '../../strategies/omr-provenance.ts';
import { tableText, type TableText } from '../../strategies/omr-table-file.ts';
import { trainTable, TRAINED_BESIDE, usualSpan, type TrainingSpan } from '../../actions/train-table.ts';
import { openWorld, type World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { unknownStrategy } from '../known-names.ts';
import { refuseShadow } from '../shadow-place.ts';

export interface TrainOptions extends GlobalOptions {
  readonly from?: string;
  readonly to?: string;
}

export async function runTrain(io: Io, name: string, options: TrainOptions): Promise<ExitCode> {
  const world = openWorld(io, options);
  try {
    refuseShadow(world, 'hgctl train');
    const { strategy, signal } = trainable(world, name);
    const span = spanOf(world, options);
    const answer = await trainTable(
      world.ports,
      strategy.universe,
      span,
      provenanceOf(world.desired.account.prices),
    );
    if (answer.kind === 'untrained') {
      throw new HgctlError(EXIT.refused, `nothing was trained: ${answer.words}`, {
        hint: `from ${span.from} to ${span.to} the prices of the account need opens and closes of its universe, and closes of ${TRAINED_BESIDE.join(' and ')}; ${signal.table} is as it was`,
      });
    }
    const before = await world.ports.signalFiles.table(signal.table);
    replaceFile(signal.table, tableText(answer.table));
    io.stdout(
      `${summary(answer.table)}\n\nWritten: ${printable(signal.table)}${printable(replaced(before))}\n`,
    );
    return EXIT.done;
  } finally {
    world.close();
  }
}

function trainable(
  { desired }: World,
  name: string,
): { readonly strategy: DesiredStrategy; readonly signal: OmrSignal } {
  const strategy = desired.strategies.find((candidate) => candidate.name === name);
  const names = desired.strategies.map((candidate) => candidate.name);
  if (strategy === undefined) throw unknownStrategy(name, names);
  const { signal } = strategy;
  if (signal.type === 'overnight-mean-reversion') return { strategy, signal };
  const others = desired.strategies.filter((other) => other.signal.type === 'overnight-mean-reversion');
  const likely =
    closest(
      name,
      others.map((other) => other.name),
    ) ?? others[0]?.name;
  throw new HgctlError(EXIT.usage, `the signal ${signal.type} of ${name} is not trained`, {
    hint: likely === undefined ? 'only overnight-mean-reversion is' : `did you mean ${likely}?`,
  });
}

/** Up to the last session before today: nothing of today can be known. */
function spanOf({ ports, desired }: World, { from, to }: TrainOptions): TrainingSpan {
  const today = dateOf(ports.clock.now());
  const last =
    to === undefined ? previousSessionBefore(today, desired.account.calendar).date : dateOption(to);
  if (last >= today) {
    throw new HgctlError(EXIT.usage, `--to ${last} is not over yet`, {
      hint: 'leave it out, or give a day before today',
    });
  }
  const first = from === undefined ? usualSpan(last).from : dateOption(from);
  if (first > last) throw new HgctlError(EXIT.usage, `--from ${first} is after ${last}`);
  return { from: first, to: last };
}

function dateOption(text: string): CalendarDate {
  if (!Number.isNaN(dayNumber(text))) return text;
  throw new HgctlError(EXIT.usage, `${JSON.stringify(text)} is not a date`, {
    hint: 'write it as 2025-12-02',
  });
}

function replaced(before: TableText | null): string {
  if (before === null) return '';
  if (before.kind === 'malformed') return ', in place of a file that was no table';
  const { trainedAt, training } = before.table;
  return `, in place of the table that was trained ${trainedAt} on data up to ${training.lastDate}`;
}

function summary({ training, cells }: ReversionTable): string {
  const rows = training.symbols.map(({ symbol, rows: count, leftOut }) => [
    symbol,
    String(count),
    String(leftOut.noRegime),
    String(leftOut.noNextSession),
    String(leftOut.noPrice),
    String(cells.filter((cell) => cell.symbol === symbol).length),
  ]);
  const right = { align: 'right' as const };
  const table = formatTable(
    [
      { header: 'SYMBOL' },
      { header: 'NIGHTS', ...right },
      { header: 'NO REGIME', ...right },
      { header: 'NO NEXT', ...right },
      { header: 'NO PRICE', ...right },
      { header: 'CELLS', ...right },
    ],
    rows,
  ).trimEnd();
  const span = `${training.rows} nights from ${training.firstDate} to ${training.lastDate}`;
  const source = training.prices?.source ?? 'unknown';
  return `${table}\n\n${span}, ${cells.length} cells of at least ${ROWS_NEEDED} nights.\nPrices: ${source}.`;
}
