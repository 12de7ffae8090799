/** Days of the exchange that are not as the rules of the calendar say: in the Account, or in a file of its own. */
import * as z from 'zod';
import type { CalendarOverrides } from '../domain/calendar.ts';
import { dayNumber } from '../domain/days.ts';
import { dayHours, described, mapping } from './fields.ts';
import type { FieldPath, Problem } from './problem.ts';
import { fieldProblem, valueAt, type YamlDocument } from './yaml-document.ts';

export function overridesField(about: string): z.ZodType<CalendarOverrides> {
  return described(z.record(z.string(), dayHours('What the day really is.')), about);
}

/** `calendar.yaml`: known by its `overrides:` without `kind`. */
export const calendarSchema = mapping(
  { overrides: overridesField('Date, as 2026-12-24, to closed or to its hours.') },
  'Days of the exchange that are not as usual.',
);

export type CalendarManifest = z.output<typeof calendarSchema>;

/** The exchange was never closed for longer; more of them are a mistake, and would leave no session to wait for. */
const DATES_MAX = 100;

/** The keys of such a mapping must be dates. */
export function checkDates(document: YamlDocument, path: FieldPath): Problem[] {
  const overrides = valueAt(document.data, path);
  if (typeof overrides !== 'object' || overrides === null) return [];
  const dates = Object.keys(overrides);
  const wrong = dates.filter((date) => Number.isNaN(dayNumber(date)));
  const problems = wrong.map((date) => {
    const what = { message: 'is no date', allowed: 'a date of the calendar, such as 2026-12-24' };
    return fieldProblem(document, [...path, date], what, 'key');
  });
  if (dates.length <= DATES_MAX) return problems;
  const what = { message: `${dates.length} dates are too many`, allowed: `at most ${DATES_MAX}` };
  return [...problems, fieldProblem(document, path, what, 'key')];
}
