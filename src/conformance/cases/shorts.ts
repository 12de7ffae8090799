/** Positions below zero, where the account may have them. */
import { valueOf } from '../../domain/decimal.ts';
import type { ConformanceCase } from '../case.ts';
import { demand, same } from '../expect.ts';
import { shares, type Scene } from '../scene.ts';

export const SHORTS: readonly ConformanceCase[] = [
  {
    id: 'short-assets-cash',
    name: 'an account that may not be short is told why, for every symbol that is asked about',
    needs: ['cash-account'],
    run: async (scene: Scene): Promise<void> => {
      const { traded, other } = scene.symbols;
      const assets = await scene.broker.assets([traded, other]);
      same('the symbols of the answer', [...assets.keys()].sort(), [traded, other].sort());
      for (const [symbol, { notShortable }] of assets)
        demand(
          notShortable !== null && notShortable.includes('short'),
          `${symbol}: expected a reason, seen ${notShortable ?? 'none'}`,
        );
    },
  },
  {
    id: 'short-assets',
    name: 'what can be borrowed has no reason against it',
    needs: ['short-account'],
    run: async (scene: Scene): Promise<void> => {
      const { traded } = scene.symbols;
      const asset = (await scene.broker.assets([traded])).get(traded);
      same(`what stands against a short sale of ${traded}`, asset?.notShortable, null);
    },
  },
  {
    id: 'short-borrow',
    name: 'what is hard to borrow is said to be so, and its short sale is refused',
    needs: ['short-account', 'hard-to-borrow'],
    run: async (scene: Scene): Promise<void> => {
      const symbol = scene.hardToBorrow();
      const asset = (await scene.broker.assets([symbol])).get(symbol);
      demand(asset?.notShortable !== null, `nothing stands against a short sale of ${symbol}`);
      await scene.refused({ ...scene.short(1), symbol }, 'ShortNotAllowed');
    },
  },
  {
    id: 'short-negative',
    name: 'a short position has a quantity below zero, and its proceeds are cash',
    needs: ['short-account'],
    run: async (scene: Scene): Promise<void> => {
      const before = await scene.broker.account();
      const order = await scene.filled(scene.short(2));
      same('the side of the order', order.side, 'sell');
      await scene.holds(-2);
      demand(order.averagePrice !== null, 'a filled order has no price');
      const value = valueOf(shares(2), order.averagePrice);
      await scene.eventually(async () => {
        const { cash } = await scene.broker.account();
        const expected = before.cash + value - (order.fees ?? 0);
        demand(
          Math.abs(cash - expected) <= scene.rounding,
          `cash: expected ${expected}, seen ${cash} (millionths of a dollar)`,
        );
      });
    },
  },
  {
    id: 'short-cover',
    name: 'a purchase that closes brings a short position to zero, and never across',
    needs: ['short-account'],
    run: async (scene: Scene): Promise<void> => {
      await scene.filled(scene.short(3));
      await scene.holds(-3);
      await scene.refused(scene.cover(4));
      await scene.holds(-3);
      await scene.filled(scene.cover(2));
      await scene.holds(-1);
      await scene.filled(scene.cover(1));
      await scene.holds(0);
    },
  },
  {
    id: 'short-intent',
    name: 'a purchase that opens does not reduce what is short',
    needs: ['short-account'],
    run: async (scene: Scene): Promise<void> => {
      await scene.filled(scene.short(2));
      await scene.holds(-2);
      await scene.refused(scene.buy(1));
      await scene.holds(-2);
    },
  },
  {
    id: 'short-held',
    name: 'shares of an open purchase that closes are held until it is final',
    needs: ['short-account', 'virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      await scene.filled(scene.short(10));
      const cover = scene.cover(6);
      await scene.taken(cover);
      await scene.holds(-10, -4);
      await scene.refused(scene.cover(5));
      await scene.ended(cover);
      await scene.holds(-4);
    },
  },
  {
    id: 'short-fraction',
    name: 'a part of a share is not sold short',
    needs: ['short-account'],
    run: async (scene: Scene): Promise<void> => {
      await scene.refused(scene.short(1.5), 'NotFractionable');
      await scene.holds(0);
    },
  },
];
