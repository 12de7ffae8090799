/** Where the prices of an account come from: one source, or several in one order. */
import * as z from 'zod';
import type { OnePriceSource, Prices } from './desired-state.ts';
import { described, filePath, mapping, SEED_MAX, webFolder, wholeNumber } from './fields.ts';

const CBOE = 'https://cdn.cboe.com/api/global/us_indices/daily_prices/';
const ALPACA = 'https://data.alpaca.markets/';
/** An order longer than this is a mistake. */
const SOURCES_MAX = 8;

const synthetic = mapping(
  {
    type: described(z.literal('synthetic'), 'Invented prices, the same for the same seed.'),
    seed: wholeNumber('Seed of the prices. Default 1.', 0, SEED_MAX).default(1),
    movement: described(
      z.enum(['constant', 'daily', 'market']),
      'constant: a price never changes. daily: one step a day. market: shares, funds and the VIX move together, also within the session. Default constant.',
    ).default('constant'),
  },
  'Invented prices.',
);

const csv = mapping(
  {
    type: described(z.literal('csv'), 'Prices from files.'),
    folder: filePath('Folder with one SYMBOL.csv a symbol; relative to this manifest.'),
  },
  'Prices from CSV files.',
);

const cboe = mapping(
  {
    type: described(z.literal('cboe'), 'Daily closes of VIX and VIX3M, from the files that CBOE publishes.'),
    url: webFolder('Folder of VIX_History.csv and VIX3M_History.csv. Default: that of CBOE.').prefault(CBOE),
    levels: webFolder(
      'Folder of _VIX.json and _VIX3M.json, the delayed quotes of CBOE, for the level of now. Left out: there is none.',
    ).optional(),
  },
  'The indices of CBOE: closes of sessions that have ended, and with levels that of a quarter of an hour ago.',
);

const alpaca = mapping(
  {
    type: described(z.literal('alpaca'), "Shares and funds, from Alpaca's market data API."),
    feed: described(
      z.enum(['iex', 'sip', 'delayed_sip']),
      'iex: trades on one exchange. sip: on all of them, with a subscription. delayed_sip: on all of them, a quarter of an hour ago. Default iex.',
    ).default('iex'),
    adjustment: described(
      z.enum(['all', 'split', 'dividend', 'raw']),
      'What the prices of the past are adjusted for. Default all.',
    ).default('all'),
    url: webFolder('Address of the API. Default: that of Alpaca.').prefault(ALPACA),
    keysFile: filePath(
      'A file with the lines APCA_API_KEY_ID=... and APCA_API_SECRET_KEY=..., which only its owner may read; relative to this manifest. Default: the environment has both.',
    ).optional(),
  },
  'Daily bars and latest prices of shares and funds; no index.',
);

const ONE = [synthetic, csv, cboe, alpaca] as const;

export const pricesField = described(
  z.discriminatedUnion('type', [
    ...ONE,
    mapping(
      {
        type: described(z.literal('first-of'), 'Several sources in one order.'),
        sources: described(
          z.array(z.discriminatedUnion('type', ONE)).min(1).max(SOURCES_MAX),
          'The sources: the first that has a symbol answers. Those of certain symbols (cboe) are asked for them first.',
        ),
      },
      'Several sources: what another than the first had to answer is told, and is a condition of the strategy.',
    ),
  ]),
  'Where prices come from.',
);

type Written = z.output<typeof pricesField>;

/** As a manifest that says no more than its type. */
export function defaultSource(type: 'alpaca' | 'cboe'): Extract<OnePriceSource, { type: 'alpaca' | 'cboe' }> {
  return type === 'alpaca' ? alpaca.parse({ type }) : cboe.parse({ type });
}

/** `resolve`: a path of the account manifest made absolute. */
export function toPrices(prices: Written, resolve: (path: string) => string): Prices {
  const one = (source: OnePriceSource): OnePriceSource => {
    if (source.type === 'csv') return { ...source, folder: resolve(source.folder) };
    if (source.type === 'alpaca' && source.keysFile !== undefined)
      return { ...source, keysFile: resolve(source.keysFile) };
    return source;
  };
  return prices.type === 'first-of' ? { ...prices, sources: prices.sources.map(one) } : one(prices);
}

/** What is meant, without where it stands: folders and mirrors are of this machine. */
export function pricesWithoutPlace(prices: Prices): object {
  if (prices.type === 'first-of') return { ...prices, sources: prices.sources.map(withoutPlace) };
  return withoutPlace(prices);
}

function withoutPlace(source: OnePriceSource): object {
  if (source.type === 'csv') return { type: source.type };
  if (source.type === 'cboe')
    return { type: source.type, ...(source.levels !== undefined && { levels: 'delayed' }) };
  if (source.type !== 'alpaca') return source;
  const { type, feed, adjustment } = source;
  return { type, feed, adjustment };
}
