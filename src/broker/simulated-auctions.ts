/** The auctions at the open and at the close of the simulated exchange, and until when they take orders. */
import { nextSessionAfter, sessionOn } from '../domain/calendar.ts';
import { dateOf, instantAt, later, MINUTE, plus, timeOf, type Instant } from '../domain/instant.ts';
import type { SimulatedSettings, TimeInForce } from './simulated-state.ts';

export type Auction = Exclude<TimeInForce, 'day'>;

/** How long before its auction an order must be there. */
const LEAD: Readonly<Record<Auction, number>> = { opg: 2 * MINUTE, cls: 10 * MINUTE };

/** From then on, orders are for the next session. */
const NEXT_SESSION_FROM = '19:00';

export type AuctionTime =
  /** The auction that an order takes part in if it is sent now. */
  | { readonly kind: 'at'; readonly at: Instant }
  /** Too late for the one of this session, and too early for the next. */
  | { readonly kind: 'missed'; readonly deadline: Instant }
  /** A market that is always open has none. */
  | { readonly kind: 'none' };

export function auctionOf(
  auction: Auction,
  { clock, calendar }: Pick<SimulatedSettings, 'clock' | 'calendar'>,
  now: Instant,
): AuctionTime {
  if (clock === 'always-open') return { kind: 'none' };
  const today = dateOf(now);
  const session = sessionOn(today, calendar);
  if (session !== null) {
    const at = auction === 'opg' ? session.open : session.close;
    const deadline = plus(at, -LEAD[auction]);
    if (now < deadline) return { kind: 'at', at };
    const until = later(instantAt(today, NEXT_SESSION_FROM), session.close);
    if (now < until) return { kind: 'missed', deadline };
  }
  const next = nextSessionAfter(today, calendar);
  return { kind: 'at', at: auction === 'opg' ? next.open : next.close };
}

/** In Alpaca's words: `opg orders must be submitted after 7:00pm and before 9:28am`. */
export function missedWords(auction: Auction, deadline: Instant): string {
  return `${auction} orders must be submitted after 7:00pm and before ${twelveHour(timeOf(deadline))}`;
}

/** `3:50pm` of `15:50`. */
function twelveHour(time: string): string {
  const hour = Number(time.slice(0, 2));
  return `${hour % 12 === 0 ? 12 : hour % 12}${time.slice(2)}${hour < 12 ? 'am' : 'pm'}`;
}
