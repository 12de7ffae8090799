/** Days of a pair YYY/XXX that keeps together: the synthetic pair goes on, and z of the day is chosen. */
import { dateOfDay, dayNumber, SATURDAY, SUNDAY, weekdayOf } from '../../src/domain/days.ts';
import type { VolumeBar } from '../../src/observed/bars.ts';
import { estimatePair, type PairEstimate } from '../../src/strategies/pairs-estimate.ts';
import { alignWindow, type PairSymbol } from '../../src/strategies/pairs-history.ts';
import { DEFAULT_PAIRS_PARAMETERS, type PairsParameters } from '../../src/desired/pairs-parameters.ts';
import { NO_PAIRS, type PairsState } from '../../src/strategies/pairs-state.ts';
import { decidePairs, type PairsInput } from '../../src/strategies/pairs.ts';
import type { PairDecision } from '../../src/strategies/pairs-decision.ts';
import { logX, logY } from './golden-pair.ts';

export const PAIR = 'XXX/YYY';

const first = dayNumber('2024-01-08');
/** Weekdays from a Monday on; index 252 is the first day of decisions, a Wednesday. */
const WEEKDAYS = Array.from({ length: 700 }, (_, offset) => first + offset)
  .filter((day) => weekdayOf(day) !== SATURDAY && weekdayOf(day) !== SUNDAY)
  .map(dateOfDay);

/** The session of row t. */
export function sessionAt(t: number): string {
  return WEEKDAYS[t]!;
}

export function barAt(t: number, close: number, volume = 1e6): VolumeBar {
  return { date: sessionAt(t), close, volume };
}

export function symbolOf(today: number, logPrice: (t: number) => number): PairSymbol {
  return {
    bars: Array.from({ length: today }, (_, t) => barAt(t, Math.exp(logPrice(t)))),
    price: { date: sessionAt(today), value: Math.exp(logPrice(today)), age: 0 },
    shortable: true,
    doubt: null,
  };
}

export interface PairFacts {
  /** Row of today, 252 or more; all rows before it are history. */
  readonly day?: number;
  /** Of today, by the estimate of the trade, or else of the day. */
  readonly z?: number;
  readonly state?: PairsState;
  readonly isHeld?: boolean;
  readonly parameters?: Partial<PairsParameters>;
  readonly y?: (symbol: PairSymbol) => PairSymbol;
  readonly x?: (symbol: PairSymbol) => PairSymbol;
}

export function pairDay({ day = 252, z = 0, state = NO_PAIRS, ...facts }: PairFacts = {}): PairsInput {
  const parameters = { ...DEFAULT_PAIRS_PARAMETERS, ...facts.parameters };
  const sessions = WEEKDAYS.slice(0, day);
  const today = sessionAt(day);
  const [plainY, x] = [symbolOf(day, logY), symbolOf(day, logX)];
  const phase = state.pairs[PAIR]?.phase;
  const estimate =
    phase?.kind === 'open' ? phase.trade.estimate : estimateOn(sessions, plainY, x, parameters);
  const y = { ...plainY, price: { date: today, value: priceOfY(estimate, x.price!.value, z), age: 0 } };
  return {
    today,
    sessions,
    symbols: new Map([
      ['YYY', facts.y?.(y) ?? y],
      ['XXX', facts.x?.(x) ?? x],
    ]),
    pairs: [['YYY', 'XXX']],
    held: new Set((facts.isHeld ?? phase?.kind === 'open') ? [PAIR] : []),
    equity: 100_000,
    parameters,
    state,
  };
}

function estimateOn(
  sessions: readonly string[],
  y: PairSymbol,
  x: PairSymbol,
  parameters: PairsParameters,
): PairEstimate {
  const closes = alignWindow(sessions, y, x, parameters);
  if ('code' in closes) throw new Error(closes.words);
  return estimatePair(['YYY', 'XXX'], closes, parameters)!;
}

/** The price of YYY at which the spread is z deviations from its mean, whichever of the two is regressed. */
function priceOfY({ y, alpha, beta, mean, deviation }: PairEstimate, priceX: number, z: number): number {
  const spread = mean + z * deviation;
  return y === 'YYY'
    ? Math.exp(alpha + beta * Math.log(priceX) + spread)
    : Math.exp((Math.log(priceX) - alpha - spread) / beta);
}

export function decideDay(facts: PairFacts = {}): {
  readonly decision: PairDecision;
  readonly state: PairsState;
} {
  const { pairs, state } = decidePairs(pairDay(facts));
  return { decision: pairs.find(({ pair }) => pair === PAIR)!, state };
}

/** Kind and code of a decision in one word: `enter`, `hold Holding`, `blocked SpreadNearMean`. */
export function wordOf(decision: PairDecision): string {
  return decision.kind === 'enter' ? 'enter' : `${decision.kind} ${decision.code}`;
}

export const decided = (facts: PairFacts = {}): string => wordOf(decideDay(facts).decision);

/** The state after an entry at z, by default that of a long spread. */
export function entered(facts: PairFacts = {}): PairsState {
  const { decision, state } = decideDay({ z: -2.5, ...facts });
  if (decision.kind !== 'enter') throw new Error(wordOf(decision));
  return state;
}
