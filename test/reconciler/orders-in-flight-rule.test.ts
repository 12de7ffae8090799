/** Orders without an end: what is done about them, and what their symbols may trade meanwhile. */
import { describe, expect, test } from 'vitest';
import type { BrokerOrder } from '../../src/observed/broker-view.ts';
import type { LedgerOrder } from '../../src/observed/ledger.ts';
import { carefulOfOrders } from '../../src/reconciler/rules/orders-in-flight.ts';
import { shares } from '../support/executing.ts';
import { atBroker, known, openOrders, UNKNOWN, working } from '../support/opinion.ts';
import { behind, frozenBy, heldBy, planFacts, type FactsOf } from '../support/plan-facts.ts';

interface Case extends Pick<FactsOf, 'differences' | 'observed' | 'snapshot'> {
  readonly open?: readonly LedgerOrder[];
  readonly ended?: readonly LedgerOrder[];
  readonly theirs?: readonly BrokerOrder[];
}

async function cared({ open = [], ended = [], theirs = [], snapshot, ...more }: Case) {
  const facts = await planFacts({
    ...more,
    snapshot: { openOrders: known(theirs), ...snapshot },
    ledger: {
      ...openOrders(...open),
      endedOrders: new Map([['2025-12-02', openOrders(...ended).openOrders]]),
    },
  });
  const draft = behind(carefulOfOrders, facts);
  return {
    draft,
    care: draft.housekeeping.map(({ id }) => id),
    frozen: frozenBy(draft),
    held: heldBy(draft),
    blocked: draft.entriesBlocked?.reason ?? null,
  };
}

const lost = (intent: Parameters<typeof working>[0] = {}, more: Parameters<typeof working>[1] = {}) =>
  working(intent, { status: 'unseen', brokerOrderId: null, ...more });

describe('an order of ours without an end', () => {
  test('is looked for where the broker does not list it', async () => {
    const { draft } = await cared({ open: [working()] });
    expect(draft.housekeeping).toEqual([
      {
        kind: 'resolve-order',
        id: 'resolve-order/ours',
        strategy: 'core',
        symbol: 'VTI',
        clientOrderId: 'ours',
        reason: 'OrderUnresolved',
        from: 'created',
        to: 'ended',
        sources: ['journal: order ours'],
      },
    ]);
    expect(draft.freezes.get('VTI')?.detail).toBe('buy order ours has no end yet');
  });

  test('is cancelled where it does', async () => {
    const { draft } = await cared({ open: [working()], theirs: [atBroker({ status: 'accepted' })] });
    expect(draft.housekeeping).toEqual([
      {
        kind: 'cancel-order',
        id: 'cancel-order/ours',
        strategy: 'core',
        symbol: 'VTI',
        clientOrderId: 'ours',
        reason: 'OrderLeftOver',
        from: 'accepted',
        to: 'ended',
        sources: ['journal: order ours'],
      },
    ]);
  });

  test('is the business of the execution that runs, and freezes its symbol all the same', async () => {
    const { care, frozen } = await cared({
      open: [working()],
      observed: { lock: { kind: 'held' } as never },
    });
    expect({ care, frozen }).toEqual({ care: [], frozen: ['VTI: all PendingOrder'] });
  });

  test('is looked for where the broker says nothing at all', async () => {
    const { care, frozen } = await cared({ open: [working()], snapshot: { openOrders: UNKNOWN } });
    expect({ care, frozen }).toEqual({ care: ['resolve-order/ours'], frozen: ['VTI: all PendingOrder'] });
  });

  test.each<[LedgerOrder['status'], string]>([
    ['intended', 'OrderUnresolved'],
    ['created', 'PendingOrder'],
    ['handed-over', 'PendingOrder'],
    ['unknown', 'OrderUnresolved'],
    ['declined', 'OrderUnresolved'],
    ['deferred', 'OrderUnresolved'],
  ])('%s: its symbol takes no order', async (status, reason) => {
    expect((await cared({ open: [working({}, { status, brokerOrderId: null })] })).frozen).toEqual([
      `VTI: all ${reason}`,
    ]);
  });
});

describe('one that was lost on its way', () => {
  const NOTHING_ELSE: readonly [string, Case][] = [
    ['beside nothing', { open: [lost()] }],
    ['beside an order on another symbol', { open: [lost(), working({ clientOrderId: '2', symbol: 'GLD' })] }],
    [
      'beside an order at the broker on another symbol',
      { open: [lost()], theirs: [atBroker({ clientOrderId: 'x', symbol: 'GLD' })] },
    ],
    [
      'beside shares that nobody owns',
      { open: [lost()], differences: [{ symbol: 'VTI', unmanaged: shares(3) }] },
    ],
    [
      'beside a doubt about another symbol',
      { open: [lost()], differences: [{ symbol: 'GLD', missing: shares(-3) }] },
    ],
  ];

  test.each(NOTHING_ELSE)('may go out again %s', async (_, of) => {
    const { draft, frozen } = await cared(of);
    expect(frozen).toContain('VTI: again OrderUnresolved');
    expect(draft.freezes.get('VTI')).toMatchObject({ order: { intent: { clientOrderId: 'ours' } } });
  });

  test.each<[string, Case]>([
    ['where its answer was lost, too', { open: [lost({}, { status: 'unknown' })] }],
    ['where the broker had given it an id', { open: [lost({}, { brokerOrderId: 'theirs' })] }],
    ['in another session', { open: [lost({ sessionDate: '2025-12-01' })] }],
    ['while nobody knows which session it is', { open: [lost()], snapshot: { clock: UNKNOWN } }],
    ['beside another order on its symbol', { open: [lost(), working({ clientOrderId: '2' })] }],
    ['beside another one on its symbol that was lost', { open: [lost(), lost({ clientOrderId: '2' })] }],
    [
      'while the broker lists an order on its symbol',
      { open: [lost()], theirs: [atBroker({ clientOrderId: '2', symbol: 'VTI' })] },
    ],
    ['while the broker lists it', { open: [lost()], theirs: [atBroker()] }],
    [
      'while shares of its symbol are missing',
      { open: [lost()], differences: [{ symbol: 'VTI', missing: shares(-1) }] },
    ],
    [
      'while fills of its symbol settle',
      { open: [lost()], differences: [{ symbol: 'VTI', settling: shares(1) }] },
    ],
  ])('may not %s', async (_, of) => {
    const { frozen } = await cared(of);
    expect(frozen).toEqual([expect.stringMatching(/^VTI: all (OrderUnresolved|PendingOrder)$/)]);
  });
});

describe('an order at the broker that the journal does not know', () => {
  const what = 'order by-hand (buy VTI) is open at the broker and not in the journal';

  test('freezes its symbol, and nothing else', async () => {
    const { draft, ...rest } = await cared({ theirs: [atBroker({ clientOrderId: 'by-hand' })] });
    expect(rest).toEqual({ care: [], frozen: ['VTI: all PendingOrder'], held: [], blocked: null });
    expect(draft.freezes.get('VTI')?.detail).toBe(what);
  });

  test('and that has an id like ours is of another controller: it stops every entry', async () => {
    const { draft, ...rest } = await cared({ theirs: [atBroker({ clientOrderId: 'hg-9' })] });
    expect(rest).toEqual({
      care: [],
      frozen: ['VTI: all PendingOrder'],
      held: ['*/VTI: ForeignController'],
      blocked: 'ForeignController',
    });
    expect(draft.holds[0]?.detail).toBe(
      'order hg-9 (buy VTI) is open at the broker and not in the journal: another controller trades this account',
    );
  });

  test.each(['canceled', 'filled'] as const)(
    'is none of these where it is one of ours that had counted as %s, and its symbol takes no other',
    async (status) => {
      const ended = [working({ clientOrderId: 'hg-1' }, { status })];
      const { care, frozen, held, blocked, draft } = await cared({
        ended,
        theirs: [atBroker({ clientOrderId: 'hg-1' })],
      });
      expect({ care, frozen, held, blocked }).toEqual({
        care: [],
        frozen: ['VTI: all PendingOrder'],
        held: [],
        blocked: null,
      });
      expect(draft.freezes.get('VTI')?.detail).toBe(
        `order hg-1 is ${status} in the journal, and the broker still shows it as open`,
      );
    },
  );
});
