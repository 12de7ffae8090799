/** Worlds whose account is reached as one at Alpaca: through the server on loopback, the adapter and its SDK. */
import { afterEach } from 'vitest';
import { alpacaBroker } from '../../src/broker/alpaca/alpaca.ts';
import type { FaultableBroker } from '../../src/broker/faulty-broker.ts';
import { serveAlpaca, type RunningServer } from '../../src/broker/server/serve-alpaca.ts';
import { AlpacaKeys, type FoundKeys } from '../../src/market/alpaca-keys.ts';
import { market } from '../../src/market/market.ts';
import type { PriceSource } from '../../src/market/price-source.ts';
import type { Broker } from '../../src/reconciler/ports.ts';
import type { MemoryBroker } from './memory-broker.ts';
import { world, type MakeWorld, type Reach } from './world.ts';

/** Time jumps, and budgets with it: a pass asks no more often than it would of a real account. */
const REQUESTS = 100_000;

const running = new Set<RunningServer>();

afterEach(async () => {
  await Promise.all([...running].map((server) => server.close()));
  running.clear();
});

export const servedWorld: MakeWorld = (facts) => world(facts, throughServer);

const throughServer: Reach = async ({ broker, venue, clock }) => {
  const { settings, priceAt } = venue;
  const prices: PriceSource = {
    priceAt: (symbol, at) => {
      const price = priceAt(symbol, at);
      return price === undefined ? undefined : { price, asOf: at };
    },
    closes: () => [],
    bars: () => [],
    minutes: () => [],
    actions: () => undefined,
  };
  const server = await serveAlpaca({
    store: broker.store,
    settings,
    clock,
    prices: { priceAt: (symbol, at) => prices.priceAt(symbol, at), prepare: null },
    market: market(prices),
    symbols: [],
    host: '127.0.0.1',
    port: 0,
    keys: null,
    requestsPerMinute: REQUESTS,
    frames: 'binary',
    script: [],
    tell: () => undefined,
  });
  running.add(server);
  const adapter = alpacaBroker({
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
    requestTimeout: 10_000,
    tell: () => undefined,
  });
  // Both must be known, else a law would hold because nothing is ever done.
  await Promise.all([adapter.account(), adapter.clock()]);
  return beside(adapter, broker);
};

function anyKeys(): FoundKeys {
  const keys = AlpacaKeys.of('PKTEST', 'secret');
  return keys === null ? { kind: 'failed', reason: 'no keys' } : { kind: 'ok', keys };
}

/** What fault scripts do to the account itself, they do past the server. */
function beside(adapter: Broker, account: MemoryBroker): FaultableBroker {
  return {
    kind: adapter.kind,
    account: () => adapter.account(),
    positions: () => adapter.positions(),
    openOrders: () => adapter.openOrders(),
    orderByClientId: (id) => adapter.orderByClientId(id),
    submit: (request) => {
      account.noteSubmitted(request.clientOrderId);
      return adapter.submit(request);
    },
    cancel: (id) => adapter.cancel(id),
    history: (since) => adapter.history(since),
    clock: () => adapter.clock(),
    assets: (symbols) => adapter.assets(symbols),
    submitChanged: (request, change) => account.submitChanged(request, change),
    tradeFreely: (trade) => account.tradeFreely(trade),
    split: (split) => account.split(split),
    rename: (change) => account.rename(change),
  };
}
