/** What `hgctl data pull` is asked for: from which sources, which symbols and days. */
import type { DesiredState, OnePriceSource, Prices } from '../desired/desired-state.ts';
import { defaultSource } from '../desired/prices-schema.ts';
import { previousSessionBefore, sessionOn, type CalendarOverrides } from '../domain/calendar.ts';
import { dayNumber } from '../domain/days.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { dateOf, type CalendarDate, type Instant } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import { INDEX_SYMBOLS } from '../market/index-symbols.ts';
import { symbolsRead } from '../reconciler/symbols-read.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import { requireSymbol } from './price-folder.ts';

const NAMES = ['alpaca', 'cboe'] as const;
type Name = (typeof NAMES)[number];
type Remote = Extract<OnePriceSource, { readonly type: Name }>;

/** Files are what is filled, and invented prices belong into no file beside others. */
function isRemote(source: OnePriceSource): source is Remote {
  return source.type === 'alpaca' || source.type === 'cboe';
}

/**
 * The sources of the Account that answer over the network, in their order; both where it has none, and then closes of the
 * whole market. With a name that one alone.
 */
export function sourcesOf(desired: DesiredState | null, name: string | undefined): readonly Remote[] {
  const prices = desired?.account.prices;
  const declared = (prices === undefined ? [] : listed(prices)).filter(isRemote);
  if (name === undefined) return declared.length > 0 ? declared : NAMES.map(undeclared);
  const known = NAMES.find((candidate) => candidate === name);
  if (known === undefined)
    throw usage(`--source: ${JSON.stringify(name)} cannot be pulled from`, `one of: ${NAMES.join(', ')}`);
  const found = declared.filter(({ type }) => type === known);
  return found.length > 0 ? found : [undeclared(known)];
}

function listed(prices: Prices): readonly OnePriceSource[] {
  return prices.type === 'first-of' ? prices.sources : [prices];
}

function undeclared(name: Name): Remote {
  const source = defaultSource(name);
  return source.type === 'alpaca' ? { ...source, feed: 'delayed_sip' } : source;
}

/** Those that are named, or all that the strategies read and the sources may have. Sorted, each once. */
export function symbolsOf(
  named: readonly string[],
  desired: DesiredState | null,
  sources: readonly Remote[],
): readonly string[] {
  const serves = (symbol: string): boolean =>
    sources.some(({ type }) => (type === 'cboe') === INDEX_SYMBOLS.has(symbol));
  const read = (desired?.strategies ?? []).flatMap((strategy) => symbolsRead(strategy)).filter(serves);
  const symbols = [...new Set(named.length > 0 ? named.map(requireSymbol) : read)].sort(compareText);
  if (symbols.length > 0) return symbols;
  throw usage('there is no symbol to pull', 'name some: hgctl data pull AAPL BRK.B --from 2020-01-01');
}

/** Up to the last session that has ended, whatever later day is named. */
export function daysOf(
  { from, to }: { readonly from: string; readonly to?: string },
  now: Instant,
  calendar: CalendarOverrides | undefined,
): DateSpan {
  requireDate('--from', from);
  if (to !== undefined) requireDate('--to', to);
  const ended = lastEnded(now, calendar);
  const last = to === undefined || to > ended ? ended : to;
  if (from <= last) return { from, to: last };
  throw usage(
    `--from ${from} is after ${last}${to === last ? '' : ', the last session that has ended'}`,
    'the first day comes first',
  );
}

function lastEnded(now: Instant, calendar: CalendarOverrides | undefined): CalendarDate {
  const today = sessionOn(dateOf(now), calendar);
  return today !== null && today.close <= now
    ? today.date
    : previousSessionBefore(dateOf(now), calendar).date;
}

function requireDate(option: string, text: string): void {
  if (!Number.isNaN(dayNumber(text))) return;
  throw usage(`${option}: ${JSON.stringify(text)} is not a date`, 'write it as 2025-12-02');
}

function usage(message: string, hint: string): HgctlError {
  return new HgctlError(EXIT.usage, message, { hint });
}
