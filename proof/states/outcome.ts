/** What becomes of one request to the broker. */
import { submitOrder } from '../../src/broker/simulated-orders.ts';
import type { OrderEvent, SimulatedOrder, SimulatedState } from '../../src/broker/simulated-state.ts';
import { SHARE, type Price, type Quantity } from '../../src/domain/decimal.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import type { OrderRequest, SubmitAnswer } from '../../src/reconciler/ports.ts';
import { VENUE } from './scope.ts';

/** `filled` is how it goes where nothing goes wrong. */
export type Outcome =
  | 'filled'
  | 'partial, then the rest'
  | 'partial, then canceled'
  | 'partial, then open'
  | 'rejected'
  | 'open'
  | 'refused'
  | 'answer lost'
  | 'answer lost, shown late'
  | 'request lost'
  | 'request lost twice'
  | 'rate limited'
  | 'rate limited for long';

const OF_ANY: readonly Outcome[] = [
  'rejected',
  'open',
  'refused',
  'answer lost',
  'answer lost, shown late',
  'request lost',
  'request lost twice',
  'rate limited',
  'rate limited for long',
];
const OF_MANY: readonly Outcome[] = [
  'partial, then the rest',
  'partial, then canceled',
  'partial, then open',
];

/** Every way in which such a request may go otherwise. */
export function otherwise({ quantity }: Pick<OrderRequest, 'quantity'>): readonly Outcome[] {
  return quantity > SHARE ? [...OF_ANY, ...OF_MANY] : OF_ANY;
}

export interface Submitted {
  readonly account: SimulatedState;
  readonly answer: SubmitAnswer;
}

/** The account after the request, and what whoever made it is told. */
export function submitted(
  account: SimulatedState,
  request: OrderRequest,
  now: Instant,
  outcome: Outcome,
): Submitted {
  switch (outcome) {
    case 'refused':
      return { account, answer: { kind: 'refused', code: 'Refused', message: 'not today' } };
    case 'request lost':
    case 'request lost twice':
      return { account, answer: { kind: 'unknown', reason: 'no answer' } };
    case 'rate limited':
      return { account, answer: { kind: 'rate-limited', retryAfter: 5_000, reason: 'too many requests' } };
    case 'rate limited for long':
      return { account, answer: { kind: 'rate-limited', retryAfter: 120_000, reason: 'too many requests' } };
    case 'answer lost':
    case 'answer lost, shown late':
      return {
        account: taken(account, request, now, outcome).account,
        answer: { kind: 'unknown', reason: 'the answer was lost' },
      };
    default:
      return taken(account, request, now, outcome);
  }
}

function taken(account: SimulatedState, request: OrderRequest, now: Instant, outcome: Outcome): Submitted {
  const { state, answer } = submitOrder(account, request, now, VENUE);
  const order = state.orders.at(-1);
  if (answer.kind !== 'created' || order === undefined) return { account: state, answer };
  const orders = [...state.orders.slice(0, -1), { ...order, pending: scheduleOf(order, outcome) }];
  return { account: { ...state, orders }, answer };
}

const FAR = 7_258_118_400_000 as Instant;

function scheduleOf({ submittedAt, quantity }: SimulatedOrder, outcome: Outcome): OrderEvent[] {
  const price = VENUE.priceAt('', submittedAt) ?? (0 as Price);
  const at = (delay: number): Instant => plus(submittedAt, delay);
  const fill = (count: number, when: Instant): OrderEvent => ({
    kind: 'fill',
    at: when,
    quantity: count as Quantity,
    price,
  });
  const acknowledged: OrderEvent = { kind: 'new', at: at(10) };
  switch (outcome) {
    case 'partial, then the rest':
      return [acknowledged, fill(SHARE, at(100)), fill(quantity - SHARE, at(5_000))];
    case 'partial, then canceled':
      return [
        acknowledged,
        fill(SHARE, at(100)),
        { kind: 'canceled', at: at(5_000) },
        fill(quantity - SHARE, FAR),
      ];
    case 'partial, then open':
      return [acknowledged, fill(SHARE, at(100)), fill(quantity - SHARE, FAR)];
    case 'rejected':
      return [acknowledged, { kind: 'rejected', at: at(100) }, fill(quantity, FAR)];
    case 'open':
      return [acknowledged, fill(quantity, FAR)];
    default:
      return [acknowledged, fill(quantity, at(200))];
  }
}
