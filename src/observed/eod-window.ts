/** The part of the journal that is one session day: its first and last mark, and the books at its end. */
import { previousSessionBefore, type CalendarOverrides } from '../domain/calendar.ts';
import { dateOf, type CalendarDate } from '../domain/instant.ts';
import type { JournalRecord } from './events.ts';
import type { Ledger } from './ledger.ts';
import { foldRecords } from './ledger-fold.ts';
import type { DayMark } from './mark-events.ts';

export interface EodWindow {
  readonly date: CalendarDate;
  /** From where the day counts: the close before it if that was marked, else its own start; null where neither is. */
  readonly start: DayMark | null;
  /** The last mark of the day; null where none follows `start`. */
  readonly end: DayMark | null;
  /** Records between the two marks; of the whole day where one is not there. */
  readonly between: readonly JournalRecord[];
  /** What the records said at `start`, else before the first record of the day. */
  readonly before: Ledger;
  /** What they said at `end`, else after the last record of the day. */
  readonly atEnd: Ledger;
  /** What they said after the last record of the day: no later record changes a report. */
  readonly afterDay: Ledger;
}

/**
 * `live`: the account as it is now, for a day that is not over; null: what the journal says is all. Null where the journal
 * says nothing of the day.
 */
export function windowOf(
  records: readonly JournalRecord[],
  date: CalendarDate,
  live: DayMark | null,
): EodWindow | null {
  const dayEnds = endOfDay(records, date);
  const dayBegins = records.findIndex(({ time }) => dateOf(time) >= date);
  const first = dayBegins === -1 ? dayEnds : Math.min(dayBegins, dayEnds);
  if (first === dayEnds && live === null) return null;
  const marks = marksUpTo(records, dayEnds);
  const own = marks.filter(({ mark }) => mark.session === date);
  const start = startOf(marks, own[0], previousSessionBefore(date, calendarOf(records, dayEnds)).date);
  const last = live === null ? own.at(-1) : { mark: live, index: dayEnds };
  const end = last === undefined || last.index === start?.index ? null : last;
  const from = start === null ? first : start.index + 1;
  const until = end === null ? dayEnds : end.index;
  return {
    date,
    start: start?.mark ?? null,
    end: end?.mark ?? null,
    between: records.slice(from, until),
    before: foldRecords(records.slice(0, from)),
    atEnd: foldRecords(records.slice(0, until)),
    afterDay: foldRecords(records.slice(0, dayEnds)),
  };
}

/** The newest session that was marked; null where none was. */
export function newestMarked(records: readonly JournalRecord[]): CalendarDate | null {
  return marksUpTo(records, records.length).at(-1)?.mark.session ?? null;
}

interface PlacedMark {
  readonly mark: DayMark;
  readonly index: number;
}

/** A mark of a fence that was not current is void, as the fold has it. */
function marksUpTo(records: readonly JournalRecord[], end: number): PlacedMark[] {
  let last = 0;
  let fence: number | null = null;
  return records.slice(0, end).flatMap(({ event }, index) => {
    if (event.type === 'lock-acquired' && event.fence === last + 1) fence = last = event.fence;
    if (event.type === 'lock-released' && event.fence === fence) fence = null;
    return event.type === 'day-marked' && event.fence === fence ? [{ mark: event, index }] : [];
  });
}

function startOf(
  marks: readonly PlacedMark[],
  first: PlacedMark | undefined,
  dateBefore: CalendarDate,
): PlacedMark | null {
  const before = marks.findLast(({ index }) => first === undefined || index < first.index);
  if (before?.mark.kind === 'close' && before.mark.session === dateBefore) return before;
  return first?.mark.kind === 'start' ? first : null;
}

/** What the manifests said of the exchange, as they were accepted last. */
function calendarOf(records: readonly JournalRecord[], end: number): CalendarOverrides | undefined {
  const accepted = records.slice(0, end).findLast(({ event }) => event.type === 'revision-accepted')?.event;
  return accepted?.type === 'revision-accepted' ? accepted.account.settings.calendar : undefined;
}

/** The number of records until the end of a date: what is recorded on a later one belongs to that. */
function endOfDay(records: readonly JournalRecord[], date: CalendarDate): number {
  const next = records.findIndex(({ time }) => dateOf(time) > date);
  return next === -1 ? records.length : next;
}
