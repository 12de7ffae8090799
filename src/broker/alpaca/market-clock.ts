/** The market clock: the broker's clock at each look, and its calendar once a session. */
import { dateOf, plus, SECOND, type CalendarDate } from '../../domain/instant.ts';
import type { MarketClock, TradingSession } from '../../observed/broker-view.ts';
import { BrokerUnavailable } from '../../reconciler/ports.ts';
import { listOf } from '../checked-json.ts';
import { wholeDay } from '../simulated-clock.ts';
import type { AlpacaConnection } from './connection.ts';
import type { AlpacaSettings } from './settings.ts';
import { session, writtenClock, type WrittenClock } from './mapping.ts';

/** Nothing is sent in the last seconds of a session. */
const CUT_OFF = 30 * SECOND;

export class AlpacaClock {
  readonly #connection: AlpacaConnection;
  readonly #hours: AlpacaSettings['clock'];
  #session: TradingSession | null = null;

  constructor(connection: AlpacaConnection, hours: AlpacaSettings['clock']) {
    this.#connection = connection;
    this.#hours = hours;
  }

  /** One request, and one more where the session is another than before. */
  async read(): Promise<MarketClock> {
    const clock = await this.#connection.read(
      { name: 'GET /v2/clock', call: ({ clock: api }) => api.legacyClockRaw() },
      writtenClock,
    );
    if (this.#hours === 'always-open') return alwaysOpen(clock);
    if (this.#session === null || !isSessionOf(clock, this.#session))
      this.#session = await this.#sessionOf(clock);
    return {
      now: clock.timestamp,
      isOpen: clock.is_open,
      session: this.#session,
      lastSubmit: plus(this.#session.close, -CUT_OFF),
    };
  }

  /** That of the calendar, which is asked for dates. */
  async #sessionOf(clock: WrittenClock): Promise<TradingSession> {
    const date = sessionDate(clock);
    const day = new PlainDate(`${date}T00:00:00Z`);
    const [found, ...others] = await this.#connection.read(
      {
        name: 'GET /v2/calendar',
        call: ({ calendar }) => calendar.legacyCalendarRaw({ start: day, end: day }),
      },
      listOf(session),
    );
    if (found !== undefined && others.length === 0 && isSessionOf(clock, found)) return found;
    throw new BrokerUnavailable(`the broker's clock and its calendar tell different sessions for ${date}`);
  }
}

/** Such a simulator has a calendar for clients that want one, and no cut-off. */
function alwaysOpen({ timestamp, is_open: isOpen }: WrittenClock): MarketClock {
  return { now: timestamp, isOpen, session: wholeDay(dateOf(timestamp)), lastSubmit: null };
}

/** Of the session that goes on, or else of the next one. */
function sessionDate({ is_open: isOpen, next_open: open, next_close: close }: WrittenClock): CalendarDate {
  return dateOf(isOpen ? close : open);
}

function isSessionOf(clock: WrittenClock, { date, open, close }: TradingSession): boolean {
  if (date !== sessionDate(clock) || close !== clock.next_close) return false;
  return clock.is_open ? open <= clock.timestamp : open === clock.next_open;
}

/** The SDK would make moments of dates, of which the day depends on the zone. */
class PlainDate extends Date {
  override toISOString(): string {
    return super.toISOString().slice(0, 'yyyy-mm-dd'.length);
  }
}
