/** The data API, asked by our own client of it and by hand. */
import { describe, expect, test } from 'vitest';
import { HOUR } from '../../src/domain/instant.ts';
import { alpaca } from '../../src/market/alpaca.ts';
import { AlpacaKeys } from '../../src/market/alpaca-keys.ts';
import { syntheticMarket } from '../../src/market/synthetic-market.ts';
import { alpacaServer, KEYS } from '../support/alpaca-server.ts';
import { at } from '../support/simulated-world.ts';
import { parseTimeframe, type Bar } from '../../src/broker/server/bars.ts';

const MARKET = syntheticMarket(3);

interface Page {
  readonly bars: Readonly<Record<string, readonly Bar[]>>;
  readonly next_page_token: string | null;
}

test('our own client of the data API reads of it what the prices of the server are.', async () => {
  const server = await alpacaServer({
    prices: { ...MARKET, actions: () => [{ kind: 'split', date: '2025-06-02', ratio: { from: 1, to: 4 } }] },
  });
  const keys = AlpacaKeys.of(KEYS.id, KEYS.secret);
  if (keys === null) throw new Error('no keys');
  const source = alpaca({
    settings: { type: 'alpaca', feed: 'iex', adjustment: 'all', url: `${server.url}/` },
    keys: () => ({ kind: 'ok', keys }),
    cache: { read: () => null, write: () => undefined },
    clock: server.clock,
    calendar: undefined,
    tell: (message) => expect.unreachable(message),
  });
  const symbols = ['BND', 'VTI'];
  const days = { from: '2025-11-03', to: '2025-12-01' };
  const bars = await source.bars(symbols, days);
  expect(bars.failed).toEqual(new Map());
  for (const symbol of symbols) expect(bars.rows.get(symbol)).toEqual(MARKET.bars(symbol, days));
  const now = server.clock.now();
  const quote = (await source.quotes(['VTI'], now)).rows.get('VTI');
  expect(quote?.price).toBe(MARKET.priceAt('VTI', now)?.price);
  const span = { from: (now - HOUR) as typeof now, until: now };
  expect((await source.minutes(['VTI'], span)).rows.get('VTI')).toEqual(MARKET.minutes('VTI', span));
  const actions = await source.actions(['VTI'], { from: '2025-06-01', to: '2025-06-30' });
  expect(actions.rows.get('VTI')).toEqual([{ kind: 'split', date: '2025-06-02', ratio: { from: 1, to: 4 } }]);
});

describe('bars', () => {
  test('of longer spans are made of shorter ones.', async () => {
    const { ask } = await alpacaServer({ prices: MARKET });
    const bars = async (query: string): Promise<readonly Bar[]> =>
      (await ask<{ readonly bars: readonly Bar[] }>(`GET /v2/stocks/VTI/bars?${query}`)).body.bars;
    const days = await bars('timeframe=1Day&start=2025-11-03&end=2025-11-28');
    const weeks = await bars('timeframe=1Week&start=2025-11-03&end=2025-11-28');
    expect(weeks.map(({ t }) => t.slice(0, 10))).toEqual([
      '2025-11-03',
      '2025-11-10',
      '2025-11-17',
      '2025-11-24',
    ]);
    expect(weeks[0]).toMatchObject({ o: days[0]?.o, c: days[4]?.c, v: 25_000_000 });
    const months = await bars('timeframe=1Month&start=2025-11-01&end=2025-11-30');
    expect(months).toMatchObject([{ o: days[0]?.o, h: Math.max(...days.map(({ h }) => h)) }]);
    const hours = await bars('timeframe=1Hour&start=2025-12-02&limit=2');
    expect(hours.map(({ t }) => t)).toEqual(['2025-12-02T14:00:00Z', '2025-12-02T15:00:00Z']);
  });

  test('come page by page, from either end, and never from the future.', async () => {
    const { ask } = await alpacaServer({ prices: MARKET });
    const dates: string[] = [];
    for (let token = ''; ;) {
      const { body } = await ask<Page>(
        `GET /v2/stocks/bars?symbols=VTI,BND&timeframe=1Day&start=2025-11-24&end=2026-12-31&limit=4&sort=desc&page_token=${encodeURIComponent(token)}`,
      );
      for (const [symbol, rows] of Object.entries(body.bars))
        dates.push(...rows.map(({ t }) => `${symbol} ${t.slice(5, 10)}`));
      if (body.next_page_token === null) break;
      token = body.next_page_token;
    }
    const each = ['12-02', '12-01', '11-28', '11-26', '11-25', '11-24'];
    expect(dates).toEqual(['BND', 'VTI'].flatMap((symbol) => each.map((date) => `${symbol} ${date}`)));
  });

  test.each([
    ['1Min', { of: 'minutes', length: 60_000 }],
    ['59T', { of: 'minutes', length: 59 * 60_000 }],
    ['23Hour', { of: 'minutes', length: 23 * HOUR }],
    ['1D', { of: 'days', unit: 'day' }],
    ['1Week', { of: 'days', unit: 'week' }],
    ['3M', { of: 'months', months: 3 }],
    ['60Min', undefined],
    ['24Hour', undefined],
    ['2Day', undefined],
    ['5Month', undefined],
    ['0Min', undefined],
    ['1Year', undefined],
    ['', undefined],
  ])('of the timeframe %s', (text, expected) => {
    expect(parseTimeframe(text)).toEqual(expected);
  });
});

test.each([
  ['GET /v2/stocks/bars?symbols=VTI&timeframe=2Day', 'invalid timeframe: 2Day'],
  ['GET /v2/stocks/bars?timeframe=1Day', 'symbols is required'],
  ['GET /v2/stocks/snapshots?symbols=VTI,v-ti', 'invalid symbol: v-ti'],
  [
    'GET /v2/stocks/bars?symbols=VTI&timeframe=1Day&limit=10001',
    'invalid limit: it must be between 1 and 10000',
  ],
  ['GET /v2/stocks/bars?symbols=VTI&timeframe=1Day&start=soon', 'invalid start: soon'],
  ['GET /v2/stocks/bars?symbols=VTI&timeframe=1Day&page_token=x', 'invalid page_token'],
])('%s is refused as the data API refuses: 400, and a message without a code.', async (request, message) => {
  const { ask } = await alpacaServer();
  expect(await ask(request)).toMatchObject({ status: 400, body: { message } });
});

test('the latest of a symbol that has no price is not there; the last trade of a closed exchange is its last minute.', async () => {
  const { ask } = await alpacaServer({ prices: MARKET, now: at('2025-12-06T15:00:00Z') });
  expect((await ask('GET /v2/stocks/trades/latest?symbols=VTI')).body).toMatchObject({
    trades: { VTI: { p: expect.any(Number) as number } },
  });
  expect((await ask('GET /v2/stocks/VTI/bars/latest')).body).toMatchObject({
    bar: { t: '2025-12-05T20:59:00Z' },
  });
  const empty = await alpacaServer({ prices: { ...MARKET, priceAt: () => undefined } });
  expect((await empty.ask('GET /v2/stocks/trades/latest?symbols=VTI')).body).toEqual({ trades: {} });
  expect(await empty.ask('GET /v2/stocks/VTI/trades/latest')).toMatchObject({ status: 404 });
});
