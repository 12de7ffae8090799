/**
 * Failures of the original about who owns what, one test each: M1 to M12 (limits of its model) and O-6 to O-11, O-14,
 * O-16 to O-18 (measured on its state manager).
 */
import { describe, expect, test } from 'vitest';
import { resolveSymbol } from '../../src/actions/resolve-symbol.ts';
import { attribute } from '../../src/observed/attribution.ts';
import { bookTrade } from '../../src/observed/book.ts';
import {
  formatMoney,
  parseMoney,
  parseQuantity,
  type Money,
  type Quantity,
} from '../../src/domain/decimal.ts';
import { project } from '../support/project.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';
import { hostile } from './hostile-broker.ts';

const PRICES = { X: '100', Y: '50', Z: '20' };
const two: WorldFacts = {
  prices: PRICES,
  strategies: { a: { targets: { X: '100' } }, b: { targets: { X: '50' } } },
  books: { a: { X: '100' }, b: { X: '50' } },
};

const conserved = (home: TestWorld): number =>
  [...home.journal.ledger().books.values()].reduce((sum, book) => sum + (book.get('X')?.quantity ?? 0), 0) /
  1e9;

/** All that a pass can learn: it looks, waits for the second look and acts. */
async function passes(home: TestWorld, changes: Parameters<TestWorld['apply']>[0] = {}): Promise<void> {
  for (let pass = 0; pass < 3; pass += 1) {
    await home.apply(changes);
    home.clock.advance(60_000);
  }
}

describe('O-7, M1: two strategies own 100 and 50 of one symbol, and the broker says 150', () => {
  test('and each keeps its own: the sum of the owners is what the broker holds', async () => {
    const home = await world(two);
    await passes(home);
    expect(home.books()).toStrictEqual({ a: { X: '100' }, b: { X: '50' } });
    expect(conserved(home)).toBe(150);
  });

  test('and closing one sells its shares, not those of the other', async () => {
    const home = await world({
      ...two,
      strategies: { a: { targets: { X: '0' } }, b: { targets: { X: '50' } } },
    });
    await passes(home);
    expect(home.books()).toStrictEqual({ b: { X: '50' } });
    expect(home.held()).toStrictEqual({ X: '50' });
  });
});

describe('O-6, M2: an empty list, though nothing was sold', () => {
  test('deletes no position of anybody, however often it comes', async () => {
    const home = await world({
      prices: PRICES,
      strategies: { a: { targets: { X: '10', Y: '10' } }, b: { targets: { Z: '10' } } },
      books: { a: { X: '10', Y: '10' }, b: { Z: '10' } },
    });
    await passes(home, { broker: hostile(home, { positions: () => Promise.resolve([]) }) });
    expect(home.books()).toStrictEqual({ a: { X: '10', Y: '10' }, b: { Z: '10' } });
    expect(home.broker.submitted).toStrictEqual([]);
  });
});

describe('O-14, M3: the broker has more than the book', () => {
  test('and the excess belongs to nobody and is never sold', async () => {
    const home = await world({
      ...two,
      strategies: { a: { targets: { X: '0' } } },
      books: { a: { X: '100' } },
      broker: { X: '130' },
    });
    await passes(home);
    expect(home.books()).toStrictEqual({});
    expect(home.held()).toStrictEqual({ X: '30' });
  });
});

describe('O-8, M4: a position that nobody owns', () => {
  test('is named in every plan, and nobody trades its symbol', async () => {
    const home = await world({
      prices: PRICES,
      strategies: { a: { targets: { Z: '10' } } },
      broker: { Z: '7' },
    });
    expect(holdsIn(await home.plan())).toContain('a/Z: UnmanagedShares');
    await passes(home);
    expect(home.held()).toStrictEqual({ Z: '7' });
    expect(home.books()).toStrictEqual({});
  });
});

describe('O-10, M5: a short position', () => {
  test('of 100 that the broker shows as 50 is a reduction of 50, not an increase', async () => {
    const home = await world({ prices: PRICES, books: { a: { X: '-100' } }, broker: { X: '-50' } });
    const { observed } = await home.look();
    const positions =
      observed.snapshot.positions.kind === 'ok' ? observed.snapshot.positions.data : new Map();
    const [difference] = attribute(
      observed.ledger,
      positions,
      observed.snapshot.takenAt,
      0,
    ).differences.values();
    expect(difference).toMatchObject({
      booked: -100e9,
      broker: -50e9,
      missing: 50e9,
      unmanaged: 0,
      sideFlip: false,
    });
  });

  test('is signed like the broker has it: nothing is to be done about 30 short against 30 short', async () => {
    const home = await world({ prices: PRICES, books: { a: { X: '-30' } }, broker: { X: '-30' } });
    expect((await home.plan()).actions).toStrictEqual([]);
  });
});

describe('O-11: long in the book, short at the broker', () => {
  test('is a break that stops the symbol, and the book never turns short by itself', async () => {
    const home = await world({
      ...two,
      strategies: { a: { targets: { X: '100' } } },
      books: { a: { X: '100' } },
      broker: { X: '-50' },
    });
    await passes(home);
    expect(home.books()).toStrictEqual({ a: { X: '100' } });
    expect(home.journal.ledger().breaks.get('X')).toMatchObject({ kind: 'side-flip' });
    expect(home.broker.submitted).toStrictEqual([]);
  });
});

describe('O-16, M6: a fraction of a share', () => {
  test('is kept exactly, to the ninth place', async () => {
    const home = await world({
      prices: PRICES,
      strategies: { a: { targets: { X: '0.123456789' }, wholeShares: false } },
      books: { a: { X: '0.123456789' } },
    });
    await passes(home);
    expect(home.journal.ledger().books.get('a')?.get('X')?.quantity).toBe(123_456_789);
  });

  test('anywhere in the account disturbs nobody else', async () => {
    const home = await world({
      prices: PRICES,
      strategies: { a: { targets: { X: '10' } } },
      broker: { Y: '0.5' },
    });
    await passes(home);
    expect(home.books()).toStrictEqual({ a: { X: '10' } });
  });
});

describe('O-17, M8: a position that is topped up', () => {
  test('has the average cost of both purchases, and its sale the profit against that', () => {
    const lot = { quantity: shares('10'), cost: dollars('1000'), since: 0 as never, orderId: null };
    const trade = { quantity: shares('10'), value: dollars('2000'), at: 1 as never, orderId: 'o' };
    const both = bookTrade(lot, trade);
    expect(both.lot).toMatchObject({ quantity: shares('20'), cost: dollars('3000') });
    const sold = bookTrade(both.lot, { ...trade, quantity: shares('-5'), value: dollars('-1000') });
    expect(sold).toMatchObject({ realised: dollars('250'), lot: { cost: dollars('2250') } });
  });
});

describe('M9: a dividend, a fee', () => {
  test('changes the cash of the account and no book', async () => {
    const home = await world({
      ...two,
      strategies: { a: { targets: { X: '100' } } },
      books: { a: { X: '100' } },
    });
    const paid = hostile(home, {
      account: async () => {
        const account = await home.broker.account();
        return {
          ...account,
          cash: (account.cash + 12_340_000) as Money,
          equity: (account.equity + 12_340_000) as Money,
        };
      },
    });
    await passes(home, { broker: paid });
    expect(home.books()).toStrictEqual({ a: { X: '100' } });
    expect(home.journal.ledger().breaks.size).toBe(0);
  });
});

describe('O-9, M7: a split', () => {
  test('of 10 shares into 100 changes neither the cost nor the book before somebody has said so', async () => {
    const home = await world({
      prices: { X: '1200' },
      strategies: { a: { targets: { X: '10' } } },
      books: { a: { X: '10' } },
    });
    home.broker.split({ symbol: 'X', from: 1, to: 10 });
    await passes(home);
    expect(home.books()).toStrictEqual({ a: { X: '10' } });
    expect(home.held()).toStrictEqual({ X: '100' });
    expect(home.journal.ledger().breaks.get('X')?.kind).toBe('split');
    const split = { symbol: 'X', as: 'split', strategy: null, price: null, reason: '10-for-1' } as const;
    await resolveSymbol(home.ports, home.desired, split);
    const lot = home.journal.ledger().books.get('a')?.get('X');
    expect([lot?.quantity, lot?.cost]).toEqual([100e9, 12_000e6]);
  });

  test('in reverse is no sale: no profit or loss, no share sold or bought', async () => {
    const home = await world({
      prices: { X: '2' },
      strategies: { a: { targets: { X: '1000' } } },
      books: { a: { X: '1000' } },
    });
    home.broker.split({ symbol: 'X', from: 20, to: 1 });
    await passes(home);
    expect(home.journal.ledger().breaks.get('X')?.kind).toBe('split');
    expect(home.journal.ledger().realised.size).toBe(0);
    expect(home.broker.state().orders).toHaveLength(0);
  });
});

describe('O-18, M10: strategies', () => {
  test('may be as many and be called what the manifests say', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `strategy-${index}`);
    const symbols = names.map((_, index) => `S${String.fromCharCode(65 + (index % 26))}${index}`);
    const home = await world({
      prices: Object.fromEntries(symbols.map((symbol) => [symbol, '10'])),
      strategies: Object.fromEntries(
        names.map((name, index) => [name, { targets: { [symbols[index] ?? '']: '1' } }]),
      ),
    });
    await home.apply();
    expect(Object.keys(home.books()).sort()).toStrictEqual([...names].sort());
  });

  test('are all known to every command: a third one is shown, switched off and switched on like the first two', async () => {
    const targets = { omr: 'TQQQ', mp: 'NVDA', 'tail-hedge': 'GLD' };
    const mine = project({
      strategies: Object.fromEntries(
        Object.entries(targets).map(([name, symbol]) => [name, { targets: { [symbol]: '1' } }]),
      ),
    });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect((await mine.run('status')).stdout).toMatch(/TAIL-HEDGE[^]*GLD/);
    expect(await mine.run('disable', 'tail-hedge')).toMatchObject({ code: 0 });
    expect((await mine.run('status')).stdout).toMatch(/Orphaned Positions:\n {2}TAIL-HEDGE: /);
    expect(await mine.run('enable', 'tail-hedge')).toMatchObject({
      code: 0,
      stdout: 'strategy/tail-hedge enabled\n',
    });
    expect((await mine.run('status')).stdout).not.toContain('Orphaned Positions:\n  TAIL-HEDGE');
  });
});

describe('M11: money', () => {
  test('is exact: ten times ten cents are a dollar', () => {
    const cents = Array.from({ length: 10 }, () => dollars('0.10'));
    expect(formatMoney(cents.reduce((sum, one) => (sum + one) as Money, 0 as Money))).toBe('1.00');
    expect(formatMoney((dollars('0.1') + dollars('0.2')) as Money)).toBe('0.30');
  });
});

describe('M12: an order that is being filled', () => {
  test('is no difference between books and broker', async () => {
    const slow = { fillDelay: 600_000, partialFills: 0 as never };
    const home = await world({ prices: PRICES, strategies: { a: { targets: { X: '10' } } }, settings: slow });
    const killed = hostile(home, {
      submit: async (request, real) => {
        await real(request);
        throw new Error('kill -9');
      },
    });
    await expect(home.apply({ broker: killed })).rejects.toThrow('kill -9');
    const plan = await home.plan();
    expect(plan.actions.map(({ kind }) => kind)).not.toContain('report-break');
    expect(plan.actions.map(({ kind }) => kind)).not.toContain('sync-position');
    expect(ordersIn(plan)).toStrictEqual([]);
    expect(holdsIn(plan)).toContain('a/X: OrderUnresolved');
  });
});

function shares(text: string): Quantity {
  return parseQuantity(text) ?? (0 as Quantity);
}

function dollars(text: string): Money {
  const negative = text.startsWith('-');
  const value = parseMoney(negative ? text.slice(1) : text) ?? (0 as Money);
  return (negative ? 0 - value : value) as Money;
}
