/** What the cases say again and again: orders of one symbol, followed to their end, and what is held of it. */
import { formatQuantity, NO_QUANTITY, SHARE, type Money, type Quantity } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';
import {
  isTerminal,
  type BrokerFill,
  type BrokerOrder,
  type BrokerPosition,
} from '../observed/broker-view.ts';
import type { Broker, OrderRequest, RefusalCode } from '../reconciler/ports.ts';
import { demand, same, sameQuantity, Unmet } from './expect.ts';
import type { Harness, Need } from './harness.ts';

export class Scene {
  readonly broker: Broker;
  readonly symbols: Harness['symbols'];
  readonly pace: Harness['pace'];
  readonly rounding: Harness['rounding'];
  readonly pass: Harness['pass'];
  readonly newId: Harness['newId'];
  readonly #harness: Harness;

  constructor(harness: Harness) {
    this.#harness = harness;
    this.broker = harness.broker;
    this.symbols = harness.symbols;
    this.pace = harness.pace;
    this.rounding = harness.rounding;
    this.pass = harness.pass;
    this.newId = harness.newId;
  }

  tradeOutside(side: Side, quantity: Quantity): Promise<void> {
    return offered(this.#harness.tradeOutside, 'outside-trades')(this.symbols.traded, side, quantity);
  }

  stored(): string {
    return offered(this.#harness.stored, 'stored-text')();
  }

  /** Of a new account. */
  cash(): Money {
    return offered(this.#harness.cash, 'empty-account');
  }

  hardToBorrow(): string {
    return offered(this.symbols.hardToBorrow, 'hard-to-borrow');
  }

  /** A purchase that opens. */
  buy(count: number): OrderRequest {
    return this.#order('buy', count, false);
  }

  /** A sale of what is held. */
  exit(count: number): OrderRequest {
    return this.#order('sell', count, true);
  }

  /** A sale that opens a short position. */
  short(count: number): OrderRequest {
    return this.#order('sell', count, false);
  }

  /** A purchase that closes a short position. */
  cover(count: number): OrderRequest {
    return this.#order('buy', count, true);
  }

  #order(side: Side, count: number, reduceOnly: boolean): OrderRequest {
    const { traded: symbol } = this.symbols;
    return { clientOrderId: this.newId(), symbol, side, quantity: shares(count), reduceOnly };
  }

  /** The order as the broker has taken it. */
  async taken(request: OrderRequest): Promise<BrokerOrder> {
    const answer = await this.broker.submit(request);
    if (answer.kind === 'created') return answer.order;
    const why = answer.kind === 'refused' ? `${answer.code}: ${answer.message}` : answer.reason;
    throw new Unmet(`${inWords(request)}: expected an order, seen ${answer.kind} (${why})`);
  }

  /** `codes`: any of them; all are allowed where none is named. A refusal leaves no order, and no trade. */
  async refused(request: OrderRequest, ...codes: readonly RefusalCode[]): Promise<void> {
    const answer = await this.broker.submit(request);
    const expected = codes.length === 0 ? 'a refusal' : `a refusal with ${codes.join(' or ')}`;
    const seen = answer.kind === 'refused' ? `${answer.code}: ${answer.message}` : answer.kind;
    const isRefused = answer.kind === 'refused' && (codes.length === 0 || codes.includes(answer.code));
    demand(isRefused, `${inWords(request)}: expected ${expected}, seen ${seen}`);
    if (answer.code === 'DuplicateClientOrderId') return;
    const left = await this.broker.orderByClientId(request.clientOrderId);
    same(`the order that was refused (${answer.code})`, left?.status ?? null, null);
  }

  async found({ clientOrderId }: Pick<OrderRequest, 'clientOrderId'>): Promise<BrokerOrder> {
    const known = await this.broker.orderByClientId(clientOrderId);
    demand(known !== null, `the broker does not know the order ${clientOrderId} that it has taken`);
    same('the client order id of the order that was asked for', known.clientOrderId, clientOrderId);
    return known;
  }

  /** The order at its end. */
  async ended(order: Pick<OrderRequest, 'clientOrderId'>): Promise<BrokerOrder> {
    const looks = await this.#looks(order, this.pace.waiting);
    return lastOf(looks);
  }

  /** Every look at the order from now to its end, close together. */
  watched(order: Pick<OrderRequest, 'clientOrderId'>): Promise<readonly BrokerOrder[]> {
    return this.#looks(order, this.pace.watching);
  }

  async #looks(order: Pick<OrderRequest, 'clientOrderId'>, stride: number): Promise<readonly BrokerOrder[]> {
    const looks = [await this.found(order)];
    for (let waited = 0; !isTerminal(lastOf(looks).status); waited += stride) {
      const { clientOrderId, status } = lastOf(looks);
      demand(
        waited <= this.pace.patience,
        `${clientOrderId} is ${status} after ${waited} ms: expected an end`,
      );
      await this.pass(stride);
      looks.push(await this.found(order));
    }
    return looks;
  }

  /** Sends it, and waits until all of it is filled. */
  async filled(request: OrderRequest): Promise<BrokerOrder> {
    await this.taken(request);
    const order = await this.ended(request);
    same(`the status of ${inWords(request)} at its end`, order.status, 'filled');
    sameQuantity(`what was filled of ${inWords(request)}`, order.filledQuantity, request.quantity);
    return order;
  }

  /** Rows of the symbol. */
  async rows(): Promise<readonly BrokerPosition[]> {
    return (await this.broker.positions()).filter(({ symbol }) => symbol === this.symbols.traded);
  }

  /** Signed shares; `available` where some of them are held by orders. Zero: no row. */
  holds(count: number, available = count): Promise<void> {
    return this.eventually(async () => {
      const rows = (await this.rows()).map(({ quantity, available: free }) => ({
        quantity: formatQuantity(quantity),
        available: formatQuantity(free),
      }));
      const row = {
        quantity: formatQuantity(shares(count)),
        available: formatQuantity(shares(available)),
      };
      same(`positions in ${this.symbols.traded}`, rows, count === 0 ? [] : [row]);
    });
  }

  /** Open orders of the symbol. */
  async open(): Promise<readonly BrokerOrder[]> {
    return (await this.broker.openOrders()).filter(({ symbol }) => symbol === this.symbols.traded);
  }

  /** Executions of the symbol. */
  async fills(since: Instant): Promise<readonly BrokerFill[]> {
    return (await this.broker.history(since)).filter(({ symbol }) => symbol === this.symbols.traded);
  }

  async now(): Promise<Instant> {
    return (await this.broker.clock()).now;
  }

  /** Checks again as long as one read model of the broker may be behind another. */
  async eventually<Result>(check: () => Promise<Result>): Promise<Result> {
    for (let waited = 0; ; waited += this.pace.watching) {
      try {
        return await check();
      } catch (error) {
        if (!(error instanceof Unmet) || waited >= this.pace.lag) throw error;
      }
      await this.pass(this.pace.watching);
    }
  }
}

export function shares(count: number): Quantity {
  return Math.round(count * SHARE) as Quantity;
}

export function sumOf(rows: readonly { readonly quantity: Quantity }[]): Quantity {
  return rows.reduce((sum, { quantity }) => (sum + quantity) as Quantity, NO_QUANTITY);
}

export function lastOf<Item>(items: readonly Item[]): Item {
  const last = items.at(-1);
  demand(last !== undefined, 'expected at least one, seen none');
  return last;
}

function inWords({ side, quantity, symbol, reduceOnly }: OrderRequest): string {
  return `${side} ${formatQuantity(quantity)} ${symbol} to ${reduceOnly ? 'close' : 'open'}`;
}

/** A form that offers less than it says is a defect of the form, or the case names not all that it needs. */
function offered<Thing>(thing: Thing | undefined, need: Need): Thing {
  if (thing === undefined) throw new Error(`the harness offers no ${need}`);
  return thing;
}
