/** Daily prices as files: a pair that is far from its mean on Tuesday and back on Wednesday, and what a company's action does to its own. */
import { nextSessionAfter, sessionsBefore } from '../../src/domain/calendar.ts';
import { DEFAULT_PAIRS_PARAMETERS } from '../../src/desired/pairs-parameters.ts';
import { estimatePair } from '../../src/strategies/pairs-estimate.ts';
import { alignWindow, type PairSymbol } from '../../src/strategies/pairs-history.ts';
import { logX, logY } from '../../test/strategies/golden-pair.ts';
import { TUESDAY, WEDNESDAY } from './schedules.ts';

export type Action =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'split';
      readonly symbol: string;
      readonly from: number;
      readonly to: number;
      readonly isAnnounced: boolean;
    }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string };

/** y and x of the pair. */
export const PAIR = ['CVX', 'XOM'] as const;
export const NEW_SYMBOL = 'MSFX';

const BEFORE = sessionsBefore(TUESDAY, 260);
/** Tuesday, and the sessions after it. */
const AFTER = [0, 1, 2, 3].map((count) =>
  Array.from({ length: count }).reduce<string>((date) => nextSessionAfter(date).date, TUESDAY),
);
/** How far the spread is from its mean on each of them, deviations. */
const DISTANCES: readonly number[] = [-2.5, 0, 0, 0];
const PRICE_OF: Readonly<Record<string, number>> = { KO: 60, PEP: 150, AAPL: 200, MSFT: 400 };

interface Row {
  readonly date: string;
  readonly close: number;
}

function pairRows(): Readonly<Record<string, readonly Row[]>> {
  const past = BEFORE.map((date, t) => ({ date, y: Math.exp(logY(t)), x: Math.exp(logX(t)) }));
  const symbolOf = (of: (row: { readonly y: number; readonly x: number }) => number): PairSymbol => ({
    bars: past.map((row) => ({ date: row.date, close: of(row), volume: 1e6 })),
    price: null,
    shortable: true,
    doubt: null,
  });
  const [y, x] = [symbolOf((row) => row.y), symbolOf((row) => row.x)];
  const closes = alignWindow(BEFORE, y, x, DEFAULT_PAIRS_PARAMETERS);
  const estimate = 'code' in closes ? null : estimatePair([...PAIR], closes, DEFAULT_PAIRS_PARAMETERS);
  if (estimate === null) throw new Error('the made prices are no pair');
  const { alpha, beta, mean, deviation } = estimate;
  const days = AFTER.map((date, day) => {
    const logOfX = logX(BEFORE.length + day);
    const spread = mean + (DISTANCES[day] ?? 0) * deviation;
    const logOfY = estimate.y === PAIR[0] ? alpha + beta * logOfX + spread : (logOfX - alpha - spread) / beta;
    return { date, y: Math.exp(logOfY), x: Math.exp(logOfX) };
  });
  const all = [...past, ...days];
  return {
    [PAIR[0]]: all.map(({ date, y: close }) => ({ date, close })),
    [PAIR[1]]: all.map(({ date, x: close }) => ({ date, close })),
  };
}

let kept: Readonly<Record<string, readonly Row[]>> | undefined;

/** By name. */
export function priceFiles(action: Action): ReadonlyMap<string, string> {
  kept ??= pairRows();
  const files = new Map(Object.entries(kept).map(([symbol, rows]) => [`${symbol}.csv`, textOf(rows)]));
  const dates = [...BEFORE.slice(-5), ...AFTER];
  for (const [symbol, price] of Object.entries(PRICE_OF)) {
    const ratio = action.kind === 'split' && action.symbol === symbol ? action.from / action.to : 1;
    const rows = dates.map((date) => ({ date, close: date >= WEDNESDAY ? price * ratio : price }));
    files.set(`${symbol}.csv`, textOf(rows));
    if (action.kind === 'rename' && action.from === symbol) files.set(`${action.to}.csv`, textOf(rows));
  }
  return files;
}

function textOf(rows: readonly Row[]): string {
  const lines = rows.map(({ date, close }) => `${date},${close.toFixed(4)},${close.toFixed(4)},2000000`);
  return `Date,Open,Close,Volume\n${lines.join('\n')}\n`;
}

/** What was announced. */
export function actionList(action: Action): string {
  const header = 'Date,Symbol,Kind,From,To';
  if (action.kind === 'split' && action.isAnnounced)
    return `${header}\n${WEDNESDAY},${action.symbol},split,${action.from},${action.to}\n`;
  if (action.kind === 'rename')
    return `${header}\n${WEDNESDAY},${action.from},symbol-change,${action.from},${action.to}\n`;
  return `${header}\n`;
}
