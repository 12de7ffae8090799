/**
 * Days that have broken an invariant once, as they were shrunk: they are lived first of all, on every run. A bug that is planted
 * (proof/planted/bugs.ts) takes out what has mended it, so that each is known to break where it is not mended.
 */
import type { Declared } from '../machine/trader.ts';
import type { Event } from './event.ts';

export interface FoundDay {
  readonly name: string;
  /** Name of its plot. */
  readonly plot: string;
  readonly seed: number;
  readonly events: readonly Event[];
}

const MP = ['AAPL', 'MSFT', 'NVDA'];

const MP_BY_SLOTS = {
  universe: MP,
  schedule: [
    { at: '15:35', action: 'rebalance', window: '5m' },
    { at: '15:40', action: 'rebalance', window: '8m' },
    { at: '09:50', action: 'rebalance', window: '5m' },
  ],
};

const HEDGE: Declared = {
  kind: 'pair',
  universe: ['CVX', 'XOM'],
  targets: {},
  schedule: [
    { at: '15:45', action: 'rebalance', window: '6m' },
    { at: '09:50', action: 'rebalance', window: '5m' },
  ],
};

export const FOUND: readonly FoundDay[] = [
  {
    name: 'what a slot wants was bought by hand, and is nobody’s',
    plot: 'slots',
    seed: 20251138,
    events: [
      {
        at: 0,
        kind: 'edit',
        strategy: 'mp',
        declared: { ...MP_BY_SLOTS, targets: { NVDA: 18, MSFT: 29 } },
      },
      { at: 795, kind: 'trade', side: 'buy', symbol: 'MSFT', quantity: 5 },
    ],
  },
  {
    name: 'what a slot wants was sold by hand on the same day',
    plot: 'slots',
    seed: 20251168,
    events: [
      {
        at: 0,
        kind: 'edit',
        strategy: 'mp',
        declared: { ...MP_BY_SLOTS, targets: { MSFT: 2, NVDA: 4, AAPL: 6 } },
      },
      { at: 65_548, kind: 'trade', side: 'sell', symbol: 'AAPL', quantity: 5 },
    ],
  },
  {
    name: 'a slot starts, waits, and an edit takes its time away',
    plot: 'slots',
    seed: 9088,
    events: [
      {
        at: 0,
        kind: 'edit',
        strategy: 'mp',
        declared: {
          universe: MP,
          targets: { AAPL: 7 },
          schedule: [
            { at: '15:37', action: 'rebalance', window: '4m' },
            { at: '09:50', action: 'rebalance', window: '5m' },
          ],
        },
      },
      // Three seconds off the broker's: no entry goes out.
      { at: 275, kind: 'clock', seconds: 3 },
      {
        at: 1_185,
        kind: 'edit',
        strategy: 'mp',
        declared: { ...MP_BY_SLOTS, targets: { MSFT: 1, NVDA: 19 } },
      },
    ],
  },
  {
    name: 'the disk fails under the journal while it is synced',
    plot: 'sides',
    seed: 20251457,
    events: [
      {
        at: 0,
        kind: 'edit',
        strategy: 'hedge',
        declared: HEDGE,
      },
      {
        at: 26,
        kind: 'edit',
        strategy: 'both',
        declared: { kind: 'shorts', universe: ['KO', 'PEP'], targets: { KO: -5, PEP: -12 } },
      },
      { at: 51, kind: 'kill', effects: 33 },
      { at: 54, kind: 'disk', code: 'EROFS', effects: 95, times: 3 },
      {
        at: 61,
        kind: 'edit',
        strategy: 'both',
        declared: { kind: 'shorts', universe: ['KO', 'PEP'], targets: { PEP: -17 } },
      },
      { at: 659, kind: 'calm' },
    ],
  },
  {
    name: 'a leg of a pair is lost twice on its way',
    plot: 'sides',
    seed: 20261321,
    events: [
      { at: 0, kind: 'edit', strategy: 'hedge', declared: HEDGE },
      { at: 26, kind: 'broker', faults: [{ on: 'submit', effect: 'unavailable', after: 1, times: 2 }] },
      { at: 73, kind: 'stop' },
      { at: 566, kind: 'calm' },
    ],
  },
  {
    name: 'the clock is behind when manifests are read again',
    plot: 'sides',
    seed: 40400,
    events: [
      { at: 0, kind: 'edit', strategy: 'hedge', declared: HEDGE },
      { at: 60, kind: 'clock', seconds: -3 },
      { at: 150, kind: 'calm' },
    ],
  },
];
