/** Which slots of a suspended strategy go on: those that reduce, whatever else is sold in the pass. */
import { expect, test } from 'vitest';
import type { DueSlot, OrderAction } from '../../src/reconciler/plan-types.ts';
import { keepSuspensions } from '../../src/reconciler/rules/suspensions.ts';
import { behind, NOON, orderOf, planFacts } from '../support/plan-facts.ts';

const SLOT = 'a/2025-12-02/rebalance/1200';
const slot: DueSlot = {
  slot: SLOT,
  strategy: 'a',
  action: 'rebalance',
  started: false,
  late: false,
  targets: [],
};
const sale = (strategy: string, of: string | null): OrderAction =>
  orderOf({ id: `reduce/${strategy}/X`, kind: 'reduce', side: 'sell', strategy, slot: of });

test.each<[string, readonly OrderAction[], readonly string[]]>([
  ['that sells nothing waits', [], []],
  ['that sells nothing waits, whatever others sell', [sale('b', null)], []],
  ['that sells goes on', [sale('a', SLOT)], [SLOT]],
  ['that sells goes on, whatever others sell', [sale('b', null), sale('a', SLOT)], [SLOT]],
])('A slot of a suspended strategy %s', async (_, reductions, left) => {
  const suspension = { strategy: 'a', reason: 'bad data', by: 'ann', since: NOON, until: null };
  const facts = await planFacts({ ledger: { suspensions: new Map([['a', suspension]]) } });
  const draft = behind(keepSuspensions, facts, { reductions: [...reductions], slots: [slot] });
  expect(draft.slots.map((one) => one.slot)).toEqual(left);
});
