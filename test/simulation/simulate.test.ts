/** What holds of every simulation: its record, its account and its books say the same. */
import { expect, test } from 'vitest';
import { negate, valueOf } from '../../src/domain/decimal.ts';
import { dateOf } from '../../src/domain/instant.ts';
import { priceSource } from '../../src/market/market.ts';
import { foldRecords } from '../../src/observed/ledger-fold.ts';
import { sessionsBetween } from '../../src/simulation/simulate.ts';
import { project, type Project } from '../support/project.ts';
import { eventsOf, simulated, type Finished } from './support.ts';

const FROM = '2025-11-17';
const TO = '2025-12-12';

function month(seed = 7, risk: object = {}): Project {
  return project({
    account: {
      broker: { clock: 'exchange', seed, fillDelay: '3s', partialFills: '30%' },
      prices: { type: 'synthetic', seed, movement: 'market' },
    },
    strategies: {
      mp: {
        universe: ['AAPL', 'AMZN', 'IBM', 'JNJ', 'JPM', 'MSFT'],
        spec: {
          priority: 2,
          signal: { type: 'momentum-protection' },
          capital: { positionSize: '20%', maxPositions: 2, maxExposure: '40%' },
          schedule: [{ at: 'close-5m', action: 'rebalance' }],
        },
      },
      core: {
        targets: { KO: '20%', XOM: '15%' },
        spec: { risk, schedule: [{ at: '12:00', action: 'rebalance' }] },
      },
    },
  });
}

/** Everything that is owned, over all strategies. */
function owned({ records }: Finished): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const book of foldRecords(records).books.values())
    for (const [symbol, { quantity }] of book) sums[symbol] = (sums[symbol] ?? 0) + quantity;
  return sums;
}

test('equal seeds give equal bytes, another seed gives others.', async () => {
  const [one, again, other] = [
    await simulated(month(), [FROM, TO]),
    await simulated(month(), [FROM, TO]),
    await simulated(month(8), [FROM, TO]),
  ].map(({ record }) => JSON.stringify(record));
  expect(again).toBe(one);
  expect(other).not.toBe(one);
});

test('the record has each session once, half days too, and the account adds up at each close.', async () => {
  const { record } = await simulated(month(), [FROM, TO]);
  expect(record.sessions.map(({ date }) => date)).toEqual(sessionsBetween(FROM, TO, undefined));
  expect(record.sessions.map(({ date }) => date)).toContain('2025-11-28');
  expect(record.sessions.map(({ date }) => date)).not.toContain('2025-11-27');
  for (const { equity, cash, strategies } of record.sessions) {
    const profit = strategies.reduce((sum, own) => sum + own.profit, 0);
    const held = strategies.reduce((sum, { long, short }) => sum + long - short, 0);
    expect(record.startingEquity + profit).toBe(equity);
    expect(cash + held).toBe(equity);
  }
  const profits = record.sessions.map(({ strategies }) => strategies.map(({ profit }) => profit));
  expect(new Set(profits.flat()).size).toBeGreaterThan(10);
});

test('books are what the broker holds, and trades explain books, cash and orders.', async () => {
  const result = await simulated(month(), [FROM, TO]);
  const { record, records, broker } = result;
  const { cash, positions } = broker.state();
  const held = Object.fromEntries([...positions].map(([symbol, { quantity }]) => [symbol, quantity]));
  expect(owned(result)).toEqual(held);
  expect(Object.keys(held).length).toBeGreaterThan(2);
  const traded: Record<string, number> = {};
  let paid = 0;
  for (const { symbol, side, quantity } of record.trades)
    traded[symbol] = (traded[symbol] ?? 0) + (side === 'buy' ? quantity : negate(quantity));
  expect(Object.fromEntries(Object.entries(traded).filter(([, quantity]) => quantity !== 0))).toEqual(held);
  for (const { side, quantity, price } of record.trades)
    paid += valueOf(side === 'buy' ? quantity : negate(quantity), price);
  // A price is an average, rounded to a micro-dollar.
  expect(Math.abs(record.startingEquity - paid - cash)).toBeLessThan(1_000 * record.trades.length);
  const sent = record.orders.reduce((sum, own) => sum + own.sent, 0);
  expect(sent).toBe(eventsOf(records, 'intent').length);
  expect(record.orders.map(({ filled }) => filled)).toEqual(record.orders.map((own) => own.sent));
  expect(record.breaks).toEqual([]);
});

test('what a trade realised is the profit of its strategy, part by part.', async () => {
  const { record, records } = await simulated(month(), [FROM, TO]);
  const { realised } = foldRecords(records);
  for (const { name } of record.strategies) {
    const own = record.trades.filter(({ strategy }) => strategy === name);
    const sum = own.reduce((total, trade) => total + (trade.realised ?? 0), 0);
    expect(sum).toBe([...(realised.get(name)?.values() ?? [])].reduce((total, profit) => total + profit, 0));
  }
  expect(record.trades.some((trade) => trade.realised !== null)).toBe(true);
});

test('it asks for no price of a day that has not come, and for none behind the last session.', async () => {
  const mine = month();
  const source = priceSource({ type: 'synthetic', seed: 7, movement: 'market' });
  const asked: string[] = [];
  const prices = {
    ...source,
    priceAt: (symbol: string, at: Parameters<typeof source.priceAt>[1]) => {
      asked.push(dateOf(at));
      return source.priceAt(symbol, at);
    },
  };
  await simulated(mine, ['2025-12-01', '2025-12-02'], { prices });
  expect(new Set(asked)).toEqual(new Set(['2025-12-01', '2025-12-02']));
});

test('a strategy whose data are missing enters nothing, and the record says why.', async () => {
  const mine = month();
  const source = priceSource({ type: 'synthetic', seed: 7, movement: 'daily' });
  const { record } = await simulated(mine, ['2025-12-01', '2025-12-05'], { prices: source });
  expect(record.trades.filter(({ strategy }) => strategy === 'mp')).toEqual([]);
  expect(record.remarks).toEqual([
    expect.stringMatching(
      /^mp could not decide on 5 of 5 sessions, first on 2025-12-01: .*the volatility index is not known/,
    ),
  ]);
});

test('where every strategy has a schedule, looks in between change nothing: a loss limit that is never crossed has them.', async () => {
  const moments = async (risk: object): Promise<{ readonly count: number; readonly record: unknown }> => {
    const source = priceSource({ type: 'synthetic', seed: 7, movement: 'market' });
    const asked = new Set<number>();
    const prices: typeof source = {
      ...source,
      priceAt: (symbol, at) => (asked.add(at), source.priceAt(symbol, at)),
    };
    const { record } = await simulated(month(7, risk), [FROM, '2025-11-21'], { prices });
    return { count: asked.size, record };
  };
  const few = await moments({});
  const many = await moments({ maxDailyLoss: '90%' });
  expect(many.record).toEqual(few.record);
  expect(many.count).toBeGreaterThan(few.count + 5 * 70);
});
