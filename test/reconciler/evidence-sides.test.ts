/** What evidence does to a book, for a long position and, mirrored at zero, for a short one. */
import { describe, expect, test } from 'vitest';
import {
  parseMoney,
  parseQuantity,
  type Money,
  type Price,
  type Quantity,
  type Ratio,
} from '../../src/domain/decimal.ts';
import { resolveSymbol } from '../../src/actions/resolve-symbol.ts';
import { markOf, profitOf } from '../../src/observed/day-mark.ts';
import type { Side } from '../../src/domain/names.ts';
import { fault } from '../support/faults.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

interface Mirror {
  readonly name: string;
  /** `10` is `-10` where the position is short. */
  readonly q: (count: number) => string;
  /** What makes the position smaller. */
  readonly out: Side;
  readonly in: Side;
}

const LONG: Mirror = { name: 'a long', q: String, out: 'sell', in: 'buy' };
const SHORT: Mirror = { name: 'a short', q: (count) => String(0 - count), out: 'buy', in: 'sell' };

const shares = (count: number): Quantity => parseQuantity(String(count)) ?? (0 as Quantity);
const dollars = (text: string): Money => parseMoney(text) ?? (0 as Money);

function holding({ q }: Mirror, count: number, more: WorldFacts = {}): Promise<TestWorld> {
  return world({
    prices: { X: '100' },
    settings: { shorting: { hardToBorrow: [] } },
    strategies: { a: { targets: { X: q(10) }, shorts: 'allowed' } },
    books: { a: { X: q(count) } },
    ...more,
  });
}

function byHand(home: TestWorld, side: Side, count: number, price = '100'): void {
  void home.broker.tradeFreely({
    symbol: 'X',
    side,
    quantity: shares(count),
    price: dollars(price) as unknown as Price,
  });
}

async function looks(home: TestWorld, times: number): Promise<void> {
  for (let pass = 0; pass < times; pass += 1) {
    await home.apply();
    home.clock.advance(60_000);
  }
}

const breaks = (home: TestWorld): string[] =>
  [...home.journal.ledger().breaks.values()].map(({ symbol, kind }) => `${symbol} ${kind}`);

describe.each([LONG, SHORT])('$name position', (mirror) => {
  const { q, out, in: into } = mirror;

  test('that somebody made smaller by hand shrinks at the real price, and is not made larger again today', async () => {
    const home = await holding(mirror, 10);
    byHand(home, out, 4, '90');
    const plan = await home.plan();
    expect(plan.actions).toMatchObject([{ kind: 'sync-position', reason: 'ReducedExternally' }]);
    await looks(home, 2);
    expect(home.books()).toEqual({ a: { X: q(6) } });
    const realised = home.journal.ledger().realised.get('a')?.get('X');
    expect(realised).toBe(dollars(mirror === LONG ? '-40' : '40'));
    expect(holdsIn(await home.plan())).toContain('a/X: EntryFrozenExternalReduction');
    home.clock.advance(86_400_000);
    expect(ordersIn(await home.plan())).toEqual([`${into} 4 X (increase)`]);
  });

  test('that somebody closed by hand leaves the book', async () => {
    const home = await holding(mirror, 10);
    byHand(home, out, 10);
    expect((await home.plan()).actions).toMatchObject([{ reason: 'ClosedExternally' }]);
    await looks(home, 1);
    expect(home.books()).toEqual({});
  });

  test('that is not in the list, and that no trade explains, is a break after two looks', async () => {
    const faults = [fault('positions', { kind: 'without', symbols: ['X'] }, { times: 999 })];
    const home = await holding(mirror, 10, { faults });
    expect(holdsIn(await home.plan())).toContain('a/X: Unconfirmed');
    await looks(home, 2);
    expect(breaks(home)).toEqual(['X missing-shares']);
    expect(home.books()).toEqual({ a: { X: q(10) } });
    expect(home.broker.submitted).toEqual([]);
  });

  test('about which the history says nothing does not change', async () => {
    const faults = [fault('history', { kind: 'unavailable', reason: 'HTTP 503' }, { times: 999 })];
    const home = await holding(mirror, 10, { faults });
    byHand(home, out, 4);
    expect(holdsIn(await home.plan())).toContain('a/X: HistoryUnavailable');
    await looks(home, 2);
    expect(home.books()).toEqual({ a: { X: q(10) } });
  });

  test('beside which somebody holds more of its side: that is nobody’s, and only the book is closed', async () => {
    const home = await holding(mirror, 10, {
      strategies: { a: { targets: { X: '0' }, shorts: 'allowed' } },
      broker: { X: q(13) },
    });
    expect(holdsIn(await home.plan())).toContain('*/X: UnmanagedShares');
    await looks(home, 1);
    expect(home.books()).toEqual({});
    expect(home.held()).toEqual({ X: q(3) });
  });

  test('is not made larger while somebody holds more of its side', async () => {
    const home = await holding(mirror, 5, { broker: { X: q(8) } });
    expect(ordersIn(await home.plan())).toEqual([]);
    expect(holdsIn(await home.plan())).toEqual(['a/X: UnmanagedShares']);
  });

  test('that the account has on the other side is a break, and takes no order', async () => {
    const home = await holding(mirror, 10);
    byHand(home, out, 15);
    await looks(home, 3);
    expect(breaks(home)).toEqual(['X side-flip']);
    expect(home.books()).toEqual({ a: { X: q(10) } });
    expect(home.broker.submitted).toEqual([]);
  });

  test('that the broker shows late settles, and is not bought or sold twice', async () => {
    const faults = [fault('positions', { kind: 'stale', by: 9_000 }, { after: 1, times: 999 })];
    const home = await holding(mirror, 0, { books: {}, faults });
    await home.apply();
    expect(home.books()).toEqual({ a: { X: q(10) } });
    expect(ordersIn(await home.plan())).toEqual([]);
    home.clock.advance(60_000);
    expect((await home.plan()).actions).toEqual([]);
    expect(home.held()).toEqual({ X: q(10) });
  });

  test('that was split follows on a word, at its cost', async () => {
    const home = await holding(mirror, 10);
    home.broker.split({ symbol: 'X', from: 1, to: 10 });
    await home.apply();
    expect(breaks(home)).toEqual(['X split']);
    await resolveSymbol(home.ports, home.desired, {
      symbol: 'X',
      as: 'split',
      strategy: null,
      price: null,
      reason: 'test',
    });
    expect(home.books()).toEqual({ a: { X: q(100) } });
    expect(home.journal.ledger().books.get('a')?.get('X')?.cost).toBe(dollars(q(1_000)));
  });

  test('whose cost is another at the broker takes no entry, and every exit', async () => {
    const home = await holding(mirror, 5);
    const positions = async () =>
      (await home.broker.positions()).map((row) => ({
        ...row,
        averagePrice: dollars('120') as unknown as Price,
      }));
    const changes = { broker: { ...home.broker, positions } };
    await home.apply(changes);
    home.clock.advance(60_000);
    await home.apply(changes);
    expect(breaks(home)).toEqual(['X price-mismatch']);
    const out_ = home.with({ a: { targets: { X: '0' }, shorts: 'allowed' } });
    await out_.apply(changes);
    expect(home.books()).toEqual({});
  });

  test.each([
    ['of a strategy that is off and closes its orphans', { enabled: false, orphans: 'close' as const }],
    ['that is removed from the targets', { targets: {}, universe: ['X'] }],
  ])('%s is closed by an order of its own side', async (_, own) => {
    const home = await holding(mirror, 10, {
      strategies: { a: { targets: { X: q(10) }, shorts: 'allowed', ...own } },
    });
    expect(ordersIn(await home.plan())).toMatchObject([expect.stringContaining(`${out} 10 X (close`)]);
    await home.apply();
    expect(home.books()).toEqual({});
    expect(home.held()).toEqual({});
  });

  test('is closed also where nothing may be short, or borrowed, any more', async () => {
    const home = await holding(mirror, 10, {
      settings: {},
      strategies: { a: { targets: { X: '0' } } },
      faults: [fault('assets', { kind: 'unavailable', reason: 'HTTP 503' }, { times: 999 })],
    });
    await home.apply();
    expect(home.held()).toEqual({});
  });

  test('is sold or bought back whole when everything is to be flat', async () => {
    const home = await holding(mirror, 10, { broker: { X: q(12) } });
    home.journal.commit({ type: 'halted', mode: 'flatten', reason: 'test', by: 'me' });
    await home.apply();
    expect(home.books()).toEqual({});
    expect(home.held()).toEqual({ X: q(2) });
  });

  test('earns what its price moves its way: value, profit and the mark of the day', async () => {
    const moved = { X: '110' };
    const home = await holding(mirror, 10, { prices: moved, books: {} });
    await home.apply();
    const { observed } = await home.look();
    const price = dollars('121') as unknown as Price;
    const positions = observed.snapshot.positions;
    if (positions.kind !== 'ok') throw new Error('no positions');
    const data = new Map(
      [...positions.data].map(([symbol, row]) => [symbol, { ...row, marketPrice: price }]),
    );
    const later = { ...observed, snapshot: { ...observed.snapshot, positions: { ...positions, data } } };
    const [own] = markOf(later, 'interim', 10_000)?.strategies ?? [];
    if (own === undefined) throw new Error('no mark');
    expect(profitOf(own)).toBe(dollars(mirror === LONG ? '110' : '-110'));
  });

  test('stops at its loss limit: it grows no more, and is still closed', async () => {
    const risk = { daily: 50_000 as Ratio, weekly: null, drawdown: null };
    const prices: Record<string, string> = { X: '100' };
    const wants = (target: string) => ({ a: { targets: { X: target }, shorts: 'allowed' as const, risk } });
    const home = await world({
      prices,
      settings: { shorting: { hardToBorrow: [] } },
      strategies: wants(q(500)),
    });
    await home.apply();
    expect(home.held()).toEqual({ X: q(500) });
    prices['X'] = mirror === LONG ? '110' : '90';
    expect((await home.with(wants(q(600))).plan()).actions).toMatchObject([{ kind: 'increase' }]);
    prices['X'] = mirror === LONG ? '90' : '110';
    const plan = await home.with(wants(q(600))).plan();
    expect(plan.actions).toMatchObject([{ kind: 'latch-limit' }]);
    expect(holdsIn(plan)).toEqual(['a/X: LossLimit']);
    await home.with(wants('0')).apply();
    expect(home.held()).toEqual({});
  });
});
