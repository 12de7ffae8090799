/** Two legs come together or not at all: what stops an entry, and what closes what is held. */
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import type { LedgerOrder } from '../../src/observed/ledger.ts';
import type { Freeze, PlanDraft } from '../../src/reconciler/draft.ts';
import type { DueSlot, Hold, OrderAction } from '../../src/reconciler/plan-types.ts';
import { keepGroups } from '../../src/reconciler/rules/groups.ts';
import { shares } from '../support/executing.ts';
import { behind, heldBy, NOON, orderOf, planFacts, type FactsOf } from '../support/plan-facts.ts';
import type { StrategyFacts } from '../support/world.ts';

const DAY = 86_400_000;
const TODAY = '2025-12-02';
type Counts = Readonly<Record<string, number>>;

interface Case {
  /** What `a` holds, and since how many days. */
  readonly book?: Counts;
  readonly since?: number;
  /** What the slot of today wants; by symbol, all of one group. */
  readonly aims?: Counts | null;
  /** Where entries lead, by symbol. */
  readonly entries?: Counts;
  readonly own?: StrategyFacts;
  /** Orders of the past: of which session, what for, so many wanted and filled. */
  readonly ended?: readonly Past[];
  readonly open?: readonly Past[];
  readonly freezes?: readonly (readonly [string, Freeze])[];
  readonly holds?: readonly Hold[];
  readonly reductions?: readonly OrderAction[];
  readonly slots?: readonly DueSlot[];
  readonly runs?: readonly object[];
  readonly formerNames?: ReadonlyMap<string, readonly string[]>;
  readonly input?: FactsOf['input'];
  readonly blind?: true;
  /** Entries of others. */
  readonly beside?: readonly OrderAction[];
}

interface Past {
  readonly symbol: string;
  readonly wanted: number;
  readonly filled: number;
  readonly purpose?: string;
  readonly reason?: string;
  readonly date?: string;
  readonly at?: number;
  readonly strategy?: string;
}

const targetsOf = (aims: Counts, group: string | null = 'X/Y') =>
  Object.entries(aims).map(([symbol, count]) => ({
    symbol,
    quantity: shares(count),
    priority: 0,
    ...(group !== null && { group }),
  }));

const runOf = (targets: readonly object[], more: object = {}) => ({
  slot: `a/${TODAY}/entry/1200`,
  strategy: 'a',
  state: 'started',
  targets,
  ...more,
});

function pastOrder(
  { symbol, wanted, filled, purpose = 'open', reason = 'NewTarget', at = 0, strategy = 'a' }: Past,
  id: string,
): LedgerOrder {
  return {
    intent: {
      clientOrderId: id,
      strategy,
      symbol,
      quantity: shares(wanted),
      purpose,
      reason,
      sessionDate: TODAY,
    },
    filled: shares(filled),
    intendedAt: NOON + at,
  } as unknown as LedgerOrder;
}

async function kept(of: Case) {
  const { book = {}, since = 1, aims = { X: -10, Y: 10 }, entries = {}, ended = [], open = [] } = of;
  const runs = of.runs ?? (aims === null ? [] : [runOf(targetsOf(aims))]);
  const byDate = new Map<string, Map<string, LedgerOrder>>();
  ended.forEach((past, index) => {
    const date = past.date ?? TODAY;
    const orders = byDate.get(date) ?? new Map<string, LedgerOrder>();
    byDate.set(date, orders.set(`hg-${index}`, pastOrder(past, `hg-${index}`)));
  });
  const lots = Object.entries(book).map(([symbol, count]) => [
    symbol,
    { quantity: shares(count), cost: count * 10e6, since: (NOON - since * DAY) as Instant, orderId: null },
  ]);
  const facts = await planFacts({
    held: book,
    declared: { strategies: { a: { groups: [['X', 'Y']], shorts: 'allowed', ...of.own } } },
    ledger: {
      books: new Map([['a', new Map(lots as never)]]) as never,
      slots: new Map(runs.map((run, index) => [`run-${index}`, run as never])),
      endedOrders: byDate,
      openOrders: new Map(open.map((past, index) => [`open-${index}`, pastOrder(past, `open-${index}`)])),
      ...(of.formerNames && { formerNames: of.formerNames }),
    },
    ...(of.input && { input: of.input }),
    ...(of.blind && { snapshot: { clock: { kind: 'unknown', reason: 'HTTP 503' } as const } }),
  });
  const before: Partial<PlanDraft> = {
    entries: [
      ...Object.entries(entries).map(([symbol, to]) =>
        orderOf({
          id: `open/a/${symbol}`,
          symbol,
          side: to < 0 ? 'sell' : 'buy',
          to: shares(to),
          group: 'X/Y',
        }),
      ),
      ...(of.beside ?? []),
    ],
    freezes: new Map(of.freezes ?? []),
    holds: [...(of.holds ?? [])],
    reductions: [...(of.reductions ?? [])],
    slots: [...(of.slots ?? [])],
  };
  const draft = behind(keepGroups, facts, before);
  return {
    draft,
    entries: draft.entries.map(({ symbol }) => symbol),
    closes: draft.reductions.map(({ id }) => id),
    held: heldBy(draft),
    details: draft.holds.slice(of.holds?.length ?? 0).map(({ detail }) => detail),
  };
}

const BOTH = { X: -10, Y: 10 };

describe('an entry of two legs goes out', () => {
  test.each<[string, Case]>([
    ['where both do', { entries: BOTH }],
    ['where the other one is there', { book: { X: -10 }, entries: { Y: 10 } }],
    ['where what is there then is near enough', { book: { X: -10 }, entries: { Y: 9 } }],
    ['where its partner is a little short', { entries: { X: -9, Y: 10 } }],
  ])('%s', async (_, of) => {
    const { entries, held, closes } = await kept(of);
    expect({ entries, held, closes }).toEqual({
      entries: Object.keys(of.entries ?? {}),
      held: [],
      closes: [],
    });
  });

  test('of a due slot, too, and of the newest target of each', async () => {
    const due = {
      slot: 'd',
      strategy: 'a',
      action: 'entry',
      started: false,
      late: false,
      targets: targetsOf(BOTH),
    };
    const slots = [due as DueSlot];
    expect((await kept({ entries: BOTH, aims: null, slots })).entries).toEqual(['X', 'Y']);
    const older = [runOf(targetsOf({ X: -99, Y: 1 })), runOf(targetsOf(BOTH))];
    expect((await kept({ entries: BOTH, runs: older })).entries).toEqual(['X', 'Y']);
    // The older one is still due.
    const begun = { ...due, started: true, targets: targetsOf({ X: -99, Y: 1 }) } as DueSlot;
    expect((await kept({ entries: BOTH, runs: older, slots: [begun] })).entries).toEqual(['X', 'Y']);
  });

  test.each<[string, Case]>([
    [
      'a slot of another day',
      {
        runs: [
          runOf(targetsOf(BOTH)),
          runOf(targetsOf({ X: -99, Y: 1 }), { slot: 'a/2025-12-01/entry/1200' }),
        ],
      },
    ],
    [
      'a slot of another strategy',
      {
        runs: [
          runOf(targetsOf(BOTH)),
          runOf(targetsOf({ X: -99, Y: 1 }), { slot: `b/${TODAY}/entry/1200`, strategy: 'b' }),
        ],
      },
    ],
    [
      'the due slot of another strategy',
      {
        slots: [
          {
            slot: 'd',
            strategy: 'b',
            action: 'entry',
            started: false,
            late: false,
            targets: targetsOf({ X: -99, Y: 1 }),
          },
        ],
      },
    ],
  ])('whatever %s wants', async (_, of) => {
    expect((await kept({ entries: BOTH, ...of })).entries).toEqual(['X', 'Y']);
  });
});

describe('an entry of two legs does not', () => {
  const why = { strategy: 'a', symbol: 'Y', reason: 'QuoteStale', detail: 'old' } as const;

  test.each<[string, Case, string]>([
    [
      'where the other one is stopped',
      { entries: { X: -10 }, holds: [why] },
      'Y does not go out: QuoteStale',
    ],
    ['where the other one is missing', { entries: { X: -10 } }, 'Y does not go out'],
    [
      'for a reason of another strategy, or of another symbol',
      {
        entries: { X: -10 },
        holds: [
          { ...why, strategy: 'b' },
          { ...why, symbol: 'Z' },
        ],
      },
      'Y does not go out',
    ],
    ['where what is there then is not near enough', { entries: { X: -10, Y: 8.9 } }, 'Y does not go out'],
    ['where it is alone in its group', { aims: { X: -10 }, entries: { X: -10 } }, 'it is a group of one'],
    [
      'where a leg did not fill today',
      { entries: BOTH, ended: [{ symbol: 'Y', wanted: 10, filled: 8 }] },
      'Y was not filled today, and the group is complete or not at all',
    ],
    [
      'where the group was closed today',
      {
        entries: BOTH,
        ended: [{ symbol: 'X', wanted: 5, filled: 5, purpose: 'close', reason: 'GroupIncomplete' }],
      },
      'the group was closed today, because it was not complete',
    ],
    [
      'where what was opened last did not fill, whatever was before',
      {
        entries: BOTH,
        ended: [
          { symbol: 'Y', wanted: 10, filled: 2, at: 2 },
          { symbol: 'Y', wanted: 10, filled: 10, at: 1 },
        ],
      },
      'Y was not filled today, and the group is complete or not at all',
    ],
  ])('%s', async (_, of, detail) => {
    const { entries, held, details } = await kept(of);
    expect(entries).toEqual([]);
    expect(new Set(held.slice(of.holds?.length ?? 0).map((line) => line.split(': ')[1]))).toEqual(
      new Set(['GroupIncomplete']),
    );
    expect(new Set(details)).toEqual(new Set([detail]));
  });

  test('where the other one goes out for somebody else', async () => {
    const beside = [orderOf({ id: 'open/b/Y', strategy: 'b', symbol: 'Y' })];
    const { entries, held } = await kept({ entries: { X: -10 }, beside });
    expect({ entries, held }).toEqual({ entries: ['Y'], held: ['a/X: GroupIncomplete'] });
  });

  test('while an order on one of them has no end: nothing is decided', async () => {
    const of = { book: { X: -10 }, entries: { Y: 10 }, open: [{ symbol: 'X', wanted: 10, filled: 10 }] };
    const { entries, held, details, closes } = await kept(of);
    expect({ entries, held, closes }).toEqual({ entries: [], held: ['a/Y: PendingOrder'], closes: [] });
    expect(details).toEqual(['X, of its group, has an order without an end']);
    const again: Freeze = { grade: 'again', reason: 'OrderUnresolved', detail: '', order: {} as LedgerOrder };
    expect((await kept({ ...of, freezes: [['X', again]] })).entries).toEqual([]);
    const open: Past[] = [{ symbol: 'X', wanted: 10, filled: 5, purpose: 'reduce' }];
    const frozen: Freeze = { grade: 'all', reason: 'PendingOrder', detail: '' };
    for (const freezes of [[], [['X', frozen] as const]])
      expect((await kept({ ...of, open, freezes })).held).toEqual(['a/Y: PendingOrder']);
    const sale: Past[] = [{ symbol: 'X', wanted: 10, filled: 10, purpose: 'reduce' }];
    expect((await kept({ ...of, open: sale, freezes: [['X', again]] })).entries).toEqual(['Y']);
    expect(
      (await kept({ ...of, open: [{ symbol: 'X', wanted: 10, filled: 5, strategy: 'b' }] })).entries,
    ).toEqual(['Y']);
    expect((await kept({ ...of, open: [{ symbol: 'Z', wanted: 10, filled: 5 }] })).entries).toEqual(['Y']);
  });

  test.each<[string, Past]>([
    ['nearly all of it filled', { symbol: 'Y', wanted: 10, filled: 9 }],
    ['the rest came with another order', { symbol: 'Y', wanted: 10, filled: 10 }],
    ['it was an order of another strategy', { symbol: 'Y', wanted: 10, filled: 0, strategy: 'b' }],
    ['it was an order of another day', { symbol: 'Y', wanted: 10, filled: 0, date: '2025-12-01' }],
    ['it was no entry', { symbol: 'Y', wanted: 10, filled: 0, purpose: 'reduce' }],
  ])('and it does where %s', async (_, past) => {
    expect((await kept({ entries: BOTH, ended: [past] })).entries).toEqual(['X', 'Y']);
  });

  test('and it does where orders behind the first brought the rest', async () => {
    const ended: Past[] = [
      { symbol: 'Y', wanted: 10, filled: 4, at: 1 },
      { symbol: 'Y', wanted: 6, filled: 6, purpose: 'increase', at: 2 },
    ];
    expect((await kept({ entries: BOTH, ended })).entries).toEqual(['X', 'Y']);
  });

  test('and it does where those behind it nearly did, of all that was asked for', async () => {
    const ended: Past[] = [
      { symbol: 'Y', wanted: 10, filled: 4, at: 1 },
      { symbol: 'Y', wanted: 6, filled: 5, purpose: 'increase', at: 2 },
    ];
    expect((await kept({ entries: BOTH, ended })).entries).toEqual(['X', 'Y']);
  });

  test('and it does of a strategy that owns nothing, whatever was renamed', async () => {
    const facts = await planFacts({
      declared: { strategies: { a: { groups: [['X', 'Y']], shorts: 'allowed' } } },
      ledger: {
        formerNames: new Map([['N', ['X']]]),
        slots: new Map([['run', runOf(targetsOf(BOTH)) as never]]),
      },
    });
    const entries = [orderOf({ to: shares(-10), group: 'X/Y' }), orderOf({ symbol: 'Y', group: 'X/Y' })];
    expect(behind(keepGroups, facts, { entries }).entries).toHaveLength(2);
  });
});

describe('a signal that changed while a slot went on', () => {
  test('stops what is of a group where the manifest knows none, and the other way round', async () => {
    const facts = await planFacts({ declared: { strategies: { a: {}, b: { groups: [['X', 'Y']] } } } });
    const entries = [
      orderOf({ group: 'X/Y' }),
      orderOf({ symbol: 'Z' }),
      orderOf({ strategy: 'b', symbol: 'W' }),
      orderOf({ strategy: 'c', symbol: 'V' }),
    ];
    const draft = behind(keepGroups, facts, { entries });
    expect(draft.entries.map(({ symbol }) => symbol)).toEqual(['Z', 'V']);
    expect(heldBy(draft)).toEqual(['a/X: GroupIncomplete', 'b/W: GroupIncomplete']);
    expect(draft.holds[0]?.detail).toBe('its slot began before the manifest said what comes together');
  });
});

describe('a leg that is held', () => {
  test('is closed where its partner does not come', async () => {
    const { draft, closes } = await kept({ book: { X: -10 } });
    expect(closes).toEqual(['close/a/X']);
    expect(draft.reductions[0]).toMatchObject({
      to: 0,
      reason: 'GroupIncomplete',
      slot: null,
      priority: 0,
      side: 'buy',
    });
    expect(draft.reductions[0]?.sources[0]).toBe('strategy/a:spec.signal.params.pairs');
  });

  test.each<[string, Case, string[]]>([
    ['with a partner that is near enough', { book: { X: -10, Y: 9 } }, []],
    ['with a partner that is not', { book: { X: -10, Y: 5 } }, ['close/a/X', 'close/a/Y']],
    ['with a partner on the same side', { book: { X: 10, Y: 10 } }, ['close/a/X', 'close/a/Y']],
    ['of which both were closed in part, and are in balance', { book: { X: -5, Y: 5 } }, []],
    ['behind the reductions of this pass', { book: { X: -10 }, input: { reductionsOver: true } }, []],
    ['of a strategy that had its turn', { book: { X: -10 }, input: { turnTaken: new Set(['a']) } }, []],
    ['of a strategy that is off', { book: { X: -10 }, own: { enabled: false } }, []],
    ['while nobody knows the market', { book: { X: -10 }, blind: true }, []],
    ['that is not held, and was aimed at zero', { aims: { X: 0, Y: 0 } }, []],
    ['that was aimed at zero', { book: { X: -10 }, aims: { X: 0, Y: 0 } }, ['close/a/X']],
    [
      'that is closed already',
      { book: { X: -10 }, reductions: [orderOf({ id: 'close/a/X', side: 'buy' })] },
      ['close/a/X'],
    ],
    [
      'that is a small part, without its partner',
      { book: { X: -5 }, aims: { X: -100, Y: 100 } },
      ['close/a/X'],
    ],
    [
      'beside something else under a new name',
      { book: { X: -10, N: 5 }, formerNames: new Map([['N', ['Q']]]) },
      ['close/a/X'],
    ],
    ['under its new name', { book: { N: -10, Y: 10 }, formerNames: new Map([['N', ['X']]]) }, []],
  ])('%s: what is closed', async (_, of, closes) => {
    expect((await kept(of)).closes).toEqual(closes);
  });
});

describe('what no slot of today aims at', () => {
  const idle = { aims: null } as const;

  test.each<[string, Case, string[]]>([
    ['one leg alone', { book: { X: -10 } }, ['close/a/X']],
    ['two legs', { book: { X: -10, Y: 10 } }, []],
    ['two on one side', { book: { X: 10, Y: 10 } }, ['close/a/X', 'close/a/Y']],
    ['what is of no pair', { book: { Z: 10 } }, []],
    [
      'one that is hedged by another partner',
      {
        book: { X: -10, W: 10 },
        own: {
          groups: [
            ['X', 'Y'],
            ['W', 'X'],
          ],
        },
      },
      [],
    ],
    ['one alone, behind the reductions', { book: { X: -10 }, input: { reductionsOver: true } }, []],
    [
      'one alone, while it has an order without an end',
      { book: { X: -10 }, open: [{ symbol: 'X', wanted: 1, filled: 0 }] },
      [],
    ],
    [
      'one alone, while its partner has one',
      { book: { X: -10 }, open: [{ symbol: 'Y', wanted: 1, filled: 0 }] },
      [],
    ],
    [
      'one alone, beside an order on something else',
      { book: { X: -10 }, open: [{ symbol: 'Z', wanted: 1, filled: 0 }] },
      ['close/a/X'],
    ],
    [
      'two legs, of which one never came whole',
      { book: { X: -10, Y: 5 }, ended: [{ symbol: 'Y', wanted: 10, filled: 5, date: '2025-12-01' }] },
      ['close/a/X', 'close/a/Y'],
    ],
    [
      'two legs, of which one came nearly whole',
      { book: { X: -10, Y: 9 }, ended: [{ symbol: 'Y', wanted: 10, filled: 9, date: '2025-12-01' }] },
      [],
    ],
    [
      'two legs, where that was before they were there',
      { book: { X: -10, Y: 5 }, ended: [{ symbol: 'Y', wanted: 10, filled: 5, date: '2025-11-28' }] },
      [],
    ],
    [
      'two legs, of which an operator has made another',
      { book: { X: -10, Y: 8 }, ended: [{ symbol: 'Y', wanted: 10, filled: 5, date: '2025-12-01' }] },
      [],
    ],
    [
      'two legs that were being closed',
      {
        book: { X: -10, Y: 10 },
        ended: [
          {
            symbol: 'X',
            wanted: 10,
            filled: 0,
            purpose: 'close',
            reason: 'GroupIncomplete',
            date: '2025-12-01',
          },
        ],
      },
      ['close/a/X', 'close/a/Y'],
    ],
    [
      'two legs, of which another strategy closed one',
      {
        book: { X: -10, Y: 10 },
        ended: [
          {
            symbol: 'X',
            wanted: 10,
            filled: 0,
            reason: 'GroupIncomplete',
            date: '2025-12-01',
            strategy: 'b',
          },
        ],
      },
      [],
    ],
  ])('is closed: %s', async (_, of, closes) => {
    expect((await kept({ ...idle, ...of })).closes).toEqual(closes);
  });

  test.each<[string, object]>([
    ['another day', { slot: 'a/2025-12-01/entry/1200' }],
    ['another strategy', { strategy: 'b', slot: `b/${TODAY}/entry/1200` }],
  ])('is not what a slot of %s wanted', async (_, more) => {
    const { closes, entries } = await kept({
      book: { X: -10 },
      entries: {},
      runs: [runOf(targetsOf(BOTH), more)],
    });
    expect({ closes, entries }).toEqual({ closes: ['close/a/X'], entries: [] });
  });

  test('is not what stands alone in its slot', async () => {
    for (const count of [10, 0]) {
      const runs = [runOf(targetsOf({ Z: count }, null))];
      expect((await kept({ book: { Z: 10 }, runs })).closes).toEqual([]);
    }
  });
});
