import type { ScheduleTime } from './desired-state.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const OFFSET_MAX = 6 * 3_600_000;

/** Reads `15:55`, `open+1m`, `close-5m`; undefined when it is none, or over six hours from the open or the close. */
export function parseScheduleTime(text: string): ScheduleTime | undefined {
  if (/^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text)) return { kind: 'clock', time: text };
  const match = /^(open\+|close-)(\d{1,5})([smh])$/.exec(text);
  if (match === null) return undefined;
  const distance = Number(match[2]) * (UNITS[match[3] ?? ''] ?? Number.NaN);
  if (distance > OFFSET_MAX) return undefined;
  return match[1] === 'open+' ? { kind: 'open', offset: distance } : { kind: 'close', offset: 0 - distance };
}
