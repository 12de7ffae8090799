/** The second opinion on sides and sizes, asked by itself: what the planner would not propose, too. */
import { describe, expect, test } from 'vitest';
import type { AccountLimits, Capital, DesiredStrategy } from '../../src/desired/desired-state.ts';
import type { Money, Price, Quantity, Ratio } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { checkShort, checkSides, checkSize } from '../../src/reconciler/check-sides.ts';
import type { OrderAction } from '../../src/reconciler/plan-types.ts';

const shares = (count: number) => (count * 1e9) as Quantity;
const dollars = (amount: number) => (amount * 1e6) as Money;

const CAPITAL: Capital = {
  positionSize: 100_000 as Ratio,
  maxPositions: 10,
  maxExposure: 1_000_000 as Ratio,
  shorts: 'allowed',
};
const OWN = { capital: CAPITAL, signal: { type: 'fixed' } } as DesiredStrategy;
const LIMITS = { maxOrderValue: dollars(400) } as AccountLimits;

/** `[from, to]`, in whole shares, by an order of the quantity that lies between. */
function order([from, to]: readonly [number, number], more: Partial<OrderAction> = {}): OrderAction {
  const quantity = shares(Math.abs(to - from));
  const side = to > from ? 'buy' : 'sell';
  return {
    symbol: 'KO',
    id: 'it',
    from: shares(from),
    to: shares(to),
    side,
    quantity,
    ...more,
  } as OrderAction;
}

describe('one order and its book', () => {
  test.each<
    [
      what: string,
      change: [number, number],
      isEntry: boolean,
      held: number,
      more: Partial<OrderAction>,
      wrong: string[],
    ]
  >([
    ['an entry from flat', [0, 10], true, 0, {}, []],
    ['a short from flat', [0, -10], true, 0, {}, []],
    ['more of a long', [10, 30], true, 10, {}, []],
    ['more of a short', [-10, -30], true, -10, {}, []],
    ['less of a long', [10, 4], false, 10, {}, []],
    ['less of a short', [-10, -4], false, -10, {}, []],
    ['all of a long', [10, 0], false, 10, {}, []],
    ['all of a short', [-10, 0], false, -10, {}, []],
    ['a sale of what the broker is short of, as far as it is in the book', [10, 0], false, -5, {}, []],
    [
      'a sum that is not right',
      [0, 10],
      true,
      0,
      { quantity: shares(9) },
      ['it: 0 does not become 10000000000'],
    ],
    ['the wrong side', [0, 10], true, 0, { side: 'sell' }, ['it: 0 does not become 10000000000']],
    [
      'from long to short',
      [10, -4],
      false,
      10,
      {},
      ['it: one order from 10000000000 to -4000000000, across zero'],
    ],
    [
      'from short to long',
      [-10, 4],
      false,
      -10,
      {},
      ['it: one order from -10000000000 to 4000000000, across zero'],
    ],
    [
      'an entry that makes less of it',
      [10, 4],
      true,
      0,
      {},
      ['it: 10000000000 to 4000000000 is no such order'],
    ],
    [
      'a reduction that makes more of it',
      [4, 10],
      false,
      0,
      {},
      ['it: 4000000000 to 10000000000 is no such order'],
    ],
    ['an entry that changes nothing', [4, 4], true, 0, {}, ['it: 4000000000 to 4000000000 is no such order']],
    [
      'a purchase where the broker is short',
      [0, 10],
      true,
      -3,
      {},
      ['it: against -3000000000 at the broker'],
    ],
    ['a short where the broker holds some', [0, -10], true, 3, {}, ['it: against 3000000000 at the broker']],
  ])('%s', (_, change, isEntry, held, more, wrong) => {
    // What changes nothing has no side of its own; its quantity is none.
    const asked = order(change, more);
    const quantity = change[0] === change[1] ? { quantity: 0 as Quantity } : {};
    const found = checkSides({ order: { ...asked, ...quantity }, isEntry, held: shares(held) });
    expect(found).toEqual(wrong);
  });
});

describe('one position and one order', () => {
  test.each<[what: string, to: number, value: number, limits: AccountLimits, wrong: string[]]>([
    ['up to the whole positionSize', 20, 400, LIMITS, []],
    ['on the short side, too', -20, 400, LIMITS, []],
    ['a share more', 21, 400, LIMITS, ['it: above positionSize']],
    ['a share more on the short side', -21, 400, LIMITS, ['it: above positionSize']],
    ['more than an order may be worth', 20, 401, LIMITS, ['it: above maxOrderValue']],
    ['where nothing bounds an order', 20, 9_999, { ...LIMITS, maxOrderValue: null }, []],
    ['both', 21, 401, LIMITS, ['it: above positionSize', 'it: above maxOrderValue']],
  ])('%s', (_, to, value, bounds, wrong) => {
    const asked = order([0, to], { price: 50e6 as Price, value: dollars(value) });
    expect(checkSize(asked, { equity: dollars(10_000), capital: CAPITAL, limits: bounds })).toEqual(wrong);
  });
});

describe('an order that leaves less than nothing', () => {
  const { shorts: _, ...longOnly } = CAPITAL;
  const pairs = { ...OWN.signal, type: 'pairs' } as DesiredStrategy['signal'];
  const known = (notShortable: string | null) =>
    ({ kind: 'ok', data: new Map([['KO', { notShortable }]]), asOf: 0 as Instant }) as const;

  test.each<
    [
      what: string,
      to: number,
      strategy: DesiredStrategy,
      assets: Parameters<typeof checkShort>[2]['assets'],
      wrong: string[],
    ]
  >([
    ['where its strategy may, of a symbol that can be borrowed', -10, OWN, known(null), []],
    [
      'of pairs, which are nothing without',
      -10,
      { ...OWN, capital: longOnly, signal: pairs },
      known(null),
      [],
    ],
    [
      'where its strategy may not',
      -10,
      { ...OWN, capital: longOnly },
      known(null),
      ['it: its strategy may not go short'],
    ],
    ['of a symbol that cannot be borrowed', -10, OWN, known('hard to borrow'), ['it: hard to borrow']],
    ['where nobody has asked', -10, OWN, null, ['it: nobody knows whether KO can be borrowed']],
    [
      'where the broker did not answer',
      -10,
      OWN,
      { kind: 'unknown', reason: 'down' },
      ['it: nobody knows whether KO can be borrowed'],
    ],
    ['of a part of a share', -10.5, OWN, known(null), ['it: a part of a share cannot be sold short']],
    ['zero is not less than nothing', 0, { ...OWN, capital: longOnly }, null, []],
    ['nor is what is held', 10.5, { ...OWN, capital: longOnly }, null, []],
  ])('%s', (_, to, strategy, assets, wrong) => {
    expect(checkShort(order([to === 0 ? 1 : 0, to]), strategy, { assets })).toEqual(wrong);
  });
});
