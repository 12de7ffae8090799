/** What operators and accepted manifests change: revision, inventory, names, drains, suspensions, the halt. */
import type { Instant } from '../domain/instant.ts';
import { canonicalJson, type Json } from '../domain/digest.ts';
import type { EventOf, InventoryEntry } from './events.ts';
import type { KnownStrategy, LedgerOrder, WritableLedger } from './ledger.ts';

type OperatorEvent = EventOf<
  | 'revision-accepted'
  | 'strategy-pruned'
  | 'strategy-renamed'
  | 'drain-requested'
  | 'drain-completed'
  | 'drain-lifted'
  | 'strategy-suspended'
  | 'strategy-resumed'
  | 'halted'
  | 'unhalted'
>;

export function applyOperatorEvent(ledger: WritableLedger, event: OperatorEvent, at: Instant): void {
  switch (event.type) {
    case 'revision-accepted':
      return acceptRevision(ledger, event, at);
    case 'strategy-pruned':
      // Its drain and suspension stay: declared again, what an operator has stopped is stopped.
      ledger.inventory.delete(event.strategy);
      return;
    case 'strategy-renamed':
      return renameStrategy(ledger, event);
    case 'drain-requested': {
      const { type, ...drain } = event;
      ledger.drains.set(event.strategy, { ...drain, since: at, state: 'pending', leftovers: [] });
      return;
    }
    case 'drain-completed': {
      const drain = ledger.drains.get(event.strategy);
      if (drain === undefined) return;
      if (drain.ends === 'when-done') ledger.drains.delete(event.strategy);
      else ledger.drains.set(event.strategy, { ...drain, state: 'completed', leftovers: event.leftovers });
      return;
    }
    case 'drain-lifted':
      ledger.drains.delete(event.strategy);
      startAfresh(ledger, event.strategy, at);
      return;
    case 'strategy-suspended': {
      const { strategy, reason, by, until } = event;
      ledger.suspensions.set(strategy, { strategy, reason, by, since: at, until });
      return;
    }
    case 'strategy-resumed':
      ledger.suspensions.delete(event.strategy);
      return;
    case 'halted': {
      const { mode, reason, by } = event;
      ledger.halt = { mode, reason, by, since: at };
      return;
    }
    case 'unhalted':
      ledger.halt = null;
      return;
  }
}

/** What an earlier revision declared and this one does not stays in the inventory: absence is not deletion. */
function acceptRevision(ledger: WritableLedger, event: EventOf<'revision-accepted'>, at: Instant): void {
  const { digest, strategies, account } = event;
  const number = (ledger.revision?.number ?? 0) + 1;
  ledger.revision = { number, digest, strategies, account, acceptedAt: at };
  const declared = new Set(strategies.map(({ name }) => name));
  for (const [name, known] of [...ledger.inventory])
    if (!declared.has(name)) ledger.inventory.set(name, { ...known, absent: true });
  for (const entry of strategies) {
    const known = ledger.inventory.get(entry.name);
    const since = known !== undefined && isSameTurn(known, entry) ? (known.since ?? at) : at;
    const isOld = known !== undefined && haveExitsStayed(known, entry);
    const exitsSince = isOld ? (known.exitsSince ?? known.since ?? at) : at;
    ledger.inventory.set(entry.name, { ...entry, since, exitsSince });
  }
}

/** Slots of a schedule that was not there, or not followed, cannot have been missed. */
function isSameTurn(known: KnownStrategy, entry: InventoryEntry): boolean {
  const isSame = known.follows === entry.follows && scheduleText(known) === scheduleText(entry);
  return isSame && known.absent === undefined;
}

function haveExitsStayed(known: KnownStrategy, entry: InventoryEntry): boolean {
  const exits = ({ schedule }: InventoryEntry): string[] =>
    schedule.filter(({ action }) => action === 'exit').map((exit) => canonicalJson(exit as unknown as Json));
  const before = new Set(exits(known));
  const isSame = known.follows === entry.follows && known.absent === undefined;
  return isSame && exits(entry).every((exit) => before.has(exit));
}

function scheduleText({ schedule }: InventoryEntry): string {
  return canonicalJson(schedule as unknown as Json);
}

function startAfresh({ inventory }: WritableLedger, strategy: string, at: Instant): void {
  const known = inventory.get(strategy);
  if (known !== undefined) inventory.set(strategy, { ...known, since: at, exitsSince: at });
}

/** `to` has no book of its own: the command refuses it otherwise. */
function renameStrategy(ledger: WritableLedger, { from, to }: EventOf<'strategy-renamed'>): void {
  moveKey(ledger.books, from, to);
  moveKey(ledger.realised, from, to);
  moveKey(ledger.fees, from, to);
  moveKey(ledger.carried, from, to);
  moveKey(ledger.curves, from, to);
  moveKey(ledger.memories, from, to);
  const latch = ledger.latches.get(from);
  ledger.latches.delete(from);
  if (latch !== undefined) ledger.latches.set(to, { ...latch, strategy: to });
  moveKey(ledger.lastExecution, from, to);
  moveKey(ledger.importedExecution, from, to);
  const entry = ledger.inventory.get(from);
  ledger.inventory.delete(from);
  if (entry !== undefined) ledger.inventory.set(to, { ...entry, name: to });
  const drain = ledger.drains.get(from);
  ledger.drains.delete(from);
  if (drain !== undefined) ledger.drains.set(to, { ...drain, strategy: to });
  const suspension = ledger.suspensions.get(from);
  ledger.suspensions.delete(from);
  if (suspension !== undefined) ledger.suspensions.set(to, { ...suspension, strategy: to });
  renameOrders(ledger.openOrders, from, to);
  for (const ended of ledger.endedOrders.values()) renameOrders(ended, from, to);
  for (const [id, run] of [...ledger.slots]) {
    if (run.strategy !== from) continue;
    ledger.slots.delete(id);
    const slot = `${to}${id.slice(from.length)}`;
    ledger.slots.set(slot, { ...run, slot, strategy: to });
  }
  for (const [id, trigger] of [...ledger.triggers]) {
    if (!id.startsWith(`${from}/`)) continue;
    ledger.triggers.delete(id);
    const slot = `${to}${id.slice(from.length)}`;
    ledger.triggers.set(slot, { ...trigger, slot });
  }
}

function moveKey<Value>(map: Map<string, Value>, from: string, to: string): void {
  const value = map.get(from);
  if (value === undefined) return;
  map.delete(from);
  map.set(to, value);
}

function renameOrders(orders: Map<string, LedgerOrder>, from: string, to: string): void {
  for (const [id, order] of orders) {
    if (order.intent.strategy === from)
      orders.set(id, { ...order, intent: { ...order.intent, strategy: to } });
  }
}
