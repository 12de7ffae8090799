/** Stories of what operators stop, and of what one look does not show. A part of the table in stories.ts. */
import { APPLY, command, declare, misbehave, settle } from '../machine/trader.ts';
import { MORNING, Scene, SECOND } from './scene.ts';
import type { Story } from './stories.ts';

const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const core = { universe: ['VTI', 'BND'] } as const;
/** Five hours and 55 minutes behind ten. */
const BEFORE_THE_CLOSE = MORNING + 6 * HOUR - 300 * SECOND;

export const DOUBT_STORIES: readonly Story[] = [
  {
    name: 'stopped over night',
    sentence:
      'An operator halts the account, or turns a strategy off, and more is wanted on that day and on the next.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 60 } });
      const { machine } = scene;
      const isHalt = variant % 2 === 0;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 10 } });
      await machine.run(APPLY);
      await machine.run(
        isHalt ? command('halt', '--reason', 'a test') : command('disable', 'core', '--close-positions'),
      );
      declare(machine, 'core', { ...core, targets: { VTI: 40, BND: 60 } });
      await machine.run(APPLY);
      await scene.wait(DAY);
      await machine.run(APPLY);
      await machine.run(isHalt ? command('unhalt', '--reason', 'a test') : command('enable', 'core'));
      return scene.rest();
    },
  },
  {
    name: 'an end that nobody saw',
    sentence:
      'Of an order whose process is killed a part is filled, and the rest expires before anybody looks.',
    variants: 3,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine } = scene;
      settle(machine, ['core'], { broker: { clock: 'exchange' } });
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      await machine.loop.passTo(BEFORE_THE_CLOSE);
      misbehave(machine, [{ on: 'submit', effect: 'order', fills: String(1 + variant), after: 0, times: 1 }]);
      scene.at = ({ kind, phase, process }) => {
        if (kind === 'request' && phase === 'after') machine.kill(process);
      };
      await machine.run(APPLY);
      await machine.loop.passTo(MORNING + DAY);
      return scene.rest();
    },
  },
  {
    name: 'a slow market',
    sentence: 'As many orders as go out at once take longer to fill than a look at the account is good for.',
    variants: 3,
    tell: async (seed, variant) => {
      const symbols = ['VTI', 'BND', 'GLD', 'AAPL', 'MSFT', 'NVDA'];
      const targets = Object.fromEntries(symbols.map((symbol) => [symbol, 5]));
      const scene = new Scene({ seed: seed + variant, mostWanted: targets });
      const { machine } = scene;
      settle(machine, ['core'], { execution: { fillTimeout: '80s' } });
      declare(machine, 'core', { universe: symbols, targets });
      const slow = { on: 'submit', effect: 'order', fillAfter: `${45 + 10 * variant}s` };
      misbehave(machine, [{ ...slow, after: 0, times: 4 }]);
      await machine.run(APPLY);
      return scene.rest();
    },
  },
  {
    name: 'a history that is empty once',
    sentence: 'Somebody sells by hand, and the first history that is asked for it is empty.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      await machine.run(APPLY);
      // What is missing just behind a purchase counts as on its way.
      await scene.wait(60 * SECOND);
      await machine.run(command('sim', 'trade', 'sell', String(4 + variant), 'VTI'));
      misbehave(machine, [
        { on: 'history', effect: 'without', symbols: 'all', after: 1 - (variant % 2), times: 1 },
      ]);
      await machine.run(APPLY);
      const [frozen] = guard.watcher.ledger.breaks.values();
      guard.note('two-looks-before-a-break', frozen === undefined ? null : frozen.detail);
      return scene.rest();
    },
  },
];
