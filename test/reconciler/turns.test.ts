/** Which strategies trade in a pass, and in which order. */
import { describe, expect, test } from 'vitest';
import { decisionKey } from '../../src/reconciler/decision-key.ts';
import type { LedgerOrder } from '../../src/observed/ledger.ts';
import type { DueSlot, Hold } from '../../src/reconciler/plan-types.ts';
import { turns } from '../../src/reconciler/turns.ts';
import {
  inputOf,
  openOrders,
  order,
  planOf,
  strategy,
  TODAY,
  working,
  type OpinionFacts,
} from '../support/opinion.ts';

interface Case extends Pick<OpinionFacts, 'orders'> {
  readonly slots?: readonly DueSlot[];
  readonly notDone?: readonly Hold[];
  readonly open?: readonly LedgerOrder[];
}

/** `core`, `mp` and `vol` are declared, in this order; `core: entries`, for each turn. */
function taken({ orders = [], slots = [], notDone = [], open = [] }: Case): string[] {
  const { desired, observed } = inputOf({
    strategies: [strategy('core'), strategy('mp'), strategy('vol')],
    ledger: openOrders(...open),
  });
  return turns(planOf({ orders, plan: { slots, notDone } }), desired, observed.ledger).map(
    (turn) => `${turn.strategy}: ${turn.part}`,
  );
}

const slotOf = (name: string, action = 'entry') => `${name}/${TODAY}/${action}/1200`;
const due = (name: string, more: Partial<DueSlot> = {}): DueSlot => ({
  slot: slotOf(name),
  strategy: name,
  action: 'entry',
  started: false,
  late: false,
  targets: [],
  ...more,
});
const buys = (owner: string, symbol = 'VTI') => order(symbol, [0, 5], { strategy: owner });
const sells = (owner: string, symbol = 'GLD') => order(symbol, [5, 0], { strategy: owner });

/** Lost on its way, and decided for the slot. */
function lost(owner: string, purpose: 'open' | 'close', slot = slotOf(owner)): LedgerOrder {
  const side = purpose === 'open' ? 'buy' : 'sell';
  const { observed } = inputOf({});
  const decision = { strategy: owner, occasion: slot, symbol: 'VTI', side, sessionDate: TODAY } as const;
  const key = decisionKey(observed.ledger, decision);
  const id = `${owner}-${purpose}`;
  return working({ clientOrderId: id, strategy: owner, side, purpose, key }, { status: 'unseen' });
}

describe('a strategy alone has one turn for everything', () => {
  test.each<[string, Case]>([
    ['that enters', { orders: [buys('mp')] }],
    ['that reduces', { orders: [sells('mp')] }],
    ['that does both', { orders: [sells('mp'), buys('mp')] }],
    ['that has a slot to begin', { slots: [due('mp')] }],
    ['whose entry was lost', { open: [lost('mp', 'open')], slots: [due('mp', { started: true })] }],
    ['whose exit was lost', { open: [lost('mp', 'close')] }],
  ])('%s', (_, of) => {
    expect(taken(of)).toEqual(['mp: all']);
  });
});

describe('several strategies', () => {
  test('have their turns by priority; the reductions of all come before the entries of any', () => {
    const orders = [sells('vol', 'BND'), sells('core'), buys('vol'), buys('mp', 'QQQ')];
    expect(taken({ orders })).toEqual(['core: reductions', 'vol: reductions', 'mp: entries', 'vol: entries']);
  });

  test('that nobody has declared come first, by name', () => {
    const orders = [sells('core', 'VTI'), sells('y'), sells('x', 'BND')];
    expect(taken({ orders })).toEqual(['x: reductions', 'y: reductions', 'core: reductions']);
  });

  test('with due slots have a turn for entries, by priority', () => {
    expect(taken({ slots: [due('vol'), due('mp')], orders: [sells('core')] })).toEqual([
      'core: reductions',
      'mp: entries',
      'vol: entries',
    ]);
  });

  test('of which one would only wait: it has none', () => {
    const slots = [due('mp', { started: true }), due('vol')];
    const held: Hold = { strategy: 'mp', symbol: 'VTI', reason: 'QuoteStale', detail: '' };
    expect(taken({ slots, notDone: [held], orders: [buys('core')] })).toEqual([
      'core: entries',
      'vol: entries',
    ]);
    expect(taken({ slots, orders: [buys('core')] })).toEqual([
      'core: entries',
      'mp: entries',
      'vol: entries',
    ]);
  });

  test('of which one has only a sale, are not asked for its entries, nor the other way round', () => {
    expect(taken({ orders: [sells('core'), buys('vol')] })).toEqual(['core: reductions', 'vol: entries']);
  });
});

describe('an order that was lost on its way', () => {
  const beside = { orders: [buys('core', 'QQQ')] };

  test.each<[string, Case, readonly string[]]>([
    [
      'gives its strategy a turn: a reduction',
      { open: [lost('mp', 'close')] },
      ['mp: reductions', 'core: entries'],
    ],
    [
      'gives its strategy a turn: an entry, while its slot is due',
      { open: [lost('mp', 'open')], slots: [due('mp', { started: true }), due('vol')] },
      ['core: entries', 'mp: entries', 'vol: entries'],
    ],
    ['gives none for an entry whose slot is over', { open: [lost('mp', 'open')] }, ['core: all']],
    [
      'gives none for an entry of another slot of it',
      { open: [lost('vol', 'open', slotOf('vol', 'rebalance'))], slots: [due('mp')] },
      ['core: entries', 'mp: entries'],
    ],
    [
      'gives none that was not lost',
      { open: [{ ...lost('mp', 'close'), status: 'created' }] },
      ['core: all'],
    ],
  ])('%s', (_, of, expected) => {
    expect(taken({ ...beside, ...of })).toEqual(expected);
  });

  test('gives it also where it would only wait, had nothing been lost', () => {
    const held: Hold = { strategy: 'mp', symbol: 'VTI', reason: 'OrderUnresolved', detail: '' };
    const slots = [due('mp', { started: true })];
    const rest = { ...beside, slots, notDone: [held] };
    expect(taken(rest)).toEqual(['core: all']);
    expect(taken({ ...rest, open: [lost('mp', 'open')] })).toEqual(['core: entries', 'mp: entries']);
  });
});
