/** What books and broker may disagree about, and what each disagreement does: a freeze of one of two grades, or a break. */
import { describe, expect, test } from 'vitest';
import { resolveSymbol } from '../../src/actions/resolve-symbol.ts';
import type { Resolution } from '../../src/actions/resolved-lots.ts';
import { acceptLots } from '../../src/actions/import-state.ts';
import { observe } from '../../src/actions/observe.ts';
import { makePlan } from '../../src/reconciler/plan.ts';
import {
  parsePrice,
  parseQuantity,
  type Money,
  type Price,
  type Quantity,
} from '../../src/domain/decimal.ts';
import { breakItems } from '../../src/cli/views/breaks.ts';
import { fault } from '../support/faults.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const PRICES = { X: '1200', Y: '50' };
const facts: WorldFacts = {
  prices: PRICES,
  strategies: { a: { targets: { X: '10' } }, b: { targets: { Y: '8' } } },
  books: { a: { X: '10' }, b: { Y: '8' } },
};
const ONE = 1e9;

function shares(text: string): Quantity {
  return parseQuantity(text) ?? (0 as Quantity);
}

function resolve(home: TestWorld, resolution: Partial<Resolution>): Promise<unknown> {
  const base = { symbol: 'X', as: 'broker', strategy: null, price: null, reason: 'test' } as const;
  return resolveSymbol(home.ports, home.desired, { ...base, ...resolution });
}

const kinds = (home: TestWorld): string[] =>
  breakItems(home.journal.ledger()).map(({ symbol, kind }) => `${symbol}: ${kind}`);

function lotX(home: TestWorld, strategy = 'a'): readonly [number, number] | undefined {
  const lot = home.journal.ledger().books.get(strategy)?.get('X');
  return lot === undefined ? undefined : [lot.quantity / ONE, lot.cost / 1e6];
}

describe('a split', () => {
  test.each([
    { from: 1, to: 10, after: '100', name: '10-for-1' },
    { from: 2, to: 3, after: '15', name: '3-for-2' },
    { from: 10, to: 1, after: '1', name: '1-for-10' },
    { from: 3, to: 1, after: '3.333333333', name: '1-for-3' },
  ])('of $name freezes the symbol after a second look, and books follow on a word', async (row) => {
    const home = await world(facts);
    home.broker.split({ symbol: 'X', from: row.from, to: row.to });
    const seen = await home.plan();
    expect(holdsIn(seen)).toContain('a/X: Unconfirmed');
    await home.apply();
    expect(kinds(home)).toEqual(['X: split']);
    expect(breakItems(home.journal.ledger())[0]?.detail).toContain(`as after a ${row.name} split`);
    expect(breakItems(home.journal.ledger())[0]?.wayOut).toContain("'hgctl resolve X --as split");
    await resolve(home, { as: 'split' });
    // The cost of the position stays: so does what it will have earned.
    expect(lotX(home)).toEqual([Number(row.after), 12_000]);
    expect(home.held()['X']).toBe(row.after);
    expect(home.journal.ledger().realised.size).toBe(0);
    expect(kinds(home)).toEqual([]);
  });

  test('whose fraction was paid out in cash takes it from the book', async () => {
    const home = await world({ ...facts, broker: { X: '3', Y: '8' } });
    const broker = { ...home.broker, positions: () => threeAtTriple(home) };
    await home.apply({ broker });
    expect(kinds(home)).toEqual(['X: split']);
  });

  test('leaves shares that nobody owns to nobody', async () => {
    const home = await world({ ...facts, broker: { X: '15', Y: '8' } });
    home.broker.split({ symbol: 'X', from: 1, to: 4 });
    await home.apply();
    await resolve(home, { as: 'split' });
    expect(lotX(home)).toEqual([40, 12_000]);
    expect(holdsIn(await home.plan())).toContain('*/X: UnmanagedShares');
  });

  test.each([
    { from: 1, to: 10, own: '10', lot: 100, ofNobody: '50' },
    { from: 5, to: 1, own: '20', lot: 4, ofNobody: '1' },
  ])('is one also after a purchase by hand: $to new for $from', async ({ from, to, own, lot, ofNobody }) => {
    const home = await world({
      ...facts,
      strategies: { a: { targets: { X: own } } },
      books: { a: { X: own } },
    });
    home.broker.tradeOutside({ symbol: 'X', side: 'buy', quantity: shares('5') });
    home.broker.split({ symbol: 'X', from, to });
    expect(holdsIn(await home.plan())).toContain('a/X: Unconfirmed');
    await home.apply();
    expect(kinds(home)).toEqual(['X: split']);
    await resolve(home, { as: 'split' });
    expect(lotX(home)).toEqual([lot, Number(own) * 1200]);
    const { notDone } = await home.plan();
    const unmanaged = notDone.find(({ reason }) => reason === 'UnmanagedShares');
    expect(unmanaged?.detail).toContain(`the broker holds ${ofNobody} X that no strategy owns`);
  });

  test('of a ratio that is not seen is followed where the operator names it, and the journal says so', async () => {
    const home = await world(facts);
    home.broker.split({ symbol: 'X', from: 3, to: 7 });
    await home.apply();
    await expect(resolve(home, { as: 'split' })).rejects.toThrow('nothing about X is in doubt');
    await expect(resolve(home, { as: 'split', ratio: { from: 1, to: 10 } })).rejects.toThrow(
      'after such a split the books say 100 X, the broker holds 23.333333333',
    );
    await resolve(home, { as: 'split', ratio: { from: 3, to: 7 } });
    expect(lotX(home)).toEqual([23.333333333, 12_000]);
    expect(home.journal.records.at(-1)?.event).toMatchObject({ split: { from: 3, to: 7 } });
    const plan = await home.plan();
    expect([plan.actions, holdsIn(plan)]).toEqual([[], ['a/X: SplitApplied']]);
  });

  test('is not what a purchase by hand is, though the ratio be the same', async () => {
    const home = await world(facts);
    home.broker.tradeOutside({ symbol: 'X', side: 'buy', quantity: shares('10') });
    const plan = await home.plan();
    expect(plan.needsSecondLook).toBe(false);
    await home.apply();
    expect(kinds(home)).toEqual([]);
    await expect(resolve(home, { as: 'split' })).rejects.toThrow('nothing about X is in doubt');
  });

  test('is not what a doubled position at the same price is', async () => {
    const home = await world({ ...facts, broker: { X: '20', Y: '8' } });
    await home.apply();
    expect(kinds(home)).toEqual([]);
    expect(holdsIn(await home.plan())).toContain('*/X: UnmanagedShares');
  });
});

/** The broker has made 10 shares 3 and paid the third of a share out. */
async function threeAtTriple(home: TestWorld): ReturnType<TestWorld['broker']['positions']> {
  const rows = await home.broker.positions();
  return rows.map((row) =>
    row.symbol === 'X' ? { ...row, averagePrice: parsePrice('3600') as Price } : row,
  );
}

/** X stands at the broker with this average price. */
function priced(home: TestWorld, price: string): Partial<TestWorld['ports']> {
  const averagePrice = parsePrice(price) as Price;
  const positions = async (): ReturnType<TestWorld['broker']['positions']> =>
    (await home.broker.positions()).map((row) => (row.symbol === 'X' ? { ...row, averagePrice } : row));
  return { broker: { ...home.broker, positions } };
}

describe('shares that left', () => {
  const five: WorldFacts = {
    prices: { A: '10', B: '10', C: '10', D: '10', E: '10' },
    strategies: { a: { targets: { A: '1', B: '1', C: '1', D: '1', E: '1' } } },
    books: { a: { A: '1', B: '1', C: '1', D: '1', E: '1' } },
  };

  test('by trades count as a mass together with those that nothing explains', async () => {
    const home = await world(five);
    for (const symbol of ['A', 'B', 'C'])
      home.broker.tradeOutside({ symbol, side: 'sell', quantity: shares('1') });
    const ports = { ...home.ports, broker: { ...home.broker, positions: () => Promise.resolve([]) } };
    const observed = await observe(ports, home.desired, { ownFence: null, earlier: null });
    const now = home.clock.now();
    const plan = makePlan({
      desired: home.desired,
      observed,
      now,
      turnTaken: new Set(),
      reductionsOver: false,
      manifests: 'accepted',
    });
    expect(plan.actions).toEqual([]);
    expect(plan.notDone.filter(({ reason }) => reason === 'Unconfirmed')).toHaveLength(5);
  });

  test('are not explained by shares that came and went again', async () => {
    const home = await world(facts);
    const lot = { strategy: 'a', symbol: 'X', quantity: shares('18'), cost: 21_600e6 as Money };
    const since = home.clock.now();
    await acceptLots(home.ports, home.desired, {
      lots: [{ ...lot, since, orderId: null }],
      reason: 'edited',
    });
    home.clock.advance(60_000);
    for (const side of ['buy', 'sell'] as const)
      home.broker.tradeOutside({ symbol: 'X', side, quantity: shares('8') });
    expect(holdsIn(await home.plan())).toContain('a/X: Unconfirmed');
    await home.apply();
    expect(home.books()['a']).toEqual({ X: '18' });
    expect(kinds(home)).toEqual(['X: missing-shares']);
  });
});

describe('a cost that is not the broker’s', () => {
  test('AC-036: stops entries and nothing else, and quantities stay', async () => {
    const home = (await world(facts)).with({ a: { targets: { X: '12' } }, b: { targets: { Y: '8' } } });
    await home.apply(priced(home, '1300'));
    expect(kinds(home)).toEqual(['X: price-mismatch']);
    expect(home.books()).toEqual({ a: { X: '10' }, b: { Y: '8' } });
    expect(holdsIn(await home.plan())).toContain('a/X: BreakOpen');
    const less = home.with({ a: { targets: { X: '4' } }, b: { targets: { Y: '8' } } });
    expect(ordersIn(await less.plan())).toEqual(['sell 6 X (reduce)']);
  });

  test('ends with the broker’s cost in the book, or with ours accepted for good', async () => {
    const home = await world(facts);
    await home.apply(priced(home, '1300'));
    await resolveSymbol({ ...home.ports, ...priced(home, '1300') }, home.desired, {
      symbol: 'X',
      as: 'broker',
      strategy: null,
      price: null,
      reason: 'theirs',
    });
    expect(lotX(home)).toEqual([10, 13_000]);
    const other = await world(facts);
    await other.apply(priced(other, '1300'));
    await resolveSymbol({ ...other.ports, ...priced(other, '1300') }, other.desired, {
      symbol: 'X',
      as: 'books',
      strategy: null,
      price: null,
      reason: 'ours',
    });
    await other.apply(priced(other, '1300'));
    expect(kinds(other)).toEqual([]);
    expect(lotX(other)).toEqual([10, 12_000]);
  });

  test.each(['1210', '1195', '0'])(
    'AC-037: %s a share is no doubt: within one percent, or not said',
    async (price) => {
      const home = await world(facts);
      await home.apply(priced(home, price));
      expect(kinds(home)).toEqual([]);
    },
  );

  test('is asked a second time before anybody is bothered', async () => {
    const home = await world(facts);
    let asked = 0;
    const rows = priced(home, '1300').broker;
    const positions = (): ReturnType<TestWorld['broker']['positions']> =>
      (asked += 1) === 1 && rows !== undefined ? rows.positions() : home.broker.positions();
    await home.apply({ broker: { ...home.broker, positions } });
    expect(asked).toBeGreaterThan(1);
    expect(kinds(home)).toEqual([]);
  });
});

describe('a break', () => {
  test('AC-046: that comes back after its end is a new one, with its own time', async () => {
    const home = await world({ ...facts, broker: { X: '4', Y: '8' } });
    await home.apply();
    const first = home.journal.ledger().breaks.get('X')?.since ?? 0;
    await resolve(home, { as: 'broker' });
    expect(kinds(home)).toEqual([]);
    home.clock.advance(3_600_000);
    // Two more shares vanish without a trace.
    const rows = async (): ReturnType<TestWorld['broker']['positions']> =>
      (await home.broker.positions()).map((row) =>
        row.symbol === 'X' ? { ...row, quantity: shares('2'), available: shares('2') } : row,
      );
    await home.apply({ broker: { ...home.broker, positions: rows } });
    expect(kinds(home)).toEqual(['X: missing-shares']);
    expect(home.journal.ledger().breaks.get('X')?.since).toBeGreaterThan(first);
  });

  test('AC-047: of X is found on time while the answer about Y flickers', async () => {
    const home = await world({ ...facts, broker: { X: '4', Y: '8' } });
    let asked = 0;
    const rows = async (): ReturnType<TestWorld['broker']['positions']> =>
      (await home.broker.positions()).filter(({ symbol }) => symbol !== 'Y' || (asked += 1) % 2 === 0);
    await home.apply({ broker: { ...home.broker, positions: rows } });
    expect(kinds(home)).toEqual(['X: missing-shares']);
    expect(home.books()['b']).toEqual({ Y: '8' });
  });

  test('of missing shares stops every order on its symbol and none on others', async () => {
    const home = (await world({ ...facts, broker: { X: '4', Y: '8' } })).with({
      a: { targets: { X: '1' } },
      b: { targets: { Y: '2' } },
    });
    await home.apply();
    expect(home.held()).toEqual({ X: '4', Y: '2' });
    expect(ordersIn(await home.plan())).toEqual([]);
  });
});

describe('an order that had counted as ended', () => {
  const buying: WorldFacts = { prices: PRICES, strategies: { b: { targets: { Y: '8' } } } };

  /** The order is taken, its answer is lost, and the broker does not show it for `hiddenFor`. */
  function hidden(hiddenFor: number, more: WorldFacts = {}): Promise<TestWorld> {
    return world({ ...buying, ...more, faults: [fault('submit', { kind: 'answer-lost', hiddenFor })] });
  }

  test('late-order: is booked to its strategy when the broker shows it after all', async () => {
    const home = await hidden(3_600_000);
    await home.apply();
    expect(holdsIn(await home.plan())).toContain('b/Y: OrderUnresolved');
    expect(home.held()).toEqual({ Y: '8' });
    home.clock.advance(30 * 3_600_000);
    await home.apply();
    expect(home.books()).toEqual({ b: { Y: '8' } });
    expect(home.broker.state().orders).toHaveLength(1);
  });

  test('late-order: also when an operator had said that it never came', async () => {
    const home = await hidden(60_000);
    await home.apply();
    // Nobody sees the shares while the order is not shown.
    await giveUp(home);
    home.clock.advance(120_000);
    const plan = await home.plan();
    expect(plan.actions.map(({ kind, reason }) => `${kind} ${reason}`)).toContain('reopen-order LateOrder');
    await home.apply();
    expect(home.books()).toEqual({ b: { Y: '8' } });
    expect(home.log.join('\n')).toContain('Late order hg-b-');
    expect(home.broker.state().orders).toHaveLength(1);
  });

  test('late-order: that is still open is cancelled, and what it filled is kept', async () => {
    const home = await world(buying);
    const submit: TestWorld['broker']['submit'] = async (request) => {
      await home.broker.submitChanged(request, { fills: shares('3'), fillAfter: 0 });
      return { kind: 'unknown', reason: 'the request timed out' };
    };
    const orderByClientId = (): Promise<null> => Promise.resolve(null);
    await home.apply({ broker: { ...home.broker, submit, orderByClientId } });
    await giveUp(home);
    home.clock.advance(120_000);
    await home.apply();
    const order = home.broker.state().orders[0];
    expect(order?.status).toBe('canceled');
    expect(home.books()['b']).toEqual(home.held());
  });

  test('late-order: is not said to have never come while the broker holds what it may have bought', async () => {
    const home = await hidden(3_600_000);
    await home.apply();
    home.clock.advance(60_000);
    await expect(resolve(home, { symbol: 'Y', as: 'books' })).rejects.toThrow(
      /the broker holds 8 Y beyond the books: hg-b-.* may have filled/,
    );
    await resolve(home, { symbol: 'Y', as: 'broker' });
    expect(home.books()).toEqual({ b: { Y: '8' } });
    home.broker.tradeOutside({ symbol: 'Y', side: 'sell', quantity: shares('4') });
    home.clock.advance(3_600_000);
    for (let pass = 0; pass < 2; pass += 1) await home.apply();
    expect(home.books()).toEqual({ b: { Y: '4' } });
    expect(home.held()).toEqual({ Y: '4' });
  });

  test('is not booked twice when the books had taken its shares already', async () => {
    const home = await hidden(60_000, {
      books: { b: { Y: '20' } },
      strategies: { b: { targets: { Y: '12' } } },
    });
    await home.apply();
    // The sale is done, nobody sees the order, and the operator lets the book follow the position.
    await resolve(home, { symbol: 'Y', as: 'broker' });
    expect(home.books()).toEqual({ b: { Y: '12' } });
    home.clock.advance(120_000);
    await home.apply();
    expect(home.books()).toEqual({ b: { Y: '12' } });
    expect(home.held()).toEqual({ Y: '12' });
  });
});

/** An operator says that an order on Y never came, while the broker shows nothing of it. */
function giveUp(home: TestWorld): Promise<unknown> {
  const nothing = {
    positions: () => Promise.resolve([]),
    openOrders: () => Promise.resolve([]),
    orderByClientId: () => Promise.resolve(null),
  };
  const ports = { ...home.ports, broker: { ...home.broker, ...nothing } };
  const resolution = { symbol: 'Y', as: 'books', strategy: null, price: null, reason: 'never came' } as const;
  return resolveSymbol(ports, home.desired, resolution);
}
