/** An order that had counted as ended shows itself: when it is taken up again, and how much of it the books contain already. */
import { describe, expect, test } from 'vitest';
import type { Money, Price } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { BrokerOrder, BrokerFill } from '../../src/observed/broker-view.ts';
import type { LedgerOrder } from '../../src/observed/ledger.ts';
import type { LateOrderAction } from '../../src/reconciler/plan-types.ts';
import { followLateOrders } from '../../src/reconciler/rules/late-orders.ts';
import { shares } from '../support/executing.ts';
import { behind, frozenBy, heldBy, NOON, outside, planFacts, type FactsOf } from '../support/plan-facts.ts';

interface Case {
  readonly side?: 'buy' | 'sell';
  /** What is booked of it, at $10 a share. */
  readonly booked?: number;
  /** What the broker says has filled, at $12 a share; null: it does not say at which price. */
  readonly filled: number;
  readonly priced?: boolean;
  /** What the broker holds of the symbol beyond the books, and what of it is settling or lies on the other side. */
  readonly beyond?: number;
  readonly settling?: number;
  readonly anchored?: number;
  readonly history?: readonly BrokerFill[] | 'unknown';
  readonly age?: number;
  readonly observed?: FactsOf['observed'];
  readonly more?: Partial<FactsOf>;
}

async function shown(of: Case) {
  const { side = 'buy', booked = 0, filled, priced = true, age = 60_000 } = of;
  const order = {
    intent: { clientOrderId: 'hg-1', strategy: 'a', symbol: 'X', side, quantity: shares(10) },
    status: 'canceled',
    filled: shares(booked),
    fills: booked === 0 ? [] : [{ quantity: shares(booked), value: (booked * 10e6) as Money, at: NOON }],
  } as unknown as LedgerOrder;
  const seen = {
    clientOrderId: 'hg-1',
    brokerOrderId: 'b-1',
    status: 'filled',
    filledQuantity: shares(filled),
    averagePrice: priced ? (12e6 as Price) : null,
    updatedAt: (NOON - age) as Instant,
  } as BrokerOrder;
  const { beyond = 0, settling = 0, anchored } = of;
  const facts = await planFacts({
    ledger: {
      endedOrders: new Map([['2025-12-02', new Map([['hg-1', order]])]]),
      anchors: new Map(
        anchored === undefined ? [] : [['X', { at: 0 as Instant, unmanaged: shares(anchored) }]],
      ),
    },
    observed: { lateOrders: [seen], ...of.observed },
    history: of.history ?? [],
    differences:
      beyond === 0 && settling === 0
        ? []
        : [
            {
              unmanaged: shares(Math.max(0, beyond)),
              missing: shares(Math.min(0, beyond)),
              settling: shares(settling),
            },
          ],
    ...of.more,
  });
  const draft = behind(followLateOrders, facts);
  const [action] = draft.housekeeping as LateOrderAction[];
  const taken =
    action === undefined
      ? null
      : {
          contained: action.contained / 1e9,
          value: action.containedValue / 1e6,
          booking: filled - action.contained / 1e9,
        };
  return { draft, action, taken, held: heldBy(draft), frozen: frozenBy(draft) };
}

describe('a late order is taken up again', () => {
  test('with all that is known of it, and stops every order on its symbol meanwhile', async () => {
    const { draft, action, held, frozen } = await shown({ filled: 10, beyond: 10 });
    expect(action).toEqual({
      kind: 'reopen-order',
      id: 'reopen-order/hg-1',
      strategy: 'a',
      symbol: 'X',
      reason: 'LateOrder',
      clientOrderId: 'hg-1',
      brokerOrderId: 'b-1',
      contained: 0,
      containedValue: 0,
      from: 'canceled',
      to: 'filled',
      sources: ['journal: order hg-1 (canceled)', 'broker: order hg-1 (filled), 10 filled'],
    });
    expect({ held, frozen }).toEqual({ held: [], frozen: ['X: all OrderUnresolved'] });
    expect(draft.freezes.get('X')?.detail).toBe(
      'order hg-1 had counted as canceled; the broker has filled 10 of it',
    );
  });

  test.each<[string, Case, { contained: number; value: number; booking: number }]>([
    [
      'all of it, where the books lack all',
      { filled: 10, beyond: 10 },
      { contained: 0, value: 0, booking: 10 },
    ],
    ['what the books lack', { filled: 10, beyond: 4 }, { contained: 6, value: 72, booking: 4 }],
    ['nothing, where they lack nothing', { filled: 10 }, { contained: 10, value: 120, booking: 0 }],
    [
      'nothing, where they lack less than nothing',
      { filled: 10, beyond: -3 },
      { contained: 10, value: 120, booking: 0 },
    ],
    ['no more than has filled', { filled: 10, beyond: 70 }, { contained: 0, value: 0, booking: 10 }],
    [
      'no more than is not booked',
      { booked: 4, filled: 10, beyond: 70 },
      { contained: 4, value: 40, booking: 6 },
    ],
    [
      'what is lacking beside what is booked',
      { booked: 4, filled: 10, beyond: 5 },
      { contained: 5, value: 60, booking: 5 },
    ],
    [
      'nothing, where nothing new has filled',
      { booked: 4, filled: 4, beyond: 5 },
      { contained: 4, value: 40, booking: 0 },
    ],
    [
      'nothing, where less has filled than is booked',
      { booked: 4, filled: 3, beyond: 5 },
      { contained: 4, value: 40, booking: -1 },
    ],
    [
      'of a sale what the books have too much',
      { side: 'sell', filled: 10, beyond: -4 },
      { contained: 6, value: 72, booking: 4 },
    ],
    [
      'of a sale nothing, where they have too little',
      { side: 'sell', filled: 10, beyond: 4 },
      { contained: 10, value: 120, booking: 0 },
    ],
    [
      'less what was there before',
      { filled: 10, beyond: 7, anchored: 3 },
      { contained: 6, value: 72, booking: 4 },
    ],
    [
      'less what others bought',
      { filled: 10, beyond: 7, history: [outside('buy', 3)] },
      { contained: 6, value: 72, booking: 4 },
    ],
    [
      'and what others sold',
      { filled: 10, beyond: 3, history: [outside('sell', 3)] },
      { contained: 4, value: 48, booking: 6 },
    ],
    [
      'and not less what it bought itself',
      { filled: 10, beyond: 7, history: [outside('buy', 7, { brokerOrderId: 'b-1' })] },
      { contained: 3, value: 36, booking: 7 },
    ],
    [
      'also where its fills seem to settle',
      { filled: 10, beyond: 7, settling: 1 },
      { contained: 2, value: 24, booking: 8 },
    ],
    [
      'at what is booked, where the broker says no price',
      { booked: 4, filled: 10, beyond: 5, priced: false },
      { contained: 5, value: 40, booking: 5 },
    ],
    ['nothing of nothing', { filled: 0 }, { contained: 0, value: 0, booking: 0 }],
  ])('to book %s', async (_, of, taken) => {
    expect((await shown(of)).taken).toEqual(taken);
  });
});

describe('a late order waits', () => {
  const UNKNOWN = { kind: 'unknown', reason: 'HTTP 503' } as const;

  test.each<[string, Case, string]>([
    ['while somebody executes', { filled: 10, observed: { lock: { kind: 'held' } } }, 'PendingOrder'],
    [
      'while positions are not known',
      { filled: 10, more: { snapshot: { positions: UNKNOWN } } },
      'HistoryUnavailable',
    ],
    ['while the history is not known', { filled: 10, history: 'unknown' }, 'HistoryUnavailable'],
    [
      'while the history was not asked for',
      { filled: 10, observed: { history: null } },
      'HistoryUnavailable',
    ],
    ['while positions may lag behind it', { filled: 10, age: 9_999 }, 'Settling'],
  ])('%s', async (_, of, reason) => {
    const { taken, held, frozen } = await shown(of);
    expect({ taken, held, frozen }).toEqual({
      taken: null,
      held: [`a/X: ${reason}`],
      frozen: [`X: all ${reason}`],
    });
  });

  test('no longer than positions lag, and not where nothing new has filled', async () => {
    expect((await shown({ filled: 10, age: 10_000 })).held).toEqual([]);
    expect((await shown({ booked: 4, filled: 4, age: 0 })).held).toEqual([]);
  });
});

test('An order that nobody knows is none of ours', async () => {
  const { taken, held, frozen } = await shown({ filled: 10, more: { ledger: {} } });
  expect({ taken, held, frozen }).toEqual({ taken: null, held: [], frozen: [] });
});
