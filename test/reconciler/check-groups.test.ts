/** The second opinion on hedges: a leg whose partner is not there, and what was tried today. */
import { describe, expect, test } from 'vitest';
import type { IntentPayload } from '../../src/observed/events.ts';
import type { LedgerOrder } from '../../src/observed/ledger.ts';
import { checkGroups } from '../../src/reconciler/check-groups.ts';
import type { DueSlot, OrderAction } from '../../src/reconciler/plan-types.ts';
import type { SlotTarget } from '../../src/observed/slot-events.ts';
import type { Instant } from '../../src/domain/instant.ts';
import {
  inputOf,
  NOON,
  openOrders,
  order,
  planOf,
  strategy,
  TODAY,
  working,
  type OpinionFacts,
} from '../support/opinion.ts';
import { shares } from '../support/simulated-world.ts';

type Row = readonly [what: string, facts: OpinionFacts, found: readonly string[]];

function judged(rows: readonly Row[]): void {
  test.each(rows)('%s', (_, facts, found) => {
    expect(checkGroups(planOf(facts), facts.orders ?? [], inputOf(facts))).toEqual(found);
  });
}

const GROUP = 'KO/PEP';
const pairs = (name = 'core') => strategy(name, { groups: { pairs: [['KO', 'PEP']], maxHedgeError: 0.1 } });

function leg(symbol: string, change: [number, number], more: Partial<OrderAction> = {}): OrderAction {
  return order(symbol, change, { group: GROUP, ...more });
}

function slot(
  targets: readonly (readonly [symbol: string, quantity: number, group?: string])[],
  owner = 'core',
): DueSlot {
  return {
    slot: `${owner}/${TODAY}/rebalance`,
    strategy: owner,
    action: 'rebalance',
    started: false,
    late: false,
    targets: targets.map(([symbol, quantity, group]): SlotTarget => ({
      symbol,
      quantity: shares(quantity),
      priority: 0,
      ...(group !== undefined && { group }),
    })),
  };
}

const WANTED = slot([
  ['KO', -20, GROUP],
  ['PEP', 10, GROUP],
]);
/** 20 KO short against 10 PEP. */
const BOTH: OpinionFacts = {
  strategies: [pairs()],
  plan: { slots: [WANTED] },
  orders: [leg('KO', [0, -20]), leg('PEP', [0, 10])],
};
const ALONE = (id: string, partner: string) => `${id}: ${partner} is not on the other side`;

describe('the legs of a group', () => {
  judged([
    ['go out together', BOTH, []],
    ['not one without the other', { ...BOTH, orders: [leg('KO', [0, -20])] }, [ALONE('open/core/KO', 'PEP')]],
    [
      'nor beside the other of another strategy',
      {
        ...BOTH,
        orders: [leg('KO', [0, -20]), leg('PEP', [0, 10], { strategy: 'other' })],
        strategies: [pairs(), pairs('other')],
      },
      [ALONE('open/core/KO', 'PEP'), 'open/other/PEP: a group of one'],
    ],
    [
      'nor beside something else that is held',
      { ...BOTH, books: { core: { GLD: 5 } }, orders: [leg('KO', [0, -20])] },
      [ALONE('open/core/KO', 'PEP')],
    ],
    [
      'nor beside another symbol',
      { ...BOTH, orders: [leg('KO', [0, -20]), order('GLD', [-1, 0])] },
      [ALONE('open/core/KO', 'PEP')],
    ],
    [
      'one, where the other is held',
      { ...BOTH, books: { core: { PEP: 10 } }, orders: [leg('KO', [0, -20])] },
      [],
    ],
    [
      'not where it is held on the same side',
      { ...BOTH, books: { core: { PEP: -10 } }, orders: [leg('KO', [0, -20])] },
      [ALONE('open/core/KO', 'PEP')],
    ],
    [
      'not where somebody else holds it',
      { ...BOTH, books: { other: { PEP: 10 } }, orders: [leg('KO', [0, -20])] },
      [ALONE('open/core/KO', 'PEP')],
    ],
    [
      'not where it is closed by the same plan',
      { ...BOTH, books: { core: { PEP: 10 } }, orders: [leg('PEP', [10, 0]), leg('KO', [0, -20])] },
      [ALONE('open/core/KO', 'PEP')],
    ],
    [
      'not on one side',
      { ...BOTH, orders: [leg('KO', [0, 20]), leg('PEP', [0, 10])] },
      [ALONE('open/core/KO', 'PEP'), ALONE('open/core/PEP', 'KO')],
    ],
    [
      'are those of the slots of their strategy',
      { ...BOTH, plan: { slots: [{ ...WANTED, strategy: 'other' }] } },
      ['open/core/KO: a group of one', 'open/core/PEP: a group of one'],
    ],
    [
      'are those of the group',
      {
        ...BOTH,
        plan: {
          slots: [
            slot([
              ['KO', -20, GROUP],
              ['PEP', 10, 'MO/PEP'],
              ['BND', 3],
            ]),
          ],
        },
      },
      ['open/core/KO: a group of one'],
    ],
    [
      'all of them',
      {
        ...BOTH,
        plan: {
          slots: [
            slot([
              ['KO', -20, GROUP],
              ['PEP', 10, GROUP],
              ['MO', 5, GROUP],
            ]),
          ],
        },
        orders: [leg('KO', [0, -20]), leg('PEP', [0, 10])],
      },
      [ALONE('open/core/KO', 'MO'), ALONE('open/core/PEP', 'MO')],
    ],
  ]);
});

describe('an order without a group', () => {
  judged([
    ['of a strategy without groups', { orders: [order('VTI', [0, 1])] }, []],
    [
      'of a strategy of groups',
      { strategies: [pairs()], orders: [order('VTI', [0, 1])] },
      ['open/core/VTI: a strategy of groups, and an order without one'],
    ],
    [
      'of one beside a strategy of groups',
      { strategies: [pairs(), strategy('other')], orders: [order('VTI', [0, 1], { strategy: 'other' })] },
      [],
    ],
    ['of a strategy that nobody declares', { strategies: [], orders: [order('VTI', [0, 1])] }, []],
  ]);
});

describe('a leg that is closed', () => {
  const closing = (to: number, reason: OrderAction['reason']): OpinionFacts => ({
    strategies: [pairs()],
    orders: [order('KO', [10, to], { reason })],
  });
  judged([
    ['for want of its partner: whole', closing(0, 'GroupIncomplete'), []],
    [
      'and not in part',
      closing(4, 'GroupIncomplete'),
      ['reduce/core/KO: a part of a leg is left without its partner'],
    ],
    ['for another reason: as the target says', closing(4, 'TargetLowered'), []],
  ]);
});

describe('what was tried today', () => {
  const tried = (...orders: LedgerOrder[]): OpinionFacts => ({
    ...BOTH,
    ledger: { endedOrders: new Map([[TODAY, openOrders(...orders).openOrders]]) },
  });
  let count = 0;
  /** A leg of 100 shares of which so many are filled. */
  const filled = (
    symbol: string,
    part: number,
    intent: Partial<IntentPayload> = {},
    at = NOON,
  ): LedgerOrder =>
    working(
      { symbol, quantity: shares(100), clientOrderId: `of ${symbol} ${(count += 1)}`, ...intent },
      { status: 'canceled', filled: shares(part), intendedAt: at },
    );
  const later = (NOON + 1) as Instant;
  const AGAIN = (symbol: string) => [
    `open/core/KO: ${symbol} was tried today, and did not fill`,
    `open/core/PEP: ${symbol} was tried today, and did not fill`,
  ];
  const closed = filled('KO', 100, { purpose: 'close', reason: 'GroupIncomplete' });
  judged([
    ['and filled enough', tried(filled('KO', 90), filled('PEP', 100)), []],
    ['and filled a share too few', tried(filled('KO', 89)), AGAIN('KO')],
    ['of the partner', tried(filled('PEP', 0)), AGAIN('PEP')],
    [
      'of both',
      tried(filled('KO', 0), filled('PEP', 0)),
      [
        'open/core/KO: KO was tried today, and did not fill',
        'open/core/KO: PEP was tried today, and did not fill',
        'open/core/PEP: PEP was tried today, and did not fill',
        'open/core/PEP: KO was tried today, and did not fill',
      ],
    ],
    ['and closed for want of a partner', tried(closed), AGAIN('KO')],
    ['of another symbol', tried(filled('MO', 0)), []],
    ['of another strategy', tried(filled('KO', 0, { strategy: 'other' })), []],
    [
      'yesterday',
      { ...BOTH, ledger: { endedOrders: new Map([['2025-12-01', openOrders(filled('KO', 0)).openOrders]]) } },
      [],
    ],
    [
      'on a day that nobody knows',
      { ...tried(filled('KO', 0)), plan: { slots: [WANTED], session: null } },
      [],
    ],
    [
      'by a strategy that has no groups any more',
      { ...tried(filled('KO', 0)), strategies: [strategy('core')] },
      [],
    ],
    [
      'also where others stand before it that know no groups',
      { ...tried(filled('KO', 0)), strategies: [strategy('other'), pairs()] },
      AGAIN('KO'),
    ],
    ['by one that nobody declares any more', { ...tried(filled('KO', 0)), strategies: [] }, []],
    [
      'in steps: all that was asked for by its first',
      tried(filled('KO', 60), filled('KO', 30, { purpose: 'increase', quantity: shares(40) }, later)),
      [],
    ],
    [
      'and not enough of it',
      tried(filled('KO', 60), filled('KO', 29, { purpose: 'increase', quantity: shares(40) }, later)),
      AGAIN('KO'),
    ],
    ['in the order in which they were sent', tried(filled('KO', 100, {}, later), filled('KO', 0)), []],
    ['and the newest counts', tried(filled('KO', 0, {}, later), filled('KO', 100)), AGAIN('KO')],
    [
      'what it closes is nothing tried',
      tried(filled('KO', 0, { purpose: 'close', reason: 'TargetZero' })),
      [],
    ],
    ['more of what was there before today', tried(filled('KO', 0, { purpose: 'increase' })), AGAIN('KO')],
    [
      'more of it twice, which counts together',
      tried(
        filled('KO', 50, { purpose: 'increase' }),
        filled('KO', 45, { purpose: 'increase', quantity: shares(50) }, later),
      ),
      [],
    ],
  ]);

  test('a close between two openings takes nothing from the second', () => {
    const facts = tried(
      filled('KO', 100),
      filled('KO', 100, { purpose: 'close', reason: 'TargetZero' }, later),
      filled('KO', 95, {}, (NOON + 2) as Instant),
    );
    expect(checkGroups(planOf(facts), facts.orders ?? [], inputOf(facts))).toEqual([]);
  });
});
