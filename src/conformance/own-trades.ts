/** What one case does to a real account: within a budget, remembered, and undone at its end. */
import { absolute, formatQuantity, NO_QUANTITY, type Quantity } from '../domain/decimal.ts';
import { isTerminal } from '../observed/broker-view.ts';
import type { Broker, OrderRequest } from '../reconciler/ports.ts';
import { demand } from './expect.ts';
import type { Harness } from './harness.ts';
import { reasonOf } from './reason.ts';
import { Scene, sumOf } from './scene.ts';

/** Orders that were sent and not refused, by client order id. */
export type OwnOrders = Map<string, OrderRequest>;

/** The broker, but for orders beyond `most` shares of what a case opens; what it may have taken is written to `own`. */
export function remembering(broker: Broker, most: Quantity, own: OwnOrders): Broker {
  return {
    kind: broker.kind,
    account: () => broker.account(),
    positions: () => broker.positions(),
    openOrders: () => broker.openOrders(),
    orderByClientId: (id) => broker.orderByClientId(id),
    cancel: (id) => broker.cancel(id),
    history: (since) => broker.history(since),
    clock: () => broker.clock(),
    assets: (symbols) => broker.assets(symbols),
    submit: async (request) => {
      const opened = sumOf([...own.values(), request].filter(({ reduceOnly }) => !reduceOnly));
      if (opened > most)
        throw new Error(`not sent, because the case would open more than ${formatQuantity(most)} shares`);
      const isKnown = own.has(request.clientOrderId);
      // Before it is sent: if no answer comes, its fate is asked for at the end.
      if (!isKnown) own.set(request.clientOrderId, request);
      const answer = await broker.submit(request);
      const isTaken = answer.kind === 'created' || answer.kind === 'unknown';
      if (!isTaken && !isKnown) own.delete(request.clientOrderId);
      return answer;
    },
  };
}

const TRIES = 3;

/**
 * Cancels what is open of these orders, and trades back what was filled of them: never more than that, and only while
 * the account holds as much. Rejects with what could not be done. `harness`: past {@link remembering}.
 */
export async function undo(harness: Harness, own: OwnOrders): Promise<void> {
  if (own.size === 0) return;
  const scene = new Scene(harness);
  const troubles: (string | null)[] = [];
  let net: number = NO_QUANTITY;
  for (const clientOrderId of own.keys())
    troubles.push(
      await reasonOf(async () => {
        net += await endOf(scene, clientOrderId);
      }),
    );
  for (let tries = 0; net !== 0 && tries < TRIES; tries += 1)
    troubles.push(
      await reasonOf(async () => {
        net += await tradedBack(scene, net as Quantity);
      }),
    );
  troubles.push(await reasonOf(() => scene.holds(0)));
  troubles.push(
    await reasonOf(() =>
      scene.eventually(async () => demand((await scene.open()).length === 0, 'an order is open')),
    ),
  );
  const said = troubles.filter((trouble) => trouble !== null);
  if (said.length > 0) throw new Error(`the account could not be left as it was: ${said.join('; ')}`);
}

/** Signed shares that were filled of it, once it is final. */
async function endOf(scene: Scene, clientOrderId: string): Promise<number> {
  const order = await scene.eventually(() => scene.found({ clientOrderId }));
  if (!isTerminal(order.status)) await scene.broker.cancel(order.brokerOrderId);
  const { side, filledQuantity } = await scene.ended({ clientOrderId });
  return side === 'buy' ? filledQuantity : 0 - filledQuantity;
}

/** Closes what these orders opened; the answer is by how much the position has changed. */
async function tradedBack(scene: Scene, net: Quantity): Promise<number> {
  await scene.eventually(async () => {
    const held = sumOf(await scene.rows());
    const isThere = held > 0 === net > 0 && absolute(held) >= absolute(net);
    const seen = `the account holds ${formatQuantity(held)} of them`;
    demand(isThere, `${formatQuantity(net)} shares were traded by the case, and ${seen}: not traded back`);
  });
  const { traded: symbol } = scene.symbols;
  const side = net > 0 ? 'sell' : 'buy';
  const clientOrderId = scene.newId();
  await scene.taken({ clientOrderId, symbol, side, quantity: absolute(net), reduceOnly: true });
  const { filledQuantity } = await scene.ended({ clientOrderId });
  return side === 'buy' ? filledQuantity : 0 - filledQuantity;
}
