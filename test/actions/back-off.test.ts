/** Who waits after failures, and until when. Moments are seconds from the first pass. */
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/actions/outcome.ts';
import { NO_QUANTITY } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { BackOff, pauseAfter, type EndedPass } from '../../src/actions/back-off.ts';
import type { Action, OrderAction } from '../../src/reconciler/plan-types.ts';
import { orderOf } from '../support/plan-facts.ts';

const NONE: ReadonlySet<string> = new Set();
const second = (count: number): Instant => (count * 1_000) as Instant;

const order = (strategy: string, more: Partial<OrderAction> = {}): OrderAction =>
  orderOf({ id: `open/${strategy}`, strategy, ...more });

function lookFor(strategy: string, id = 'resolve-order/1'): Action {
  return {
    kind: 'resolve-order',
    id,
    strategy,
    symbol: 'VTI',
    reason: 'OrderUnresolved',
    sources: [],
    clientOrderId: id,
    from: 'unknown',
    to: 'ended',
  };
}

const done = (action: Action): Outcome => ({ kind: 'done', action });
const failed = (action: Action): Outcome => ({
  kind: 'failed',
  action,
  code: 'OrderRefused',
  detail: '',
  filled: NO_QUANTITY,
});
const inDoubt = (action: Action): Outcome => ({ kind: 'in-doubt', action, code: 'OrderNotSeen', detail: '' });

/** One pass that has ended at `at`; its plan is what came of it. */
function note(
  backOff: BackOff,
  at: number,
  outcomes: readonly Outcome[],
  more: Partial<EndedPass> = {},
): void {
  const plan = { actions: outcomes.map(({ action }) => action) };
  backOff.note({ plan, outcomes, resting: NONE, due: NONE, began: second(at), now: second(at), ...more });
}

function afterFailures(count: number, outcome: Outcome, more: Partial<EndedPass> = {}): BackOff {
  const backOff = new BackOff();
  for (let pass = 0; pass < count; pass += 1) note(backOff, 0, [outcome], more);
  return backOff;
}

const waits = (backOff: BackOff): number[] => backOff.ends(0 as Instant).map((end) => end / 1_000);

test('A pause is twice as long with each failure, from five seconds to five minutes.', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 50].map(pauseAfter)).toEqual(
    [5, 10, 20, 40, 80, 160, 300, 300, 300].map(second),
  );
});

describe('A strategy whose orders fail', () => {
  test('waits, and no other one does', () => {
    const backOff = new BackOff();
    note(backOff, 0, [failed(order('bad')), done(order('good'))]);
    expect([...backOff.resting(second(4))]).toEqual(['bad']);
    expect([...backOff.resting(second(5))]).toEqual([]);
    expect([backOff.hasFailed('bad'), backOff.hasFailed('good')]).toEqual([true, false]);
    expect(backOff.failures()).toEqual(new Map([['bad', 1]]));
    expect(backOff.ends(second(4))).toEqual([second(5)]);
    expect(backOff.ends(second(5))).toEqual([]);
  });

  test.each<[string, Outcome]>([
    ['refused', failed(order('bad'))],
    ['in doubt', inDoubt(order('bad'))],
    ['not started', { kind: 'not-started', action: order('bad'), code: 'LockNotObtained', detail: '' }],
    ['of a shutdown that is refused', failed(lookFor('bad'))],
  ])('waits five minutes in the end, where one is %s', (_, outcome) => {
    expect(waits(afterFailures(20, outcome)).at(0)).toBe(300);
  });

  test.each<[string, Outcome, Partial<EndedPass>]>([
    ['a slot of it is due', failed(order('bad')), { due: new Set(['bad']) }],
    ['it is a leg of a group', failed(order('bad', { group: 'A/B' })), {}],
    ['it closes a lone leg', failed(order('bad', { reason: 'GroupIncomplete' })), {}],
  ])('waits a minute at most, where %s', (_, outcome, more) => {
    expect(waits(afterFailures(20, outcome, more))).toEqual([60]);
    expect(waits(afterFailures(1, outcome, more))).toEqual([5]);
  });

  test('waits a minute at most, where one of its failed orders is a leg', () => {
    const backOff = new BackOff();
    const both = [failed(order('bad')), failed(order('bad', { group: 'A/B' }))];
    for (let pass = 0; pass < 20; pass += 1) note(backOff, 0, both);
    expect(waits(backOff)).toEqual([60]);
  });

  test('waits like any other, where a slot of another one is due, or a leg has come', () => {
    const leg = done(order('bad', { group: 'A/B' }));
    const backOff = new BackOff();
    for (let pass = 0; pass < 20; pass += 1)
      note(backOff, 0, [leg, failed(order('bad'))], { due: new Set(['good']) });
    expect(waits(backOff)).toEqual([300]);
  });

  test('fails where one of its orders has, and has recovered where all are done', () => {
    const backOff = afterFailures(3, failed(order('bad')));
    note(backOff, 20, [done(order('bad')), failed(order('bad'))]);
    expect(backOff.failures()).toEqual(new Map([['bad', 4]]));
    note(backOff, 60, [done(order('bad'))]);
    expect(backOff.failures()).toEqual(new Map());
  });

  test('has recovered where it has nothing to do; while it waits, that says nothing', () => {
    const backOff = afterFailures(3, failed(order('bad')));
    note(backOff, 1, [], { resting: new Set(['bad']) });
    expect(backOff.hasFailed('bad')).toBe(true);
    note(backOff, 21, []);
    expect(backOff.hasFailed('bad')).toBe(false);
  });

  test('waits no more under other manifests', () => {
    const backOff = afterFailures(3, failed(order('bad')));
    backOff.forgetStrategies();
    expect([...backOff.resting(0 as Instant)]).toEqual([]);
    expect(backOff.failures()).toEqual(new Map());
  });
});

describe('An order that is looked for in vain', () => {
  test('is looked for later and later, once a minute in the end', () => {
    const ends = [1, 2, 3, 4, 5, 20].map((count) => waits(afterFailures(count, inDoubt(lookFor('bad')))));
    expect(ends).toEqual([[5], [10], [20], [40], [60], [60]]);
    const backOff = afterFailures(1, inDoubt(lookFor('bad')));
    expect([...backOff.restingCare(second(4))]).toEqual(['resolve-order/1']);
    expect([...backOff.restingCare(second(5))]).toEqual([]);
  });

  test('is a failure of its strategy, which does not rest for it', () => {
    const backOff = afterFailures(3, inDoubt(lookFor('bad')));
    expect(backOff.failures()).toEqual(new Map([['bad', 3]]));
    expect([...backOff.resting(0 as Instant)]).toEqual([]);
  });

  test('leaves its strategy at rest where an order of it has failed before, and no longer', () => {
    const backOff = afterFailures(2, failed(order('bad')));
    note(backOff, 8, [inDoubt(lookFor('bad'))]);
    expect([...backOff.resting(second(9))]).toEqual(['bad']);
    expect([...backOff.resting(second(10))]).toEqual([]);
  });

  test('says nothing for an order that fails in the same pass', () => {
    const backOff = new BackOff();
    note(backOff, 0, [inDoubt(lookFor('bad')), done(order('bad')), failed(order('bad'))]);
    expect([...backOff.resting(second(4))]).toEqual(['bad']);
  });

  test('waits beside others, until a plan has it no more', () => {
    const backOff = new BackOff();
    const [one, other] = [lookFor('bad', 'resolve-order/1'), lookFor('bad', 'resolve-order/2')];
    note(backOff, 0, [inDoubt(one)]);
    note(backOff, 6, [inDoubt(one), inDoubt(other)]);
    expect([...backOff.restingCare(second(10))]).toEqual(['resolve-order/1', 'resolve-order/2']);
    expect([...backOff.restingCare(second(11))]).toEqual(['resolve-order/1']);
    note(backOff, 12, [done(other)]);
    expect([...backOff.restingCare(second(13))]).toEqual([]);
    note(backOff, 14, [inDoubt(one)]);
    expect(backOff.ends(second(14))).toEqual([second(19)]);
  });
});

test('What is of no strategy makes nobody wait.', () => {
  const lock: Action = {
    kind: 'release-stale-lock',
    id: 'release-stale-lock/1',
    strategy: null,
    symbol: null,
    reason: 'LockExpired',
    sources: [],
    fence: 1,
    from: 'held',
    to: 'free',
  };
  expect(afterFailures(1, failed(lock)).failures()).toEqual(new Map());
});
