import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import { sessionOn, type Session } from '../../src/domain/calendar.ts';
import { parseInstant, plus, timeOf, type Instant } from '../../src/domain/instant.ts';
import {
  formatScheduleTime,
  nextSlot,
  parseScheduleTime,
  slotAt,
  slotsOn,
  waitingFor,
  type ScheduleEntry,
  type ScheduleTime,
  type Slot,
} from '../../src/domain/schedule.ts';

const MINUTE = 60_000;

const REGULAR = sessionOn('2025-12-02')!;
const SHORT = sessionOn('2025-11-28')!;

function at(text: string): Instant {
  return parseInstant(text)!;
}

function entry(text: string, action: ScheduleEntry['action'] = 'entry', window = 4 * MINUTE): ScheduleEntry {
  return { at: parseScheduleTime(text)!, action, window };
}

function shown(slots: readonly Slot[]): string[] {
  return slots.map((slot) => `${slot.id} ${timeOf(slot.opensAt)}-${timeOf(slot.closesAt)}`);
}

const OMR = [entry('open+1m', 'exit', 5 * MINUTE), entry('close-5m', 'entry')];

const anyTime: fc.Arbitrary<ScheduleTime> = fc.oneof(
  fc
    .integer({ min: 570, max: 959 })
    .map((minutes) =>
      [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':'),
    )
    .map((time) => ({ kind: 'clock' as const, time })),
  fc.integer({ min: 0, max: 23_370 }).map((seconds) => ({ kind: 'open' as const, offset: seconds * 1000 })),
  fc
    .integer({ min: 30, max: 23_400 })
    .map((seconds) => ({ kind: 'close' as const, offset: -seconds * 1000 })),
);
const anyEntry: fc.Arbitrary<ScheduleEntry> = fc.record({
  at: anyTime,
  action: fc.constantFrom('entry', 'exit', 'rebalance'),
  window: fc.integer({ min: 0, max: 8 * 3600 }).map((seconds) => seconds * 1000),
});
const anySession: fc.Arbitrary<Session> = fc
  .constantFrom('2025-12-02', '2025-11-28', '2025-03-10', '2025-11-03')
  .map((date) => sessionOn(date)!);
const anyMoment = fc
  .integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2026, 11, 31) })
  .map((milliseconds) => milliseconds as Instant);

describe('slots of a session', () => {
  test('are those of the schedule, with their windows', () => {
    expect(shown(slotsOn('omr', OMR, REGULAR))).toEqual([
      'omr/2025-12-02/exit/0931 09:31-09:36',
      'omr/2025-12-02/entry/1555 15:55-15:59',
    ]);
  });

  test('move with an early close when they are relative to it', () => {
    expect(shown(slotsOn('omr', OMR, SHORT))).toEqual([
      'omr/2025-11-28/exit/0931 09:31-09:36',
      'omr/2025-11-28/entry/1255 12:55-12:59',
    ]);
  });

  test('do not exist for a clock time that an early close leaves outside', () => {
    expect(slotsOn('omr', [entry('15:55')], SHORT)).toEqual([]);
    expect(slotsOn('omr', [entry('13:00')], SHORT)).toEqual([]);
    expect(slotsOn('omr', [entry('15:55')], REGULAR)).toHaveLength(1);
  });

  test.each<[string, ScheduleTime, number]>([
    ['before the open', { kind: 'open', offset: -1 }, 0],
    ['at the open', { kind: 'open', offset: 0 }, 1],
    ['31 s before the close', { kind: 'close', offset: -31_000 }, 1],
    ['30 s before the close', { kind: 'close', offset: -30_000 }, 1],
    ['29 s before the close', { kind: 'close', offset: -29_000 }, 0],
    ['at the close', { kind: 'close', offset: 0 }, 0],
  ])('%s: %o', (_, time, count) => {
    expect(slotsOn('omr', [{ at: time, action: 'entry', window: MINUTE }], REGULAR)).toHaveLength(count);
  });

  test('end 30 s before the close, however long the window', () => {
    const [slot] = slotsOn('omr', [entry('15:55', 'exit', 24 * 60 * MINUTE)], REGULAR);
    expect(slot?.closesAt).toBe(at('2025-12-02T15:59:30-05:00'));
  });

  test('that have one id are one slot, the first', () => {
    const both = [entry('15:55', 'entry', MINUTE), entry('close-5m', 'entry', 2 * MINUTE)];
    expect(shown(slotsOn('omr', both, REGULAR))).toEqual(['omr/2025-12-02/entry/1555 15:55-15:56']);
  });

  test.prop([fc.array(anyEntry, { maxLength: 6 }), anySession], { numRuns: 1000 })(
    'lie inside the session, in order, with ids of their own',
    (schedule, session) => {
      const slots = slotsOn('omr', schedule, session);
      expect(new Set(slots.map((slot) => slot.id)).size).toBe(slots.length);
      expect(slots.map((slot) => slot.at)).toEqual(slots.map((slot) => slot.at).sort((a, b) => a - b));
      for (const slot of slots) {
        expect(slot.opensAt).toBe(slot.at);
        expect(slot.opensAt).toBeGreaterThanOrEqual(session.open);
        expect(slot.closesAt).toBeGreaterThanOrEqual(slot.opensAt);
        expect(slot.closesAt).toBeLessThanOrEqual(session.close - 30_000);
      }
    },
  );

  test.prop([anyEntry], { numRuns: 1000 })(
    'exist on a regular session for every time that can be written',
    (one) => {
      expect(slotsOn('omr', [one], REGULAR)).toHaveLength(1);
    },
  );
});

describe('the slot at a moment', () => {
  const slots = slotsOn('omr', OMR, REGULAR);

  test.each([
    ['2025-12-02T09:30:59.999-05:00', null],
    ['2025-12-02T09:31:00-05:00', 'omr/2025-12-02/exit/0931'],
    ['2025-12-02T09:36:00-05:00', 'omr/2025-12-02/exit/0931'],
    ['2025-12-02T09:36:00.001-05:00', null],
    ['2025-12-02T15:57:00-05:00', 'omr/2025-12-02/entry/1555'],
  ])('%s is %s', (now, id) => {
    expect(slotAt(slots, at(now))?.id ?? null).toBe(id);
  });

  test('is the earlier one where windows overlap', () => {
    const overlapping = slotsOn(
      'omr',
      [entry('close-5m', 'entry'), entry('open+1m', 'exit', 12 * 60 * MINUTE)],
      REGULAR,
    );
    expect(slotAt(overlapping, at('2025-12-02T15:56:00-05:00'))?.action).toBe('exit');
  });
});

describe('the next slot', () => {
  test.each([
    ['before the day', '2025-12-02T08:00:00-05:00', 'omr/2025-12-02/exit/0931'],
    [
      'at the moment a slot opens, the one after it',
      '2025-12-02T09:31:00-05:00',
      'omr/2025-12-02/entry/1555',
    ],
    ['in the last slot of a day', '2025-12-02T15:56:00-05:00', 'omr/2025-12-03/exit/0931'],
    ['on Friday evening', '2025-12-05T18:00:00-05:00', 'omr/2025-12-08/exit/0931'],
    ['on the eve of Thanksgiving', '2025-11-26T18:00:00-05:00', 'omr/2025-11-28/exit/0931'],
    ['on the short day', '2025-11-28T10:00:00-05:00', 'omr/2025-11-28/entry/1255'],
  ])('%s', (_, now, id) => {
    expect(nextSlot('omr', OMR, at(now))?.id).toBe(id);
  });

  test('skips a short day that has no such clock time', () => {
    expect(nextSlot('mp', [entry('15:55', 'rebalance')], at('2025-11-26T18:00:00-05:00'))?.date).toBe(
      '2025-12-01',
    );
  });

  test('obeys overrides, and gives up after 15 days', () => {
    const now = at('2025-12-01T18:00:00-05:00');
    const closed = (days: number) => {
      return Object.fromEntries(
        Array.from({ length: days }, (_, day) => [
          `2025-12-${String(day + 2).padStart(2, '0')}`,
          'closed' as const,
        ]),
      );
    };
    expect(nextSlot('omr', OMR, now, closed(14))?.date).toBe('2025-12-16');
    expect(nextSlot('omr', OMR, now, closed(15))).toBeNull();
  });

  test('does not exist without a schedule', () => {
    expect(nextSlot('core', [], at('2025-12-02T08:00:00-05:00'))).toBeNull();
  });

  test.prop([fc.array(anyEntry, { minLength: 1, maxLength: 4 }), anyMoment], { numRuns: 1000 })(
    'opens later, and none opens in between',
    (schedule, now) => {
      const next = nextSlot('omr', schedule, now);
      expect(next).not.toBeNull();
      expect(next!.opensAt).toBeGreaterThan(now);
      const justBefore = plus(next!.opensAt, -1);
      expect(nextSlot('omr', schedule, justBefore)).toEqual(next);
    },
  );
});

describe('schedule times', () => {
  test.each([
    ['15:55', { kind: 'clock', time: '15:55' }],
    ['09:30', { kind: 'clock', time: '09:30' }],
    ['open+0m', { kind: 'open', offset: 0 }],
    ['open+1m', { kind: 'open', offset: MINUTE }],
    ['open+90s', { kind: 'open', offset: 90_000 }],
    ['open+2h', { kind: 'open', offset: 120 * MINUTE }],
    ['close-5m', { kind: 'close', offset: -5 * MINUTE }],
    ['close-30s', { kind: 'close', offset: -30_000 }],
    ['close-390m', { kind: 'close', offset: -390 * MINUTE }],
  ])('%s is read and written', (text, time) => {
    expect(parseScheduleTime(text)).toEqual(time);
    expect(parseScheduleTime(formatScheduleTime(parseScheduleTime(text)!))).toEqual(time);
  });

  test.each([
    ['9:30'],
    ['09:29'],
    ['16:00'],
    ['24:00'],
    ['15:60'],
    ['15:55:00'],
    ['open'],
    ['open-1m'],
    ['close+1m'],
    ['close-0m'],
    ['close-29s'],
    ['close-391m'],
    ['open+390m'],
    ['open+1d'],
    ['open + 1m'],
    ['open+1.5m'],
    ['Open+1m'],
    [' 15:55'],
    ['15:55\n'],
    [''],
  ])('%j is none', (text) => {
    expect(parseScheduleTime(text)).toBeUndefined();
  });

  test.each([
    [{ kind: 'open', offset: MINUTE }, 'open+1m'],
    [{ kind: 'close', offset: -90_000 }, 'close-90s'],
    [{ kind: 'close', offset: -60 * MINUTE }, 'close-1h'],
    [{ kind: 'open', offset: 0 }, 'open+0m'],
  ] as const)('%o is written %s', (time, text) => {
    expect(formatScheduleTime(time)).toBe(text);
  });

  test.prop([anyTime], { numRuns: 1000 })('survive the way to text and back', (time) => {
    expect(parseScheduleTime(formatScheduleTime(time))).toEqual(time);
  });
});

describe('what a strategy waits for', () => {
  const [exit, entrySlot] = slotsOn('omr', OMR, REGULAR) as [Slot, Slot];

  test.each([
    ['the next slot is today', entrySlot, '2025-12-02T15:30:00-05:00', 'Waiting for 15:55 entry window'],
    ['the slot is open', entrySlot, '2025-12-02T15:56:00-05:00', 'In 15:55 entry window'],
    ['the next slot is tomorrow', exit, '2025-12-01T16:30:00-05:00', 'Waiting for next trading day'],
    [
      'the next slot is after midnight but today',
      exit,
      '2025-12-02T00:30:00-05:00',
      'Waiting for 09:31 exit window',
    ],
    ['the slot is late', exit, '2025-12-02T09:40:00-05:00', 'Late for 09:31 exit window'],
    ['there is no slot', null, '2025-12-02T09:40:00-05:00', 'No execution in the next 15 days'],
  ])('when %s', (_, slot, now, text) => {
    expect(waitingFor(slot, at(now))).toBe(text);
  });
});
