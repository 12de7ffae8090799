/** What may happen on a simulated day, drawn before it begins, so that it can be told again, and with less in it. */
import type { Chance } from '../machine/chance.ts';
import type { Targets } from '../machine/trader.ts';

export const UNIVERSES = {
  core: ['VTI', 'BND'],
  mp: ['AAPL', 'MSFT', 'NVDA'],
  pairs: ['KO', 'PEP'],
} as const;

export type Name = keyof typeof UNIVERSES;

export const NAMES = Object.keys(UNIVERSES) as readonly Name[];

export type Happening =
  | { readonly kind: 'edit'; readonly strategy: Name; readonly targets: Targets }
  | { readonly kind: 'command'; readonly args: readonly string[] }
  | { readonly kind: 'controller' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'kill'; readonly effects: number }
  | { readonly kind: 'power'; readonly effects: number }
  | { readonly kind: 'pause'; readonly effects: number; readonly seconds: number }
  | {
      readonly kind: 'disk';
      readonly code: 'ENOSPC' | 'EIO' | 'EROFS';
      readonly effects: number;
      readonly times: number;
    }
  | { readonly kind: 'clock'; readonly seconds: number }
  | { readonly kind: 'broker'; readonly faults: readonly object[] }
  | {
      readonly kind: 'trade';
      readonly side: 'buy' | 'sell';
      readonly symbol: string;
      readonly quantity: number;
    };

/** `at`: s from the start of the day. `effects`: so many effects later. */
export type Event = { readonly at: number } & Happening;

const MOST_SHARES = 30;

export function drawDay(chance: Chance, length: number): readonly Event[] {
  const count = 6 + chance.below(14);
  const events: Event[] = [
    ...NAMES.map((strategy): Event => ({
      at: 0,
      kind: 'edit',
      strategy,
      targets: drawTargets(chance, strategy),
    })),
    { at: 1, kind: 'controller' },
    ...Array.from({ length: count }, (): Event => ({
      at: 2 + chance.below(length),
      ...drawHappening(chance),
    })),
  ];
  return events.sort((a, b) => a.at - b.at);
}

function drawTargets(chance: Chance, strategy: Name): Targets {
  const universe = chance.shuffled(UNIVERSES[strategy]);
  const symbols = universe.slice(0, 1 + chance.below(universe.length));
  return Object.fromEntries(symbols.map((symbol) => [symbol, 1 + chance.below(MOST_SHARES)]));
}

const KINDS: readonly Happening['kind'][] = [
  'edit',
  'edit',
  'edit',
  'command',
  'command',
  'command',
  'controller',
  'controller',
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
  const effects = chance.below(200);
  switch (kind) {
    case 'edit': {
      const strategy = chance.pick(NAMES);
      return { kind, strategy, targets: drawTargets(chance, strategy) };
    }
    case 'command':
      return { kind, args: drawCommand(chance) };
    case 'controller':
    case 'stop':
      return { kind };
    case 'kill':
    case 'power':
      return { kind, effects };
    case 'pause':
      return { kind, effects, seconds: chance.pick([1, 20, 200, 400]) };
    case 'disk':
      return { kind, code: chance.pick(['ENOSPC', 'EIO', 'EROFS']), effects, times: 1 + chance.below(20) };
    case 'clock':
      return { kind, seconds: chance.pick([-3_600, -60, -3, 3, 60, 3_600]) };
    case 'broker':
      return { kind, faults: Array.from({ length: 1 + chance.below(3) }, () => drawFault(chance)) };
    case 'trade': {
      const symbol = chance.pick(NAMES.flatMap((name) => [...UNIVERSES[name]]));
      return { kind, side: chance.pick(['buy', 'sell']), symbol, quantity: 1 + chance.below(5) };
    }
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
    ['unhalt', '--reason', 'a test', '--yes'],
    ['suspend', name, '--reason', 'a test'],
    ['resume', name],
    ['adopt', chance.pick([...UNIVERSES[name]]), '--strategy', name, '--reason', 'a test'],
    ['get', 'positions'],
    ['plan'],
    ['health'],
  ]);
}

function drawFault(chance: Chance): object {
  const after = chance.below(4);
  const times = 1 + chance.below(2);
  const list = chance.pick(['positions', 'openOrders', 'history']);
  return chance.pick<object>([
    { on: 'submit', effect: 'reject', code: 'Refused', message: 'not today', after, times },
    { on: 'submit', effect: 'rate-limited', retryAfter: '1s', after, times },
    { on: 'submit', effect: 'answer-lost', after, times },
    { on: 'submit', effect: 'answer-lost', hiddenFor: '20s', after, times },
    { on: 'submit', effect: 'unavailable', after, times },
    { on: 'submit', effect: 'order', fills: '1', after, times },
    { on: 'submit', effect: 'order', fillAfter: '45s', after, times },
    { on: 'submit', effect: 'order', rejectAfter: '2s', after, times },
    { on: 'cancel', effect: 'unavailable', after, times },
    { on: list, effect: 'unavailable', after, times },
    { on: list, effect: 'without', symbols: 'all', after, times },
    { on: 'positions', effect: 'stale', by: '30s', after, times },
    { on: 'account', effect: 'unavailable', after, times },
  ]);
}
