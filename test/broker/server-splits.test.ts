/** Splits and changes of symbols that a script makes happen: what a bot sees of them. */
import { describe, expect, test } from 'vitest';
import { formatDocument, parseDocument } from '../../src/broker/simulated-document.ts';
import type { HappeningChange } from '../../src/broker/server/corporate-changes.ts';
import type { ServerFault } from '../../src/broker/server/server-fault.ts';
import { HOUR, plus } from '../../src/domain/instant.ts';
import { syntheticMarket } from '../../src/market/synthetic-market.ts';
import {
  alpacaServer,
  fault,
  type OrderTold,
  type ServerFacts,
  type TestServer,
} from '../support/alpaca-server.ts';
import * as shape from '../support/alpaca-shapes.ts';
import { START } from '../support/simulated-world.ts';

const FOUR = { kind: 'split', symbol: 'VTI', from: 1, to: 4 } as const;
const META = { kind: 'rename', from: 'VTI', to: 'VTIX' } as const;
/** Of the script: an hour after the start. */
const WHEN = plus(START, HOUR);

function at(effect: HappeningChange, given: Partial<ServerFault> = {}): ServerFault {
  return fault({ on: 'any', from: WHEN, effect, ...given });
}

/** Ten shares, and an hour later what the script wants. */
async function held(script: readonly ServerFault[], facts: ServerFacts = {}): Promise<TestServer> {
  const server = await alpacaServer({ script, ...facts });
  await server.order({ qty: '10', client_order_id: 'bought' });
  server.clock.advance(HOUR - 1);
  expect((await server.ask('GET /v2/positions/VTI')).body).toMatchObject({ qty: '10' });
  server.clock.advance(1);
  return server;
}

interface Bar {
  readonly t: string;
  readonly c: number;
}

async function closes({ ask }: TestServer, symbol: string, query: string): Promise<Record<string, number>> {
  const { body } = await ask<{ readonly bars: readonly Bar[] }>(
    `GET /v2/stocks/${symbol}/bars?timeframe=1Day&start=2025-12-01&${query}`,
  );
  return Object.fromEntries(body.bars.map(({ t, c }) => [t.slice(0, 10), c]));
}

describe('a split', () => {
  test.each([
    ['of one share into four', FOUR, '40', '69.1', 'FSPLIT'],
    ['of four shares into one', { ...FOUR, from: 4, to: 1 }, '2.5', '1105.6', 'RSPLIT'],
  ])(
    '%s changes shares and prices, and nothing of what they are worth.',
    async (_, split, qty, price, kind) => {
      const server = await held([at(split)]);
      const { body: account } = await server.ask<{ readonly equity: string; readonly last_equity: string }>(
        'GET /v2/account',
      );
      expect([account.equity, account.last_equity]).toEqual(['100000', '100000']);
      expect(shape.position.parse((await server.ask('GET /v2/positions/VTI')).body)).toMatchObject({
        qty,
        qty_available: qty,
        avg_entry_price: price,
        current_price: price,
        lastday_price: price,
        cost_basis: '2764',
        market_value: '2764',
        unrealized_pl: '0',
        change_today: '0',
      });
      const { body: rows } = await server.ask('GET /v2/account/activities?category=non_trade_activity');
      const [came, gone] = shape.nonTradeActivity.array().length(2).parse(rows);
      expect(gone).toMatchObject({
        activity_type: 'SPLIT',
        activity_sub_type: kind,
        symbol: 'VTI',
        qty: '-10',
      });
      expect(came).toMatchObject({ activity_sub_type: kind, symbol: 'VTI', qty, date: '2025-12-02' });
      expect(came?.group_id).toBe(gone?.group_id);
      const { body: latest } = await server.ask('GET /v2/stocks/VTI/trades/latest');
      expect(latest).toMatchObject({ trade: { p: Number(price) } });
      // What has been before it stays as it was.
      expect((await server.ask('GET /v2/account/portfolio/history?period=1D')).body).toMatchObject({
        profit_loss: expect.not.arrayContaining([expect.not.closeTo(0)]) as number[],
      });
      const { body: order } = await server.ask('GET /v2/orders:by_client_order_id?client_order_id=bought');
      expect(order).toMatchObject({ qty: '10', filled_avg_price: '276.4', position_intent: 'buy_to_open' });
      expect((await server.order({ side: 'sell', qty })).body.position_intent).toBe('sell_to_close');
    },
  );

  test('is told among the activities in their order, page by page, and among the corporate actions.', async () => {
    const server = await held([at(FOUR)]);
    await server.order({ qty: '1' });
    server.clock.advance(5_000);
    const types = async (query: string): Promise<string[]> => {
      const { body } = await server.ask<readonly { readonly activity_type: string }[]>(
        `GET /v2/account/activities${query}`,
      );
      return body.map(({ activity_type: type }) => type);
    };
    expect(await types('')).toEqual(['FILL', 'SPLIT', 'SPLIT', 'FILL']);
    expect(await types('/SPLIT')).toHaveLength(2);
    expect(await types('/MISC')).toHaveLength(2);
    expect(await types('?activity_types=NC,FILL')).toHaveLength(2);
    expect(await types('?date=2025-12-02&direction=asc&page_size=2')).toEqual(['FILL', 'SPLIT']);
    const ids: string[] = [];
    for (let token = ''; ; token = ids.at(-1) ?? '') {
      const { body } = await server.ask<readonly { readonly id: string }[]>(
        `GET /v2/account/activities?page_size=1&page_token=${token}`,
      );
      if (body.length === 0) break;
      ids.push(...body.map(({ id }) => id));
    }
    expect(new Set(ids).size).toBe(4);
    const { body } = await server.ask(
      'GET /v1/corporate-actions?symbols=VTI&start=2025-12-01&end=2025-12-05',
    );
    expect(shape.corporateActions.parse(body).corporate_actions).toMatchObject({
      forward_splits: [{ symbol: 'VTI', old_rate: 1, new_rate: 4, ex_date: '2025-12-02' }],
    });
  });

  test('leaves bars of before it as they were, unless they are asked for at the terms of now.', async () => {
    const prices = syntheticMarket(3);
    const server = await held([at(FOUR)], { prices });
    const before = await closes(server, 'VTI', '');
    const raw = prices.bars('VTI', { from: '2025-12-01', to: '2025-12-02' });
    const source = Object.fromEntries(raw.map(({ date, close }) => [date, close]));
    // The first question has met the script.
    expect(before['2025-12-01']).toBe(source['2025-12-01']);
    expect(before['2025-12-02']).toBeCloseTo((source['2025-12-02'] ?? 0) / 4, 5);
    const adjusted = await closes(server, 'VTI', 'adjustment=all');
    expect(adjusted['2025-12-01']).toBeCloseTo((source['2025-12-01'] ?? 0) / 4, 5);
    expect(adjusted['2025-12-02']).toBe(before['2025-12-02']);
  });

  test('of what is not held changes prices, and is no activity.', async () => {
    const server = await alpacaServer({ script: [at(FOUR, { from: null })] });
    expect((await server.ask('GET /v2/account/activities')).body).toEqual([]);
    await server.order({ qty: '10' });
    server.clock.advance(5_000);
    expect((await server.ask('GET /v2/positions/VTI')).body).toMatchObject({ avg_entry_price: '69.1' });
  });

  test('that leaves nothing of a share pays it out.', async () => {
    const script = [at({ ...FOUR, from: 1_000, to: 1 }, { from: null, after: 1 })];
    const server = await alpacaServer({ script });
    await server.order({ qty: '0.0000001' });
    server.clock.advance(5_000);
    const { body } = await server.ask('GET /v2/account/activities/SPLIT');
    expect(shape.nonTradeActivity.array().parse(body)).toMatchObject([
      { qty: '-0.0000001', net_amount: '0.000028' },
    ]);
    expect((await server.ask('GET /v2/positions')).body).toEqual([]);
  });

  test('leaves a short position short, and what it owes the same.', async () => {
    const server = await alpacaServer({
      script: [at(FOUR)],
      settings: { shorting: { hardToBorrow: [] } },
    });
    await server.order({ side: 'sell', qty: '5' });
    server.clock.advance(HOUR);
    expect((await server.ask('GET /v2/positions/VTI')).body).toMatchObject({
      qty: '-20',
      side: 'short',
      market_value: '-1382',
    });
    const { body } = await server.ask('GET /v2/account/activities/SPLIT?direction=asc');
    expect(body).toMatchObject([{ qty: '5' }, { qty: '-20' }]);
  });

  test('that cannot be is told in the answer, and happens no more.', async () => {
    const server = await alpacaServer({
      script: [at({ ...FOUR, from: 1, to: 1_000 }, { from: null, after: 1 })],
      account: (fresh) => ({
        ...fresh,
        positions: new Map([['VTI', { quantity: 9e15 as never, averagePrice: 1_000_000 as never }]]),
      }),
    });
    await server.ask('GET /v2/clock');
    const { status, body } = await server.ask<OrderTold>('GET /v2/clock');
    expect([status, body.message]).toEqual([
      500,
      expect.stringContaining('a split of VTI 1 for 1000 is beyond what can be counted'),
    ]);
    expect((await server.ask('GET /v2/clock')).status).toBe(200);
  });
});

describe('a change of a symbol', () => {
  test('takes the position along, and the price; the old symbol has none any more.', async () => {
    const server = await held([at(META)]);
    expect(shape.position.array().parse((await server.ask('GET /v2/positions')).body)).toMatchObject([
      { symbol: 'VTIX', qty: '10', avg_entry_price: '276.4', current_price: '276.4', lastday_price: '276.4' },
    ]);
    const { body } = await server.ask('GET /v2/account/activities/NC?direction=asc');
    expect(shape.nonTradeActivity.array().parse(body)).toMatchObject([
      { activity_sub_type: 'SNC', symbol: 'VTI', qty: '-10' },
      { activity_sub_type: 'SNC', symbol: 'VTIX', qty: '10' },
    ]);
    const { body: assets } = await server.ask<readonly OrderTold[]>('GET /v2/assets');
    expect(assets.map(({ symbol }) => symbol)).toEqual(['BND', 'VTIX']);
    expect((await server.ask('GET /v2/assets/VTI')).status).toBe(404);
    expect((await server.ask('GET /v2/stocks/trades/latest?symbols=VTI,VTIX')).body).toEqual({
      trades: { VTIX: expect.objectContaining({ p: 276.4 }) as object },
    });
    expect(await server.order({ symbol: 'VTI', qty: '1' })).toMatchObject({ status: 422 });
    expect((await server.ask('GET /v2/account')).body).toMatchObject({ equity: '100000' });
    expect(
      shape.corporateActions.parse(
        (await server.ask('GET /v1/corporate-actions?symbols=VTI,VTIX&start=2025-12-02')).body,
      ).corporate_actions,
    ).toMatchObject({ name_changes: [{ old_symbol: 'VTI', new_symbol: 'VTIX' }] });
  });

  test('brings the new symbol the bars of the old one, which ends there.', async () => {
    const server = await held([at(META)], { prices: syntheticMarket(3) });
    const [old, fresh] = [await closes(server, 'VTI', ''), await closes(server, 'VTIX', '')];
    expect(Object.keys(old)).toEqual(['2025-12-01']);
    expect(Object.keys(fresh)).toEqual(['2025-12-01', '2025-12-02']);
    expect(fresh['2025-12-01']).toBe(old['2025-12-01']);
  });

  test('to a symbol that is held, too, is refused in the answer.', async () => {
    const server = await held([at({ ...META, to: 'BND' })]);
    // Its request has met the script before there was an order.
    const told = await server.ask<OrderTold>('GET /v2/positions');
    expect(told.status).toBe(200);
    const both = await alpacaServer({ script: [at({ ...META, to: 'BND' })] });
    await both.order({ symbol: 'VTI' });
    await both.order({ symbol: 'BND' });
    both.clock.advance(HOUR);
    const { status, body } = await both.ask<OrderTold>('GET /v2/positions');
    expect([status, body.message]).toEqual([500, expect.stringContaining('the account holds both')]);
  });
});

test('after a split the symbol may change, and back to old positions every step is undone.', async () => {
  const stale = fault({
    on: 'GET /v2/positions',
    from: plus(WHEN, 10_000),
    effect: { kind: 'stale', by: HOUR / 2 },
  });
  const server = await held([at(FOUR), at(META, { from: plus(WHEN, 5_000) }), stale]);
  await server.ask('GET /v2/clock');
  server.clock.advance(5_000);
  await server.ask('GET /v2/clock');
  expect((await server.ask('GET /v2/positions')).body).toMatchObject([
    { symbol: 'VTIX', qty: '40', avg_entry_price: '69.1', current_price: '69.1' },
  ]);
  server.clock.advance(5_000);
  expect((await server.ask('GET /v2/positions')).body).toMatchObject([
    { symbol: 'VTI', qty: '10', avg_entry_price: '276.4' },
  ]);
  expect((await server.ask('GET /v2/account/activities/MISC')).body).toHaveLength(4);
});

test('the account remembers what has happened to its shares, in its file.', async () => {
  const server = await held([at(FOUR), at(META, { after: 1 })]);
  for (let asked = 0; asked < 2; asked += 1) await server.ask('GET /v2/clock');
  const state = server.store.load();
  const text = formatDocument(state);
  expect(parseDocument(text)).toEqual(state);
  expect(() => parseDocument(text.replace('"to": 4', '"to": 0.5'))).toThrow('changes.0.to');
  expect(() => parseDocument(text.replace('"to": 4', '"to": 4, "by": 1'))).toThrow('unknown key "by"');
});
