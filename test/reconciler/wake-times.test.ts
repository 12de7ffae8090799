/** When a controller looks again by itself. */
import { describe, expect, test } from 'vitest';
import { instantAt, plus } from '../../src/domain/instant.ts';
import { sessionAtOrAfter } from '../../src/domain/calendar.ts';
import { nextSlot, parseScheduleTime, type ScheduleEntry } from '../../src/domain/schedule.ts';
import { lookAheadAt, nextEdge, nextLookAhead, preloadAt } from '../../src/reconciler/wake-times.ts';

const TODAY = '2025-12-02';
const MINUTE = 60_000;
const at = (time: string, date = TODAY) => instantAt(date, time);

function entry(action: ScheduleEntry['action'], time: string): ScheduleEntry {
  const parsed = parseScheduleTime(time);
  if (parsed === undefined) throw new Error(`no time: ${time}`);
  return { at: parsed, action, window: 10 * MINUTE };
}

const of = (...schedule: ScheduleEntry[]) => [{ name: 'own', schedule }];

describe('what was announced', () => {
  test('is asked for a quarter of an hour before the session', () => {
    expect(lookAheadAt(sessionAtOrAfter(at('12:00')))).toBe(at('09:15'));
  });
  test.each([
    ['before it, today', at('09:14'), at('09:15')],
    ['at it, for the next session', at('09:15'), at('09:15', '2025-12-03')],
    ['in the session, for the next one', at('12:00'), at('09:15', '2025-12-03')],
    ['after it, for the next one', at('17:00'), at('09:15', '2025-12-03')],
    ['before a weekend', at('12:00', '2025-12-05'), at('09:15', '2025-12-08')],
  ])('%s', (_, now, then) => {
    expect(nextLookAhead(now)).toBe(then);
  });
  test('by the days that the calendar says', () => {
    expect(nextLookAhead(at('09:00'), { [TODAY]: 'closed' })).toBe(at('09:15', '2025-12-03'));
    expect(nextLookAhead(at('12:00'), { '2025-12-03': 'closed' })).toBe(at('09:15', '2025-12-04'));
  });
});

describe('the next moment to look', () => {
  test.each([
    ['the open', of(), at('08:00'), at('09:30')],
    ['the close, from the open on', of(), at('09:30'), at('16:00')],
    ['the next open, from the close on', of(), at('16:00'), at('09:30', '2025-12-03')],
    ['five minutes before an entry', of(entry('entry', '15:00')), at('12:00'), at('14:55')],
    ['then its time', of(entry('entry', '15:00')), at('14:55'), at('15:00')],
    ['then a moment after its window', of(entry('entry', '15:00')), at('15:00'), plus(at('15:10'), 1)],
    ['also while the window is open', of(entry('entry', '15:00')), at('15:10'), plus(at('15:10'), 1)],
    ['then the close', of(entry('entry', '15:00')), plus(at('15:10'), 1), at('16:00')],
    ['of an exit its time', of(entry('exit', '15:00')), at('12:00'), at('15:00')],
    ['five minutes before a rebalance', of(entry('rebalance', '15:00')), at('12:00'), at('14:55')],
    [
      'of all strategies the first',
      [...of(entry('entry', '15:00')), { name: 'other', schedule: [entry('exit', '13:00')] }],
      at('12:00'),
      at('13:00'),
    ],
    ['before an open the preload of a slot at it', of(entry('entry', '09:30')), at('09:00'), at('09:25')],
  ])('%s', (_, strategies, now, then) => {
    expect(nextEdge(strategies, now)).toBe(then);
  });

  test('by the days that the calendar says', () => {
    const short = { [TODAY]: { open: '10:00', close: '13:00' } } as const;
    expect(nextEdge([], at('08:00'), short)).toBe(at('10:00'));
    expect(nextEdge([], at('12:00'), short)).toBe(at('13:00'));
    expect(nextEdge([], at('13:00'), { ...short, '2025-12-03': 'closed' })).toBe(at('09:30', '2025-12-04'));
    expect(nextEdge(of(entry('exit', '15:00')), at('10:00'), short)).toBe(at('13:00'));
    expect(nextEdge(of(entry('exit', '12:55')), at('12:55'), short)).toBe(plus(at('12:59'), 30_001));
    expect(nextEdge(of(entry('exit', '12:00')), at('11:00'), { [TODAY]: 'closed' })).toBe(
      at('09:30', '2025-12-03'),
    );
  });
});

test('an exit needs no data before its time', () => {
  const first = (action: ScheduleEntry['action']) => nextSlot('own', [entry(action, '15:00')], at('12:00'));
  const loaded = (['entry', 'rebalance', 'exit'] as const).map((action) => {
    const slot = first(action);
    return slot === null ? undefined : preloadAt(slot);
  });
  expect(loaded).toEqual([at('14:55'), at('14:55'), null]);
});
