/** Prices as the loop asks for them, and as the simulated broker does. */
import type { CalendarOverrides } from '../domain/calendar.ts';
import type { Clock, Market } from '../reconciler/ports.ts';
import { alpaca } from './alpaca.ts';
import type { FoundKeys } from './alpaca-keys.ts';
import type { CacheFiles } from './cache-files.ts';
import { cboe } from './cboe.ts';
import { csvPrices } from './csv-prices.ts';
import { immediate, marketOf, type DataSource } from './data-source.ts';
import { firstOf } from './first-of.ts';
import type {
  CsvSettings,
  OneSource,
  PriceSettings,
  PriceSource,
  SyntheticSettings,
} from './price-source.ts';
import { quotedPrices, type SpotPrices } from './spot-prices.ts';
import { syntheticMarket } from './synthetic-market.ts';
import { syntheticPrices } from './synthetic.ts';

export interface DataContext {
  readonly cache: CacheFiles;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly calendar: CalendarOverrides | undefined;
  /** Of what people should know of the data, once each time that it begins. */
  readonly tell: (message: string) => void;
  /** Of Alpaca, from this file, or where it is undefined from the environment. */
  readonly alpacaKeys: (file: string | undefined) => FoundKeys;
  /** ms that one question may wait for a rate limit; where left out, what a pass can spare. */
  readonly patience?: number;
}

export interface MarketData {
  readonly market: Market;
  /** For a broker that invents its fills. */
  readonly spot: SpotPrices;
}

export function marketData(settings: PriceSettings, context: DataContext): MarketData {
  if (settings.type === 'synthetic' || settings.type === 'csv') {
    const source = priceSource(settings);
    return {
      market: market(source),
      spot: { priceAt: (symbol, at) => source.priceAt(symbol, at), prepare: null },
    };
  }
  const source = dataSource(settings, context);
  return { market: marketOf(source, context.tell), spot: quotedPrices(source) };
}

/** For whoever asks for more than the port gives: what failed for which symbol. */
export function dataSource(settings: PriceSettings, context: DataContext): DataSource {
  if (settings.type === 'first-of') return firstOf(settings.sources.map((one) => oneSource(one, context)));
  return oneSource(settings, context);
}

function oneSource(settings: OneSource, context: DataContext): DataSource {
  if (settings.type === 'cboe') return cboe({ ...context, url: settings.url, levels: settings.levels });
  if (settings.type === 'alpaca')
    return alpaca({ ...context, settings, keys: () => context.alpacaKeys(settings.keysFile) });
  return immediate(settings.type, priceSource(settings));
}

export function priceSource(settings: SyntheticSettings | CsvSettings): PriceSource {
  if (settings.type === 'csv') return csvPrices(settings.folder);
  const { seed, movement } = settings;
  return movement === 'market' ? syntheticMarket(seed) : syntheticPrices({ seed, movement });
}

/** Symbols without a price are not in the answer. */
export function market(source: PriceSource): Market {
  return {
    quotes: (symbols, now) => knownOf(symbols, (symbol) => source.priceAt(symbol, now)),
    closes: (symbols, span) => rowsOf(symbols, (symbol) => source.closes(symbol, span)),
    bars: (symbols, span) => rowsOf(symbols, (symbol) => source.bars(symbol, span)),
    minutes: (symbols, span) => rowsOf(symbols, (symbol) => source.minutes(symbol, span)),
    actions: (symbols, span) => knownOf(symbols, (symbol) => source.actions(symbol, span)),
  };
}

/** Symbols without a row are not in the answer. */
function rowsOf<Row>(
  symbols: readonly string[],
  of: (symbol: string) => readonly Row[],
): Promise<ReadonlyMap<string, readonly Row[]>> {
  return knownOf(symbols, (symbol) => {
    const rows = of(symbol);
    return rows.length === 0 ? undefined : rows;
  });
}

/** Inside a promise, so that a malformed file is a rejection. */
function knownOf<Answer>(
  symbols: readonly string[],
  of: (symbol: string) => Answer | undefined,
): Promise<ReadonlyMap<string, Answer>> {
  return Promise.resolve().then(() => {
    const answers = new Map<string, Answer>();
    for (const symbol of symbols) {
      const answer = of(symbol);
      if (answer !== undefined) answers.set(symbol, answer);
    }
    return answers;
  });
}
