/** What the questions of a client may say, and what is answered where they say nothing: as the published documents have it. */
import { describe, expect, test } from 'vitest';
import { HOUR, plus } from '../../src/domain/instant.ts';
import { syntheticMarket } from '../../src/market/synthetic-market.ts';
import { alpacaServer, type OrderTold, type TestServer } from '../support/alpaca-server.ts';
import * as shape from '../support/alpaca-shapes.ts';
import { at, START } from '../support/simulated-world.ts';

interface Day {
  readonly date: string;
  readonly settlement_date: string;
}

describe('the calendar', () => {
  test('is whole where nothing is asked: from 1970 to 2029.', async () => {
    const { ask } = await alpacaServer({ settings: { clock: 'exchange' } });
    const { body } = await ask<readonly Day[]>('GET /v2/calendar');
    expect([body[0]?.date, body.at(-1)?.date]).toEqual(['1970-01-02', '2029-12-31']);
  });

  test('may be asked for by the day on which trades are settled.', async () => {
    const { ask } = await alpacaServer({ settings: { clock: 'exchange' } });
    const { body } = await ask<readonly Day[]>(
      'GET /v2/calendar?start=2025-11-28&end=2025-12-02&date_type=SETTLEMENT',
    );
    expect(body.map((day) => [day.date, day.settlement_date])).toEqual([
      ['2025-11-26', '2025-11-28'],
      ['2025-11-28', '2025-12-01'],
      ['2025-12-01', '2025-12-02'],
    ]);
  });

  test('of a market begins today, is of a week, and may be told in UTC.', async () => {
    const { ask } = await alpacaServer({ settings: { clock: 'exchange' } });
    const usual = shape.marketCalendar.parse((await ask('GET /v3/calendar/XNYS')).body);
    expect(usual.calendar.map(({ date }) => date)).toEqual([
      '2025-12-02',
      '2025-12-03',
      '2025-12-04',
      '2025-12-05',
      '2025-12-08',
      '2025-12-09',
    ]);
    const { body } = await ask('GET /v3/calendar/XNYS?start=2025-12-02&end=2025-12-02&timezone=UTC');
    expect(shape.marketCalendarUtc.parse(body).calendar[0]).toMatchObject({
      core_start: '2025-12-02T14:30:00Z',
      post_end: '2025-12-03T01:00:00Z',
    });
  });
});

test('the clock tells all its markets where none is named, at the time that is asked for.', async () => {
  const { ask } = await alpacaServer({ settings: { clock: 'exchange' } });
  const { clocks } = shape.clocks.parse((await ask('GET /v3/clock?time=2025-12-02T08:00:00-05:00')).body);
  expect(clocks.map(({ market, phase }) => [market.acronym, phase])).toEqual([
    ['NYSE', 'pre'],
    ['NASDAQ', 'pre'],
    ['IEX', 'pre'],
  ]);
});

describe('activities', () => {
  test('may be those of one order, of a category, or of a group of types.', async () => {
    const server = await alpacaServer();
    const { body: first } = await server.order({ client_order_id: 'a' });
    await server.order({ client_order_id: 'b' });
    server.clock.advance(5_000);
    const of = async (query: string): Promise<string[]> => {
      const { body } = await server.ask<readonly { readonly order_id: string }[]>(
        `GET /v2/account/activities${query}`,
      );
      return body.map(({ order_id: id }) => id);
    };
    expect(await of('')).toHaveLength(2);
    expect(await of(`?order_id=${first.id}`)).toEqual([first.id]);
    expect(await of(`/FILL?order_id=${first.id}`)).toEqual([first.id]);
    expect(await of('?category=trade_activity')).toHaveLength(2);
    expect(await of('?category=non_trade_activity')).toEqual([]);
    expect(await of('?activity_types=MISC,TRANS')).toEqual([]);
    expect(await of('?activity_types=FILL,DIV')).toHaveLength(2);
  });
});

interface History {
  readonly timestamp: readonly number[];
  readonly equity: readonly number[];
  readonly profit_loss: readonly number[];
  readonly base_value: number;
  readonly base_value_asof?: string;
  readonly timeframe: string;
}

describe('the history of the account', () => {
  /** Ten shares since yesterday at 15:00, at prices that move. */
  async function held(): Promise<TestServer> {
    const server = await alpacaServer({
      settings: { clock: 'exchange' },
      now: plus(START, -24 * HOUR),
      prices: syntheticMarket(3),
    });
    await server.order({ qty: '10' });
    server.clock.advance(24 * HOUR);
    return server;
  }

  async function history({ ask }: TestServer, query: string): Promise<History> {
    const { status, body } = await ask<History>(`GET /v2/account/portfolio/history${query}`);
    expect([status, shape.history.safeParse(body).error]).toEqual([200, undefined]);
    return body;
  }

  function newYork(seconds: number | undefined): string {
    return new Date(((seconds ?? 0) - 5 * 3_600) * 1_000).toISOString().slice(0, 16);
  }

  test.each([
    ['', '1D', 30],
    ['?period=1D', '1Min', 1],
    ['?period=1W', '15Min', 7],
    ['?period=30D', '1D', 30],
    ['?period=6D', '1Min', 6],
  ])('%j has the timeframe %s, of %i days.', async (query, timeframe, days) => {
    const told = await history(await held(), query);
    expect(told.timeframe).toBe(timeframe);
    const first = Date.UTC(2025, 11, 2) - (days - 1) * 24 * HOUR;
    expect(Date.parse(newYork(told.timestamp[0]).slice(0, 10))).toBeGreaterThanOrEqual(first);
  });

  test('begins and ends where it is asked to, with a period from either end.', async () => {
    const server = await held();
    const ends = async (query: string): Promise<string[]> => {
      const { timestamp } = await history(server, query);
      return [timestamp[0], timestamp.at(-1)].map(newYork);
    };
    expect(await ends('?start=2025-12-01&timeframe=1H')).toEqual(['2025-12-01T09:30', '2025-12-02T14:30']);
    expect(await ends('?start=2025-11-24&period=2D&timeframe=1H')).toEqual([
      '2025-11-24T09:30',
      '2025-11-25T15:30',
    ]);
    expect(await ends('?end=2025-11-25&period=2D&timeframe=1H')).toEqual([
      '2025-11-24T09:30',
      '2025-11-25T15:30',
    ]);
    // An instant after the close is for the next session, and one within a day ends there.
    expect(await ends('?start=2025-11-24T20:00:00-05:00&end=2025-11-26T11:00:00-05:00&timeframe=1H')).toEqual(
      ['2025-11-25T09:30', '2025-11-26T10:30'],
    );
  });

  test.each([
    ['market_hours', '09:30', '14:59'],
    ['extended_hours', '04:00', '14:59'],
    ['continuous', '00:00', '15:00'],
  ])('of a day tells %s.', async (hours, first) => {
    const told = await history(await held(), `?period=1D&intraday_reporting=${hours}`);
    expect(newYork(told.timestamp[0])).toBe(`2025-12-02T${first}`);
    expect(newYork(told.timestamp.at(-1))).toBe('2025-12-02T15:00');
    if (hours === 'extended_hours')
      expect(await history(await held(), '?period=1D&extended_hours=true')).toEqual(told);
  });

  test('reckons profits of a day from the close before it, or all from the close before the first.', async () => {
    const server = await held();
    const daily = await history(server, '?start=2025-12-01&timeframe=1H');
    expect([daily.base_value, daily.base_value_asof]).toEqual([100_000, '2025-11-28']);
    const [monday, tuesday] = [daily.equity.slice(0, 7), daily.equity.slice(7)];
    const close = monday.at(-1) ?? 0;
    expect(close).not.toBe(100_000);
    const expected = [
      ...monday.map((equity) => equity - 100_000),
      ...tuesday.map((equity) => equity - close),
    ];
    daily.profit_loss.forEach((profit, index) => expect(profit).toBeCloseTo(expected[index] ?? 0, 1));
    const whole = await history(server, '?start=2025-12-01&timeframe=1H&pnl_reset=no_reset');
    whole.profit_loss.forEach((profit, index) =>
      expect(profit).toBeCloseTo((daily.equity[index] ?? 0) - 100_000, 1),
    );
  });

  test('by days is reckoned from the first of them, each at the end of its extended hours.', async () => {
    const told = await history(await held(), '?start=2025-11-28&timeframe=1D');
    expect(told).not.toHaveProperty('base_value_asof');
    expect([told.base_value, told.profit_loss[0]]).toEqual([told.equity[0], 0]);
    expect(told.timestamp.map(newYork)).toEqual([
      '2025-11-28T20:00',
      '2025-12-01T20:00',
      newYork(START / 1_000),
    ]);
  });
});

describe('corporate actions', () => {
  const MARKET = syntheticMarket(3);

  async function server(): Promise<TestServer> {
    const prices = {
      ...MARKET,
      actions: (symbol: string) =>
        symbol === 'VTI'
          ? [
              { kind: 'split' as const, date: '2025-06-02', ratio: { from: 1, to: 4 } },
              { kind: 'split' as const, date: '2025-07-01', ratio: { from: 10, to: 1 } },
            ]
          : [],
    };
    return alpacaServer({ prices });
  }

  test('may be asked for by id, by region and by CUSIP.', async () => {
    const { ask } = await server();
    const all = 'start=2025-01-01&end=2025-12-31';
    const of = async (query: string): Promise<string[]> => {
      const { corporate_actions: actions } = shape.corporateActions.parse(
        (await ask(`GET /v1/corporate-actions?${query}`)).body,
      );
      return Object.values(actions).flatMap((rows = []) => rows.map(({ id }) => id));
    };
    const [first = '', second = ''] = await of(`${all}&symbols=VTI`);
    expect(await of(`ids=${second}`)).toEqual([second]);
    expect(await of(`${all}&types=forward_split,cash_dividend`)).toEqual([first]);
    expect(await of(`${all}&region=non_us`)).toEqual([]);
    expect(await of(`${all}&region=all`)).toEqual([first, second]);
    expect(await of(`${all}&cusips=037833100`)).toEqual([]);
    expect(await of(`${all}&sort=desc&limit=1`)).toEqual([second]);
  });
});

test('keys that are missing are a 403 of the trading API, and a 401 of the data API.', async () => {
  const { url } = await alpacaServer();
  const statuses = await Promise.all(
    ['/v2/account', '/v2/stocks/VTI/snapshot'].map(async (path) => {
      const response = await fetch(`${url}${path}`);
      return [response.status, await response.json()];
    }),
  );
  expect(statuses).toEqual([
    [403, { message: 'forbidden.' }],
    [401, { message: 'forbidden.' }],
  ]);
});

test('an order of a class that nobody has is not one of a class that is not simulated.', async () => {
  const { order, ask } = await alpacaServer({ now: at('2025-12-02T15:00:00Z') });
  expect(await order({ order_class: 'pair' })).toMatchObject({ status: 422, body: { code: 40010001 } });
  expect(await order({ order_class: 'oco' })).toMatchObject({ status: 422, body: { code: 42210000 } });
  expect((await ask<readonly OrderTold[]>('GET /v2/orders?status=all')).body).toEqual([]);
});
