import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import {
  hoursOn,
  isEarlyClose,
  isOpen,
  lastOpen,
  nextSessionAfter,
  parseDayOverride,
  previousSessionBefore,
  sessionAtOrAfter,
  sessionOn,
  sessionsBefore,
  type CalendarOverrides,
} from '../../src/domain/calendar.ts';
import { addDays } from '../../src/domain/days.ts';
import { dateOf, parseInstant, plus, timeOf, type Instant } from '../../src/domain/instant.ts';
import { NYSE } from './nyse.ts';

const MINUTE = 60_000;

/** Every date of the years, from the host's own calendar. */
function datesOf(from: number, to: number): string[] {
  const dates: string[] = [];
  for (let day = Date.UTC(from, 0, 1); day < Date.UTC(to + 1, 0, 1); day += 86_400_000) {
    dates.push(new Date(day).toISOString().slice(0, 10));
  }
  return dates;
}

function isWeekend(date: string): boolean {
  return [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());
}

const newYork = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/New_York',
  dateStyle: 'short',
  timeStyle: 'short',
});

/** `2025-12-02 15:55`, without our own time code. */
function wall(instant: Instant): string {
  return newYork.format(instant);
}

function at(text: string): Instant {
  return parseInstant(text)!;
}

const anyDate = fc.integer({ min: 0, max: 130 * 365 }).map((days) => {
  return new Date(Date.UTC(1980, 0, 1) + days * 86_400_000).toISOString().slice(0, 10);
});
const anyMoment = fc
  .integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2100, 11, 31) })
  .map((milliseconds) => milliseconds as Instant);

describe('sessions', () => {
  test.each(Object.entries(NYSE))(
    'of %s equal the table of the exchange on every day',
    (year, { closed, early }) => {
      const dates = datesOf(Number(year), Number(year));
      const expected = dates.flatMap((date) => {
        const day = date.slice(5);
        if (isWeekend(date) || closed.includes(day)) return [];
        return [`${date} 09:30 - ${date} ${early.includes(day) ? '13:00' : '16:00'}`];
      });
      const actual = dates.flatMap((date) => {
        const session = sessionOn(date);
        return session === null ? [] : [`${wall(session.open)} - ${wall(session.close)}`];
      });
      expect(actual).toEqual(expected);
      expect(dates.filter((date) => isEarlyClose(date)).map((date) => date.slice(5))).toEqual(early);
    },
  );

  test('the table covers 2018 to 2028 and has the known number of trading days', () => {
    const counts = Object.keys(NYSE).map(
      (year) => datesOf(Number(year), Number(year)).filter((date) => sessionOn(date)).length,
    );
    expect(counts).toEqual([251, 252, 253, 252, 251, 250, 252, 250, 251, 251, 251]);
  });

  test.each([
    ['the last session of winter time', '2025-03-07', '2025-03-07T14:30:00Z', '2025-03-07T21:00:00Z'],
    ['the first session of summer time', '2025-03-10', '2025-03-10T13:30:00Z', '2025-03-10T20:00:00Z'],
    ['the last session of summer time', '2025-10-31', '2025-10-31T13:30:00Z', '2025-10-31T20:00:00Z'],
    ['the first session of winter time', '2025-11-03', '2025-11-03T14:30:00Z', '2025-11-03T21:00:00Z'],
    ['a day that ends at 13:00', '2025-07-03', '2025-07-03T13:30:00Z', '2025-07-03T17:00:00Z'],
  ])('%s is at the right moment', (_, date, open, close) => {
    expect(sessionOn(date)).toEqual({ date, open: at(open), close: at(close) });
  });

  test.each([
    ['2001-09-11'],
    ['2001-09-14'],
    ['2004-06-11'],
    ['2007-01-02'],
    ['2012-10-29'],
    ['2012-10-30'],
    ['2018-12-05'],
    ['2025-01-09'],
  ])('there was none on %s, a closure without a rule', (date) => {
    expect(sessionOn(date)).toBeNull();
  });

  test('Juneteenth is a holiday from 2022 on', () => {
    expect(sessionOn('2020-06-19')).not.toBeNull();
    expect(sessionOn('2023-06-19')).toBeNull();
  });

  test('Martin Luther King Day is a holiday from 1998 on', () => {
    expect(sessionOn('1997-01-20')).not.toBeNull();
    expect(sessionOn('1998-01-19')).toBeNull();
  });

  test.each([
    ['1885-04-03'],
    ['1990-04-13'],
    ['2000-04-21'],
    ['2038-04-23'],
    ['2049-04-16'],
    ['2076-04-17'],
    ['2100-03-26'],
  ])('Good Friday %s is a holiday, far from the table too', (date) => {
    expect(sessionOn(date)).toBeNull();
  });

  test.each([[''], ['today'], ['2025-2-3'], ['2025-02-30'], ['2025-13-01'], ['2025-12-02T10:00']])(
    'the text %j is no date and has none',
    (text) => {
      expect(sessionOn(text)).toBeNull();
      expect(() => nextSessionAfter(text)).toThrow('no exchange session');
    },
  );
});

describe('walking the calendar', () => {
  test.prop([anyDate], { numRuns: 1000 })('next and previous are inverse, and skip no session', (date) => {
    const next = nextSessionAfter(date);
    const previous = previousSessionBefore(date);
    expect(previous.date < date && date < next.date).toBe(true);
    const between = sessionOn(date);
    expect(previousSessionBefore(next.date)).toEqual(between ?? previous);
    expect(nextSessionAfter(previous.date)).toEqual(between ?? next);
  });

  test.prop([anyMoment], { numRuns: 1000 })(
    'the session at or after a moment ends after it, and is the first such',
    (now) => {
      const session = sessionAtOrAfter(now);
      expect(session.close).toBeGreaterThan(now);
      expect(previousSessionBefore(session.date).close).toBeLessThanOrEqual(now);
      expect(isOpen(now)).toBe(session.open <= now);
    },
  );

  test('a session contains its open and not its close', () => {
    const session = sessionOn('2025-12-02')!;
    expect(isOpen(plus(session.open, -1))).toBe(false);
    expect(isOpen(session.open)).toBe(true);
    expect(isOpen(plus(session.close, -1))).toBe(true);
    expect(isOpen(session.close)).toBe(false);
    expect(sessionAtOrAfter(session.open)).toEqual(session);
    expect(sessionAtOrAfter(session.close).date).toBe('2025-12-03');
  });

  test('the evening before Thanksgiving leads to the Friday that ends at 13:00', () => {
    const session = sessionAtOrAfter(at('2025-11-26T20:00:00-05:00'));
    expect(wall(session.close)).toBe('2025-11-28 13:00');
  });
});

test.each([
  ['in a session', '2025-12-02T10:00:00-05:00', '2025-12-02T10:00:00-05:00'],
  ['in the evening', '2025-12-02T18:00:00-05:00', '2025-12-02T16:00:00-05:00'],
  ['before the open', '2025-12-02T09:00:00-05:00', '2025-12-01T16:00:00-05:00'],
  ['on a Sunday', '2025-11-30T12:00:00-05:00', '2025-11-28T13:00:00-05:00'],
])('the newest that a price can be, %s.', (_, now, expected) => {
  expect(lastOpen(parseInstant(now)!)).toBe(parseInstant(expected));
});

describe('overrides', () => {
  const overrides: CalendarOverrides = {
    '2025-12-02': 'closed',
    '2025-12-03': { open: '09:30', close: '14:00' },
    '2025-11-27': { open: '09:30', close: '16:00' },
    '2025-12-04': { open: '11:00', close: '16:00' },
  };

  test('close a day of session, everywhere', () => {
    const noon = at('2025-12-02T12:00:00-05:00');
    expect(sessionOn('2025-12-02', overrides)).toBeNull();
    expect(isOpen(noon, overrides)).toBe(false);
    expect(isOpen(noon)).toBe(true);
    expect(sessionAtOrAfter(noon, overrides).date).toBe('2025-12-03');
    expect(nextSessionAfter('2025-12-01', overrides).date).toBe('2025-12-03');
    expect(previousSessionBefore('2025-12-03', overrides).date).toBe('2025-12-01');
  });

  test('end a session early', () => {
    expect(isEarlyClose('2025-12-03', overrides)).toBe(true);
    expect(isEarlyClose('2025-12-03')).toBe(false);
    expect(wall(sessionOn('2025-12-03', overrides)!.close)).toBe('2025-12-03 14:00');
    expect(isOpen(at('2025-12-03T14:00:00-05:00'), overrides)).toBe(false);
  });

  test('open a session late', () => {
    const session = sessionOn('2025-12-04', overrides)!;
    expect([wall(session.open), wall(session.close)]).toEqual(['2025-12-04 11:00', '2025-12-04 16:00']);
  });

  test.each([
    ['closed', 'closed'],
    ['13:00', { open: '09:30', close: '13:00' }],
    ['10:30-16:00', { open: '10:30', close: '16:00' }],
    ['09:00', undefined],
    ['16:00-09:30', undefined],
    ['24:00', undefined],
    ['Closed', undefined],
  ])('%s is read as %j', (text, read) => {
    expect(parseDayOverride(text)).toEqual(read);
  });

  test.each(['2026-03-08', '2026-11-01'])(
    'close at their wall time also where clocks change inside the session: %s',
    (date) => {
      const session = sessionOn(date, { [date]: { open: '00:00', close: '23:59' } })!;
      expect([wall(session.open), wall(session.close)]).toEqual([`${date} 00:00`, `${date} 23:59`]);
    },
  );

  test('open a day that the rules close', () => {
    const session = sessionOn('2025-11-27', overrides)!;
    expect(session.close - session.open).toBe(390 * MINUTE);
    expect(isEarlyClose('2025-11-27', overrides)).toBe(false);
  });

  test('that close a whole year are refused instead of searched for ever', () => {
    const never: CalendarOverrides = Object.fromEntries(
      datesOf(2025, 2027).map((date) => [date, 'closed'] as const),
    );
    expect(() => nextSessionAfter('2025-01-01', never)).toThrow(
      'no exchange session within 366 days of "2025-01-01"',
    );
    expect(dateOf(sessionOn('2028-01-03', never)!.open)).toBe('2028-01-03');
    const almost = Object.fromEntries(Object.entries(never).filter(([date]) => date !== '2026-01-02'));
    expect(nextSessionAfter('2025-01-01', almost).date).toBe('2026-01-02');
    expect(() => nextSessionAfter('2024-12-31', almost)).toThrow('no exchange session within 366 days');
  });
});

test('the hours of a day are those of its session, in sixty years, and with what an override says', () => {
  const overrides = { '2025-12-02': { open: '10:30', close: '13:05' }, '2025-12-03': 'closed' } as const;
  for (let date = '1970-01-01'; date <= '2029-12-31'; date = addDays(date, 1)) {
    const session = sessionOn(date, overrides);
    const hours = session && { open: timeOf(session.open), close: timeOf(session.close) };
    const told = hoursOn(date, overrides);
    if (told?.open !== hours?.open || told?.close !== hours?.close) expect.fail(date);
  }
  expect(hoursOn('2025-12-02', overrides)).toEqual(overrides['2025-12-02']);
  expect(hoursOn('2025-12-03', overrides)).toBeNull();
  expect(hoursOn('no date')).toBeNull();
});

test('The sessions before a date are the last ones, oldest first', () => {
  expect(sessionsBefore('2025-12-02', 3)).toEqual(['2025-11-26', '2025-11-28', '2025-12-01']);
  expect(sessionsBefore('2025-12-02', 1, { '2025-12-01': 'closed' })).toEqual(['2025-11-28']);
  expect(sessionsBefore('2025-12-02', 0)).toEqual([]);
});

test('At its close a session is the last that was open', () => {
  const { close } = sessionOn('2025-12-02')!;
  expect(lastOpen(close)).toBe(close);
  expect(lastOpen(plus(close, -1))).toBe(plus(close, -1));
});

test.each([
  ['20:00-23:00', { open: '20:00', close: '23:00' }],
  ['10:00-10:00', undefined],
  ['24:00-24:30', undefined],
  ['x13:00', undefined],
  ['13:00x', undefined],
  ['x10:00-13:00', undefined],
])('Hours of %j are %j', (text, hours) => {
  expect(parseDayOverride(text)).toEqual(hours);
});
