/** Orders that a broker must not take. A refusal is final, and leaves no order. */
import type { ConformanceCase } from '../case.ts';
import { same } from '../expect.ts';
import { shares, type Scene } from '../scene.ts';

export const REFUSALS: readonly ConformanceCase[] = [
  {
    id: 'refused-money',
    name: 'what the account cannot pay is refused, and leaves no order',
    needs: ['beyond-means'],
    run: async (scene: Scene): Promise<void> => {
      await scene.refused(scene.buy(1_000_000), 'InsufficientBuyingPower');
      same('open orders', await scene.open(), []);
      await scene.holds(0);
    },
  },
  {
    id: 'refused-over',
    name: 'a sale of more than is held is refused: no order crosses zero',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      await scene.filled(scene.buy(3));
      await scene.holds(3);
      await scene.refused(scene.exit(4), 'InsufficientQuantity');
      await scene.holds(3);
    },
  },
  {
    id: 'refused-over-short-account',
    name: 'a sale of more than is held is refused on an account that may be short, too',
    needs: ['short-account'],
    run: async (scene: Scene): Promise<void> => {
      await scene.filled(scene.buy(3));
      await scene.holds(3);
      await scene.refused(scene.exit(4), 'InsufficientQuantity');
      await scene.refused(scene.short(4), 'InsufficientQuantity', 'Refused');
      await scene.holds(3);
    },
  },
  {
    id: 'refused-nothing-held',
    name: 'an exit of what is not held is refused: it never opens a short position',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      await scene.refused(scene.exit(1));
      await scene.holds(0);
    },
  },
  {
    id: 'refused-short',
    name: 'on an account that may not be short, a sale of what is not held is refused by name',
    needs: ['cash-account'],
    run: async (scene: Scene): Promise<void> => {
      await scene.refused(scene.exit(1), 'ShortNotAllowed');
      await scene.refused(scene.short(1), 'ShortNotAllowed');
      await scene.holds(0);
    },
  },
  {
    id: 'refused-cover-nothing',
    name: 'a purchase that closes is refused where nothing is short: it never opens a long position',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      await scene.refused(scene.cover(1));
      await scene.holds(0);
    },
  },
  {
    id: 'refused-intent',
    name: 'an order that opens does not reduce what is held',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      await scene.filled(scene.buy(3));
      await scene.holds(3);
      await scene.refused(scene.short(2));
      await scene.holds(3);
    },
  },
  {
    id: 'refused-wash',
    name: 'an order against an open one of the same symbol is refused',
    needs: ['virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      await scene.filled(scene.buy(10));
      const sale = scene.exit(1);
      await scene.taken(sale);
      await scene.refused(scene.buy(1), 'WashTrade');
      await scene.ended(sale);
      await scene.holds(9);
    },
  },
  {
    id: 'refused-symbol',
    name: 'a symbol that does not exist is refused',
    needs: [],
    run: (scene) => scene.refused({ ...scene.buy(1), symbol: scene.symbols.none }, 'UnknownSymbol'),
  },
  {
    id: 'refused-zero',
    name: 'an order for nothing is refused',
    needs: [],
    run: (scene) => scene.refused({ ...scene.buy(1), quantity: shares(0) }),
  },
];
