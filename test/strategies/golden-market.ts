/** A closed-form market of 700 sessions: waves of SPY and VIX, and one symbol that reverts over night. */
import { addDays, type CalendarDate } from '../../src/domain/days.ts';
import type { DailyBar, DailyClose } from '../../src/observed/bars.ts';

export const SESSIONS = 700;

export const dateAt = (k: number): CalendarDate => addDays('2020-01-01', k);

const spyAt = (k: number): number => 400 * (1 + 0.0004 * k) + 18 * Math.sin(k / 23) + 6 * Math.sin(k / 7);
const vixAt = (k: number): number =>
  18 + 6 * Math.sin(k / 41) + 3 * Math.cos(k / 11) + (k % 130 > 124 ? 14 : 0);

const series = (sessions: number, at: (k: number) => number): DailyClose[] =>
  Array.from({ length: sessions }, (_, k) => ({ date: dateAt(k), close: at(k) }));

export const goldenSpy = (sessions = SESSIONS): DailyClose[] => series(sessions, spyAt);
export const goldenVix = (sessions = SESSIONS): DailyClose[] => series(sessions, vixAt);
export const closesOf = (rows: readonly DailyClose[]): number[] => rows.map(({ close }) => close);

export function goldenBars(sessions = SESSIONS): DailyBar[] {
  const bars: DailyBar[] = [];
  let open = 50;
  for (let k = 0; k < sessions; k += 1) {
    const intraday = 0.045 * Math.sin(1.7 * k) + 0.02 * Math.sin(k / 3);
    const close = open * (1 + intraday);
    bars.push({ date: dateAt(k), open, close });
    open = close * (1 + 0.006 * Math.sin(0.9 * k) - 0.015 * intraday);
  }
  return bars;
}
