/** What the account holds, and what it says of itself. */
import { averageOf, subtract, valueOf, type Money } from '../../domain/decimal.ts';
import type { ConformanceCase } from '../case.ts';
import { demand, same } from '../expect.ts';
import { shares, type Scene } from '../scene.ts';

export const POSITIONS: readonly ConformanceCase[] = [
  {
    id: 'account-new',
    name: 'a new account has its cash, and nothing else',
    needs: ['empty-account', 'cash-account'],
    run: async (scene: Scene): Promise<void> => {
      const { cash, equity, buyingPower } = await scene.broker.account();
      const all = scene.cash();
      same('cash, equity and buying power', [cash, equity, buyingPower], [all, all, all]);
      same('positions', await scene.broker.positions(), []);
      same('open orders', await scene.broker.openOrders(), []);
    },
  },
  {
    id: 'account-same',
    name: 'the account has a number and an environment, the same at every look',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      const [first, second] = [await scene.broker.account(), await scene.broker.account()];
      demand(first.id !== '', 'the account has no number');
      same('number and environment', [second.id, second.environment], [first.id, first.environment]);
    },
  },
  {
    id: 'account-cash',
    name: 'a fill moves its value, and its fee, from cash to the position, and back',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      await paid(scene, 'buy');
      await paid(scene, 'sell');
    },
  },
  {
    id: 'account-equity',
    name: 'equity is cash and the value of the positions',
    needs: ['empty-account'],
    run: async (scene: Scene): Promise<void> => {
      await scene.filled(scene.buy(7));
      const value = (await scene.rows()).reduce(
        (sum, { quantity, marketPrice }) => sum + valueOf(quantity, marketPrice),
        0,
      );
      const { cash, equity } = await scene.broker.account();
      near(scene, 'equity', equity, (cash + value) as Money);
    },
  },
  {
    id: 'account-reserve',
    name: 'an open purchase reserves its value at once; buying power is never below zero',
    needs: ['virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const before = await scene.broker.account();
      await scene.taken(scene.buy(10));
      const during = await scene.broker.account();
      const both = `before ${before.buyingPower}, with an open purchase ${during.buyingPower}`;
      demand(during.buyingPower < before.buyingPower, `buying power has not fallen: ${both}`);
      demand(during.buyingPower >= 0, `buying power is below zero: ${both}`);
      same('cash, before the purchase has filled', during.cash, before.cash);
    },
  },
  {
    id: 'position-cost',
    name: 'the average price of a position is that of its purchases; a sale leaves it',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      const first = await scene.filled(scene.buy(2));
      await scene.pass(scene.pace.waiting);
      const second = await scene.filled(scene.buy(1));
      const cost =
        valueOf(shares(2), first.averagePrice ?? missing()) +
        valueOf(shares(1), second.averagePrice ?? missing());
      const average = averageOf(cost as Money, shares(3));
      await scene.holds(3);
      for (const left of [3, 2]) {
        if (left === 2) await scene.filled(scene.exit(1));
        await scene.holds(left);
        const [row] = await scene.rows();
        near(
          scene,
          'the average price',
          (row?.averagePrice ?? missing()) as number as Money,
          average as number as Money,
        );
        demand(row !== undefined && row.marketPrice > 0, 'a position has no market price');
      }
    },
  },
  {
    id: 'position-held',
    name: 'shares of an open sale are held until it is final',
    needs: ['virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      await scene.filled(scene.buy(10));
      const [first, second] = [scene.exit(6), scene.exit(4)];
      await scene.taken(first);
      await scene.holds(10, 4);
      await scene.refused(scene.exit(5), 'InsufficientQuantity');
      await scene.taken(second);
      await scene.holds(10, 0);
      await scene.ended(first);
      await scene.ended(second);
      await scene.holds(0);
    },
  },
  {
    id: 'position-gone',
    name: 'a position that comes to zero is gone from the list',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      await scene.filled(scene.buy(2));
      await scene.holds(2);
      await scene.filled(scene.exit(2));
      await scene.holds(0);
    },
  },
  {
    id: 'read-only',
    name: 'reading changes nothing that is kept',
    needs: ['stored-text', 'virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const request = scene.buy(10);
      await scene.taken(request);
      const kept = scene.stored();
      await scene.pass(scene.pace.patience);
      const { broker } = scene;
      const now = await scene.now();
      await Promise.all([broker.account(), broker.positions(), broker.openOrders(), broker.history(now)]);
      same('the status of the order', (await scene.found(request)).status, 'filled');
      demand(scene.stored() === kept, 'what the broker keeps has changed by reading');
    },
  },
];

/** One order of three shares, and what it does to cash. */
async function paid(scene: Scene, side: 'buy' | 'sell'): Promise<void> {
  const before = await scene.broker.account();
  const order = await scene.filled(side === 'buy' ? scene.buy(3) : scene.exit(3));
  const value = valueOf(shares(side === 'buy' ? 3 : -3), order.averagePrice ?? missing());
  const expected = subtract(subtract(before.cash, value), order.fees ?? (0 as Money));
  await scene.holds(side === 'buy' ? 3 : 0);
  await scene.eventually(async () =>
    near(scene, `cash after a ${side}`, (await scene.broker.account()).cash, expected),
  );
}

function near({ rounding }: Scene, what: string, seen: Money, expected: Money): void {
  demand(
    Math.abs(seen - expected) <= rounding,
    `${what}: expected ${expected}, seen ${seen} (millionths of a dollar)`,
  );
}

function missing(): never {
  demand(false, 'a filled order, or a position, has no price');
}
