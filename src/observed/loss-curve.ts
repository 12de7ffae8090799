/**
 * From where losses are counted: the start of the day and of the week, and the peak.
 *
 * A strategy's curve is its profit: realised, and what its book is worth beyond its cost, less what came with shares by
 * an operator's word. Deposits and withdrawals do not move it. The curve of the account is its equity.
 */
import { previousSessionBefore, type CalendarOverrides } from '../domain/calendar.ts';
import { dayNumber } from '../domain/days.ts';
import { subtract, type Money } from '../domain/decimal.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { LossLimit, MarkKind } from './mark-events.ts';

/** The account among the strategies; no strategy can be called so. */
export const ACCOUNT = '*';

/** One point of a curve. */
export interface Basis {
  readonly session: CalendarDate;
  /** Of the account then: limits of strategies are parts of it. */
  readonly equity: Money;
  readonly profit: Money;
}

export interface LossCurve {
  /** The close before the session if that was marked, so that a night belongs to a day; else the session's first mark. */
  readonly day: Basis;
  readonly week: Basis;
  readonly peak: Basis;
  /** The newest close; null before the first. */
  readonly close: Basis | null;
}

/** A curve that begins at this point. */
export function newCurve(basis: Basis): LossCurve {
  return { day: basis, week: basis, peak: basis, close: null };
}

/** `calendar`: as it was declared then, to know which close is the one before a session. */
export function afterMark(
  curve: LossCurve,
  kind: MarkKind,
  basis: Basis,
  calendar?: CalendarOverrides,
): LossCurve {
  const peak = basis.profit > curve.peak.profit ? basis : curve.peak;
  if (kind === 'interim') return { ...curve, peak };
  if (kind === 'close') return { ...curve, peak, close: basis };
  return { ...begun(curve, closeBefore(curve, basis.session, calendar) ?? basis), peak };
}

/** A session has started while nobody could say what there was: its day begins with the close before it, where that is known. */
export function afterUnknownStart(
  curve: LossCurve,
  session: CalendarDate,
  calendar?: CalendarOverrides,
): LossCurve {
  const day = closeBefore(curve, session, calendar);
  return day === null ? curve : begun(curve, day);
}

function begun(curve: LossCurve, day: Basis): LossCurve {
  const isSameWeek = weekOf(curve.week.session) === weekOf(day.session);
  return { ...curve, day, week: isSameWeek ? curve.week : day };
}

/**
 * From an operator's word on, nothing is lost. The dates stay: the next day and week begin when they would have. `basis`: of
 * the newest marked session, whose day has begun also where the curve could not tell what it began with.
 */
export function afterReset(curve: LossCurve, basis: Basis): LossCurve {
  const at = (session: CalendarDate): Basis => ({ ...basis, session });
  const moved = ({ session }: Basis): Basis => at(session < basis.session ? basis.session : session);
  const close = curve.close === null ? null : at(curve.close.session);
  return { day: moved(curve.day), week: moved(curve.week), peak: at(curve.peak.session), close };
}

/** As a point of the session that it is before; null where it was not marked. */
function closeBefore(
  { close }: LossCurve,
  session: CalendarDate,
  calendar: CalendarOverrides | undefined,
): Basis | null {
  const isBefore = close !== null && previousSessionBefore(session, calendar).date === close.session;
  return isBefore ? { ...close, session } : null;
}

/** Weeks begin on Monday; 1970-01-01 was a Thursday. */
function weekOf(date: CalendarDate): number {
  return Math.floor((dayNumber(date) + 3) / 7);
}

export interface Loss {
  readonly limit: LossLimit;
  /** Negative: a profit. */
  readonly loss: Money;
  /** Where it is counted from. */
  readonly since: Basis;
}

/** What has been lost by now: since the start of the day and of the week, and from the peak. */
export function lossesOf({ day, week, peak }: LossCurve, now: Basis): readonly Loss[] {
  const since = (limit: LossLimit, basis: Basis): Loss => ({
    limit,
    loss: subtract(basis.profit, now.profit),
    since: basis,
  });
  return [since('daily', day), since('weekly', week), since('drawdown', peak)];
}
