/** The laws of the order protocol, under hundreds of fault scripts, crashes at any await, and shuffled reports. */
import { fc, test } from '../support/law.ts';
import { describe, expect } from 'vitest';
import type { Fault } from '../../src/broker/fault-script.ts';
import { bookOrder } from '../../src/actions/book-order.ts';
import { acquire } from '../../src/actions/execution-lock.ts';
import { averageOf, type Money, type Price, type Quantity, type Ratio } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { parseScheduleTime } from '../../src/domain/schedule.ts';
import type { BrokerOrder } from '../../src/observed/broker-view.ts';
import type { Broker } from '../../src/reconciler/ports.ts';
import { liveOrders } from '../failures/hostile-broker.ts';
import { afterCrash, NEVER, onlyExpected, passUntil } from '../support/crash.ts';
import { arbitraryFaults } from '../support/faults.ts';
import { world, type TestWorld, type WorldFacts } from '../support/world.ts';
import { randomWorld } from './worlds.ts';

/** Where a run is days of a world. */
const RUNS = { numRuns: Number(process.env['HGCTL_LAW_RUNS'] ?? 250) };
const QUICK_RUNS = { numRuns: Number(process.env['HGCTL_LAW_RUNS'] ?? 1_000) };
const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'HHH', 'III'];
const DAY = 86_400_000;

/** Fails at once when an order goes out while another one of its symbol may still fill. */
function watched(home: TestWorld, broker: Broker): Broker {
  return new Proxy(broker, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'submit') return value.bind(target) as unknown;
      return (request: Parameters<Broker['submit']>[0]) => {
        const others = home.broker
          .state()
          .orders.filter(
            ({ symbol, status, clientOrderId }) =>
              symbol === request.symbol && LIVE.has(status) && clientOrderId !== request.clientOrderId,
          );
        if (others.length > 0) throw new Error(`a second live order on ${request.symbol}`);
        return target.submit(request);
      };
    },
  });
}

const LIVE: ReadonlySet<string> = new Set([
  'new',
  'accepted',
  'pending_new',
  'partially_filled',
  'pending_cancel',
]);

/** Passes under the faults; then some days without any. */
async function live(home: TestWorld): Promise<void> {
  for (const pause of [20_000, 60_000, 130_000, 130_000, DAY, 60_000, DAY]) {
    await home.apply({ broker: watched(home, home.ports.broker) }).catch(onlyExpected);
    home.clock.advance(pause);
  }
  for (let calm = 0; calm < 3; calm += 1) {
    await home.apply({ broker: watched(home, home.broker) });
    home.clock.advance(DAY);
  }
}

function booked(home: TestWorld): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const book of home.journal.ledger().books.values())
    for (const [symbol, { quantity }] of book) sums[symbol] = (sums[symbol] ?? 0) + quantity;
  return sums;
}

/** What the broker really holds, less what nobody owned from the start. */
function heldByUs(home: TestWorld, unmanaged: Readonly<Record<string, number>>): Record<string, number> {
  const own = [...home.broker.state().positions].map(
    ([symbol, { quantity }]) => [symbol, quantity - (unmanaged[symbol] ?? 0) * 1e9] as const,
  );
  return Object.fromEntries(own.filter(([, quantity]) => quantity !== 0));
}

const withFaults = (
  lists: boolean,
): fc.Arbitrary<{ facts: WorldFacts; unmanaged: Record<string, number>; faults: readonly Fault[] }> =>
  fc
    .tuple(randomWorld({ unmanaged: true }), arbitraryFaults({ symbols: SYMBOLS, lists }))
    .map(([{ facts, unmanaged }, faults]) => ({ facts: { ...facts, faults }, unmanaged, faults }));

describe('under any fault script', () => {
  test.prop([withFaults(true)], RUNS)(
    'no symbol ever has two live orders, and no fill is lost or booked twice, also where lists lie',
    async ({ facts, unmanaged }) => {
      const home = await world(facts);
      await live(home);
      expect(liveOrders(home)).toBe(0);
      expect(booked(home)).toEqual(heldByUs(home, unmanaged));
    },
  );

  test.prop([withFaults(false)], RUNS)(
    'the account converges once the faults are over, and nothing stays in doubt',
    async ({ facts }) => {
      const home = await world(facts);
      await live(home);
      const ledger = home.journal.ledger();
      expect(ledger.openOrders.size).toBe(0);
      expect(ledger.breaks.size).toBe(0);
      expect((await home.plan()).actions).toEqual([]);
    },
  );
});

interface Report {
  readonly filled: number;
  readonly price: number;
}

describe('reports of an order', () => {
  const fills = fc.array(
    fc.record({ filled: fc.integer({ min: 1, max: 20 }), price: fc.integer({ min: 1, max: 9 }) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  const reports = fills.chain((steps) => {
    const all = steps.map((_, index) => index);
    return fc.tuple(fc.constant(steps), fc.array(fc.constantFrom(...all), { maxLength: 12 }));
  });

  test.prop([reports], QUICK_RUNS)(
    'in any order, lost or repeated, give the same book',
    async ([steps, heard]) => {
      const plain = await bookOf(steps, [steps.length - 1]);
      expect(await bookOf(steps, [...heard, steps.length - 1])).toEqual(plain);
    },
  );
});

/** The book after these reports; the last one is the end of the order. */
async function bookOf(steps: readonly Report[], heard: readonly number[]): Promise<object> {
  const home = await world({ prices: { AAA: '5' } });
  const execution = await acquire(home.ports, home.desired.account.execution, 'one');
  const total = steps.reduce((sum, { filled }) => sum + filled, 0);
  const quantity = (total * 1e9) as Quantity;
  home.journal.commit({
    type: 'intent',
    clientOrderId: 'hg-one-1',
    fence: execution.fence,
    strategy: 'one',
    symbol: 'AAA',
    side: 'buy',
    quantity,
    purpose: 'open',
    reason: 'NewTarget',
    estimate: 5_000_000 as Price,
    sessionDate: '2025-12-02',
    key: 'key',
  });
  for (const index of heard) bookOrder(execution, 'hg-one-1', reportAt(steps, index, quantity));
  const { books, fees, breaks, openOrders } = home.journal.ledger();
  const lot = books.get('one')?.get('AAA');
  return {
    lot: lot && { quantity: lot.quantity, cost: lot.cost },
    fees: fees.get('one'),
    breaks: breaks.size,
    open: openOrders.size,
  };
}

function reportAt(steps: readonly Report[], index: number, quantity: Quantity): BrokerOrder {
  const done = steps.slice(0, index + 1);
  const filledQuantity = (done.reduce((sum, { filled }) => sum + filled, 0) * 1e9) as Quantity;
  const value = (done.reduce((sum, { filled, price }) => sum + filled * price, 0) * 1e6) as Money;
  return {
    brokerOrderId: 'b-1',
    clientOrderId: 'hg-one-1',
    symbol: 'AAA',
    side: 'buy',
    quantity,
    filledQuantity,
    averagePrice: averageOf(value, filledQuantity),
    fees: (value / 100) as Money,
    status: filledQuantity === quantity ? 'filled' : 'partially_filled',
    submittedAt: 0 as never,
    updatedAt: (1_000 + index) as never,
  };
}

/** A part of a pass, in thousandths: a pass of 40 moments has its 21st at 500. */
const part = fc.nat({ max: 999 });
const momentAt = (thousandths: number, moments: number): number =>
  1 + Math.floor((thousandths * moments) / 1_000);

describe('a crash', () => {
  test.prop([randomWorld({ unmanaged: false }), part, fc.option(part, { freq: 1 })], RUNS)(
    'at any await, and a restart, end where no crash would have ended',
    async ({ facts: drawn }, first, second) => {
      const facts = rich(drawn);
      const calm = await world(facts);
      const moments = await passUntil(calm, NEVER);
      // A change of side takes two passes.
      await calm.apply();
      await calm.apply();
      const home = await crashed(facts, momentAt(first, moments));
      if (second !== null) {
        const restart = await crashed(facts, momentAt(first, moments));
        await killed(home, momentAt(second, await passUntil(restart, NEVER)));
      }
      for (let start = 0; start < 3; start += 1) {
        await home.apply(afterCrash(home));
        home.clock.advance(DAY);
      }
      expect(home.books()).toEqual(calm.books());
      expect(booked(home)).toEqual(heldByUs(home, {}));
    },
  );

  test.prop([randomWorld({ unmanaged: false }), part], RUNS)(
    'leaves no reduction undone in its session',
    async ({ facts: drawn }, first) => {
      const facts = rich(drawn);
      const calm = await world(facts);
      const moments = await passUntil(calm, NEVER);
      const home = await crashed(facts, momentAt(first, moments));
      for (let start = 0; start < 2; start += 1) {
        await home.apply(afterCrash(home));
        home.clock.advance(60_000);
      }
      expect(reduced(home, facts)).toEqual(reduced(calm, facts));
      expect(booked(home)).toEqual(heldByUs(home, {}));
    },
  );

  test.prop([randomWorld({ unmanaged: false }), part, fc.option(part, { freq: 1 })], {
    numRuns: Math.ceil(RUNS.numRuns / 2),
  })('leaves nothing of a slot undone in its window', async ({ facts: drawn }, first, second) => {
    const facts = slotted(rich(drawn));
    const calm = await world(facts);
    const moments = await passUntil(calm, NEVER);
    // A change of side takes two passes.
    for (let pass = 0; pass < 2; pass += 1) await calm.apply();
    const home = await crashed(facts, momentAt(first, moments));
    if (second !== null) await passUntil(home, 1 + (second % 40));
    home.clock.advance(20_000);
    for (let pass = 0; pass < 5; pass += 1) {
      await home.apply(afterCrash(home));
      home.clock.advance(20_000);
    }
    expect(home.books()).toEqual(calm.books());
    expect(booked(home)).toEqual(heldByUs(home, {}));
    expect(home.journal.ledger().openOrders.size).toBe(0);
  });

  test.prop([withFaults(false), part], { numRuns: Math.ceil(RUNS.numRuns / 4) })(
    'beside other faults loses no fill, books none twice, and leaves nothing in doubt',
    async ({ facts, unmanaged }, first) => {
      const moments = await passUntil(await world(facts), NEVER);
      const home = await crashed(facts, momentAt(first, moments));
      await live(home);
      expect(booked(home)).toEqual(heldByUs(home, unmanaged));
      expect(home.journal.ledger().openOrders.size).toBe(0);
    },
  );
});

/** What is left of the lots that the books opened with and that were made smaller. */
function reduced(home: TestWorld, { books }: WorldFacts): Record<string, string> {
  const now = home.books();
  const left: Record<string, string> = {};
  for (const [name, book] of Object.entries(books ?? {}))
    for (const [symbol, before] of Object.entries(book)) {
      const after = now[name]?.[symbol] ?? '0';
      // Of a change of side, the other half is no reduction.
      const rest = Number(after) * Number(before) < 0 ? '0' : after;
      if (Math.abs(Number(rest)) < Math.abs(Number(before))) left[`${name}/${symbol}`] = rest;
    }
  return left;
}

/** Money and room for everything that is wanted: what is scarce goes to whoever may ask first after the crash. */
function rich(facts: WorldFacts): WorldFacts {
  const settings = { ...facts.settings, multiplier: 4_000_000 as Ratio };
  const strategies = Object.fromEntries(
    Object.entries(facts.strategies ?? {}).map(([name, strategy]) => [
      name,
      { ...strategy, maxPositions: 100, maxExposure: '400%' },
    ]),
  );
  return { ...facts, cash: '20000000', settings, strategies, limits: { ...facts.limits, maxGross: null } };
}

/** Each strategy has the whole of this time for its targets, and no other. */
function slotted(facts: WorldFacts): WorldFacts {
  const at = parseScheduleTime('15:00');
  if (at === undefined) throw new Error('no time');
  const schedule = [{ at, action: 'rebalance', window: 1_200_000 }] as const;
  const strategies = Object.fromEntries(
    Object.entries(facts.strategies ?? {}).map(([name, strategy]) => [name, { ...strategy, schedule }]),
  );
  return { ...facts, strategies, now: Date.parse('2025-12-02T15:00:00-05:00') as Instant };
}

async function crashed(facts: WorldFacts, moment: number): Promise<TestWorld> {
  const home = await world(facts);
  await killed(home, moment);
  return home;
}

async function killed(home: TestWorld, moment: number): Promise<void> {
  expect(await passUntil(home, moment)).toBe(moment);
  home.clock.advance(20_000);
}
