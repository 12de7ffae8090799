/** An account that is only looked at. */
import type { Broker } from '../reconciler/ports.ts';

/** What can be asked of an account; there is no way to trade in it. */
export type AccountReads = Pick<
  Broker,
  'account' | 'positions' | 'openOrders' | 'orderByClientId' | 'history' | 'clock' | 'assets'
>;

/** Named one by one: what a broker can do besides never comes along. */
export function readOnly(broker: AccountReads): AccountReads {
  return {
    account: () => broker.account(),
    positions: () => broker.positions(),
    openOrders: () => broker.openOrders(),
    orderByClientId: (clientOrderId) => broker.orderByClientId(clientOrderId),
    history: (since) => broker.history(since),
    clock: () => broker.clock(),
    assets: (symbols) => broker.assets(symbols),
  };
}
