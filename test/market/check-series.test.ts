import { describe, expect } from 'vitest';
import { sessionsBefore } from '../../src/domain/calendar.ts';
import { addDays, dayNumber, MONDAY, weekdayOf } from '../../src/domain/days.ts';
import { checkSeries } from '../../src/market/check-series.ts';
import type { Finding } from '../../src/market/finding.ts';
import { readCsvRows } from '../../src/market/csv-rows.ts';
import { fc, test } from '../support/law.ts';

const TODAY = '2026-03-02';
const SESSIONS = sessionsBefore(TODAY, 40);

/** A Monday after a Friday with a session. */
const MONDAY_AT = SESSIONS.findIndex((date) => weekdayOf(dayNumber(date)) === MONDAY);
const SUNDAY_DATE = addDays(SESSIONS[MONDAY_AT] ?? '', -1);

type Row = readonly [date: string, close: number, open?: number];

/** Forty sessions that move by half a percent, up and down. */
function calm(): Row[] {
  return SESSIONS.map((date, index) => [date, index % 2 === 0 ? 100 : 100.5]);
}

function check(rows: readonly Row[], symbol = 'AAPL'): Finding[] {
  const lines = rows.map(([date, close, open]) => `${date},${open ?? ''},${close}`);
  const text = `Date,Open,Close\n${lines.join('\n')}\n`;
  return checkSeries(readCsvRows(text), { symbol, today: TODAY, calendar: undefined });
}

function places(findings: readonly Finding[]): string[] {
  return findings.map(({ kind, line }) => `${kind}:${line ?? ''}`);
}

/** The calm rows, with one row as `change` makes it. Row n stands in line n + 2. */
function changed(index: number, change: (row: Row) => readonly Row[]): Row[] {
  return calm().flatMap((row, at) => (at === index ? change(row) : [row]));
}

describe('the check of a price file', () => {
  test('finds nothing in one row a session.', () => {
    expect(check(calm())).toEqual([]);
  });

  test('finds nothing in a file that runs backwards.', () => {
    expect(check(calm().reverse())).toEqual([]);
  });

  test.each<readonly [string, readonly Row[], readonly string[]]>([
    ['a session without a row', changed(10, () => []), ['gap:12']],
    ['a date twice', changed(10, (row) => [row, row]), ['duplicate:13']],
    ['a price of zero', changed(10, ([date]) => [[date, 0]]), ['gap:13', 'not-positive:12']],
    ['a negative price', changed(10, ([date]) => [[date, -5]]), ['gap:13', 'not-positive:12']],
    [
      'a row on a Sunday',
      changed(MONDAY_AT, (row) => [[SUNDAY_DATE, 100], row]),
      [`no-session:${MONDAY_AT + 2}`],
    ],
    ['a row of tomorrow', [...calm(), ['2026-03-03', 100]], ['gap:42', 'no-session:42']],
    ['an end before the last session', calm().slice(0, -1), ['stale:40']],
    ['a close that comes and goes', changed(10, ([date]) => [[date, 130]]), ['outlier:12']],
    ['a last close that more than doubles', changed(39, ([date]) => [[date, 220]]), ['outlier:41']],
    ['no row', [], ['missing:']],
  ])('finds %s, with its line.', (_, rows, found) => {
    expect(places(check(rows)).sort()).toEqual([...found].sort());
  });

  test('names the sessions of a gap.', () => {
    const rows = calm().filter((_, index) => index < 10 || index > 12);
    const [first, , third] = SESSIONS.slice(10, 13);
    expect(check(rows)).toEqual([
      {
        kind: 'gap',
        line: 12,
        date: first,
        detail: `no row for 3 sessions, ${first ?? ''} to ${third ?? ''}, before ${SESSIONS[13] ?? ''}`,
      },
    ]);
  });

  test('finds a row out of order, and no gap where it belongs.', () => {
    const rows = calm();
    const [moved] = rows.splice(10, 1);
    expect(places(check([...rows, ...(moved === undefined ? [] : [moved])]))).toEqual(['out-of-order:41']);
  });

  test('holds the calendar of the account, not the usual one.', () => {
    const rows = changed(10, () => []);
    const closed = { [SESSIONS[10] ?? '']: 'closed' as const };
    const text = `date,close\n${rows.map(([date, close]) => `${date},${close}`).join('\n')}\n`;
    expect(checkSeries(readCsvRows(text), { symbol: 'AAPL', today: TODAY, calendar: closed })).toEqual([]);
  });

  describe('where the price level changes for good', () => {
    const shifted = (factor: number, open?: number): Row[] =>
      calm().map(([date, close], index) =>
        index < 20 ? [date, close, close] : [date, close * factor, close * (open ?? factor)],
      );

    test.each([
      ['2-for-1', 0.5],
      ['10-for-1', 0.1],
      ['3-for-2', 0.68],
      ['1-for-8', 8.1],
    ])('finds a split %s.', (name, factor) => {
      const findings = check(shifted(factor));
      expect(places(findings)).toEqual(['split:22']);
      expect(findings[0]?.detail).toContain(`a split ${name}`);
    });

    test('finds none where it opened as the day before: that was a bad day.', () => {
      expect(check(shifted(0.5, 1))).toEqual([]);
    });

    test('finds none where no common split has that ratio.', () => {
      expect(check(shifted(0.57))).toEqual([]);
    });

    test('finds none in an index.', () => {
      expect(check(shifted(2), 'VIX')).toEqual([]);
    });
  });

  test('lets a restless series jump: the bound grows with its own median move.', () => {
    const restless = (date: string, index: number): Row => [date, [100, 105, 99, 104][index % 4] ?? 100];
    const rows = SESSIONS.map((date, index): Row => (index === 20 ? [date, 128] : restless(date, index)));
    expect(check(rows)).toEqual([]);
    expect(places(check(changed(20, ([date]) => [[date, 128]])))).toEqual(['outlier:22']);
  });

  test.prop([fc.subarray(SESSIONS, { minLength: 2 })])(
    'accounts for every session between the first row and the last: a row, or a gap that counts it.',
    (dates) => {
      const findings = check(dates.map((date) => [date, 100]));
      const counted = findings
        .filter(({ kind }) => kind === 'gap')
        .reduce((sum, { detail }) => sum + Number(/for (\d+) sessions/.exec(detail)?.[1] ?? 1), 0);
      const between = SESSIONS.filter((date) => date >= (dates[0] ?? '') && date <= (dates.at(-1) ?? ''));
      expect(counted + dates.length).toBe(between.length);
    },
  );
});
