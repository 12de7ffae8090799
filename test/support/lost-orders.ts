/** Orders that were lost on their way: the journal has them, and the broker never heard of them. */
import { expect } from 'vitest';
import type { JournalEvent } from '../../src/observed/events.ts';
import { isOrder, type OrderAction } from '../../src/reconciler/plan-types.ts';
import { recover } from '../../src/reconciler/reconcile.ts';
import type { TestWorld } from './world.ts';

const MINUTE = 60_000;

/** Killed between an intent and its request; a minute later. Returns the id of the order. */
export async function killedBeforeRequest(home: TestWorld, later = MINUTE): Promise<string> {
  const commit = (event: JournalEvent): ReturnType<TestWorld['journal']['commit']> => {
    const committed = home.journal.commit(event);
    if (event.type === 'intent') throw new Error('killed');
    return committed;
  };
  const sent = home.broker.submitted.length;
  await expect(home.apply({ journal: { ...home.journal, commit } })).rejects.toThrow('killed');
  expect(home.broker.submitted).toHaveLength(sent);
  home.clock.advance(later);
  return onlyIntent(home);
}

/** Of the only order without an end. */
export function onlyIntent(home: TestWorld): string {
  const [order, ...others] = home.journal.ledger().openOrders.values();
  expect(others).toEqual([]);
  return order?.intent.clientOrderId ?? '';
}

export function statusOf(home: TestWorld, id: string): string | undefined {
  return home.journal.ledger().openOrders.get(id)?.status;
}

/** The looks of a recovery, and nothing else. */
export async function looked(home: TestWorld): Promise<void> {
  await recover({
    ports: home.ports,
    desired: home.desired,
    manifests: 'accepted',
    resting: new Set(),
    accountFile: 'account.yaml',
    open: () => Promise.resolve(),
    looked: () => undefined,
  });
}

export async function ordersPlanned(home: TestWorld): Promise<OrderAction[]> {
  return (await home.plan()).actions.filter(isOrder);
}

/** Three passes, a minute apart, change nothing: it is not sent, and keeps its symbol. */
export async function stays(
  { home, id }: { home: TestWorld; id: string },
  submitted: readonly string[] = [],
): Promise<void> {
  for (let pass = 0; pass < 3; pass += 1) {
    await home.apply();
    home.clock.advance(MINUTE);
  }
  expect(home.broker.submitted).toEqual(submitted);
  expect(home.journal.ledger().openOrders.has(id)).toBe(true);
}
