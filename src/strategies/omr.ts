/**
 * The signal `overnight-mean-reversion`: shortly before the close, which symbols to hold until the next open.
 *
 * A symbol that moved far enough from its open is taken on the side whose own record in the reversion table passes the
 * thresholds. Every other symbol gets the first rule that kept it out. Sizes are not decided here.
 */
import type { CalendarDate } from '../domain/instant.ts';
import { whyOld, type LatestReading, type Reading } from '../observed/bars.ts';
import type { ActionDoubt } from '../observed/corporate-action.ts';
import {
  judgeMarket,
  type MarketBlock,
  type MarketBlockCode,
  type MarketToday,
  type OpenMarket,
} from './omr-market.ts';
import { isLevel, type KnownRegime } from './omr-regime.ts';
import {
  MIN_MOVE,
  strengthOf,
  type OmrParameters,
  type SideStatistic,
  type Thresholds,
} from './omr-rules.ts';
import { chooseSide, type NoSide } from './omr-side.ts';
import { bucketOf, cellFor, type Bucket } from './omr-table.ts';
import { percent } from './percent.ts';

/** Dollars; null: not known. */
export interface SymbolToday {
  readonly open: Reading | null;
  /** Now, as near to the close as the slot is. */
  readonly price: LatestReading | null;
  /** Why today and the night do not compare with others: what takes effect now or tomorrow, or that nobody knows. */
  readonly doubt: ActionDoubt | null;
}

export interface OmrInput extends MarketToday {
  /** The universe, each symbol with what is known of it. */
  readonly symbols: ReadonlyMap<string, SymbolToday>;
  readonly parameters: OmrParameters;
}

export interface OmrDecision {
  readonly market: MarketBlock | JudgedMarket;
  /** By rank: strength descending, then symbol. */
  readonly candidates: readonly OmrCandidate[];
  /** By symbol. */
  readonly blocked: readonly OmrBlocked[];
}

export interface JudgedMarket {
  readonly kind: 'open';
  readonly regime: KnownRegime;
  readonly thresholds: Thresholds;
}

export interface OmrCandidate extends SideStatistic {
  readonly symbol: string;
  /** From 1. */
  readonly rank: number;
  /** 0 to 1. */
  readonly strength: number;
  /** price / open - 1. */
  readonly move: number;
  readonly bucket: Bucket;
  /** Rows of the cell. */
  readonly n: number;
}

export type OmrBlockCode =
  | MarketBlockCode
  | ActionDoubt['code']
  | 'MissingOpen'
  | 'MissingPrice'
  | 'MoveTooSmall'
  | 'NoCell'
  | NoSide['code'];

export type OmrBlocked =
  | { readonly symbol: string; readonly code: OmrBlockCode; readonly words: string }
  | (OmrCandidate & { readonly code: 'RankBeyondLimit'; readonly words: string });

/** Pure: the same input gives the same decision, whatever its order. */
export function decideOmr({ symbols, parameters, ...today }: OmrInput): OmrDecision {
  const known = [...symbols].sort(([a], [b]) => (a < b ? -1 : 1));
  const market = judgeMarket(today, parameters);
  if (market.kind === 'blocked') {
    const { code, words } = market;
    return { market, candidates: [], blocked: known.map(([symbol]) => ({ symbol, code, words })) };
  }
  const { regime, thresholds } = market;
  const rules = { ...market, date: today.today, sides: parameters.sides };
  const passed: Passed[] = [];
  const blocked: OmrBlocked[] = [];
  for (const [symbol, prices] of known) {
    const judgement = judgeSymbol(symbol, prices, rules);
    if (judgement.kind === 'passed') passed.push(judgement.passed);
    else blocked.push({ symbol, code: judgement.code, words: judgement.words });
  }
  const candidates: OmrCandidate[] = [];
  for (const candidate of rank(passed)) {
    if (candidate.rank <= thresholds.maxPositions) candidates.push(candidate);
    else blocked.push(beyondLimit(candidate, passed.length, thresholds));
  }
  return {
    market: { kind: 'open', regime, thresholds },
    candidates,
    blocked: blocked.sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
  };
}

function beyondLimit(candidate: OmrCandidate, passed: number, { maxPositions }: Thresholds): OmrBlocked {
  const words = `rank ${candidate.rank} of ${passed}, and the limit is ${maxPositions}`;
  return { ...candidate, code: 'RankBeyondLimit', words };
}

type Passed = Omit<OmrCandidate, 'rank'>;

/** The names come sorted, and the sort is stable: of equal strength, the first by name is first. */
function rank(passed: readonly Passed[]): OmrCandidate[] {
  return passed
    .toSorted((a, b) => b.strength - a.strength)
    .map((candidate, index) => ({ ...candidate, rank: index + 1 }));
}

interface Rules extends OpenMarket {
  readonly date: CalendarDate;
  readonly sides: OmrParameters['sides'];
}

interface Refusal {
  readonly kind: 'refused';
  readonly code: OmrBlockCode;
  readonly words: string;
}

function judgeSymbol(
  symbol: string,
  known: SymbolToday,
  rules: Rules,
): Refusal | { readonly kind: 'passed'; readonly passed: Passed } {
  if (known.doubt !== null) return refused(known.doubt.code, known.doubt.words);
  const open = readingOf(OPEN, known.open, rules.date);
  if (open.kind === 'refused') return open;
  const price = readingOf(PRICE, known.price, rules.date);
  if (price.kind === 'refused') return price;
  const old = known.price && whyOld(known.price);
  if (old !== null) return refused('StaleData', `its price is ${old}`);
  const move = price.value / open.value - 1;
  if (Math.abs(move) < MIN_MOVE)
    return refused('MoveTooSmall', `it moved ${percent(move)}, and ${percent(MIN_MOVE)} are needed`);
  const { regime } = rules.regime;
  const bucket = bucketOf(move);
  const cell = bucket && cellFor(rules.table, { symbol, regime, bucket });
  if (cell === undefined)
    return refused('NoCell', `the table has no cell for ${bucket ?? percent(move)} in ${regime}`);
  const choice = chooseSide(cell, rules.thresholds, rules.sides);
  if (choice.kind === 'refused') return choice;
  const strength = strengthOf(choice.statistic, rules.regime, move);
  return {
    kind: 'passed',
    passed: { symbol, ...choice.statistic, strength, move, bucket: cell.bucket, n: cell.n },
  };
}

function refused(code: OmrBlockCode, words: string): Refusal {
  return { kind: 'refused', code, words };
}

const OPEN = { name: 'open', code: 'MissingOpen' } as const;
const PRICE = { name: 'price', code: 'MissingPrice' } as const;

function readingOf(
  { name, code }: typeof OPEN | typeof PRICE,
  reading: Reading | null,
  today: CalendarDate,
): Refusal | { readonly kind: 'fresh'; readonly value: number } {
  if (reading === null || !isLevel(reading.value)) return refused(code, `it has no ${name} of today`);
  if (reading.date !== today)
    return refused('StaleData', `its ${name} is of ${reading.date}, not of ${today}`);
  return { kind: 'fresh', value: reading.value };
}
