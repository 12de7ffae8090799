/** Returns by calendar month and year. */
import type { SimulationRecord } from './record.ts';

export interface YearReturns {
  readonly year: string;
  /** January to December; null: no session in it, or nothing to have a return on. */
  readonly months: readonly (number | null)[];
  /** From the close before the year's first session to its last. */
  readonly total: number | null;
}

/**
 * Equity at the last close of a month / equity at the last close before it - 1; of the first month from the starting
 * equity. The months of a year multiply up to its total.
 */
export function monthlyReturns(record: SimulationRecord): YearReturns[] {
  const ends = new Map<string, number>();
  for (const { date, equity } of record.sessions) {
    ends.set(date.slice(0, 'yyyy-mm'.length), equity);
  }
  const years = new Set([...ends.keys()].map((month) => month.slice(0, 'yyyy'.length)));
  let before: number = record.startingEquity;
  return [...years].map((year) => {
    const start = before;
    const months = Array.from({ length: 12 }, (_, index) => {
      const end = ends.get(`${year}-${String(index + 1).padStart(2, '0')}`);
      if (end === undefined) return null;
      const from = before;
      before = end;
      return change(from, end);
    });
    return { year, months, total: change(start, before) };
  });
}

function change(from: number, to: number): number | null {
  return from > 0 ? to / from - 1 : null;
}
