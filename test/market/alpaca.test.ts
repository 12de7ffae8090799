import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { plus, type Instant } from '../../src/domain/instant.ts';
import { describeAction } from '../../src/observed/corporate-action.ts';
import { alpaca, alpacaActions } from '../../src/market/alpaca.ts';
import { AlpacaKeys } from '../../src/market/alpaca-keys.ts';
import type { DataSource, Found } from '../../src/market/data-source.ts';
import type { AlpacaSettings } from '../../src/market/price-source.ts';
import { alpacaData, json, queryOf } from '../support/alpaca-data.ts';
import { localServer, text, type Handler, type LocalServer } from '../support/http-server.ts';
import { at, dollars } from '../support/simulated-world.ts';

const SPAN = { from: '2025-11-01', to: '2025-12-31' };
/** A Tuesday, before the close. */
const NOW = '2025-12-02T15:55:00-05:00';
const [ID, SECRET] = ['PKCANARYID', 'canary+secret/of=a.test'];
const BARS = {
  KO: [
    ['2025-11-28', 70, 71],
    ['2025-12-01', 71, 72.5],
    ['2025-12-02', 72, 73],
  ],
  'BRK.B': [
    ['2025-11-28', 500, 501],
    ['2025-12-01', 501, 502],
  ],
} as const;

interface World {
  readonly server: LocalServer;
  readonly source: DataSource;
  /** With the same files, and nothing in memory. */
  readonly inAnotherProcess: (settings?: Partial<AlpacaSettings>) => DataSource;
  readonly files: Map<string, string>;
  readonly told: string[];
  readonly slept: number[];
  readonly goTo: (iso: string) => void;
}

interface Facts extends Partial<AlpacaSettings> {
  readonly timeout?: number;
  readonly hasKeys?: boolean;
}

async function world(
  handler: Handler,
  { timeout = 5_000, hasKeys = true, ...settings }: Facts = {},
): Promise<World> {
  const server = await localServer(handler);
  let now: Instant = at(NOW);
  const slept: number[] = [];
  const keys = AlpacaKeys.of(ID, SECRET);
  const files = new Map<string, string>();
  const told: string[] = [];
  const inAnotherProcess: World['inAnotherProcess'] = (others = {}) =>
    alpaca({
      settings: { type: 'alpaca', feed: 'iex', adjustment: 'all', url: server.url, ...settings, ...others },
      keys: () =>
        hasKeys && keys !== null
          ? { kind: 'ok', keys }
          : { kind: 'failed', reason: 'APCA_API_KEY_ID is not set in the environment', advice: '' },
      cache: {
        read: (name) => files.get(name) ?? null,
        write: (name, content) => void files.set(name, content),
      },
      clock: {
        now: () => now,
        sleep: (milliseconds) => {
          slept.push(milliseconds);
          now = plus(now, milliseconds);
          return Promise.resolve();
        },
      },
      calendar: undefined,
      tell: (message) => void told.push(message),
      timeout,
    });
  const source = inAnotherProcess();
  return { server, source, inAnotherProcess, files, told, slept, goTo: (iso) => void (now = at(iso)) };
}

function rowsOf<Row>({ rows, failed }: Found<Row>): object {
  return { ...Object.fromEntries(rows), ...Object.fromEntries(failed) };
}

const asked = ({ server }: World, index: number): URLSearchParams =>
  new URL(server.asked[index] ?? '', server.url).searchParams;

describe('daily bars of Alpaca', () => {
  test('are those of the span, with the session that runs; closes are those of sessions that have ended.', async () => {
    const { source, goTo } = await world(alpacaData({ bars: BARS }));
    const { rows } = await source.bars(['KO', 'BRK.B'], { from: '2025-12-01', to: '2025-12-31' });
    expect(rows.get('KO')).toEqual([
      { date: '2025-12-01', open: 71, close: 72.5, volume: 1_000 },
      { date: '2025-12-02', open: 72, close: 73, volume: 1_000 },
    ]);
    expect(rows.get('BRK.B')).toHaveLength(1);
    const closes = async () =>
      (await source.closes(['KO'], { from: '2025-12-01', to: '2025-12-31' })).rows
        .get('KO')
        ?.map(({ date, close }) => [date, close]);
    expect(await closes()).toEqual([['2025-12-01', 72.5]]);
    goTo('2025-12-02T16:10:00-05:00');
    expect(await closes()).toHaveLength(1);
    goTo('2025-12-02T16:16:00-05:00');
    expect(await closes()).toEqual([
      ['2025-12-01', 72.5],
      ['2025-12-02', 73],
    ]);
  });

  test('are asked for with feed, adjustment and whole New York days.', async () => {
    const made = await world(alpacaData({}), { feed: 'sip', adjustment: 'split' });
    await made.source.closes(['KO', 'BRK.B', 'KO'], { from: '2025-11-28', to: '2025-12-01' });
    expect(Object.fromEntries(asked(made, 0))).toEqual({
      symbols: 'KO,BRK.B',
      timeframe: '1Day',
      start: '2025-11-28T05:00:00.000Z',
      end: '2025-12-02T04:59:00.000Z',
      limit: '10000',
      adjustment: 'split',
      feed: 'sip',
      sort: 'asc',
    });
  });

  test('of the delayed feed are asked of all exchanges, up to what the delay lets through.', async () => {
    const made = await world(alpacaData({}), { feed: 'delayed_sip' });
    await made.source.bars(['KO'], { from: '2025-12-02', to: '2025-12-02' });
    expect([asked(made, 0).get('feed'), asked(made, 0).get('end')]).toEqual([
      'sip',
      '2025-12-02T20:39:00.000Z',
    ]);
    await made.source.quotes(['KO'], at(NOW));
    expect(asked(made, 1).get('feed')).toBe('delayed_sip');
  });

  test('come in as many pages as there are, wherever a page ends.', async () => {
    for (const page of [1, 2, 3, 4, 5]) {
      const { source, server } = await world(alpacaData({ bars: BARS, page }));
      const found = await source.closes(['KO', 'BRK.B'], SPAN);
      expect([found.rows.get('KO')?.length, found.rows.get('BRK.B')?.length]).toEqual([2, 2]);
      expect(server.asked).toHaveLength(Math.ceil(4 / page));
    }
  });

  test('come in one request for a hundred symbols.', async () => {
    const symbols = Array.from({ length: 250 }, (_, index) => `S${String(index)}`);
    const made = await world(alpacaData({}));
    await made.source.closes(symbols, SPAN);
    const sizes = [0, 1, 2].map((index) => asked(made, index).get('symbols')?.split(',').length);
    expect([made.server.asked.length, sizes]).toEqual([3, [100, 100, 50]]);
  });

  test('are not asked for of an index, nor of days that are yet to come.', async () => {
    const { source, server } = await world(alpacaData({}));
    expect(rowsOf(await source.closes(['VIX', 'VIX3M'], SPAN))).toEqual({});
    expect(rowsOf(await source.bars(['KO'], { from: '2025-12-03', to: '2025-12-04' }))).toEqual({});
    expect(server.asked).toEqual([]);
  });

  test('lack a symbol that is refused, and no other; it is not asked for again.', async () => {
    const { source, server } = await world(alpacaData({ bars: BARS, invalid: ['NO-SUCH', 'X.Y'] }));
    const symbols = ['NO-SUCH', 'KO', 'X.Y', 'BRK.B'];
    const { rows, failed } = await source.closes(symbols, SPAN);
    expect([[...rows.keys()], [...failed.keys()]]).toEqual([['KO', 'BRK.B'], []]);
    expect(server.asked).toHaveLength(3);
    await source.closes(symbols, { ...SPAN, from: '2025-10-01' });
    expect(server.asked).toHaveLength(4);
  });
});

describe('bars of sessions that have ended', () => {
  const DAY = { from: '2025-12-01', to: '2025-12-01' };
  const ask = async (source: DataSource, span = SPAN): Promise<unknown> =>
    (await source.closes(['KO', 'BRK.B'], span)).rows.get('KO')?.map(({ close }) => close);

  test('are asked for once a day, whatever part of them, in another process, too.', async () => {
    const { source, server, inAnotherProcess, goTo } = await world(alpacaData({ bars: BARS }));
    expect([await ask(source), await ask(source, DAY)]).toEqual([[71, 72.5], [72.5]]);
    expect([await ask(inAnotherProcess()), await ask(inAnotherProcess(), DAY)]).toEqual([[71, 72.5], [72.5]]);
    expect((await inAnotherProcess().bars(['KO', 'BRK.B'], DAY)).rows).toEqual(
      (await source.bars(['KO', 'BRK.B'], DAY)).rows,
    );
    expect((await source.closes(['BRK.B', 'KO'], DAY)).rows.size).toBe(2);
    expect(server.asked).toHaveLength(1);
    goTo('2025-12-03T09:30:00-05:00');
    expect(await ask(inAnotherProcess())).toEqual([71, 72.5, 73]);
    expect(server.asked).toHaveLength(2);
  });

  test('are asked for as a whole where more of them is wanted.', async () => {
    const made = await world(alpacaData({ bars: BARS }));
    await ask(made.source, DAY);
    expect(await ask(made.source, { from: '2025-11-28', to: '2025-11-30' })).toEqual([71]);
    expect([asked(made, 1).get('start'), asked(made, 1).get('end')]).toEqual([
      '2025-11-28T05:00:00.000Z',
      '2025-12-02T04:59:00.000Z',
    ]);
    await ask(made.source, SPAN);
    expect(made.server.asked).toHaveLength(3);
  });

  test('are asked for anew where a split may have changed their past: over night, and in the morning.', async () => {
    const { source, server, goTo } = await world(alpacaData({ bars: BARS }));
    goTo('2025-12-02T08:59:00-05:00');
    expect(await ask(source)).toEqual([71, 72.5]);
    server.serve(
      alpacaData({ bars: { KO: BARS.KO.map(([date, open, close]) => [date, open / 2, close / 2]) } }),
    );
    expect(await ask(source)).toEqual([71, 72.5]);
    goTo('2025-12-02T09:00:00-05:00');
    expect(await ask(source)).toEqual([35.5, 36.25]);
  });

  test('are asked for anew once the session of today has ended.', async () => {
    const { source, goTo } = await world(alpacaData({ bars: BARS }));
    expect(await ask(source)).toEqual([71, 72.5]);
    goTo('2025-12-02T16:16:00-05:00');
    expect(await ask(source)).toEqual([71, 72.5, 73]);
  });

  test('are not those of another feed, adjustment or address.', async () => {
    const { source, server, inAnotherProcess } = await world(alpacaData({ bars: BARS }));
    await ask(source);
    for (const settings of [
      { feed: 'sip' },
      { adjustment: 'raw' },
      { url: server.url.replace('127.0.0.1', 'localhost') },
    ] as const)
      await ask(inAnotherProcess(settings));
    expect(server.asked).toHaveLength(4);
  });

  test.each<readonly [string, (text: string) => string]>([
    ['was cut', (written) => written.slice(0, -40)],
    ['has another close', (written) => written.replace('72.5', '27.5')],
    ['answers another question', (written) => written.replace('BRK.B', 'BRK.A')],
    ['is empty', () => ''],
    ['is no JSON', () => 'x'],
  ])('are asked for again, and that is told, where their copy %s.', async (_, change) => {
    const { source, server, inAnotherProcess, files, told } = await world(alpacaData({ bars: BARS }));
    await ask(source);
    for (const [name, content] of files) files.set(name, change(content));
    expect(await ask(inAnotherProcess())).toEqual([71, 72.5]);
    expect(server.asked).toHaveLength(2);
    expect(told).toEqual([
      expect.stringMatching(/^the copy of daily bars in alpaca-iex-all-[0-9a-f]{16}\.json is not used: /),
    ]);
    await ask(inAnotherProcess());
    expect(server.asked).toHaveLength(2);
  });

  test('are not kept where a symbol has failed, or there was no answer.', async () => {
    const { source, server, files } = await world((_, response) =>
      json(response, { bars: { KO: [{ t: 'x', o: 1, c: 1 }] }, next_page_token: null }),
    );
    await ask(source);
    server.serve(text('', 500));
    await ask(source);
    expect(files.size).toBe(0);
    server.serve(alpacaData({ bars: BARS }));
    expect(await ask(source)).toEqual([71, 72.5]);
  });

  test('say once a day, too, that there are none.', async () => {
    const { source, server } = await world(alpacaData({}));
    expect([await ask(source), await ask(source)]).toEqual([undefined, undefined]);
    expect(server.asked).toHaveLength(1);
  });
});

describe('the latest price of Alpaca', () => {
  test('is the last trade with its time, beside bid and ask.', async () => {
    const snapshots = { KO: ['2025-12-02T20:54:58.123456789Z', 72.51, 72.5, 72.52], PEP: null } as const;
    const { source, server } = await world(alpacaData({ snapshots }));
    expect(rowsOf(await source.quotes(['KO', 'PEP', 'XOM'], at(NOW)))).toEqual({
      KO: {
        price: dollars(72.51),
        asOf: at('2025-12-02T15:54:58.123-05:00'),
        bid: dollars(72.5),
        ask: dollars(72.52),
      },
    });
    expect(server.asked).toEqual(['/v2/stocks/snapshots?symbols=KO%2CPEP%2CXOM&feed=iex']);
  });

  test.each<readonly [string, object, object]>([
    [
      'no bid or ask that is older by more than a minute',
      {
        latestTrade: { t: '2025-12-02T20:54:00Z', p: 10 },
        latestQuote: { t: '2025-12-02T20:52:59Z', bp: 9, ap: 11 },
      },
      { price: dollars(10), asOf: at('2025-12-02T15:54:00-05:00') },
    ],
    [
      'a side that nobody offers as zero, which is no market',
      {
        latestTrade: { t: '2025-12-02T20:54:00Z', p: 10 },
        latestQuote: { t: '2025-12-02T20:54:00Z', bp: 0, ap: 11 },
      },
      { price: dollars(10), asOf: at('2025-12-02T15:54:00-05:00'), bid: 0, ask: dollars(11) },
    ],
  ])('has %s.', async (_, snapshot, quote) => {
    const { source } = await world((__, response) => json(response, { KO: snapshot }));
    expect(rowsOf(await source.quotes(['KO'], at(NOW)))).toEqual({ KO: quote });
  });

  test.each<readonly [string, unknown, RegExp]>([
    ['is zero', { latestTrade: { t: '2025-12-02T20:54:00Z', p: 0 } }, /is no snapshot$/],
    ['is less than can be counted', { latestTrade: { t: '2025-12-02T20:54:00Z', p: 1e-9 } }, /is no trade$/],
    ['has no time', { latestTrade: { t: 'yesterday', p: 10 } }, /is no trade$/],
    ['is text', { latestTrade: { t: '2025-12-02T20:54:00Z', p: '10' } }, /is no snapshot$/],
    [
      'is of a time that has not come',
      { latestTrade: { t: '2025-12-02T21:54:00Z', p: 10 } },
      /has not come yet$/,
    ],
  ])('is a failure of its symbol alone where it %s.', async (_, snapshot, reason) => {
    const good = { latestTrade: { t: '2025-12-02T20:54:00Z', p: 10 } };
    const { source } = await world((__, response) => json(response, { KO: snapshot, PEP: good }));
    const { rows, failed } = await source.quotes(['KO', 'PEP'], at(NOW));
    expect([...rows.keys()]).toEqual(['PEP']);
    expect(failed.get('KO')).toMatch(reason);
  });
});

describe('rows that cannot be', () => {
  const bar = (date: string, o: unknown = 10, c: unknown = 10) => ({ t: `${date}T05:00:00Z`, o, c });
  test.each<readonly [string, readonly unknown[], RegExp]>([
    ['a date twice', [bar('2025-12-01'), bar('2025-12-01')], /a bar of 2025-12-01 after that of 2025-12-01/],
    ['dates that do not rise', [bar('2025-12-01'), bar('2025-11-28')], /a bar of 2025-11-28 after/],
    ['a day that was not asked for', [bar('2025-10-01')], /a bar of 2025-10-01, which was not asked for/],
    ['a price of zero', [bar('2025-12-01', 10, 0)], /is no daily bar/],
    ['a price below zero', [bar('2025-12-01', -1)], /is no daily bar/],
    ['a volume below zero', [{ ...bar('2025-12-01'), v: -1 }], /is no daily bar/],
    ['no number', [bar('2025-12-01', 10, null)], /is no daily bar/],
    ['a time within the day', [{ t: '2025-12-01T15:30:00Z', o: 1, c: 1 }], /is no daily bar/],
    ['a date that no calendar has', [bar('2025-11-31')], /is no daily bar/],
    ['no object', ['bar'], /"bar" is no daily bar/],
  ])('fail their symbol, and no other: %s.', async (_, rows, reason) => {
    const { source } = await world((__, response) =>
      json(response, { bars: { KO: rows, PEP: [bar('2025-12-01')] }, next_page_token: null }),
    );
    const { rows: found, failed } = await source.closes(['KO', 'PEP'], SPAN);
    expect([...found.keys()]).toEqual(['PEP']);
    expect(failed.get('KO')).toMatch(reason);
  });

  test('are told of a page boundary, too.', async () => {
    const { source } = await world((request, response) => {
      const isFirst = queryOf(request).get('page_token') === null;
      json(response, { bars: { KO: [bar('2025-12-01')] }, next_page_token: isFirst ? 'x' : null });
    });
    expect((await source.closes(['KO'], SPAN)).failed.get('KO')).toMatch(/after that of 2025-12-01/);
  });
});

describe('minutes', () => {
  const bar = (t: string, price: number) => ({ t, o: price, h: price + 1, l: price - 1, c: price, v: 10 });
  const DAY = { from: at('2025-12-02T09:30:00-05:00'), until: at('2025-12-02T16:00:00-05:00') };

  test('are asked for page by page, up to the one that has ended last.', async () => {
    const made = await world((request, response) => {
      const isFirst = queryOf(request).get('page_token') === null;
      const rows = isFirst ? [bar('2025-12-02T14:30:00Z', 70)] : [bar('2025-12-02T20:54:00Z', 71)];
      json(response, { bars: { KO: rows }, next_page_token: isFirst ? 'x' : null });
    });
    const { rows, failed } = await made.source.minutes(['KO', 'PEP', 'VIX'], DAY);
    expect(failed.size).toBe(0);
    expect(Object.fromEntries(rows)).toEqual({
      KO: [
        { at: at('2025-12-02T09:30:00-05:00'), open: 70, high: 71, low: 69, close: 70, volume: 10 },
        { at: at('2025-12-02T15:54:00-05:00'), open: 71, high: 72, low: 70, close: 71, volume: 10 },
      ],
    });
    expect(Object.fromEntries(asked(made, 0))).toMatchObject({
      symbols: 'KO,PEP',
      timeframe: '1Min',
      start: '2025-12-02T14:30:00.000Z',
      end: '2025-12-02T20:54:00.000Z',
    });
  });

  test('of the late feed end as early as it knows them; where that is before their begin, nothing is asked.', async () => {
    const made = await world(alpacaData({}), { feed: 'delayed_sip' });
    await made.source.minutes(['KO'], DAY);
    expect(asked(made, 0).get('end')).toBe('2025-12-02T20:38:00.000Z');
    await made.source.minutes(['KO'], { ...DAY, from: at('2025-12-02T15:45:00-05:00') });
    expect(made.server.asked).toHaveLength(1);
  });

  test.each<readonly [string, readonly unknown[], RegExp]>([
    ['no bar', [{ t: '2025-12-02T14:30:00Z', o: 1 }], /is no minute bar/],
    ['one of another time', [bar('2025-12-02T14:29:00Z', 70)], /was not asked for/],
    ['one that has not ended', [bar('2025-12-02T20:55:00Z', 70)], /was not asked for/],
    ['one twice', [bar('2025-12-02T14:30:00Z', 70), bar('2025-12-02T14:30:00Z', 70)], /after a later one/],
    ['one within a minute', [bar('2025-12-02T14:30:30Z', 70)], /is not the begin of a minute/],
  ])('fail their symbol, and no other: %s.', async (_, rows, reason) => {
    const { source } = await world((__, response) =>
      json(response, { bars: { KO: rows, PEP: [bar('2025-12-02T14:30:00Z', 70)] }, next_page_token: null }),
    );
    const found = await source.minutes(['KO', 'PEP'], DAY);
    expect([...found.rows.keys()]).toEqual(['PEP']);
    expect(found.failed.get('KO')).toMatch(reason);
  });
});

describe('corporate actions', () => {
  const actions = {
    forward_splits: [
      { symbol: 'KO', ex_date: '2025-12-01', process_date: '2025-12-01', old_rate: 1, new_rate: 4 },
    ],
    stock_dividends: [{ symbol: 'KO', ex_date: '2025-11-03', process_date: '2025-11-03', rate: 0.05 }],
    spin_offs: [
      { source_symbol: 'PEP', source_rate: 1, new_symbol: 'NEWCO', new_rate: 0.5, ex_date: '2025-12-31' },
      { source_symbol: 'PEP', source_rate: 1, new_symbol: 'LATE', new_rate: 0.5, ex_date: '2026-01-02' },
    ],
    name_changes: [
      { old_symbol: 'FB', new_symbol: 'META', process_date: '2025-12-01' },
      { old_symbol: 'KO', new_symbol: 'KO', process_date: '2025-12-01' },
    ],
  };

  test('are those that take effect in the span, by date; none is an answer, and of an index there is none.', async () => {
    const made = await world((_, response) =>
      json(response, { corporate_actions: actions, next_page_token: null }),
    );
    const { rows, failed } = await made.source.actions(['KO', 'PEP', 'META', 'AAPL', 'VIX'], SPAN);
    const words = [...rows].map(([symbol, known]) => [symbol, known.map(describeAction).join(', ')]);
    expect(Object.fromEntries(words)).toEqual({
      KO: '1.05-for-1 split on 2025-11-03, 4-for-1 split on 2025-12-01',
      PEP: 'spin-off of NEWCO on 2025-12-31',
      META: 'change of the symbol from FB to META on 2025-12-01',
      AAPL: '',
    });
    expect(failed.size).toBe(0);
    const query = asked(made, 0);
    // Processed a few days earlier or later.
    expect([query.get('start'), query.get('end')]).toEqual(['2025-10-28', '2026-01-04']);
  });

  test.each<readonly [string, unknown]>([
    ['no actions', { next_page_token: null }],
    [
      'a ratio of zero',
      {
        corporate_actions: {
          forward_splits: [{ symbol: 'KO', ex_date: '2025-12-01', old_rate: 0, new_rate: 2 }],
        },
        next_page_token: null,
      },
    ],
    [
      'a date that is none',
      {
        corporate_actions: {
          reverse_splits: [{ symbol: 'KO', ex_date: '2025-02-30', old_rate: 2, new_rate: 1 }],
        },
        next_page_token: null,
      },
    ],
    ['no word on the next page', { corporate_actions: {} }],
  ])('are not known where the answer has %s.', async (_, body) => {
    const { server } = await world((__, response) => json(response, body));
    const keys = AlpacaKeys.of(ID, SECRET);
    const splits = alpacaActions({
      settings: { type: 'alpaca', feed: 'iex', adjustment: 'all', url: server.url },
      keys: () => (keys === null ? { kind: 'failed', reason: '', advice: '' } : { kind: 'ok', keys }),
      clock: { now: () => at(NOW), sleep: () => Promise.resolve() },
    });
    expect((await splits(['KO'], SPAN)).failed.get('KO')).toBe(
      'its answer is no page of v1/corporate-actions',
    );
  });
});

describe('an answer that is none', () => {
  const cut: Handler = (_, response) => {
    response.writeHead(200, { 'content-length': '5000' });
    response.write('{"bars":', () => response.destroy());
  };
  const page =
    (next: unknown): Handler =>
    (_, response) =>
      json(response, { bars: {}, next_page_token: next });
  let pages = 0;
  test.each<readonly [string, Handler, RegExp]>([
    [
      'keys that are not accepted',
      text('{"message": "forbidden."}', 401),
      /answered 401: it does not accept the keys: forbidden\.$/,
    ],
    [
      'a feed that is not included',
      text('{"message": "subscription does not permit querying recent SIP data"}', 403),
      /answered 403: .*do not include the feed: subscription does not permit querying recent SIP data$/,
    ],
    ['a question that is refused', text('{"message": "invalid feed"}', 400), /answered 400: invalid feed$/],
    [
      'a refusal of a symbol that was not asked for',
      text('{"message": "invalid symbol: ZZZ"}', 400),
      /refuses ZZZ/,
    ],
    ['a server in trouble', text('<html>Bad gateway</html>', 502), /answered 502$/],
    ['a page for people', text('<!doctype html>'), /the answer of 127\.0\.0\.1:\d+ is no data/],
    ['a body that ends early', cut, /the answer was cut off$/],
    ['JSON that ends early', text('{"bars": {'), /is no data: .*ends too early/],
    ['a symbol twice', text('{"bars": {"KO": [], "KO": []}, "next_page_token": null}'), /is there twice/],
    ['no word on the next page', text('{"bars": {}}'), /is no page of v2\/stocks\/bars/],
    ['a next page without a name', page(''), /is no page of v2\/stocks\/bars/],
    ['bars of another form', text('{"bars": [], "next_page_token": null}'), /is no page of v2\/stocks\/bars/],
    ['the same page again and again', page('again'), /its pages have no end$/],
    [
      'pages without end',
      (_, response) => json(response, { bars: {}, next_page_token: `p${String((pages += 1))}` }),
      /no end$/,
    ],
    [
      'a redirect',
      text('', 302, { location: 'https://elsewhere.example/' }),
      /a redirect to elsewhere\.example/,
    ],
    ['"not modified"', text('', 304), /answered "not modified"/],
  ])('fails every symbol of the question: %s.', async (_, handler, reason) => {
    const { source } = await world(handler);
    const { rows, failed } = await source.closes(['KO', 'PEP'], SPAN);
    expect([rows.size, [...failed.keys()]]).toEqual([0, ['KO', 'PEP']]);
    expect(failed.get('KO')).toMatch(reason);
  });

  test('ends the question: what was found before it stays, and the rest is not asked for.', async () => {
    const symbols = Array.from({ length: 250 }, (_, index) => `S${String(index)}`);
    let requests = 0;
    const { source, server } = await world((_, response) => {
      requests += 1;
      const bars = Object.fromEntries(
        symbols.map((symbol) => [symbol, [{ t: '2025-12-01T05:00:00Z', o: 1, c: 1 }]]),
      );
      if (requests === 1) json(response, { bars, next_page_token: null });
      else json(response, { message: 'forbidden.' }, 401);
    });
    const { rows, failed } = await source.closes(symbols, SPAN);
    expect([rows.size, failed.size, server.asked.length]).toEqual([100, 150, 2]);
  });

  test('is one that never comes: the wait has an end.', async () => {
    const { source } = await world(() => undefined, { timeout: 50 });
    expect((await source.quotes(['KO'], at(NOW))).failed.get('KO')).toMatch(/no answer within 0\.05 s$/);
  });

  test('is what there is without keys: nothing is asked.', async () => {
    const { source, server } = await world(alpacaData({ bars: BARS }), { hasKeys: false });
    expect(rowsOf(await source.closes(['KO'], SPAN))).toEqual({
      KO: 'APCA_API_KEY_ID is not set in the environment',
    });
    expect(server.asked).toEqual([]);
  });
});

describe('the rate limit', () => {
  /** Refuses so often, with these headers, and answers then. */
  const limited = (times: number, headers: Readonly<Record<string, string>>, status = 429): Handler => {
    let left = times;
    return (request, response) => {
      left -= 1;
      if (left >= 0) text('{"message": "too many requests."}', status, headers)(request, response);
      else alpacaData({ bars: BARS })(request, response);
    };
  };
  const DATE = 'Tue, 02 Dec 2025 20:55:00 GMT';
  const RESET = String(Date.parse(DATE) / 1_000 + 7);

  test.each<readonly [string, Handler, readonly number[]]>([
    ['as long as it says', limited(1, { 'retry-after': '3' }), [3_000]],
    [
      'until the moment that it names',
      limited(1, { 'retry-after': 'Tue, 02 Dec 2025 20:55:04 GMT', date: DATE }),
      [4_000],
    ],
    [
      'until the limit starts anew, by the clock of the server',
      limited(1, { 'x-ratelimit-reset': RESET, date: DATE }),
      [7_000],
    ],
    ['a second where it does not say', limited(2, {}), [1_000, 1_000]],
    ['a second after trouble of the server', limited(1, {}, 503), [1_000]],
  ])('is waited for %s.', async (_, handler, waits) => {
    const { source, slept } = await world(handler);
    const { rows } = await source.closes(['KO'], SPAN);
    expect([rows.get('KO')?.length, slept]).toEqual([2, waits]);
  });

  test.each<readonly [string, Handler, readonly number[]]>([
    ['is longer than there is time', limited(1, { 'retry-after': '60' }), []],
    ['goes on after two waits', limited(3, {}), [1_000, 1_000]],
    ['adds up to more than there is time', limited(2, { 'retry-after': '10' }), [10_000]],
  ])('is no answer where it %s, and never an empty one.', async (_, handler, waits) => {
    const { source, slept } = await world(handler);
    const { rows, failed } = await source.closes(['KO'], SPAN);
    expect([rows.size, slept]).toEqual([0, waits]);
    expect(failed.get('KO')).toMatch(/answered 429: too many requests: too many requests\.$/);
  });
});

test('a price is not waited for as long as a series.', async () => {
  const { source, slept } = await world(text('', 429, { 'retry-after': '6' }));
  expect((await source.quotes(['KO'], at(NOW))).failed.get('KO')).toMatch(/answered 429/);
  expect(slept).toEqual([]);
});

describe('the keys', () => {
  test('go into the headers of a request, and into nothing else.', async () => {
    const seen: unknown[] = [];
    const made = await world((request, response) => {
      seen.push(request.headers['apca-api-key-id'], request.headers['apca-api-secret-key']);
      alpacaData({ bars: BARS })(request, response);
    });
    await made.source.closes(['KO'], SPAN);
    expect(seen).toEqual([ID, SECRET]);
    expect(made.server.asked.join('')).not.toContain('CANARY');
  });

  test('are in no reason, also where a server repeats them.', async () => {
    const { source } = await world(text(JSON.stringify({ message: `bad key ${ID} with ${SECRET}` }), 401));
    const { failed } = await source.closes(['KO'], SPAN);
    expect(failed.get('KO')).toMatch(/bad key \[secret\] with \[secret\]$/);
  });

  test('are printed by nothing.', () => {
    const keys = AlpacaKeys.of(ID, SECRET);
    expect(`${String(keys)} ${JSON.stringify({ keys })} ${inspect(keys)}`).not.toMatch(/canary/i);
  });

  test.each([
    ['', 'secret'],
    ['id', ''],
    ['id\r\nx-other: 1', 'secret'],
    ['id', 'two words'],
  ])('are none: %j, %j.', (id, secret) => {
    expect(AlpacaKeys.of(id, secret)).toBeNull();
  });
});
