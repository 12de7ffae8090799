/** Journals of a few events, one a second. */
import type { Money, Price, Quantity } from '../../../src/domain/decimal.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import type { EventOf, JournalEvent } from '../../../src/observed/events.ts';
import { foldRecords } from '../../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../../src/observed/ledger.ts';
import { recordsOf } from './arbitrary-events.ts';

const START = 1_764_709_200_000;
export const DATE = '2025-12-02';

export const shares = (count: number): Quantity => (count * 1e9) as Quantity;
export const dollars = (amount: number): Money => (amount * 1e6) as Money;
export const price = (amount: number): Price => (amount * 1e6) as Price;

/** When the record of this number is written; the first is 1. */
export const at = (seq: number): Instant => (START + seq * 1_000) as Instant;

export function ledgerAfter(...events: readonly JournalEvent[]): Ledger {
  return foldRecords(recordsOf(events).map((record) => ({ ...record, time: at(record.seq) })));
}

export const LOCK: JournalEvent = {
  type: 'lock-acquired',
  fence: 1,
  lockId: 'l',
  holder: 'a',
  owner: { pid: 1, started: '1', bootId: 'b', host: 'h' },
  acquired: at(0),
  expires: at(0),
  expiresMonotonic: 0,
};

/** Books by strategy, of `KO`: shares, and what they cost in dollars. */
export function opened(
  books: Readonly<Record<string, readonly [shares: number, cost: number]>>,
  more: Partial<EventOf<'books-opened'>> = {},
): JournalEvent {
  const lots = Object.entries(books).map(([strategy, [count, cost]]) => ({
    strategy,
    symbol: 'KO',
    quantity: shares(count),
    cost: dollars(cost),
    since: at(0),
    orderId: 'first',
  }));
  const none = { lastExecution: [], historySince: at(0), unmanaged: [] };
  return { type: 'books-opened', source: 'state-file', lots, ...none, ...more };
}
