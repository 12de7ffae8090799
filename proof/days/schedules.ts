/** What is scheduled on the days with slots, and what may happen on them, most of it in and around the windows. */
import type { Chance } from '../machine/chance.ts';
import type { Declared } from '../machine/trader.ts';
import type { SlotWindow } from '../invariants/slots.ts';
import { drawInSession, drawTargets, inSeconds, type Event, type Happening } from './event.ts';
import { HOUR, MINUTE, SECOND } from './stage.ts';

export const UNIVERSES = {
  core: ['VTI', 'BND'],
  mp: ['AAPL', 'MSFT', 'NVDA'],
  night: ['TQQQ', 'SOXL'],
  swing: ['KO', 'PEP'],
} as const;

export type Name = keyof typeof UNIVERSES;

export const NAMES = Object.keys(UNIVERSES) as readonly Name[];

type Action = 'entry' | 'exit' | 'rebalance';

/** `clock`: HHMM in New York. `window`: minutes. */
interface Entry {
  readonly at: string;
  readonly action: Action;
  readonly clock: string;
  readonly window: number;
}

const NIGHT_EXIT: Entry = { at: 'open+1m', action: 'exit', clock: '0931', window: 2 };
const MORNING: Entry = { at: '09:50', action: 'rebalance', clock: '0950', window: 5 };

/** By strategy: what its schedule may be. An entry of one name has one window. */
const SCHEDULES: Readonly<Record<Name, readonly (readonly Entry[])[]>> = {
  core: [[]],
  mp: [
    [
      { at: '15:35', action: 'rebalance', clock: '1535', window: 5 },
      { at: '15:40', action: 'rebalance', clock: '1540', window: 8 },
      MORNING,
    ],
    [{ at: '15:37', action: 'rebalance', clock: '1537', window: 4 }, MORNING],
  ],
  night: [
    [NIGHT_EXIT, { at: 'close-15m', action: 'entry', clock: '1545', window: 3 }],
    [NIGHT_EXIT, { at: '15:42', action: 'entry', clock: '1542', window: 6 }],
  ],
  swing: [
    [
      { at: '15:30', action: 'entry', clock: '1530', window: 10 },
      { at: 'close-5m', action: 'exit', clock: '1555', window: 1 },
    ],
  ],
};

function scheduled(name: string): readonly Entry[] {
  return NAMES.filter((one) => one === name).flatMap((one) => SCHEDULES[one].flat());
}

export const TUESDAY = '2025-12-02';
export const WEDNESDAY = '2025-12-03';
export const THURSDAY = '2025-12-04';

/** ms. `clock`: HH:MM:SS in New York. */
export function momentOf(date: string, clock: string): number {
  return Date.parse(`${date}T${clock}-05:00`);
}

/** Twenty minutes to four on Tuesday, less twenty. */
export const START = momentOf(TUESDAY, '15:20:00');

export function windowOf(slot: string): SlotWindow | null {
  const [name = '', date = '', action = '', clock = ''] = slot.split('/');
  const entry = scheduled(name).find((one) => one.action === action && one.clock === clock);
  if (entry === undefined) return null;
  const opensAt = momentOf(date, `${clock.slice(0, 2)}:${clock.slice(2)}:00`);
  const lastStart = momentOf(date, '15:59:30');
  return { opensAt, closesAt: Math.min(opensAt + entry.window * MINUTE, lastStart), lastStart };
}

export interface Planned extends SlotWindow {
  readonly slot: string;
  readonly strategy: string;
  readonly action: Action;
}

/** What the schedules that are declared plan on this date. */
export function plannedOn(date: string, declared: ReadonlyMap<string, Declared>): Planned[] {
  return [...declared].flatMap(([strategy, { schedule = [] }]) =>
    (schedule as readonly Pick<Entry, 'at' | 'action'>[]).flatMap(({ at, action }) => {
      const clock = scheduled(strategy).find((one) => one.at === at && one.action === action)?.clock ?? '';
      const slot = `${strategy}/${date}/${action}/${clock}`;
      const window = windowOf(slot);
      return window === null ? [] : [{ slot, strategy, action, ...window }];
    }),
  );
}

function drawDeclared(chance: Chance, name: Name): Declared {
  const universe = UNIVERSES[name];
  const schedule = chance
    .pick(SCHEDULES[name])
    .map(({ at, action, window }) => ({ at, action, window: `${window}m` }));
  return { universe, targets: drawTargets(chance, universe), schedule };
}

/** s from the start. */
const FIRST_EVENT = 2 * MINUTE;
const LAST_EVENT = 38 * MINUTE;
const MORNING_AFTER = 18 * HOUR + 5 * MINUTE;
const MORNING_LENGTH = 15 * MINUTE;
/** The windows, and what is around them: from, and how long. */
const NEAR: readonly (readonly [number, number])[] = [
  [9 * MINUTE + 30 * SECOND, 11 * MINUTE],
  [14 * MINUTE + 30 * SECOND, 7 * MINUTE],
  [21 * MINUTE + 30 * SECOND, 7 * MINUTE],
  [34 * MINUTE + 30 * SECOND, 4 * MINUTE],
];

export function draw(chance: Chance): readonly Event[] {
  const people = { isOperated: chance.once(2), isTraded: chance.once(3) };
  const afternoon = 5 + chance.below(10);
  const morning = chance.once(3) ? 0 : 2 + chance.below(5);
  const events: Event[] = [
    ...NAMES.map((strategy): Event => ({
      at: 0,
      kind: 'edit',
      strategy,
      declared: drawDeclared(chance, strategy),
    })),
    ...Array.from({ length: afternoon }, (): Event => ({
      at: drawAfternoon(chance),
      ...drawHappening(chance, people),
    })),
    ...Array.from({ length: morning }, (): Event => ({
      at: inSeconds(MORNING_AFTER + chance.below(MORNING_LENGTH)),
      ...drawHappening(chance, people),
    })),
  ];
  if (!chance.once(3)) events.push({ at: inSeconds(FIRST_EVENT + chance.below(28 * MINUTE)), kind: 'calm' });
  return events.sort((a, b) => a.at - b.at);
}

function drawAfternoon(chance: Chance): number {
  if (chance.once(4)) return inSeconds(FIRST_EVENT + chance.below(LAST_EVENT - FIRST_EVENT));
  const [from, length] = chance.pick(NEAR);
  return inSeconds(from + chance.below(length));
}

/** Whether operators stop things on this day, and whether somebody trades by hand. */
interface People {
  readonly isOperated: boolean;
  readonly isTraded: boolean;
}

/** What is bought by hand is adopted, and these have targets for it: the others want nothing when their exits have come. */
const TRADED = [...UNIVERSES.core, ...UNIVERSES.mp];

function drawHappening(chance: Chance, { isOperated, isTraded }: People): Happening {
  if (isTraded && chance.once(4))
    return {
      kind: 'trade',
      side: chance.pick(['buy', 'sell']),
      symbol: chance.pick(TRADED),
      quantity: 1 + chance.below(5),
    };
  if (chance.once(3)) {
    const strategy = chance.pick(NAMES);
    const others: readonly (() => Happening)[] = [
      () => ({ kind: 'edit', strategy, declared: drawDeclared(chance, strategy) }),
      () => ({ kind: 'command', args: drawCommand(chance, strategy, isOperated) }),
      () => ({ kind: 'command', args: drawCommand(chance, strategy, isOperated) }),
      () => ({ kind: 'stop' }),
      () => ({ kind: 'rival' }),
    ];
    return chance.pick(others)();
  }
  return drawInSession(chance);
}

/** Where no operator is there to stop anything, they only look, and press on. */
function drawCommand(chance: Chance, name: Name, isOperated: boolean): readonly string[] {
  const entries = chance.pick(SCHEDULES[name]);
  const slot = entries.length === 0 ? undefined : chance.pick(entries);
  const reason = ['--reason', 'a test'] as const;
  const pressed: readonly (readonly string[])[] = [
    ['apply', '--yes'],
    ['apply', '--yes'],
    ['get', 'strategies'],
    ['restart-window'],
    ['plan'],
  ];
  if (!isOperated) return chance.pick(pressed);
  return chance.pick<readonly string[]>([
    ...pressed,
    ['trigger', name, '--slot', slot?.clock ?? 'exit', ...reason],
    ['trigger', name, '--slot', slot?.clock ?? 'exit', ...reason],
    ['disable', name],
    ['disable', name, '--close-positions'],
    ['enable', name],
    ['enable', name],
    ['halt', ...reason],
    ['unhalt', ...reason],
    ['suspend', name, ...reason],
    ['resume', name],
    ['resume', name],
  ]);
}
