/** What is said of an order that has ended, by what was filled of it. */
import { describe, expect, test } from 'vitest';
import type { OrderContext } from '../../src/actions/dispatch.ts';
import { outcomeOf } from '../../src/actions/order-outcome.ts';
import { isChangingSide, type Outcome } from '../../src/actions/outcome.ts';
import type { Quantity } from '../../src/domain/decimal.ts';
import type { IntentPayload } from '../../src/observed/events.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Break, Ledger, LedgerOrder } from '../../src/observed/ledger.ts';
import type { Hold, OrderAction } from '../../src/reconciler/plan-types.ts';

const shares = (count: number) => (count * 1e9) as Quantity;
const INTENT = { clientOrderId: 'hg-1', symbol: 'KO', side: 'sell', quantity: shares(10) } as IntentPayload;

/** The outcome of an order for ten shares, and what people are told of it. */
function ended(kind: OrderAction['kind'], filled: number, status: LedgerOrder['status']) {
  const order = { intent: INTENT, filled: shares(filled), status } as LedgerOrder;
  const endedOrders = new Map([['2025-12-02' as const, new Map([['hg-1', order]])]]);
  return said(kind, { ...emptyLedger(), endedOrders });
}

function said(kind: OrderAction['kind'], ledger: Ledger) {
  const lines: string[] = [];
  const report = {
    warn: (strategy: string, text: string, reason = '') => lines.push(`warn ${strategy} ${reason}: ${text}`),
    error: (strategy: string, text: string, reason = '') =>
      lines.push(`error ${strategy} ${reason}: ${text}`),
  };
  const context = { execution: { ports: { report, journal: { ledger: () => ledger } } } };
  const action = { kind, strategy: 'core', symbol: 'KO' } as OrderAction;
  const { action: _, ...outcome } = outcomeOf(context as unknown as OrderContext, { action, intent: INTENT });
  return { outcome, lines };
}

describe('an order that has ended', () => {
  test.each(['open', 'increase', 'reduce', 'close'] as const)('%s, filled whole, is done', (kind) => {
    expect(ended(kind, 10, 'filled')).toEqual({ outcome: { kind: 'done' }, lines: [] });
  });

  test.each<[OrderAction['kind'], string[]]>([
    ['open', []],
    ['increase', []],
    ['reduce', ['warn core PartialClose: Partial close: 6 shares remaining for KO']],
    ['close', ['warn core PartialClose: Partial close: 6 shares remaining for KO']],
  ])('%s, filled in part, has failed, and a position that remains is told', (kind, told) => {
    const { outcome, lines } = ended(kind, 4, 'canceled');
    const detail = '4 of 10 filled, 6 left (canceled)';
    expect(outcome).toEqual({ kind: 'failed', code: 'PartialFill', filled: shares(4), detail });
    expect(lines).toEqual(told);
  });

  test.each<[OrderAction['kind'], RegExp]>([
    ['open', /^warn core : Order not filled: /],
    ['increase', /^warn core : Order not filled: /],
    ['reduce', /^error core CloseFailed: Failed to close KO: 0 of 10 filled, 10 left \(expired\)$/],
    ['close', /^error core CloseFailed: Failed to close KO: 0 of 10 filled, 10 left \(expired\)$/],
  ])('%s, not filled, has failed, and one that should have closed is an error', (kind, told) => {
    const { outcome, lines } = ended(kind, 0, 'expired');
    expect(outcome).toMatchObject({ kind: 'failed', code: 'NotFilled', filled: 0 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(told);
  });
});

test('an order that no record knows has not filled', () => {
  const { outcome } = said('open', emptyLedger());
  expect(outcome).toMatchObject({ code: 'NotFilled', detail: '0 of 10 filled, 10 left (unknown)' });
});

test('an order that is still open on a symbol with a break is left as it is', () => {
  const order = { intent: INTENT, filled: shares(4), status: 'created' } as LedgerOrder;
  const found = { symbol: 'KO', kind: 'overfill', detail: 'more than was asked for' } as Break;
  const { outcome, lines } = said('open', {
    ...emptyLedger(),
    openOrders: new Map([['hg-1', order]]),
    breaks: new Map([['KO', found]]),
  });
  expect(outcome).toEqual({
    kind: 'in-doubt',
    code: 'BreakOpen',
    detail: 'overfill: more than was asked for',
  });
  expect(lines).toEqual([]);
});

describe('what is held for the other side of a change', () => {
  const held = { strategy: 'core', symbol: 'KO', reason: 'OppositeSide', detail: '' } as const;
  const closed = (more: object = {}, kind: Outcome['kind'] = 'done') =>
    ({ kind, action: { kind: 'close', symbol: 'KO', reason: 'SideChanged', ...more } }) as Outcome;

  test.each<[what: string, hold: Hold, outcomes: Outcome[], waits: boolean]>([
    ['comes next, once the close is done', held, [closed()], true],
    ['comes next, whatever else was done', held, [closed({ symbol: 'PEP' }), closed()], true],
    ['does not, where nothing was done', held, [], false],
    ['does not, where the close has failed', held, [closed({}, 'failed')], false],
    ['does not, where another symbol was closed', held, [closed({ symbol: 'PEP' })], false],
    ['does not, where it was closed for another reason', held, [closed({ reason: 'TargetZero' })], false],
    ['does not, where it is held for another reason', { ...held, reason: 'BreakOpen' }, [closed()], false],
  ])('%s', (_, hold, outcomes, waits) => {
    expect(isChangingSide(hold, outcomes)).toBe(waits);
  });
});
