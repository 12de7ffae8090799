/** Targets against a book: what is ordered, for which reason, and what is only said. */
import { describe, expect, test } from 'vitest';
import type { Ratio } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { DesiredStrategy, FixedTarget } from '../../src/desired/desired-state.ts';
import type { SignalAnswer } from '../../src/observed/observed-state.ts';
import type { PlanDraft, PlanFacts } from '../../src/reconciler/draft.ts';
import { followTargets, isWithinBand, mayFollow } from '../../src/reconciler/rules/targets.ts';
import { shares } from '../support/executing.ts';
import { behind, heldBy, NOON, planFacts, type FactsOf } from '../support/plan-facts.ts';
import type { StrategyFacts } from '../support/world.ts';

const MINUTE = 60_000;

async function followed(
  own: StrategyFacts,
  of: FactsOf = {},
  change: (facts: PlanFacts) => PlanFacts = (facts) => facts,
) {
  const facts = await planFacts({
    ...of,
    held: of.held ?? of.books?.['a'] ?? {},
    declared: { strategies: { a: own } },
    observed: { quotes: new Map([['X', { price: 10e6 as never, asOf: NOON }]]), ...of.observed },
  });
  const draft = behind(followTargets, change(facts));
  return {
    draft,
    orders: ordersOf(draft),
    held: heldBy(draft),
    details: draft.holds.map(({ detail }) => detail),
  };
}

const ordersOf = ({ reductions, entries }: PlanDraft): string[] =>
  [...reductions, ...entries].map(
    ({ id, side, quantity, reason }) => `${id}: ${side} ${quantity / 1e9} ${reason}`,
  );
const book = (count: number): FactsOf => ({ books: { a: { X: count } } });

describe('a strategy that may not follow its targets', () => {
  test.each<[StrategyFacts, string, string]>([
    [{ lifecycle: 'planned' }, 'StrategyPlanned', 'lifecycle planned: a opens nothing yet'],
    [{ enabled: false }, 'StrategyDisabled', "'hgctl enable a' turns it on"],
    [{ shutdownRequested: true }, 'ShutdownRequested', "shutdown requested; 'hgctl enable a' lifts it"],
  ])('because of %j orders nothing, and says why', async (own, reason, detail) => {
    const { orders, held, details } = await followed({ targets: { X: '10' }, ...own });
    expect({ orders, held, details }).toEqual({ orders: [], held: [`a/*: ${reason}`], details: [detail] });
  });

  test('orders nothing for an account without equity, whatever it holds', async () => {
    const own: StrategyFacts = { targets: { X: '50%' } };
    const nothing = await followed(own, { ...book(10), equity: 0 });
    expect(nothing).toMatchObject({
      orders: [],
      held: ['a/*: NoEquity'],
      details: ['the account has no equity to size from'],
    });
    expect((await followed(own, { ...book(10), equity: 20 })).orders).toEqual([
      'reduce/a/X: sell 9 TargetLowered',
    ]);
  });

  test('says nothing while nobody knows the market', async () => {
    const { orders, held } = await followed(
      { targets: { X: '10' } },
      { snapshot: { clock: { kind: 'unknown', reason: 'HTTP 503' } } },
    );
    expect({ orders, held }).toEqual({ orders: [], held: [] });
  });
});

describe('a target', () => {
  test.each<[string, StrategyFacts, number, string[]]>([
    ['opens', { targets: { X: '10' } }, 0, ['open/a/X: buy 10 NewTarget']],
    ['raises', { targets: { X: '10' } }, 4, ['increase/a/X: buy 6 TargetRaised']],
    ['lowers', { targets: { X: '4' } }, 10, ['reduce/a/X: sell 6 TargetLowered']],
    ['of zero closes', { targets: { X: '0' } }, 10, ['close/a/X: sell 10 TargetZero']],
    ['of no part closes', { targets: { X: '0%' } }, 10, ['close/a/X: sell 10 TargetZero']],
    [
      'of a part that is no share closes',
      { targets: { X: '0.001%' } },
      10,
      ['close/a/X: sell 10 TargetLowered'],
    ],
    [
      'that is listed no more closes',
      { targets: {}, universe: ['X'] },
      10,
      ['close/a/X: sell 10 RemovedFromTargets'],
    ],
    [
      'on the other side closes first',
      { targets: { X: '-5' }, shorts: 'allowed' },
      10,
      ['close/a/X: sell 10 SideChanged'],
    ],
    [
      'of zero closes, whatever else is listed',
      { targets: { Y: '0.1', X: '0' } },
      10,
      ['close/a/X: sell 10 TargetZero'],
    ],
    [
      'that is listed no more closes, whatever else is listed',
      { targets: { Y: '0.1' }, universe: ['X', 'Y'] },
      10,
      ['close/a/X: sell 10 RemovedFromTargets'],
    ],
    ['opens under a wide band', { targets: { X: '10' }, band: '150%' }, 0, ['open/a/X: buy 10 NewTarget']],
    ['that is held orders nothing', { targets: { X: '10' } }, 10, []],
  ])('%s', async (_, own, count, orders) => {
    expect((await followed(own, count === 0 ? {} : book(count))).orders).toEqual(orders);
  });

  test('on the other side says that it comes later', async () => {
    const { held, details } = await followed({ targets: { X: '-5' }, shorts: 'allowed' }, book(10));
    expect(held).toEqual(['a/X: OppositeSide']);
    expect(details).toEqual(['10 X are closed first; -5 come when the account is flat']);
  });

  test('near what is held waits, and says so', async () => {
    const { orders, held, details } = await followed({ targets: { X: '1005' } }, book(1000));
    expect({ orders, held }).toEqual({ orders: [], held: ['a/X: WithinBand'] });
    expect(details).toEqual(['book 1000, target 1005: the difference is inside the rebalance band']);
  });

  test('says where it stands, and with which group it comes', async () => {
    const listed = await followed({ targets: { X: '10' }, priorities: { X: 3 } });
    expect(listed.draft.entries[0]).toMatchObject({ priority: 3, slot: null });
    expect(listed.draft.entries[0]).not.toHaveProperty('group');
    expect(listed.draft.entries[0]?.sources[0]).toBe('strategy/a:spec.signal.params.targets[X]');
    const others: StrategyFacts = { targets: { Y: '0.1' }, universe: ['X', 'Y'] };
    for (const own of [{ targets: {}, universe: ['X'] }, others]) {
      const gone = await followed(own, book(10));
      expect(gone.draft.reductions[0]?.sources[0]).toBe('strategy/a:spec.signal.params.targets');
    }
  });
});

describe('the band', () => {
  const band = (text: number | null, wholeShares = false) => ({
    band: text === null ? null : ((text * 10_000) as Ratio),
    wholeShares,
  });

  test.each<[ReturnType<typeof band>, number, number, boolean]>([
    [band(null), 100, 100.9, true],
    [band(null), 100, 101.02, false],
    [band(null), -100, -100.9, true],
    [band(null), -100, -101.02, false],
    [band(5), 100, 95.3, true],
    [band(5), 100, 95.2, false],
    [band(5), 95, 100, false],
    [band(0), 100, 100.001, false],
    [band(null, true), 10, 10.5, true],
    [band(null, true), 10, 11, false],
    [band(5, true), 100, 104, true],
    [band(5), 0, 1, false],
    [band(5), 1, 0, false],
    [band(5), 1, -1, false],
  ])('of %j holds back from %d to %d: %j', (signal, from, to, isWithin) => {
    expect(isWithinBand(signal, shares(from), shares(to))).toBe(isWithin);
  });
});

test('A strategy of which the toggle file says nothing follows its targets', async () => {
  const { strategies } = await planFacts({ declared: { strategies: { a: { targets: { X: '10' } } } } });
  const [own] = [...strategies.values()];
  expect(own && mayFollow({ ...own, toggle: null })).toBe(true);
});

describe('in a slot', () => {
  const at = (action: 'entry' | 'exit' | 'rebalance', own: StrategyFacts): StrategyFacts => ({
    ...own,
    schedule: [{ at: { kind: 'clock', time: '12:00' }, action, window: MINUTE }],
  });
  const id = (action: string): string => `a/2025-12-02/${action}/1200`;
  const begun = (action: string, targets: readonly object[]): FactsOf['ledger'] => ({
    slots: new Map([[id(action), { slot: id(action), strategy: 'a', state: 'started', targets } as never]]),
    inventory: new Map([['a', { name: 'a', schedule: [], since: 0 } as never]]),
  });

  const bookOf = (count: number): FactsOf['ledger'] => ({
    books: new Map([
      [
        'a',
        new Map([['X', { quantity: shares(count), cost: count * 10e6, since: 0, orderId: null } as never]]),
      ],
    ]),
  });

  test('an entry opens and raises, and never reduces', async () => {
    const own = at('entry', { targets: { X: '10' } });
    const raised = await followed(own, book(4));
    expect(raised.orders).toEqual(['increase/a/X: buy 6 TargetRaised']);
    expect(raised.draft.entries[0]?.slot).toBe(id('entry'));
    const lower = await followed(own, book(40));
    expect({ orders: lower.orders, held: lower.held }).toEqual({ orders: [], held: [] });
    const other = await followed(at('entry', { targets: { X: '-5' }, shorts: 'allowed' }), book(10));
    expect({ orders: other.orders, held: other.held, details: other.details }).toEqual({
      orders: [],
      held: ['a/X: OppositeSide'],
      details: ['book 10, target -5: an entry closes nothing'],
    });
  });

  test('a rebalance does both', async () => {
    const own = at('rebalance', { targets: { X: '10' } });
    expect((await followed(own, book(40))).orders).toEqual(['reduce/a/X: sell 30 TargetLowered']);
    expect((await followed(own)).orders).toEqual(['open/a/X: buy 10 NewTarget']);
  });

  test('an exit closes what was there before it', async () => {
    const own = at('exit', { targets: { X: '10' } });
    const { orders, draft } = await followed(own, book(10));
    expect(orders).toEqual(['close/a/X: sell 10 ExitSlot']);
    expect(draft.slots).toEqual([
      {
        slot: id('exit'),
        strategy: 'a',
        action: 'exit',
        started: false,
        late: false,
        targets: [{ symbol: 'X', quantity: 0, priority: 0 }],
      },
    ]);
  });

  test('nothing is due before its time, or behind it', async () => {
    const own = at('entry', { targets: { X: '10' } });
    for (const now of [NOON - 1, NOON + MINUTE + 1])
      expect((await followed(own, { input: { now: now as Instant } })).draft).toMatchObject({
        slots: [],
        entries: [],
      });
    expect((await followed(own, { input: { now: (NOON + MINUTE) as Instant } })).draft.slots).toHaveLength(1);
  });

  test('that has begun the targets are those that it began with, as far as they are still allowed', async () => {
    const targets = [
      { symbol: 'X', quantity: shares(7), priority: 0 },
      { symbol: 'Q', quantity: shares(7), priority: 0 },
    ];
    const { orders, held, draft } = await followed(at('entry', { targets: { X: '10' } }), {
      ledger: begun('entry', targets),
    });
    expect(orders).toEqual(['open/a/X: buy 7 NewTarget']);
    expect(held).toEqual(['a/Q: OutsideUniverse']);
    expect(draft.slots).toMatchObject([{ started: true, targets }]);
  });

  test('that has begun what is held already is said no more of, and what is lowered is', async () => {
    const rebalance = at('rebalance', { targets: { X: '0' } });
    const wanting = (count: number) =>
      begun('rebalance', [{ symbol: 'X', quantity: shares(count), priority: 0 }]);
    const more = { ledger: { ...wanting(10), ...bookOf(10) } };
    expect(await followed(rebalance, { held: { X: 10 }, ...more })).toMatchObject({ orders: [], held: [] });
    const none = { ledger: { ...wanting(0), books: new Map() } };
    expect(await followed(rebalance, none)).toMatchObject({ orders: [], held: [] });
    const other = at('rebalance', { targets: { X: '10' } });
    const zero = { ledger: { ...wanting(0), ...bookOf(10) } };
    expect((await followed(other, { held: { X: 10 }, ...zero })).orders).toEqual([
      'close/a/X: sell 10 TargetLowered',
    ]);
    const less = { ledger: { ...wanting(4), ...bookOf(10) } };
    expect((await followed(rebalance, { held: { X: 10 }, ...less })).orders).toEqual([
      'reduce/a/X: sell 6 TargetLowered',
    ]);
  });

  test('that has begun and is late an exit goes on', async () => {
    const targets = [{ symbol: 'X', quantity: 0, priority: 0 }];
    const { orders, draft } = await followed(at('exit', { targets: { X: '10' } }), {
      books: { a: { X: 10 } },
      ledger: {
        ...begun('exit', targets),
        books: new Map([
          ['a', new Map([['X', { quantity: shares(10), cost: 100e6, since: 0, orderId: null } as never]])],
        ]),
      },
      input: { now: (NOON + 5 * MINUTE) as Instant },
    });
    expect(orders).toEqual(['close/a/X: sell 10 ExitSlot']);
    expect(draft.slots).toMatchObject([{ started: true, late: true }]);
  });
});

describe('beside other slots of the day', () => {
  const EXIT = 'a/2025-12-02/exit/1130';
  const ENTRY = 'a/2025-12-02/entry/1200';
  const schedule: StrategyFacts['schedule'] = [
    { at: { kind: 'clock', time: '11:30' }, action: 'exit', window: MINUTE },
    { at: { kind: 'clock', time: '12:00' }, action: 'entry', window: MINUTE },
  ];
  const target = (symbol: string, count: number, priority = 0) => ({
    symbol,
    quantity: shares(count),
    priority,
  });
  const runsOf = (runs: Readonly<Record<string, readonly [state: string, targets: readonly object[]]>>) =>
    new Map(
      Object.entries(runs).map(([slot, [state, targets]]) => [
        slot,
        { slot, strategy: 'a', state, targets } as never,
      ]),
    );
  const lots = (counts: Readonly<Record<string, number>>, since: number) =>
    new Map(
      Object.entries(counts).map(([symbol, count]) => [
        symbol,
        { quantity: shares(count), cost: count * 10e6, since, orderId: null } as never,
      ]),
    );
  const inventory = new Map([['a', { name: 'a', schedule: [], since: 0 } as never]]);
  const quotes = new Map(['X', 'Y'].map((symbol) => [symbol, { price: 10e6 as never, asOf: NOON }]));

  test('an entry takes over what an exit has not closed, and it wants just as it is', async () => {
    const runs = runsOf({
      [EXIT]: ['started', [target('X', 0), target('Y', 0)]],
      'a/2025-12-02/exit/1000': ['done', [target('Z', 0)]],
      'a/2025-12-02/entry/1001': ['started', [target('Z', 3)]],
    });
    const { draft } = await followed(
      {
        targets: { Z: '3', X: '10', Y: '5' },
        universe: ['X', 'Y', 'Z'],
        schedule,
        priorities: { X: 7, Y: 8 },
      },
      {
        held: { X: 10, Y: 4, Z: 3 },
        ledger: { slots: runs, inventory, books: new Map([['a', lots({ X: 10, Y: 4, Z: 3 }, 0)]]) },
        observed: { quotes: new Map([...quotes, ['Z', { price: 10e6 as never, asOf: NOON }]]) },
        input: { slotInHand: ENTRY },
      },
    );
    const [slot] = draft.slots;
    // Y is wanted otherwise, and no exit is about Z.
    expect(slot?.targets).toEqual([target('Y', 5, 8), target('X', 10, 7)]);
  });

  test('an entry takes over nothing that is gone, or that it does not want', async () => {
    const runs = runsOf({ [EXIT]: ['started', [target('X', 0), target('Y', 0)]] });
    const { draft } = await followed(
      { targets: { X: '10' }, universe: ['X', 'Y'], schedule },
      {
        held: { Y: 4 },
        ledger: { slots: runs, inventory, books: new Map([['a', lots({ Y: 4 }, 0)]]) },
        observed: { quotes },
        input: { slotInHand: ENTRY },
      },
    );
    expect(draft.slots.flatMap(({ targets }) => targets.map(({ symbol }) => symbol))).toEqual(['X']);
  });

  test('an entry that goes on is not held by a later slot that wants the same', async () => {
    const later = 'a/2025-12-02/entry/1230';
    const runs = runsOf({
      [ENTRY]: ['started', [target('X', 10)]],
      [later]: ['started', [target('X', 10)]],
    });
    const { orders, held } = await followed(
      { targets: { X: '10' }, schedule },
      { ledger: { slots: runs, inventory }, observed: { quotes }, input: { slotInHand: ENTRY } },
    );
    expect({ orders, held }).toEqual({ orders: ['open/a/X: buy 10 NewTarget'], held: [] });
  });

  test('an exit that goes on leaves what was opened since its time, and closes what was there', async () => {
    const at = Date.parse('2025-12-02T11:30:00-05:00');
    for (const [since, orders] of [
      [at - 1, ['close/a/X: sell 10 ExitSlot']],
      [at, []],
    ] as const) {
      const { orders: sent } = await followed(
        { targets: { X: '10' }, schedule },
        {
          held: { X: 10 },
          ledger: {
            slots: runsOf({ [EXIT]: ['started', [target('X', 0)]] }),
            inventory,
            books: new Map([['a', lots({ X: 10 }, since)]]),
          },
          observed: { quotes },
          input: { slotInHand: EXIT },
        },
      );
      expect(sent).toEqual(orders);
    }
  });
});

describe('targets that somebody else is asked for', () => {
  const asking =
    (answer: SignalAnswer | undefined) =>
    (facts: PlanFacts): PlanFacts => {
      const { input } = facts;
      const strategies = input.desired.strategies.map(
        (strategy) =>
          ({
            ...strategy,
            signal: { type: 'command', band: null, wholeShares: true },
          }) as unknown as DesiredStrategy,
      );
      const signals = new Map(answer === undefined ? [] : [['a', answer]]);
      return {
        ...facts,
        input: {
          ...input,
          desired: { ...input.desired, strategies },
          observed: { ...input.observed, signals },
        },
      };
    };
  const target: FixedTarget = { symbol: 'X', priority: 0, size: { kind: 'quantity', quantity: shares(10) } };
  const wants = { kind: 'targets', targets: [target] } as unknown as SignalAnswer;
  const failed = { kind: 'failed', reason: 'SignalFailed', detail: 'exit 1' } as unknown as SignalAnswer;
  const own = (action?: 'entry' | 'exit'): StrategyFacts => ({
    universe: ['X'],
    ...(action !== undefined && {
      schedule: [{ at: { kind: 'clock' as const, time: '12:00' }, action, window: MINUTE }],
    }),
  });

  test('are followed as they are said, and what is not named is kept', async () => {
    expect((await followed(own(), {}, asking(wants))).orders).toEqual(['open/a/X: buy 10 NewTarget']);
    const empty = { ...wants, targets: [] } as unknown as SignalAnswer;
    expect((await followed(own(), book(10), asking(empty))).orders).toEqual([]);
  });

  test('are none where the answer has failed, or is not there', async () => {
    const told = await followed(own(), book(10), asking(failed));
    expect({ orders: told.orders, held: told.held, details: told.details }).toEqual({
      orders: [],
      held: ['a/*: SignalFailed'],
      details: ['exit 1'],
    });
    const silent = await followed(own(), book(10), asking(undefined));
    expect({ orders: silent.orders, held: silent.held }).toEqual({ orders: [], held: [] });
    expect((await followed(own('entry'), {}, asking(undefined))).draft.slots).toEqual([]);
  });

  test('are not needed for an exit', async () => {
    expect((await followed(own('exit'), book(10), asking(failed))).orders).toEqual([
      'close/a/X: sell 10 ExitSlot',
    ]);
    expect((await followed(own('exit'), book(10), asking(undefined))).orders).toHaveLength(1);
  });

  test('are not needed in a slot that has them', async () => {
    const id = 'a/2025-12-02/entry/1200';
    const run = {
      slot: id,
      strategy: 'a',
      state: 'started',
      targets: [{ symbol: 'X', quantity: shares(7), priority: 0 }],
    };
    const ledger = { slots: new Map([[id, run as never]]) };
    expect((await followed(own('entry'), { ledger }, asking(undefined))).orders).toEqual([
      'open/a/X: buy 7 NewTarget',
    ]);
  });

  test('are none of a signal that nobody asks', async () => {
    const unheard = (facts: PlanFacts): PlanFacts => {
      const changed = asking(wants)(facts);
      const strategies = changed.input.desired.strategies.map(
        (strategy) => ({ ...strategy, signal: { type: 'unheard-of' } }) as unknown as DesiredStrategy,
      );
      return { ...changed, input: { ...changed.input, desired: { ...changed.input.desired, strategies } } };
    };
    expect((await followed(own(), {}, unheard)).orders).toEqual([]);
  });
});
