/** Worlds whose account is reached as one at Alpaca: through the server on loopback, the adapter and its SDK. */
import { afterEach } from 'vitest';
import type { FaultableBroker } from '../../src/broker/faulty-broker.ts';
import { THROUGH_SERVER } from '../../src/cli/conformance-served.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Broker } from '../../src/reconciler/ports.ts';
import type { MemoryBroker } from './memory-broker.ts';
import { world, type MakeWorld, type Reach } from './world.ts';

const running = new Set<() => Promise<void>>();

afterEach(async () => {
  await Promise.all([...running].map((close) => close()));
  running.clear();
});

export const servedWorld: MakeWorld = (facts) => world(facts, throughServer);

const throughServer: Reach = async ({ broker: account, venue, clock }) => {
  const { settings, priceAt } = venue;
  const prices = {
    priceAt: (symbol: string, at: Instant) => {
      const price = priceAt(symbol, at);
      return price === undefined ? undefined : { price, asOf: at };
    },
  };
  const { store } = account;
  const { broker, close } = await THROUGH_SERVER.connect({ store, settings, prices, clock });
  running.add(close);
  // It must be known, else a law would hold because nothing is ever done.
  await broker.clock();
  return beside(broker, account);
};

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
