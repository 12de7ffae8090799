/** Which of the pairs that passed are entered: the farthest from their mean first, as long as there is room. */
import type { CalendarDate } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { PairDecision, PairStep, SettledStep } from './pairs-decision.ts';
import type { PairCandidate } from './pairs-entry.ts';
import type { PairsParameters } from '../desired/pairs-parameters.ts';

interface Room {
  pairs: number;
  /** Part of equity. */
  gross: number;
  readonly symbols: Set<string>;
}

/** Rounding of a sum of weights. */
const ROUNDING = 1e-9;

/** A pair that is left today still takes its room: its orders may not be filled. */
export function applyLimits(
  steps: readonly PairStep[],
  today: CalendarDate,
  parameters: PairsParameters,
): SettledStep[] {
  const taken: Room = { pairs: 0, gross: 0, symbols: new Set() };
  const settled: SettledStep[] = [];
  const passed: (PairStep & { readonly candidate: PairCandidate })[] = [];
  for (const { pair, decision, memory } of steps) {
    if (decision.kind === 'passed') {
      passed.push({ pair, decision, memory, candidate: decision.candidate });
      continue;
    }
    settled.push({ pair, decision, memory });
    if (decision.kind === 'hold' || decision.kind === 'exit') take(taken, decision, parameters);
  }
  passed.sort((a, b) => b.candidate.score - a.candidate.score || compareText(a.pair, b.pair));
  for (const [index, { pair, candidate, memory }] of passed.entries()) {
    const rank = index + 1;
    const block = blockOf(candidate, taken, parameters);
    if (block !== undefined) {
      const decision = { pair, kind: 'blocked', ...block, z: candidate.z, rank } as const;
      settled.push({ pair, decision, memory });
      continue;
    }
    const decision = { pair, kind: 'enter', rank, ...candidate } as const;
    settled.push({ pair, decision, memory: opened(memory, candidate, today) });
    take(taken, decision, parameters);
  }
  return settled.sort((a, b) => compareText(a.pair, b.pair));
}

function blockOf(
  { legs }: PairCandidate,
  taken: Room,
  { maxPairs, maxGross, grossPerPair }: PairsParameters,
): { readonly code: 'SymbolInUse' | 'RankBeyondLimit' | 'GrossLimit'; readonly words: string } | undefined {
  const shared = legs.find(({ symbol }) => taken.symbols.has(symbol));
  if (shared !== undefined)
    return { code: 'SymbolInUse', words: `${shared.symbol} is a leg of another pair` };
  if (taken.pairs >= maxPairs)
    return { code: 'RankBeyondLimit', words: `there are ${taken.pairs} pairs, and the limit is ${maxPairs}` };
  if (taken.gross + grossPerPair > maxGross + ROUNDING)
    return {
      code: 'GrossLimit',
      words: `the legs of all pairs would be worth more than ${maxGross} of equity`,
    };
  return undefined;
}

function take(
  taken: Room,
  decision: Extract<PairDecision, { readonly kind: 'hold' | 'exit' | 'enter' }>,
  { grossPerPair }: PairsParameters,
): void {
  const legs = decision.kind === 'exit' ? decision.symbols : decision.legs.map(({ symbol }) => symbol);
  for (const symbol of legs) taken.symbols.add(symbol);
  taken.pairs += 1;
  taken.gross +=
    decision.kind === 'exit'
      ? grossPerPair
      : decision.legs.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
}

function opened(
  memory: PairStep['memory'],
  { side, z, legs, estimate }: PairCandidate,
  today: CalendarDate,
): PairStep['memory'] {
  const trade = { side, enteredOn: today, entryZ: z, estimate, legs, testedOn: today, blindSince: null };
  return { estimate: memory?.estimate ?? null, phase: { kind: 'open', trade } };
}
