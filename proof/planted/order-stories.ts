/** Stories of when orders go out, with which others, and when they are seen. A part of the table in stories.ts. */
import { PAIR, priceFiles } from '../days/prices.ts';
import { SHARE } from '../invariants/account.ts';
import { APPLY, command, declare, misbehave, PRICES, settle } from '../machine/trader.ts';
import { MORNING, Scene, SECOND } from './scene.ts';
import type { Story } from './stories.ts';

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const core = { universe: ['VTI', 'BND'] } as const;
/** Half past three. */
const AFTERNOON = MORNING + 5.5 * HOUR;
/** Half a minute before the close. */
const LAST_SUBMIT = MORNING + 6 * HOUR - 30 * SECOND;

export const ORDER_STORIES: readonly Story[] = [
  {
    name: 'a leg that cannot be',
    sentence: 'Of one leg of a pair somebody holds shares already, so that it takes no entry.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: bounds(1e6), leastWanted: bounds(-1e6) });
      const { machine, guard } = scene;
      const broker = { clock: 'exchange', multiplier: '2', shorting: { hardToBorrow: [] } };
      settle(machine, ['hedge'], { broker, prices: { type: 'csv', folder: PRICES } });
      for (const [file, text] of priceFiles({ kind: 'none' })) machine.put(`${PRICES}/${file}`, text);
      const schedule = [{ at: '15:45', action: 'rebalance', window: '6m' }];
      declare(machine, 'hedge', { kind: 'pair', universe: PAIR, targets: {}, schedule });
      await machine.loop.passTo(AFTERNOON);
      await machine.run(APPLY);
      const leg = PAIR[variant % 2] ?? PAIR[0];
      if (variant < 2) await machine.run(command('sim', 'trade', 'buy', '3', leg));
      await machine.loop.passTo(AFTERNOON + 16 * MINUTE);
      await machine.run(APPLY);
      await machine.run(APPLY);
      const book = guard.watcher.ledger.books.get('hedge');
      const legs = PAIR.map((symbol) => (book?.get(symbol)?.quantity ?? 0) / SHARE);
      const held = legs.filter((shares) => shares !== 0).length;
      const expected = variant < 2 ? 0 : PAIR.length;
      guard.note(
        'both-legs-or-none',
        held === expected ? null : `${PAIR.join('/')} are ${legs.join(' and ')}`,
      );
      return [...guard.broken];
    },
  },
  {
    name: 'positions that lag',
    sentence: 'The list of positions shows purchases and sales some seconds late.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 60 } });
      const { machine } = scene;
      settle(machine, ['core'], { execution: { secondProof: '2s' } });
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      await machine.run(APPLY);
      await scene.wait(MINUTE);
      declare(machine, 'core', { ...core, targets: { VTI: 40 - 5 * (variant % 3), BND: 60 } });
      await machine.run(APPLY);
      const until = new Date(machine.wallNow() + 5 * SECOND).toISOString();
      misbehave(machine, [{ on: 'positions', effect: 'stale', by: '20s', after: 0, times: 99, until }]);
      await machine.run(APPLY);
      return scene.rest();
    },
  },
  {
    name: 'shown after all',
    sentence:
      'Of an order that nobody shows the shares are there: an operator says that the broker is right, and then it is shown.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 10 + 10 * variant } });
      misbehave(machine, [{ on: 'submit', effect: 'answer-lost', hiddenFor: '1h', after: 0, times: 1 }]);
      await machine.run(APPLY);
      await scene.wait(20 * MINUTE);
      await machine.run(APPLY);
      await machine.run(command('resolve', 'VTI', '--as', 'broker', '--reason', 'a test'));
      await scene.wait(3 * HOUR);
      // The books and the broker differ, so that hgctl asks for the order.
      await machine.run(command('sim', 'trade', 'buy', '1', 'VTI'));
      return scene.rest();
    },
  },
  {
    name: 'paused at the close',
    sentence: 'An execution is paused before the last moment of its session, and goes on behind it.',
    variants: 6,
    tell: async (seed, variant) => {
      const targets = { VTI: 40, BND: 60 };
      const scene = new Scene({ seed: seed + variant, mostWanted: targets, isExchange: true });
      const { machine, guard } = scene;
      settle(machine, ['core'], { broker: { clock: 'exchange' }, execution: { fillTimeout: '5s' } });
      declare(machine, 'core', { ...core, targets });
      await machine.loop.passTo(LAST_SUBMIT - 15 * SECOND);
      const paused = machine.start(APPLY);
      scene.at = ({ kind, phase, process }) => {
        if (process !== paused || kind !== 'request' || phase !== 'after') return;
        if (guard.watcher.ledger.lock !== null) process.pausedUntil ??= LAST_SUBMIT + (1 + variant) * SECOND;
      };
      await scene.end(paused);
      scene.at = () => undefined;
      await machine.loop.passTo(MORNING + 24 * HOUR);
      return scene.rest();
    },
  },
  {
    name: 'paused alone',
    sentence: 'An execution is paused until its lock has expired, and nobody else has come.',
    variants: 6,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 60 } });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 40, BND: 60 } });
      const paused = machine.start(APPLY);
      scene.at = ({ kind, phase, process }) => {
        if (process !== paused || kind !== 'request' || phase !== 'before') return;
        if (guard.watcher.ledger.lock === null || process.pausedUntil !== null) return;
        process.pausedUntil = machine.loop.now + (200 + 20 * variant) * SECOND;
      };
      await scene.end(paused);
      return scene.rest();
    },
  },
];

/** Of each leg; so many shares. */
function bounds(shares: number): Readonly<Record<string, number>> {
  return Object.fromEntries(PAIR.map((symbol) => [symbol, shares]));
}
