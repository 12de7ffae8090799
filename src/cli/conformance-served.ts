/** The embedded broker as a client of Alpaca reaches it: behind the server on loopback, through the adapter and its SDK. */
import { alpacaBroker } from '../broker/alpaca/alpaca.ts';
import { serveAlpaca } from '../broker/server/serve-alpaca.ts';
import { market } from '../market/market.ts';
import type { PriceSource } from '../market/price-source.ts';
import { AlpacaKeys, type FoundKeys } from '../market/alpaca-keys.ts';
import { SECOND } from '../domain/instant.ts';
import { IN_PROCESS, type Embedded, type EmbeddedOptions } from './conformance-embedded.ts';

/** A case asks more often than a minute of the broker's time, which jumps, would let it. */
const REQUESTS = 10_000;

/** Its connection needs no brokerage: the server stands on the store. */
export const THROUGH_SERVER = {
  ...IN_PROCESS,
  name: "the embedded broker, through the server and Alpaca's SDK",
  connect: async ({ store, settings, prices, clock }: Omit<Embedded, 'brokerage'>) => {
    const server = await serveAlpaca({
      store,
      settings,
      clock,
      prices: { priceAt: (symbol, at) => prices.priceAt(symbol, at), prepare: null },
      market: market(pricesOnly(prices)),
      symbols: [],
      host: '127.0.0.1',
      port: 0,
      keys: null,
      requestsPerMinute: REQUESTS,
      frames: 'binary',
      script: [],
      tell: () => undefined,
    });
    const broker = alpacaBroker({
      settings: {
        environment: 'paper',
        url: `${server.url}/`,
        clock: settings.clock,
        requestsPerMinute: REQUESTS,
        noShorting: 'leave',
      },
      keys: anyKeys,
      allowedLive: undefined,
      clock,
      requestTimeout: 10 * SECOND,
      tell: () => undefined,
    });
    // An adapter sends nothing to an account that it has not asked who it is.
    await broker.account();
    return { broker, close: () => server.close() };
  },
} satisfies EmbeddedOptions;

/** No case asks what prices were. */
function pricesOnly({ priceAt }: Pick<PriceSource, 'priceAt'>): PriceSource {
  return {
    priceAt,
    closes: () => [],
    bars: () => [],
    minutes: () => [],
    actions: () => undefined,
  };
}

/** The server takes whichever a client brings. */
function anyKeys(): FoundKeys {
  const keys = AlpacaKeys.of('PKCONFORMANCE', 'none');
  return keys === null ? { kind: 'failed', reason: 'no keys', advice: '' } : { kind: 'ok', keys };
}
