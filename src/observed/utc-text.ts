/** Instants as UTC text. Exact to the millisecond, and far quicker than a zone-aware library: journals are long. */
import { dateOfDay, dayNumber } from '../domain/days.ts';
import type { Instant } from '../domain/instant.ts';

const DAY = 86_400_000;
const UTC = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)\.(\d{3})Z$/;

/** `2025-12-02T20:55:00.000Z`, for instants of the years 0 to 9999. */
export function formatUtc(instant: Instant): string {
  const day = Math.floor(instant / DAY);
  const rest = instant - day * DAY;
  const hours = padded(Math.floor(rest / 3_600_000), 2);
  const minutes = padded(Math.floor(rest / 60_000) % 60, 2);
  const seconds = padded(Math.floor(rest / 1_000) % 60, 2);
  return `${dateOfDay(day)}T${hours}:${minutes}:${seconds}.${padded(rest % 1_000, 3)}Z`;
}

/** Reads what {@link formatUtc} writes; undefined for anything else. */
export function parseUtc(text: string): Instant | undefined {
  const match = UTC.exec(text);
  if (match === null) return undefined;
  const [, date = '', hours, minutes, seconds, milliseconds] = match;
  const day = dayNumber(date);
  if (Number.isNaN(day)) return undefined;
  const rest = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000 + Number(milliseconds);
  return (day * DAY + rest) as Instant;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
