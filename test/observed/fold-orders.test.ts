/** What the ledger says of an order of ours after each word about it. */
import { describe, expect, test } from 'vitest';
import type { EventOf, JournalEvent } from '../../src/observed/events.ts';
import { findOrder, type Ledger } from '../../src/observed/ledger.ts';
import { at, DATE, dollars, ledgerAfter, LOCK, price, shares } from './support/journal-of.ts';

const OURS = { fence: 1, clientOrderId: 'o1' } as const;
const INTENT: EventOf<'intent'> = {
  type: 'intent',
  ...OURS,
  strategy: 'a',
  symbol: 'KO',
  side: 'buy',
  quantity: shares(10),
  purpose: 'open',
  reason: 'NewTarget',
  estimate: price(50),
  sessionDate: DATE,
  key: 'k',
};
const CREATED: JournalEvent = { type: 'order-created', ...OURS, brokerOrderId: 'b1' };

/** Record 1 takes the lock, 2 is the intent, 3 the first of `events`. */
const after = (...events: readonly JournalEvent[]): Ledger => ledgerAfter(LOCK, INTENT, ...events);

function fill(count: number, more: Partial<EventOf<'fill'>> = {}): EventOf<'fill'> {
  const said = { cumulative: shares(count), averagePrice: price(50), at: at(0), reportedAt: at(1) };
  const what = { quantity: shares(count), value: dollars(count * 50), ...said };
  return { type: 'fill', ...OURS, brokerOrderId: 'b1', ...what, ...more };
}

const ended = (status: EventOf<'order-ended'>['status'], detail = ''): JournalEvent => ({
  type: 'order-ended',
  ...OURS,
  status,
  detail,
});

describe('an order', () => {
  const { type: _, ...intent } = INTENT;
  const fresh = {
    intent,
    intendedAt: at(2),
    status: 'intended',
    brokerOrderId: null,
    filled: 0,
    averagePrice: null,
    fills: [],
    detail: '',
    updatedAt: at(2),
    reportedAt: null,
  };

  test('begins with its intent', () => {
    expect(after().openOrders.get('o1')).toEqual(fresh);
  });

  test.each<[what: string, event: JournalEvent, change: object]>([
    ['that the broker has', CREATED, { status: 'created', brokerOrderId: 'b1' }],
    [
      'without an answer',
      { type: 'order-unknown', ...OURS, detail: 'timeout' },
      { status: 'unknown', detail: 'timeout' },
    ],
    ['that was looked for in vain', { type: 'order-unseen', ...OURS }, { status: 'unseen' }],
    [
      'that is sent again',
      { type: 'order-sent-again', ...OURS, reason: 'Removed' },
      { status: 'unknown', detail: 'sent again', intent: { ...intent, reason: 'Removed' } },
    ],
    [
      'that was refused the second time',
      { type: 'order-declined', ...OURS, detail: 'no' },
      { status: 'declined', detail: 'no' },
    ],
    [
      'that has to wait',
      { type: 'order-deferred', ...OURS, detail: 'busy' },
      { status: 'deferred', detail: 'busy' },
    ],
    ['that is left to the next execution', { type: 'order-handed-over', ...OURS }, { status: 'handed-over' }],
  ])('%s has changed in that alone, and is still open', (_, event, change) => {
    expect(after(event).openOrders.get('o1')).toEqual({ ...fresh, updatedAt: at(3), ...change });
  });

  test('that has ended stands under its session, with the reason', () => {
    const ledger = after(ended('refused', 'no money'));
    expect(ledger.openOrders.size).toBe(0);
    expect(ledger.endedOrders.get(DATE)?.get('o1')).toEqual({
      ...fresh,
      status: 'refused',
      detail: 'no money',
      updatedAt: at(3),
    });
  });

  test('keeps each of its fills, with the fee that the broker named', () => {
    const ledger = after(
      fill(4),
      fill(6, { cumulative: shares(10), averagePrice: price(51), fee: dollars(1), reportedAt: at(2) }),
    );
    expect(ledger.openOrders.get('o1')).toStrictEqual({
      ...fresh,
      status: 'created',
      brokerOrderId: 'b1',
      filled: shares(10),
      averagePrice: price(51),
      fills: [
        { quantity: shares(4), value: dollars(200), at: at(0) },
        { quantity: shares(6), value: dollars(300), fee: dollars(1), at: at(0) },
      ],
      updatedAt: at(0),
      reportedAt: at(2),
    });
  });

  test('adds its fees to those of its strategy', () => {
    expect(after(fill(4)).fees.size).toBe(0);
    const twice = after(fill(4, { fee: dollars(2) }), fill(6, { fee: dollars(1) }));
    expect([...twice.fees]).toEqual([['a', dollars(3)]]);
  });

  test('that sells takes shares and their value out of the book', () => {
    const sale: JournalEvent = { ...INTENT, clientOrderId: 'o2', side: 'sell' };
    const ledger = after(fill(10), sale, fill(4, { clientOrderId: 'o2' }));
    expect(ledger.books.get('a')?.get('KO')).toMatchObject({ quantity: shares(6), cost: dollars(300) });
  });
});

describe('an order that had ended and that the broker shows again', () => {
  const reopened = (contained: number, value: number): JournalEvent => ({
    type: 'order-reopened',
    ...OURS,
    brokerOrderId: 'b9',
    contained: shares(contained),
    containedValue: dollars(value),
  });

  test('is open again, and ended no more', () => {
    const ledger = after(fill(4), ended('not-created'), reopened(4, 200));
    expect([...ledger.endedOrders.values()].flatMap((orders) => [...orders.keys()])).toEqual([]);
    expect(ledger.openOrders.get('o1')).toMatchObject({
      status: 'created',
      brokerOrderId: 'b9',
      filled: shares(4),
      fills: [{ quantity: shares(4), value: dollars(200) }],
      updatedAt: at(5),
    });
  });

  test('counts what the books contain of it beyond its own fills as one more fill', () => {
    const ledger = after(fill(4), ended('resolved'), reopened(10, 530));
    expect(ledger.openOrders.get('o1')).toMatchObject({ filled: shares(10) });
    expect(ledger.openOrders.get('o1')?.fills).toEqual([
      { quantity: shares(4), value: dollars(200), at: at(0) },
      { quantity: shares(6), value: dollars(330), at: at(5) },
    ]);
  });

  test('is found in whatever session it ended, among others', () => {
    const later: JournalEvent = { ...INTENT, clientOrderId: 'o2', sessionDate: '2025-12-03' };
    const more: JournalEvent = { ...reopened(0, 0), clientOrderId: 'o2' } as JournalEvent;
    const ledger = after(
      later,
      ended('not-created'),
      { ...ended('not-created'), clientOrderId: 'o2' } as JournalEvent,
      more,
    );
    expect([...ledger.openOrders.keys()]).toEqual(['o2']);
    expect(findOrder(ledger, 'o1')?.status).toBe('not-created');
  });

  test('comes with what it was, where the ledger has forgotten it', () => {
    const { type: _, ...intent } = INTENT;
    const forgotten = {
      intent,
      intendedAt: at(0),
      filled: shares(0),
      averagePrice: null,
      fills: [],
      detail: '',
      reportedAt: null,
    };
    const ledger = ledgerAfter(LOCK, { ...reopened(0, 0), order: forgotten } as JournalEvent);
    expect(ledger.openOrders.get('o1')).toMatchObject({ intent, status: 'created', brokerOrderId: 'b9' });
    expect(ledgerAfter(LOCK, reopened(0, 0)).openOrders.size).toBe(0);
  });
});
