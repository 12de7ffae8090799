/** What must hold of every order that the broker takes. A part of the table in all.ts. */
import { remainingOf, type SimulatedState } from '../../src/broker/simulated-state.ts';
import { sessionOn } from '../../src/domain/calendar.ts';
import { findOrder } from '../../src/observed/ledger.ts';
import { isEntry } from '../../src/reconciler/plan-types.ts';
import { isOurs, openOf, shares, sum } from './account.ts';
import { ANSWERS, PROCESS, type Invariant } from './invariant.ts';

export const ORDER_INVARIANTS: readonly Invariant[] = [
  {
    name: 'order-has-intent',
    sentence: 'Every order of ours at the broker is word for word one that the journal intended before.',
    attackedBy: [...PROCESS, 'torn record'],
    at: 'order',
    check: ({ order, ledger }) => {
      const intent = findOrder(ledger, order.clientOrderId)?.intent;
      if (intent === undefined) return `the journal has no intent of ${order.clientOrderId}`;
      const same =
        intent.symbol === order.symbol && intent.side === order.side && intent.quantity === order.quantity;
      return same ? null : `${order.clientOrderId} is not what was intended`;
    },
  },
  {
    name: 'intent-is-durable-first',
    sentence: 'No request leaves before no power loss can take its intent.',
    attackedBy: ['power loss', 'failed sync', 'crash'],
    at: 'order',
    check: ({ order, ledger, durable }) =>
      ledger.seq === durable
        ? null
        : `${order.clientOrderId} was sent when ${ledger.seq - durable} records were not durable`,
  },
  {
    name: 'never-twice',
    sentence:
      'What is held and what is on its way never adds up to more than was wanted, nor to less than nothing or what was wanted short.',
    attackedBy: [...PROCESS, ...ANSWERS, 'stale read', 'empty list', 'torn record', 'clock jump'],
    at: 'order',
    check: ({ order: { symbol, side }, account }, { mostWanted, leastWanted }) => {
      const held = account.positions.get(symbol)?.quantity ?? 0;
      const open = openOf(account).filter((order) => order.symbol === symbol);
      const onItsWay = sum(open.filter((order) => order.side === side).map(remainingOf));
      if (side === 'buy') {
        const most = held + onItsWay;
        const bound = (mostWanted.get(symbol) ?? 0) + boughtOutside(account, symbol);
        return most > bound ? `${shares(most)} ${symbol} where ${shares(bound)} were wanted at most` : null;
      }
      const least = held - onItsWay;
      const short = Math.min(0, leastWanted.get(symbol) ?? 0);
      return least < short ? `${shares(short - least)} ${symbol} more are being sold than are held` : null;
    },
  },
  {
    name: 'no-id-twice',
    sentence: 'No client order id is at the broker twice.',
    attackedBy: ['lost answer', 'lost request', 'crash', 'pause past expiry', 'two processes'],
    at: 'order',
    check: ({ order: { clientOrderId }, account }) =>
      account.orders.filter((order) => order.clientOrderId === clientOrderId).length === 1
        ? null
        : `${clientOrderId} is there twice`,
  },
  {
    name: 'one-order-a-symbol',
    sentence: 'No order is sent while another one of ours is open in its symbol.',
    attackedBy: [...PROCESS, 'lost answer', 'stale read', 'empty list'],
    at: 'order',
    check: ({ order, account }) => {
      const others = openOf(account).filter(
        ({ symbol, clientOrderId }) => symbol === order.symbol && clientOrderId !== order.clientOrderId,
      );
      const [other] = others.filter(isOurs);
      return other === undefined ? null : `${order.clientOrderId} beside ${other.clientOrderId}`;
    },
  },
  {
    name: 'reductions-end-first',
    sentence: 'No entry is sent while a reduction that its execution has sent has no end.',
    attackedBy: ['partial fill', 'lost answer', 'lost request', 'rate limit'],
    at: 'order',
    check: ({ order: { clientOrderId }, ledger: { lock, openOrders } }) => {
      const intent = openOrders.get(clientOrderId)?.intent;
      if (intent === undefined || !isEntry(intent.purpose)) return null;
      const ahead = [...openOrders.values()].find(
        ({ intent: { purpose, fence } }) => !isEntry(purpose) && fence === lock?.fence,
      );
      return ahead === undefined ? null : `${clientOrderId} is sent beside ${ahead.intent.clientOrderId}`;
    },
  },
  {
    name: 'sells-only-what-it-owns',
    sentence:
      'No order takes more of a symbol than its strategy owns, or is short of; none opens against what it has.',
    attackedBy: [...PROCESS, ...ANSWERS, 'outside trade', 'stale read'],
    at: 'order',
    check: ({ order: { clientOrderId, symbol, side, quantity }, ledger }, { leastWanted }) => {
      const intent = findOrder(ledger, clientOrderId)?.intent;
      if (intent === undefined) return null;
      const book = ledger.books.get(intent.strategy)?.get(symbol)?.quantity ?? 0;
      const owned = side === 'sell' ? book : 0 - book;
      const isShorts = (leastWanted.get(symbol) ?? 0) < 0;
      const opens = isEntry(intent.purpose) && (side === 'buy' || isShorts);
      if (opens ? owned <= 0 : quantity <= owned) return null;
      return `${intent.strategy} ${side}s ${shares(quantity)} ${symbol}, and has ${shares(book)}`;
    },
  },
  {
    name: 'sent-under-the-lock',
    sentence: 'An order is sent by who holds the execution lock, under its fence, before it expires.',
    attackedBy: ['two processes', 'pause past expiry', 'crash', 'clock jump'],
    at: 'order',
    check: ({ order, ledger, monotonic }) => {
      const { lock } = ledger;
      if (lock === null) return `${order.clientOrderId} was sent while nobody held the lock`;
      if (monotonic >= lock.expiresMonotonic)
        return `${order.clientOrderId} was sent behind the expiry of its lock`;
      const fence = findOrder(ledger, order.clientOrderId)?.intent.fence ?? lock.fence;
      return fence <= lock.fence ? null : `${order.clientOrderId} has fence ${fence}, the lock ${lock.fence}`;
    },
  },
  {
    name: 'in-its-session',
    sentence: 'No order is sent outside its session, nor in the last half minute of it.',
    attackedBy: ['pause past expiry', 'partial fill', 'rate limit', 'lost answer', 'crash', 'clock jump'],
    at: 'order',
    check: ({ order, ledger, wall }, { isExchange }) => {
      const intent = findOrder(ledger, order.clientOrderId)?.intent;
      if (!isExchange || intent === undefined) return null;
      const { sessionDate } = intent;
      const session = sessionOn(sessionDate);
      if (session === null) return `${order.clientOrderId} is of ${sessionDate}, which is no session`;
      // Where the clocks of machine and broker differ, one of them has to say so.
      const late = Math.min(wall, order.submittedAt) - (session.close - CUT_OFF);
      if (late > 0)
        return `${order.clientOrderId} was sent ${late} ms behind the last moment of ${sessionDate}`;
      const early = session.open - Math.max(wall, order.submittedAt);
      return early > 0 ? `${order.clientOrderId} was sent ${early} ms before ${sessionDate} opens` : null;
    },
  },
];

/** ms before the close. */
const CUT_OFF = 30_000;

function boughtOutside(account: SimulatedState, symbol: string): number {
  const bought = account.orders.filter(
    (order) => order.symbol === symbol && order.side === 'buy' && !isOurs(order),
  );
  return sum(bought.map(({ quantity }) => quantity));
}
