/** Daily bars, latest quotes and corporate actions of shares from Alpaca's market data API. */
import { previousSessionBefore, sessionOn, type CalendarOverrides } from '../domain/calendar.ts';
import { dateOf, SECOND, type CalendarDate, type Instant } from '../domain/instant.ts';
import type { DailyBar } from '../observed/bars.ts';
import type { CorporateAction } from '../observed/corporate-action.ts';
import type { Clock, DateSpan } from '../reconciler/ports.ts';
import { inBatches } from './alpaca-batches.ts';
import { alpacaClient } from './alpaca-client.ts';
import type { FoundKeys } from './alpaca-keys.ts';
import { askActions } from './alpaca-actions.ts';
import { askMinutes } from './alpaca-minutes.ts';
import { askBars, askQuotes, SIP_DELAY } from './alpaca-questions.ts';
import type { CacheFiles } from './cache-files.ts';
import type { DataSource, Found } from './data-source.ts';
import { INDEX_SYMBOLS } from './index-symbols.ts';
import { keepingBars, type AskForBars } from './kept-bars.ts';
import type { AlpacaSettings } from './price-source.ts';

export interface AlpacaOptions {
  readonly settings: AlpacaSettings;
  readonly keys: () => FoundKeys;
  readonly cache: CacheFiles;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly calendar: CalendarOverrides | undefined;
  /** Of what people should know and no answer says: a copy that is broken, or cannot be written. */
  readonly tell: (message: string) => void;
  /** ms of one request; 10 s where left out. */
  readonly timeout?: number;
  /** ms that one question may wait for the rate limit; 15 s where left out, and for prices never more than 5 s. */
  readonly patience?: number;
}

const PATIENCE = 15 * SECOND;
/** A price is asked for just before an order, too: better none than one that is waited for. */
const QUOTE_PATIENCE = 5 * SECOND;

export function alpaca(options: AlpacaOptions): DataSource {
  const { settings, clock, calendar, patience = PATIENCE } = options;
  const ask = alpacaClient({ ...options, url: settings.url });
  const invalid = new Set<string>();
  const ofApi: AskForBars = (batch, span, left) =>
    askBars({ ask, settings, patience: left }, batch, span, clock.now());
  const kept = keepingBars(ofApi, { ...options, ...keptAs(settings) });
  const within = async (from: AskForBars, symbols: readonly string[], span: DateSpan): Promise<Bars> => {
    const left = { left: patience };
    const found = await inBatches(shares(symbols), invalid, (batch) => from(batch, span, left));
    const rows = [...found.rows].map(([symbol, bars]) => [symbol, rowsIn(bars, span)] as const);
    return { ...found, rows: new Map(rows.filter(([, bars]) => bars.length > 0)) };
  };
  const ended = (symbols: readonly string[], { from, to }: DateSpan): Promise<Bars> => {
    const last = lastSettled(clock.now(), calendar);
    return from > last ? NO_BARS : within(kept, symbols, { from, to: to < last ? to : last });
  };
  const unsettled = (symbols: readonly string[], { from, to }: DateSpan): Promise<Bars> => {
    const today = unsettledSession(clock.now(), calendar);
    if (today === null || today < from || today > to) return NO_BARS;
    return within(ofApi, symbols, { from: today, to: today });
  };
  return {
    name: 'alpaca',
    serves: null,
    quotes: (symbols, now) => {
      const asked = { ask, settings, patience: { left: Math.min(patience, QUOTE_PATIENCE) } };
      return inBatches(shares(symbols), invalid, (batch) => askQuotes(asked, batch, now));
    },
    closes: ended,
    minutes: async (symbols, span) => {
      const asked = { ask, settings, patience: { left: patience } };
      const found = await inBatches(shares(symbols), invalid, (batch) =>
        askMinutes(asked, batch, span, clock.now()),
      );
      return { ...found, rows: new Map([...found.rows].filter(([, bars]) => bars.length > 0)) };
    },
    actions: alpacaActions(options),
    bars: async (symbols, span) => joined(await ended(symbols, span), await unsettled(symbols, span)),
  };
}

export type ActionsOptions = Pick<AlpacaOptions, 'settings' | 'keys' | 'clock' | 'timeout' | 'patience'>;

/** The corporate actions of a span that Alpaca knows: none is an answer, but it may come to know of one later. */
export function alpacaActions({ settings, patience = PATIENCE, ...options }: ActionsOptions) {
  const ask = alpacaClient({ ...options, url: settings.url });
  return (symbols: readonly string[], span: DateSpan): Promise<Found<readonly CorporateAction[]>> => {
    const left = { left: patience };
    return inBatches(shares(symbols), new Set(), (batch) => askActions({ ask, patience: left }, batch, span));
  };
}

type Bars = Found<readonly DailyBar[]>;

const NO_BARS: Promise<Bars> = Promise.resolve({ rows: new Map(), failed: new Map(), instead: new Map() });

function keptAs({ url, feed, adjustment }: AlpacaSettings): {
  readonly about: string;
  readonly name: string;
} {
  return { about: `${url} ${feed} ${adjustment}`, name: `alpaca-${feed}-${adjustment}` };
}

/** Indices are not served there, and a share may bear the name of one. */
function shares(symbols: readonly string[]): string[] {
  return symbols.filter((symbol) => !INDEX_SYMBOLS.has(symbol));
}

function rowsIn(bars: readonly DailyBar[], { from, to }: DateSpan): readonly DailyBar[] {
  return bars.filter(({ date }) => date >= from && date <= to);
}

function joined(past: Bars, today: Bars): Bars {
  const failed = new Map([...past.failed, ...today.failed]);
  const symbols = [...new Set([...past.rows.keys(), ...today.rows.keys()])].filter(
    (symbol) => !failed.has(symbol),
  );
  const rows = symbols.map(
    (symbol) => [symbol, [...(past.rows.get(symbol) ?? []), ...(today.rows.get(symbol) ?? [])]] as const,
  );
  return { rows: new Map(rows), failed, instead: new Map() };
}

/** The last session of which the close is known to everybody. */
function lastSettled(now: Instant, calendar: CalendarOverrides | undefined): CalendarDate {
  const today = sessionOn(dateOf(now), calendar);
  return today !== null && today.close + SIP_DELAY <= now
    ? today.date
    : previousSessionBefore(dateOf(now), calendar).date;
}

/** The session of today, from its open until its close is known to everybody. */
function unsettledSession(now: Instant, calendar: CalendarOverrides | undefined): CalendarDate | null {
  const today = sessionOn(dateOf(now), calendar);
  return today !== null && today.open <= now && now < today.close + SIP_DELAY ? today.date : null;
}
