/** What the account was worth over time, reckoned from its fills and the prices of each moment. */
import { previousSessionBefore, sessionOn, type Session } from '../../domain/calendar.ts';
import { addDays, dayNumber } from '../../domain/days.ts';
import {
  dateOf,
  HOUR,
  instantAt,
  MINUTE,
  plus,
  SECOND,
  type CalendarDate,
  type Instant,
} from '../../domain/instant.ts';
import type { SimulatedState } from '../simulated-state.ts';
import { malformed, ok, type Answer } from './answer.ts';
import type { Desk } from './desk.ts';
import { equityAt } from './equity.ts';
import { pastOf } from './past.ts';
import { instant, oneOf } from './query.ts';
import type { ApiRequest } from './request.ts';
import { extendedOf } from './time-routes.ts';

const STEPS = { '1Min': MINUTE, '5Min': 5 * MINUTE, '15Min': 15 * MINUTE, '1H': HOUR, '1D': null } as const;
type Timeframe = keyof typeof STEPS;
type Hours = 'market_hours' | 'extended_hours' | 'continuous';

/** Points of one answer; of more, the newest. */
const POINTS_MAX = 10_000;
/** Days. */
const SPAN_MAX = 5 * 366;
const INTRADAY_MAX = 30;
const MICROS = 1_000_000;

export async function portfolioHistory(desk: Desk, { query }: ApiRequest): Promise<Answer> {
  const state = await desk.priced();
  const asked = askedOf(desk, query, state.time);
  const points = pointsOf(desk, asked, state.time).slice(-POINTS_MAX);
  const { timeframe } = asked;
  const baseOf = basesOf(desk, asked, query);
  const bases = points.map(({ date }) => baseOf(date));
  const worth = worthAt(desk, state, [...points.map(({ until }) => until), ...bases.map(({ at }) => at)]);
  // By days, what is reckoned from is the first day that is told, and no close before it.
  const first = points[0] === undefined ? null : worth(points[0].until);
  const profits = points.map(({ until }, index) => {
    const at = bases[index]?.at;
    const base = timeframe === '1D' || at === undefined ? (first ?? 0) : worth(at);
    const profit = worth(until) - base;
    return { profit, part: base === 0 ? 0 : profit / base };
  });
  const [base] = bases;
  return ok({
    timestamp: points.map(({ label }) => Math.floor(label / SECOND)),
    equity: points.map(({ until }) => rounded(worth(until), 2)),
    profit_loss: profits.map(({ profit }) => rounded(profit, 2)),
    profit_loss_pct: profits.map(({ part }) => rounded(part, 4)),
    ...(timeframe === '1D' || base === undefined
      ? { base_value: first === null ? null : rounded(first, 2) }
      : { base_value: rounded(worth(base.at), 2), base_value_asof: base.date }),
    timeframe,
    // Nothing is paid in or out here.
    cashflow: {},
  });
}

interface Asked {
  readonly start: CalendarDate;
  readonly end: CalendarDate;
  /** Points that begin after it are not told. */
  readonly until: Instant;
  readonly timeframe: Timeframe;
  readonly hours: Hours;
}

function askedOf(desk: Desk, query: URLSearchParams, now: Instant): Asked {
  const names = ['start', 'end', 'period'].filter((name) => (query.get(name) ?? '') !== '');
  if (names.length === 3) throw malformed('only two of start, end and period can be specified');
  const period = daysOf(query.get('period') || '1M');
  const first = firstDay(desk, query);
  const last = lastMoment(query);
  const until =
    last ?? (first !== null && names.includes('period') ? endOf(addDays(first, period - 1)) : now);
  const end = dateOf(until);
  const start = first ?? addDays(end, 1 - period);
  const days = dayNumber(end) - dayNumber(start) + 1;
  const isLong = days > INTRADAY_MAX;
  const usual: Timeframe = days < 7 ? '1Min' : days < INTRADAY_MAX ? '15Min' : '1D';
  const timeframe = oneOf(query, 'timeframe', ['', '1Min', '5Min', '15Min', '1H', '1D']) || usual;
  if (isLong && timeframe !== '1D')
    throw malformed(
      `timeframe ${timeframe} is for ${INTRADAY_MAX} days or less: longer than that is told by 1D`,
    );
  const earliest = addDays(end, -SPAN_MAX);
  return { start: start < earliest ? earliest : start, end, until, timeframe, hours: hoursOf(query) };
}

/** A date, or the day of an instant in New York; what is after its close is for the day after. */
function firstDay({ calendar }: Desk, query: URLSearchParams): CalendarDate | null {
  const at = instant(query, 'start');
  if (at === null) return null;
  const date = dateOf(at);
  const close = sessionOn(date, calendar)?.close;
  return close !== undefined && at > close ? addDays(date, 1) : date;
}

/** A date is meant with its whole day. */
function lastMoment(query: URLSearchParams): Instant | null {
  const at = instant(query, 'end');
  if (at === null) return null;
  return Number.isNaN(dayNumber(query.get('end') ?? '')) ? at : endOf(dateOf(at));
}

function endOf(date: CalendarDate): Instant {
  return plus(instantAt(addDays(date, 1), '00:00'), -1);
}

function hoursOf(query: URLSearchParams): Hours {
  const asked = oneOf(query, 'intraday_reporting', ['market_hours', 'extended_hours', 'continuous']);
  return asked === 'market_hours' && query.get('extended_hours') === 'true' ? 'extended_hours' : asked;
}

const DAYS: Readonly<Record<string, number>> = { D: 1, W: 7, M: 30, A: 365 };

function daysOf(period: string): number {
  const [, number, unit = ''] = /^([1-9]\d{0,2})([DWMA])$/.exec(period) ?? [];
  if (number === undefined) throw malformed(`invalid period: ${period}`);
  return Number(number) * (DAYS[unit] ?? 1);
}

/** One window of time. */
interface Point {
  readonly date: CalendarDate;
  /** Its begin; a day is told at the end of its extended hours, as in the examples of the document. */
  readonly label: Instant;
  /** Its end, or now. */
  readonly until: Instant;
}

function pointsOf({ calendar }: Desk, asked: Asked, now: Instant): Point[] {
  const last = asked.until < now ? asked.until : now;
  const points: Point[] = [];
  for (let date = asked.start; date <= asked.end; date = addDays(date, 1)) {
    const session = sessionOn(date, calendar);
    const step = STEPS[asked.timeframe];
    if (step !== null) points.push(...windowsOf({ date, session, step, hours: asked.hours }, last, now));
    else if (session !== null && session.open <= last) {
      const { to } = extendedOf(session);
      const label = to < now ? to : now;
      points.push({ date, label, until: label });
    }
  }
  return points;
}

interface AskedDay {
  readonly date: CalendarDate;
  readonly session: Session | null;
  /** ms. */
  readonly step: number;
  readonly hours: Hours;
}

function* windowsOf({ date, session, step, hours }: AskedDay, last: Instant, now: Instant): Generator<Point> {
  const span = spanOf(date, session, hours);
  if (span === null) return;
  for (let at = span.from; at < span.to && at <= last; at = plus(at, step)) {
    const next = plus(at, step);
    yield { date, label: at, until: next < now ? next : now };
  }
}

/** Null: nothing is told of that day. */
function spanOf(
  date: CalendarDate,
  session: Session | null,
  hours: Hours,
): { readonly from: Instant; readonly to: Instant } | null {
  if (hours === 'continuous')
    return { from: instantAt(date, '00:00'), to: instantAt(addDays(date, 1), '00:00') };
  if (session === null) return null;
  return hours === 'extended_hours' ? extendedOf(session) : { from: session.open, to: session.close };
}

interface Base {
  readonly date: CalendarDate;
  readonly at: Instant;
}

/** The close before a day, or before the first one of all. */
function basesOf({ calendar }: Desk, { start }: Asked, query: URLSearchParams): (date: CalendarDate) => Base {
  const isReset = oneOf(query, 'pnl_reset', ['per_day', 'no_reset']) === 'per_day';
  const known = new Map<CalendarDate, Base>();
  return (date) => {
    const of = isReset ? date : start;
    const found = known.get(of);
    if (found !== undefined) return found;
    const session = previousSessionBefore(of, calendar);
    const base = { date: session.date, at: session.close };
    known.set(of, base);
    return base;
  };
}

/** In dollars, of any of these moments. */
function worthAt(desk: Desk, state: SimulatedState, moments: readonly Instant[]): (at: Instant) => number {
  const newestFirst = [...new Set(moments)].sort((a, b) => b - a);
  const known = new Map<Instant, number>();
  let index = 0;
  for (const past of pastOf(state, newestFirst)) {
    const at = newestFirst[index] ?? state.time;
    known.set(at, equityAt(past, desk.venue, at) / MICROS);
    index += 1;
  }
  return (at) => known.get(at) ?? 0;
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
