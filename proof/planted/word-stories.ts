/** Stories of the words of operators: which names, switches, stops and reports count. A part of the table in stories.ts. */
import type { SimulatedOrder } from '../../src/broker/simulated-state.ts';
import { isOurs, openOf, SHARE } from '../invariants/account.ts';
import {
  APPLY,
  command,
  declare,
  misbehave,
  PRICES,
  settle,
  switchByHand,
  undeclare,
} from '../machine/trader.ts';
import { MORNING, Scene, SECOND } from './scene.ts';
import type { Broken } from '../part.ts';
import type { Story } from './stories.ts';

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const core = { universe: ['VTI', 'BND'] } as const;

export const WORD_STORIES: readonly Story[] = [
  {
    name: 'older manifests',
    sentence: 'A pass has read its manifests and is paused, while newer ones are followed by another one.',
    variants: 6,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 10 } });
      await machine.run(APPLY);
      declare(machine, 'core', { ...core, targets: { VTI: 15 } });
      const older = machine.start(APPLY);
      let effects = 0;
      scene.at = ({ phase, process }) => {
        if (process !== older || phase !== 'before') return;
        effects += 1;
        if (effects === 1 + variant) process.pausedUntil = machine.loop.now + MINUTE;
      };
      await scene.wait(SECOND);
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      await machine.run(APPLY);
      await scene.end(older);
      const sold = machine.account()?.orders.some((order) => isOurs(order) && order.side === 'sell');
      guard.note('older-manifests-undo-nothing', sold === true ? 'what newer manifests want is sold' : null);
      return scene.rest();
    },
  },
  {
    name: 'a new name',
    sentence: 'A strategy gets another name while it is suspended, or while an order of it has no end.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core', 'kern']);
      declare(machine, 'core', { ...core, targets: { VTI: 10 } });
      const isSuspended = variant % 2 === 0;
      if (isSuspended) {
        await machine.run(APPLY);
        await machine.run(command('suspend', 'core', '--reason', 'a test'));
      } else await leaveOpenOrder(scene);
      undeclare(machine, 'core');
      declare(machine, 'kern', { ...core, targets: { VTI: 40 } });
      await machine.run(command('rename', 'core', 'kern'));
      const before = boughtBy(scene);
      await machine.run(APPLY);
      if (isSuspended && boughtBy(scene) > before)
        guard.note('off-is-off', 'what was suspended buys under its new name');
      await machine.run(command('resume', 'kern'));
      await scene.wait(3 * MINUTE);
      return restsWith(scene, 'kern');
    },
  },
  {
    name: 'a word on another symbol',
    sentence: 'An order is in doubt while an operator says what is true of another symbol.',
    variants: 3,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 60 } });
      const { machine } = scene;
      settle(machine, ['core'], { broker: { fillDelay: '100s' }, execution: { fillTimeout: '110s' } });
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      await machine.run(APPLY);
      await scene.wait(MINUTE);
      await machine.run(command('sim', 'trade', 'sell', String(1 + variant), 'VTI'));
      await scene.wait(2 * MINUTE);
      declare(machine, 'core', { ...core, targets: { VTI: 39 - variant, BND: 60 } });
      await leaveOpenOrder(scene);
      await machine.run(command('resolve', 'VTI', '--as', 'broker', '--reason', 'a test'));
      await machine.run(APPLY);
      await scene.wait(3 * MINUTE);
      return scene.rest();
    },
  },
  {
    name: 'given up in part',
    sentence: 'An operator takes a part of what a strategy holds out of its book, and gives it back.',
    variants: 2,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      await machine.run(APPLY);
      const given = ['VTI', '--quantity', String(15 + variant), '--strategy', 'core', '--reason', 'a test'];
      await machine.run(command('release', ...given));
      await machine.run(APPLY);
      await machine.run(command('adopt', ...given));
      return restsWith(scene, 'core');
    },
  },
  {
    name: 'less is wanted meanwhile',
    sentence: 'An order that buys has no end yet, and by now less is wanted than there is.',
    variants: 3,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 10 } });
      await machine.run(APPLY);
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      await leaveOpenOrder(scene);
      declare(machine, 'core', { ...core, targets: { VTI: 2 + variant } });
      await machine.run(APPLY);
      await scene.wait(3 * MINUTE);
      return scene.rest();
    },
  },
  {
    name: 'another one is to have it',
    sentence:
      'What a strategy holds that is suspended is given to the universe of another one, which wants it.',
    variants: 2,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 1 } });
      const { machine } = scene;
      settle(machine, ['core', 'mp']);
      declare(machine, 'core', { ...core, targets: { VTI: 20 } });
      await machine.run(APPLY);
      await machine.run(command('disable', 'core'));
      declare(machine, 'core', { universe: ['BND'], targets: { BND: 1 } });
      declare(machine, 'mp', { universe: ['VTI'], targets: { VTI: 10 + 5 * variant } });
      await machine.run(APPLY);
      await machine.run(command('enable', 'core'));
      return scene.rest();
    },
  },
  {
    name: 'suspended for a while',
    sentence: 'A strategy is suspended until a moment, wants more before it, and has it behind it.',
    variants: 3,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 10 } });
      await machine.run(APPLY);
      await machine.run(command('suspend', 'core', '--reason', 'a test', '--until', '30m'));
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      await scene.wait((1 + 10 * variant) * MINUTE);
      await machine.run(APPLY);
      await scene.wait(30 * MINUTE);
      return restsWith(scene, 'core');
    },
  },
  {
    name: 'killed while orders work',
    sentence: 'An operator kills everything while orders fill slowly.',
    variants: 3,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 60 } });
      const { machine, guard } = scene;
      settle(machine, ['core'], { execution: { fillTimeout: '100s' } });
      declare(machine, 'core', { ...core, targets: { VTI: 40, BND: 60 } });
      misbehave(machine, [{ on: 'submit', effect: 'order', fillAfter: '90s', after: 0, times: 2 }]);
      const works = machine.start(APPLY);
      await scene.wait((3 + variant) * SECOND);
      const isClosing = variant % 2 === 0;
      await machine.run(
        isClosing
          ? command('kill', '--reason', 'a test')
          : command('halt', '--cancel-open', '--reason', 'a test'),
      );
      const [open] = ownOpen(scene);
      guard.note('called-off-is-over', open === undefined ? null : `${open.clientOrderId} is ${open.status}`);
      await scene.end(works);
      await machine.run(command('unhalt', '--reason', 'a test'));
      return scene.rest();
    },
  },
  {
    name: 'switched off by hand',
    sentence: 'Somebody turns a strategy off in the toggle file while the controller waits for its slot.',
    variants: 3,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      const schedule = [{ at: '10:05', action: 'rebalance', window: '6m' }];
      declare(machine, 'core', { ...core, targets: { VTI: 40 }, schedule });
      const controller = machine.start(command('run'));
      await scene.wait((1 + variant) * MINUTE);
      switchByHand(machine, ['core'], false);
      await machine.loop.passTo(MORNING + 7 * MINUTE);
      guard.note('a-switch-on-disk-counts', boughtBy(scene) === 0 ? null : 'core is off, and buys');
      switchByHand(machine, ['core'], true);
      await machine.loop.passTo(MORNING + 10 * MINUTE);
      guard.note('a-switch-on-disk-counts', boughtBy(scene) > 0 ? null : 'core is on, and does not buy');
      controller.signal = 'SIGTERM';
      await scene.end(controller);
      return scene.rest();
    },
  },
  {
    name: 'a loss over night',
    sentence: 'What a strategy holds loses more over night than it may, and it wants more.',
    variants: 2,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 500 } });
      const { machine, guard } = scene;
      const broker = { clock: 'exchange' };
      settle(machine, ['core'], { broker, prices: { type: 'csv', folder: PRICES } });
      machine.put(`${PRICES}/VTI.csv`, FALLING);
      const facts = { ...core, risk: variant === 0 ? { maxDailyLoss: '1%' } : { maxDrawdown: '1.5%' } };
      declare(machine, 'core', { ...facts, targets: { VTI: 400 } });
      await machine.run(APPLY);
      await scene.wait(7 * HOUR);
      // It marks the close, from which the night is counted.
      await machine.run(command('report', 'eod'));
      await scene.wait(17 * HOUR);
      declare(machine, 'core', { ...facts, targets: { VTI: 500 } });
      const before = boughtBy(scene);
      await machine.run(APPLY);
      await machine.run(APPLY);
      const isBought = boughtBy(scene) > before;
      guard.note('stops-at-a-loss', isBought ? 'core buys behind its loss limit' : null);
      await machine.run(command('reset-limit', 'core', '--reason', 'a test'));
      return scene.rest();
    },
  },
];

/** 80,000 dollars become 64,000, of a million. */
const FALLING = [
  'Date,Open,Close,Volume',
  ...['2025-11-28', '2025-12-01', '2025-12-02'].map((date) => `${date},200.0000,200.0000,2000000`),
  ...['2025-12-03', '2025-12-04'].map((date) => `${date},160.0000,160.0000,2000000`),
  '',
].join('\n');

/** It has all 40 then. */
async function restsWith(scene: Scene, strategy: string): Promise<readonly Broken[]> {
  const broken = await scene.rest();
  const { guard } = scene;
  const owned = (guard.watcher.ledger.books.get(strategy)?.get('VTI')?.quantity ?? 0) / SHARE;
  guard.note('same-end', owned === 40 ? null : `${strategy} owns ${owned} VTI, and wants 40`);
  return broken;
}

/** Its process is killed when the broker has taken it, which shows it two minutes later. */
async function leaveOpenOrder(scene: Scene): Promise<void> {
  const { machine } = scene;
  const before = boughtBy(scene);
  misbehave(machine, [{ on: 'submit', effect: 'answer-lost', hiddenFor: '120s', after: 0, times: 1 }]);
  scene.at = ({ kind, phase, process }) => {
    if (kind === 'request' && phase === 'after' && boughtBy(scene) > before) machine.kill(process);
  };
  await machine.run(APPLY);
  scene.at = () => undefined;
}

function ownOpen({ machine }: Scene): readonly SimulatedOrder[] {
  const account = machine.account();
  return account === undefined ? [] : openOf(account).filter(isOurs);
}

/** How many orders of ours have bought anything, or may. */
function boughtBy({ machine }: Scene): number {
  const orders = machine.account()?.orders ?? [];
  return orders.filter((order) => isOurs(order) && order.side === 'buy').length;
}
