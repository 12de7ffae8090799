/** Who is asked about a pass, or shown it, sees what is sent in it, and nothing else. */
import { expect, test } from 'vitest';
import { goingOut, hasWorkNow } from '../../src/reconciler/going-out.ts';
import type { Plan } from '../../src/reconciler/plan-types.ts';
import { reconcile } from '../../src/reconciler/reconcile.ts';
import { passOf } from '../support/control.ts';
import { world } from '../support/world.ts';

const NONE: ReadonlySet<string> = new Set();

const planOf = (actions: readonly object[], slots: readonly object[] = []): Plan =>
  ({ actions, slots, notDone: [] }) as unknown as Plan;

const OPEN = { kind: 'open', id: 'open/a/X', strategy: 'a', symbol: 'X' };
const SHUTDOWN = { kind: 'complete-shutdown', id: 'complete-shutdown/a', strategy: 'a', symbol: null };
const SYNC = { kind: 'sync', id: 'sync/a/X', strategy: 'a', symbol: 'X' };
const CARE = { kind: 'resolve-order', id: 'resolve-order/hg-1', strategy: 'a', symbol: 'X' };

test.each<[what: string, actions: readonly object[], resting: string[], care: string[], left: object[]]>([
  ['goes out where nobody rests', [OPEN, SHUTDOWN, SYNC, CARE], [], [], [OPEN, SHUTDOWN, SYNC, CARE]],
  ['of another strategy goes out', [OPEN, SHUTDOWN], ['b'], [], [OPEN, SHUTDOWN]],
  [
    'that trades waits for who rests, and what sets books right does not',
    [OPEN, SHUTDOWN, SYNC, CARE],
    ['a'],
    [],
    [SYNC, CARE],
  ],
  ['that was looked for in vain waits', [OPEN, CARE], [], [CARE.id], [OPEN]],
])('what %s', (_, actions, resting, care, left) => {
  const plan = planOf(actions);
  const waiting = { resting: new Set(resting), restingCare: new Set(care) };
  expect(goingOut(waiting, plan).actions).toEqual(left);
  expect(hasWorkNow(waiting, plan)).toBe(left.length > 0);
  expect(hasWorkNow({ resting: new Set(resting) }, planOf([]))).toBe(false);
});

test('a slot that is due is work, but of who rests', () => {
  const plan = planOf([], [{ slot: 'a/2025-12-02/exit/1200', strategy: 'a', action: 'exit', targets: [] }]);
  expect(hasWorkNow({ resting: NONE }, plan)).toBe(true);
  expect(hasWorkNow({ resting: new Set(['a']) }, plan)).toBe(false);
});

test('a pass for some strategies shows their orders, and sends those', async () => {
  const home = await world({
    prices: { AAA: '10', BBB: '10' },
    strategies: { one: { targets: { AAA: '5' } }, other: { targets: { BBB: '5' } } },
  });
  const shown: string[] = [];
  const result = await reconcile(
    { ...passOf(home), resting: new Set(['one']) },
    {
      approve: (plan) => {
        shown.push(...plan.actions.map(({ id }) => id));
        return Promise.resolve(true);
      },
      approveChange: () => Promise.resolve(true),
    },
  );
  expect(shown).toEqual(['open/other/BBB']);
  expect(home.books()).toEqual({ other: { BBB: '5' } });
  expect(result.plan.actions.map(({ id }) => id)).toEqual(['open/one/AAA', 'open/other/BBB']);
});
