import { describe, expect, test } from 'vitest';
import { clientOrderId } from '../../src/actions/order-id.ts';
import type { CalendarDate, Instant } from '../../src/domain/instant.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Ledger, LedgerOrder } from '../../src/observed/ledger.ts';
import { decisionKey, type OrderDecision } from '../../src/reconciler/decision-key.ts';

const DECISION: OrderDecision = {
  strategy: 'core',
  occasion: 'core/2025-12-02/rebalance/1555',
  symbol: 'KO',
  side: 'buy',
  sessionDate: '2025-12-02',
};

const EMPTY: Ledger = {
  ...emptyLedger(),
  account: { id: 'paper-1', environment: 'paper', broker: 'alpaca' },
};

/** A ledger that knows orders of these decisions, ended in the session of each. */
function knowing(...decisions: readonly OrderDecision[]): Ledger {
  const orders = decisions.map((decision, at) => {
    const key = decisionKey(EMPTY, decision);
    return { intent: { clientOrderId: `o${at}`, key, sessionDate: decision.sessionDate } } as LedgerOrder;
  });
  const dates = [...new Set(decisions.map(({ sessionDate }) => sessionDate))];
  const on = (date: CalendarDate) =>
    new Map(
      orders
        .filter(({ intent }) => intent.sessionDate === date)
        .map((order) => [order.intent.clientOrderId, order] as const),
    );
  return { ...EMPTY, endedOrders: new Map(dates.map((date) => [date, on(date)])) };
}

const idOf = (ledger: Ledger, decision: OrderDecision): string =>
  clientOrderId(ledger, decision, 'rebal1555');

/** Whatever makes a decision another one. */
const OTHERS: readonly [string, Partial<OrderDecision>][] = [
  ['strategy', { strategy: 'other' }],
  ['occasion', { occasion: 'core/2025-12-02/entry/1000' }],
  ['symbol', { symbol: 'PEP' }],
  ['side', { side: 'sell' }],
  ['session', { sessionDate: '2025-12-03' }],
];

describe('the id of an order', () => {
  test('is the same in every process, as long as the decision is', () => {
    expect(idOf(knowing(), DECISION)).toBe(idOf(knowing(), { ...DECISION }));
    expect(idOf(knowing(), DECISION)).toMatch(/^hg-core-20251202-rebal1555-[a-z2-7]{16}$/);
  });

  test.each(OTHERS)('is another one of another %s', (_, other) => {
    const decision = { ...DECISION, ...other };
    expect(decisionKey(EMPTY, decision)).not.toBe(decisionKey(EMPTY, DECISION));
    expect(idOf(knowing(), decision)).not.toBe(idOf(knowing(), DECISION));
  });

  test.each<[string, Partial<Ledger>]>([
    ['account', { account: { id: 'paper-2', environment: 'paper', broker: 'alpaca' } }],
    ['journal, rebuilt', { rebuiltAt: 1 as Instant }],
    ['journal, rebuilt again', { rebuiltAt: 2 as Instant }],
  ])('is another one of another %s', (_, other) => {
    const others = [EMPTY, { ...EMPTY, rebuiltAt: 3 as Instant }];
    for (const ledger of others)
      expect(idOf({ ...EMPTY, ...other }, DECISION)).not.toBe(idOf(ledger, DECISION));
  });

  test('is another one after each order of the same decision', () => {
    const ledgers = [knowing(), knowing(DECISION), knowing(DECISION, DECISION)];
    expect(new Set(ledgers.map((ledger) => idOf(ledger, DECISION))).size).toBe(3);
  });

  test.each(OTHERS)('does not depend on orders of another %s', (_, other) => {
    expect(idOf(knowing({ ...DECISION, ...other }), DECISION)).toBe(idOf(knowing(), DECISION));
  });

  test('has at most what a broker takes of long names, and still tells them apart', () => {
    const long = { ...DECISION, strategy: 'a-very-long-name-of-a-strategy' };
    const id = clientOrderId(knowing(), long, 'rebalance1555');
    expect(id).toMatch(/^hg-a-very-long--20251202-rebalance1-[a-z2-7]{16}$/);
    expect(id).not.toBe(
      clientOrderId(knowing(), { ...long, strategy: 'a-very-long-other' }, 'rebalance1555'),
    );
  });
});
