/**
 * The order failures of the original system, reproduced there, one test each: none happens here. The numbers are those
 * of the study: O-1 to O-18 (measured on its state manager and executor), O1 to O11 (gap between order and state).
 */
import { describe, expect, test } from 'vitest';
import type { OrderStatus } from '../../src/observed/broker-view.ts';
import { BrokerUnavailable, type OrderRequest } from '../../src/reconciler/ports.ts';
import { project, type Project } from '../support/project.ts';
import { world, type TestWorld, type WorldFacts } from '../support/world.ts';
import { acceptThenTimeOut, bought, hostile, liveOrders } from './hostile-broker.ts';

const PRICES = { NVDA: '100' };
const wants = (quantity: string, rest: Partial<WorldFacts> = {}): WorldFacts => ({
  prices: PRICES,
  strategies: { mp: { targets: { NVDA: quantity } } },
  ...rest,
});

/** The broker fills later than the program waits. */
const LATE = { settings: { fillDelay: 90_000, partialFills: 0 as never } };

async function applyOften(home: TestWorld, times: number): Promise<void> {
  for (let pass = 0; pass < times; pass += 1) {
    await home.apply();
    home.clock.advance(15_000);
  }
}

describe('O-1, O1: the fill comes later than the fill timeout', () => {
  test('and one intent never has more than one live order', async () => {
    const home = await world(wants('100', LATE));
    let most = 0;
    const broker = hostile(home, {
      submit: async (request, real) => {
        most = Math.max(most, liveOrders(home) + 1);
        return real(request);
      },
    });
    for (let attempt = 0; attempt < 3; attempt += 1) await home.apply({ broker });
    expect(most).toBe(1);
    home.clock.advance(600_000);
    await home.apply();
    expect(bought(home, 'NVDA')).toBeLessThanOrEqual(100);
    expect(home.books()['mp']?.['NVDA'] ?? '0').toBe(home.held()['NVDA'] ?? '0');
  });
});

describe('O2: a part fills within the wait, three times over', () => {
  test('and the next order asks for the rest only', async () => {
    const home = await world(
      wants('100', { settings: { fillDelay: 60_000, partialFills: 1_000_000 as never } }),
    );
    await applyOften(home, 4);
    expect(bought(home, 'NVDA')).toBe(100);
    expect(home.books()).toStrictEqual({ mp: { NVDA: '100' } });
  });
});

describe('O3: the network fails after the broker has accepted', () => {
  test('and 100 are bought for 100', async () => {
    const home = await world(wants('100'));
    await home.apply({ broker: hostile(home, { submit: acceptThenTimeOut }) });
    await home.apply();
    expect(home.broker.state().orders).toHaveLength(1);
    expect(home.books()).toStrictEqual({ mp: { NVDA: '100' } });
  });
});

describe('O4: orders without an id of ours', () => {
  test('do not exist: each carries the id that its decision gives it', async () => {
    const first = await world(wants('100'));
    const second = await world(wants('100'));
    await first.apply();
    second.clock.advance(120_000);
    await second.apply();
    const ids = [first, second].map((home) =>
      home.broker.state().orders.map(({ clientOrderId }) => clientOrderId),
    );
    expect(ids[0]).toStrictEqual(ids[1]);
    expect(ids[0]?.[0]).toMatch(/^hg-mp-\d{8}-\w+-[a-z2-7]{16}$/);
  });
});

describe('O5: the broker is gone after the request, and the order fills all the same', () => {
  test('and the shares have their owner as soon as it answers again', async () => {
    const home = await world(wants('100'));
    const down = (): Promise<never> => Promise.reject(new BrokerUnavailable('connection refused'));
    let isDown = false;
    const whenUp = <Answer>(ask: () => Promise<Answer>): Promise<Answer> => (isDown ? down() : ask());
    const result = await home.apply({
      broker: hostile(home, {
        submit: async (request, real) => {
          const answer = await acceptThenTimeOut(request, real);
          isDown = true;
          return answer;
        },
        openOrders: () => whenUp(() => home.broker.openOrders()),
        orderByClientId: (id) => whenUp(() => home.broker.orderByClientId(id)),
      }),
    });
    expect(result.kind === 'executed' && result.outcomes.map(({ kind }) => kind)).toStrictEqual(['in-doubt']);
    await home.apply();
    expect(home.books()).toStrictEqual({ mp: { NVDA: '100' } });
    expect(bought(home, 'NVDA')).toBe(100);
  });

  test('and a sale in doubt is not sent again: the account never turns short', async () => {
    const home = await world(wants('0', { books: { mp: { NVDA: '100' } } }));
    const lost = hostile(home, {
      submit: acceptThenTimeOut,
      orderByClientId: () => Promise.reject(new BrokerUnavailable('connection refused')),
    });
    for (let attempt = 0; attempt < 3; attempt += 1) await home.apply({ broker: lost });
    await home.apply();
    expect(home.held()).toStrictEqual({});
    expect(home.books()).toStrictEqual({});
    expect(home.broker.state().orders).toHaveLength(1);
  });
});

describe('O6: the program is killed between the order and its fill', () => {
  test('and the position has its owner after the next start', async () => {
    const mine = project({
      strategies: { mp: { targets: { NVDA: '100' } } },
      account: { broker: { faults: '../faults.yaml' }, execution: { requestTimeout: '1s' } },
      now: null,
    });
    mine.write('faults.yaml', 'faults:\n  - {on: submit, effect: order, fillAfter: 20s}\n');
    const killed = mine.start('apply', '--yes');
    await killed.said('Submitting order: BUY 100 NVDA');
    killed.process.kill('SIGKILL');
    expect((await killed.ended).code).toBeNull();
    expect(ordersAtBroker(mine)).toMatchObject([{ filledQuantity: '0' }]);
    const restarted = mine.at(new Date(Date.now() + 60_000).toISOString());
    await restarted.run('apply', '--yes');
    const { items } = await restarted.json<{ items: object[] }>('get', 'positions', '-o', 'json');
    expect(items).toMatchObject([{ strategy: 'mp', symbol: 'NVDA', quantity: '100', class: 'owned' }]);
    expect(ordersAtBroker(mine)).toHaveLength(1);
  });
});

interface OrderAtBroker {
  readonly clientOrderId: string;
  readonly filledQuantity: string;
}

function ordersAtBroker(mine: Project): readonly OrderAtBroker[] {
  return (JSON.parse(mine.read('data/broker.json')) as { orders: readonly OrderAtBroker[] }).orders;
}

describe('O7: quantity and price of a position', () => {
  test('are those of the fills, not those that were asked for', async () => {
    const home = await world(wants('100'));
    const dearer = hostile(home, {
      openOrders: () => Promise.resolve([]),
      orderByClientId: async (id) => {
        const order = await home.broker.orderByClientId(id);
        return order === null || order.filledQuantity === 0
          ? order
          : { ...order, averagePrice: 101_500_000 as never };
      },
    });
    await home.apply({ broker: dearer });
    const lot = home.journal.ledger().books.get('mp')?.get('NVDA');
    expect(lot).toMatchObject({ quantity: 100e9, cost: 10_150_000_000 });
  });
});

describe('O8: the order id of a position', () => {
  test('is never missing in the state file', async () => {
    const mine = project({ strategies: { mp: { targets: { NVDA: '100' } } } });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    const [order] = ordersAtBroker(mine);
    expect(order?.clientOrderId).toMatch(/^hg-mp-/);
    const state: unknown = JSON.parse(mine.read('data/strategy_positions.json'));
    const position = { qty: 100, order_id: order?.clientOrderId };
    expect(state).toMatchObject({ strategies: { mp: { positions: { NVDA: position } } } });
  });
});

describe('O9: the words of the broker for the end of an order', () => {
  test.each<OrderStatus>(['canceled', 'expired', 'rejected'])(
    '%s is an end: one order, no second one in its wake',
    async (status) => {
      const home = await world(wants('100', LATE));
      const ending = async (id: string): ReturnType<typeof home.broker.orderByClientId> => {
        const order = await home.broker.orderByClientId(id);
        return order === null ? null : { ...order, status };
      };
      const result = await home.apply({
        broker: hostile(home, { openOrders: () => Promise.resolve([]), orderByClientId: ending }),
      });
      expect(home.journal.ledger().openOrders.size).toBe(0);
      expect(home.broker.submitted).toHaveLength(1);
      expect(result.kind === 'executed' && result.outcomes.map(({ kind }) => kind)).toStrictEqual(['failed']);
    },
  );

  test.each<OrderStatus>(['unknown', 'done_for_day', 'stopped', 'held', 'pending_replace'])(
    '%s is no end: the order is followed on',
    async (status) => {
      const home = await world(wants('100', LATE));
      const showing = async (): ReturnType<typeof home.broker.openOrders> =>
        (await home.broker.openOrders()).map((order) => ({ ...order, status }));
      await home.apply({ broker: hostile(home, { openOrders: showing }) });
      expect(home.broker.submitted).toHaveLength(1);
      home.clock.advance(600_000);
      await home.apply();
      expect(home.books()['mp']?.['NVDA'] ?? '0').toBe(home.held()['NVDA'] ?? '0');
    },
  );
});

describe('O10: the broker refuses for want of money', () => {
  test('and the order is not tried again, and says why', async () => {
    const home = await world(wants('100'));
    const requests: OrderRequest[] = [];
    const result = await home.apply({
      broker: hostile(home, {
        submit: (request) => {
          requests.push(request);
          return Promise.resolve({ kind: 'refused', code: 'InsufficientBuyingPower', message: 'not enough' });
        },
      }),
    });
    expect(requests).toHaveLength(1);
    expect(result.kind === 'executed' && result.outcomes).toMatchObject([
      { kind: 'failed', code: 'OrderRefused', detail: 'InsufficientBuyingPower: not enough' },
    ]);
  });
});

describe('O11: a restart inside the execution window', () => {
  const schedule = [
    { at: { kind: 'clock' as const, time: '15:55' }, action: 'rebalance' as const, window: 240_000 },
  ];
  const now = Date.parse('2025-12-02T15:55:30-05:00') as never;
  const scheduled = (quantity: string): WorldFacts => ({
    prices: PRICES,
    now,
    strategies: { mp: { targets: { NVDA: quantity }, schedule } },
  });

  test('does not trade the day again', async () => {
    const home = await world(scheduled('100'));
    await home.apply();
    expect(home.books()).toStrictEqual({ mp: { NVDA: '100' } });
    home.clock.advance(30_000);
    await home.with({ mp: { targets: { NVDA: '300' }, schedule } }).apply();
    expect(home.books()).toStrictEqual({ mp: { NVDA: '100' } });
  });

  test('goes on with a day that was interrupted', async () => {
    const home = await world(scheduled('100'));
    const killed = hostile(home, { submit: () => Promise.reject(new Error('kill -9')) });
    await expect(home.apply({ broker: killed })).rejects.toThrow('kill -9');
    const slots = [...home.journal.ledger().slots.values()];
    expect(slots).toMatchObject([{ state: 'started' }]);
    expect((await home.plan()).slots).toMatchObject([{ started: true }]);
    // The order may have got through: it is looked for, and in the window it goes out under the same id.
    const [order] = home.journal.ledger().openOrders.keys();
    await home.apply();
    await home.apply();
    expect(home.broker.submitted).toStrictEqual([order]);
    expect(home.books()).toStrictEqual({ mp: { NVDA: '100' } });
    expect([...home.journal.ledger().slots].map(([slot, { state }]) => `${slot} ${state}`)).toStrictEqual([
      'mp/2025-12-02/rebalance/1555 done',
    ]);
  });

  test('leaves what nobody saw in its window to the next slot', async () => {
    const home = await world(scheduled('100'));
    const killed = hostile(home, { submit: () => Promise.reject(new Error('kill -9')) });
    await expect(home.apply({ broker: killed })).rejects.toThrow('kill -9');
    home.clock.advance(240_000);
    await home.apply();
    expect(home.broker.state().orders).toHaveLength(0);
    home.clock.advance(86_400_000 - 240_000);
    await home.apply();
    await home.apply();
    expect(home.books()).toStrictEqual({ mp: { NVDA: '100' } });
    expect([...home.journal.ledger().slots].map(([slot, { state }]) => `${slot} ${state}`)).toStrictEqual([
      'mp/2025-12-02/rebalance/1555 partial',
      'mp/2025-12-03/rebalance/1555 done',
    ]);
  });
});
