/** Stories of when the loop looks: at the start of a slot, behind an outage, after days on which nothing ran. A part of the table in stories.ts. */
import { SHARE } from '../invariants/account.ts';
import { lateBeginning, type SlotWindow } from '../invariants/slots.ts';
import type { SimProcess } from '../machine/process.ts';
import { APPLY, command, declare, misbehave, settle, STATE_FILE, type Declared } from '../machine/trader.ts';
import { Scene, SECOND } from './scene.ts';
import type { Story } from './stories.ts';

const MINUTE = 60 * SECOND;
const TUESDAY = '2025-12-02';
const FRIDAY = '2025-12-05';
const MONDAY = '2025-12-08';

/** When `run` is started, for which session, and how long before each slot the machine wakes. */
interface Eve {
  readonly start: number;
  readonly date: string;
  /** The hour at which it closes. */
  readonly close: number;
  readonly awake: number;
}

const EVES: readonly Eve[] = [
  { start: at(TUESDAY, '20:00:00'), date: '2025-12-03', close: 16, awake: 20 * SECOND },
  // Over a week end.
  { start: at(FRIDAY, '17:00:00'), date: MONDAY, close: 16, awake: 100 * SECOND },
  { start: at(TUESDAY, '09:29:57'), date: TUESDAY, close: 16, awake: 45 * SECOND },
  // Over Thanksgiving, to a day that closes early.
  { start: at('2025-11-26', '18:00:00'), date: '2025-11-28', close: 13, awake: 70 * SECOND },
];

/** From the time of a slot to the decision on its first order: turns of others may come between. */
const SOON = 5 * SECOND;
/** Where a pass takes eight. */
const IN_A_PASS = 12 * SECOND;

/** What keeps the loop from acting, and within what it promises to act when that is over. */
interface Outage {
  readonly schedule?: readonly object[];
  /** At the broker, until then; nothing: somebody has written the state file. */
  readonly fault: ((until: string) => object) | null;
  readonly lasts: number;
  readonly within: number;
}

const WIDE = [{ at: '10:00', action: 'rebalance', window: '30m' }];
const BUSY = (until: string): object => ({ on: 'submit', effect: 'rate-limited', retryAfter: '2m', until });
const UNSEEN = (): object => ({ on: 'submit', effect: 'answer-lost', hiddenFor: '8m', times: 1 });

/** They end when a pause without its longest length has just begun. */
const OUTAGES: readonly Outage[] = [
  { fault: BUSY, lasts: 11 * MINUTE, within: 5 * MINUTE },
  { schedule: WIDE, fault: BUSY, lasts: 11 * MINUTE, within: MINUTE },
  { fault: null, lasts: 11 * MINUTE, within: 5 * MINUTE },
  { schedule: WIDE, fault: null, lasts: 11 * MINUTE, within: 20 * SECOND },
  { fault: UNSEEN, lasts: 8 * MINUTE, within: MINUTE },
];

/** Of the pass itself. */
const ACTING = 15 * SECOND;

/** When somebody looks again, and how many sessions before that one were begun since the first. */
interface Return {
  readonly date: string;
  readonly clock: string;
  readonly by: 'apply' | 'run';
}

const AWAY = ['2025-12-02', '2025-12-03', '2025-12-04', '2025-12-05', '2025-12-08'];

const RETURNS: readonly Return[] = [
  { date: FRIDAY, clock: '10:01:00', by: 'apply' },
  { date: FRIDAY, clock: '10:06:00', by: 'run' },
  { date: FRIDAY, clock: '15:02:00', by: 'apply' },
  { date: FRIDAY, clock: '15:30:00', by: 'run' },
  { date: MONDAY, clock: '15:02:00', by: 'run' },
];

export const LOOP_STORIES: readonly Story[] = [
  {
    name: 'waiting for the open',
    sentence:
      'A controller was started before the open: the evening before, over a week end, seconds before. Slots begin at the open, within seconds of it, at noon, and at the end of the session.',
    variants: EVES.length,
    tell: async (seed, variant) => {
      const { start, date, close, awake } = numbered(EVES, variant);
      const mostWanted = { VTI: 5, BND: 5, GLD: 5, AAPL: 5 };
      const scene = new Scene({ seed: seed + variant, start, mostWanted, isExchange: true });
      const { machine, guard } = scene;
      settle(machine, ['first', 'soon', 'noon', 'last'], { broker: { clock: 'exchange' } });
      declare(machine, 'first', scheduled('VTI', { at: '09:30', action: 'rebalance', window: '5m' }));
      declare(machine, 'soon', scheduled('BND', { at: 'open+10s', action: 'entry', window: '5m' }));
      declare(machine, 'noon', scheduled('GLD', { at: '12:00', action: 'rebalance', window: '5m' }));
      const entry = { at: 'close-4m', action: 'entry', window: '2m' };
      declare(machine, 'last', scheduled('AAPL', entry, { at: 'close-1m', action: 'exit', window: '1m' }));
      const controller = machine.start(command('run'));
      for (const [slot, opensAt] of [
        [`first/${date}/rebalance/0930`, at(date, '09:30:00')],
        [`soon/${date}/entry/0930`, at(date, '09:30:10')],
        [`noon/${date}/rebalance/1200`, at(date, '12:00:00')],
        [`last/${date}/entry/${close - 1}56`, at(date, `${close - 1}:56:00`)],
        [`last/${date}/exit/${close - 1}59`, at(date, `${close - 1}:59:00`)],
      ] as const) {
        await sleepUntil(scene, controller, opensAt - awake);
        await machine.loop.passTo(opensAt + 2 * SOON);
        guard.note('a-slot-begins-in-time', lateBeginning(guard.watcher.records, { slot, opensAt }, SOON));
      }
      return ended(scene, controller);
    },
  },
  {
    name: 'a slot opens while a pass is made',
    sentence:
      'A pass waits for the broker, which has no time to say what can be borrowed, and does nothing then; meanwhile the slot of another strategy opens.',
    variants: 3,
    tell: async (seed, variant) => {
      const opensAt = at(TUESDAY, '10:00:00');
      const start = opensAt - (12 + 2 * variant) * SECOND;
      const wanted = { mostWanted: { BND: 5 }, leastWanted: { KO: -5 } };
      const scene = new Scene({ seed: seed + variant, start, ...wanted, isExchange: true });
      const { machine, guard } = scene;
      const broker = { clock: 'exchange', multiplier: '2', shorting: { hardToBorrow: [] } };
      settle(machine, ['short', 'slot'], { broker });
      declare(machine, 'short', { kind: 'shorts', universe: ['KO'], targets: { KO: -5 } });
      declare(machine, 'slot', scheduled('BND', ...WIDE));
      // Each of two passes asks twice. The first one writes, and is followed by the second, which does not.
      misbehave(machine, [{ on: 'assets', effect: 'rate-limited', retryAfter: '8s', times: 4 }]);
      const controller = machine.start(command('run'));
      await machine.loop.passTo(opensAt + MINUTE);
      const slot = `slot/${TUESDAY}/rebalance/1000`;
      guard.note('a-slot-begins-in-time', lateBeginning(guard.watcher.records, { slot, opensAt }, IN_A_PASS));
      return ended(scene, controller);
    },
  },
  {
    name: 'an outage that ends',
    sentence:
      'For minutes the broker has no room for orders, or does not show one, or somebody has written the state file; a strategy wants something all the time.',
    variants: OUTAGES.length,
    tell: async (seed, variant) => {
      const { schedule, fault, lasts, within } = numbered(OUTAGES, variant);
      const start = at(TUESDAY, '09:59:00');
      const scene = new Scene({ seed: seed + variant, start, mostWanted: { VTI: 40 }, isExchange: true });
      const { machine, guard } = scene;
      settle(machine, ['core'], { broker: { clock: 'exchange' } });
      const facts = { universe: ['VTI'], ...(schedule && { schedule }) };
      declare(machine, 'core', { ...facts, targets: { VTI: 10 } });
      const controller = machine.start(command('run'));
      await scene.wait(30 * SECOND);
      const over = machine.loop.now + lasts;
      const rightful = fault === null ? forge(scene) : null;
      if (fault !== null)
        misbehave(machine, [{ times: 999, ...fault(new Date(machine.wallNow() + lasts).toISOString()) }]);
      declare(machine, 'core', { ...facts, targets: { VTI: 40 } });
      await machine.loop.passTo(over);
      if (rightful !== null) machine.put(STATE_FILE, rightful);
      await machine.loop.passTo(over + within + ACTING);
      const owned = ownedBy(scene, 'core', 'VTI');
      const what = `${(within + ACTING) / SECOND} s behind the outage core owns ${owned} VTI, and wants 40`;
      guard.note('acts-when-it-is-over', owned === 40 ? null : what);
      return ended(scene, controller);
    },
  },
  {
    name: 'away for sessions',
    sentence: 'A strategy has bought, and then nothing runs for three sessions or four.',
    variants: RETURNS.length,
    tell: async (seed, variant) => {
      const { date, clock, by } = numbered(RETURNS, variant);
      const start = at(TUESDAY, '10:03:00');
      const facts = { mostWanted: { VTI: 40 }, isExchange: true, windowOf: windowOfDay };
      const scene = new Scene({ seed: seed + variant, start, ...facts });
      const { machine, guard } = scene;
      settle(machine, ['core'], { broker: { clock: 'exchange' } });
      const entry = { at: '10:05', action: 'entry', window: '5m' };
      const exit = { at: '15:00', action: 'exit', window: '5m' };
      declare(machine, 'core', { universe: ['VTI'], targets: { VTI: 40 }, schedule: [entry, exit] });
      await machine.run(APPLY);
      await machine.loop.passTo(at(TUESDAY, '10:05:01'));
      await machine.run(APPLY);
      await machine.loop.passTo(at(date, clock));
      for (let times = 0; times < 2; times += 1) {
        const process = machine.start(by === 'run' ? command('run') : APPLY);
        await scene.wait(30 * SECOND);
        process.signal = by === 'run' ? 'SIGTERM' : null;
        await scene.end(process);
      }
      const found = missedIn(scene);
      const expected = slotsBetween(date, clock);
      const isSame = found.join() === expected.join();
      guard.note(
        'what-was-missed-is-told',
        isSame ? null : `missed are ${expected.join(', ')}, and told ${found.join(', ')}`,
      );
      const left = ownedBy(scene, 'core', 'VTI');
      const wanted = clock < '15:00' ? 40 : 0;
      guard.note('exits-go-on', left === wanted ? null : `core owns ${left} VTI, and not ${wanted}`);
      return [...guard.broken];
    },
  },
];

function numbered<Item>(items: readonly Item[], number: number): Item {
  const item = items[number];
  if (item === undefined) throw new Error(`there is no variant ${number}`);
  return item;
}

/** It has run for some seconds, and then the machine sleeps; where that moment is near, it does not. */
async function sleepUntil({ machine }: Scene, process: SimProcess, moment: number): Promise<void> {
  const { loop } = machine;
  if (moment < loop.now + SECOND) return;
  await loop.passTo(Math.min(moment, loop.now + 5 * SECOND));
  process.pausedUntil = moment;
  await loop.passTo(moment);
}

async function ended(scene: Scene, controller: SimProcess): ReturnType<Story['tell']> {
  controller.signal = 'SIGTERM';
  await scene.end(controller);
  return [...scene.guard.broken];
}

function scheduled(symbol: string, ...schedule: readonly object[]): Declared {
  return { universe: [symbol], targets: { [symbol]: 5 }, schedule };
}

/** Somebody writes the state file by hand: what was there. */
function forge({ machine }: Scene): string {
  const file = machine.disk.find(STATE_FILE);
  if (file?.kind !== 'file') throw new Error('there is no state file');
  const text = file.data.toString();
  machine.put(STATE_FILE, text.replace('"version"', '"Version"'));
  return text;
}

/** In shares. */
function ownedBy({ guard }: Scene, strategy: string, symbol: string): number {
  return (guard.watcher.ledger.books.get(strategy)?.get(symbol)?.quantity ?? 0) / SHARE;
}

/** In the order in which they were told. */
function missedIn({ guard }: Scene): readonly string[] {
  return guard.watcher.records.flatMap(({ event }) => (event.type === 'slot-missed' ? [event.slot] : []));
}

/** What came and went between the entry of Tuesday and this moment. */
function slotsBetween(date: string, clock: string): readonly string[] {
  const days = AWAY.slice(0, AWAY.indexOf(date));
  const before = days.flatMap((day) => [`core/${day}/entry/1005`, `core/${day}/exit/1500`]).slice(1);
  return clock > '10:10' ? [...before, `core/${date}/entry/1005`] : before;
}

/** Of the slots of who was away. */
function windowOfDay(slot: string): SlotWindow {
  const [, date = '', action = ''] = slot.split('/');
  const opensAt = at(date, action === 'entry' ? '10:05:00' : '15:00:00');
  return { opensAt, closesAt: opensAt + 5 * MINUTE, lastStart: at(date, '15:59:30') };
}

/** ms, in the winter of New York. */
function at(date: string, clock: string): number {
  return Date.parse(`${date}T${clock}-05:00`);
}
