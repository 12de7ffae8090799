/** Which part of the journal is one session day. 2025-12-02 is a Tuesday. */
import { describe, expect, test } from 'vitest';
import type { Ratio } from '../../src/domain/decimal.ts';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import { newestMarked, windowOf } from '../../src/observed/eod-window.ts';
import type { JournalEvent, JournalRecord } from '../../src/observed/events.ts';
import type { DayMark, MarkKind } from '../../src/observed/mark-events.ts';
import { TEST_ACCOUNT } from '../support/account.ts';
import { recordsOf } from './support/arbitrary-events.ts';
import { dollars, LOCK } from './support/journal-of.ts';

const MONDAY = '2025-12-01';
const TUESDAY = '2025-12-02';
const WEDNESDAY = '2025-12-03';

/** A record of noon in New York, unless said otherwise. */
type Entry = readonly [date: string, event: JournalEvent, time?: string];

function journal(...entries: readonly Entry[]): JournalRecord[] {
  return recordsOf(entries.map(([, event]) => event)).map((record, index) => {
    const [date, , time = '12:00:00'] = entries[index] ?? ['', LOCK];
    return { ...record, time: parseInstant(`${date}T${time}-05:00`) ?? (0 as Instant) };
  });
}

function mark(kind: MarkKind, session: string, equity = 1, fence = 1): DayMark & JournalEvent {
  const what = { cash: dollars(0), at: 0 as Instant, positions: [], strategies: [] };
  return { type: 'day-marked', fence, session, kind, equity: dollars(equity), ...what };
}

const word = (reason: string): JournalEvent => ({ type: 'halted', mode: 'hold', reason, by: 'me' });
const LATCHED: JournalEvent = {
  type: 'limit-latched',
  fence: 1,
  strategy: null,
  limit: 'daily',
  session: TUESDAY,
  loss: dollars(5),
  base: dollars(100),
  allowed: 20_000 as Ratio,
};
const LOCKED: Entry = ['2025-11-28', LOCK];

/** Equity at both ends, and the words of operators between them, and before, at and after the end of the day. */
function seen(records: readonly JournalRecord[], live: DayMark | null = null, date = TUESDAY) {
  const window = windowOf(records, date, live);
  if (window === null) return null;
  const { start, end, between, before, atEnd, afterDay } = window;
  return {
    from: start && start.equity / 1e6,
    to: end && end.equity / 1e6,
    between: between.flatMap(({ event }) => (event.type === 'halted' ? [event.reason] : [])),
    halts: [before, atEnd, afterDay].map(({ halt }) => halt?.reason ?? null),
  };
}

describe('a day', () => {
  test('counts from the close before it to its last mark', () => {
    const records = journal(
      LOCKED,
      [MONDAY, word('a')],
      [MONDAY, mark('close', MONDAY, 1)],
      [MONDAY, word('b')],
      [TUESDAY, mark('start', TUESDAY, 2)],
      [TUESDAY, word('c')],
      [TUESDAY, mark('close', TUESDAY, 3)],
      [TUESDAY, word('d')],
      [WEDNESDAY, word('e')],
      [WEDNESDAY, mark('start', WEDNESDAY, 4)],
    );
    expect(seen(records)).toEqual({ from: 1, to: 3, between: ['b', 'c'], halts: ['a', 'c', 'd'] });
  });

  test.each<[what: string, entries: readonly Entry[], parts: object | null]>([
    [
      'whose close before was not marked counts from its own start',
      [
        [MONDAY, mark('interim', MONDAY, 1)],
        [TUESDAY, mark('start', TUESDAY, 2)],
        [TUESDAY, mark('interim', TUESDAY, 3)],
      ],
      { from: 2, to: 3 },
    ],
    [
      'behind a close of an earlier session counts from its own start',
      [
        ['2025-11-28', mark('close', '2025-11-28', 1)],
        [TUESDAY, mark('start', TUESDAY, 2)],
        [TUESDAY, mark('close', TUESDAY, 3)],
      ],
      { from: 2, to: 3 },
    ],
    [
      'behind a close that was followed by another mark of that session counts from its own start',
      [
        [MONDAY, mark('close', MONDAY, 1)],
        [MONDAY, mark('interim', MONDAY, 7)],
        [TUESDAY, mark('start', TUESDAY, 2)],
        [TUESDAY, mark('close', TUESDAY, 3)],
      ],
      { from: 2, to: 3 },
    ],
    [
      'without a start has none',
      [
        [TUESDAY, mark('interim', TUESDAY, 2)],
        [TUESDAY, word('a')],
        [TUESDAY, mark('close', TUESDAY, 3)],
      ],
      { from: null, to: 3, between: ['a'] },
    ],
    [
      'ends at its last mark, however many there are',
      [
        [TUESDAY, mark('start', TUESDAY, 2)],
        [TUESDAY, mark('interim', TUESDAY, 3)],
        [TUESDAY, mark('interim', TUESDAY, 4)],
        [TUESDAY, mark('close', TUESDAY, 5)],
      ],
      { from: 2, to: 5 },
    ],
    [
      'ends at no mark of it that was made on a later date',
      [
        [TUESDAY, mark('start', TUESDAY, 2)],
        [TUESDAY, mark('interim', TUESDAY, 3)],
        [WEDNESDAY, mark('close', TUESDAY, 4)],
      ],
      { from: 2, to: 3 },
    ],
    [
      'ends at a mark, and at no limit of it',
      [
        [TUESDAY, mark('start', TUESDAY, 2)],
        [TUESDAY, mark('interim', TUESDAY, 3)],
        [TUESDAY, LATCHED],
      ],
      { from: 2, to: 3 },
    ],
    [
      'without a mark counts from the close before it, whatever comes later',
      [
        [MONDAY, mark('close', MONDAY, 1)],
        [TUESDAY, word('a')],
        [WEDNESDAY, mark('start', WEDNESDAY, 4)],
      ],
      { from: 1, to: null, between: ['a'] },
    ],
    [
      'with one mark has no end',
      [
        [MONDAY, word('a')],
        [TUESDAY, mark('start', TUESDAY, 2)],
        [TUESDAY, word('b')],
        [WEDNESDAY, word('c')],
      ],
      { from: 2, to: null, between: ['b'], halts: ['a', 'b', 'b'] },
    ],
    [
      'without a mark has its words',
      [
        [MONDAY, word('a')],
        [TUESDAY, word('b')],
      ],
      {
        from: null,
        to: null,
        between: ['b'],
        halts: ['a', 'b', 'b'],
      },
    ],
    [
      'begins and ends at midnight in New York',
      [
        [MONDAY, word('a'), '23:59:59'],
        [TUESDAY, word('b'), '00:00:00'],
        [TUESDAY, word('c'), '23:59:59'],
        [WEDNESDAY, word('d'), '00:00:00'],
      ],
      { between: ['b', 'c'], halts: ['a', 'c', 'c'] },
    ],
    [
      'of which the journal says nothing is none',
      [
        [MONDAY, word('a')],
        [WEDNESDAY, word('b')],
      ],
      null,
    ],
    ['that is still to come is none', [[MONDAY, word('a')]], null],
  ])('%s', (_, entries, parts) => {
    const found = seen(journal(LOCKED, ...entries));
    if (parts === null) expect(found).toBeNull();
    else expect(found).toMatchObject(parts);
  });

  test('that is not over ends with the account as it is now', () => {
    const records = journal(LOCKED, [TUESDAY, mark('start', TUESDAY, 2)], [TUESDAY, word('a')]);
    const live = mark('interim', TUESDAY, 5);
    expect(seen(records, live)).toMatchObject({ from: 2, to: 5, between: ['a'] });
    expect(seen(journal(LOCKED, [MONDAY, word('a')]), live)).toMatchObject({
      from: null,
      to: 5,
      between: [],
    });
  });

  test('begins behind a day that the manifests close', () => {
    const accepted = (calendar: object): JournalEvent => ({
      type: 'revision-accepted',
      digest: 'd',
      strategies: [],
      account: { file: 'f', name: 'n', settings: { ...TEST_ACCOUNT, ...calendar } },
    });
    const entries: Entry[] = [
      [MONDAY, accepted({ calendar: { [MONDAY]: 'closed' } })],
      ['2025-12-01', mark('close', '2025-11-28', 1)],
      [TUESDAY, mark('start', TUESDAY, 2)],
      [TUESDAY, mark('close', TUESDAY, 3)],
    ];
    expect(seen(journal(LOCKED, ...entries))).toMatchObject({ from: 1 });
    expect(seen(journal(LOCKED, ...entries, [TUESDAY, accepted({})]))).toMatchObject({ from: 2 });
    expect(seen(journal(LOCKED, ...entries, [WEDNESDAY, accepted({})]))).toMatchObject({ from: 1 });
  });
});

describe('a mark', () => {
  const lock = (fence: number): JournalEvent => ({ ...LOCK, fence }) as JournalEvent;
  const released = (fence: number): JournalEvent => ({ type: 'lock-released', fence });
  const newest = (...events: readonly JournalEvent[]) =>
    newestMarked(journal(...events.map((event): Entry => [TUESDAY, event])));

  test.each<[what: string, events: readonly JournalEvent[], session: string | null]>([
    ['is the newest of all', [LOCK, mark('start', MONDAY), mark('start', TUESDAY)], TUESDAY],
    ['is none where there is none', [LOCK], null],
    ['counts under the lock', [lock(1), released(1), lock(2), mark('start', MONDAY, 1, 2)], MONDAY],
    ['is void before a lock', [mark('start', MONDAY), LOCK], null],
    ['is void of a fence that is over', [lock(1), released(1), mark('start', MONDAY)], null],
    ['is void of another fence', [lock(1), mark('start', MONDAY, 1, 2)], null],
    ['is void of a lock that skipped a fence', [lock(1), lock(3), mark('start', MONDAY, 1, 3)], null],
    ['counts after a release of another fence', [lock(1), released(7), mark('start', MONDAY)], MONDAY],
  ])('%s', (_, events, session) => {
    expect(newest(...events)).toBe(session);
  });
});
