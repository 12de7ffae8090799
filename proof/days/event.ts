/** What may happen on a simulated day, drawn before it begins, so that it can be told again, and with less in it. */
import type { Chance } from '../machine/chance.ts';
import type { Declared } from '../machine/trader.ts';

export type Happening =
  | { readonly kind: 'edit'; readonly strategy: string; readonly declared: Declared }
  | { readonly kind: 'command'; readonly args: readonly string[] }
  | { readonly kind: 'controller' }
  /** The place of the controller is free for a second one: somebody has removed the file that says who has it. */
  | { readonly kind: 'rival' }
  | { readonly kind: 'stop' }
  /** Nothing goes wrong from now on, until the next fault. */
  | { readonly kind: 'calm' }
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

/** What comes over a machine and a broker: nothing that anybody wants. */
export type Fault = Extract<Happening['kind'], 'kill' | 'power' | 'pause' | 'disk' | 'clock' | 'broker'>;

/** Of ms. */
export const inSeconds = (time: number): number => Math.floor(time / 1_000);

interface FaultBounds {
  /** It comes so many effects later at most. */
  readonly effects: number;
  /** s. */
  readonly clock: readonly number[];
}

export function drawHappeningOf(
  chance: Chance,
  kind: Fault,
  { effects: most, clock }: FaultBounds,
): Happening {
  const effects = chance.below(most);
  switch (kind) {
    case 'kill':
    case 'power':
      return { kind, effects };
    case 'pause':
      return { kind, effects, seconds: chance.pick([1, 20, 200, 400]) };
    case 'disk':
      return { kind, code: chance.pick(['ENOSPC', 'EIO', 'EROFS']), effects, times: 1 + chance.below(20) };
    case 'clock':
      return { kind, seconds: chance.pick(clock) };
    case 'broker':
      return { kind, faults: Array.from({ length: 1 + chance.below(3) }, () => drawFault(chance)) };
  }
}

const IN_SESSIONS: readonly Fault[] = [
  'kill',
  'kill',
  'kill',
  'power',
  'pause',
  'disk',
  'clock',
  'broker',
  'broker',
  'broker',
  'broker',
];

/** While slots run, whose windows are minutes: it comes soon, and no clock jumps beyond them. */
export function drawInSession(chance: Chance): Happening {
  return drawHappeningOf(chance, chance.pick(IN_SESSIONS), { effects: 120, clock: [-60, -3, -1, 1, 3, 60] });
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
    { on: 'assets', effect: 'unavailable', after, times },
  ]);
}

const MOST_SHARES = 30;

/** Some of these symbols, with shares. */
export function drawTargets(chance: Chance, symbols: readonly string[]): Readonly<Record<string, number>> {
  const mixed = chance.shuffled(symbols);
  const wanted = mixed.slice(0, 1 + chance.below(mixed.length));
  return Object.fromEntries(wanted.map((symbol) => [symbol, 1 + chance.below(MOST_SHARES)]));
}
