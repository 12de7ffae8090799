/** Where the axes of a plot have their ticks: at round numbers, and where months and years begin. */
import { dayNumber } from '../../domain/days.ts';
import type { CalendarDate } from '../../domain/instant.ts';

export interface Scale {
  /** Ascending; the first and the last are the ends of the axis. */
  readonly ticks: readonly number[];
  /** Decimals that tell the ticks apart. */
  readonly digits: number;
}

const ROUND = [1, 2, 5];

/**
 * The smallest axis that holds `low` and `high` and has at most `most` (3 to 100) ticks, all of them multiples of 1, 2 or 5
 * times a power of ten (Heckbert 1990, "Nice Numbers for Graph Labels"). Of equal values: an axis around them.
 */
export function niceScale(low: number, high: number, most: number): Scale {
  if (low === high) {
    const around = low === 0 ? 1 : Math.abs(low) / 100;
    return niceScale(low - around, high + around, most);
  }
  const power = Math.floor(Math.log10((high - low) / most));
  const steps = [power, power + 1, power + 2, power + 3].flatMap((exponent) =>
    ROUND.map((digit) => ({ digit, exponent })),
  );
  const scales = steps.map((step) => scaleOf(low, high, step));
  return scales.find(({ ticks }) => ticks.length <= most) ?? { ticks: [low, high], digits: 0 };
}

/** Ticks are whole multiples, divided only at the end: 0.3 and not 0.30000000000000004. */
function scaleOf(
  low: number,
  high: number,
  step: { readonly digit: number; readonly exponent: number },
): Scale {
  const below = step.exponent < 0 ? 10 ** -step.exponent : 1;
  const size = step.exponent < 0 ? step.digit : step.digit * 10 ** step.exponent;
  const first = Math.floor((low * below) / size);
  const last = Math.ceil((high * below) / size);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => ((first + index) * size) / below);
  return { ticks, digits: Math.max(0, -step.exponent) };
}

export interface DateTick {
  /** Position in the row of dates. */
  readonly index: number;
  /** `2024`, `2024-03` or `2024-03-05`. */
  readonly label: string;
}

interface Period {
  /** Equal for two dates of one period. */
  readonly of: (date: CalendarDate) => number;
  readonly length: number;
  /** Days into a period on which its first session may fall. */
  readonly late: number;
}

const yearOf = (date: CalendarDate): number => Number(date.slice(0, 4));
const monthOf = (date: CalendarDate): number => yearOf(date) * 12 + Number(date.slice(5, 7)) - 1;
const months = (count: number): Period => ({
  of: (date) => Math.floor(monthOf(date) / count),
  length: 'yyyy-mm'.length,
  late: 5,
});
const years = (count: number): Period => ({
  of: (date) => Math.floor(yearOf(date) / count),
  length: 'yyyy'.length,
  late: 5,
});

/** Finest first. The week begins on Monday: 1970-01-05 was one. */
const PERIODS: readonly Period[] = [
  { of: dayNumber, length: 'yyyy-mm-dd'.length, late: 1 },
  { of: (date) => Math.floor((dayNumber(date) - 4) / 7), length: 'yyyy-mm-dd'.length, late: 1 },
  ...[1, 3, 6].map(months),
  ...[1, 2, 5, 10, 20, 50, 100].map(years),
];

/** The beginnings of the finest period that has at most `most` of them in the row; `dates` ascend. */
export function dateTicks(dates: readonly CalendarDate[], most: number): DateTick[] {
  for (const period of PERIODS) {
    const ticks = beginnings(dates, period);
    if (ticks.length <= most && ticks.length > 0) return ticks;
  }
  return dates.slice(0, 1).map((date, index) => ({ index, label: date }));
}

function beginnings(dates: readonly CalendarDate[], { of, length, late }: Period): DateTick[] {
  return dates.flatMap((date, index) => {
    const before = dates[index - 1];
    const begins = before === undefined ? beginsPeriod(date, of, late) : of(date) !== of(before);
    return begins ? [{ index, label: date.slice(0, length) }] : [];
  });
}

/** Whether nothing of the period could have come before: its first days are the weekend and New Year. */
function beginsPeriod(date: CalendarDate, of: Period['of'], late: number): boolean {
  if (late === 1) return true;
  const start = `${date.slice(0, 8)}01`;
  return Number(date.slice(8)) < late && of(start) !== of(previousMonth(start));
}

function previousMonth(date: CalendarDate): CalendarDate {
  const month = monthOf(date) - 1;
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}-01`;
}
