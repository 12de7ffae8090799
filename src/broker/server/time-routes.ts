/** Clock and calendar of the exchange. */
import { nextSessionAfter, sessionOn, type Session } from '../../domain/calendar.ts';
import { addDays } from '../../domain/days.ts';
import { dateOf, instantAt, plus, timeOf, type CalendarDate, type Instant } from '../../domain/instant.ts';
import { malformed, notFound, ok, type Answer } from './answer.ts';
import type { Desk } from './desk.ts';
import { day, instant, list } from './query.ts';
import type { ApiRequest } from './request.ts';
import { clockStamp, localStamp } from './text.ts';

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
function sessionOf({ settings, calendar }: Desk, date: CalendarDate): Session | null {
  if (settings.clock === 'exchange') return sessionOn(date, calendar);
  return { date, open: instantAt(date, '00:00'), close: instantAt(date, '23:59') };
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

function marketOf(code: string): Readonly<Record<string, string>> {
  const market = MARKETS[code];
  if (market === undefined)
    throw notFound(`market ${code} is not simulated (one of ${Object.keys(MARKETS).join(', ')})`);
  return { ...market, timezone: 'America/New_York' };
}

export function showClocks(desk: Desk, request: ApiRequest): Answer {
  const codes = list(request.query, 'markets');
  if (codes === null) throw malformed('markets is required');
  const now = instant(request.query, 'time') ?? clockTime(desk, request);
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

function extendedOf({ date, open, close }: Session): { readonly from: Instant; readonly to: Instant } {
  const [from, to] = [instantAt(date, EXTENDED.from), instantAt(date, EXTENDED.to)];
  return { from: from < open ? from : open, to: to > close ? to : close };
}

const FIRST_DAY = '2016-01-01';
/** Days of one answer, the most that there are. */
const DAYS_MAX = 40 * 366;

function* sessionsIn(desk: Desk, { query }: ApiRequest): Generator<Session> {
  const end = day(query, 'end') ?? `${Number(dateOf(desk.read().time).slice(0, 4)) + 1}-12-31`;
  let date = day(query, 'start') ?? FIRST_DAY;
  for (let days = 0; date <= end && days < DAYS_MAX; days += 1, date = addDays(date, 1)) {
    const session = sessionOf(desk, date);
    if (session !== null) yield session;
  }
}

export function listDays(desk: Desk, request: ApiRequest): Answer {
  const days = [...sessionsIn(desk, request)].map((session) => ({
    date: session.date,
    open: timeOf(session.open),
    close: timeOf(session.close),
    session_open: timeOf(extendedOf(session).from).replace(':', ''),
    session_close: timeOf(extendedOf(session).to).replace(':', ''),
    settlement_date: settlementOf(desk, session.date),
  }));
  return ok(days);
}

/** Trades before it were settled on the second day. */
const NEXT_DAY_SINCE = '2024-05-28';

function settlementOf({ calendar }: Desk, date: CalendarDate): CalendarDate {
  const next = nextSessionAfter(date, calendar).date;
  return date >= NEXT_DAY_SINCE ? next : nextSessionAfter(next, calendar).date;
}

export function listMarketDays(desk: Desk, request: ApiRequest): Answer {
  const market = marketOf(request.parameters['market'] ?? '');
  const calendar = [...sessionsIn(desk, withDefaultWeek(desk, request))].map((session) => {
    const { from, to } = extendedOf(session);
    return {
      date: session.date,
      core_start: localStamp(session.open),
      core_end: localStamp(session.close),
      pre_start: localStamp(from),
      pre_end: localStamp(session.open),
      post_start: localStamp(session.close),
      post_end: localStamp(to),
      settlement_date: settlementOf(desk, session.date),
    };
  });
  return ok({ market, calendar });
}

/** From today, and for a week, where nothing else is asked. */
function withDefaultWeek(desk: Desk, request: ApiRequest): ApiRequest {
  const query = new URLSearchParams(request.query);
  const start = day(query, 'start') ?? dateOf(desk.read().time);
  query.set('start', start);
  if (!query.has('end')) query.set('end', addDays(start, 7));
  return { ...request, query };
}
