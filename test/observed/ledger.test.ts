/** What is asked of a ledger about its orders. */
import { describe, expect, test } from 'vitest';
import {
  allOrders,
  findOrder,
  newestEndedOrders,
  ordersOn,
  type LedgerOrder,
} from '../../src/observed/ledger.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import { at } from './support/journal-of.ts';

const order = (clientOrderId: string, sessionDate: string, intended: number): LedgerOrder =>
  ({ intent: { clientOrderId, sessionDate }, intendedAt: at(intended) }) as LedgerOrder;
const OPEN = [order('e', '2025-12-03', 1), order('f', '2025-12-02', 6)];
const ENDED = [
  order('a', '2025-12-03', 5),
  order('b', '2025-12-01', 2),
  order('c', '2025-12-02', 4),
  order('d', '2025-12-02', 3),
];

const byDate = new Map<string, Map<string, LedgerOrder>>();
for (const one of ENDED) {
  const { sessionDate, clientOrderId } = one.intent;
  byDate.set(
    sessionDate,
    (byDate.get(sessionDate) ?? new Map<string, LedgerOrder>()).set(clientOrderId, one),
  );
}
const LEDGER = {
  ...emptyLedger(),
  openOrders: new Map(OPEN.map((one) => [one.intent.clientOrderId, one])),
  endedOrders: byDate,
};
const ids = (orders: readonly LedgerOrder[]) => orders.map(({ intent }) => intent.clientOrderId).join('');

describe('orders', () => {
  test('that ended in the two newest sessions, whatever the order in which these were written', () => {
    expect(ids(newestEndedOrders(LEDGER))).toBe('cda');
    expect(newestEndedOrders(emptyLedger())).toEqual([]);
  });

  test('are found by their id, open or not, in whatever session they ended', () => {
    for (const one of [...OPEN, ...ENDED]) expect(findOrder(LEDGER, one.intent.clientOrderId)).toBe(one);
    expect(findOrder(LEDGER, 'z')).toBeUndefined();
  });

  test('of all sessions, open or not, oldest intent first', () => {
    expect(ids(allOrders(LEDGER))).toBe('ebdcaf');
  });

  test('of one session, open or not', () => {
    expect(ids(ordersOn(LEDGER, '2025-12-02'))).toBe('cdf');
    expect(ids(ordersOn(LEDGER, '2025-12-03'))).toBe('ae');
    expect(ids(ordersOn(LEDGER, '2025-12-05'))).toBe('');
  });
});
