/** Whatever is done to an account, and whenever somebody looks: the stream tells of every order what became of it. */
import { expect } from 'vitest';
import { eventsBetween, type OrderEventFacts } from '../../src/broker/server/stream-events.ts';
import { advance } from '../../src/broker/simulated-advance.ts';
import { cancelOrder, submitOrder } from '../../src/broker/simulated-orders.ts';
import { freshState, heldOf, type SimulatedState } from '../../src/broker/simulated-state.ts';
import type { Ratio } from '../../src/domain/decimal.ts';
import { plus } from '../../src/domain/instant.ts';
import { isTerminal } from '../../src/observed/broker-view.ts';
import { fc, test } from '../support/law.ts';
import { buy, sell, SETTINGS, shares, START, venue } from '../support/simulated-world.ts';

/** A step of a day: something is done, or somebody looks; then time goes on. */
const step = fc.record({
  what: fc.constantFrom('buy', 'sell', 'cancel', 'look'),
  symbol: fc.constantFrom('VTI', 'BND'),
  count: fc.integer({ min: 1, max: 9 }),
  /** Fills in part, or is rejected so late. */
  change: fc.constantFrom(
    null,
    { fills: shares(2), fillAfter: 0 },
    { fills: null, fillAfter: 0, rejectAfter: 300 },
  ),
  pause: fc.integer({ min: 0, max: 900 }),
});

const WORLD = venue({ partialFills: 500_000 as Ratio });

interface Told {
  readonly state: SimulatedState;
  readonly events: readonly OrderEventFacts[];
}

function day(steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]): Told {
  let now = START;
  let state = freshState(SETTINGS, now);
  let seen = state;
  const events: OrderEventFacts[] = [];
  const look = (): void => {
    const current = advance(state, now);
    events.push(...eventsBetween(seen, current));
    seen = current;
  };
  steps.forEach(({ what, symbol, count, change, pause }, index) => {
    if (what === 'look') look();
    else if (what === 'cancel') {
      const open = state.orders.findLast((order) => order.symbol === symbol);
      if (open !== undefined) state = cancelOrder(state, open.brokerOrderId, now).state;
    } else {
      const request = (what === 'buy' ? buy : sell)(`o${index}`, symbol, count);
      state = submitOrder(state, { ...request, ...(change !== null && { change }) }, now, WORLD).state;
    }
    now = plus(now, pause);
  });
  now = plus(now, 5_000);
  look();
  return { state: seen, events };
}

test.prop([fc.array(step, { maxLength: 25 })])(
  'every order begins once, tells each of its fills once and in their order, and ends as it ended.',
  (steps) => {
    const { state, events } = day(steps);
    for (const order of state.orders) {
      const own = events.filter((event) => event.order.brokerOrderId === order.brokerOrderId);
      expect(own[0]?.event).toBe('pending_new');
      expect(
        own.filter(({ event }) => event === 'pending_new' || event === 'new').length,
      ).toBeLessThanOrEqual(2);
      const told = own.flatMap(({ execution }) => execution ?? []);
      const fills = state.fills.filter((fill) => fill.brokerOrderId === order.brokerOrderId);
      expect(told.map(({ fill }) => fill)).toEqual(fills);
      expect(own.filter(({ event }) => event === 'fill').length).toBe(order.status === 'filled' ? 1 : 0);
      const last = own.at(-1);
      expect(last?.order.filledQuantity).toBe(order.filledQuantity);
      expect(last?.order.filledValue).toBe(order.filledValue);
      if (isTerminal(order.status)) expect(last?.order.status).toBe(order.status);
      const times = own.map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  },
);

test.prop([fc.array(step, { maxLength: 25 })])(
  'the last execution of a symbol tells the position that is there.',
  (steps) => {
    const { state, events } = day(steps);
    for (const symbol of ['VTI', 'BND']) {
      const told = events
        .flatMap(({ execution }) => execution ?? [])
        .filter(({ fill }) => fill.symbol === symbol);
      expect(told.at(-1)?.positionQuantity ?? 0).toBe(heldOf(state, symbol));
    }
  },
);
