/** Clock and calendar of the exchange. What cannot be read is refused with 400, as by the data API. */
import { hoursOn, nextSessionAfter, sessionOn, type Session, type WallHours } from '../../domain/calendar.ts';
import { addDays } from '../../domain/days.ts';
import { dateOf, instantAt, plus, type CalendarDate, type Instant } from '../../domain/instant.ts';
import { badQuestion, ok, type Answer } from './answer.ts';
import type { Desk } from './desk.ts';
import { day, instant, list, oneOf } from './query.ts';
import type { ApiRequest } from './request.ts';
import { clockStamp, localStamp, utcStamp } from './text.ts';

export function showClock(desk: Desk, request: ApiRequest): Answer {
  const now = clockTime(desk, request);
  const today = sessionOf(desk, dateOf(now));
  const next = nextOf(desk, dateOf(now));
  return ok({
    timestamp: clockStamp(now),
    is_open:
      desk.settings.clock === 'always-open' || (today !== null && today.open <= now && now < today.close),
    next_open: localStamp(today !== null && now < today.open ? today.open : next.open),
    next_close: localStamp(today !== null && now < today.close ? today.close : next.close),
  });
}

function clockTime(desk: Desk, { fault }: Pick<ApiRequest, 'fault'>): Instant {
  const now = desk.read().time;
  return fault?.effect.kind === 'skew' ? plus(now, fault.effect.by) : now;
}

/** The always open market has a session each day, from midnight to its last minute: the calendar knows no later close. */
const ALWAYS: WallHours = { open: '00:00', close: '23:59' };

function sessionOf({ settings, calendar }: Desk, date: CalendarDate): Session | null {
  if (settings.clock === 'exchange') return sessionOn(date, calendar);
  return { date, open: instantAt(date, ALWAYS.open), close: instantAt(date, ALWAYS.close) };
}

function nextOf(desk: Desk, date: CalendarDate): Session {
  const next = desk.settings.clock === 'exchange' ? null : sessionOf(desk, addDays(date, 1));
  return next ?? nextSessionAfter(date, desk.calendar);
}

const MARKETS: Readonly<
  Record<string, { readonly mic: string; readonly acronym: string; readonly name: string }>
> = Object.fromEntries(
  [
    { mic: 'XNYS', acronym: 'NYSE', name: 'New York Stock Exchange' },
    { mic: 'XNAS', acronym: 'NASDAQ', name: 'NASDAQ' },
    { mic: 'IEXG', acronym: 'IEX', name: 'Investors Exchange' },
  ].flatMap((market) => [
    [market.mic, market],
    [market.acronym, market],
  ]),
);

/** By their acronyms. */
const ALL_MARKETS = ['NYSE', 'NASDAQ', 'IEX'];

function marketOf(code: string): Readonly<Record<string, string>> {
  const market = MARKETS[code];
  if (market === undefined)
    throw badQuestion(`market ${code} is not simulated (one of ${Object.keys(MARKETS).join(', ')})`);
  return { ...market, timezone: 'America/New_York' };
}

export function showClocks(desk: Desk, request: ApiRequest): Answer {
  const codes = list(request.query, 'markets') ?? ALL_MARKETS;
  const now = instant(request.query, 'time', badQuestion) ?? clockTime(desk, request);
  return ok({ clocks: codes.map((code) => ({ market: marketOf(code), ...phaseAt(desk, now) })) });
}

/** Extended hours of a day: before its open, and after its close. */
const EXTENDED = { from: '04:00', to: '20:00' } as const;

function phaseAt(desk: Desk, now: Instant): Readonly<Record<string, unknown>> {
  const date = dateOf(now);
  const today = sessionOf(desk, date);
  const next = nextOf(desk, date);
  const ends = today === null ? [] : phasesOf(today);
  const current = ends.find(({ until }) => now < until);
  return {
    timestamp: clockStamp(now),
    is_market_day: today !== null,
    next_market_open: localStamp(today !== null && now < today.open ? today.open : next.open),
    next_market_close: localStamp(today !== null && now < today.close ? today.close : next.close),
    phase: current?.phase ?? 'closed',
    phase_until: localStamp(current?.until ?? extendedOf(next).from),
  };
}

function phasesOf(session: Session): { readonly phase: string; readonly until: Instant }[] {
  const { from, to } = extendedOf(session);
  return [
    { phase: 'closed', until: from },
    { phase: 'pre', until: session.open },
    { phase: 'core', until: session.close },
    { phase: 'post', until: to },
  ];
}

/** Of a session with what comes before and after it, as moments. */
export function extendedOf({ date, open, close }: Session): { readonly from: Instant; readonly to: Instant } {
  const [from, to] = [instantAt(date, EXTENDED.from), instantAt(date, EXTENDED.to)];
  return { from: from < open ? from : open, to: to > close ? to : close };
}

/** Of the whole calendar that Alpaca says it has. */
const FIRST_DAY = '1970-01-01';
const LAST_DAY = '2029-12-31';
/** Days of one answer, the most that there are. */
const DAYS_MAX = 61 * 366;

interface Days {
  readonly start: CalendarDate;
  /** Inclusive. */
  readonly end: CalendarDate;
}

/** Without moments, which would be most of the cost of sixty years. */
interface TradingDay extends WallHours {
  readonly date: CalendarDate;
}

function* daysIn({ settings, calendar }: Desk, { start, end }: Days): Generator<TradingDay> {
  let date = start;
  for (let days = 0; date <= end && days < DAYS_MAX; days += 1, date = addDays(date, 1)) {
    const hours = settings.clock === 'exchange' ? hoursOn(date, calendar) : ALWAYS;
    if (hours !== null) yield { date, ...hours };
  }
}

/** Of a day with what comes before and after its session. */
function extended({ open, close }: WallHours): { readonly from: string; readonly to: string } {
  const { from, to } = EXTENDED;
  return { from: from < open ? from : open, to: to > close ? to : close };
}

export function listDays(desk: Desk, { query }: ApiRequest): Answer {
  const asked = {
    start: day(query, 'start', badQuestion) ?? FIRST_DAY,
    end: day(query, 'end', badQuestion) ?? LAST_DAY,
  };
  const bySettlement = oneOf(query, 'date_type', ['TRADING', 'SETTLEMENT'], badQuestion) === 'SETTLEMENT';
  const days = bySettlement ? { ...asked, start: addDays(asked.start, -SETTLED_WITHIN) } : asked;
  const rows = settled(desk, days).map(({ day: { date, open, close }, settlement }) => {
    const { from, to } = extended({ open, close });
    return {
      date,
      open,
      close,
      session_open: from.replace(':', ''),
      session_close: to.replace(':', ''),
      settlement_date: settlement,
    };
  });
  const isAsked = ({ settlement_date: date }: { readonly settlement_date: CalendarDate }): boolean =>
    date >= asked.start && date <= asked.end;
  return ok(bySettlement ? rows.filter(isAsked) : rows);
}

/** Days: longer than any trade is not settled. */
const SETTLED_WITHIN = 15;
/** Trades before it were settled on the second day. */
const NEXT_DAY_SINCE = '2024-05-28';

interface Settled {
  readonly day: TradingDay;
  readonly settlement: CalendarDate;
}

/** The exchange settles on its own days, whenever this market is open. */
function settled(desk: Desk, days: Days): Settled[] {
  const until = addDays(days.end, SETTLED_WITHIN);
  const dates: CalendarDate[] = [];
  for (let date = days.start; date <= until; date = addDays(date, 1))
    if (hoursOn(date, desk.calendar) !== null) dates.push(date);
  let next = 0;
  return [...daysIn(desk, days)].map((day) => {
    while ((dates[next] ?? '9') <= day.date) next += 1;
    const settlement = dates[day.date >= NEXT_DAY_SINCE ? next : next + 1] ?? day.date;
    return { day, settlement };
  });
}

export function listMarketDays(desk: Desk, { query, parameters }: ApiRequest): Answer {
  const market = marketOf(parameters['market'] ?? '');
  // From today, and for a week, where nothing else is asked.
  const start = day(query, 'start', badQuestion) ?? dateOf(desk.read().time);
  const end = day(query, 'end', badQuestion) ?? addDays(start, 7);
  const isLocal = oneOf(query, 'timezone', ['', 'UTC'], badQuestion) === '';
  const written = isLocal ? localStamp : utcStamp;
  const calendar = settled(desk, { start, end }).map(({ day: { date, open, close }, settlement }) => {
    const { from, to } = extended({ open, close });
    const at = (time: string): string => written(instantAt(date, time));
    return {
      date,
      core_start: at(open),
      core_end: at(close),
      pre_start: at(from),
      pre_end: at(open),
      post_start: at(close),
      post_end: at(to),
      settlement_date: settlement,
    };
  });
  return ok({ market, calendar });
}
