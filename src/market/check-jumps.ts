/** Closes that jump: as after a split that nobody adjusted for, or as a wrong number that the next row takes back. */
import { formatSplit, splitOfPrice } from '../observed/split.ts';
import type { CsvRow } from './csv-rows.ts';
import type { Finding } from './finding.ts';
import { INDEX_SYMBOLS } from './index-symbols.ts';

/** A jump is no less than this, however calm the series is. */
const JUMP_LEAST = 0.15;
/** And this many times the median daily move, so that the VIX may double: it moves 4 % on a usual day. */
const JUMP_BY_MEDIAN = 8;
/** Below a factor of so much, a split cannot be told from a bad day: 3-for-2 is the smallest that is looked for. */
const SPLIT_LEAST = 1.4;
/** How far the price may move in the session of a split. */
const SPLIT_TOLERANCE = 0.05;

/**
 * `outlier`: the close is away from the one before and from the one after, both on the same side, by more than 15 % and
 * 8 times the median daily move of the file. The last close, which has none after it, by twice that.
 * `split`: the close, and the open where there is one, are the close before times the ratio of a common split (3-for-2 or
 * more, or the reverse), within 5 %. Never of an index.
 */
export function findJumps(series: readonly CsvRow[], symbol: string): Finding[] {
  const bound = Math.max(JUMP_LEAST, JUMP_BY_MEDIAN * medianMove(series));
  return series.flatMap((row, index): Finding[] => {
    const before = series[index - 1];
    if (before === undefined) return [];
    const spike = outlier({ before, row, after: series[index + 1] }, bound);
    if (spike !== null) return [spike];
    // What follows a wrong number is no split of it.
    const first = series[index - 2];
    if (first !== undefined && outlier({ before: first, row: before, after: row }, bound) !== null) return [];
    return INDEX_SYMBOLS.has(symbol) ? [] : split(before, row);
  });
}

function medianMove(series: readonly CsvRow[]): number {
  const moves = series
    .flatMap((row, index) => {
      const before = series[index - 1];
      return before === undefined ? [] : [Math.abs(moveOf(before, row))];
    })
    .sort((a, b) => a - b);
  return moves[Math.floor(moves.length / 2)] ?? 0;
}

/** Logarithmic, so that a fall and the rise back are as large. */
function moveOf(from: CsvRow, to: CsvRow): number {
  return Math.log(to.close / from.close);
}

interface Neighbours {
  readonly before: CsvRow;
  readonly row: CsvRow;
  readonly after: CsvRow | undefined;
}

function outlier({ before, row, after }: Neighbours, bound: number): Finding | null {
  const come = moveOf(before, row);
  const gone = after === undefined ? null : moveOf(after, row);
  const isFar =
    gone === null
      ? Math.abs(come) > 2 * bound
      : Math.min(Math.abs(come), Math.abs(gone)) > bound && come > 0 === gone > 0;
  // The last close may be the first after a split.
  if (!isFar || (gone === null && split(before, row).length > 0)) return null;
  const back = gone === null ? 'and it is the last row' : `and ${percent(-gone)} after it`;
  const detail = `the close moves ${percent(come)} ${back}`;
  return { kind: 'outlier', line: row.line, date: row.date, detail };
}

function percent(move: number): string {
  const value = 100 * (Math.exp(move) - 1);
  return `${value > 0 ? '+' : ''}${value.toFixed(1)}%`;
}

function split(before: CsvRow, row: CsvRow): Finding[] {
  const factor = row.close / before.close;
  if (factor < SPLIT_LEAST && factor > 1 / SPLIT_LEAST) return [];
  const ratio = splitOfPrice(factor, SPLIT_TOLERANCE);
  if (ratio === null || !opensAsSplit(before, row, ratio.from / ratio.to)) return [];
  const detail = `the price is ${factor.toFixed(4)} of the close before, as after a split ${formatSplit(ratio)}`;
  return [{ kind: 'split', line: row.line, date: row.date, detail }];
}

function opensAsSplit(before: CsvRow, { open }: CsvRow, factor: number): boolean {
  return open === undefined || Math.abs(open / before.close / factor - 1) <= SPLIT_TOLERANCE;
}
