/** A day without schedules: targets are followed on every pass, and anything may happen at any time. */
import type { Chance } from '../machine/chance.ts';
import { settle, type Declared } from '../machine/trader.ts';
import { costsOf } from './costs.ts';
import { limitsOf } from './limits.ts';
import { drawHappeningOf, drawTargets, type Event, type Happening } from './event.ts';
import type { Plot } from './plot.ts';
import { DAY, SECOND, Stage, type Day } from './stage.ts';

/** Tuesday 2 December 2025, 10:00 in New York. */
const MORNING = Date.parse('2025-12-02T15:00:00Z');
/** s. */
const LENGTH = 1_200;

const UNIVERSES = {
  core: ['VTI', 'BND'],
  mp: ['AAPL', 'MSFT', 'NVDA'],
  pairs: ['KO', 'PEP'],
} as const;

type Name = keyof typeof UNIVERSES;

const NAMES = Object.keys(UNIVERSES) as readonly Name[];

function draw(chance: Chance): readonly Event[] {
  const count = 6 + chance.below(14);
  const events: Event[] = [
    ...NAMES.map((strategy): Event => ({
      at: 0,
      kind: 'edit',
      strategy,
      declared: drawDeclared(chance, strategy),
    })),
    { at: 1, kind: 'controller' },
    ...Array.from({ length: count }, (): Event => ({
      at: 2 + chance.below(LENGTH),
      ...drawHappening(chance),
    })),
  ];
  return events.sort((a, b) => a.at - b.at);
}

function drawDeclared(chance: Chance, name: Name): Declared {
  return { universe: UNIVERSES[name], targets: drawTargets(chance, UNIVERSES[name]) };
}

const KINDS: readonly Exclude<Happening['kind'], 'calm'>[] = [
  'edit',
  'edit',
  'edit',
  'command',
  'command',
  'command',
  'controller',
  'controller',
  'rival',
  'stop',
  'kill',
  'kill',
  'kill',
  'power',
  'power',
  'pause',
  'disk',
  'clock',
  'broker',
  'broker',
  'broker',
  'trade',
];

function drawHappening(chance: Chance): Happening {
  const kind = chance.pick(KINDS);
  switch (kind) {
    case 'edit': {
      const strategy = chance.pick(NAMES);
      return { kind, strategy, declared: drawDeclared(chance, strategy) };
    }
    case 'command':
      return { kind, args: drawCommand(chance) };
    case 'controller':
    case 'rival':
    case 'stop':
      return { kind };
    case 'trade': {
      const symbol = chance.pick(NAMES.flatMap((name) => [...UNIVERSES[name]]));
      return { kind, side: chance.pick(['buy', 'sell']), symbol, quantity: 1 + chance.below(5) };
    }
    default:
      return drawHappeningOf(chance, kind, { effects: 200, clock: [-3_600, -60, -3, 3, 60, 3_600] });
  }
}

function drawCommand(chance: Chance): readonly string[] {
  const name = chance.pick(NAMES);
  return chance.pick<readonly string[]>([
    ['apply', '--yes'],
    ['apply', '--yes'],
    ['apply', '--yes'],
    ['disable', name],
    ['disable', name, '--close-positions'],
    ['enable', name],
    ['close-orphaned', name],
    ['halt', '--reason', 'a test'],
    ['unhalt', '--reason', 'a test'],
    ['suspend', name, '--reason', 'a test'],
    ['resume', name],
    ['adopt', chance.pick([...UNIVERSES[name]]), '--strategy', name, '--reason', 'a test'],
    ['get', 'positions'],
    ['plan'],
    ['health'],
  ]);
}

async function live(seed: number, events: readonly Event[]): Promise<Day> {
  const small = limitsOf(seed);
  const stage = new Stage({ seed, start: MORNING, ...(small && { limits: small.limits }) });
  settle(stage.machine, NAMES, { ...costsOf(seed), ...small?.declared });
  for (const event of events) {
    await stage.passTo(MORNING + event.at * SECOND);
    stage.happens(event);
  }
  await stage.passTo(MORNING + LENGTH * SECOND);
  stage.endFaults();
  stage.killAll();
  if (small !== null) {
    stage.count('days with small limits');
    stage.liftLimits(costsOf(seed));
  }
  await stage.passTo(MORNING + DAY);
  await stage.putInOrder();
  await stage.buyBack();
  await stage.applyUntilDone();
  // A book that has shrunk from outside gets no entry on that day.
  await stage.passTo(stage.machine.loop.now + DAY);
  await stage.rests(await stage.applyUntilDone());
  for (const [name, { targets }] of stage.wanted) stage.compare(name, targets);
  return stage.day();
}

export const open: Plot = { name: 'open', draw, live };
