/** A renamed strategy: the ledger says what it would say, had it been called so from the start. */
import { expect } from 'vitest';
import type { Money, Price, Quantity, Ratio } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import { foldRecords } from '../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { TEST_ACCOUNT } from '../support/account.ts';
import { test } from '../support/law.ts';
import { arbitraryEvents, recordsOf } from './support/arbitrary-events.ts';

const RENAME: JournalEvent = { type: 'strategy-renamed', from: 'core', to: 'renamed' };

/** As a journal is that programs wrote: a slot belongs to the strategy that its id begins with. */
function withOwnSlots(events: readonly JournalEvent[]): JournalEvent[] {
  return events
    .filter(({ type }) => type !== 'strategy-renamed')
    .map((event) =>
      'slot' in event && event.slot !== null && 'strategy' in event
        ? { ...event, strategy: event.slot.slice(0, event.slot.indexOf('/')) }
        : event,
    );
}

function underNewName(events: readonly JournalEvent[]): JournalEvent[] {
  const renamed = (_: string, value: unknown): unknown => {
    if (value === 'core') return 'renamed';
    return typeof value === 'string' && value.startsWith('core/') ? `renamed/${value.slice(5)}` : value;
  };
  return JSON.parse(JSON.stringify(events), renamed) as JournalEvent[];
}

/** What belongs to a strategy; the journal's own place, the lock and the marks of days that are over keep what they said. */
function owned(ledger: Ledger) {
  const { books, shared, realised, fees, carried, curves, memories, latches } = ledger;
  const { lastExecution, importedExecution, inventory, drains, suspensions } = ledger;
  const { openOrders, endedOrders, slots, triggers } = ledger;
  return {
    ...{
      books,
      shared,
      realised,
      fees,
      carried,
      curves,
      memories,
      latches,
      lastExecution,
      importedExecution,
    },
    ...{ inventory, drains, suspensions, openOrders, endedOrders, slots, triggers },
  };
}

const LOSS = { loss: 3e6 as Money, base: 100e6 as Money, allowed: 20_000 as Ratio };
const INTENT = {
  type: 'intent',
  fence: 1,
  symbol: 'VTI',
  side: 'buy',
  quantity: 1e9 as Quantity,
  purpose: 'increase',
  reason: 'TargetRaised',
  estimate: 100e6 as Price,
  sessionDate: '2025-12-02',
  key: 'k',
} as const;
const AT = 1_764_709_200_000 as Instant;

/** Something of everything that a strategy can have, of the one that is renamed and of one that is not. */
const EVERYTHING: readonly JournalEvent[] = [
  {
    type: 'revision-accepted',
    digest: 'd',
    strategies: ['core', 'omr'].map((name) => ({ name, lifecycle: 'active', schedule: [] })),
    account: { file: 'account.yaml', name: 'a', settings: TEST_ACCOUNT },
  },
  {
    type: 'books-opened',
    source: 'state-file',
    lots: ['core', 'omr'].map((strategy) => ({
      ...{
        strategy,
        symbol: 'VTI',
        quantity: 5e9 as Quantity,
        cost: 500e6 as Money,
        since: AT,
        orderId: null,
      },
    })),
    lastExecution: ['core', 'omr'].map((strategy) => ({ strategy, at: AT })),
    historySince: AT,
    unmanaged: [],
  },
  {
    type: 'lock-acquired',
    fence: 1,
    lockId: 'l',
    holder: 'other',
    owner: { pid: 1, started: '1', bootId: 'b', host: 'h' },
    acquired: AT,
    expires: AT,
    expiresMonotonic: 0,
  },
  ...['core', 'omr'].flatMap((strategy): JournalEvent[] => [
    { type: 'limit-latched', fence: 1, strategy, limit: 'daily', session: '2025-12-02', ...LOSS },
    { type: 'slot-triggered', slot: `${strategy}/2025-12-02/exit`, strategy, by: 'me', reason: 'now' },
    {
      type: 'slot-started',
      fence: 1,
      slot: `${strategy}/2025-12-02/entry`,
      strategy,
      targets: [],
      memory: { signal: 'pairs', state: { days: 3 } },
    },
    { type: 'strategy-suspended', strategy, reason: 'why', by: 'me', until: null },
    { type: 'drain-requested', strategy, close: true, by: 'me' },
    ...['open', 'ended'].map((id) => ({ ...INTENT, clientOrderId: `${strategy}-${id}`, strategy })),
    { type: 'order-ended', fence: 1, clientOrderId: `${strategy}-ended`, status: 'refused', detail: '' },
  ]),
];

test.prop([arbitraryEvents.map(withOwnSlots)], { numRuns: 500, examples: [[withOwnSlots(EVERYTHING)]] })(
  'whatever was recorded of it before',
  (events) => {
    const renamed = owned(foldRecords(recordsOf([...events, RENAME])));
    expect(renamed).toEqual(owned(foldRecords(recordsOf(underNewName(events)))));
  },
);
