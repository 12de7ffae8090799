/** A simulation with fees and slippage beside the same one without. */
import { expect, test } from 'vitest';
import { foldRecords } from '../../src/observed/ledger-fold.ts';
import { summarise } from '../../src/performance/summary.ts';
import { project } from '../support/project.ts';
import { simulated, type Finished } from './support.ts';

const SPAN = ['2025-11-17', '2025-12-05'] as const;

/** Quantities do not depend on equity, nor ids on the manifests, so that costs change no order. */
function traded(costs: object): Promise<Finished> {
  const mine = project({
    account: {
      broker: { clock: 'exchange', seed: 7, fillDelay: '40s', partialFills: '60%', ...costs },
      prices: { type: 'synthetic', seed: 7, movement: 'market' },
    },
    strategies: {
      held: {
        targets: { KO: '200', XOM: '50' },
        spec: { schedule: [{ at: '12:00', action: 'rebalance' }] },
      },
      turned: {
        targets: { MSFT: '40', JPM: '25' },
        spec: {
          schedule: [
            { at: 'open+1m', action: 'exit' },
            { at: 'close-5m', action: 'entry' },
          ],
        },
      },
    },
  });
  return simulated(mine, SPAN);
}

const FEES = { fees: { perOrder: '0.35', perShare: '0.005', minimum: '1', soldPerMillion: '27.80' } };
const SLIPPAGE = { slippage: { type: 'fixed', rate: '0.05%' } };

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function without(fields: readonly string[], { record }: Finished): unknown[] {
  return record.trades.map((trade) =>
    Object.fromEntries(Object.entries(trade).filter(([name]) => !fields.includes(name))),
  );
}

test('fees take from equity, from profits and from cash exactly what trades are charged; nothing else differs.', async () => {
  const [free, dear] = [await traded({}), await traded(FEES)];
  expect(free.record.trades.length).toBeGreaterThan(40);
  expect(without(['fee'], dear)).toEqual(without(['fee'], free));
  const { account, strategies, residual } = summarise(dear.record);
  expect(account.fees).toBe(sum(dear.record.trades, ({ fee }) => fee));
  expect(account.fees).toBe(sum(strategies, ({ fees }) => fees));
  expect(strategies.every(({ fees }) => fees > 0)).toBe(true);
  expect(residual).toBe(summarise(free.record).residual);
  const [before, after] = [free.record.sessions.at(-1)!, dear.record.sessions.at(-1)!];
  expect(before.equity - after.equity).toBe(account.fees);
  expect(before.cash - after.cash).toBe(account.fees);
  expect(free.broker.state().cash - dear.broker.state().cash).toBe(account.fees);
  for (const [index, own] of strategies.entries())
    expect(before.strategies[index]!.profit - after.strategies[index]!.profit).toBe(own.fees);
});

test('every close adds up net of costs, and the ledger has the fees that the broker has charged.', async () => {
  for (const { record, records, broker } of [await traded(FEES), await traded(SLIPPAGE)]) {
    for (const { equity, cash, strategies } of record.sessions) {
      // A broker's average price is rounded to a micro-dollar, and so is the cost of a lot.
      const profit = sum(strategies, (own) => own.profit);
      expect(Math.abs(equity - record.startingEquity - profit)).toBeLessThan(1_000);
      expect(cash + sum(strategies, ({ long, short }) => long - short)).toBe(equity);
    }
    const executions = await broker.history(0 as never);
    expect(sum([...foldRecords(records).fees.values()], (fee) => fee)).toBe(
      sum(executions, ({ fee = 0 }) => fee),
    );
  }
});

test('slippage takes from equity what trades say that they have lost by their prices.', async () => {
  const [free, worse] = [await traded({}), await traded(SLIPPAGE)];
  const { account, strategies } = summarise(worse.record);
  expect(account.slippage).toBe(sum(strategies, ({ slippage }) => slippage));
  expect(worse.record.trades.every(({ slippage }) => slippage > 0)).toBe(true);
  expect(free.record.trades.every(({ slippage }) => slippage === 0)).toBe(true);
  const varying = ['price', 'slippage', 'realised'];
  expect(without(varying, worse)).toEqual(without(varying, free));
  const lost = free.record.sessions.at(-1)!.equity - worse.record.sessions.at(-1)!.equity;
  expect(lost).toBe(account.slippage);
});

test('equal settings give equal records.', async () => {
  expect(JSON.stringify((await traded({ ...FEES, ...SLIPPAGE })).record)).toBe(
    JSON.stringify((await traded({ ...SLIPPAGE, ...FEES })).record),
  );
});
