import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import type { Money, Price, Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import { advance, emptyLedger, foldRecords } from '../../src/observed/ledger-fold.ts';
import { findOrder, lotOf } from '../../src/observed/ledger.ts';
import { arbitraryEvents, recordsOf } from './support/arbitrary-events.ts';

const SHARE = 1_000_000_000;
const at = 1_764_709_200_000 as Instant;
const owner = { pid: 1, started: '1', bootId: 'b', host: 'h' };

function fold(...events: JournalEvent[]) {
  return foldRecords(recordsOf(events));
}

function lock(fence: number): JournalEvent {
  return {
    type: 'lock-acquired',
    fence,
    lockId: 'l',
    holder: 'core',
    owner,
    acquired: at,
    expires: at,
    expiresMonotonic: 0,
  };
}

function intent(fence: number, side: 'buy' | 'sell', shares: number): JournalEvent {
  return {
    type: 'intent',
    clientOrderId: `${side}-${shares}`,
    fence,
    strategy: 'core',
    symbol: 'VTI',
    side,
    quantity: (shares * SHARE) as Quantity,
    purpose: side === 'buy' ? 'open' : 'close',
    reason: 'NewTarget',
    estimate: 100_000_000 as Price,
    sessionDate: '2025-12-02',
    key: 'k',
  };
}

function fill(fence: number, clientOrderId: string, shares: number, dollars: number): JournalEvent {
  return {
    type: 'fill',
    fence,
    clientOrderId,
    brokerOrderId: 'b1',
    quantity: (shares * SHARE) as Quantity,
    value: (dollars * 1_000_000) as Money,
    cumulative: (shares * SHARE) as Quantity,
    averagePrice: ((dollars / shares) * 1_000_000) as Price,
    at,
    reportedAt: at,
  };
}

describe('the law of the fold', () => {
  test.prop([arbitraryEvents], { numRuns: 1000 })(
    'a whole journal and its records one by one give the same ledger',
    (events) => {
      const records = recordsOf(events);
      expect(records.reduce(advance, emptyLedger())).toStrictEqual(foldRecords(records));
    },
  );

  test.prop([arbitraryEvents, fc.nat()], { numRuns: 1000 })(
    'a step leaves the ledger before it as it was',
    (events, cut) => {
      const records = recordsOf(events);
      const prefix = records.slice(0, cut % (records.length + 1));
      const before = foldRecords(prefix);
      records.slice(prefix.length).reduce(advance, before);
      expect(before).toStrictEqual(foldRecords(prefix));
    },
  );
});

describe('fences', () => {
  test('an execution record of a fence that is no longer current changes nothing but the count', () => {
    const ledger = fold(lock(1), { type: 'lock-released', fence: 1 }, lock(2), intent(1, 'buy', 5));
    expect(ledger.fencedOff).toBe(1);
    expect(ledger.openOrders.size).toBe(0);
    expect(ledger.seq).toBe(4);
  });

  test('a lock must take the next fence', () => {
    const ledger = fold(lock(1), lock(3));
    expect(ledger.lock?.fence).toBe(1);
    expect(ledger.fencedOff).toBe(1);
  });

  test('after a release no execution record counts', () => {
    expect(fold(lock(1), { type: 'lock-released', fence: 1 }, intent(1, 'buy', 5)).openOrders.size).toBe(0);
  });
});

test('an operator takes away the lock that was seen, and no later one', () => {
  const unlocked = (lockId: string): JournalEvent => ({ type: 'lock-unlocked', lockId, by: 'me' });
  expect(fold(lock(1), unlocked('l')).lock).toBeNull();
  expect(fold(lock(1), unlocked('another')).lock?.fence).toBe(1);
});

test('the end of an execution is that of its strategy', () => {
  const ended: JournalEvent = { type: 'execution-ended', fence: 1, strategy: 'core', at };
  expect([...fold(lock(1), ended).lastExecution]).toEqual([['core', at]]);
});

describe('orders', () => {
  test('a fill moves the book, an end moves the order to its session', () => {
    const events = [lock(1), intent(1, 'buy', 5), fill(1, 'buy-5', 5, 500)];
    const filled = fold(...events);
    expect(lotOf(filled, 'core', 'VTI')).toStrictEqual({
      quantity: 5 * SHARE,
      cost: 500_000_000,
      since: at,
      orderId: 'buy-5',
    });
    const ended = fold(...events, {
      type: 'order-ended',
      fence: 1,
      clientOrderId: 'buy-5',
      status: 'filled',
      detail: '',
    });
    expect(ended.openOrders.size).toBe(0);
    expect(findOrder(ended, 'buy-5')?.status).toBe('filled');
  });

  test('a sale realises what it earns over the average cost', () => {
    const bought = [lock(1), intent(1, 'buy', 4), fill(1, 'buy-4', 4, 400)];
    const ledger = fold(...bought, intent(1, 'sell', 1), fill(1, 'sell-1', 1, 130));
    expect(ledger.realised.get('core')?.get('VTI')).toBe(30_000_000);
    expect(lotOf(ledger, 'core', 'VTI')?.cost).toBe(300_000_000);
  });

  test('an event of an order that nobody intended changes no book', () => {
    expect(fold(lock(1), fill(1, 'stranger', 5, 500)).books.size).toBe(0);
  });
});

test('a record that is whole and cannot be folded is refused by its name, and nothing else is said of it', () => {
  const records = recordsOf([lock(1), { type: 'books-opened' } as unknown as JournalEvent]);
  expect(() => foldRecords(records)).toThrow(
    expect.objectContaining({
      exit: 5,
      message: 'record 2 of the journal (books-opened) is whole, and not as hgctl writes it',
      hint: expect.stringContaining('restore the journal folder from a copy') as string,
    }),
  );
});
