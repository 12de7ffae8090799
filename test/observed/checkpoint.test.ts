import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import type { Money, Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { parseInstant } from '../../src/domain/instant.ts';
import { checkpointBehind, isLaterSession, stateOf } from '../../src/observed/checkpoint.ts';
import type { JournalEvent, JournalRecord } from '../../src/observed/events.ts';
import { decodeLine, encodeRecord } from '../../src/observed/journal-format.ts';
import { advance, emptyLedger, foldRecords } from '../../src/observed/ledger-fold.ts';
import { findOrder, newestEndedOrders, ordersOn, type Ledger } from '../../src/observed/ledger.ts';
import { arbitraryEvents, recordsOf } from './support/arbitrary-events.ts';

/** Events of several days: dates in orders and slots move on with `day`. */
function onDay(events: readonly JournalEvent[], day: number): JournalEvent[] {
  const text = JSON.stringify(events);
  const date = (offset: number): string => `2025-12-${String(2 + day + offset).padStart(2, '0')}`;
  const moved = text.replaceAll('2025-12-02', 'today').replaceAll('2025-12-03', date(1));
  return JSON.parse(moved.replaceAll('today', date(0))) as JournalEvent[];
}

const days = fc
  .array(arbitraryEvents, { minLength: 1, maxLength: 6 })
  .map((all) => all.map((events, day) => onDay(events, day)));

/** The record that a checkpoint is after it was written and read. */
function written(seal: JournalRecord, ledger: Ledger): JournalRecord {
  const { bytes } = encodeRecord(checkpointBehind(seal, ledger));
  const decoded = decodeLine(bytes.toString('latin1').trim());
  if (decoded.kind !== 'record') throw new Error(decoded.kind);
  return decoded.record;
}

interface Journal {
  readonly whole: readonly JournalRecord[];
  /** The segment that is not sealed. */
  readonly last: readonly JournalRecord[];
}

/** A segment a day; the numbers go on through all of them. */
function segmented(all: readonly (readonly JournalEvent[])[]): Journal {
  const whole: JournalRecord[] = [];
  let last: JournalRecord[] = [];
  const add = (record: JournalRecord): void => {
    const placed = { ...record, seq: whole.length + 1, prev: whole.at(-1)?.sum ?? '' };
    const named = record.event.type === 'checkpoint' ? record : { ...placed, sum: `s-${placed.seq}` };
    whole.push(named);
    last.push(named);
  };
  all.forEach((events, day) => {
    if (day > 0) {
      recordsOf([{ type: 'sealed', next: day + 1 }]).forEach(add);
      const checkpoint = written(last.at(-1)!, foldRecords(last));
      last = [];
      add(checkpoint);
    }
    recordsOf(events.filter(({ type }) => type !== 'checkpoint' && type !== 'sealed')).forEach(add);
  });
  return { whole, last };
}

/** All that decisions ask of a ledger; only orders and slots of older dates may be missing. */
function decisive(ledger: Ledger): unknown {
  const dates = [...ledger.endedOrders.keys()].sort().slice(-2);
  return {
    seq: ledger.seq,
    hash: ledger.hash,
    state: JSON.stringify(stateOf(ledger)),
    newest: newestEndedOrders(ledger),
    onDates: dates.map((date) => ordersOn(ledger, date)),
  };
}

describe('a checkpoint', () => {
  test.prop([days], { numRuns: 1000 })(
    'and what follows it say the same as the whole journal, in all that a decision asks',
    (all) => {
      const { whole, last } = segmented(all);
      const [fromStart, fromCheckpoint] = [foldRecords(whole), foldRecords(last)];
      expect(JSON.stringify(decisive(fromCheckpoint))).toBe(JSON.stringify(decisive(fromStart)));
    },
  );

  test.prop([days], { numRuns: 500 })('is the same whoever has folded the segment, and how', (all) => {
    const { last } = segmented([...all, [{ type: 'lock-unlocked', lockId: 'none', by: 'me' }]]);
    const seal = last.at(-1)!;
    const [atOnce, oneByOne] = [foldRecords(last), last.reduce(advance, emptyLedger())];
    const bytes = encodeRecord(checkpointBehind(seal, atOnce)).bytes;
    expect(encodeRecord(checkpointBehind(seal, oneByOne)).bytes.equals(bytes)).toBe(true);
    // Also by somebody who has started with it.
    const again = { ...seal, seq: seal.seq + 1, sum: 'x', event: { type: 'sealed', next: 9 } } as const;
    const reopened = foldRecords([written(seal, atOnce), again]);
    expect(stateOf(reopened)).toStrictEqual(JSON.parse(JSON.stringify(stateOf(atOnce))));
  });

  test('of a version that knew no fees is read: nothing was charged', () => {
    const seal = recordsOf([{ type: 'sealed', next: 2 }])[0]!;
    const record = written(seal, emptyLedger());
    if (record.event.type !== 'checkpoint') throw new Error('no checkpoint');
    const { fees, ...state } = record.event.state as Record<string, unknown>;
    expect(fees).toEqual({ $map: [] });
    const earlier = { ...record, event: { ...record.event, state } } as JournalRecord;
    expect(foldRecords([earlier]).fees).toEqual(new Map());
  });

  test('of a version that followed no corporate actions is read: there were none', () => {
    const seal = recordsOf([{ type: 'sealed', next: 2 }])[0]!;
    const record = written(seal, emptyLedger());
    if (record.event.type !== 'checkpoint') throw new Error('no checkpoint');
    const { splits, formerNames, ...state } = record.event.state;
    expect([splits, formerNames]).toEqual([{ $map: [] }, { $map: [] }]);
    const read = foldRecords([{ ...record, event: { ...record.event, state } }]);
    expect([read.splits, read.formerNames]).toEqual([new Map(), new Map()]);
  });

  test('does not grow with the number of days', () => {
    const seal = recordsOf([{ type: 'sealed', next: 2 }])[0]!;
    const sizeAfter = (count: number): number => {
      let ledger = emptyLedger();
      for (let day = 0; day < count; day += 1) {
        const events = onDay(tradingDay(day + 1), day % 26);
        ledger = recordsOf(events).reduce(advance, ledger);
        ledger = foldRecords([written(seal, ledger)]);
      }
      return encodeRecord(checkpointBehind(seal, ledger)).bytes.length;
    };
    expect(sizeAfter(26)).toBeLessThan(sizeAfter(3) * 1.05);
  });
});

/** A lock, a slot, two orders and their ends. */
function tradingDay(fence: number): JournalEvent[] {
  const at = 1_764_709_200_000 as Instant;
  const owner = { pid: 1, started: '1', bootId: 'b', host: 'h' };
  const times = { acquired: at, expires: at, expiresMonotonic: 0 };
  const slot = 'core/2025-12-02/rebalance/1555';
  const orders = ['a', 'b'].flatMap((name): JournalEvent[] => {
    const clientOrderId = `hg-core-2025-12-02-${name}`;
    return [
      {
        type: 'intent',
        clientOrderId,
        fence,
        strategy: 'core',
        symbol: 'VTI',
        side: 'buy',
        quantity: 1_000_000_000 as never,
        purpose: 'open',
        reason: 'NewTarget',
        estimate: 100_000_000 as never,
        sessionDate: '2025-12-02',
        key: name,
      },
      { type: 'order-ended', fence, clientOrderId, status: 'canceled', detail: '' },
    ];
  });
  return [
    { type: 'lock-acquired', fence, lockId: 'l', holder: 'core', owner, ...times },
    { type: 'slot-started', fence, slot, strategy: 'core', targets: [] },
    ...orders,
    { type: 'slot-ended', fence, slot, outcome: 'done' },
    { type: 'lock-released', fence },
  ];
}

describe('an order that no checkpoint keeps any more', () => {
  const id = 'hg-core-2025-12-02-a';
  const days = [1, 2, 3, 4].map((fence) => onDay(tradingDay(fence), fence - 1));
  const { whole, last } = segmented(days);
  const forgotten = findOrder(foldRecords(whole), id)!;
  const lock = tradingDay(5)[0]!;
  const contained = { contained: 0 as Quantity, containedValue: 0 as Money };
  const reopened = {
    type: 'order-reopened',
    fence: 5,
    clientOrderId: id,
    brokerOrderId: 'b',
    ...contained,
  } as const;

  test('is known to the whole journal only', () => {
    expect(forgotten.status).toBe('canceled');
    expect(findOrder(foldRecords(last), id)).toBeUndefined();
  });

  test('comes back with what its reopening says of it, and alike in both', () => {
    const more = recordsOf([lock, { ...reopened, order: forgotten }]);
    const [all, short] = [foldRecords([...whole, ...more]), foldRecords([...last, ...more])];
    expect(short.openOrders.get(id)).toMatchObject({ status: 'created', intent: forgotten.intent });
    expect(short.openOrders.get(id)).toStrictEqual(all.openOrders.get(id));
    expect(findOrder(foldRecords([...last, ...recordsOf([lock, reopened])]), id)).toBeUndefined();
  });
});

describe('a later session', () => {
  test.each([
    ['the same evening', '2025-12-02T16:30:00-05:00', '2025-12-02T23:59:59-05:00', false],
    ['the next day', '2025-12-02T16:30:00-05:00', '2025-12-03T00:00:00-05:00', true],
    [
      'the next day in Europe, the same in New York',
      '2025-12-02T16:30:00-05:00',
      '2025-12-03T04:59:59Z',
      false,
    ],
    ['Saturday', '2025-12-05T15:55:00-05:00', '2025-12-06T12:00:00-05:00', false],
    ['Monday', '2025-12-05T15:55:00-05:00', '2025-12-08T09:30:00-05:00', true],
    ['Monday, after a Saturday', '2025-12-06T12:00:00-05:00', '2025-12-08T09:30:00-05:00', true],
    ['a holiday', '2025-12-24T12:00:00-05:00', '2025-12-25T12:00:00-05:00', false],
    ['the day after a holiday', '2025-12-25T12:00:00-05:00', '2025-12-26T09:30:00-05:00', true],
    [
      'an earlier day: the clock was set back',
      '2025-12-03T12:00:00-05:00',
      '2025-12-02T12:00:00-05:00',
      false,
    ],
  ] as const)('is not decided by the host: %s', (_, newest, now, expected) => {
    expect(isLaterSession(parseInstant(newest)!, parseInstant(now)!)).toBe(expected);
  });
});
