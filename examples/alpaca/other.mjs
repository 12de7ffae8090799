// Somebody else who has the keys of the account, past every strategy:
//   node other.mjs ADDRESS buy|sell QUANTITY SYMBOL    sends an order, and waits for its fill
//   node other.mjs ADDRESS orders SYMBOL               lists what the broker has of orders
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [address, verb, ...words] = process.argv.slice(2);
const [id, secret] = readFileSync('keys.env', 'utf8').match(/(?<==).+/g);

async function ask(path, body) {
  const response = await fetch(`${address}/v2/${path}`, {
    headers: { 'APCA-API-KEY-ID': id, 'APCA-API-SECRET-KEY': secret },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${response.status}: ${answer.message}`);
  return answer;
}

if (verb === 'orders') {
  const [symbol] = words;
  const orders = await ask(`orders?status=all&direction=asc&symbols=${symbol}`);
  for (const { client_order_id: name, side, qty, status } of orders)
    console.log(`${name}  ${side} ${qty} ${symbol}: ${status}`);
} else {
  const [qty, symbol] = words;
  let order = await ask('orders', { symbol, qty, side: verb, type: 'market', time_in_force: 'day' });
  while (order.status !== 'filled') {
    await sleep(50);
    order = await ask(`orders/${order.id}`);
  }
  console.log(`${verb} ${qty} ${symbol}: filled at ${order.filled_avg_price}`);
}
