import { describe, expect, test } from 'vitest';
import { plus, type Instant } from '../../src/domain/instant.ts';
import { cboe } from '../../src/market/cboe.ts';
import { parseLevel } from '../../src/market/cboe-levels.ts';
import type { DataSource } from '../../src/market/data-source.ts';
import { localServer, text, type Handler, type LocalServer } from '../support/http-server.ts';
import { at, dollars } from '../support/simulated-world.ts';

const NOW = '2025-12-02T15:55:00-05:00';
const HISTORY = 'DATE,OPEN,HIGH,LOW,CLOSE\n12/01/2025,17.430000,18.000000,16.900000,17.240000\n';
const levelText = (data: object): string =>
  JSON.stringify({ timestamp: '2025-12-02 20:40:12', data, symbol: '_VIX' });
const LEVEL = levelText({
  symbol: '^VIX',
  security_type: 'index',
  current_price: 16.41,
  price_change: -0.83,
  last_trade_time: '2025-12-02T15:40:05',
});
const CLOSE = { price: dollars(17.24), asOf: at('2025-12-01T16:00:00-05:00') };

interface World {
  readonly server: LocalServer;
  readonly source: DataSource;
  readonly wait: (seconds: number) => void;
}

/** The history is always there; `level` answers for the delayed quotes. */
async function world(level: Handler): Promise<World> {
  let now: Instant = at(NOW);
  const server = await localServer((request, response) =>
    (request.url?.endsWith('.csv') === true ? text(HISTORY) : level)(request, response),
  );
  const source = cboe({
    url: server.url,
    levels: `${server.url}quotes/`,
    cache: { read: () => null, write: () => undefined },
    clock: { now: () => now },
    calendar: undefined,
    tell: () => undefined,
    timeout: 2_000,
  });
  return { server, source, wait: (seconds) => void (now = plus(now, seconds * 1_000)) };
}

describe('the level of an index from delayed quotes', () => {
  test('is that of its own time, which is no more than a quarter of an hour ago; closes stay those of the files.', async () => {
    const { source, server } = await world(text(LEVEL));
    const { rows, failed, instead } = await source.quotes(['VIX', 'AAPL'], at(NOW));
    expect([...rows]).toEqual([['VIX', { price: dollars(16.41), asOf: at('2025-12-02T15:40:05-05:00') }]]);
    expect([failed.size, instead.size, server.asked]).toEqual([0, 0, ['/quotes/_VIX.json']]);
    const closes = await source.closes(['VIX'], { from: '2025-11-01', to: '2025-12-31' });
    expect(closes.rows.get('VIX')).toEqual([{ date: '2025-12-01', close: 17.24 }]);
  });

  test('is asked for again after half a minute.', async () => {
    const { source, server, wait } = await world(text(LEVEL));
    await source.quotes(['VIX'], at(NOW));
    wait(29);
    await source.quotes(['VIX'], at(NOW));
    expect(server.asked).toHaveLength(1);
    wait(1);
    await source.quotes(['VIX'], at(NOW));
    expect(server.asked).toHaveLength(2);
  });

  test.each<readonly [string, Handler, RegExp]>([
    ['no answer', text('', 503), /answered 503$/],
    ['a page', text('<html>'), /the answer is no level of VIX: 1:1: not JSON/],
    ['another index', text(LEVEL.replace('^VIX', '^VVIX')), /it is of "\^VVIX"$/],
    ['a time that has not come', text(LEVEL.replace('15:40:05', '16:40:05')), /has not come yet$/],
  ])('is the last close, and that is told, where there is %s.', async (_, handler, why) => {
    const { source } = await world(handler);
    const { rows, instead } = await source.quotes(['VIX'], at(NOW));
    expect(rows.get('VIX')).toEqual(CLOSE);
    expect(instead.get('VIX')).toMatch(/^the last close: /);
    expect(instead.get('VIX')).toMatch(why);
  });

  test.each([
    ['a price of zero', { symbol: '^VIX', current_price: 0, last_trade_time: '2025-12-02T15:40:05' }],
    ['no price', { symbol: '^VIX', current_price: null, last_trade_time: '2025-12-02T15:40:05' }],
    ['no time', { symbol: '^VIX', current_price: 16, last_trade_time: null }],
    ['a time that is none', { symbol: '^VIX', current_price: 16, last_trade_time: '2025-12-02T24:40:05' }],
    ['a date that is none', { symbol: '^VIX', current_price: 16, last_trade_time: '2025-02-30T15:40:05' }],
    [
      'a time with another zone',
      { symbol: '^VIX', current_price: 16, last_trade_time: '2025-12-02T15:40:05Z' },
    ],
  ])('is none of %s.', (_, data) => {
    expect(typeof parseLevel(levelText(data), 'VIX')).toBe('string');
  });
});
