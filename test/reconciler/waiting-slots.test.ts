/** Due slots that wait for something to pass, and plans that have something to do. */
import { describe, expect, test } from 'vitest';
import { hasWork } from '../../src/reconciler/plan.ts';
import type { DueSlot, Hold, HoldReason } from '../../src/reconciler/plan-types.ts';
import { keepsOpen, mayPass, onlyWaiting } from '../../src/reconciler/waiting-slots.ts';
import { order, planOf, type OpinionFacts } from '../support/opinion.ts';

const slot = (action: DueSlot['action'], more: Partial<DueSlot> = {}): DueSlot => ({
  slot: `core/${action}`,
  strategy: 'core',
  action,
  started: true,
  late: false,
  targets: [],
  ...more,
});
const ENTRY = slot('entry');
const EXIT = slot('exit');
const hold = (reason: HoldReason, symbol: string | null = 'VTI', owner: string | null = 'core'): Hold => ({
  strategy: owner,
  symbol,
  reason,
  detail: '',
});

describe('what stopped an order may pass while its slots are open', () => {
  test.each<[reason: string, entry: boolean, exit: boolean]>([
    ['PositionsUnknown', true, true],
    ['MarketClosed', true, true],
    ['QuoteStale', true, true],
    ['BreakOpen', false, true],
    ['NoPrice', false, true],
    ['MaxGross', false, false],
    ['OutsideUniverse', false, false],
  ])('%s', (reason, entry, exit) => {
    expect([mayPass(reason, [ENTRY]), mayPass(reason, [EXIT]), mayPass(reason, [ENTRY, EXIT])]).toEqual([
      entry,
      exit,
      exit,
    ]);
    expect(mayPass(reason, [])).toBe(entry);
  });

  test('but a suspension by itself holds nothing', () => {
    expect(
      [hold('Suspended', null), hold('Suspended'), hold('MarketClosed', null), hold('MaxGross')].map((one) =>
        keepsOpen(one, [ENTRY]),
      ),
    ).toEqual([false, true, true, false]);
  });
});

describe('a strategy only waits', () => {
  const waits = (slots: DueSlot[], more: OpinionFacts = {}, ...notDone: Hold[]) => {
    const plan = planOf({ ...more, plan: { slots, notDone } });
    return [[...onlyWaiting(plan)], hasWork(plan)];
  };
  const WAITS = [['core'], false];
  const WORKS = [[], true];
  test.each<[what: string, seen: unknown[], expected: unknown[]]>([
    ['where its slot has started, and something holds it', waits([ENTRY], {}, hold('MarketClosed')), WAITS],
    ['not where nothing holds it', waits([ENTRY]), WORKS],
    ['not by what does not pass', waits([ENTRY], {}, hold('MaxGross')), WORKS],
    ['not by what holds another', waits([ENTRY], {}, hold('MarketClosed', 'VTI', 'other')), WORKS],
    ['one of several holds is enough', waits([ENTRY], {}, hold('MaxGross'), hold('MarketClosed')), WAITS],
    [
      'not where it has not started',
      waits([slot('entry', { started: false })], {}, hold('MarketClosed')),
      WORKS,
    ],
    [
      'nor one of its slots',
      waits([ENTRY, slot('exit', { started: false })], {}, hold('MarketClosed')),
      WORKS,
    ],
    ['an exit, by what holds exits', waits([EXIT], {}, hold('BreakOpen')), WAITS],
    ['not an entry', waits([ENTRY], {}, hold('BreakOpen')), WORKS],
    [
      'nor beside the exit of another',
      waits([ENTRY, slot('exit', { strategy: 'other', started: false })], {}, hold('BreakOpen')),
      WORKS,
    ],
    [
      'not where it has an order',
      waits([ENTRY], { orders: [order('VTI', [0, 1])] }, hold('MarketClosed')),
      WORKS,
    ],
    [
      'the order of another is no matter',
      waits([ENTRY], { orders: [order('VTI', [0, 1], { strategy: 'other' })] }, hold('MarketClosed')),
      [['core'], true],
    ],
    [
      'another action of its own is no order',
      waits(
        [ENTRY],
        { actions: [{ ...order('VTI', [0, 1]), kind: 'report-missed' } as never] },
        hold('MarketClosed'),
      ),
      [['core'], true],
    ],
    ['without a slot there is nothing to wait for', waits([], {}, hold('MarketClosed')), [[], false]],
    [
      'while another works',
      waits([ENTRY, slot('entry', { strategy: 'other' })], {}, hold('MarketClosed')),
      [['core'], true],
    ],
  ])('%s', (_, seen, expected) => {
    expect(seen).toEqual(expected);
  });
});
