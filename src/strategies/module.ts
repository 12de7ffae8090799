/** The signal `module`: what a user's function is handed. Its answer is that of `command`. Pure. */
import type { DesiredStrategy, ModuleSignal } from '../desired/desired-state.ts';
import { formatInstant, type CalendarDate } from '../domain/instant.ts';
import type { DailyClose, MinuteBar } from '../observed/bars.ts';
import type { Quote } from '../observed/broker-view.ts';
import { contextOf, type CommandContext } from './command.ts';

export interface ModuleContext extends CommandContext {
  /** Oldest first. */
  readonly sessions: readonly CalendarDate[];
  readonly closes: ReadonlyMap<string, readonly DailyClose[]>;
  readonly quotes: ReadonlyMap<string, Quote>;
  /** Null: it did not ask for any. */
  readonly minutes: ReadonlyMap<string, readonly MinuteBar[]> | null;
}

const MICROS = 1_000_000;

/** What it may read: its universe and what it names besides. */
export function symbolsRead({ universe }: DesiredStrategy, { reads }: ModuleSignal): string[] {
  return [...new Set([...universe, ...reads])];
}

/**
 * One JSON document: that of `command`, `config`, and market data. Prices are numbers, because they are there to compute
 * with; a session without a close is null, and a symbol without a price has none.
 */
export function moduleContextText(
  strategy: DesiredStrategy,
  signal: ModuleSignal,
  context: ModuleContext,
): string {
  const { sessions, closes, quotes, minutes } = context;
  const symbols = symbolsRead(strategy, signal);
  const document = {
    ...contextOf(strategy, context),
    config: signal.config,
    sessions,
    closes: Object.fromEntries(symbols.map((symbol) => [symbol, inLine(sessions, closes.get(symbol) ?? [])])),
    prices: Object.fromEntries(
      symbols.flatMap((symbol) => {
        const quote = quotes.get(symbol);
        if (quote === undefined) return [];
        return [[symbol, { price: quote.price / MICROS, asOf: formatInstant(quote.asOf) }]];
      }),
    ),
    ...(minutes && {
      minutes: Object.fromEntries(symbols.map((symbol) => [symbol, (minutes.get(symbol) ?? []).map(shown)])),
    }),
  };
  return JSON.stringify(document);
}

function shown({ at, ...bar }: MinuteBar) {
  return { at: formatInstant(at), ...bar };
}

/** One number or null for each session. */
function inLine(sessions: readonly CalendarDate[], rows: readonly DailyClose[]): (number | null)[] {
  const byDate = new Map(rows.map(({ date, close }) => [date, close]));
  return sessions.map((date) => byDate.get(date) ?? null);
}
