/** What targets ask for behind a split or a change of a symbol, and what of it may be of before. */
import { describe, expect, test } from 'vitest';
import type { DesiredStrategy } from '../../src/desired/desired-state.ts';
import type { KnownSplit } from '../../src/observed/action-events.ts';
import type { ActionReason, Hold, OrderAction } from '../../src/reconciler/plan-types.ts';
import { holdAfterActions } from '../../src/reconciler/rules/after-actions.ts';
import { shares } from '../support/executing.ts';
import { behind, heldBy, orderOf, planFacts, type FactsOf } from '../support/plan-facts.ts';
import type { StrategyFacts } from '../support/world.ts';

const TENFOLD = { from: 1, to: 10 };

async function allowed(
  of: FactsOf & { readonly own?: StrategyFacts | null; readonly holds?: readonly Hold[] },
  orders: readonly OrderAction[],
) {
  const { own = { targets: { X: '10' } }, holds = [], ...more } = of;
  const facts = await planFacts({ ...more, declared: { strategies: own === null ? {} : { a: own } } });
  const draft = behind(holdAfterActions, facts, {
    entries: orders.filter(({ side }) => side === 'buy'),
    reductions: orders.filter(({ side }) => side === 'sell'),
    holds: [...holds],
  });
  return {
    sent: [...draft.reductions, ...draft.entries].map(({ symbol }) => symbol),
    held: heldBy(draft),
    details: draft.holds.map(({ detail }) => detail),
  };
}

const selling = (symbol: string, more: Partial<OrderAction> = {}): OrderAction =>
  orderOf({
    kind: 'reduce',
    symbol,
    side: 'sell',
    from: shares(100),
    to: shares(90),
    reason: 'TargetLowered',
    ...more,
  });

describe('behind the change of a symbol', () => {
  /** `a` owns ten of B, which was A before, and is declared with this universe. */
  const renamed = (
    universe: readonly string[],
    names: readonly string[] = ['A'],
  ): FactsOf & { own: StrategyFacts } => ({
    books: { a: { B: 10 } },
    ledger: {
      formerNames: new Map([['B', names]]),
      books: new Map([
        ['a', new Map([['B', { quantity: shares(10), cost: 100e6, since: 0, orderId: null } as never]])],
      ]),
    },
    own: { universe, targets: {} },
  });
  const detail =
    'A is B now: it is kept, but for scheduled exits, until the manifest of a names B in the place of A';

  test('what the manifest knows under its old name is kept, and told once', async () => {
    const told = await allowed(renamed(['A']), [selling('B'), orderOf({ symbol: 'Z' })]);
    expect(told).toEqual({ sent: ['Z'], held: ['a/B: SymbolChanged'], details: [detail] });
  });

  test('nothing is bought under the old name, or under a still older one', async () => {
    const told = await allowed(renamed(['A'], ['O', 'A']), [
      orderOf({ symbol: 'A' }),
      orderOf({ symbol: 'O' }),
    ]);
    expect(told.sent).toEqual([]);
    expect(told.held).toEqual(['a/B: SymbolChanged', 'a/A: SymbolChanged', 'a/O: SymbolChanged']);
    expect(new Set(told.details)).toEqual(new Set([detail]));
  });

  test('of several names the newest that the manifest knows is told', async () => {
    const told = await allowed(renamed(['O', 'A'], ['O', 'A']), []);
    expect(told.details).toEqual([detail]);
  });

  test.each<[string, FactsOf & { own: StrategyFacts | null }]>([
    ['its manifest knows the new name', renamed(['A', 'B'])],
    ['its manifest knows neither', renamed(['Z'])],
    ['it has no manifest', { ...renamed(['A']), own: null }],
    [
      'it owns nothing of it',
      { ...renamed(['A']), ledger: { formerNames: new Map([['B', ['A']]]) }, books: {} },
    ],
    ['nothing was renamed', { books: { a: { B: 10 } }, own: { universe: ['A'], targets: {} } }],
  ])('a strategy goes on where %s', async (_, of) => {
    expect(await allowed(of, [selling('B')])).toEqual({ sent: ['B'], held: [], details: [] });
  });

  test.each<[ActionReason, boolean]>([
    ['NewTarget', false],
    ['TargetRaised', false],
    ['TargetLowered', false],
    ['SideChanged', false],
    ['RemovedFromTargets', false],
    ['TargetZero', false],
    ['GroupIncomplete', false],
    ['ExitSlot', true],
    ['ShutdownRequested', true],
    ['StrategyDisabled', true],
    ['Flattening', true],
  ])('an order for %s goes on: %j', async (reason, goesOn) => {
    expect((await allowed(renamed(['A']), [selling('B', { reason })])).sent).toEqual(goesOn ? ['B'] : []);
  });

  test('what is held only together with it waits, too; other pairs do not', async () => {
    const own: StrategyFacts = {
      universe: ['A', 'C', 'D', 'E'],
      targets: {},
      groups: [
        ['A', 'C'],
        ['D', 'E'],
      ],
    };
    const orders = [selling('C'), selling('D')];
    for (const names of [['A'], ['O', 'A']])
      expect((await allowed({ ...renamed(['A'], names), own }, orders)).sent).toEqual(['D']);
  });
});

describe('behind a split', () => {
  const split = (more: Partial<KnownSplit> = {}): FactsOf['ledger'] => ({
    splits: new Map([
      [
        'X',
        {
          date: '2025-12-01',
          ratio: TENFOLD,
          appliedOn: '2025-12-01',
          revision: 'other',
          ...more,
        },
      ],
    ]),
  });
  const today = split({ appliedOn: '2025-12-02' });
  const order = (more: Partial<OrderAction> = {}): OrderAction => selling('X', more);

  test('that the books have followed today sizes are kept', async () => {
    const told = await allowed({ ledger: today }, [order(), selling('Y')]);
    expect(told).toEqual({
      sent: ['Y'],
      held: ['a/X: SplitApplied'],
      details: [
        'the books have followed its 10-for-1 split of 2025-12-01 today: sizes are kept until the next session',
      ],
    });
  });

  test.each<[OrderAction['kind'], boolean]>([
    ['open', false],
    ['increase', false],
    ['reduce', false],
    ['close', true],
    ['close-orphaned', true],
  ])('an order to %s goes on all the same: %j', async (kind, goesOn) => {
    expect((await allowed({ ledger: today }, [order({ kind })])).sent).toEqual(goesOn ? ['X'] : []);
  });

  test('it is told though something else is of the symbol, or the same of somebody else', async () => {
    const said: Hold = { strategy: 'a', symbol: 'X', reason: 'SplitApplied', detail: '' };
    const told = async (hold: Hold) => (await allowed({ ledger: today, holds: [hold] }, [order()])).held;
    expect(await told(said)).toEqual(['a/X: SplitApplied']);
    expect(await told({ ...said, strategy: 'b' })).toEqual(['b/X: SplitApplied', 'a/X: SplitApplied']);
    expect(await told({ ...said, symbol: 'Y' })).toEqual(['a/Y: SplitApplied', 'a/X: SplitApplied']);
    expect(await told({ ...said, reason: 'WithinBand' })).toEqual(['a/X: WithinBand', 'a/X: SplitApplied']);
  });

  test('of today nobody knows where nobody knows the day: what is written in new shares goes on', async () => {
    const of = { ledger: today, snapshot: { clock: { kind: 'unknown', reason: 'HTTP 503' } as const } };
    expect((await allowed(of, [order({ from: shares(80) })])).sent).toEqual(['X']);
    expect((await allowed(of, [order({ from: shares(100) })])).sent).toEqual([]);
  });

  const detail =
    "the target of 10 may count shares of before its 10-for-1 split of 2025-12-01: change it, or 'hgctl resolve X --as books --reason TEXT' says that it is right";

  test.each<[string, FactsOf & { own?: StrategyFacts }, number, boolean]>([
    ['that is the book’s in old shares', { ledger: split() }, 100, true],
    ['that is nearly so', { ledger: split() }, 100.5, true],
    [
      'that is so, under no band',
      { ledger: split(), own: { targets: { X: '10' }, band: '0%', wholeShares: false } },
      100,
      true,
    ],
    ['that is another one', { ledger: split() }, 80, false],
    ['of a part of equity', { ledger: split(), own: { targets: { X: '1%' } } }, 100, false],
    [
      'of another symbol',
      { ledger: split(), own: { targets: { Y: '10' }, universe: ['X', 'Y'] } },
      100,
      false,
    ],
  ])('of an earlier day a target %s waits, or not', async (_, of, from, waits) => {
    const told = await allowed(of, [order({ from: shares(from) })]);
    expect(told.sent).toEqual(waits ? [] : ['X']);
    expect(told.details).toEqual(waits ? [detail] : []);
  });

  test('a target that nobody has written since waits, whatever the book', async () => {
    const own: StrategyFacts = { targets: { X: '10' } };
    const { input } = await planFacts({ declared: { strategies: { a: own } } });
    const ledger = split({ revision: input.desired.digest });
    expect((await allowed({ ledger, own }, [order({ from: shares(80) })])).details).toEqual([detail]);
  });

  test('a target of a program waits where it is the book’s in old shares', async () => {
    const asked = async (count: number, from: number, more: Partial<KnownSplit> = {}) => {
      const facts = await planFacts({
        ledger: split(more),
        declared: { strategies: { a: { universe: ['X'] } } },
      });
      const strategy = {
        ...facts.strategies.get('a'),
        signal: { type: 'command' },
      } as unknown as DesiredStrategy;
      const targets = [{ symbol: 'X', priority: 0, size: { kind: 'quantity', quantity: shares(count) } }];
      const signals = new Map([['a', { kind: 'targets', targets } as never]]);
      const observed = { ...facts.input.observed, signals };
      const changed = {
        ...facts,
        strategies: new Map([['a', strategy]]),
        input: { ...facts.input, observed },
      };
      return behind(holdAfterActions, changed, { reductions: [order({ from: shares(from) })] }).reductions
        .length;
    };
    expect(await asked(10, 100)).toBe(0);
    expect(await asked(10, 80)).toBe(1);
    // Of a share, whatever part of it.
    expect(await asked(1, 10.5)).toBe(0);
    // A program may answer anew under the manifests of the split.
    const { input } = await planFacts({ declared: { strategies: { a: { universe: ['X'] } } } });
    expect(await asked(10, 80, { revision: input.desired.digest })).toBe(1);
  });

  test('a program that has not answered says nothing of before', async () => {
    const facts = await planFacts({ ledger: split(), declared: { strategies: { a: { universe: ['X'] } } } });
    const strategy = {
      ...facts.strategies.get('a'),
      signal: { type: 'command' },
    } as unknown as DesiredStrategy;
    const changed = { ...facts, strategies: new Map([['a', strategy]]) };
    expect(behind(holdAfterActions, changed, { reductions: [order()] }).reductions).toHaveLength(1);
  });
});
