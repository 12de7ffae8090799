/** A cancel is a request: what becomes of the order is what the order says later. */
import { isTerminal } from '../../observed/broker-view.ts';
import type { ConformanceCase } from '../case.ts';
import { demand, oneOf, same, sameQuantity } from '../expect.ts';
import { lastOf, shares, sumOf, type Scene } from '../scene.ts';

export const CANCELS: readonly ConformanceCase[] = [
  {
    id: 'cancel-request',
    name: 'a cancel is a request: the order is final only later, and keeps what was filled',
    needs: ['virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const request = scene.buy(10);
      const { brokerOrderId } = await scene.taken(request);
      same('the answer to a cancel', (await scene.broker.cancel(brokerOrderId)).kind, 'requested');
      const { status } = await scene.found(request);
      demand(!isTerminal(status), `the order is ${status} at once: expected an open one`);
      const again = await scene.broker.cancel(brokerOrderId);
      oneOf('the answer to a second cancel', again.kind, ['requested', 'already-final']);
      const last = lastOf(await scene.watched(request));
      oneOf('the status at the end', last.status, ['canceled', 'filled']);
      sameQuantity('the position', sumOf(await scene.rows()), last.filledQuantity);
      same('open orders', await scene.open(), []);
    },
  },
  {
    id: 'cancel-partly-filled',
    name: 'an order that is canceled half-way keeps what was filled, in position and history',
    needs: ['fills-in-steps', 'virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const before = await scene.now();
      const request = scene.buy(30);
      const { brokerOrderId } = await scene.taken(request);
      let order = await scene.found(request);
      for (let waited = 0; order.filledQuantity === 0 && waited < scene.pace.patience; waited += 1) {
        await scene.pass(1);
        order = await scene.found(request);
      }
      demand(order.filledQuantity > 0, 'nothing of the order was filled');
      await scene.broker.cancel(brokerOrderId);
      const last = await scene.ended(request);
      oneOf('the status at the end', last.status, ['canceled', 'filled']);
      demand(last.filledQuantity >= order.filledQuantity, 'less is filled after the cancel than before');
      if (last.status === 'filled') sameQuantity('what is filled', last.filledQuantity, shares(30));
      sameQuantity('the position', sumOf(await scene.rows()), last.filledQuantity);
      sameQuantity('the sum of the executions', sumOf(await scene.fills(before)), last.filledQuantity);
    },
  },
  {
    id: 'cancel-final',
    name: 'a cancel of a final order says so, and changes nothing',
    needs: [],
    run: async (scene: Scene): Promise<void> => {
      const { brokerOrderId, clientOrderId } = await scene.filled(scene.buy(1));
      same('the answer to a cancel', (await scene.broker.cancel(brokerOrderId)).kind, 'already-final');
      same('the status after it', (await scene.found({ clientOrderId })).status, 'filled');
      await scene.holds(1);
    },
  },
  {
    id: 'cancel-frees',
    name: 'a canceled order gives back what it held: buying power, and shares',
    needs: ['virtual-time'],
    run: async (scene: Scene): Promise<void> => {
      const before = await scene.broker.account();
      const purchase = scene.buy(10);
      await scene.broker.cancel((await scene.taken(purchase)).brokerOrderId);
      same('the status of the purchase', (await scene.ended(purchase)).status, 'canceled');
      same('buying power', (await scene.broker.account()).buyingPower, before.buyingPower);
      await scene.filled(scene.buy(10));
      const sale = scene.exit(10);
      await scene.broker.cancel((await scene.taken(sale)).brokerOrderId);
      await scene.holds(10, 0);
      same('the status of the sale', (await scene.ended(sale)).status, 'canceled');
      await scene.holds(10);
    },
  },
];
