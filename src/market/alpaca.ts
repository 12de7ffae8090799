/** Daily bars and latest quotes of shares from Alpaca's market data API. */
import { previousSessionBefore, sessionOn, type CalendarOverrides } from '../domain/calendar.ts';
import { dateOf, SECOND, type CalendarDate, type Instant } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { DailyBar } from '../observed/bars.ts';
import type { Clock, DateSpan } from '../reconciler/ports.ts';
import { inBatches } from './alpaca-batches.ts';
import { alpacaClient } from './alpaca-client.ts';
import type { FoundKeys } from './alpaca-keys.ts';
import { askBars, askQuotes, SIP_DELAY, type AlpacaQuestion } from './alpaca-questions.ts';
import type { DataSource, Found } from './data-source.ts';
import { INDEX_SYMBOLS } from './index-symbols.ts';
import type { AlpacaSettings } from './price-source.ts';

export interface AlpacaOptions {
  readonly settings: AlpacaSettings;
  readonly keys: () => FoundKeys;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly calendar: CalendarOverrides | undefined;
  /** ms of one request; 10 s where left out. */
  readonly timeout?: number;
  /** ms that one question may wait for the rate limit; 15 s where left out. */
  readonly patience?: number;
}

const PATIENCE = 15 * SECOND;

export function alpaca(options: AlpacaOptions): DataSource {
  const { settings, clock, calendar, patience = PATIENCE } = options;
  const ask = alpacaClient({ ...options, url: settings.url });
  const invalid = new Set<string>();
  const question = (): AlpacaQuestion => ({ ask, settings, patience: { left: patience } });
  const bars = async (symbols: readonly string[], span: DateSpan): Promise<Found<readonly DailyBar[]>> => {
    if (span.to < span.from) return { rows: new Map(), failed: new Map(), instead: new Map() };
    const asked = question();
    const found = await inBatches(shares(symbols), invalid, (batch) =>
      askBars(asked, batch, span, clock.now()),
    );
    return { ...found, rows: new Map([...found.rows].filter(([, rows]) => rows.length > 0)) };
  };
  return {
    name: 'alpaca',
    serves: null,
    quotes: (symbols, now) => {
      const asked = question();
      return inBatches(shares(symbols), invalid, (batch) => askQuotes(asked, batch, now));
    },
    closes: (symbols, { from, to }) =>
      bars(symbols, { from, to: earlier(to, lastSettled(clock.now(), calendar)) }),
    bars: (symbols, { from, to }) => bars(symbols, { from, to: earlier(to, dateOf(clock.now())) }),
  };
}

/** Indices are not served there, and a share may bear the name of one. */
function shares(symbols: readonly string[]): string[] {
  return symbols.filter((symbol) => !INDEX_SYMBOLS.has(symbol));
}

function earlier(a: CalendarDate, b: CalendarDate): CalendarDate {
  return compareText(a, b) < 0 ? a : b;
}

/** The last session of which the close is known to everybody. */
function lastSettled(now: Instant, calendar: CalendarOverrides | undefined): CalendarDate {
  const today = sessionOn(dateOf(now), calendar);
  return today !== null && today.close + SIP_DELAY <= now
    ? today.date
    : previousSessionBefore(dateOf(now), calendar).date;
}
