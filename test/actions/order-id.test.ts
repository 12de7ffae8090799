import { describe, expect, test } from 'vitest';
import { clientOrderId, decisionKey, type OrderDecision } from '../../src/actions/order-id.ts';
import type { CalendarDate } from '../../src/domain/instant.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Ledger, LedgerOrder } from '../../src/observed/ledger.ts';

const DECISION: OrderDecision = {
  accountId: 'paper-1',
  strategy: 'core',
  occasion: 'core/2025-12-02/rebalance/1555',
  symbol: 'KO',
  side: 'buy',
  sessionDate: '2025-12-02',
  label: 'rebal1555',
};

/** A ledger that knows orders of these decisions, ended in the session of each. */
function knowing(...decisions: readonly OrderDecision[]): Ledger {
  const orders = decisions.map((decision, at) => {
    const intent = { clientOrderId: `o${at}`, key: decisionKey(decision), sessionDate: decision.sessionDate };
    return { intent } as LedgerOrder;
  });
  const dates = [...new Set(decisions.map(({ sessionDate }) => sessionDate))];
  const on = (date: CalendarDate) =>
    new Map(
      orders
        .filter(({ intent }) => intent.sessionDate === date)
        .map((order) => [order.intent.clientOrderId, order] as const),
    );
  return { ...emptyLedger(), endedOrders: new Map(dates.map((date) => [date, on(date)])) };
}

/** Whatever makes a decision another one. */
const OTHERS: readonly [string, Partial<OrderDecision>][] = [
  ['account', { accountId: 'paper-2' }],
  ['strategy', { strategy: 'other' }],
  ['occasion', { occasion: 'core/2025-12-02/entry/1000' }],
  ['symbol', { symbol: 'PEP' }],
  ['side', { side: 'sell' }],
  ['session', { sessionDate: '2025-12-03' }],
];

describe('the id of an order', () => {
  test('is the same in every process, as long as the decision is', () => {
    expect(clientOrderId(knowing(), DECISION)).toBe(clientOrderId(knowing(), { ...DECISION }));
    expect(clientOrderId(knowing(), DECISION)).toMatch(/^hg-core-20251202-rebal1555-[a-z2-7]{16}$/);
  });

  test.each(OTHERS)('is another one of another %s', (_, other) => {
    const decision = { ...DECISION, ...other };
    expect(decisionKey(decision)).not.toBe(decisionKey(DECISION));
    expect(clientOrderId(knowing(), decision)).not.toBe(clientOrderId(knowing(), DECISION));
  });

  test('is another one after each order of the same decision', () => {
    const ids = [knowing(), knowing(DECISION), knowing(DECISION, DECISION)].map((ledger) =>
      clientOrderId(ledger, DECISION),
    );
    expect(new Set(ids).size).toBe(3);
  });

  test.each(OTHERS)('does not depend on orders of another %s', (_, other) => {
    expect(clientOrderId(knowing({ ...DECISION, ...other }), DECISION)).toBe(
      clientOrderId(knowing(), DECISION),
    );
  });

  test('has at most what a broker takes of long names, and still tells them apart', () => {
    const long = { ...DECISION, strategy: 'a-very-long-name-of-a-strategy', label: 'rebalance1555' };
    expect(clientOrderId(knowing(), long)).toMatch(/^hg-a-very-long--20251202-rebalance1-[a-z2-7]{16}$/);
    const other = { ...long, strategy: 'a-very-long-other' };
    expect(clientOrderId(knowing(), long)).not.toBe(clientOrderId(knowing(), other));
  });
});
