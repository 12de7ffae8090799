/** The second opinion on sides and sizes, asked by itself: what the planner would not propose, too. */
import { describe, expect, test } from 'vitest';
import type { AccountLimits, Capital, DesiredStrategy } from '../../src/desired/desired-state.ts';
import type { Money, Price, Quantity, Ratio } from '../../src/domain/decimal.ts';
import { checkShort, checkSides, checkSize } from '../../src/reconciler/check-sides.ts';
import type { OrderAction } from '../../src/reconciler/plan-types.ts';
import { ordersIn, world } from '../support/world.ts';

const shares = (count: number) => (count * 1e9) as Quantity;
const dollars = (amount: number) => (amount * 1e6) as Money;

const home = await world({
  prices: { KO: '50' },
  strategies: { pair: { targets: { KO: '10' }, shorts: 'allowed' } },
});
const [planned] = (await home.plan()).actions;
const [own] = home.desired.strategies;
if (planned?.kind !== 'open' || own === undefined)
  throw new Error(`no entry in ${String(ordersIn(await home.plan()))}`);

/** `[from, to]`, in whole shares, by an order of the quantity that lies between. */
function order([from, to]: readonly [number, number], more: Partial<OrderAction> = {}): OrderAction {
  const quantity = shares(Math.abs(to - from));
  const side = to > from ? 'buy' : 'sell';
  return {
    ...(planned as OrderAction),
    id: 'it',
    from: shares(from),
    to: shares(to),
    side,
    quantity,
    ...more,
  };
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
  const capital: Capital = { ...own.capital, positionSize: 100_000 as Ratio };
  const limits = { ...home.desired.account.limits, maxOrderValue: dollars(400) };

  test.each<[what: string, to: number, value: number, limits: AccountLimits, wrong: string[]]>([
    ['up to the whole positionSize', 20, 400, limits, []],
    ['on the short side, too', -20, 400, limits, []],
    ['a share more', 21, 400, limits, ['it: above positionSize']],
    ['a share more on the short side', -21, 400, limits, ['it: above positionSize']],
    ['more than an order may be worth', 20, 401, limits, ['it: above maxOrderValue']],
    ['where nothing bounds an order', 20, 9_999, { ...limits, maxOrderValue: null }, []],
    ['both', 21, 401, limits, ['it: above positionSize', 'it: above maxOrderValue']],
  ])('%s', (_, to, value, bounds, wrong) => {
    const asked = order([0, to], { price: 50e6 as Price, value: dollars(value) });
    expect(checkSize(asked, { equity: dollars(10_000), capital, limits: bounds })).toEqual(wrong);
  });
});

describe('an order that leaves less than nothing', () => {
  const { shorts: _, ...longOnly } = own.capital;
  const pairs = { ...own.signal, type: 'pairs' } as DesiredStrategy['signal'];
  const known = (notShortable: string | null) =>
    ({ kind: 'ok', data: new Map([['KO', { notShortable }]]), asOf: home.clock.now() }) as const;

  test.each<
    [
      what: string,
      to: number,
      strategy: DesiredStrategy,
      assets: Parameters<typeof checkShort>[2]['assets'],
      wrong: string[],
    ]
  >([
    ['where its strategy may, of a symbol that can be borrowed', -10, own, known(null), []],
    [
      'of pairs, which are nothing without',
      -10,
      { ...own, capital: longOnly, signal: pairs },
      known(null),
      [],
    ],
    [
      'where its strategy may not',
      -10,
      { ...own, capital: longOnly },
      known(null),
      ['it: its strategy may not go short'],
    ],
    ['of a symbol that cannot be borrowed', -10, own, known('hard to borrow'), ['it: hard to borrow']],
    ['where nobody has asked', -10, own, null, ['it: nobody knows whether KO can be borrowed']],
    [
      'where the broker did not answer',
      -10,
      own,
      { kind: 'unknown', reason: 'down' },
      ['it: nobody knows whether KO can be borrowed'],
    ],
    ['of a part of a share', -10.5, own, known(null), ['it: a part of a share cannot be sold short']],
    ['zero is not less than nothing', 0, { ...own, capital: longOnly }, null, []],
    ['nor is what is held', 10.5, { ...own, capital: longOnly }, null, []],
  ])('%s', (_, to, strategy, assets, wrong) => {
    expect(checkShort(order([to === 0 ? 1 : 0, to]), strategy, { assets })).toEqual(wrong);
  });
});
