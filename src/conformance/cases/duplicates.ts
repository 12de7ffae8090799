/** A client order id is taken once, for ever: the only thing that makes it safe to send an order again. */
import type { ConformanceCase } from '../case.ts';
import { same, sameQuantity } from '../expect.ts';
import { shares, type Scene } from '../scene.ts';

export const DUPLICATES: readonly ConformanceCase[] = [
  {
    id: 'duplicate-open',
    name: 'a client order id is refused a second time while its order is open',
    needs: ['virtual-time'],
    run: (scene) => twice(scene, () => Promise.resolve()),
  },
  {
    id: 'duplicate-filled',
    name: 'a client order id is refused a second time after its order was filled',
    needs: [],
    run: (scene) =>
      twice(scene, async (clientOrderId) => {
        same('the status of the first order', (await scene.ended({ clientOrderId })).status, 'filled');
      }),
  },
  {
    id: 'duplicate-canceled',
    name: 'a client order id is refused a second time after its order was canceled',
    needs: ['virtual-time'],
    run: (scene) =>
      twice(scene, async (clientOrderId, brokerOrderId) => {
        await scene.broker.cancel(brokerOrderId);
        same('the status of the first order', (await scene.ended({ clientOrderId })).status, 'canceled');
      }),
  },
];

async function twice(
  scene: Scene,
  between: (clientOrderId: string, brokerOrderId: string) => Promise<unknown>,
): Promise<void> {
  const first = scene.buy(1);
  const { brokerOrderId } = await scene.taken(first);
  await between(first.clientOrderId, brokerOrderId);
  await scene.refused({ ...first, quantity: shares(2) }, 'DuplicateClientOrderId');
  const known = await scene.found(first);
  same('the id that the broker gave the order', known.brokerOrderId, brokerOrderId);
  sameQuantity('the quantity of the order', known.quantity, shares(1));
  const { status, filledQuantity } = await scene.ended(first);
  await scene.holds(status === 'filled' ? 1 : filledQuantity / shares(1));
}
