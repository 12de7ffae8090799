/** Likely splits of price files, beside those that somebody knows. Pure. */
import { dateOfDay, dayNumber } from '../domain/days.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { CorporateAction } from '../observed/corporate-action.ts';
import { formatSplit } from '../observed/split.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import type { Found } from './data-source.ts';
import type { Finding } from './finding.ts';

/** A file may lack the session itself, and a weekend lies between two. */
const DAYS = 4;

/** What to ask for, so that what lies near these dates is found. */
export function aroundDays(first: CalendarDate, last: CalendarDate): DateSpan {
  return { from: dateOfDay(dayNumber(first) - DAYS), to: dateOfDay(dayNumber(last) + DAYS) };
}

/** Of a likely split: that it is known, that it is not, or why nobody can say. */
export function explainSplit(
  finding: Finding,
  symbol: string,
  known: Found<readonly CorporateAction[]>,
): Finding {
  const { kind, date, detail } = finding;
  if (kind !== 'split' || date === null) return finding;
  const why = known.failed.get(symbol);
  if (why !== undefined)
    return { ...finding, detail: `${detail}; whether there was one is not known: ${why}` };
  const near = (known.rows.get(symbol) ?? [])
    .filter((action) => action.kind === 'split')
    .find((split) => Math.abs(dayNumber(split.date) - dayNumber(date)) <= DAYS);
  const words =
    near === undefined ? 'no split near it is known' : `known: ${formatSplit(near.ratio)} on ${near.date}`;
  return { ...finding, detail: `${detail}; ${words}` };
}
