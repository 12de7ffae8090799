/** What the account was worth over time, reckoned from its fills and the prices of each moment. */
import { sessionOn } from '../../domain/calendar.ts';
import { addDays } from '../../domain/days.ts';
import { dateOf, HOUR, MINUTE, plus, SECOND, type CalendarDate, type Instant } from '../../domain/instant.ts';
import { malformed, ok, type Answer } from './answer.ts';
import type { Desk } from './desk.ts';
import { equityAt } from './equity.ts';
import { pastOf } from './past.ts';
import { day, oneOf } from './query.ts';
import type { ApiRequest } from './request.ts';

const STEPS = { '1Min': MINUTE, '5Min': 5 * MINUTE, '15Min': 15 * MINUTE, '1H': HOUR, '1D': null } as const;
/** Points of one answer; of more, the newest. */
const POINTS_MAX = 10_000;
/** Days. */
const SPAN_MAX = 5 * 366;
const MICROS = 1_000_000;

export async function portfolioHistory(desk: Desk, { query }: ApiRequest): Promise<Answer> {
  const state = await desk.priced();
  const today = dateOf(state.time);
  const end = day(query, 'end') ?? today;
  const asked = day(query, 'start') ?? addDays(end, -daysOf(query.get('period') ?? '1M'));
  const start = asked < addDays(end, -SPAN_MAX) ? addDays(end, -SPAN_MAX) : asked;
  const isShort = addDays(start, 7) >= end;
  const timeframe = oneOf(
    query,
    'timeframe',
    isShort ? ['15Min', '1Min', '5Min', '1H', '1D'] : ['1D', '1H', '15Min', '5Min', '1Min'],
  );
  const moments = momentsOf(desk, { start, end, step: STEPS[timeframe] }, state.time).slice(-POINTS_MAX);
  const venue = desk.venue;
  const newestFirst = [...moments].reverse();
  const equity = [...pastOf(state, newestFirst)]
    .map((past, index) => equityAt(past, venue, newestFirst[index] ?? state.time) / MICROS)
    .reverse();
  const base = equity[0] ?? null;
  const profits = equity.map((value) => value - (base ?? value));
  return ok({
    timestamp: moments.map((moment) => Math.floor(moment / SECOND)),
    equity: equity.map(rounded),
    profit_loss: profits.map(rounded),
    profit_loss_pct: profits.map((profit) => (base === null || base === 0 ? 0 : profit / base)),
    base_value: base === null ? null : rounded(base),
    timeframe,
  });
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

const DAYS: Readonly<Record<string, number>> = { D: 1, W: 7, M: 31, A: 366, Y: 366 };

function daysOf(period: string): number {
  const [, number, unit = ''] = /^(\d{1,3})([DWMAY])$/.exec(period) ?? [];
  if (number === undefined) throw malformed(`invalid period: ${period}`);
  return Number(number) * (DAYS[unit] ?? 1);
}

interface Asked {
  readonly start: CalendarDate;
  readonly end: CalendarDate;
  /** ms; null: one of each session, its close. */
  readonly step: number | null;
}

/** Of sessions, up to now. */
function momentsOf({ calendar }: Desk, { start, end, step }: Asked, now: Instant): Instant[] {
  const moments: Instant[] = [];
  for (let date = start; date <= end; date = addDays(date, 1)) {
    const session = sessionOn(date, calendar);
    if (session === null) continue;
    if (step === null) moments.push(session.close < now ? session.close : now);
    else for (let at = session.open; at < session.close; at = plus(at, step)) moments.push(at);
  }
  return moments.filter((moment, index) => moment <= now && moment !== moments[index - 1]);
}
