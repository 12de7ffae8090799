/** A day of overnight mean reversion in one literal: a session of the golden market, prices, and a table made by hand. */
import type { OmrInput, SymbolToday } from '../../src/strategies/omr.ts';
import { REGIMES, type Regime } from '../../src/strategies/omr-regime.ts';
import { DEFAULT_OMR_PARAMETERS, type OmrParameters } from '../../src/strategies/omr-rules.ts';
import type { Bucket, ReversionCell, ReversionTable } from '../../src/strategies/omr-table.ts';
import { closesOf, dateAt, goldenSpy, goldenVix } from './golden-market.ts';

/** Sessions of the golden market with that regime; SIDEWAYS has a confidence of 1. */
export const SESSION_OF = {
  STRONG_BULL: 300,
  WEAK_BULL: 420,
  SIDEWAYS: 500,
  UNPREDICTABLE: 388,
  BEAR: 389,
} as const satisfies Record<Regime, number>;

const BUCKETS = [
  'large_down',
  'medium_down',
  'small_down',
  'flat',
  'small_up',
  'medium_up',
  'large_up',
] as const;

/** Up on 6 of 10 nights, 0.3 % a night; unless said otherwise in every regime and bucket. */
export function cell(
  symbol: string,
  rest: Partial<ReversionCell> & { regime: Regime; bucket: Bucket },
): ReversionCell {
  return {
    symbol,
    n: 100,
    winRateLong: 0.6,
    winRateShort: 0.3,
    mean: 0.003,
    standardDeviation: 0.01,
    sharpe: 4.76,
    confidence: 1,
    percentiles: { p5: -0.01, p25: -0.002, p50: 0.003, p75: 0.008, p95: 0.02 },
    ...rest,
  };
}

export function cellsEverywhere(symbol: string, rest: Partial<ReversionCell> = {}): ReversionCell[] {
  return REGIMES.flatMap((regime) => BUCKETS.map((bucket) => cell(symbol, { ...rest, regime, bucket })));
}

export function tableOf(cells: readonly ReversionCell[], lastDate = dateAt(250)): ReversionTable {
  const parameters = { rowsNeeded: 30, win: 0.001, spyCloses: 200, vixCloses: 252 };
  return {
    version: 1,
    trainedAt: '2020-09-06T17:00:00-04:00',
    training: { firstDate: dateAt(0), lastDate, rows: 100 * cells.length, symbols: [], parameters },
    cells,
  };
}

export function symbolAt(k: number, open: number, price: number): SymbolToday {
  return {
    open: { date: dateAt(k), value: open },
    price: { date: dateAt(k), value: price, age: 0 },
    doubt: null,
  };
}

export interface OmrFacts {
  /** The session; until yesterday there are closes. */
  readonly k?: number;
  /** Open and current price. */
  readonly prices?: Readonly<Record<string, readonly [number, number]>>;
  /** What differs from {@link cell}, in all cells of a symbol; a symbol without entry has none. */
  readonly cells?: Readonly<Record<string, Partial<ReversionCell>>>;
  readonly parameters?: Partial<OmrParameters>;
}

/** Without facts: TQQQ, down 4 % on a sideways day, with nights that rise. */
export function omrDay({ k = SESSION_OF.SIDEWAYS, ...facts }: OmrFacts = {}): OmrInput {
  const { prices = { TQQQ: [50, 48] }, cells = { TQQQ: {} }, parameters } = facts;
  const index = (rows: { date: string; close: number }[]): OmrInput['spy'] => ({
    closes: rows.slice(0, k),
    now: { date: dateAt(k), value: closesOf(rows)[k]!, age: 0 },
  });
  return {
    today: dateAt(k),
    previousSession: dateAt(k - 1),
    symbols: new Map(
      Object.entries(prices).map(([symbol, [open, price]]) => [symbol, symbolAt(k, open, price)]),
    ),
    spy: index(goldenSpy()),
    vix: index(goldenVix()),
    table: tableOf(Object.entries(cells).flatMap(([symbol, rest]) => cellsEverywhere(symbol, rest))),
    parameters: { ...DEFAULT_OMR_PARAMETERS, ...parameters },
  };
}
