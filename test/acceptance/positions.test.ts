/** Cases AC-001 to AC-057 of docs/acceptance.md that no other test states: what is seen, and whose it is. */
import { describe, expect, test } from 'vitest';
import { adopt } from '../../src/actions/adopt.ts';
import { releaseShares } from '../../src/actions/release.ts';
import { resolveSymbol } from '../../src/actions/resolve-symbol.ts';
import { attribute } from '../../src/observed/attribution.ts';
import { parsePrice, parseQuantity, type Price, type Quantity } from '../../src/domain/decimal.ts';
import { BrokerUnavailable, type Broker } from '../../src/reconciler/ports.ts';
import { fault } from '../support/faults.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const facts: WorldFacts = {
  prices: { X: '100', Y: '50', NEW: '100' },
  strategies: { a: { targets: { X: '10' } }, b: { targets: { Y: '8' } } },
  books: { a: { X: '10' }, b: { Y: '8' } },
};
const BOOKS = { a: { X: '10' }, b: { Y: '8' } };

const shares = (text: string): Quantity => parseQuantity(text) ?? (0 as Quantity);

/** The first order fills nothing, and its first cancel never happens. */
const UNFILLED = [
  fault('submit', { kind: 'order', fills: shares('0'), fillAfter: 0, hiddenFor: 0 }),
  fault('cancel', { kind: 'stuck' }),
];

type Positions = Awaited<ReturnType<Broker['positions']>>;

/** The broker with its list of positions changed. */
function listed(home: TestWorld, change: (rows: Positions) => Positions): Partial<TestWorld['ports']> {
  const positions = async (): Promise<Positions> => change(await home.broker.positions());
  return { broker: { ...home.broker, positions } };
}

const kinds = (home: TestWorld): string[] =>
  [...home.journal.ledger().breaks.values()].map(({ symbol, kind }) => `${symbol} ${kind}`);

describe('Snapshot and presence', () => {
  test('AC-001: books and broker agree: nothing is done, nothing is written', async () => {
    const home = await world(facts);
    await home.apply();
    const before = home.journal.records.length;
    expect((await home.apply()).kind).toBe('nothing');
    expect(home.journal.records).toHaveLength(before);
  });

  test('AC-003: the order of rows does not matter', async () => {
    const home = (await world({ ...facts, broker: { X: '12', Y: '5', NEW: '1' } })).with({
      a: { targets: { X: '4' } },
      b: { targets: { Y: '9' } },
    });
    const there = await home.plan();
    const ports = { ...home.ports, ...listed(home, (rows) => [...rows].reverse()) };
    Object.assign(home.ports, ports);
    expect(await home.plan()).toEqual(there);
  });

  test('AC-004: a question that fails changes nothing, and says so', async () => {
    const home = await world({
      ...facts,
      faults: [fault('positions', { kind: 'unavailable', reason: 'HTTP 500' }, { times: 99 })],
    });
    const { plan } = await home.apply();
    expect(holdsIn(plan)).toContain('*/*: PositionsUnknown');
    expect(home.books()).toEqual(BOOKS);
  });

  test('AC-005: an empty list is believed by nobody, however often it comes', async () => {
    const home = await world(facts);
    await home.apply(listed(home, () => []));
    home.clock.advance(60_000);
    await home.apply(listed(home, () => []));
    expect(home.books()).toEqual(BOOKS);
    expect(home.broker.state().orders).toHaveLength(0);
  });

  test('AC-006: a list whose second page is missing is no list', async () => {
    const home = await world(facts);
    const positions = (): Promise<never> => Promise.reject(new BrokerUnavailable('page 2 of 2 is missing'));
    await home.apply({ broker: { ...home.broker, positions } });
    expect(home.books()).toEqual(BOOKS);
    expect(kinds(home)).toEqual([]);
  });

  test('AC-007: behind a slow order, on a snapshot that is too old, the next order goes out on fresh figures only', async () => {
    const home = await world({
      prices: { X: '100', Y: '50' },
      strategies: { a: { targets: { X: '10', Y: '8' } } },
      books: { a: { Y: '5' } },
      execution: { maxInFlight: 1, snapshotAge: 20_000 },
    });
    // While the first order waits for its fill, somebody buys what the second one is for.
    const submit: Broker['submit'] = (request) => {
      home.broker.tradeOutside({ symbol: 'Y', side: 'buy', quantity: shares('3') });
      return home.broker.submitChanged(request, { fills: null, fillAfter: 25_000 });
    };
    const result = await home.apply({ broker: { ...home.broker, submit } });
    expect(result).toMatchObject({
      outcomes: [
        { kind: 'done', action: { symbol: 'X' } },
        { kind: 'skipped', code: 'UnmanagedShares', action: { symbol: 'Y' } },
      ],
    });
    expect(home.books()).toEqual({ a: { X: '10', Y: '5' } });
  });

  test('AC-008: where orders answer and positions do not, fills are booked and positions stay', async () => {
    const home = await world({
      prices: { X: '100', Y: '50' },
      strategies: { a: { targets: { X: '10' } }, b: { targets: { Y: '8' } } },
      books: { b: { Y: '8' } },
      faults: [
        fault('submit', { kind: 'order', fills: null, fillAfter: 600_000, hiddenFor: 0 }),
        fault('cancel', { kind: 'stuck' }, { times: 99 }),
      ],
    });
    await home.apply();
    expect(home.books()).toEqual({ b: { Y: '8' } });
    home.clock.advance(900_000);
    const positions = (): Promise<never> => Promise.reject(new BrokerUnavailable('HTTP 500'));
    await home.apply({ broker: { ...home.broker, positions } });
    expect(home.books()).toEqual({ a: { X: '10' }, b: { Y: '8' } });
  });

  test('AC-010: a clock that is wrong by more than two seconds opens nothing, and reductions go on', async () => {
    const home = (
      await world({ ...facts, faults: [fault('clock', { kind: 'stale', by: 5_000 }, { times: 999 })] })
    ).with({ a: { targets: { X: '12' } }, b: { targets: { Y: '3' } } });
    const plan = await home.plan();
    expect(holdsIn(plan)).toContain('*/*: ClockSkew');
    expect(ordersIn(plan)).toEqual(['sell 5 Y (reduce)']);
  });

  test('AC-011: rows of zero say nothing', async () => {
    const home = await world(facts);
    const zero = (rows: Positions): Positions =>
      rows.map((row) => ({ ...row, symbol: `${row.symbol}0`, quantity: shares('0') })).concat(rows);
    const plan = (await home.apply(listed(home, zero))).plan;
    expect(plan.notDone).toEqual([]);
  });

  test('AC-012: a list that names a symbol twice is malformed, and refused whole', async () => {
    const home = await world(facts);
    const { plan } = await home.apply(listed(home, (rows) => [...rows, ...rows]));
    expect(plan.notDone.map(({ reason, detail }) => `${reason}: ${detail}`)).toContain(
      'PositionsUnknown: the position list names X twice',
    );
    expect(home.books()).toEqual(BOOKS);
  });
});

describe('Position classes', () => {
  test('AC-022: one owner’s shares that somebody sold in part leave its book', async () => {
    const home = await world(facts);
    home.broker.tradeOutside({ symbol: 'X', side: 'sell', quantity: shares('4') });
    await home.apply();
    expect(home.books()).toEqual({ a: { X: '6' }, b: { Y: '8' } });
  });

  test('AC-029: short in the book, long at the broker is a break, and the book never turns long by itself', async () => {
    const home = await world({
      ...facts,
      strategies: { a: { targets: { X: '10' } } },
      books: { a: { X: '-10' } },
      broker: { X: '5' },
    });
    for (let pass = 0; pass < 3; pass += 1) {
      await home.apply();
      home.clock.advance(60_000);
    }
    expect(kinds(home)).toEqual(['X side-flip']);
    expect(home.books()).toEqual({ a: { X: '-10' } });
    expect(home.broker.submitted).toEqual([]);
  });

  test('AC-031: a short position that grew: the growth is nobody’s, and the book stays', async () => {
    const home = await world({
      ...facts,
      strategies: { a: { targets: {}, universe: ['X'], enabled: false } },
      books: { a: { X: '-50' } },
      broker: { X: '-80' },
    });
    const { plan, observed } = await home.look();
    const positions = observed.snapshot.positions;
    if (positions.kind !== 'ok') throw new Error('no positions');
    const { differences } = attribute(observed.ledger, positions.data, observed.snapshot.takenAt, 0);
    expect(differences.get('X')).toMatchObject({ unmanaged: -30e9, missing: 0, sideFlip: false });
    expect(plan.notDone).toContainEqual(expect.objectContaining({ symbol: 'X', reason: 'UnmanagedShares' }));
    await home.apply();
    home.clock.advance(60_000);
    await home.apply();
    expect(home.books()).toEqual({ a: { X: '-50' } });
    expect(home.broker.submitted).toEqual([]);
  });

  test('AC-032: flat in the books and at the broker is nothing', async () => {
    const home = await world({ ...facts, books: {}, strategies: { a: { targets: {} } } });
    expect((await home.plan()).notDone).toEqual([]);
  });

  test.each(['9', '9.999999999'])(
    'AC-034, AC-035: %s of 10 is a difference: there is no tolerance',
    async (quantity) => {
      const home = await world({ ...facts, broker: { X: quantity, Y: '8' } });
      await home.apply();
      expect(kinds(home)).toEqual(['X missing-shares']);
    },
  );

  test('AC-040: two looks that disagree are forgotten: a later pass begins to count anew', async () => {
    const home = await world(facts);
    let asked = 0;
    const once = (rows: Positions): Positions =>
      (asked += 1) === 2 ? rows : rows.filter(({ symbol }) => symbol !== 'X');
    await home.apply(listed(home, once));
    expect(asked).toBeGreaterThan(1);
    expect(kinds(home)).toEqual([]);
  });

  test('AC-041, AC-042: a gap beside an order of ours is no break while the order is open, and is one afterwards', async () => {
    const home = (await world({ ...facts, faults: UNFILLED })).with({
      a: { targets: { X: '12' } },
      b: { targets: { Y: '8' } },
    });
    await home.apply();
    home.clock.advance(60_000);
    const seven = (rows: Positions): Positions =>
      rows.map((row) =>
        row.symbol === 'X' ? { ...row, quantity: shares('7'), available: shares('7') } : row,
      );
    Object.assign(home.ports, listed(home, seven));
    expect(holdsIn(await home.plan())).toContain('a/X: PendingOrder');
    await home.apply();
    expect(kinds(home)).toEqual([]);
    await home.apply();
    expect(kinds(home)).toEqual(['X missing-shares']);
  });

  test('AC-044: a gap in the settle window after a fill is nothing; the same gap after it is a break', async () => {
    const home = (await world(facts)).with({ a: { targets: { X: '12' } }, b: { targets: { Y: '8' } } });
    await home.apply();
    expect(home.books()).toEqual({ a: { X: '12' }, b: { Y: '8' } });
    const without = listed(home, (rows) =>
      rows.map((row) =>
        row.symbol === 'X' ? { ...row, quantity: shares('10'), available: shares('10') } : row,
      ),
    );
    Object.assign(home.ports, without);
    const young = await home.look();
    expect(holdsIn(young.plan)).not.toContain('a/X: Unconfirmed');
    home.clock.advance(60_000);
    await home.apply();
    expect(kinds(home)).toEqual(['X missing-shares']);
    expect(home.books()).toEqual({ a: { X: '12' }, b: { Y: '8' } });
  });

  test('AC-045: a break is told once, not on every pass', async () => {
    const home = await world({ ...facts, broker: { X: '4', Y: '8' } });
    for (let pass = 0; pass < 4; pass += 1) {
      await home.apply();
      home.clock.advance(60_000);
    }
    expect(home.log.filter((line) => line.includes('missing-shares'))).toHaveLength(1);
  });

  test('AC-051: a split beside an open order is judged once the order has ended', async () => {
    const home = (
      await world({
        ...facts,
        faults: UNFILLED,
      })
    ).with({ a: { targets: { X: '12' } }, b: { targets: { Y: '8' } } });
    await home.apply();
    home.broker.split({ symbol: 'X', from: 1, to: 2 });
    home.clock.advance(60_000);
    expect(holdsIn(await home.plan())).toContain('a/X: PendingOrder');
    await home.apply();
    await home.apply();
    expect(kinds(home)).toEqual(['X split']);
  });

  test('AC-052: a symbol that is called otherwise now is missing here and nobody’s there; two words mend it', async () => {
    const home = await world({
      ...facts,
      strategies: { a: { targets: { NEW: '10' }, universe: ['X', 'NEW'] }, b: { targets: { Y: '8' } } },
      broker: { NEW: '10', Y: '8' },
    });
    await home.apply();
    expect(kinds(home)).toEqual(['X missing-shares']);
    const reason = 'X is called NEW';
    await resolveSymbol(home.ports, home.desired, {
      symbol: 'X',
      as: 'broker',
      strategy: null,
      price: null,
      reason,
    });
    await adopt(home.ports, home.desired, {
      symbol: 'NEW',
      strategy: 'a',
      quantity: null,
      price: null,
      reason,
    });
    expect(home.books()).toEqual({ a: { NEW: '10' }, b: { Y: '8' } });
    expect(ordersIn(await home.plan())).toEqual([]);
  });

  test('AC-053: shares that were paid out leave the book at the price that is said', async () => {
    const home = await world({ ...facts, broker: { Y: '8' } });
    await home.apply();
    const price = parsePrice('130') as Price;
    const resolution = { symbol: 'X', as: 'broker', strategy: null, price, reason: 'delisted' } as const;
    await resolveSymbol(home.ports, home.desired, resolution);
    expect(home.books()).toEqual({ b: { Y: '8' } });
    expect(home.journal.ledger().realised.get('a')?.get('X')).toBe(300_000_000);
  });

  test('AC-057: given up by one and adopted by another, shares keep their sum and their cost', async () => {
    const home = await world({
      prices: { X: '100' },
      strategies: { a: { targets: {}, universe: [] }, b: { targets: { X: '10' } } },
      books: { a: { X: '10' } },
    });
    const move = { symbol: 'X', reason: 'moves to b' };
    await releaseShares(home.ports, home.desired, { ...move, strategy: 'a', quantity: null });
    await adopt(home.ports, home.desired, {
      ...move,
      strategy: 'b',
      quantity: null,
      price: parsePrice('100') as Price,
    });
    const lot = home.journal.ledger().books.get('b')?.get('X');
    expect([lot?.quantity, lot?.cost]).toEqual([10e9, 1_000e6]);
    expect(home.books()).toEqual({ b: { X: '10' } });
  });
});
