/** Whether a pair without a trade may be entered, and if not, the first rule that keeps it out. */
import type { ActionDoubt } from '../observed/corporate-action.ts';
import { estimatePair, gateOf, type GateBlock, type PairEstimate } from './pairs-estimate.ts';
import { alignWindow, dollarVolume, type AlignedCloses, type DataGap } from './pairs-history.ts';
import { SETTLED_Z } from './pairs-rules.ts';
import {
  legsOf,
  wholeShareHedgeError,
  type PairLegs,
  type Rescaling,
  type SpreadSide,
} from './pairs-spread.ts';
import { isSameWeek, type DatedEstimate, type PairMemory, type PairPhase } from './pairs-state.ts';
import { sessionsSince } from './sessions.ts';
import { rescalingOf, zToday, type PairsToday } from './pairs-trade.ts';

export interface PairCandidate {
  readonly side: SpreadSide;
  readonly z: number;
  /** |z|. */
  readonly score: number;
  readonly legs: PairLegs;
  readonly estimate: PairEstimate;
}

export type EntryBlockCode =
  | DataGap['code']
  | GateBlock['code']
  | 'NotEstimable'
  | ActionDoubt['code']
  | 'PricesMissing'
  | 'CoolingDown'
  | 'PriceTooLow'
  | 'LiquidityTooLow'
  | 'SpreadNearMean'
  | 'BeyondStop'
  | 'NotShortable'
  | 'HedgeError';

export interface EntryBlock {
  readonly kind: 'blocked';
  readonly code: EntryBlockCode;
  readonly words: string;
  /** Null: not known now. */
  readonly z: number | null;
}

export interface EntryDay extends PairsToday {
  /** Dollars: to see what whole shares do to the hedge. */
  readonly equity: number;
}

type Verdict = EntryBlock | { readonly kind: 'passed'; readonly candidate: PairCandidate };

/** The verdict, and what is remembered of the pair. */
export interface EntryAnswer {
  readonly verdict: Verdict;
  readonly memory: PairMemory;
}

export function judgeEntry(
  symbols: readonly [string, string],
  memory: PairMemory,
  day: EntryDay,
): EntryAnswer {
  const closes = alignWindow(
    day.sessions,
    day.symbols.get(symbols[0]),
    day.symbols.get(symbols[1]),
    day.parameters,
  );
  if ('code' in closes) return { verdict: blocked(closes.code, closes.words, null), memory };
  const estimate = estimateOfWeek(symbols, memory.estimate, closes, day);
  if (estimate === null)
    return {
      verdict: blocked('NotEstimable', 'the closes do not determine a line', null),
      memory: { ...memory, estimate },
    };
  const sight = zToday(estimate.values, day);
  if (sight.kind === 'blind')
    return { verdict: blocked(sight.code, sight.words, null), memory: { ...memory, estimate } };
  const phase = coolDown(memory.phase, sight.z, day);
  const gate = gateOf(estimate.values, day.parameters) ?? coolingBlock(phase, day);
  const verdict =
    gate === undefined
      ? judgeToday(estimate.values, sight.z, sight.prices, day)
      : blocked(gate.code, gate.words, sight.z);
  return { verdict, memory: { estimate, phase } };
}

/** Closes adjusted by more than this since the estimate are another history. */
const ADJUSTED = 1e-4;

/** The estimate of this week; a new one in its first session, and after closes were adjusted. */
function estimateOfWeek(
  symbols: readonly [string, string],
  known: DatedEstimate | null,
  closes: AlignedCloses,
  { today, symbols: data, parameters }: EntryDay,
): DatedEstimate | null {
  if (known !== null && isSameWeek(known.madeOn, today)) {
    const rescaling = rescalingOf(known.values, data);
    const isSame = [rescaling?.y, rescaling?.x].every((factor) => Math.abs((factor ?? 0) - 1) <= ADJUSTED);
    if (isSame) return known;
  }
  const values = estimatePair(symbols, closes, parameters);
  return values === null ? null : { madeOn: today, values };
}

/** Notes that the spread has settled, and forgets the trade when both conditions hold. */
function coolDown(phase: PairPhase, z: number, day: EntryDay): PairPhase {
  if (phase.kind !== 'cooling') return phase;
  const settled = phase.settled || Math.abs(z) < SETTLED_Z;
  const isOver = settled && sessionsSince(phase.since, day.sessions, day.today) >= day.parameters.coolDown;
  return isOver ? { kind: 'idle' } : { ...phase, settled };
}

function coolingBlock(
  phase: PairPhase,
  { sessions, today, parameters }: EntryDay,
): { readonly code: 'CoolingDown'; readonly words: string } | undefined {
  if (phase.kind !== 'cooling') return undefined;
  const age = sessionsSince(phase.since, sessions, today);
  const waits = age < parameters.coolDown ? `session ${age} of ${parameters.coolDown}` : 'the time is over';
  const settled = phase.settled ? 'z has settled' : `|z| was not below ${SETTLED_Z} since`;
  return { code: 'CoolingDown', words: `its last trade ended on ${phase.since}: ${waits}, ${settled}` };
}

/** The rules that need the prices of now. */
function judgeToday(estimate: PairEstimate, z: number, prices: Rescaling, day: EntryDay): Verdict {
  const { entryZ, stopZ, grossPerPair, maxHedgeError } = day.parameters;
  const unfit =
    doubtIn(estimate.y, day) ??
    doubtIn(estimate.x, day) ??
    fitness(estimate.y, prices.y, day) ??
    fitness(estimate.x, prices.x, day);
  if (unfit !== undefined) return blocked(unfit.code, unfit.words, z);
  const score = Math.abs(z);
  if (!(score >= entryZ))
    return blocked('SpreadNearMean', `z is ${z.toFixed(2)}, and the entry is ${entryZ}`, z);
  if (!(score < stopZ)) return blocked('BeyondStop', `z is ${z.toFixed(2)}, and the stop is ${stopZ}`, z);
  const side: SpreadSide = z < 0 ? 'long' : 'short';
  const legs = legsOf(estimate, side, grossPerPair);
  const [short] = legs;
  if (day.symbols.get(short.symbol)?.shortable !== true)
    return blocked('NotShortable', `${short.symbol} cannot be borrowed`, z);
  const error = wholeShareHedgeError(estimate, legs, day.equity, (symbol) =>
    symbol === estimate.y ? prices.y : prices.x,
  );
  if (!(error <= maxHedgeError))
    return blocked('HedgeError', `whole shares miss the hedge by more than ${maxHedgeError}`, z);
  return { kind: 'passed', candidate: { side, z, score, legs, estimate } };
}

/** An open trade goes on where nobody knows; a new one needs an answer. */
function doubtIn(symbol: string, { symbols }: EntryDay): ActionDoubt | undefined {
  const doubt = symbols.get(symbol)?.doubt ?? null;
  return doubt === null ? undefined : { ...doubt, words: `${symbol}: ${doubt.words}` };
}

function fitness(
  symbol: string,
  price: number,
  { symbols, sessions, parameters: { minPrice, minDollarVolume } }: EntryDay,
): { readonly code: 'PriceTooLow' | 'LiquidityTooLow'; readonly words: string } | undefined {
  if (!(price >= minPrice))
    return {
      code: 'PriceTooLow',
      words: `${symbol} costs ${price.toFixed(2)}, and ${minPrice} is the least`,
    };
  const known = symbols.get(symbol);
  const volume = known === undefined ? Number.NaN : dollarVolume(known, sessions);
  if (Number.isNaN(volume))
    return { code: 'LiquidityTooLow', words: `how much of ${symbol} is traded in a session is not known` };
  if (!(volume >= minDollarVolume))
    return {
      code: 'LiquidityTooLow',
      words: `${symbol} trades ${volume.toFixed(0)} dollars a session, and ${minDollarVolume} are needed`,
    };
  return undefined;
}

function blocked(code: EntryBlockCode, words: string, z: number | null): EntryBlock {
  return { kind: 'blocked', code, words, z };
}
