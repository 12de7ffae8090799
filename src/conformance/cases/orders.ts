/** The life of an order that nothing stands against. */
import { averageOf, valueOf, type Money } from '../../domain/decimal.ts';
import { isTerminal, type BrokerFill } from '../../observed/broker-view.ts';
import type { ConformanceCase } from '../case.ts';
import { demand, oneOf, same, sameQuantity } from '../expect.ts';
import { lastOf, shares, sumOf, type Scene } from '../scene.ts';

/** The most that hgctl gives an id: hg-, twelve, a date, ten, sixteen. */
const ID_LENGTH = 52;

export const ORDERS: readonly ConformanceCase[] = [
  {
    id: 'order-created',
    name: 'an order is created as asked for and unfilled, and fills later under the same id',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      const request = scene.buy(2);
      const first = await scene.taken(request);
      oneOf('the first status of the order', first.status, ['pending_new', 'new', 'accepted']);
      const { clientOrderId, symbol, side, quantity } = first;
      const { reduceOnly: _, ...asked } = request;
      same('the order that was created', { clientOrderId, symbol, side, quantity }, asked);
      same('what is filled of an order that was created just now', first.filledQuantity, 0);
      same('the average price of an order of which nothing is filled', first.averagePrice, null);

      const last = await scene.ended(request);
      same('the id that the broker gave the order', last.brokerOrderId, first.brokerOrderId);
      same('the status of the order at its end', last.status, 'filled');
      sameQuantity('what is filled of it', last.filledQuantity, shares(2));
      demand(last.averagePrice !== null && last.averagePrice > 0, 'a filled order has a price above zero');
      await scene.eventually(async () => same('open orders', await scene.open(), []));
      await scene.holds(2);
    },
  },
  {
    id: 'order-open',
    name: 'an order is open, and new, until it fills; no position is there before',
    needs: ['virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const request = scene.buy(10);
      const { brokerOrderId } = await scene.taken(request);
      await scene.holds(0);
      same(
        'open orders',
        (await scene.open()).map((each) => each.brokerOrderId),
        [brokerOrderId],
      );
      const seen = await scene.watched(request);
      const statuses = seen.map(({ status }) => status);
      demand(statuses.includes('new'), `the order was never new: seen ${[...new Set(statuses)].join(', ')}`);
      same('the last status', lastOf(seen).status, 'filled');
      same('open orders at its end', await scene.open(), []);
      await scene.holds(10);
    },
  },
  {
    id: 'order-ids',
    name: 'every order has an id of the broker, and keeps a client order id of 52 characters',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      const requests = [scene.buy(1), scene.buy(1)].map((request) => ({
        ...request,
        clientOrderId: request.clientOrderId.padEnd(ID_LENGTH, 'x'),
      }));
      const ids: string[] = [];
      for (const request of requests) {
        const order = await scene.filled(request);
        demand(order.brokerOrderId !== '', 'the broker gave the order an empty id');
        demand(
          order.brokerOrderId !== order.clientOrderId,
          "the broker's id of the order is that of the client",
        );
        same(
          'the id of the broker at the next look',
          (await scene.found(request)).brokerOrderId,
          order.brokerOrderId,
        );
        ids.push(order.brokerOrderId);
      }
      same('how many ids two orders have', new Set(ids).size, 2);
    },
  },
  {
    id: 'order-unknown',
    name: 'an order that nobody sent is unknown: null, and no error',
    needs: [],
    run: async (scene: Scene): Promise<void> =>
      same('the order that nobody sent', await scene.broker.orderByClientId(scene.newId()), null),
  },
  {
    id: 'order-times',
    name: "an order's times lie between the broker's clock before it and after it",
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      const before = await scene.now();
      const request = scene.buy(1);
      const first = await scene.taken(request);
      const last = await scene.ended(request);
      const after = await scene.now();
      const { skew } = scene.pace;
      const times = [before - skew, last.submittedAt, last.updatedAt, after + skew];
      const sorted = [...times].sort((a, b) => a - b);
      same('clock before, submitted, updated, clock after, in ms', times, sorted);
      demand(Math.abs(first.submittedAt - last.submittedAt) <= skew, 'the time of submission has changed');
      demand(last.updatedAt >= first.updatedAt, 'the time of the last change went back');
    },
  },
  {
    id: 'steps-grow',
    name: 'an order that fills in steps only ever grows, and its executions add up to it',
    needs: ['fills-in-steps', 'virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const before = await scene.now();
      const request = scene.buy(30);
      const { brokerOrderId } = await scene.taken(request);
      const seen = await scene.watched(request);
      const cumulative = seen.map((each) => each.filledQuantity);
      same(
        'what is filled, look by look',
        cumulative,
        [...cumulative].sort((a, b) => a - b),
      );
      const statuses = [...new Set(seen.map(({ status }) => status))];
      demand(statuses.includes('partially_filled'), `never partially_filled: seen ${statuses.join(', ')}`);
      const last = lastOf(seen);
      same('the last status', last.status, 'filled');
      sameQuantity('what is filled at the end', last.filledQuantity, shares(30));
      const fills = (await scene.fills(before)).filter((fill) => fill.brokerOrderId === brokerOrderId);
      demand(fills.length > 1, `expected several executions, seen ${fills.length}`);
      sameQuantity('the sum of the executions', sumOf(fills), shares(30));
      same('how many ids the executions have', new Set(fills.map(({ id }) => id)).size, fills.length);
      same('the average price of the order', last.averagePrice, averageOf(valueOfAll(fills), shares(30)));
    },
  },
  {
    id: 'steps-position',
    name: 'while an order fills in steps, the position is what is filled of it',
    needs: ['fills-in-steps', 'virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const request = scene.buy(30);
      await scene.taken(request);
      for (let waited = 0; waited <= scene.pace.patience; waited += scene.pace.watching) {
        const { filledQuantity, status } = await scene.found(request);
        sameQuantity('the position', sumOf(await scene.rows()), filledQuantity);
        if (isTerminal(status)) return;
        await scene.pass(scene.pace.watching);
      }
      demand(false, 'the order is not final: expected an end');
    },
  },
  {
    id: 'fractions',
    name: 'parts of a share are bought, held and sold to the ninth decimal',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      await scene.filled(scene.buy(1.123456789));
      await scene.holds(1.123456789);
      await scene.filled(scene.exit(0.123456789));
      await scene.holds(1);
    },
  },
];

function valueOfAll(fills: readonly BrokerFill[]): Money {
  return fills.reduce((sum, { quantity, price }) => sum + valueOf(quantity, price), 0) as Money;
}
