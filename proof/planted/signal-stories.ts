/** Stories of signals that change their word, of prices, sessions, losses and short sales. A part of the table in stories.ts. */
import { SHARE } from '../invariants/account.ts';
import { undecided } from '../invariants/signals.ts';
import type { SlotWindow } from '../invariants/slots.ts';
import { companyActs } from '../machine/company.ts';
import { APPLY, command, declare, misbehave, PRICES, settle, type Targets } from '../machine/trader.ts';
import { MORNING, Scene, SECOND } from './scene.ts';
import type { Broken } from '../part.ts';
import type { Story } from './stories.ts';

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const asked = { kind: 'asked', universe: ['VTI', 'BND'], targets: {} } as const;
const TUESDAY = '2025-12-02';
const SLOT = [{ at: '10:00', action: 'rebalance', window: '20m' }];

/** What a program writes that is no answer, or says nothing of what is held. */
const NO_ANSWERS: readonly (string | null)[] = [
  null,
  '',
  'no',
  '{"version":1}',
  said({}),
  '{"version":1,"targets":[{"symbol":"VTI","weight":"NaN%"}]}',
  '{"version":1,"targets":[{"symbol":"VTI","quantity":0}]}',
  '{"version":1,"targets":[{"symbol":"GLD","quantity":"5"},{"symbol":"VTI","quantity":"0"}]}',
  '{"version":1,"targets":[{"symbol":"VTI","quantity":"0"},{"symbol":"VTI","quantity":"40"}]}',
  '{"version":1,"targets":[{"symbol":"VTI","quantity":"-5"}]}',
  '{"version":2,"targets":[{"symbol":"VTI","quantity":"0"}]}',
];

/** Dollars, where it was planned with 200. */
const JUMPS: readonly number[] = [2000, 20, 212, 189];

export const SIGNAL_STORIES: readonly Story[] = [
  {
    name: 'two answers',
    sentence:
      'Two passes ask the program of a strategy and get two answers, in a slot and without one; the broker has no room for the first order, or one of them is killed.',
    variants: 8,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40, BND: 60 } });
      const { machine } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', { ...asked, ...(variant % 2 === 0 && { schedule: SLOT }) });
      answers(scene, [{ VTI: 40 }, { VTI: 10, BND: 60 }]);
      if (variant < 4)
        misbehave(machine, [{ on: 'submit', effect: 'rate-limited', retryAfter: '2m', times: 1 }]);
      const [first, second] = [machine.start(APPLY), machine.start(APPLY)];
      const limit = machine.effects + 10 * variant;
      scene.at = ({ process, number }) => {
        if (variant >= 4 && process === first && number > limit) machine.kill(process);
      };
      await scene.end(first, second);
      await scene.wait(MINUTE);
      await machine.run(APPLY);
      return decidedIn(scene);
    },
  },
  {
    name: 'an older answer',
    sentence:
      'A pass has the answer of a program and is paused; another one asks, is told of more, and buys it.',
    variants: 4,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', asked);
      answers(scene, [{ VTI: 10 }]);
      await machine.run(APPLY);
      answers(scene, [{ VTI: variant % 2 === 0 ? 15 : 5 }, { VTI: 40 }], (process) => {
        process.pausedUntil ??= machine.loop.now + MINUTE;
      });
      const older = machine.start(APPLY);
      await scene.wait(10 * SECOND);
      await machine.run(APPLY);
      await scene.end(older);
      const sold = machine.account()?.orders.filter(({ side }) => side === 'sell').length ?? 0;
      guard.note('older-answers-undo-nothing', sold === 0 ? null : 'what a newer answer wants is sold');
      return decidedIn(scene);
    },
  },
  {
    name: 'no answer',
    sentence: 'The program of a strategy that holds shares fails, or writes what is no answer.',
    variants: NO_ANSWERS.length,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 40 } });
      const { machine, guard } = scene;
      settle(machine, ['core']);
      declare(machine, 'core', asked);
      answers(scene, [{ VTI: 40 }]);
      await machine.run(APPLY);
      const output = NO_ANSWERS[variant] ?? null;
      machine.program = () =>
        output === null ? { kind: 'failed', reason: 'exit 1' } : { kind: 'ok', output };
      await machine.run(APPLY);
      declare(machine, 'core', { ...asked, schedule: SLOT });
      await machine.run(APPLY);
      const left = owned(scene);
      guard.note(
        'as-it-was-decided',
        left === 40 ? null : `core owns ${left} VTI, and nobody has wanted less`,
      );
      return decidedIn(scene);
    },
  },
  {
    name: 'a loss of another day',
    sentence:
      'What a strategy holds loses a part of what it may on each of two days; in the night between, the company splits its shares, and says nothing. Or it loses more on one, passes are killed, and an operator resets the limit.',
    variants: 6,
    tell: async (seed, variant) => {
      const scene = new Scene({ seed: seed + variant, mostWanted: { VTI: 820, BND: 10 }, isExchange: true });
      const { machine, guard } = scene;
      settle(machine, ['core'], { broker: { clock: 'exchange' }, prices: { type: 'csv', folder: PRICES } });
      machine.put(`${PRICES}/BND.csv`, closes([80]));
      declareLosing(scene, { VTI: 400 });
      const isReset = variant >= 2;
      machine.put(`${PRICES}/VTI.csv`, isReset ? closes([200, 185]) : closes([200, 190, 90]));
      await machine.run(APPLY);
      await scene.wait(7 * HOUR);
      await machine.run(command('report', 'eod'));
      await scene.wait(17 * HOUR);
      declareLosing(scene, { VTI: 410 });
      await (isReset ? resetBehindALoss(scene, 10 * (variant - 2)) : splitOverNight(scene, variant === 0));
      const latched = guard.watcher.records.filter(({ event }) => event.type === 'limit-latched').length;
      const expected = isReset ? 1 : 0;
      guard.note(
        'a-loss-is-one',
        latched === expected ? null : `${latched} limits are latched, and not ${expected}`,
      );
      return [...guard.broken];
    },
  },
  {
    name: 'a clock an hour off',
    sentence:
      'The clock of the machine is behind by an hour, or half of one, when `run` starts, and then is set right.',
    variants: 2,
    tell: async (seed, variant) => {
      const scene = new Scene({
        seed: seed + variant,
        mostWanted: { VTI: 40 },
        isExchange: true,
        windowOf: (slot) => WINDOWS[slot] ?? null,
      });
      const { machine, guard } = scene;
      settle(machine, ['core'], { broker: { clock: 'exchange' } });
      const entry = { at: '10:05', action: 'entry', window: '5m' };
      const exit = { at: '10:15', action: 'exit', window: '5m' };
      declare(machine, 'core', { universe: ['VTI'], targets: { VTI: 40 }, schedule: [entry, exit] });
      machine.wallOffset = -HOUR / (1 + variant);
      const controller = machine.start(command('run'));
      await machine.loop.passTo(MORNING + 2 * MINUTE);
      machine.wallOffset = 0;
      await machine.loop.passTo(MORNING + 11 * MINUTE);
      guard.note(
        'acts-when-it-is-over',
        owned(scene) === 40 ? null : `core owns ${owned(scene)} VTI behind its entry`,
      );
      await machine.loop.passTo(MORNING + 21 * MINUTE);
      guard.note('exits-go-on', owned(scene) === 0 ? null : `core owns ${owned(scene)} VTI behind its exit`);
      controller.signal = 'SIGTERM';
      await scene.end(controller);
      return [...guard.broken];
    },
  },
  {
    name: 'a price that jumps',
    sentence:
      'The price of what a strategy of weights buys is another one when its slot has started, and nothing is sent yet: nobody has announced why. Then its exit comes.',
    variants: JUMPS.length,
    tell: async (seed, variant) => {
      const limits = { ordersADay: Infinity, orderValue: Infinity, exposures: new Map([['core', 0.3]]) };
      const mostWanted = { VTI: 1450 };
      const scene = new Scene({ seed: seed + variant, mostWanted, isExchange: true, limits });
      const { machine, guard } = scene;
      settle(machine, ['core'], { broker: { clock: 'exchange' }, prices: { type: 'csv', folder: PRICES } });
      machine.put(`${PRICES}/VTI.csv`, closes([200]));
      const slots = ['10:00', '10:10'].map((time) => ({ at: time, action: 'entry', window: '4m' }));
      const schedule = [...slots, { at: '10:20', action: 'exit', window: '4m' }];
      const facts = { universe: ['VTI'], capital: { maxExposure: '30%', positionSize: '30%' }, schedule };
      declare(machine, 'core', { ...facts, targets: { VTI: '10%' } });
      await machine.run(APPLY);
      declare(machine, 'core', { ...facts, targets: { VTI: '29%' } });
      await machine.loop.passTo(MORNING + 10 * MINUTE);
      scene.at = () => {
        if (!guard.watcher.ledger.slots.has(`core/${TUESDAY}/entry/1010`)) return;
        scene.at = () => undefined;
        machine.put(`${PRICES}/VTI.csv`, closes([JUMPS[variant] ?? 200]));
      };
      await machine.run(APPLY);
      guard.note(
        'within-its-limits',
        owned(scene) === 500
          ? null
          : `core owns ${owned(scene)} VTI, bought at a price that nobody had planned with`,
      );
      await machine.loop.passTo(MORNING + 20 * MINUTE);
      await machine.run(APPLY);
      guard.note('exits-go-on', owned(scene) === 0 ? null : `core owns ${owned(scene)} VTI behind its exit`);
      return [...guard.broken];
    },
  },
];

const at = (clock: string): number => Date.parse(`${TUESDAY}T${clock}:00-05:00`);
const LAST = Date.parse(`${TUESDAY}T15:59:30-05:00`);
const WINDOWS: Readonly<Record<string, SlotWindow>> = {
  'core/2025-12-02/entry/1005': { opensAt: at('10:05'), closesAt: at('10:10'), lastStart: LAST },
  'core/2025-12-02/exit/1015': { opensAt: at('10:15'), closesAt: at('10:20'), lastStart: LAST },
};

/** From Tuesday on, one a day; the last one from then on. */
function closes(prices: readonly number[]): string {
  const days = [TUESDAY, '2025-12-03', '2025-12-04'].map((date, day) => {
    const price = (prices[day] ?? prices.at(-1) ?? 0).toFixed(4);
    return `${date},${price},${price},2000000`;
  });
  return ['Date,Open,Close,Volume', ...days, ''].join('\n');
}

/** It may lose 5,000 dollars a day. */
function declareLosing({ machine }: Scene, targets: Targets): void {
  declare(machine, 'core', { universe: ['VTI', 'BND'], targets, risk: { maxDailyLoss: '0.5%' } });
}

/** 4,000 dollars are lost by Wednesday, and as much by Thursday. `isMarked`: the close of Wednesday. */
async function splitOverNight(scene: Scene, isMarked: boolean): Promise<void> {
  const { machine, guard } = scene;
  await machine.run(APPLY);
  await scene.wait(7 * HOUR);
  if (isMarked) await machine.run(command('report', 'eod'));
  companyActs(machine, { symbol: 'VTI', from: 1, to: 2 });
  await scene.wait(17 * HOUR);
  declareLosing(scene, { VTI: 410, BND: 10 });
  for (let pass = 0; pass < 3; pass += 1) {
    await machine.run(APPLY);
    await scene.wait(MINUTE);
  }
  await machine.run(command('resolve', 'VTI', '--as', 'split', '--reason', 'a test'));
  await machine.run(APPLY);
  const bought = (guard.watcher.ledger.books.get('core')?.get('BND')?.quantity ?? 0) / SHARE;
  const wanted = isMarked ? 10 : 0;
  guard.note('a-loss-is-one', bought === wanted ? null : `core buys ${bought} BND, and not ${wanted}`);
}

/** 6,000 dollars are lost by Wednesday. */
async function resetBehindALoss(scene: Scene, effects: number): Promise<void> {
  const { machine, guard } = scene;
  const killed = machine.start(APPLY);
  const last = machine.effects + 40 + effects;
  scene.at = ({ process, number }) => {
    if (process === killed && number > last) machine.kill(process);
  };
  await scene.end(killed);
  await scene.wait(5 * MINUTE);
  await machine.run(APPLY);
  guard.note(
    'stops-at-a-loss',
    owned(scene) === 400 ? null : `core owns ${owned(scene)} VTI behind its limit`,
  );
  await machine.run(command('reset-limit', 'core', '--reason', 'a test'));
  await machine.run(APPLY);
  guard.note('a-loss-is-one', owned(scene) === 410 ? null : `core owns ${owned(scene)} VTI behind the reset`);
}

function owned({ guard }: Scene): number {
  return (guard.watcher.ledger.books.get('core')?.get('VTI')?.quantity ?? 0) / SHARE;
}

function said(targets: Targets): string {
  const list = Object.entries(targets).map(([symbol, shares]) => ({ symbol, quantity: String(shares) }));
  return JSON.stringify({ version: 1, targets: list });
}

/** One after the other, and the last one from then on. `first`: what happens to whoever gets the first one. */
function answers(
  { machine }: Scene,
  words: readonly Targets[],
  first: (process: Parameters<Scene['machine']['program']>[1]) => void = () => undefined,
): void {
  let times = 0;
  machine.program = (_, process) => {
    const word = words[Math.min(times, words.length - 1)] ?? {};
    if (times === 0) first(process);
    times += 1;
    return { kind: 'ok', output: said(word) };
  };
}

async function decidedIn(scene: Scene): Promise<readonly Broken[]> {
  const { guard } = scene;
  guard.note('as-it-was-decided', undecided(guard.watcher.records, 'core'));
  return scene.rest();
}
