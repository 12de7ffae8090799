/**
 * The signal `pairs`: two shares that keep together are traded against each other while their spread is far from its mean.
 *
 * Public formulation: Engle and Granger (1987) for the line, MacKinnon (1994, 2010) for its test, an Ornstein-Uhlenbeck
 * half-life for the speed, bounds in deviations as in Gatev, Goetzmann and Rouwenhorst (2006), "Pairs Trading". Prices and
 * statistics are binary floats; weights are parts of equity, and the planner makes shares of them. One call a session.
 */
import { compareText } from '../domain/names.ts';
import { blockedAs, type ExitCode, type PairsDecision, type PairStep } from './pairs-decision.ts';
import { judgeEntry, type EntryDay } from './pairs-entry.ts';
import { applyLimits } from './pairs-limits.ts';
import { parametersProblem } from '../desired/pairs-parameters.ts';
import { SETTLED_Z } from './pairs-rules.ts';
import { pairId, type PairMemory, type PairsState, type PairTrade } from './pairs-state.ts';
import { manageTrade } from './pairs-trade.ts';

export interface PairsInput extends EntryDay {
  /** The two of a pair in any order, pairs in any order. */
  readonly pairs: readonly (readonly [string, string])[];
  /** `pairId` of each pair of which the books hold a leg. */
  readonly held: ReadonlySet<string>;
  readonly state: PairsState;
}

/** The same input gives the same decision, whatever its order. */
export function decidePairs(input: PairsInput): PairsDecision {
  const { today, parameters, state, held } = input;
  const day = { ...input, sessions: input.sessions.filter((date) => date < today) };
  const configured = new Map(input.pairs.map((symbols) => [pairId(symbols), symbols]));
  const ids = new Set([...configured.keys(), ...Object.keys(state.pairs), ...held]);
  const steps = [...ids].sort(compareText).flatMap((pair) => stepOf(pair, configured.get(pair), day));
  const settled = applyLimits(steps, today, parameters);
  const memories = settled.flatMap(({ pair, memory }) => (memory === null ? [] : [[pair, memory] as const]));
  return {
    pairs: settled.map(({ decision }) => decision),
    state: { pairs: Object.fromEntries(memories) },
  };
}

type Pair = readonly [string, string];

const UNKNOWN: PairMemory = { estimate: null, phase: { kind: 'idle' } };

/** Empty for a pair that is configured no longer and has nothing. */
function stepOf(pair: string, symbols: Pair | undefined, day: PairsInput): PairStep[] {
  const memory = day.state.pairs[pair] ?? UNKNOWN;
  if (memory.phase.kind === 'open') {
    const step = stepOfTrade(pair, memory, memory.phase.trade, day);
    return [symbols === undefined ? removed(step, memory.phase.trade) : step];
  }
  const kept = symbols === undefined ? null : memory;
  if (day.held.has(pair)) {
    const words = 'the books hold it, and no trade of it is known';
    const exit = { kind: 'exit', code: 'TradeUnknown', words, z: null, symbols: pair.split('/') } as const;
    return [{ pair, decision: { pair, ...exit }, memory: kept }];
  }
  if (symbols === undefined) return [];
  const problem = parametersProblem(day.parameters);
  if (problem !== undefined)
    return [{ pair, decision: blockedAs(pair, 'ParametersInvalid', problem), memory: kept }];
  const { verdict, memory: next } = judgeEntry(symbols, memory, day);
  const decision = verdict.kind === 'blocked' ? { pair, ...verdict, rank: null } : verdict;
  return [{ pair, decision, memory: next }];
}

function stepOfTrade(pair: string, { estimate }: PairMemory, trade: PairTrade, day: PairsInput): PairStep {
  if (!day.held.has(pair) && trade.enteredOn < day.today) {
    const decision = blockedAs(pair, 'LegsGone', 'the books hold no leg of its trade');
    return { pair, decision, memory: cooling(estimate, day.today, null) };
  }
  const answer = manageTrade(trade, day);
  if (answer.kind === 'hold') {
    const { code, words, z } = answer;
    const decision = { pair, kind: 'hold', code, words, z, legs: trade.legs } as const;
    return { pair, decision, memory: { estimate, phase: { kind: 'open', trade: answer.trade } } };
  }
  const { code, words, z } = answer;
  return {
    pair,
    decision: exitOf(pair, trade, { code, words, z }),
    memory: cooling(estimate, day.today, z),
  };
}

/** What is configured no longer is left, unless its trade is over anyway, and is forgotten. */
function removed({ pair, decision }: PairStep, trade: PairTrade): PairStep {
  if (decision.kind !== 'hold') return { pair, decision, memory: null };
  const words = 'it is no pair of the strategy any longer';
  return {
    pair,
    decision: exitOf(pair, trade, { code: 'PairRemoved', words, z: decision.z }),
    memory: null,
  };
}

function exitOf(
  pair: string,
  { legs }: PairTrade,
  reason: { readonly code: ExitCode; readonly words: string; readonly z: number | null },
): PairsDecision['pairs'][number] {
  return { pair, kind: 'exit', ...reason, symbols: legs.map(({ symbol }) => symbol) };
}

function cooling(estimate: PairMemory['estimate'], since: string, z: number | null): PairMemory {
  const settled = z !== null && Math.abs(z) < SETTLED_Z;
  return { estimate, phase: { kind: 'cooling', since, settled } };
}
