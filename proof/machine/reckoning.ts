/**
 * Who owns what, reckoned a second time from the records of the journal alone: with none of the code by which the program
 * reads it, so that a share which that code loses is missed.
 */
import type { EventOf, IntentPayload, JournalEvent } from '../../src/observed/events.ts';

type Order = Pick<IntentPayload, 'strategy' | 'symbol' | 'side'>;
type Operators = EventOf<'adopted' | 'released' | 'lots-set' | 'symbol-resolved' | 'strategy-renamed'>;
type Companies = EventOf<'split-applied' | 'symbol-changed'>;

/** By `strategy/symbol`, in billionths of a share, none of them zero. */
export type Owned = ReadonlyMap<string, number>;

export class Reckoning {
  readonly #owned = new Map<string, number>();
  readonly #orders = new Map<string, Order>();
  #fence = 0;
  /** Of who has the lock; null: nobody. */
  #lock: string | null = null;

  /** As it is now; it goes on with what is taken. */
  owned(): Owned {
    return this.#owned;
  }

  take(event: JournalEvent): void {
    if (this.#isVoid(event)) return;
    switch (event.type) {
      case 'lock-acquired':
        this.#fence = event.fence;
        this.#lock = event.lockId;
        return;
      case 'lock-released':
        this.#lock = null;
        return;
      case 'lock-unlocked':
        if (this.#lock === event.lockId) this.#lock = null;
        return;
      case 'intent':
        this.#orders.set(event.clientOrderId, event);
        return;
      case 'order-reopened':
        if (event.order !== undefined) this.#orders.set(event.clientOrderId, event.order.intent);
        return;
      case 'fill':
        return this.#fill(event);
      case 'synced':
        return this.#set(event.strategy, event.symbol, event.to);
      case 'books-opened':
        for (const { strategy, symbol, quantity } of event.lots) this.#set(strategy, symbol, quantity);
        return;
      case 'adopted':
      case 'released':
      case 'lots-set':
      case 'symbol-resolved':
      case 'strategy-renamed':
        return this.#operate(event);
      case 'split-applied':
      case 'symbol-changed':
        return this.#follow(event);
      default:
        return;
    }
  }

  #isVoid(event: JournalEvent): boolean {
    if (event.type === 'lock-acquired') return event.fence !== this.#fence + 1;
    return 'fence' in event && (this.#lock === null || event.fence !== this.#fence);
  }

  #fill({ clientOrderId, quantity }: EventOf<'fill'>): void {
    const order = this.#orders.get(clientOrderId);
    if (order !== undefined)
      this.#add(order.strategy, order.symbol, order.side === 'buy' ? quantity : 0 - quantity);
  }

  #operate(event: Operators): void {
    switch (event.type) {
      case 'adopted':
        return this.#add(event.strategy, event.symbol, event.quantity);
      case 'released':
        return this.#add(event.strategy, event.symbol, 0 - event.quantity);
      case 'lots-set':
        for (const { strategy, symbol, quantity } of event.lots) this.#set(strategy, symbol, quantity);
        return;
      case 'symbol-resolved':
        for (const { strategy, quantity } of event.lots) this.#set(strategy, event.symbol, quantity);
        return;
      case 'strategy-renamed':
        return this.#rename(event);
    }
  }

  #rename({ from, to }: EventOf<'strategy-renamed'>): void {
    for (const [key, quantity] of [...this.#owned]) {
      if (!key.startsWith(`${from}/`)) continue;
      this.#owned.delete(key);
      this.#owned.set(`${to}${key.slice(from.length)}`, quantity);
    }
    for (const [id, order] of [...this.#orders])
      if (order.strategy === from) this.#orders.set(id, { ...order, strategy: to });
  }

  #follow(event: Companies): void {
    if (event.type === 'split-applied') {
      for (const { strategy, to } of event.lots) this.#set(strategy, event.symbol, to);
      return;
    }
    for (const { strategy, quantity } of event.lots) {
      this.#set(strategy, event.symbol, 0);
      this.#set(strategy, event.to, quantity);
    }
  }

  #add(strategy: string, symbol: string, quantity: number): void {
    this.#set(strategy, symbol, (this.#owned.get(`${strategy}/${symbol}`) ?? 0) + quantity);
  }

  #set(strategy: string, symbol: string, quantity: number): void {
    if (quantity === 0) this.#owned.delete(`${strategy}/${symbol}`);
    else this.#owned.set(`${strategy}/${symbol}`, quantity);
  }
}
