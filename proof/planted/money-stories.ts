/** Stories of money: of what people trade by hand, and of what the manifests limit. A part of the table in stories.ts. */
import { FEES } from '../days/costs.ts';
import type { Limits } from '../invariants/money.ts';
import { APPLY, command, declare, settle, type Declared } from '../machine/trader.ts';
import { Scene, SECOND } from './scene.ts';
import type { Story } from './stories.ts';

const MICROS = 1_000_000;
const SHARE = 1_000_000_000;
const CORE = { universe: ['VTI', 'BND'], capital: { maxExposure: '30%' } } as const;
const MP = { universe: ['AAPL', 'MSFT'], capital: { maxExposure: '50%' } } as const;
const LIMITS: Limits = {
  ordersADay: 5,
  orderValue: 5_000 * MICROS,
  exposures: new Map([
    ['core', 0.3],
    ['mp', 0.5],
  ]),
};

export const MONEY_STORIES: readonly Story[] = [
  {
    name: 'a sale by hand',
    sentence: 'Somebody sells a part, or all, of what a strategy wants and holds.',
    variants: 6,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { universe: CORE.universe, targets: { VTI: 40 } });
      await machine.run(APPLY);
      await machine.run(command('sim', 'trade', 'sell', variant % 2 === 0 ? '40' : '15', 'VTI'));
      await machine.run(APPLY);
      await machine.run(APPLY);
      return scene.rest();
    },
  },
  {
    name: 'in parts, at other prices',
    sentence:
      'Orders fill part by part while prices move, each with its fee; what was bought is sold again in steps.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 60 } });
      const { machine } = scene;
      settle(machine, ['core'], {
        broker: { fees: FEES, fillDelay: '100s', partialFills: '100%' },
        execution: { fillTimeout: '110s' },
        prices: { type: 'synthetic', seed: 7, movement: 'market' },
      });
      for (const shares of [20, 40, 15, 30, 10]) {
        declare(machine, 'core', { universe: CORE.universe, targets: { VTI: shares, BND: 60 - shares } });
        await machine.run(APPLY);
        await scene.wait((1 + variant) * 600 * SECOND);
      }
      return scene.rest();
    },
  },
  {
    name: 'shares of nobody',
    sentence: 'Somebody buys by hand what a strategy holds, which then sells all that it has.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 10 } });
      const { machine } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { universe: CORE.universe, targets: { VTI: 40, BND: 10 } });
      await machine.run(APPLY);
      await machine.run(command('sim', 'trade', 'buy', String(1 + variant), 'VTI'));
      if (variant % 2 === 0) declare(machine, 'core', { universe: CORE.universe, targets: { BND: 10 } });
      else await machine.run(command('disable', 'core', '--close-positions'));
      await machine.run(APPLY);
      return scene.rest();
    },
  },
  {
    name: 'more than there is money for',
    sentence: 'Two strategies want more together than the account can pay for, and then what they have.',
    variants: 3,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, AAPL: 60, MSFT: 1 } });
      const { machine } = scene;
      settle(machine, ['core', 'mp'], { broker: { cash: '6000.00', fees: FEES } });
      declare(machine, 'core', { universe: CORE.universe, targets: { VTI: 15 + variant } });
      declare(machine, 'mp', { universe: MP.universe, targets: { AAPL: 20, MSFT: 1 } });
      await machine.run(APPLY);
      declareHeld(scene, 'core', { universe: CORE.universe });
      declareHeld(scene, 'mp', { universe: MP.universe });
      return scene.rest();
    },
  },
  {
    name: 'limits',
    sentence:
      'Manifests want more than the account has, and than they allow, time and again, while passes are killed.',
    variants: 5,
    tell: async (seed, variant) => {
      const mostWanted = { VTI: 90, BND: 90, AAPL: 90, MSFT: 90 };
      const scene = new Scene({ seed: seed + variant, mostWanted, limits: LIMITS });
      const { machine } = scene;
      settle(machine, ['core', 'mp'], {
        broker: { cash: '20000.00' },
        limits: { maxOrdersPerDay: LIMITS.ordersADay, maxOrderValue: '5000.00' },
      });
      for (const shares of variant % 2 === 0 ? [2, 5, 8, 12, 20, 40] : [8, 12, 40]) {
        declare(machine, 'core', { ...CORE, targets: { VTI: shares, BND: 2 * shares } });
        declare(machine, 'mp', { ...MP, targets: { AAPL: 2 * shares, MSFT: shares } });
        const killed = machine.start(APPLY);
        const left = scene.machine.effects + 20 * variant + shares;
        scene.at = ({ process, number }) => {
          if (process === killed && number > left) machine.kill(process);
        };
        await scene.end(killed);
        await scene.wait(SECOND);
        await machine.run(APPLY);
      }
      // What there is, is what is wanted.
      declareHeld(scene, 'core', CORE);
      declareHeld(scene, 'mp', MP);
      return scene.rest();
    },
  },
];

/** From now on it wants what it has. */
function declareHeld({ machine, guard }: Scene, name: string, facts: Omit<Declared, 'targets'>): void {
  const book = [...(guard.watcher.ledger.books.get(name) ?? [])];
  const held = book.map(([symbol, { quantity }]) => [symbol, quantity / SHARE] as const);
  declare(machine, name, { ...facts, targets: Object.fromEntries(held) });
}
