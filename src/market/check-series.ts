/** What looks wrong in the daily rows of one price file. Pure: what is found is told, nothing is mended. */
import {
  nextSessionAfter,
  previousSessionBefore,
  sessionOn,
  type CalendarOverrides,
} from '../domain/calendar.ts';
import type { CalendarDate } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { CsvRow, CsvText } from './csv-rows.ts';
import { findJumps } from './check-jumps.ts';
import type { Finding } from './finding.ts';

export interface CheckContext {
  readonly symbol: string;
  readonly today: CalendarDate;
  readonly calendar: CalendarOverrides | undefined;
}

/** By line. */
export function checkSeries({ rows, faults }: CsvText, context: CheckContext): Finding[] {
  const bad = faults.map(({ line, kind, what }): Finding => ({ kind, line, date: null, detail: what }));
  if (rows.length === 0)
    return bad.length > 0 ? bad : [{ kind: 'missing', line: null, date: null, detail: 'it has no row' }];
  const series = onePerDate(rows);
  return [
    ...bad,
    ...duplicates(rows),
    ...outOfOrder(rows),
    ...noSessions(series, context),
    ...gaps(series, context),
    ...findJumps(series, context.symbol),
    ...stale(series, context),
  ].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || compareText(a.kind, b.kind));
}

/** By date; of several rows of a date the first. */
function onePerDate(rows: readonly CsvRow[]): CsvRow[] {
  const first = new Map<CalendarDate, CsvRow>();
  for (const row of rows) if (!first.has(row.date)) first.set(row.date, row);
  return [...first.values()].sort((a, b) => compareText(a.date, b.date));
}

function duplicates(rows: readonly CsvRow[]): Finding[] {
  const first = new Map<CalendarDate, CsvRow>();
  return rows.flatMap((row): Finding[] => {
    const earlier = first.get(row.date);
    if (earlier === undefined) {
      first.set(row.date, row);
      return [];
    }
    const same = earlier.close === row.close ? 'the same close' : 'another close';
    const detail = `a second row for ${row.date}, with ${same}; the first is line ${earlier.line}`;
    return [{ kind: 'duplicate', line: row.line, date: row.date, detail }];
  });
}

/** A file may also run backwards as a whole: what is told are rows against the direction of its first two. */
function outOfOrder(rows: readonly CsvRow[]): Finding[] {
  const [first, second] = rows;
  const rises = first === undefined || second === undefined || first.date <= second.date;
  return rows.flatMap((row, index): Finding[] => {
    const before = rows[index - 1];
    if (before === undefined || before.date === row.date || before.date < row.date === rises) return [];
    const detail = `${row.date} stands after ${before.date}`;
    return [{ kind: 'out-of-order', line: row.line, date: row.date, detail }];
  });
}

function noSessions(series: readonly CsvRow[], { today, calendar }: CheckContext): Finding[] {
  return series.flatMap(({ date, line }): Finding[] => {
    if (date > today) return [{ kind: 'no-session', line, date, detail: `${date} has not come yet` }];
    if (sessionOn(date, calendar) !== null) return [];
    return [{ kind: 'no-session', line, date, detail: `the exchange was closed on ${date}` }];
  });
}

/** Sessions between two rows that have none. */
function gaps(series: readonly CsvRow[], { calendar }: CheckContext): Finding[] {
  return series.flatMap((row, index): Finding[] => {
    const before = series[index - 1];
    if (before === undefined) return [];
    const missing: CalendarDate[] = [];
    for (
      let { date } = nextSessionAfter(before.date, calendar);
      date < row.date;
      date = nextSessionAfter(date, calendar).date
    )
      missing.push(date);
    if (missing.length === 0) return [];
    const detail = `${spanOf(missing)} before ${row.date}`;
    return [{ kind: 'gap', line: row.line, date: missing[0] ?? null, detail }];
  });
}

/** The session of today may lack: it has not ended, or whoever provides the file is not done with it. */
function stale(series: readonly CsvRow[], { today, calendar }: CheckContext): Finding[] {
  const last = series.at(-1);
  const newest = previousSessionBefore(today, calendar).date;
  if (last === undefined || last.date >= newest) return [];
  const detail = `it ends with ${last.date}; the last session was ${newest}`;
  return [{ kind: 'stale', line: last.line, date: last.date, detail }];
}

function spanOf(dates: readonly CalendarDate[]): string {
  const [first = ''] = dates;
  if (dates.length === 1) return `no row for the session ${first}`;
  return `no row for ${dates.length} sessions, ${first} to ${dates.at(-1) ?? ''},`;
}
