/** The simulated broker as a fault script wants it: what it answers, and what happens to its orders. */
import {
  isTerminal,
  type Asset,
  type BrokerFill,
  type BrokerOrder,
  type BrokerPosition,
} from '../observed/broker-view.ts';
import { formatQuantity, NO_QUANTITY, type Quantity } from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { plus, type Instant } from '../domain/instant.ts';
import {
  BrokerRateLimited,
  BrokerUnavailable,
  type Broker,
  type CancelAnswer,
  type Clock,
  type OrderRequest,
  type SubmitAnswer,
} from '../reconciler/ports.ts';
import {
  meet,
  type Call,
  type Fault,
  type FaultCounts,
  type FaultEffect,
  type OrderChange,
} from './fault-script.ts';
import type { OutsideTrade } from './simulated-orders.ts';
import type { Split } from './simulated-split.ts';

/** A simulated broker to which things can happen. */
export interface FaultableBroker extends Broker {
  submitChanged(request: OrderRequest, change: OrderChange): Promise<SubmitAnswer>;
  /** As somebody trades whom the account's own rules do not bind. */
  tradeFreely(trade: OutsideTrade): SubmitAnswer | Promise<SubmitAnswer>;
  split(split: Split): unknown;
}

/** What a script has done so far: it outlives a process. */
export interface FaultMemory {
  readonly counts: FaultCounts;
  /** Orders that are not shown before a moment, by client order id. */
  readonly hidden: Readonly<Record<string, Instant>>;
}

export const NOTHING_MET: FaultMemory = { counts: [], hidden: {} };

export interface FaultStore {
  load(): FaultMemory;
  save(memory: FaultMemory): void;
}

export function memoryFaultStore(): FaultStore {
  let memory = NOTHING_MET;
  return {
    load: () => memory,
    save: (next) => {
      memory = next;
    },
  };
}

export function faultyBroker(
  inner: FaultableBroker,
  script: readonly Fault[],
  { store, clock }: { readonly store: FaultStore; readonly clock: Clock },
): Broker {
  return new FaultyBroker(inner, script, store, clock);
}

class FaultyBroker implements Broker {
  readonly kind: Broker['kind'];
  readonly #inner: FaultableBroker;
  readonly #script: readonly Fault[];
  readonly #store: FaultStore;
  readonly #clock: Clock;

  constructor(inner: FaultableBroker, script: readonly Fault[], store: FaultStore, clock: Clock) {
    this.kind = inner.kind;
    this.#inner = inner;
    this.#script = script;
    this.#store = store;
    this.#clock = clock;
  }

  async account(): ReturnType<Broker['account']> {
    await this.#reading({ operation: 'account' });
    return this.#inner.account();
  }

  async clock(): ReturnType<Broker['clock']> {
    const effect = await this.#reading({ operation: 'clock' });
    const clock = await this.#inner.clock();
    return effect?.kind === 'stale' ? { ...clock, now: plus(clock.now, -effect.by) } : clock;
  }

  async positions(): Promise<readonly BrokerPosition[]> {
    const effect = await this.#reading({ operation: 'positions' });
    const positions = without(await this.#inner.positions(), effect);
    if (effect?.kind !== 'stale') return positions;
    const since = plus(this.#clock.now(), -effect.by);
    return positionsBefore(positions, await this.#inner.history(since));
  }

  async openOrders(): Promise<readonly BrokerOrder[]> {
    const effect = await this.#reading({ operation: 'openOrders' });
    const orders = without(await this.#inner.openOrders(), effect);
    return orders.filter(({ clientOrderId }) => !this.#isHidden(clientOrderId));
  }

  async orderByClientId(clientOrderId: string): Promise<BrokerOrder | null> {
    await this.#reading({ operation: 'orderByClientId', clientOrderId });
    return this.#isHidden(clientOrderId) ? null : this.#inner.orderByClientId(clientOrderId);
  }

  async history(since: Instant): Promise<readonly BrokerFill[]> {
    const effect = await this.#reading({ operation: 'history' });
    const fills = without(await this.#inner.history(since), effect);
    if (effect?.kind !== 'stale') return fills;
    const until = plus(this.#clock.now(), -effect.by);
    return fills.filter(({ time }) => time <= until);
  }

  async assets(symbols: readonly string[]): Promise<ReadonlyMap<string, Asset>> {
    await this.#reading({ operation: 'assets' });
    return this.#inner.assets(symbols);
  }

  async submit(request: OrderRequest): Promise<SubmitAnswer> {
    const { symbol, side, clientOrderId } = request;
    const effect = await this.#next({ operation: 'submit', symbol, side, clientOrderId });
    switch (effect?.kind) {
      case 'unavailable':
        return { kind: 'unknown', reason: effect.reason };
      case 'rate-limited':
        return { kind: 'rate-limited', retryAfter: effect.retryAfter, reason: 'too many requests' };
      case 'reject':
        return { kind: 'refused', code: effect.code, message: effect.message };
      case 'answer-lost': {
        this.#hide(clientOrderId, effect.hiddenFor);
        await this.#inner.submit(request);
        return { kind: 'unknown', reason: 'the answer was lost' };
      }
      case 'order':
        this.#hide(clientOrderId, effect.hiddenFor);
        return this.#inner.submitChanged(request, effect);
      case 'halt':
        return this.#inner.submitChanged(request, { fills: null, fillAfter: 0, haltedUntil: effect.until });
      default:
        return this.#inner.submit(request);
    }
  }

  async cancel(brokerOrderId: string): Promise<CancelAnswer> {
    const orders = await this.#inner.openOrders();
    const order = orders.find((candidate) => candidate.brokerOrderId === brokerOrderId);
    const subject = order && { symbol: order.symbol, side: order.side, clientOrderId: order.clientOrderId };
    const effect = await this.#next({ operation: 'cancel', ...subject });
    switch (effect?.kind) {
      case 'unavailable':
        return { kind: 'unknown', reason: effect.reason };
      case 'rate-limited':
        return { kind: 'rate-limited', retryAfter: effect.retryAfter };
      case 'stuck':
        return order === undefined || isTerminal(order.status)
          ? { kind: 'already-final' }
          : { kind: 'requested' };
      case 'answer-lost':
        await this.#inner.cancel(brokerOrderId);
        return { kind: 'unknown', reason: 'the answer was lost' };
      default:
        return this.#inner.cancel(brokerOrderId);
    }
  }

  /** Rejects where the script wants no answer. */
  async #reading(call: Call): Promise<FaultEffect | null> {
    const effect = await this.#next(call);
    if (effect?.kind === 'unavailable') throw new BrokerUnavailable(effect.reason);
    if (effect?.kind === 'answer-lost') throw new BrokerUnavailable('the answer was lost');
    if (effect?.kind === 'rate-limited') throw new BrokerRateLimited('too many requests', effect.retryAfter);
    return effect;
  }

  /** What happens outside, happens here; everything else is for the caller. */
  async #next(call: Call): Promise<FaultEffect | null> {
    const memory = this.#store.load();
    const { effect, counts } = meet(this.#script, memory.counts, call, this.#clock.now());
    this.#store.save({ ...memory, counts });
    if (effect?.kind === 'trade') {
      const { kind: _, price, ...trade } = effect;
      await this.#trade({ ...trade, price: price ?? undefined });
    }
    if (effect?.kind === 'split') await this.#inner.split(effect);
    return effect;
  }

  /** What the script says has happened: a trade that cannot be is a mistake in the script, and is told. */
  async #trade(trade: OutsideTrade): Promise<void> {
    const answer = await this.#inner.tradeFreely(trade);
    if (answer.kind === 'created') return;
    const why = answer.kind === 'refused' ? answer.message : 'no clear answer';
    const what = `${trade.side} ${formatQuantity(trade.quantity)} ${trade.symbol}`;
    throw new HgctlError(EXIT.invalid, `the fault script's trade cannot be made: ${what}: ${why}`, {
      hint: 'mend the script: the account stays as it was, and this trade counts as done',
    });
  }

  #hide(clientOrderId: string, milliseconds: number): void {
    if (milliseconds === 0) return;
    const memory = this.#store.load();
    const until = plus(this.#clock.now(), milliseconds);
    this.#store.save({ ...memory, hidden: { ...memory.hidden, [clientOrderId]: until } });
  }

  #isHidden(clientOrderId: string): boolean {
    const { hidden } = this.#store.load();
    const until = Object.hasOwn(hidden, clientOrderId) ? hidden[clientOrderId] : undefined;
    return until !== undefined && this.#clock.now() < until;
  }
}

function without<Row extends { readonly symbol: string }>(
  rows: readonly Row[],
  effect: FaultEffect | null,
): readonly Row[] {
  if (effect?.kind !== 'without') return rows;
  const { symbols } = effect;
  return symbols === 'all' ? [] : rows.filter(({ symbol }) => !symbols.includes(symbol));
}

/** The list as it was before these fills; a position that they closed comes back at the price of the last one. */
function positionsBefore(
  positions: readonly BrokerPosition[],
  fills: readonly BrokerFill[],
): readonly BrokerPosition[] {
  const rows = new Map(positions.map((position) => [position.symbol, position]));
  for (const { symbol, side, quantity, price } of fills) {
    const row = rows.get(symbol);
    const before = ((row?.quantity ?? 0) + (side === 'buy' ? 0 - quantity : quantity)) as Quantity;
    const known = row ?? { symbol, averagePrice: price, marketPrice: price, available: NO_QUANTITY };
    rows.set(symbol, { ...known, quantity: before, available: before });
  }
  return [...rows.values()].filter(({ quantity }) => quantity !== 0);
}
