/** What must hold of scheduled executions, whatever happens. A part of the table in all.ts. */
import { dateOf } from '../../src/domain/instant.ts';
import { isTerminal } from '../../src/observed/broker-view.ts';
import { remainingOf, type SimulatedState } from '../../src/broker/simulated-state.ts';
import type { IntentPayload, JournalRecord } from '../../src/observed/events.ts';
import { findOrder, type Ledger } from '../../src/observed/ledger.ts';
import { ORDER_ID_PREFIX } from '../../src/reconciler/rules/orders-in-flight.ts';
import { isEntry } from '../../src/reconciler/plan-types.ts';
import type { Invariant } from './invariant.ts';
import type { Written } from '../machine/watcher.ts';

/** ms, both ends included. */
export interface SlotWindow {
  readonly opensAt: number;
  readonly closesAt: number;
  /** An exit goes on until then, and so does what an operator has triggered. */
  readonly lastStart: number;
}

const ACTIONS: Readonly<Record<string, string>> = { entry: 'entry', exit: 'exit', rebal: 'rebalance' };
const SHARE = 1_000_000_000;

/** By the id that the order has at the broker, too; null: it belongs to no slot. */
export function slotOf({ clientOrderId, strategy, sessionDate }: IntentPayload): string | null {
  const date = sessionDate.replaceAll('-', '');
  const label = clientOrderId.split(`-${date}-`)[1]?.split('-')[0] ?? '';
  const [, action, time] = /^(entry|exit|rebal)(\d{4})$/.exec(label) ?? [];
  return action === undefined || time === undefined
    ? null
    : `${strategy}/${sessionDate}/${ACTIONS[action] ?? action}/${time}`;
}

/** Until when entries of it go out. */
function endOf({ closesAt, lastStart }: SlotWindow, slot: string, { triggers }: Ledger): number {
  return triggers.has(slot) ? lastStart : closesAt;
}

/** Whether a record of an execution was written under the newest fence. */
function counts({ before, after }: Written): boolean {
  return after.fencedOff === before.fencedOff;
}

export const SLOT_INVARIANTS: readonly Invariant[] = [
  {
    name: 'inside-its-window',
    sentence: 'No entry is sent before or behind the window of its slot, also where it is sent again.',
    attackedBy: ['lost request', 'rate limit', 'pause past expiry', 'two processes', 'crash', 'operator'],
    at: 'order',
    check: ({ order, ledger, wall }, { windowOf }) => {
      const intent = findOrder(ledger, order.clientOrderId)?.intent;
      const slot = intent === undefined || !isEntry(intent.purpose) ? null : slotOf(intent);
      const window = slot === null ? null : windowOf(slot);
      if (slot === null || window === null) return null;
      const late = wall - endOf(window, slot, ledger);
      if (late > 0) return `${order.clientOrderId} was sent ${late} ms behind its window`;
      // Time never goes back behind what is on the disk: after a jump back, hgctl keeps to it, and so to the broker's clock.
      const early = window.opensAt - Math.max(wall, order.submittedAt);
      return early > 0 && !ledger.triggers.has(slot)
        ? `${order.clientOrderId} was sent ${early} ms before its window`
        : null;
    },
  },
  {
    name: 'no-more-than-its-slot-wants',
    sentence:
      'No order of a slot brings what is held and on its way beyond the targets with which the slot has started.',
    attackedBy: ['crash', 'lost answer', 'lost request', 'partial fill', 'two processes', 'edit', 'operator'],
    at: 'order',
    check: ({ order, ledger, account }) => {
      const intent = findOrder(ledger, order.clientOrderId)?.intent;
      const slot = intent === undefined || !isEntry(intent.purpose) ? null : slotOf(intent);
      if (slot === null) return null;
      const run = ledger.slots.get(slot);
      const target = run?.targets.find(({ symbol }) => symbol === order.symbol)?.quantity;
      if (target === undefined) return `${order.clientOrderId} is no target of ${slot}`;
      const { most, least } = reachOf(account, order.symbol);
      if (order.side === 'buy' && most > target)
        return `${most / SHARE} ${order.symbol} where ${slot} wants ${target / SHARE}`;
      return order.side === 'sell' && least < target
        ? `${least / SHARE} ${order.symbol} where ${slot} wants ${target / SHARE}`
        : null;
    },
  },
  {
    name: 'a-slot-runs-once',
    sentence: 'A slot starts once, and nothing is decided for one that has not started, or has ended.',
    attackedBy: ['crash', 'power loss', 'two processes', 'pause past expiry', 'operator', 'clock jump'],
    at: 'record',
    check: (written) => {
      const { record, before } = written;
      const { event } = record;
      if (!counts(written)) return null;
      if (event.type === 'slot-started' || event.type === 'slot-ended') {
        const state = before.slots.get(event.slot)?.state;
        const wanted = event.type === 'slot-started' ? undefined : 'started';
        return state === wanted ? null : `${event.type} of ${event.slot}, which is ${state ?? 'not started'}`;
      }
      const slot = event.type === 'intent' ? slotOf(event) : null;
      const state = slot === null ? 'started' : before.slots.get(slot)?.state;
      return state === 'started' ? null : `an intent for ${slot ?? ''}, which is ${state ?? 'not started'}`;
    },
  },
  {
    name: 'a-slot-is-of-its-day',
    sentence: 'A slot starts, and orders go out for it, on the date of its session alone.',
    attackedBy: ['crash', 'power loss', 'two processes', 'clock jump', 'operator'],
    at: 'record',
    check: (written) => {
      const { event, time } = written.record;
      if (!counts(written)) return null;
      const slot =
        event.type === 'slot-started' ? event.slot : event.type === 'intent' ? slotOf(event) : null;
      const today = dateOf(time);
      return slot === null || slot.split('/')[1] === today ? null : `${event.type} of ${slot} on ${today}`;
    },
  },
  {
    name: 'a-slot-that-is-done-has-its-targets',
    sentence:
      'A slot ends as done only where its strategy owns what the slot has wanted, but for what is less than a share.',
    attackedBy: ['outside trade', 'partial fill', 'refusal', 'crash', 'lost answer', 'two processes'],
    at: 'record',
    check: (written, { windowOf }) => {
      const { event } = written.record;
      if (event.type !== 'slot-ended' || event.outcome !== 'done' || !counts(written)) return null;
      const run = written.before.slots.get(event.slot);
      const book = written.before.books.get(run?.strategy ?? '');
      const opensAt = windowOf(event.slot)?.opensAt ?? Infinity;
      const open = run?.targets.find(({ symbol, quantity }) => {
        const lot = book?.get(symbol);
        // What was opened since is none of an exit's.
        if (quantity === 0 && (lot?.since ?? 0) >= opensAt) return false;
        return Math.abs(quantity - (lot?.quantity ?? 0)) >= SHARE;
      });
      if (open === undefined) return null;
      const owned = book?.get(open.symbol)?.quantity ?? 0;
      return `${event.slot} is done with ${owned / SHARE} of ${open.quantity / SHARE} ${open.symbol}`;
    },
  },
  {
    name: 'a-slot-is-missed-in-time',
    sentence: 'A slot counts as missed only when it may run no more.',
    attackedBy: ['clock jump', 'crash', 'two processes', 'operator'],
    at: 'record',
    check: ({ record: { event, time }, before }, { windowOf }) => {
      const window = event.type === 'slot-missed' ? windowOf(event.slot) : null;
      if (event.type !== 'slot-missed' || window === null) return null;
      const isExit = event.slot.includes('/exit/');
      const left = (isExit ? window.lastStart : endOf(window, event.slot, before)) - time;
      return left < 0 ? null : `${event.slot} is missed ${left} ms before its end`;
    },
  },
  {
    name: 'every-slot-ends',
    sentence: 'At rest, every slot that has started has ended, or was reported as missed.',
    attackedBy: ['crash', 'power loss', 'two processes', 'pause past expiry', 'operator'],
    at: 'rest',
    check: ({ ledger, story }) => {
      const isOver = (slot: string): boolean => (story.windowOf(slot)?.lastStart ?? Infinity) < ledger.time;
      const open = [...ledger.slots.values()].find(({ slot, state }) => state === 'started' && isOver(slot));
      return open === undefined ? null : `${open.slot} has started, and is over without an end`;
    },
  },
  {
    name: 'a-slot-begins-in-time',
    sentence:
      'Where nothing goes wrong and a controller runs, a slot begins with its time, and its first order goes out within seconds.',
    attackedBy: [
      'rate limit',
      'crash',
      'power loss',
      'lost answer',
      'lost request',
      'full disk',
      'clock jump',
    ],
    at: 'comparison',
  },
  {
    name: 'what-was-missed-is-told',
    sentence:
      'Who comes back after sessions in which nothing ran is told once of each slot that was missed meanwhile.',
    attackedBy: ['power loss'],
    at: 'comparison',
  },
  {
    name: 'acts-when-it-is-over',
    sentence:
      'When what has kept it from acting is over, a controller acts within a minute where a slot is due or an order has no end, and within five otherwise.',
    attackedBy: ['rate limit', 'lost answer', 'edit'],
    at: 'comparison',
  },
  {
    name: 'a-slot-is-done-in-its-window',
    sentence:
      'Where faults end four minutes before a window does, and neither a person nor the broker has said no, its slot has what it wants.',
    attackedBy: [
      'crash',
      'power loss',
      'lost answer',
      'lost request',
      'partial fill',
      'two processes',
      'full disk',
    ],
    at: 'comparison',
  },
  {
    name: 'both-legs-or-none',
    sentence:
      'Where nothing goes wrong for some minutes, a pair is held with both of its legs, or with none.',
    attackedBy: [
      'crash',
      'power loss',
      'lost answer',
      'lost request',
      'partial fill',
      'two processes',
      'refusal',
    ],
    at: 'comparison',
  },
  {
    name: 'exits-go-on',
    sentence:
      'Likewise, two minutes before the end of a session: nothing is left of what an exit was to sell.',
    attackedBy: [
      'crash',
      'power loss',
      'lost answer',
      'lost request',
      'partial fill',
      'two processes',
      'full disk',
    ],
    at: 'comparison',
  },
];

/** `within`: ms from its time to its start, and to the decision on its first order, if it has any. */
export function lateBeginning(
  records: readonly JournalRecord[],
  { slot, opensAt }: { readonly slot: string; readonly opensAt: number },
  within: number,
): string | null {
  const start = records.find(({ event }) => event.type === 'slot-started' && event.slot === slot);
  if (start === undefined) return `${slot} has not begun`;
  const first = records.find(({ event }) => event.type === 'intent' && slotOf(event) === slot);
  const late = (first ?? start).time - opensAt;
  return late <= within ? null : `${slot} begins ${late} ms behind its time`;
}

/** What is held, if all that is on its way to one side arrives; of what others hold, nothing. */
function reachOf(
  { orders, fills, positions }: SimulatedState,
  symbol: string,
): { readonly most: number; readonly least: number } {
  const others = new Set(
    orders
      .filter(({ clientOrderId }) => !clientOrderId.startsWith(ORDER_ID_PREFIX))
      .map(({ brokerOrderId }) => brokerOrderId),
  );
  const outside = fills.filter((fill) => fill.symbol === symbol && others.has(fill.brokerOrderId));
  const bought = sum(outside.filter(({ side }) => side === 'buy').map(({ quantity }) => quantity));
  const sold = sum(outside.filter(({ side }) => side === 'sell').map(({ quantity }) => quantity));
  const held = positions.get(symbol)?.quantity ?? 0;
  const open = orders.filter((order) => order.symbol === symbol && !isTerminal(order.status));
  const coming = (side: 'buy' | 'sell'): number =>
    sum(open.filter((order) => order.side === side).map(remainingOf));
  return { most: held + coming('buy') - bought, least: held - coming('sell') + sold };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
