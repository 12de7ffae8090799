/** What an account holds, as its list says it: the one place where such a list is taken or refused. */
import type { BrokerPosition } from '../observed/broker-view.ts';
import { BrokerUnavailable, type Broker } from '../reconciler/ports.ts';

/** One row a symbol. Rows of zero say nothing; rejects with `BrokerUnavailable` where a symbol is named twice. */
export async function positionsOf(broker: Pick<Broker, 'positions'>): Promise<readonly BrokerPosition[]> {
  const held = (await broker.positions()).filter(({ quantity }) => quantity !== 0);
  const symbols = new Set<string>();
  for (const { symbol } of held) {
    if (symbols.has(symbol)) throw new BrokerUnavailable(`the position list names ${symbol} twice`);
    symbols.add(symbol);
  }
  return held;
}
