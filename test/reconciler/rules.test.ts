/** Rules of the plan one by one: what each stops, what it lets through, and what it says. */
import { describe, expect, test } from 'vitest';
import type { Price } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Drain } from '../../src/observed/drain-events.ts';
import type { MarketClock } from '../../src/observed/broker-view.ts';
import type { ExecutionLock } from '../../src/observed/ledger.ts';
import type { ObservedState } from '../../src/observed/observed-state.ts';
import type { PlanDraft } from '../../src/reconciler/draft.ts';
import type { DueSlot, OrderAction } from '../../src/reconciler/plan-types.ts';
import { keepBlockedAccount } from '../../src/reconciler/rules/account-blocked.ts';
import { doubtCalendar } from '../../src/reconciler/rules/calendar-mismatch.ts';
import { doubtClock } from '../../src/reconciler/rules/clock-skew.ts';
import { keepClosingTime } from '../../src/reconciler/rules/closing-time.ts';
import { flattenBooks, keepHalt } from '../../src/reconciler/rules/halt.ts';
import { holdUnderInvalidManifests } from '../../src/reconciler/rules/manifests-invalid.ts';
import { keepMarketHours } from '../../src/reconciler/rules/market-hours.ts';
import { reportMissedSlots } from '../../src/reconciler/rules/missed-slots.ts';
import { handleOrphans } from '../../src/reconciler/rules/orphans.ts';
import { refuseConflicts } from '../../src/reconciler/rules/ownership.ts';
import { keepQuoteGuards } from '../../src/reconciler/rules/quote-guards.ts';
import { tradingRules } from '../../src/reconciler/rules/index.ts';
import { holdUnasked, keepShortable } from '../../src/reconciler/rules/shorts.ts';
import { followTargets } from '../../src/reconciler/rules/targets.ts';
import { completeShutdowns } from '../../src/reconciler/rules/shutdowns.ts';
import { releaseStaleLock } from '../../src/reconciler/rules/stale-lock.ts';
import { keepSuspensions } from '../../src/reconciler/rules/suspensions.ts';
import { shares } from '../support/executing.ts';
import { behind, heldBy, NOON, orderOf, planFacts, type FactsOf } from '../support/plan-facts.ts';

const MINUTE = 60_000;
const at = (time: string): Instant => Date.parse(`2025-12-02T${time}-05:00`) as Instant;
const UNKNOWN = { kind: 'unknown', reason: 'HTTP 503' } as const;
/** A snapshot of which a part is missing: nobody knows the market. */
const blind: FactsOf = { snapshot: { clock: UNKNOWN } };
const selling = orderOf({
  kind: 'reduce',
  id: 'reduce/a/Y',
  symbol: 'Y',
  side: 'sell',
  from: shares(20),
  reason: 'TargetLowered',
});
const both = (): Partial<PlanDraft> => ({ entries: [orderOf()], reductions: [selling] });
const sent = ({ entries, reductions }: PlanDraft): string[] =>
  [...reductions, ...entries].map(({ strategy, symbol }) => `${strategy}/${symbol}`);
const detailsOf = ({ holds }: PlanDraft): string[] => holds.map(({ detail }) => detail);
const slotOf = (more: Partial<DueSlot>): DueSlot => ({
  slot: 'a/2025-12-02/entry/1200',
  strategy: 'a',
  action: 'entry',
  started: false,
  late: false,
  targets: [],
  ...more,
});

describe('An account of which the broker takes no order', () => {
  const blocked = async (reason: string | undefined) => {
    const facts = await planFacts({});
    const account = { ...facts.market?.account, ...(reason !== undefined && { blocked: reason }) };
    const market = { ...facts.market, account } as typeof facts.market;
    return behind(keepBlockedAccount, { ...facts, market }, both());
  };

  test('gets none, and each says what waits', async () => {
    const draft = await blocked('the account is blocked');
    expect(sent(draft)).toEqual([]);
    expect(heldBy(draft)).toEqual(['*/*: AccountBlocked', 'a/Y: AccountBlocked', 'a/X: AccountBlocked']);
    expect(detailsOf(draft)).toEqual([
      'the account is blocked',
      'sell 10 Y waits; the account is blocked',
      'buy 10 X waits; the account is blocked',
    ]);
  });

  test('is not one of which nothing is said', async () => {
    const draft = await blocked(undefined);
    expect({ sent: sent(draft), held: heldBy(draft) }).toEqual({ sent: ['a/Y', 'a/X'], held: [] });
    expect(sent(behind(keepBlockedAccount, await planFacts(blind), both()))).toEqual(['a/Y', 'a/X']);
  });
});

describe('A clock', () => {
  test.each([
    [2_000, null],
    [-2_000, null],
    [2_001, "this machine's clock is 2.001 s behind the broker's: set it right"],
    [-2_001, "this machine's clock is 2.001 s ahead of the broker's: set it right"],
  ])('that is off by %d ms opens nothing: %j', async (clockSkew, detail) => {
    const draft = behind(doubtClock, await planFacts({ snapshot: { clockSkew } }));
    expect(draft.entriesBlocked).toEqual(detail === null ? null : { reason: 'ClockSkew', detail });
    expect(heldBy(draft)).toEqual(detail === null ? [] : ['*/*: ClockSkew']);
  });

  test('that is off is not the first reason where there was one', async () => {
    const entriesBlocked = { reason: 'ForeignController', detail: 'so' } as const;
    const facts = await planFacts({ snapshot: { clockSkew: 5_000 }, input: { manifests: 'invalid' } });
    expect(behind(doubtClock, facts, { entriesBlocked }).entriesBlocked).toBe(entriesBlocked);
    expect(behind(holdUnderInvalidManifests, facts, { entriesBlocked }).entriesBlocked).toBe(entriesBlocked);
  });
});

describe('Our calendar and the broker’s', () => {
  const session = (date: string, open: string, close: string): FactsOf['clock'] => ({
    lastSubmit: at('15:59:30'),
    session: {
      date,
      open: Date.parse(`${date}T${open}:00-05:00`) as Instant,
      close: Date.parse(`${date}T${close}:00-05:00`) as Instant,
    },
  });
  const doubted = async (clock: FactsOf['clock']) => behind(doubtCalendar, await planFacts({ clock }));

  test('that agree stop nothing', async () => {
    const draft = await doubted(session('2025-12-02', '09:30', '16:00'));
    expect({ held: heldBy(draft), blocked: draft.entriesBlocked }).toEqual({ held: [], blocked: null });
    expect(behind(doubtCalendar, await planFacts(blind)).holds).toEqual([]);
  });

  test.each([
    ['2025-12-02', '09:30', '13:00', '2025-12-02'],
    ['2025-12-03', '09:30', '16:00', '2025-12-02'],
    ['2025-12-01', '09:30', '16:00', '2025-12-01'],
  ])(
    'that do not agree (the broker has %s %s-%s) open nothing, and say which day to look at',
    async (date, open, close, day) => {
      const draft = await doubted(session(date, open, close));
      const detail = `our calendar: 2025-12-02 09:30-16:00; the broker: ${date} ${open}-${close}; if the broker is right, say so in spec.calendar.overrides of the Account (${day})`;
      expect(draft.entriesBlocked).toEqual({ reason: 'CalendarMismatch', detail });
      expect(detailsOf(draft)).toEqual([detail]);
      expect(heldBy(draft)).toEqual(['*/*: CalendarMismatch']);
      const entriesBlocked = { reason: 'ClockSkew', detail: 'so' } as const;
      const facts = await planFacts({ clock: session(date, open, close) });
      expect(behind(doubtCalendar, facts, { entriesBlocked }).entriesBlocked).toBe(entriesBlocked);
    },
  );
});

test('Manifests that nobody can read open nothing, and say where to look', async () => {
  const draft = behind(holdUnderInvalidManifests, await planFacts({ input: { manifests: 'invalid' } }));
  const detail =
    "the manifests on disk are invalid: 'hgctl validate' says where; the last accepted ones are in force";
  expect(draft.entriesBlocked).toEqual({ reason: 'ManifestsInvalid', detail });
  expect(heldBy(draft)).toEqual(['*/*: ManifestsInvalid']);
  const accepted = behind(holdUnderInvalidManifests, await planFacts({}));
  expect({ held: heldBy(accepted), blocked: accepted.entriesBlocked }).toEqual({ held: [], blocked: null });
});

describe('Market hours', () => {
  const ranged = async (clock: Partial<MarketClock>, now = NOON, declared: FactsOf['declared'] = {}) =>
    behind(keepMarketHours, await planFacts({ clock, declared, input: { now } }), both());
  const until = { lastSubmit: at('15:59:30') };

  test.each<[string, Partial<MarketClock>, Instant]>([
    ['without a cut-off', {}, at('23:00:00')],
    ['before the last moment', until, NOON],
    ['at the last moment', until, at('15:59:30')],
  ])('let everything through %s', async (_, clock, now) => {
    const draft = await ranged(clock, now);
    expect({ sent: sent(draft), held: heldBy(draft) }).toEqual({ sent: ['a/Y', 'a/X'], held: [] });
  });

  test.each<[string, Partial<MarketClock>, Instant, string]>([
    ['while it is closed', { isOpen: false }, NOON, 'next open 2025-12-02 09:30:00 EST'],
    ['behind the last moment', until, at('15:59:31'), 'too close to the end of this session'],
    [
      'where only the broker thinks that it is open',
      { ...until, session: { date: '2025-12-01', open: at('09:30:00'), close: at('16:00:00') } },
      at('15:59:31'),
      'our calendar says that the session is over, or has not begun',
    ],
  ])('let nothing through %s, and say when', async (_, clock, now, why) => {
    const draft = await ranged(clock, now);
    expect(sent(draft)).toEqual([]);
    expect(heldBy(draft)).toEqual(['a/Y: MarketClosed', 'a/X: MarketClosed']);
    expect(detailsOf(draft)).toEqual([`sell 10 Y waits; ${why}`, `buy 10 X waits; ${why}`]);
  });

  test('say nothing where nobody knows the market', async () => {
    const draft = behind(keepMarketHours, await planFacts(blind), both());
    expect(sent(draft)).toEqual(['a/Y', 'a/X']);
  });
});

describe('A halt', () => {
  const halted = async (mode: 'hold' | 'cancel' | 'flatten' | null) => {
    const halt = mode === null ? null : { mode, reason: 'drill', by: 'alice', since: NOON };
    const facts = await planFacts({
      books: { a: { X: 10 }, b: { Y: -5 } },
      held: { X: 10, Y: -5 },
      ledger: {},
    });
    return {
      draft: behind(
        keepHalt,
        { ...facts, ledger: { ...facts.ledger, halt } },
        { ...both(), slots: [slotOf({})] },
      ),
      flat: behind(flattenBooks, facts),
    };
  };
  const words = "halted by alice since 2025-12-02 12:00:00 EST: drill; 'hgctl unhalt --reason TEXT' ends it";

  test.each(['hold', 'cancel'] as const)('(%s) lets nothing through, and no slot begin', async (mode) => {
    const { draft } = await halted(mode);
    expect({ sent: sent(draft), slots: draft.slots }).toEqual({ sent: [], slots: [] });
    expect(heldBy(draft)).toEqual(['*/*: Halted', 'a/Y: Halted', 'a/X: Halted']);
    expect(detailsOf(draft)).toEqual([words, `sell 10 Y waits; ${words}`, `buy 10 X waits; ${words}`]);
  });

  test('that sells everything lets that through, and is said', async () => {
    const { draft } = await halted('flatten');
    expect({ sent: sent(draft), held: heldBy(draft) }).toEqual({
      sent: ['a/Y', 'a/X'],
      held: ['*/*: Halted'],
    });
  });

  test('that is none stops nothing', async () => {
    const { draft } = await halted(null);
    expect({ sent: sent(draft), held: heldBy(draft), slots: draft.slots.length }).toEqual({
      sent: ['a/Y', 'a/X'],
      held: [],
      slots: 1,
    });
  });

  test('sells what each strategy owns, and buys back what it owes', async () => {
    const { flat } = await halted('flatten');
    expect(
      flat.reductions.map(({ id, side, to, reason, slot, priority }) => ({
        id,
        side,
        to,
        reason,
        slot,
        priority,
      })),
    ).toEqual([
      { id: 'close/a/X', side: 'sell', to: 0, reason: 'Flattening', slot: null, priority: 0 },
      { id: 'close/b/Y', side: 'buy', to: 0, reason: 'Flattening', slot: null, priority: 0 },
    ]);
    expect(flat.reductions[0]?.sources[0]).toBe('journal: kill --flatten');
  });
});

describe('A suspension', () => {
  const suspended = async (until: Instant | null) => {
    const suspension = { strategy: 'a', reason: 'drill', by: 'alice', since: NOON, until };
    const facts = await planFacts({ ledger: { suspensions: new Map([['a', suspension]]) } });
    const other = orderOf({ id: 'open/b/Z', strategy: 'b', symbol: 'Z' });
    return behind(keepSuspensions, facts, {
      entries: [orderOf(), other],
      reductions: [{ ...selling, slot: 'a/2025-12-02/rebalance/1200' }],
      slots: [
        slotOf({}),
        slotOf({ slot: 'a/2025-12-02/exit/1300', action: 'exit' }),
        slotOf({ slot: 'a/2025-12-02/rebalance/1200', action: 'rebalance' }),
        slotOf({ slot: 'a/2025-12-02/rebalance/1300', action: 'rebalance' }),
        slotOf({ slot: 'b/2025-12-02/entry/1200', strategy: 'b' }),
      ],
    });
  };

  test('stops what its strategy opens, and what slots could only open', async () => {
    const draft = await suspended(null);
    expect(sent(draft)).toEqual(['a/Y', 'b/Z']);
    expect(draft.slots.map(({ slot }) => slot)).toEqual([
      'a/2025-12-02/exit/1300',
      'a/2025-12-02/rebalance/1200',
      'b/2025-12-02/entry/1200',
    ]);
    const words = "suspended by alice since 2025-12-02 12:00:00 EST: drill; 'hgctl resume a' ends it";
    expect(heldBy(draft)).toEqual(['a/*: Suspended', 'a/X: Suspended']);
    expect(detailsOf(draft)).toEqual([words, `buy 10 X waits; ${words}`]);
  });

  test('whose time is over stops nothing', async () => {
    const draft = await suspended(NOON);
    expect({ sent: sent(draft), held: heldBy(draft), slots: draft.slots.length }).toEqual({
      sent: ['a/Y', 'a/X', 'b/Z'],
      held: [],
      slots: 5,
    });
  });
});

describe('A symbol has one owner', () => {
  const owned = async (of: FactsOf, entries: readonly OrderAction[]) =>
    behind(refuseConflicts, await planFacts(of), { entries: [...entries] });
  const short = orderOf({ side: 'sell', to: shares(-10) });

  test.each<[string, FactsOf, OrderAction, string | null]>([
    ['that is nobody’s is opened', {}, orderOf(), null],
    ['that is its own is opened further', { books: { a: { X: 5 } } }, orderOf(), null],
    ['that is another’s is not', { books: { b: { X: 5 } } }, orderOf(), 'X is owned by b'],
    [
      'that is bought while the account is short is not',
      { held: { X: -1 } },
      orderOf(),
      'the account is on the other side of X',
    ],
    ['that is bought while the account is long is', { held: { X: 1 } }, orderOf(), null],
    [
      'that is sold short while the account is long is not',
      { held: { X: 1 } },
      short,
      'the account is on the other side of X',
    ],
    ['that is sold short while the account is short is', { held: { X: -1 } }, short, null],
    ['that is sold short while the account is flat is', {}, short, null],
    ['is opened though nobody knows the market', blind, orderOf(), null],
  ])('one %s', async (_, of, entry, detail) => {
    const draft = await owned(of, [entry]);
    expect(sent(draft)).toEqual(detail === null ? ['a/X'] : []);
    expect(detailsOf(draft)).toEqual(detail === null ? [] : [detail]);
  });

  test('of two that want it the first', async () => {
    const second = orderOf({ id: 'open/b/X', strategy: 'b' });
    const draft = await owned({}, [orderOf(), second, orderOf({ symbol: 'Z' })]);
    expect(sent(draft)).toEqual(['a/X', 'a/Z']);
    expect(heldBy(draft)).toEqual(['b/X: SymbolConflict']);
    expect(detailsOf(draft)).toEqual(['X is being opened by another strategy']);
  });

  test('one that was refused takes it from nobody', async () => {
    const draft = await owned({ books: { b: { X: 5 } } }, [
      orderOf(),
      orderOf({ id: 'increase/b/X', strategy: 'b' }),
    ]);
    expect(sent(draft)).toEqual(['b/X']);
  });
});

describe('The quote of an entry', () => {
  const quoted = async (price: number | null, of: FactsOf = {}) => {
    const quote = { price: ((price ?? 0) * 1e6) as Price, asOf: NOON };
    const quotes: ObservedState['quotes'] = new Map(price === null ? [] : [['X', quote]]);
    return behind(keepQuoteGuards, await planFacts({ ...of, observed: { quotes } }), both());
  };

  test('far from its price stops it, and nothing else', async () => {
    const draft = await quoted(11);
    expect({ sent: sent(draft), held: heldBy(draft) }).toEqual({ sent: ['a/Y'], held: ['a/X: PriceCollar'] });
    expect(sent(await quoted(10.5))).toEqual(['a/Y', 'a/X']);
  });

  test('is no matter without one, while the market is closed, or nobody knows it', async () => {
    expect(sent(await quoted(null))).toEqual(['a/Y', 'a/X']);
    expect(sent(await quoted(11, { clock: { isOpen: false } }))).toEqual(['a/Y', 'a/X']);
    expect(sent(await quoted(11, blind))).toEqual(['a/Y', 'a/X']);
  });
});

describe('A shutdown that was asked for', () => {
  const drain = (more: Partial<Drain> = {}): Drain =>
    ({ strategy: 'a', close: false, by: 'alice', since: NOON, state: 'pending', ...more }) as Drain;
  const lock = (holder: string): ExecutionLock =>
    ({ fence: 4, lockId: 'l-1', holder, owner: { pid: 9 }, acquired: NOON }) as ExecutionLock;
  const completed = async (own: Drain, holder: string | null, kind: 'held' | 'free' | 'stale' = 'held') => {
    const view = kind === 'stale' ? ({ kind, why: 'LockExpired' } as const) : { kind };
    const ledger = { drains: new Map([['a', own]]), lock: holder === null ? null : lock(holder) };
    return behind(completeShutdowns, await planFacts({ ledger, observed: { lock: view } })).shutdowns;
  };

  test('is completed, and says how', async () => {
    expect(await completed(drain(), null, 'free')).toEqual([
      {
        kind: 'complete-shutdown',
        id: 'complete-shutdown/a',
        strategy: 'a',
        symbol: null,
        reason: 'ShutdownRequested',
        from: 'shutdown requested',
        to: 'disabled',
        sources: ['journal: disabled by alice'],
      },
    ]);
    expect(await completed(drain({ close: true }), null, 'free')).toMatchObject([
      { to: 'closed and disabled' },
    ]);
  });

  test('is completed once, and not while its strategy still executes', async () => {
    expect(await completed(drain({ state: 'completed' }), null, 'free')).toEqual([]);
    expect(await completed(drain(), 'a')).toEqual([]);
    expect(await completed(drain(), 'b')).toHaveLength(1);
    expect(await completed(drain(), 'a', 'stale')).toHaveLength(1);
    expect(await completed(drain(), null)).toHaveLength(1);
  });

  test('waits for no lock whose holder is gone: that is taken over first', async () => {
    const released = async (holder: string | null, view: ObservedState['lock']) =>
      behind(
        releaseStaleLock,
        await planFacts({
          ledger: { lock: holder === null ? null : lock(holder) },
          observed: { lock: view },
        }),
      ).housekeeping;
    expect(await released('a', { kind: 'stale', why: 'LockHolderGone' })).toEqual([
      {
        kind: 'release-stale-lock',
        id: 'release-stale-lock/4',
        strategy: 'a',
        symbol: null,
        reason: 'LockHolderGone',
        fence: 4,
        from: 'held by a (pid 9) since 2025-12-02 12:00:00',
        to: 'free',
        sources: ['journal: lock l-1'],
      },
    ]);
    expect(await released('a', { kind: 'held' })).toEqual([]);
    expect(await released('a', { kind: 'free' })).toEqual([]);
    expect(await released(null, { kind: 'stale', why: 'LockExpired' })).toEqual([]);
  });
});

describe('A slot whose time has passed', () => {
  const schedule = [
    { at: { kind: 'clock' as const, time: '11:00' }, action: 'entry' as const, window: MINUTE },
  ];
  const id = 'a/2025-12-02/entry/1100';
  const missed = async (started: boolean, lock: ObservedState['lock'], enabled = true) => {
    const run = { slot: id, strategy: 'a', state: 'started', targets: [], startedAt: at('11:00:00') };
    const known = { name: 'a', schedule, since: at('09:00:00'), universe: [] };
    const facts = await planFacts({
      declared: { strategies: { a: { targets: { X: '1' }, schedule, enabled } } },
      ledger: {
        slots: new Map(
          started ? [[id, run as never]] : [['a/2025-12-02/entry/0931', { ...run, state: 'done' } as never]],
        ),
        inventory: new Map([['a', known as never]]),
      },
      observed: { lock },
    });
    return behind(reportMissedSlots, facts).housekeeping;
  };

  test('is told, and what of it was not traded', async () => {
    expect(await missed(false, { kind: 'free' })).toEqual([
      {
        kind: 'report-missed',
        id: `report-missed/${id}`,
        strategy: 'a',
        symbol: null,
        slot: id,
        reason: 'SlotMissed',
        from: 'due 2025-12-02 11:00:00 EST',
        to: 'not traded',
        sources: ['strategy/a:spec.schedule'],
      },
    ]);
    expect(await missed(true, { kind: 'free' })).toMatchObject([
      { to: 'not finished, the rest is not traded' },
    ]);
  });

  test('is not over while somebody is still at it', async () => {
    expect(await missed(true, { kind: 'held' })).toEqual([]);
    expect(await missed(false, { kind: 'held' })).toHaveLength(1);
  });

  test('is none of a strategy that follows nothing', async () => {
    expect(await missed(false, { kind: 'free' }, false)).toEqual([]);
  });
});

describe('A book whose strategy is off or unknown', () => {
  const orphaned = async (of: FactsOf) => behind(handleOrphans, await planFacts(of));
  const book: FactsOf = { books: { a: { X: 10 } }, held: { X: 10 } };
  const off = (more: object = {}): FactsOf => ({
    ...book,
    declared: { strategies: { a: { targets: { X: '1' }, enabled: false, ...more } } },
  });
  const drains = new Map([['a', { strategy: 'a', close: true, state: 'pending', by: 'alice' } as Drain]]);

  test('is kept, and says why', async () => {
    const disabled = await orphaned(off());
    expect(heldBy(disabled)).toEqual(['a/X: OrphanHeld']);
    expect(detailsOf(disabled)).toEqual(['10 shares; a is disabled, orphans: hold']);
    const undeclared = await orphaned(book);
    expect(heldBy(undeclared)).toEqual(['a/X: Undeclared']);
    expect(detailsOf(undeclared)).toEqual(['10 shares; a has no manifest, its book is kept']);
    expect([...disabled.reductions, ...undeclared.reductions]).toEqual([]);
  });

  test('is nothing of a strategy that is on', async () => {
    const draft = await orphaned(off({ enabled: true }));
    expect({ held: heldBy(draft), reductions: draft.reductions }).toEqual({ held: [], reductions: [] });
  });

  test('says nothing of its own where nobody can read the manifests, unless nobody ever declared it', async () => {
    const invalid = { ...book, input: { manifests: 'invalid' as const } };
    const known = (more: object): FactsOf => ({
      ...invalid,
      ledger: { inventory: new Map([['a', { name: 'a', schedule: [], ...more } as never]]) },
    });
    expect(heldBy(await orphaned(known({})))).toEqual([]);
    expect(heldBy(await orphaned(known({ absent: true })))).toEqual(['a/X: Undeclared']);
    expect(heldBy(await orphaned(invalid))).toEqual(['a/X: Undeclared']);
    expect(heldBy(await orphaned({ ...off(), input: { manifests: 'invalid' } }))).toEqual([
      'a/X: OrphanHeld',
    ]);
  });

  test.each<[string, FactsOf, object]>([
    [
      'where an operator has said so',
      { ...off(), ledger: { drains } },
      { reason: 'ShutdownRequested', source: 'journal: disable or close-orphaned' },
    ],
    [
      'where its manifest says so',
      off({ orphans: 'close' }),
      { reason: 'StrategyDisabled', source: 'strategy/a:spec.orphans' },
    ],
  ])('is closed %s', async (_, of, { reason, source }: { reason?: string; source?: string }) => {
    const { reductions, holds } = await orphaned(of);
    expect(reductions).toMatchObject([
      { kind: 'close-orphaned', id: 'close-orphaned/a/X', to: 0, reason, slot: null, priority: 0 },
    ]);
    expect(reductions[0]?.sources[0]).toBe(source);
    expect(holds).toEqual([]);
  });

  describe('and that has an exit now', () => {
    const schedule = [
      { at: { kind: 'clock' as const, time: '12:00' }, action: 'exit' as const, window: MINUTE },
      { at: { kind: 'clock' as const, time: '11:59' }, action: 'entry' as const, window: 5 * MINUTE },
    ];
    const exiting: FactsOf = { ...book, books: { a: { X: 10 }, b: { Z: 5 } } };
    const run = async (more: Partial<FactsOf> = {}) => {
      const facts = await planFacts({ ...exiting, ...more });
      const entry = { name: 'a', schedule, since: at('09:00:00') };
      const inventory = new Map([['a', entry as never]]);
      return behind(handleOrphans, { ...facts, ledger: { ...facts.ledger, inventory } });
    };

    test('is sold, and the other is kept', async () => {
      const draft = await run();
      expect(draft.reductions).toMatchObject([
        { kind: 'close', reason: 'ExitSlot', slot: 'a/2025-12-02/exit/1200', to: 0 },
      ]);
      expect(draft.reductions[0]?.sources[0]).toBe('journal: schedule of a');
      expect(heldBy(draft)).toEqual(['b/Z: Undeclared']);
      expect(draft.slots).toEqual([
        {
          slot: 'a/2025-12-02/exit/1200',
          strategy: 'a',
          action: 'exit',
          started: false,
          late: false,
          targets: [{ symbol: 'X', quantity: 0, priority: 0 }],
        },
      ]);
    });

    test('is sold late, too', async () => {
      const draft = await run({ input: { now: at('12:05:00') } });
      expect(draft.slots).toMatchObject([{ late: true, started: false }]);
      expect(draft.reductions).toHaveLength(1);
    });

    test('goes on with the targets that it began with', async () => {
      const facts = await planFacts(exiting);
      const entry = { name: 'a', schedule, since: at('09:00:00') };
      const slot = { slot: 'a/2025-12-02/exit/1200', strategy: 'a', state: 'started', targets: [] };
      const ledger = {
        ...facts.ledger,
        inventory: new Map([['a', entry as never]]),
        slots: new Map([[slot.slot, slot as never]]),
      };
      const draft = behind(handleOrphans, { ...facts, ledger });
      expect(draft.slots).toMatchObject([{ started: true, targets: [] }]);
      expect({ reductions: draft.reductions, held: heldBy(draft) }).toEqual({
        reductions: [],
        held: ['a/X: Undeclared', 'b/Z: Undeclared'],
      });
    });

    test('is kept before its time', async () => {
      const draft = await run({ input: { now: at('11:59:59') } });
      expect({ slots: draft.slots, reductions: draft.reductions }).toEqual({ slots: [], reductions: [] });
    });
  });
});

describe('Entries that cannot all be sent before the session ends', () => {
  const WAVE = 45_000;
  const entry = (symbol: string, strategy = 'a', group?: string): OrderAction =>
    orderOf({ id: `open/${strategy}/${symbol}`, strategy, symbol, ...(group !== undefined && { group }) });
  const timed = async (waves: number, before: Partial<PlanDraft>, maxInFlight = 1) => {
    const last = (NOON + waves * WAVE) as Instant;
    const facts = await planFacts({
      clock: { lastSubmit: last },
      declared: { execution: { maxInFlight }, strategies: { a: { priority: 1 }, b: { priority: 2 } } },
    });
    return behind(keepClosingTime, facts, before);
  };

  test.each([
    [0, 1, ['a/A']],
    [1, 1, ['a/A', 'a/B']],
    [0.99, 1, ['a/A']],
    [0, 2, ['a/A', 'a/B']],
    [1, 2, ['a/A', 'a/B', 'a/C']],
    [-0.01, 2, []],
    [-2.5, 1, []],
    [9, 1, ['a/A', 'a/B', 'a/C']],
  ])('with time for %d waves of %d: %j go out', async (waves, maxInFlight, out) => {
    const draft = await timed(waves, { entries: [entry('A'), entry('B'), entry('C')] }, maxInFlight);
    expect(sent(draft)).toEqual(out);
    expect(draft.holds).toHaveLength(3 - out.length);
    for (const { reason, detail } of draft.holds)
      expect(`${reason}: ${detail}`).toMatch(
        /^NoTimeBeforeClose: the orders before it may take until after 2025-12-02 1[12]:\d\d:\d\d EST, when the last one goes out$/,
      );
  });

  test('come behind the reductions of all, which always go', async () => {
    const reductions = [selling, { ...selling, symbol: 'Z' }, { ...selling, strategy: 'b', symbol: 'W' }];
    const before = (): Partial<PlanDraft> => ({ reductions: [...reductions], entries: [entry('A')] });
    expect(sent(await timed(2, before(), 2))).toEqual(['a/Y', 'a/Z', 'b/W', 'a/A']);
    expect(sent(await timed(1.9, before(), 2))).toEqual(['a/Y', 'a/Z', 'b/W']);
    expect(sent(await timed(3, before(), 1))).toEqual(['a/Y', 'a/Z', 'b/W', 'a/A']);
    expect(sent(await timed(2.9, before(), 1))).toEqual(['a/Y', 'a/Z', 'b/W']);
  });

  test('come one strategy behind the other, by priority', async () => {
    const entries = [entry('B', 'b'), entry('A')];
    expect(sent(await timed(0, { entries }, 4))).toEqual(['a/A']);
    expect(sent(await timed(1, { entries: [entry('B', 'b'), entry('A')] }, 4))).toEqual(['b/B', 'a/A']);
  });

  test('come behind all waves of the strategy before', async () => {
    const entries = (): OrderAction[] => [entry('A'), entry('B'), entry('C'), entry('D', 'b')];
    expect(sent(await timed(3, { entries: entries() }))).toEqual(['a/A', 'a/B', 'a/C', 'b/D']);
    expect(sent(await timed(2.9, { entries: entries() }))).toEqual(['a/A', 'a/B', 'a/C']);
  });

  test('of one group go all, with time to undo them, or none', async () => {
    const legs = (): Partial<PlanDraft> => ({
      entries: [entry('A', 'a', 'g'), entry('B', 'a', 'g'), entry('C')],
    });
    expect(sent(await timed(4, legs()))).toEqual(['a/A', 'a/B', 'a/C']);
    expect(sent(await timed(3.9, legs()))).toEqual(['a/C']);
    expect(sent(await timed(2, legs(), 2))).toEqual(['a/A', 'a/B', 'a/C']);
    expect(sent(await timed(1.9, legs(), 2))).toEqual(['a/C']);
    expect(sent(await timed(0, legs()))).toEqual(['a/C']);
  });

  test('are no matter without a last moment, or while nobody knows the market', async () => {
    const facts = await planFacts({ declared: { strategies: { a: {} } } });
    expect(sent(behind(keepClosingTime, facts, both()))).toEqual(['a/Y', 'a/X']);
    expect(sent(behind(keepClosingTime, await planFacts(blind), both()))).toEqual(['a/Y', 'a/X']);
  });
});

describe('What would be sold short', () => {
  const short = (symbol = 'X', strategy = 'a'): OrderAction =>
    orderOf({ id: `open/${strategy}/${symbol}`, strategy, symbol, side: 'sell', to: shares(-10) });
  const long = orderOf({ symbol: 'L' });
  const asked = async (assets: ObservedState['assets'], entries: readonly OrderAction[]) => {
    const declared = { strategies: { a: { shorts: 'allowed' }, b: {} } } as const;
    return behind(keepShortable, await planFacts({ declared, observed: { assets } }), {
      entries: [...entries],
    });
  };
  const answer = (...borrowed: string[]): ObservedState['assets'] => ({
    kind: 'ok',
    data: new Map(
      borrowed.map((symbol) => [symbol, { notShortable: symbol === 'H' ? 'hard to borrow' : null }]),
    ),
    asOf: NOON,
  });

  test('is asked for where nobody has asked, and nothing else is', async () => {
    const draft = await asked(null, [long, short(), short('Y')]);
    expect(sent(draft)).toEqual(['a/L', 'a/X', 'a/Y']);
    expect(draft.toBorrow).toEqual(['X', 'Y']);
    expect((await asked(null, [long])).toBorrow).toEqual([]);
  });

  test.each<[string, OrderAction, ObservedState['assets'], string | null, string]>([
    ['of what can be borrowed', short(), answer('X'), null, ''],
    ['of what cannot', short('H'), answer('H'), 'NotShortable', 'hard to borrow'],
    [
      'of what the broker says nothing of',
      short(),
      answer('Y'),
      'NotShortable',
      'the broker says nothing of X',
    ],
    [
      'while the broker does not answer',
      short(),
      UNKNOWN,
      'BorrowUnknown',
      'whether X can be sold short is not known: HTTP 503',
    ],
    [
      'of a strategy that may not',
      short('X', 'b'),
      answer('X'),
      'NotShortable',
      "X would be sold short; 'capital.shorts: allowed' lets b do so",
    ],
    [
      'of a strategy without a manifest',
      short('X', 'c'),
      answer('X'),
      'NotShortable',
      "X would be sold short; 'capital.shorts: allowed' lets c do so",
    ],
  ])('%s', async (_, entry, assets, reason, detail) => {
    const draft = await asked(assets, [long, entry]);
    expect(sent(draft)).toEqual(['a/L', ...(reason === null ? [`${entry.strategy}/${entry.symbol}`] : [])]);
    expect(draft.holds).toMatchObject(reason === null ? [] : [{ symbol: entry.symbol, reason, detail }]);
  });

  test('waits where the question stays open, and what is bought does not', async () => {
    const facts = await planFacts({});
    const entries = (): OrderAction[] => [long, short(), short('Y')];
    const draft = behind(holdUnasked, facts, { entries: entries(), toBorrow: ['X', 'L'] });
    expect(sent(draft)).toEqual(['a/L', 'a/Y']);
    expect(heldBy(draft)).toEqual(['a/X: BorrowUnknown']);
    expect(draft.toBorrow).toEqual(['X', 'L']);
    const settled = behind(holdUnasked, facts, { entries: entries(), toBorrow: ['Z'] });
    expect({ sent: sent(settled), toBorrow: settled.toBorrow }).toEqual({
      sent: ['a/L', 'a/X', 'a/Y'],
      toBorrow: [],
    });
  });
});

test('While everything is sold, nothing else is wanted', () => {
  const halt = { mode: 'flatten', reason: 'drill', by: 'alice', since: NOON } as const;
  expect(tradingRules(halt)).toContain(flattenBooks);
  expect(tradingRules(halt)).not.toContain(followTargets);
  for (const other of [null, { ...halt, mode: 'hold' } as const]) {
    expect(tradingRules(other)).toContain(followTargets);
    expect(tradingRules(other)).not.toContain(flattenBooks);
  }
});
