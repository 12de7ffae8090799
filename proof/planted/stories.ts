/** Stories for what neither a fault in the reference day nor a random day provokes for certain. hgctl itself breaks nothing in them. */
import type { Broken } from '../part.ts';
import { newMachine } from '../machine/machine.ts';
import { commitFirst, isJournal } from '../machine/rival.ts';
import { APPLY, command, declare, misbehave, settle } from '../machine/trader.ts';
import { DOUBT_STORIES } from './doubt-stories.ts';
import { END_STORIES } from './end-stories.ts';
import { LOOP_STORIES } from './loop-stories.ts';
import { MONEY_STORIES } from './money-stories.ts';
import { ORDER_STORIES } from './order-stories.ts';
import { MORNING, Scene, SECOND } from './scene.ts';
import { RECOVERY_STORIES } from './recovery-stories.ts';
import { REPORT_STORIES } from './report-stories.ts';
import { SIGNAL_STORIES } from './signal-stories.ts';
import { WORD_STORIES } from './word-stories.ts';

export interface Story {
  readonly name: string;
  readonly sentence: string;
  /** How many ways there are to tell it, from 0 on. */
  readonly variants: number;
  readonly tell: (seed: number, variant: number) => Promise<readonly Broken[]>;
}

const core = { universe: ['VTI', 'BND'] } as const;

export const STORIES: readonly Story[] = [
  {
    name: 'two passes at once',
    sentence: 'Two passes plan the same orders at the same time, and then take the lock one after the other.',
    variants: 5,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 60 } });
      const { machine } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 10 } });
      await machine.run(APPLY);
      declare(machine, 'core', { ...core, targets: { VTI: 40, BND: 60 } });
      await scene.end(machine.start(APPLY), machine.start(APPLY));
      return scene.rest();
    },
  },
  {
    name: 'at the end of a window',
    sentence: 'A request is lost, or sent away, just before the window of its slot closes.',
    variants: 16,
    tell: async (seed, variant) => {
      const closesAt = MORNING + 7 * 60 * SECOND;
      const scene = new Scene({
        seed: seed + variant,
        mostWanted: { VTI: 40 },
        closesAt,
      });
      const { machine } = scene;
      settle(machine, ['core']);
      const schedule = [{ at: '10:05', action: 'rebalance', window: '2m' }];
      declare(machine, 'core', { ...core, targets: { VTI: 40 }, schedule });
      const effect =
        variant % 2 === 0 ? { effect: 'unavailable' } : { effect: 'rate-limited', retryAfter: '5s' };
      misbehave(machine, [{ on: 'submit', ...effect, after: 0, times: 1 }]);
      await machine.loop.passTo(closesAt - (1 + Math.floor(variant / 2)) * SECOND);
      await machine.run(APPLY);
      return scene.rest();
    },
  },
  {
    name: 'an exit behind its window',
    sentence: 'Nothing runs while the window of an exit is open.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      const schedule = [
        { at: '10:00', action: 'entry', window: '1m' },
        { at: '10:02', action: 'exit', window: '1m' },
      ];
      declare(machine, 'core', { ...core, targets: { VTI: 40 }, schedule });
      await machine.run(APPLY);
      await machine.loop.passTo(MORNING + (4 + 60 * variant) * 60 * SECOND);
      await machine.run(APPLY);
      const owned = guard.watcher.ledger.books.get('core')?.get('VTI')?.quantity ?? 0;
      guard.note('exits-go-on', owned === 0 ? null : `core still owns ${owned} billionths of a share`);
      return scene.rest();
    },
  },
  {
    name: 'a slot, and its window goes on',
    sentence:
      'What a slot has bought is sold by an operator, and its strategy turned on again, while its window is open.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine } = scene;
      settle(machine, ['core']);
      const schedule = [{ at: '10:00', action: variant % 2 === 0 ? 'entry' : 'rebalance', window: '20m' }];
      declare(machine, 'core', { ...core, targets: { VTI: 10 + 10 * variant }, schedule });
      await machine.run(APPLY);
      await machine.run(command('disable', 'core', '--close-positions'));
      await machine.run(command('enable', 'core'));
      await machine.run(APPLY);
      return scene.rest();
    },
  },
  {
    name: 'a slot, and an edit',
    sentence: 'A slot has begun, and got a part of what it wants, when its manifest wants more.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine } = scene;
      settle(machine, ['core']);
      const schedule = [{ at: '10:00', action: variant % 2 === 0 ? 'entry' : 'rebalance', window: '20m' }];
      declare(machine, 'core', { ...core, targets: { VTI: 20 }, schedule });
      misbehave(machine, [{ on: 'submit', effect: 'order', fills: '5', after: 0, times: 1 }]);
      await machine.run(APPLY);
      declare(machine, 'core', { ...core, targets: { VTI: 40 }, schedule });
      await machine.run(APPLY);
      return scene.rest();
    },
  },
  {
    name: 'a torn tail and another writer',
    sentence: 'A process dies in the middle of a record, and somebody else commits while its end is closed.',
    variants: 8,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      let records = 0;
      scene.failure = ({ kind, of }) => {
        if (kind !== 'write' || !isJournal(of)) return null;
        records += 1;
        return records === TORN + variant ? { kind: 'short', bytes: 40, then: 'killed' } : null;
      };
      await machine.run(APPLY);
      let isFirst = true;
      scene.at = ({ kind, of, phase }) => {
        if (!isFirst || phase !== 'before' || !isJournal(of) || (kind !== 'write' && kind !== 'cut')) return;
        isFirst = false;
        commitFirst(machine, guard.watcher, of);
      };
      await machine.run(APPLY);
      return scene.rest();
    },
  },
  {
    name: 'a pause past the expiry',
    sentence: 'An execution is paused until its lock has expired, and goes on while another one has it.',
    variants: 40,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 60 } });
      const { machine } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 40, BND: 60 } });
      const paused = machine.start(APPLY);
      let requests = 0;
      scene.at = ({ kind, phase, process }) => {
        if (process !== paused || kind !== 'request' || phase !== 'before') return;
        requests += 1;
        if (requests === 1 + (variant % 2)) process.pausedUntil = machine.loop.now + PAUSE;
      };
      await scene.wait(PAUSE - variant * (SECOND / 2));
      await scene.end(paused, machine.start(APPLY));
      return scene.rest();
    },
  },
  {
    name: 'a pause short of the expiry',
    sentence: 'An execution is paused for longer than another one waits, and shorter than its lock holds.',
    variants: 8,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 60 } });
      const { machine } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 40, BND: 60 } });
      const paused = machine.start(APPLY);
      scene.at = ({ kind, phase, process }) => {
        if (process !== paused || kind !== 'request' || phase !== 'before') return;
        process.pausedUntil ??= machine.loop.now + SHORT_PAUSE;
      };
      await scene.wait(SHORT_PAUSE - (5 + 5 * variant) * SECOND);
      await scene.end(paused, machine.start(APPLY));
      return scene.rest();
    },
  },
  {
    name: 'a full disk and another writer',
    sentence: 'The disk takes a part of a record, and somebody else commits before anything else is done.',
    variants: 8,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...core, targets: { VTI: 40 } });
      let records = 0;
      let isFull = false;
      scene.failure = ({ kind, of }) => {
        if (kind !== 'write' || !isJournal(of) || isFull) return null;
        records += 1;
        isFull = records === TORN + variant;
        return isFull ? { kind: 'short', bytes: 40, then: 'told' } : null;
      };
      let isFirst = true;
      scene.at = ({ kind, of, phase }) => {
        if (!isFull || !isFirst || phase !== 'before' || !isJournal(of)) return;
        if (kind !== 'write' && kind !== 'cut') return;
        isFirst = false;
        commitFirst(machine, guard.watcher, of);
      };
      await machine.run(APPLY);
      await machine.run(APPLY);
      return scene.rest();
    },
  },
  ...DOUBT_STORIES,
  ...MONEY_STORIES,
  ...WORD_STORIES,
  ...ORDER_STORIES,
  ...REPORT_STORIES,
  ...LOOP_STORIES,
  ...END_STORIES,
  ...SIGNAL_STORIES,
  ...RECOVERY_STORIES,
  {
    name: 'weights on margin',
    sentence: 'A strategy of weights on an account whose buying power is more than its equity.',
    variants: 3,
    tell: async (seed, variant) => {
      const part = 20 + 10 * variant;
      const wanted = Math.ceil((EQUITY * part) / 100 / (await priceOf('VTI', seed)));
      const scene = new Scene({ seed, mostWanted: { VTI: wanted } });
      const { machine } = scene;
      settle(machine, ['core'], { broker: { multiplier: '2' } });
      declare(machine, 'core', { ...core, targets: { VTI: `${part}%` } });
      await machine.run(APPLY);
      return scene.rest();
    },
  },
];

/** The first record of a pass that may be torn: books are open by then. */
const TORN = 4;
const PAUSE = 300 * SECOND;
/** The lock holds for 240 s. */
const SHORT_PAUSE = 220 * SECOND;
/** Dollars that a settled account begins with. */
const EQUITY = 1_000_000;

/** Dollars that a share costs on a machine of this seed. */
async function priceOf(symbol: string, seed: number): Promise<number> {
  const machine = newMachine(seed, MORNING);
  settle(machine, ['core']);
  await machine.run(command('sim', 'trade', 'buy', '1', symbol));
  const price = machine.account()?.fills[0]?.price;
  if (price === undefined) throw new Error(`${symbol} could not be bought`);
  return price / MICROS;
}

const MICROS = 1_000_000;
