import { fc, test } from '../support/law.ts';
import { describe, expect } from 'vitest';
import { accountView, availableOf, orderView, positionsView } from '../../src/broker/simulated-account.ts';
import { advance } from '../../src/broker/simulated-advance.ts';
import { formatDocument, parseDocument } from '../../src/broker/simulated-document.ts';
import { cancelOrder, submitOrder, tradeOutside } from '../../src/broker/simulated-orders.ts';
import {
  freshState,
  type SimulatedState,
  type TimeInForce,
  type Venue,
} from '../../src/broker/simulated-state.ts';
import { valueOf, type Price, type Quantity, type Ratio } from '../../src/domain/decimal.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import type { Side } from '../../src/domain/names.ts';
import { isTerminal, type BrokerOrder } from '../../src/observed/broker-view.ts';
import { syntheticPrices } from '../../src/market/synthetic.ts';
import { at, dollars, SETTINGS, shares } from '../support/simulated-world.ts';

const RUNS = { numRuns: 1_000 };
/** Friday before the close: a few steps lead over the close, the weekend, or midnight. */
const START = at('2025-12-05T20:59:00Z');
const SYMBOLS = ['AAPL', 'KO', 'BRK.B'];

type Command =
  | { kind: 'wait'; milliseconds: number }
  | {
      kind: 'submit';
      id: number;
      symbol: string;
      side: Side;
      quantity: Quantity;
      reduceOnly: boolean;
      timeInForce: TimeInForce;
    }
  | { kind: 'outside'; symbol: string; side: Side; quantity: Quantity; price: Price | undefined }
  | { kind: 'cancel'; index: number };

const symbol = fc.constantFrom(...SYMBOLS);
const side = fc.constantFrom<Side>('buy', 'sell');
const quantity = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 120 }).map(shares) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 90_000_000_000 }).map((nano) => nano as Quantity) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<number>(0, shares(-1), shares(9_000_000)).map((nano) => nano as Quantity),
  },
);
const price = fc.option(
  fc.integer({ min: 0, max: 900_000_000 }).map((micros) => micros as Price),
  { nil: undefined },
);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      milliseconds: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 90_000_000 })),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      id: fc.integer({ min: 0, max: 30 }),
      symbol,
      side,
      quantity,
      reduceOnly: fc.boolean(),
      timeInForce: fc.oneof(
        { weight: 5, arbitrary: fc.constant<TimeInForce>('day') },
        { weight: 1, arbitrary: fc.constantFrom<TimeInForce>('opg', 'cls') },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('outside' as const), symbol, side, quantity, price }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('cancel' as const), index: fc.nat({ max: 5 }) }),
  },
);

const FEES = {
  perOrder: dollars(0),
  perShare: dollars(0.01),
  minimum: dollars(1),
  soldPerMillion: dollars(27.8),
};

interface History {
  readonly venue: Venue;
  /** The account after each command, with the time at which it was given. */
  readonly states: readonly { readonly state: SimulatedState; readonly now: Instant }[];
}

const history: fc.Arbitrary<History> = fc
  .record({
    clock: fc.constantFrom('always-open' as const, 'exchange' as const),
    seed: fc.nat({ max: 1_000 }),
    fillDelay: fc.constantFrom(0, 1, 60, 1_000, 30_000),
    partialFills: fc.constantFrom(0, 500_000, 1_000_000).map((ratio) => ratio as Ratio),
    movement: fc.constantFrom('constant' as const, 'daily' as const),
    shorting: fc.option(fc.constant({ hardToBorrow: ['KO'] }), { nil: undefined, freq: 1 }),
    slippage: fc.option(fc.constant({ type: 'fixed' as const, rate: 500 as Ratio }), { nil: undefined }),
    fees: fc.option(fc.constant(FEES), { nil: undefined }),
    commands: fc.array(command, { maxLength: 25 }),
  })
  .map(({ movement, commands, shorting, slippage, fees, ...settings }) => {
    const prices = syntheticPrices({ seed: settings.seed, movement });
    const venue: Venue = {
      settings: {
        ...SETTINGS,
        ...settings,
        ...(shorting && { shorting }),
        ...(slippage && { slippage }),
        ...(fees && { fees }),
      },
      priceAt: (name, moment) => prices.priceAt(name, moment)?.price,
    };
    return { venue, states: statesAfter(commands, venue) };
  });

function statesAfter(commands: readonly Command[], venue: Venue): History['states'] {
  let now = START;
  let state = freshState(venue.settings, now);
  const states = [{ state, now }];
  for (const each of commands) {
    if (each.kind === 'wait') now = plus(now, each.milliseconds);
    else state = afterCommand(state, each, now, venue);
    states.push({ state, now });
  }
  return states;
}

function afterCommand(state: SimulatedState, given: Command, now: Instant, venue: Venue): SimulatedState {
  switch (given.kind) {
    case 'wait':
      return state;
    case 'submit':
      return submitOrder(state, { ...given, clientOrderId: `hg-${given.id}` }, now, venue).state;
    case 'outside':
      return tradeOutside(state, given, now, venue).state;
    case 'cancel':
      return cancelOrder(state, state.orders[given.index]?.brokerOrderId ?? 'none', now).state;
  }
}

function lastOf({ states }: History): { readonly state: SimulatedState; readonly now: Instant } {
  return states.at(-1)!;
}

const span = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 300_000_000 }));

describe('over any commands, the simulated account', () => {
  test.prop([history, span], RUNS)(
    'keeps cash and positions in balance with its executions',
    (given, later) => {
      const { state, now } = lastOf(given);
      const settled = advance(state, plus(now, later));
      let cash: number = given.venue.settings.cash;
      const positions = new Map<string, number>();
      for (const fill of settled.fills) {
        const sign = fill.side === 'buy' ? 1 : -1;
        cash -= sign * valueOf(fill.quantity, fill.price) + (fill.fee ?? 0);
        positions.set(fill.symbol, (positions.get(fill.symbol) ?? 0) + sign * fill.quantity);
      }
      expect(settled.cash).toBe(cash);
      const held = new Map(
        [...settled.positions].map(([name, holding]) => [name, holding.quantity as number]),
      );
      expect(held).toEqual(new Map([...positions].filter(([, count]) => count !== 0)));
    },
  );

  test.prop([history, span], RUNS)(
    'never fills more than was ordered, and agrees with its executions',
    (given, later) => {
      const { state, now } = lastOf(given);
      const settled = advance(state, plus(now, later));
      for (const order of settled.orders) {
        const fills = settled.fills.filter((fill) => fill.brokerOrderId === order.brokerOrderId);
        expect(fills.reduce((sum, fill) => sum + fill.quantity, 0)).toBe(order.filledQuantity);
        expect(order.filledQuantity).toBeLessThanOrEqual(order.quantity);
        expect(order.filledQuantity === order.quantity).toBe(order.status === 'filled');
        expect(fills.every((fill) => fill.quantity > 0)).toBe(true);
        const isWhole = order.quantity % shares(1) === 0;
        if (isWhole) expect(fills.every((fill) => fill.quantity % shares(1) === 0)).toBe(true);
        expect(orderView(order).averagePrice === null).toBe(order.filledQuantity === 0);
      }
    },
  );

  test.prop([history], RUNS)(
    'is short only where it may be, never trades away twice what it holds, never owes',
    (given) => {
      const { shorting } = given.venue.settings;
      for (const { state, now } of given.states) {
        const seen = advance(state, now);
        const account = accountView(seen, given.venue);
        expect(account.buyingPower).toBeGreaterThanOrEqual(0);
        if (shorting === undefined) {
          expect(account.buyingPower).toBeLessThanOrEqual(account.cash);
          expect(account.cash).toBeGreaterThanOrEqual(0);
        }
        for (const { symbol: name, quantity: count, available } of positionsView(seen, given.venue)) {
          if (shorting === undefined || name === 'KO') expect(count).toBeGreaterThan(0);
          expect(available * count).toBeGreaterThanOrEqual(0);
          expect(available).toBe(availableOf(seen, name, count));
          expect(Math.abs(available)).toBeLessThanOrEqual(Math.abs(count));
        }
      }
    },
  );

  test.prop([history], RUNS)('an order never takes a position across zero', (given) => {
    const { state, now } = lastOf(given);
    const settled = advance(state, plus(now, 10 * 86_400_000));
    const held = new Map<string, number>();
    for (const fill of settled.fills) {
      const order = settled.orders.find(({ brokerOrderId }) => brokerOrderId === fill.brokerOrderId);
      const before = held.get(fill.symbol) ?? 0;
      const after = before + (fill.side === 'buy' ? 1 : -1) * fill.quantity;
      // A purchase by hand may.
      if (order?.clientOrderId.startsWith('hg-') === true || fill.side === 'sell')
        expect(before * after).toBeGreaterThanOrEqual(0);
      held.set(fill.symbol, after);
    }
  });

  test.prop([history], RUNS)(
    'only adds: orders, executions and cumulative fills never go back',
    ({ states }) => {
      const seen = states.map(({ state, now }) => advance(state, now));
      for (const [index, after] of seen.entries()) {
        const before = seen[index - 1];
        if (before === undefined) continue;
        expect(after.time).toBeGreaterThanOrEqual(before.time);
        expect(after.fills.slice(0, before.fills.length)).toEqual(before.fills);
        for (const [position, old] of before.orders.entries()) {
          const order = after.orders[position];
          expect(order?.clientOrderId).toBe(old.clientOrderId);
          expect(order?.filledQuantity).toBeGreaterThanOrEqual(old.filledQuantity);
          if (isTerminal(old.status)) expect(order).toEqual(old);
        }
      }
    },
  );

  test.prop([history, fc.nat({ max: 25 })], RUNS)(
    'shows every execution in the history since an earlier look, and no other',
    ({ states }, pick) => {
      const looked = states[pick % states.length]!;
      const before = advance(looked.state, looked.now);
      const last = states.at(-1)!;
      const after = advance(last.state, last.now);
      const since = after.fills.filter((fill) => fill.time > before.time);
      expect(since).toEqual(after.fills.slice(before.fills.length));
    },
  );

  test.prop([history, span, span], RUNS)(
    'is the same at a moment, whatever the looks on the way',
    (given, a, b) => {
      const { state, now } = lastOf(given);
      const [first, second] = [plus(now, Math.min(a, b)), plus(now, Math.max(a, b))];
      const direct = advance(state, second);
      expect(advance(advance(state, first), second)).toEqual(direct);
      expect(advance(direct, second)).toEqual(direct);
      expect(advance(direct, first)).toEqual(direct);
    },
  );

  test.prop([history], RUNS)('is the same after it was written and read', (given) => {
    const { state } = lastOf(given);
    const text = formatDocument(state);
    expect(parseDocument(text)).toEqual(state);
    expect(formatDocument(parseDocument(text))).toBe(text);
  });

  test.prop([history], RUNS)('comes to an end with every order', (given) => {
    const { state, now } = lastOf(given);
    const muchLater = advance(state, plus(now, 10 * 86_400_000));
    expect(muchLater.orders.filter((order) => !isTerminal(order.status))).toEqual([]);
    const { equity, buyingPower } = accountView(muchLater, given.venue);
    const gross = positionsView(muchLater, given.venue).reduce(
      (sum, row) => sum + Math.abs(valueOf(row.quantity, row.marketPrice)),
      0,
    );
    expect(buyingPower).toBe(Math.max(0, equity - gross));
    if (given.venue.settings.shorting === undefined) expect(buyingPower).toBe(muchLater.cash);
  });
});

test.prop([fc.nat(), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 })], RUNS)(
  'the same seed gives the same bytes; what an order does depends on its own id alone',
  (seed, counts) => {
    const venue: Venue = {
      settings: { ...SETTINGS, seed, partialFills: 500_000 as Ratio },
      priceAt: () => dollars(10),
    };
    const run = (ids: readonly number[]): SimulatedState =>
      ids.reduce(
        (state, id) =>
          submitOrder(
            state,
            {
              clientOrderId: `hg-${id}`,
              symbol: 'KO',
              side: 'buy',
              quantity: shares(counts[id] ?? 1),
              reduceOnly: false,
            },
            START,
            venue,
          ).state,
        freshState(venue.settings, START),
      );
    const ids = counts.map((_, id) => id);
    expect(formatDocument(run(ids))).toBe(formatDocument(run(ids)));
    const byId = (state: SimulatedState): Map<string, BrokerOrder> =>
      new Map(state.orders.map((order) => [order.clientOrderId, order as unknown as BrokerOrder]));
    expect(byId(run(ids))).toEqual(byId(run([...ids].reverse())));
  },
);
