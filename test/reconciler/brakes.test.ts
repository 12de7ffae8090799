/** What operators have stopped, asked before each order, and what is said of it. */
import { describe, expect, test } from 'vitest';
import { instantAt, plus, type Instant } from '../../src/domain/instant.ts';
import type { Halt, HaltMode, Suspension } from '../../src/observed/brakes.ts';
import type { DesiredState } from '../../src/desired/desired-state.ts';
import type { Drain } from '../../src/observed/drain-events.ts';
import { brakeOn, describeHalt, describeSuspension, FLATTENING } from '../../src/reconciler/brakes.ts';
import { isDraining, withDrains } from '../../src/reconciler/switched.ts';
import { strategy } from '../support/opinion.ts';

const SINCE = instantAt('2025-12-02', '15:30');
const UNTIL = instantAt('2025-12-03', '09:30');

const halt = (mode: HaltMode): Halt => ({ mode, by: 'alice', reason: 'bad data', since: SINCE });
const suspension = (until: Instant | null): Suspension => ({
  strategy: 'core',
  by: 'alice',
  reason: 'bad data',
  since: SINCE,
  until,
});

describe('an order may go out', () => {
  type Case = [
    what: string,
    halted: HaltMode | null,
    suspended: Instant | null | undefined,
    order: Partial<Parameters<typeof brakeOn>[1]>,
    code: string | null,
  ];
  test.each<Case>([
    ['while nothing is stopped', null, undefined, {}, null],
    ['not while the account is halted', 'hold', undefined, {}, 'Halted'],
    ['nor where it reduces', 'hold', undefined, { isReduction: true }, 'Halted'],
    ['nor while everything is sold', 'flatten', undefined, { isReduction: true }, 'Halted'],
    ['but what sells everything', 'flatten', undefined, { isReduction: true, reason: FLATTENING }, null],
    [
      'which a halt that sells nothing stops',
      'cancel',
      undefined,
      { isReduction: true, reason: FLATTENING },
      'Halted',
    ],
    [
      'and which the end of the halt ends',
      null,
      undefined,
      { isReduction: true, reason: FLATTENING },
      'NoLongerNeeded',
    ],
    ['not while its strategy is suspended', null, null, {}, 'Suspended'],
    ['until its time is over', null, plus(SINCE, 1), {}, 'Suspended'],
    ['and from then on', null, SINCE, {}, null],
    ['where it reduces', null, null, { isReduction: true }, null],
    ['where another strategy is suspended', null, null, { strategy: 'other' }, null],
    ['a halt is said before a suspension', 'hold', null, {}, 'Halted'],
  ])('%s', (_, mode, until, order, code) => {
    const ledger = {
      halt: mode === null ? null : halt(mode),
      suspensions: until === undefined ? new Map() : new Map([['core', suspension(until)]]),
    };
    const asked = { strategy: 'core', reason: 'NewTarget', isReduction: false, ...order };
    expect(brakeOn(ledger, asked, SINCE)?.code ?? null).toBe(code);
  });
});

test('what is stopped says who, since when, why, and how it ends', () => {
  const since = 'by alice since 2025-12-02 15:30:00 EST';
  expect([
    describeHalt(halt('hold')),
    describeHalt(halt('flatten')),
    describeSuspension(suspension(null)),
    describeSuspension(suspension(UNTIL)),
  ]).toEqual([
    `halted ${since}: bad data; 'hgctl unhalt --reason TEXT' ends it`,
    `halted ${since}, everything to be sold: bad data; 'hgctl unhalt --reason TEXT' ends it`,
    `suspended ${since}: bad data; 'hgctl resume core' ends it`,
    `suspended ${since} until 2025-12-03 09:30:00 EST: bad data; 'hgctl resume core' ends it`,
  ]);
});

describe('what operators have shut down', () => {
  const drain = (more: Partial<Drain> = {}) => ({
    drains: new Map([['core', { strategy: 'core', close: true, state: 'pending', ...more } as Drain]]),
  });
  const desired = { strategies: [strategy('core'), strategy('other')] } as unknown as DesiredState;

  test('is off, whatever the toggle file says', () => {
    const shutting = {
      ...desired,
      strategies: [strategy('core', { toggle: { enabled: true, shutdownRequested: true } })],
    };
    expect(withDrains(shutting, drain()).strategies).toEqual([
      strategy('core', { toggle: { enabled: false, shutdownRequested: false } }),
    ]);
  });

  test('alone', () => {
    expect(withDrains(desired, drain()).strategies[1]).toBe(desired.strategies[1]);
    expect(withDrains(desired, { drains: new Map() })).toEqual(desired);
  });

  test('is being sold while an operator has said so, and it is not done', () => {
    const is = (more: Partial<Drain>, name = 'core') => isDraining(drain(more), name);
    expect([is({}), is({ close: false }), is({ state: 'completed' }), is({}, 'other')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
