/** What a quote must be for an entry. An exit goes out at any price: what is held is at risk whatever its quote is worth. */
import { lastOpen, type CalendarOverrides } from '../domain/calendar.ts';
import { formatDollars, formatPercent, mulDiv, WHOLE, type Price, type Ratio } from '../domain/decimal.ts';
import { formatLocalZone, type Instant } from '../domain/instant.ts';
import { LEVERAGED_FUNDS } from '../domain/leveraged-funds.ts';
import type { AccountLimits } from '../desired/desired-state.ts';
import type { Quote } from '../observed/broker-view.ts';

export interface GuardedEntry {
  readonly symbol: string;
  /** What it was planned with. */
  readonly price: Price;
}

export interface GuardRules {
  readonly limits: AccountLimits;
  readonly now: Instant;
  readonly calendar: CalendarOverrides | undefined;
}

export interface QuoteDoubt {
  readonly reason: 'SymbolHalted' | 'QuoteStale' | 'SpreadTooWide' | 'PriceCollar';
  readonly detail: string;
}

const LEVERAGED_COLLAR = 20_000 as Ratio;

/** Null: nothing speaks against the entry. */
export function doubtOf(entry: GuardedEntry, quote: Quote, rules: GuardRules): QuoteDoubt | null {
  if (quote.halted === true)
    return {
      reason: 'SymbolHalted',
      detail: `trading in ${entry.symbol} is halted: no entry until it goes on`,
    };
  return staleness(entry, quote, rules) ?? width(entry, quote, rules) ?? distance(entry, quote, rules);
}

function staleness({ symbol }: GuardedEntry, { asOf }: Quote, rules: GuardRules): QuoteDoubt | null {
  const { quoteAge } = rules.limits;
  if (quoteAge === undefined || lastOpen(rules.now, rules.calendar) - asOf <= quoteAge) return null;
  const detail = `the price of ${symbol} is of ${formatLocalZone(asOf)}, older than ${quoteAge / 1_000} s`;
  return { reason: 'QuoteStale', detail };
}

function width({ symbol }: GuardedEntry, { bid, ask }: Quote, { limits }: GuardRules): QuoteDoubt | null {
  const { maxSpread } = limits;
  if (maxSpread === undefined || bid === undefined || ask === undefined) return null;
  const shown = `${symbol}: bid ${formatDollars(bid)}, ask ${formatDollars(ask)}`;
  // A bid above the ask is no market, whatever its width.
  if (bid > ask || ask <= 0) return { reason: 'SpreadTooWide', detail: `${shown}: no market` };
  const spread = mulDiv(2 * (ask - bid), WHOLE, bid + ask) as Ratio;
  if (spread <= maxSpread) return null;
  return {
    reason: 'SpreadTooWide',
    detail: `${shown}: ${formatPercent(spread)} apart, limit ${formatPercent(maxSpread)}`,
  };
}

function distance({ symbol, price }: GuardedEntry, quote: Quote, { limits }: GuardRules): QuoteDoubt | null {
  const collar = collarOf(symbol, limits);
  if ((Math.abs(quote.price - price) / price) * WHOLE <= collar) return null;
  const detail = `planned at $${formatDollars(price)}, now $${formatDollars(quote.price)}, limit ${formatPercent(collar)}`;
  return { reason: 'PriceCollar', detail };
}

function collarOf(symbol: string, { priceCollar, leveragedCollar, leveraged = [] }: AccountLimits): Ratio {
  const isLeveraged = LEVERAGED_FUNDS.has(symbol) || leveraged.includes(symbol);
  return isLeveraged ? (Math.min(priceCollar, leveragedCollar ?? LEVERAGED_COLLAR) as Ratio) : priceCollar;
}
