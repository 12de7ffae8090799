/** The history of executions, which explains what others did; and the clock. */
import { valueOf, subtract } from '../../domain/decimal.ts';
import { plus } from '../../domain/instant.ts';
import type { BrokerFill } from '../../observed/broker-view.ts';
import type { ConformanceCase } from '../case.ts';
import { demand, same, sameQuantity } from '../expect.ts';
import { lastOf, shares, sumOf, type Scene } from '../scene.ts';

/** More than a page of any list of Alpaca's. */
const MANY = 130;

export const HISTORY: readonly ConformanceCase[] = [
  {
    id: 'history-complete',
    name: 'the history has every execution once, oldest first, behind the moment asked for',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      const { skew } = scene.pace;
      const start = plus(await scene.now(), -skew);
      const orders = [await scene.filled(scene.buy(2)), await scene.filled(scene.exit(1))];
      const ids = orders.map(({ brokerOrderId }) => brokerOrderId);
      const fills = await scene.eventually(async () => {
        const all = (await scene.fills(start)).filter((fill) => ids.includes(fill.brokerOrderId));
        for (const order of orders) {
          const own = all.filter(({ brokerOrderId }) => brokerOrderId === order.brokerOrderId);
          sameQuantity(`the executions of the ${order.side}`, sumOf(own), order.filledQuantity);
          same('their sides', [...new Set(own.map(({ side }) => side))], [order.side]);
        }
        return all;
      });
      const times = fills.map(({ time }) => time);
      same(
        'times of the executions',
        times,
        [...times].sort((a, b) => a - b),
      );
      same('how many ids they have', new Set(fills.map(({ id }) => id)).size, fills.length);
      demand(
        fills.every(({ price }) => price > 0),
        'an execution has no price',
      );
      const end = plus(await scene.now(), skew);
      demand(
        times.every((time) => start <= time && time <= end),
        'an execution has a time outside of the clock',
      );
      const behind = (await scene.fills(lastOf(times))).filter((fill) => ids.includes(fill.brokerOrderId));
      same('what comes after the time of the last execution', behind, []);
      same(
        'what comes after a moment before it',
        lastOf(await scene.fills(plus(lastOf(times), -1))),
        lastOf(fills),
      );
    },
  },
  {
    id: 'history-outside',
    name: 'the history has executions of others, too, and none of the moment itself',
    needs: ['outside-trades', 'virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const start = await scene.now();
      const { brokerOrderId } = await scene.filled(scene.buy(10));
      const middle = await scene.now();
      await scene.tradeOutside('sell', shares(4));
      const all = await scene.broker.history(start);
      same(
        'sides and quantities',
        all.map((fill) => [fill.side, fill.quantity]),
        [
          ['buy', shares(10)],
          ['sell', shares(4)],
        ],
      );
      same('the order of the first execution', all[0]?.brokerOrderId, brokerOrderId);
      same('how many ids there are', new Set(all.map((fill) => fill.id)).size, 2);
      same('sides after the first', sidesOf(await scene.broker.history(middle)), ['sell']);
      same('executions after the last one', await scene.broker.history(all[1]?.time ?? middle), []);
      same(
        'executions from just before the first',
        await scene.broker.history(plus(all[0]?.time ?? middle, -1)),
        all,
      );
    },
  },
  {
    id: 'outside-seen',
    name: 'a trade by hand shows in positions and cash, under an id that is not ours',
    needs: ['outside-trades', 'virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const before = await scene.broker.account();
      const start = await scene.now();
      await scene.tradeOutside('buy', shares(3));
      const [fill, ...others] = await scene.broker.history(start);
      demand(fill !== undefined && others.length === 0, 'expected one execution');
      await scene.holds(3);
      const { cash } = await scene.broker.account();
      same(
        'cash',
        cash,
        subtract(subtract(before.cash, valueOf(shares(3), fill.price)), fill.fee ?? (0 as typeof cash)),
      );
      same('open orders', await scene.broker.openOrders(), []);
      demand(
        !fill.brokerOrderId.startsWith('hg-'),
        `the order of a trade by hand has the id ${fill.brokerOrderId}`,
      );
    },
  },
  {
    id: 'many',
    name: 'more than a page of open orders, and of executions, is listed whole',
    needs: ['many-orders', 'virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const start = await scene.now();
      const requests = Array.from({ length: MANY }, () => scene.buy(1));
      const ids: string[] = [];
      for (const request of requests) ids.push((await scene.taken(request)).brokerOrderId);
      same(
        'how many open orders are listed',
        new Set((await scene.open()).map((each) => each.brokerOrderId)).size,
        MANY,
      );
      await scene.pass(scene.pace.patience);
      same('open orders at the end', await scene.open(), []);
      const fills = await scene.fills(start);
      same('the orders of all executions', ordersOf(fills).sort(), [...ids].sort());
      same('how many ids they have', new Set(fills.map(({ id }) => id)).size, fills.length);
      const times = fills.map(({ time }) => time);
      same(
        'times of the executions',
        times,
        [...times].sort((a, b) => a - b),
      );
      sameQuantity('the sum of all executions', sumOf(fills), shares(MANY));
      await scene.holds(MANY);
    },
  },
  {
    id: 'clock-open',
    name: 'the market is open within its session, and takes orders until before its close',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      const { now, isOpen, session, lastSubmit } = await scene.broker.clock();
      same('whether the market is open', isOpen, true);
      const { open, close } = session;
      demand(open <= now && now < close, `now ${now} is not within the session, ${open} to ${close}`);
      const isWithin = lastSubmit === null || (open < lastSubmit && lastSubmit <= close);
      demand(
        isWithin,
        `the last moment for orders, ${lastSubmit ?? ''}, is not within the session, ${open} to ${close}`,
      );
    },
  },
  {
    id: 'clock-forward',
    name: 'the clock of the broker goes forward with the time that passes',
    needs: ['virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const before = await scene.now();
      await scene.pass(1_234);
      same('ms between two looks', (await scene.now()) - before, 1_234);
    },
  },
];

function sidesOf(fills: readonly BrokerFill[]): string[] {
  return fills.map(({ side }) => side);
}

function ordersOf(fills: readonly BrokerFill[]): string[] {
  return [...new Set(fills.map(({ brokerOrderId }) => brokerOrderId))];
}
