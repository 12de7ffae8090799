/** The reference day: one of each thing that moves shares, as commands of a trader. */
import type { Machine } from '../machine/machine.ts';
import { FEES } from '../days/costs.ts';
import { APPLY, command, declare, settle, type Targets } from '../machine/trader.ts';

const UNIVERSES = { core: ['VTI', 'BND', 'GLD'], mp: ['AAPL', 'MSFT', 'NVDA'], omr: ['QQQ', 'IWM'] } as const;

export interface Step {
  readonly name: string;
  /** What happens before the command, and is no part of it. */
  readonly before: (machine: Machine) => void | Promise<void>;
  /** What is interrupted, and then said again until it is done. */
  readonly command: readonly string[];
  /** Symbols that are bought in a slot, which tries each order once. */
  readonly once?: readonly string[];
}

/** Tuesday 2 December 2025, 10:00 in New York. */
export const MORNING = Date.parse('2025-12-02T15:00:00Z');
const HOUR = 3_600_000;

export const DAY: readonly Step[] = [
  {
    name: 'entry',
    before: (machine) => {
      settle(machine, Object.keys(UNIVERSES), { broker: { fees: FEES } });
      want(machine, 'core', { VTI: 40, BND: 60 });
      want(machine, 'mp', { AAPL: 10, MSFT: 20 });
    },
    command: APPLY,
  },
  {
    name: 'exit',
    before: (machine) => want(machine, 'core', { VTI: 25 }),
    command: APPLY,
  },
  {
    name: 'rebalance',
    before: (machine) => want(machine, 'mp', { AAPL: 15, MSFT: 8, NVDA: 5 }),
    command: APPLY,
  },
  {
    name: 'slot',
    before: (machine) =>
      declare(machine, 'omr', {
        targets: { QQQ: 12, IWM: 7 },
        universe: UNIVERSES.omr,
        schedule: [{ at: '10:40', action: 'entry', window: '1h' }],
      }),
    command: APPLY,
    once: UNIVERSES.omr,
  },
  {
    name: 'manual trade',
    before: async (machine) => {
      await machine.run(command('sim', 'trade', 'sell', '4', 'AAPL'));
      await machine.run(command('sim', 'trade', 'buy', '3', 'GLD'));
    },
    command: APPLY,
  },
  {
    name: 'adopt',
    before: (machine) => want(machine, 'core', { VTI: 25, GLD: 3 }),
    command: command('adopt', 'GLD', '--strategy', 'core', '--quantity', '3', '--reason', 'bought by hand'),
  },
  {
    name: 'disable with close',
    before: () => undefined,
    command: command('disable', 'core', '--close-positions'),
  },
  {
    name: 'orphan',
    before: async (machine) => {
      await machine.run(command('disable', 'mp'));
    },
    command: command('close-orphaned', 'mp'),
  },
];

/** Time between two steps. */
export const BETWEEN = HOUR / 4;

/** By symbol: what the manifests of the day want at most, in billionths. */
export const MOST_WANTED: ReadonlyMap<string, number> = new Map(
  Object.entries({ VTI: 40, BND: 60, GLD: 3, AAPL: 15, MSFT: 20, NVDA: 5, QQQ: 12, IWM: 7 }).map(
    ([symbol, shares]) => [symbol, shares * 1_000_000_000],
  ),
);

function want(machine: Machine, name: keyof typeof UNIVERSES, targets: Targets): void {
  declare(machine, name, { targets, universe: UNIVERSES[name] });
}
