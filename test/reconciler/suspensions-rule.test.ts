/** What a suspended strategy may not do, and which of its slots wait. */
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import type { DueSlot, OrderAction } from '../../src/reconciler/plan-types.ts';
import { keepSuspensions } from '../../src/reconciler/rules/suspensions.ts';
import { behind, heldBy, NOON, orderOf, planFacts } from '../support/plan-facts.ts';

const slotOf = (strategy: string, action: DueSlot['action']): DueSlot => ({
  slot: `${strategy}/2025-12-02/${action}/1200`,
  strategy,
  action,
  started: false,
  late: false,
  targets: [],
});
const sale = (strategy: string, slot: string | null): OrderAction =>
  orderOf({ id: `reduce/${strategy}/X`, kind: 'reduce', side: 'sell', strategy, slot });

/** `a` is suspended until `until`; `b` is not. */
async function kept(
  slots: readonly DueSlot[],
  reductions: readonly OrderAction[] = [],
  until: number | null = null,
) {
  const suspension = {
    strategy: 'a',
    reason: 'bad data',
    by: 'ann',
    since: NOON,
    until: until as Instant | null,
  };
  const facts = await planFacts({
    declared: { strategies: { a: {}, b: {} } },
    ledger: { suspensions: new Map([['a', suspension]]) },
  });
  const entries = [orderOf(), orderOf({ id: 'open/b/Z', strategy: 'b', symbol: 'Z' })];
  const draft = behind(keepSuspensions, facts, { entries, reductions: [...reductions], slots: [...slots] });
  return {
    entries: draft.entries.map(({ id }) => id),
    reductions: draft.reductions.map(({ id }) => id),
    slots: draft.slots.map(({ slot }) => slot.replace('/2025-12-02', '').replace('/1200', '')),
    held: heldBy(draft),
    details: draft.holds.map(({ detail }) => detail),
  };
}

describe('a suspended strategy', () => {
  test('opens nothing, and says so; what it sells goes on', async () => {
    const { entries, reductions, held, details } = await kept([], [sale('a', null)]);
    expect({ entries, reductions, held }).toEqual({
      entries: ['open/b/Z'],
      reductions: ['reduce/a/X'],
      held: ['a/*: Suspended', 'a/X: Suspended'],
    });
    expect(details[1]).toBe(`buy 10 X waits; ${details[0]}`);
  });

  test('is one no longer once its time is over', async () => {
    const { entries, slots, held } = await kept([slotOf('a', 'entry')], [], NOON);
    expect({ entries, slots, held }).toEqual({
      entries: ['open/a/X', 'open/b/Z'],
      slots: ['a/entry'],
      held: [],
    });
  });
});

describe('a slot of a suspended strategy', () => {
  const rebalance = slotOf('a', 'rebalance');

  test.each<[string, readonly DueSlot[], readonly OrderAction[], readonly string[]]>([
    ['that could only open waits', [slotOf('a', 'entry')], [], []],
    ['that reduces goes on', [rebalance], [sale('a', rebalance.slot)], ['a/rebalance']],
    [
      'that reduces goes on beside other sales',
      [rebalance],
      [sale('b', null), sale('a', rebalance.slot)],
      ['a/rebalance'],
    ],
    ['that reduces nothing waits, whatever others sell', [rebalance], [sale('b', null)], []],
    ['that exits goes on', [slotOf('a', 'exit')], [], ['a/exit']],
    ['waits, and that of another goes on', [slotOf('a', 'entry'), slotOf('b', 'entry')], [], ['b/entry']],
  ])('%s', async (_, slots, reductions, left) => {
    expect((await kept(slots, reductions)).slots).toEqual(left);
  });
});
