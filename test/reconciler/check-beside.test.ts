/** The second opinion on an order beside open ones: only the lost one that goes out again may be there. */
import { describe, expect, test } from 'vitest';
import type { IntentPayload } from '../../src/observed/events.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { LedgerOrder } from '../../src/observed/ledger.ts';
import { checkBeside, checkBesideSync } from '../../src/reconciler/check-beside.ts';
import { decisionKey } from '../../src/reconciler/decision-key.ts';
import type { OrderAction } from '../../src/reconciler/plan-types.ts';
import {
  atBroker,
  inputOf,
  known,
  openOrders,
  order,
  planOf,
  TODAY,
  UNKNOWN,
  working,
} from '../support/opinion.ts';
import { shares } from '../support/simulated-world.ts';

const SLOT = `core/${TODAY}/entry/1000`;
const OTHER_SLOT = `core/${TODAY}/entry/1100`;

function keyOf(occasion: string): string {
  const decision = { strategy: 'core', occasion, symbol: 'VTI', side: 'buy', sessionDate: TODAY } as const;
  return decisionKey(emptyLedger(), decision);
}

/** Ten VTI for the slot, of which the broker knows nothing. */
function lost(
  intent: Partial<IntentPayload> = {},
  more: Omit<Partial<LedgerOrder>, 'intent'> = {},
): LedgerOrder {
  return working({ key: keyOf(SLOT), ...intent }, { status: 'unseen', brokerOrderId: null, ...more });
}

const again = (more: Partial<OrderAction> = {}): OrderAction =>
  order('VTI', [0, 10], { slot: SLOT, sendsAgain: 'ours', ...more });

const saleLost = (more: Omit<Partial<LedgerOrder>, 'intent'> = {}): LedgerOrder =>
  lost({ side: 'sell', purpose: 'close', key: 'of no slot' }, more);
const saleAgain = order('VTI', [10, 0], { sendsAgain: 'ours' });

function judged(
  action: OrderAction,
  orders: readonly LedgerOrder[],
  snapshot: Parameters<typeof inputOf>[0]['snapshot'] = {},
): string[] {
  return checkBeside(action, inputOf({ ledger: openOrders(...orders), snapshot }).observed);
}

describe('beside an order that is open', () => {
  const beside = ['open/core/VTI: another order on VTI is open'];
  const plain = order('VTI', [0, 10]);

  test.each<[what: string, orders: readonly LedgerOrder[], found: readonly string[]]>([
    ['ours, on its symbol', [working()], beside],
    ['ours, that nobody has seen', [lost()], beside],
    ['ours, on another symbol', [working({ symbol: 'GLD' })], []],
  ])('%s', (_, orders, found) => {
    expect(judged(plain, orders)).toEqual(found);
  });

  test("the broker's", () => {
    expect(judged(plain, [], { openOrders: known([atBroker()]) })).toEqual(beside);
    expect(judged(plain, [], { openOrders: known([atBroker({ symbol: 'GLD' })]) })).toEqual([]);
    expect(judged(plain, [], { openOrders: UNKNOWN })).toEqual([]);
  });
});

describe('an order that goes out again', () => {
  test.each<[what: string, action: OrderAction, orders: readonly LedgerOrder[]]>([
    ['as an entry of its slot', again(), [lost()]],
    ['as more of what is there', again({ kind: 'increase' }), [lost({ purpose: 'increase' })]],
    ['as a sale', saleAgain, [saleLost()]],
    ['as a part of a sale', { ...saleAgain, kind: 'reduce' }, [saleLost()]],
  ])('%s', (_, action, orders) => {
    expect(judged(action, orders)).toEqual([]);
  });

  test.each<[what: string, lost: LedgerOrder | null]>([
    ['is not known', null],
    ['was not looked for', lost({}, { status: 'unknown' })],
    ['was refused when it went out again', lost({}, { status: 'declined' })],
    ['was confirmed once', lost({}, { brokerOrderId: 'theirs' })],
  ])('is none of ours to send where it %s', (_, order) => {
    expect(judged(again(), order === null ? [] : [order])).toEqual([
      'open/core/VTI: ours may have reached the broker',
    ]);
  });

  test.each<[what: string, action: OrderAction, lost: LedgerOrder]>([
    ['strategy', again(), lost({ strategy: 'mp' })],
    ['side', again(), lost({ side: 'sell' })],
    ['strategy: a sale', saleAgain, lost({ strategy: 'mp', side: 'sell', purpose: 'close' })],
    ['side: a sale', saleAgain, lost({ side: 'buy', purpose: 'close' })],
    ['quantity', again(), lost({ quantity: shares(9) })],
    ['session', again(), lost({ sessionDate: '2025-12-01' })],
    ['slot', again({ slot: OTHER_SLOT }), lost()],
    ['time than its execution, without a slot', again({ slot: null }), lost()],
    ['kind: it opened', saleAgain, lost({ side: 'sell', purpose: 'open' })],
    ['kind: it closed', again(), lost({ purpose: 'close' })],
  ])('is not one of another %s', (_, action, one) => {
    expect(judged(action, [one])).toEqual([`${action.id}: it is not the order ours`]);
  });

  test('goes out beside no other one, and in no session that is not known', () => {
    expect(judged(again(), [lost(), working({ clientOrderId: 'another' })])).toEqual([
      'open/core/VTI: another order on VTI is open',
    ]);
    expect(judged(again(), [lost()], { openOrders: known([atBroker()]) })).toEqual([
      'open/core/VTI: another order on VTI is open',
    ]);
    expect(judged(again(), [lost()], { clock: UNKNOWN })).toEqual([
      'open/core/VTI: it is not the order ours',
    ]);
  });
});

describe('beside a sync', () => {
  const sync = (strategy: string, symbol: string) =>
    ({ kind: 'sync-position', strategy, symbol, from: shares(10), to: shares(6) }) as never;
  const wrong = ['close/core/VTI: not sized from the synced book'];

  test.each<[what: string, action: OrderAction, synced: readonly [string, string], found: readonly string[]]>(
    [
      ['sized from the book after it', order('VTI', [6, 0]), ['core', 'VTI'], []],
      ['sized from the book before it', order('VTI', [10, 0]), ['core', 'VTI'], wrong],
      ['of another symbol', order('VTI', [10, 0]), ['core', 'GLD'], []],
      ['of another strategy', order('VTI', [10, 0]), ['mp', 'VTI'], []],
    ],
  )('an order %s', (_, action, [strategy, symbol], found) => {
    const plan = planOf({ actions: [sync(strategy, symbol)], orders: [action] });
    expect(checkBesideSync(plan, [action])).toEqual(found);
  });
});
