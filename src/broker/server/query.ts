/** Parameters of a question; what cannot be read is refused by name. */
import { dayNumber } from '../../domain/days.ts';
import { instantAt, parseInstant, type CalendarDate, type Instant } from '../../domain/instant.ts';
import { malformed, type Refused } from './answer.ts';
import { readStamp } from './text.ts';

type Refuse = (message: string) => Refused;

export function oneOf<const Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly [Choice, ...Choice[]],
  refuse: Refuse = malformed,
): Choice {
  const given = query.get(name);
  if (given === null || given === '') return choices[0];
  const found = choices.find((choice) => choice === given);
  if (found !== undefined) return found;
  throw refuse(`invalid ${name}: ${given} (one of ${choices.join(', ')})`);
}

/** A list with commas, of these words only; null where it is left out. */
export function someOf<const Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly Choice[],
  refuse: Refuse = malformed,
): readonly Choice[] | null {
  const given = list(query, name);
  if (given === null) return null;
  return given.map((item) => {
    const found = choices.find((choice) => choice === item);
    if (found !== undefined) return found;
    throw refuse(`invalid ${name}: ${item}`);
  });
}

export interface Count {
  readonly otherwise: number;
  readonly most: number;
}

/** From one to the most; what is left out is `otherwise`. */
export function count(
  query: URLSearchParams,
  name: string,
  { otherwise, most }: Count,
  refuse: Refuse = malformed,
): number {
  const given = query.get(name);
  if (given === null || given === '') return otherwise;
  const value = /^\d{1,9}$/.test(given) ? Number(given) : 0;
  if (value >= 1 && value <= most) return value;
  throw refuse(`invalid ${name}: it must be between 1 and ${most}`);
}

/** A list with commas; null where it is left out. */
export function list(query: URLSearchParams, name: string): readonly string[] | null {
  const given = query.getAll(name).join(',');
  return given === '' ? null : given.split(',').filter((item) => item !== '');
}

/** A moment in the form in which stamps compare; null where it is left out. */
export function moment(query: URLSearchParams, name: string): string | null {
  const given = query.get(name);
  if (given === null || given === '') return null;
  const read = readStamp(given);
  if (read !== undefined) return read;
  throw malformed(`invalid ${name}: ${given} is no RFC 3339 time`);
}

/** The date of a plain date, and of an instant that stands for one, as SDKs write it; null where it is left out. */
export function day(query: URLSearchParams, name: string, refuse: Refuse = malformed): CalendarDate | null {
  const given = query.get(name);
  if (given === null || given === '') return null;
  const date = given.slice(0, 10);
  if (!Number.isNaN(dayNumber(date))) return date;
  throw refuse(`invalid ${name}: ${given} is no date`);
}

/** An instant, or the New York midnight of a date; null where it is left out. */
export function instant(query: URLSearchParams, name: string, refuse: Refuse = malformed): Instant | null {
  const given = query.get(name);
  if (given === null || given === '') return null;
  if (!Number.isNaN(dayNumber(given))) return instantAt(given, '00:00');
  const read = parseInstant(given.replace(' ', '+'));
  if (read !== undefined) return read;
  throw refuse(`invalid ${name}: ${given}`);
}
