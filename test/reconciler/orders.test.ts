/** From a wanted change of one book to an order, or to the reason why not: one proposal at a time. */
import { describe, expect, test } from 'vitest';
import type { Price, Quantity } from '../../src/domain/decimal.ts';
import type { BrokerPosition } from '../../src/observed/broker-view.ts';
import type { IntentPayload } from '../../src/observed/events.ts';
import type { LedgerOrder } from '../../src/observed/ledger.ts';
import { emptyDraft, freeze, gatherFacts, type PlanFacts } from '../../src/reconciler/draft.ts';
import { decisionKey } from '../../src/reconciler/decision-key.ts';
import { proposeEntry, proposeReduction, type Change } from '../../src/reconciler/orders.ts';
import { world, type WorldFacts } from '../support/world.ts';

const shares = (count: number) => (count * 1e9) as Quantity;

/** What a plan is made of, of a strategy `core` that owns this much of KO at $50. */
async function owning(quantity: number, more: WorldFacts = {}): Promise<PlanFacts> {
  const books = quantity === 0 ? {} : { core: { KO: String(quantity) } };
  const settings = { shorting: { hardToBorrow: [] } };
  const strategies = { core: { targets: { KO: '1' }, shorts: 'allowed' as const } };
  const home = await world({ prices: { KO: '50' }, settings, strategies, books, ...more });
  const { observed } = await home.look();
  return gatherFacts({
    desired: home.desired,
    observed,
    now: home.clock.now(),
    turnTaken: new Set(),
    reductionsOver: false,
    manifests: 'accepted',
  });
}

function changeTo(count: number, more: Partial<Change> = {}): Change {
  const source = 'strategy/core:spec';
  const of = { strategy: 'core', symbol: 'KO', to: shares(count), reason: 'TargetLowered' } as const;
  return { ...of, priority: 1, slot: null, source, ...more };
}

/** The same facts, of a broker that has other figures of KO. */
function atBroker(facts: PlanFacts, change: Partial<BrokerPosition>): PlanFacts {
  const { market } = facts;
  const known = market?.positions.get('KO');
  if (market === null || known === undefined) throw new Error('no position');
  return { ...facts, market: { ...market, positions: new Map([['KO', { ...known, ...change }]]) } };
}

function reduced(facts: PlanFacts, change: Change, draft = emptyDraft()) {
  proposeReduction(facts, draft, { ...change, kind: 'reduce' });
  return {
    ...draft,
    orders: draft.reductions.map(({ side, quantity, to }) => [side, quantity / 1e9, to / 1e9]),
  };
}

function entered(facts: PlanFacts, change: Change, draft = emptyDraft()) {
  proposeEntry(facts, draft, change);
  const orders = draft.entries.map(({ kind, side, quantity, to }) => [kind, side, quantity / 1e9, to / 1e9]);
  return { ...draft, orders };
}

const reasons = ({ holds }: { readonly holds: readonly { reason: string }[] }) =>
  holds.map(({ reason }) => reason);

describe('a reduction', () => {
  test.each([
    ['a part of a long', 10, 4, 10, ['sell', 6, 4]],
    ['all of a long', 10, 0, 10, ['sell', 10, 0]],
    ['a long that is wanted short: as far as zero', 10, -5, 10, ['sell', 10, 0]],
    ['a part of a short', -10, -4, -10, ['buy', 6, -4]],
    ['all of a short', -10, 0, -10, ['buy', 10, 0]],
    ['a short that is wanted long: as far as zero', -10, 5, -10, ['buy', 10, 0]],
    ['what the broker has free of it', 10, 0, 3, ['sell', 3, 7]],
    ['what the broker has free of a short', -10, 0, -3, ['buy', 3, -7]],
  ])('is of %s', async (_, owned, to, available, order) => {
    const facts = atBroker(await owning(owned), { available: shares(available) });
    expect(reduced(facts, changeTo(to)).orders).toEqual([order]);
  });

  test.each([
    [10, 'the broker has no KO free to sell'],
    [-10, 'the broker has no KO free to buy back'],
  ])('of %i waits where the broker has nothing free', async (owned, detail) => {
    const facts = atBroker(await owning(owned), { available: 0 as Quantity });
    const draft = reduced(facts, changeTo(0));
    expect(draft.orders).toEqual([]);
    expect(draft.holds).toEqual([{ strategy: 'core', symbol: 'KO', reason: 'NothingAvailable', detail }]);
  });

  test('of what the broker does not hold, or no book owns, is none', async () => {
    const facts = await owning(10);
    const { market } = facts;
    if (market === null) throw new Error('no market');
    const without = { ...facts, market: { ...market, positions: new Map() } };
    expect(reasons(reduced(without, changeTo(0)))).toEqual(['NothingAvailable']);
    expect(reasons(reduced(facts, changeTo(0, { strategy: 'other' })))).toEqual(['NothingAvailable']);
  });

  test('is none while the account or the market is not known', async () => {
    const draft = reduced({ ...(await owning(10)), market: null }, changeTo(4));
    expect(draft.orders).toEqual([]);
    expect(draft.holds).toEqual([]);
  });

  test('comes before any other order of its symbol', async () => {
    const facts = await owning(10);
    const draft = reduced(facts, changeTo(4));
    expect(draft.freezes.get('KO')).toMatchObject({ grade: 'all', reason: 'PendingOrder' });
    const other = reduced(facts, changeTo(0), draft);
    expect(other.orders).toHaveLength(1);
    expect(reasons(other)).toEqual(['PendingOrder']);
  });

  test('without a price is none, and stands in nobody`s way', async () => {
    const draft = reduced(atBroker(await owning(10), { marketPrice: 0 as Price }), changeTo(4));
    expect(draft.orders).toEqual([]);
    expect(reasons(draft)).toEqual(['NoPrice']);
    expect(draft.freezes.size).toBe(0);
  });

  test('says where it comes from', async () => {
    const [order] = reduced(atBroker(await owning(10), { quantity: shares(12) }), changeTo(4)).reductions;
    expect(order?.sources).toEqual(['strategy/core:spec', 'book: core KO 10', 'broker: KO 12']);
  });
});

describe('a reduction that was lost on its way', () => {
  const lost = {
    strategy: 'core',
    symbol: 'KO',
    side: 'sell',
    quantity: shares(6),
    clientOrderId: 'hgctl-1',
  };

  function again(facts: PlanFacts, change: Change, intent: Partial<IntentPayload>) {
    const draft = emptyDraft();
    const order = { intent: { ...lost, ...intent } } as LedgerOrder;
    freeze(draft, 'KO', { grade: 'again', reason: 'PendingOrder', detail: 'it is not there', order });
    return reduced(facts, change, draft);
  }

  test.each([
    ['whose quantity is still wanted', 4],
    ['of which more is wanted by now', 0],
  ])('%s goes out again, as it was', async (_, to) => {
    const [order, ...others] = again(await owning(10), changeTo(to), {}).reductions;
    expect(others).toEqual([]);
    expect(order).toMatchObject({ quantity: shares(6), to: shares(4), sendsAgain: 'hgctl-1' });
    expect(order?.sources.at(-1)).toBe('journal: order hgctl-1 was lost on its way');
  });

  test.each<[what: string, to: number, intent: Partial<IntentPayload>]>([
    ['of which less is wanted by now', 5, {}],
    ['of another strategy', 4, { strategy: 'other' }],
    ['of the other side', 4, { side: 'buy' }],
  ])('%s keeps its symbol frozen', async (_, to, intent) => {
    const draft = again(await owning(10), changeTo(to), intent);
    expect(draft.orders).toEqual([]);
    expect(reasons(draft)).toEqual(['PendingOrder']);
  });
});

describe('an entry that was lost on its way', () => {
  const SLOT = 'core/2025-12-02/entry/1200';

  /** Five KO were to be bought for the slot. */
  async function again(change: Change, intent: Partial<IntentPayload> = {}, isBlocked = false) {
    const facts = await owning(0);
    const of = { strategy: 'core', symbol: 'KO', side: 'buy', sessionDate: '2025-12-02', ...intent } as const;
    const key = decisionKey(facts.ledger, { ...of, occasion: SLOT });
    const lost = { ...of, purpose: 'open', quantity: shares(5), clientOrderId: 'hg-1', key, ...intent };
    const order = { intent: lost } as unknown as LedgerOrder;
    const draft = emptyDraft();
    freeze(draft, 'KO', { grade: 'again', reason: 'OrderUnresolved', detail: 'it is not there', order });
    if (isBlocked) draft.entriesBlocked = { reason: 'MarketClosed', detail: 'why' };
    return entered(facts, change, draft);
  }
  const wanted = (count: number, slot: string | null = SLOT): Change => changeTo(count, { slot });

  test.each([
    ['whose quantity is still wanted', 5],
    ['of which more is wanted by now', 8],
  ])('%s goes out again, as it was', async (_, to) => {
    const { entries, holds } = await again(wanted(to));
    expect(holds).toEqual([]);
    expect(entries).toMatchObject([{ kind: 'open', quantity: shares(5), to: shares(5), sendsAgain: 'hg-1' }]);
  });

  test.each<[what: string, change: Change, intent: Partial<IntentPayload>]>([
    ['of which less is wanted by now', wanted(4), {}],
    ['of another strategy', wanted(5), { strategy: 'other' }],
    ['of the other side', wanted(5), { side: 'sell' }],
    ['that was none, but bought something back', wanted(5), { purpose: 'close' }],
    ['of another slot', wanted(5, 'core/2025-12-02/entry/1300'), {}],
    ['of a slot, where none is executed', wanted(5, null), {}],
  ])('%s keeps its symbol frozen', async (_, change, intent) => {
    const draft = await again(change, intent);
    expect(draft.orders).toEqual([]);
    expect(reasons(draft)).toEqual(['OrderUnresolved']);
  });

  test('waits with all others where no entry may be made', async () => {
    const draft = await again(wanted(5), {}, true);
    expect(draft.orders).toEqual([]);
    expect(reasons(draft)).toEqual(['MarketClosed']);
  });
});

describe('an entry', () => {
  test.each([
    ['opens', 0, 5, ['open', 'buy', 5, 5]],
    ['opens a part of a share', 0, 0.5, ['open', 'buy', 0.5, 0.5]],
    ['adds', 10, 15, ['increase', 'buy', 5, 15]],
    ['opens a short', 0, -5, ['open', 'sell', 5, -5]],
    ['adds to a short', -10, -15, ['increase', 'sell', 5, -15]],
    ['opens a short of whole shares', 0, -5.7, ['open', 'sell', 5, -5]],
  ])('%s', async (_, owned, to, order) => {
    expect(entered(await owning(owned), changeTo(to)).orders).toEqual([order]);
  });

  test('of less than a share of a short is none', async () => {
    const draft = entered(await owning(0), changeTo(-0.7));
    expect(draft.orders).toEqual([]);
    expect(reasons(draft)).toEqual(['BelowOneShare']);
  });

  test.each(['entries', 'all'] as const)('is held where its symbol is frozen: %s', async (grade) => {
    const draft = emptyDraft();
    freeze(draft, 'KO', { grade, reason: 'BreakOpen', detail: 'why' });
    expect(entered(await owning(0), changeTo(5), draft).orders).toEqual([]);
    expect(draft.holds).toEqual([{ strategy: 'core', symbol: 'KO', reason: 'BreakOpen', detail: 'why' }]);
  });

  test('is held where no entry may be made', async () => {
    const draft = emptyDraft();
    draft.entriesBlocked = { reason: 'MarketClosed', detail: 'why' };
    expect(entered(await owning(0), changeTo(5), draft).orders).toEqual([]);
    expect(reasons(draft)).toEqual(['MarketClosed']);
  });

  test('that is held twice for one reason says it once; another strategy, symbol or reason has its own line', async () => {
    const facts = await owning(0);
    const draft = emptyDraft();
    const blocked = (change: Change, reason: 'MarketClosed' | 'BreakOpen') => {
      draft.entriesBlocked = { reason, detail: 'why' };
      proposeEntry(facts, draft, change);
    };
    blocked(changeTo(5), 'MarketClosed');
    blocked(changeTo(6), 'MarketClosed');
    blocked(changeTo(5, { strategy: 'other' }), 'MarketClosed');
    blocked(changeTo(5, { symbol: 'PEP' }), 'MarketClosed');
    blocked(changeTo(5), 'BreakOpen');
    expect(
      draft.holds.map(({ strategy, symbol, reason }) => `${String(strategy)} ${String(symbol)} ${reason}`),
    ).toEqual([
      'core KO MarketClosed',
      'other KO MarketClosed',
      'core PEP MarketClosed',
      'core KO BreakOpen',
    ]);
  });

  test('says nothing of what is held while nobody knows', async () => {
    const facts = await owning(0);
    const [order] = entered({ ...facts, market: null }, changeTo(5)).entries;
    expect(order?.sources.at(-1)).toBe('broker: KO 0');
  });

  test('of what the broker does not hold says that it holds none', async () => {
    const [order] = entered(await owning(0), changeTo(5)).entries;
    expect(order?.sources).toEqual(['strategy/core:spec', 'book: core KO 0', 'broker: KO 0']);
  });
});
