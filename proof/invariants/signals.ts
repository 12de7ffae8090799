/** What must hold of answers of signals, and of losses that stop what follows them. A part of the table in all.ts. */
import type { FixedTarget } from '../../src/desired/desired-state.ts';
import type { EventOf, JournalRecord } from '../../src/observed/events.ts';
import { SHARE } from './account.ts';
import { PROCESS, type Invariant, type Verdict } from './invariant.ts';

export const SIGNAL_INVARIANTS: readonly Invariant[] = [
  {
    name: 'as-it-was-decided',
    sentence:
      'What goes out for a strategy that asks a program is what the newest answer in the journal wants, and of a slot there is one answer: without one, nothing is bought or sold.',
    attackedBy: [...PROCESS, 'rate limit', 'hostile input'],
    at: 'comparison',
  },
  {
    name: 'older-answers-undo-nothing',
    sentence:
      'A pass that asked its signals before another one did sells nothing that the other one has bought on its answer.',
    attackedBy: ['two processes', 'pause past expiry'],
    at: 'comparison',
  },
  {
    name: 'a-loss-is-one',
    sentence:
      'A loss limit is latched only by what was lost since the day, the week or the peak from which it is counted.',
    attackedBy: ['operator', 'crash'],
    at: 'comparison',
  },
];

type Decided = EventOf<'targets-decided'>;

/** Of a strategy whose program names quantities. */
export function undecided(records: readonly JournalRecord[], strategy: string): Verdict {
  const owned = new Map<string, number>();
  const intents = new Map<string, { readonly symbol: string; readonly sign: number; filled: number }>();
  const ofSlots = new Map<string, string>();
  let newest: Decided | null = null;
  for (const { event } of records) {
    if (event.type === 'targets-decided' && event.strategy === strategy) {
      newest = event;
      const twice = anotherOne(ofSlots, event);
      if (twice !== null) return twice;
    }
    if (event.type === 'intent' && event.strategy === strategy) {
      const { symbol, side, quantity, clientOrderId } = event;
      const sign = side === 'buy' ? 1 : -1;
      const target = newest?.targets.find((candidate) => candidate.symbol === symbol);
      const wanted = target === undefined ? null : sharesOf(target);
      const after = (owned.get(symbol) ?? 0) + sign * quantity;
      if (wanted === null || (wanted - after) * sign < 0)
        return `${clientOrderId}: ${side} ${quantity / SHARE} ${symbol}, and the newest answer is ${textOf(newest)}`;
      intents.set(clientOrderId, { symbol, sign, filled: 0 });
    }
    if (event.type !== 'fill') continue;
    const intent = intents.get(event.clientOrderId);
    if (intent === undefined) continue;
    const more = intent.sign * (event.cumulative - intent.filled);
    intent.filled = event.cumulative;
    owned.set(intent.symbol, (owned.get(intent.symbol) ?? 0) + more);
  }
  return null;
}

function anotherOne(ofSlots: Map<string, string>, decided: Decided): Verdict {
  const { slot } = decided;
  if (slot === null || slot === undefined) return null;
  const [before, now] = [ofSlots.get(slot), textOf(decided)];
  ofSlots.set(slot, now);
  return before === undefined || before === now
    ? null
    : `${slot} was decided as ${before}, and then as ${now}`;
}

function textOf(decided: Decided | null): string {
  const list = decided?.targets.map((target) => `${String(sharesOf(target))} ${target.symbol}`);
  return list?.join(', ') ?? 'not there';
}

function sharesOf({ size }: FixedTarget): number | null {
  return size.kind === 'quantity' ? size.quantity : null;
}
