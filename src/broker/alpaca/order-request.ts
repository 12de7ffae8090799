/** An order in the broker's words: a market order for the day, that says whether it opens or closes. */
import type { trading } from '@alpacahq/alpaca-trade-api/rest';
import { formatQuantity } from '../../domain/decimal.ts';
import type { OrderRequest } from '../../reconciler/ports.ts';

type Intent = 'buy_to_open' | 'buy_to_close' | 'sell_to_open' | 'sell_to_close';

/** Longer ids, and other characters, are not documented. */
const ID = /^[A-Za-z0-9_-]{1,128}$/;

/** Null: it can be sent. */
export function whyNotSendable({ clientOrderId, quantity }: OrderRequest): string | null {
  if (!ID.test(clientOrderId))
    return `${JSON.stringify(clientOrderId)} is no client order id: 1 to 128 letters, digits, dashes and underscores`;
  return quantity > 0 ? null : 'the quantity is not above zero';
}

export function toPostOrder({
  clientOrderId,
  symbol,
  side,
  quantity,
  reduceOnly,
}: OrderRequest): trading.PostOrderRequest {
  const positionIntent: Intent = `${side}_to_${reduceOnly ? 'close' : 'open'}`;
  return {
    clientOrderId,
    symbol,
    side,
    // Never as a number: it would be written as a binary float.
    qty: formatQuantity(quantity),
    type: 'market',
    timeInForce: 'day',
    positionIntent,
  };
}
