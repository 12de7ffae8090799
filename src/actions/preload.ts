/** Asks for the data of a slot before it begins, so that what is missing is known while there is time. */
import { previousSessionBefore, type CalendarOverrides } from '../domain/calendar.ts';
import { HgctlError } from '../domain/errors.ts';
import { dateOf, formatLocalZone, type CalendarDate } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { Slot } from '../domain/schedule.ts';
import type { DesiredStrategy } from '../desired/desired-state.ts';
import type { DailyClose } from '../observed/bars.ts';
import { BrokerUnavailable, type Ports } from '../reconciler/ports.ts';
import { commitDecision } from './operator.ts';
import { mayWant } from './observe.ts';
import { readsOf, type SeriesQuestion, type SignalReads } from './signal-reads.ts';

/** What a slot will not find. */
interface Lack {
  readonly missing: readonly string[];
  readonly stale: readonly string[];
  /** In words. */
  readonly told: readonly string[];
}

/**
 * Records and reports symbols without a price or a series, and those that are too old: a price from before the session
 * before the slot's, a series that lacks that session. Series are asked for where that takes a network, and then they
 * are at hand in the slot. Nothing that goes wrong here stops anything: the slot finds out itself.
 */
export async function preload(
  ports: Ports,
  strategy: DesiredStrategy,
  slot: Slot,
  calendar: CalendarOverrides | undefined,
): Promise<void> {
  const reads = readsOf(strategy, { today: slot.date, calendar });
  const symbols = [...new Set([...mayWant(strategy), ...(reads?.quotes ?? [])])].sort();
  if (symbols.length === 0) return;
  const oldest = previousSessionBefore(slot.date, calendar).date;
  const lacks = [
    await lackOfPrices(ports, symbols, oldest),
    ...(await lacksOfSeries(ports, reads, slot.date)),
  ];
  const { id, at, strategy: name } = slot;
  const told = [...new Set(lacks.flatMap((lack) => lack.told))];
  if (told.length === 0) return;
  ports.report.warn(name, `Data for ${slot.action} at ${formatLocalZone(at)}: ${told.join('; ')}`);
  const missing = distinct(lacks.flatMap((lack) => lack.missing));
  const stale = distinct(lacks.flatMap((lack) => lack.stale));
  if (missing.length + stale.length === 0) return;
  commitDecision(ports, () => ({ type: 'data-missing', slot: id, strategy: name, missing, stale }));
}

function distinct(symbols: readonly string[]): readonly string[] {
  return [...new Set(symbols)].sort(compareText);
}

async function lackOfPrices(
  { market, clock }: Ports,
  symbols: readonly string[],
  oldest: CalendarDate,
): Promise<Lack> {
  const quotes = await orWhy(() => market.quotes(symbols, clock.now()));
  if (typeof quotes === 'string') return { missing: [], stale: [], told: [quotes] };
  const missing = symbols.filter((symbol) => !quotes.has(symbol));
  const stale = symbols.filter((symbol) => {
    const quote = quotes.get(symbol);
    return quote !== undefined && dateOf(quote.asOf) < oldest;
  });
  return lack({ missing, stale }, 'price', `prices from before ${oldest}`);
}

/** Of sessions that have ended: what begins with the slot's day cannot be had before it. */
async function lacksOfSeries(
  { market }: Ports,
  reads: SignalReads | null,
  day: CalendarDate,
): Promise<readonly Lack[]> {
  if (market.isRemote !== true || reads === null) return [];
  const bars = reads.bars.filter(({ span }) => span.from < day);
  return Promise.all([
    ...reads.closes.map((asked) =>
      lackOfSeries(asked, 'closes', () => market.closes(asked.symbols, asked.span)),
    ),
    ...bars.map((asked) => lackOfSeries(asked, 'bars', () => market.bars(asked.symbols, asked.span))),
  ]);
}

async function lackOfSeries(
  { symbols, span }: SeriesQuestion,
  noun: string,
  ask: () => Promise<ReadonlyMap<string, readonly DailyClose[]>>,
): Promise<Lack> {
  const found = await orWhy(ask);
  if (typeof found === 'string') return { missing: [], stale: [], told: [found] };
  const missing = symbols.filter((symbol) => !found.has(symbol));
  const stale = symbols.filter((symbol) => (found.get(symbol)?.at(-1)?.date ?? span.to) < span.to);
  return lack({ missing, stale }, noun, `${noun} that end before ${span.to}`);
}

function lack({ missing, stale }: Omit<Lack, 'told'>, noun: string, old: string): Lack {
  const told = [
    ...(missing.length > 0 ? [`no ${noun} of ${missing.join(', ')}`] : []),
    ...(stale.length > 0 ? [`${old} of ${stale.join(', ')}`] : []),
  ];
  return { missing, stale, told };
}

/** Or why there is no answer. */
async function orWhy<Answer>(ask: () => Promise<Answer>): Promise<Answer | string> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof BrokerUnavailable || error instanceof HgctlError) return error.message;
    throw error;
  }
}
