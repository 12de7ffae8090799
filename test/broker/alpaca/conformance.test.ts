/** What hgctl relies on from every broker, through the SDK, the adapter, HTTP and a server that speaks Alpaca's protocol. */
import { inspect } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { alpacaBroker } from '../../../src/broker/alpaca/alpaca.ts';
import { brokerageOf } from '../../../src/broker/simulated.ts';
import type { SimulatedSettings } from '../../../src/broker/simulated-state.ts';
import { parseMoney, SHARE, type Money, type Ratio } from '../../../src/domain/decimal.ts';
import { syntheticPrices } from '../../../src/market/synthetic.ts';
import { brokerConformance } from '../../contract/broker.ts';
import { testKeys } from '../../support/alpaca-fake.ts';
import { alpacaServer } from '../../support/alpaca-server.ts';
import { SETTINGS } from '../../support/simulated-world.ts';

const PRICES = syntheticPrices({ seed: 7, movement: 'constant' });

brokerConformance('an account behind the protocol of Alpaca', async (spec) => {
  const settings = {
    ...SETTINGS,
    clock: 'exchange',
    cash: parseMoney(spec.cash) as Money,
    partialFills: (spec.partialFills === 'always' ? 1_000_000 : 0) as Ratio,
  } as const;
  const { server, broker } = await served(settings);
  const { clock, store } = server;
  const outside = brokerageOf(store, { settings, clock, prices: PRICES });
  await broker.account();
  return {
    broker,
    pass: (milliseconds) => clock.sleep(milliseconds),
    tradeOutside: async (symbol, side, quantity) => {
      expect((await outside.tradeOutside({ symbol, side, quantity })).kind).toBe('created');
    },
    stored: () => inspect(store.load(), { depth: 9, maxArrayLength: null }),
    dispose: () => void server.server.close(),
  };
});

async function served(settings: SimulatedSettings) {
  const server = await alpacaServer({ settings, prices: PRICES, symbols: ['AAPL', 'KO'] });
  const broker = alpacaBroker({
    settings: {
      environment: 'paper',
      url: `${server.url}/`,
      requestsPerMinute: 10_000,
      noShorting: 'leave',
    },
    keys: testKeys,
    allowedLive: undefined,
    clock: server.clock,
    requestTimeout: 20_000,
    tell: (message) => {
      throw new Error(message);
    },
  });
  return { server, broker };
}

test('the stream of the server wakes whoever listens and whoever follows an order', async () => {
  const { broker } = await served({ ...SETTINGS, clock: 'exchange' });
  await broker.account();
  let heard = 0;
  const listening = broker.listen(() => (heard += 1));
  onTestFinished(() => listening.close());
  await vi.waitFor(() => expect(heard).toBe(1), { timeout: 20_000 });
  const news = broker.news?.();
  const request = { symbol: 'AAPL', side: 'buy', quantity: SHARE, reduceOnly: false } as const;
  expect(await broker.submit({ clientOrderId: 'hg-news', ...request })).toMatchObject({ kind: 'created' });
  await news;
  expect(heard).toBeGreaterThan(1);
});

test('the account refuses short sales once it is told to, and takes them again', async () => {
  const shorting = { hardToBorrow: ['KO'] };
  const { broker } = await served({
    ...SETTINGS,
    clock: 'exchange',
    shorting,
    multiplier: 2_000_000 as Ratio,
  });
  const shortable = async (): Promise<(boolean | undefined)[]> => {
    await broker.account();
    const assets = await broker.assets(['AAPL', 'KO']);
    return ['AAPL', 'KO'].map((symbol) => assets.get(symbol)?.notShortable === null);
  };
  expect(await shortable()).toEqual([true, false]);
  expect(await broker.keepNoShorting(true)).toBe(true);
  const sale = { symbol: 'AAPL', side: 'sell', quantity: SHARE, reduceOnly: false } as const;
  expect(await broker.submit({ clientOrderId: 'hg-short-1', ...sale })).toMatchObject({
    kind: 'refused',
    code: 'ShortNotAllowed',
  });
  expect(await broker.keepNoShorting(true)).toBe(false);
  expect(await broker.keepNoShorting(false)).toBe(true);
  expect(await broker.submit({ clientOrderId: 'hg-short-2', ...sale })).toMatchObject({ kind: 'created' });
});
