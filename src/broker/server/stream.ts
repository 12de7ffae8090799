/** The stream of trade updates: what becomes of every order of the account, by whomever it was sent. */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { plus, type Instant } from '../../domain/instant.ts';
import { drawUuid } from '../simulated-chance.ts';
import type { SimulatedState } from '../simulated-state.ts';
import type { Desk } from './desk.ts';
import type { Faults } from './faults.ts';
import { orderJson } from './order-json.ts';
import { streamClients, type ClientOptions, type StreamClients } from './stream-clients.ts';
import { eventsBetween, executionFields, type OrderEventFacts } from './stream-events.ts';
import { nanosOf, stamp } from './text.ts';

export interface StreamOptions extends Omit<ClientOptions, 'joining'> {
  readonly desk: Desk;
  readonly faults: Faults;
  readonly tell: (line: string) => void;
}

const UNAVAILABLE = 503;

export class TradeUpdates {
  readonly #desk: Desk;
  readonly #faults: Faults;
  readonly #tell: (line: string) => void;
  readonly #clients: StreamClients;
  /** Until which everything is told; null while nobody listens. */
  #seen: SimulatedState | null = null;
  #downUntil: Instant | null = null;
  /** Overtaken by the next one. */
  #held: object | null = null;

  constructor({ desk, faults, tell, ...clients }: StreamOptions) {
    this.#desk = desk;
    this.#faults = faults;
    this.#tell = tell;
    this.#clients = streamClients({ ...clients, joining: () => this.#join() });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const status = this.#refusedWith(request);
    if (status === null) return this.#clients.accept(request, socket, head);
    // A client that is gone before it has read its refusal is no trouble of ours.
    socket.on('error', () => socket.destroy());
    const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`;
    socket.end(`${line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }

  /** Null: it may come in. */
  #refusedWith({ url }: IncomingMessage): number | null {
    if (url?.split('?')[0] !== '/stream') return 404;
    if (this.#downUntil !== null && this.#desk.clock.now() < this.#downUntil) return UNAVAILABLE;
    const effect = this.#faults.meet({ place: 'stream connect' })?.effect;
    if (effect === undefined) return null;
    this.#tell(`stream connect, fault ${effect.kind}`);
    return effect.kind === 'refused' ? effect.status : UNAVAILABLE;
  }

  /** Who begins to listen hears of what happens from now on. */
  #join(): void {
    this.#tell('stream: a client listens');
    this.look();
    this.#seen ??= this.#desk.read();
  }

  /** Tells what has happened since the last look. */
  look(): void {
    if (!this.#clients.hasListeners()) {
      this.#seen = null;
      return;
    }
    const now = this.#desk.read();
    const events = this.#seen === null ? [] : eventsBetween(this.#seen, now);
    this.#seen = now;
    for (const facts of events) this.#pass(facts);
  }

  #pass(facts: OrderEventFacts): void {
    const { event, order } = facts;
    const { symbol, side } = order;
    const fault = this.#faults.isEmpty ? null : this.#faults.meet({ place: 'stream', symbol, side, event });
    const kind = fault?.effect.kind;
    const message = { stream: 'trade_updates', data: this.#updateOf(facts) };
    if (kind !== undefined) this.#tell(`stream ${event} ${symbol}, fault ${kind}`);
    if (kind === 'reordered') {
      this.#held = message;
    } else if (fault?.effect.kind === 'down') {
      this.#downUntil = plus(this.#desk.clock.now(), fault.effect.for);
      this.#clients.endAll();
    } else if (kind !== 'lost') {
      this.#clients.tell(message);
      if (kind === 'doubled') this.#clients.tell(message);
      if (this.#held !== null) this.#clients.tell(this.#held);
      this.#held = null;
    }
  }

  #updateOf({ event, at, order, execution }: OrderEventFacts): object {
    const { brokerOrderId } = order;
    return {
      event,
      timestamp: stamp(at, nanosOf(brokerOrderId)),
      execution_id: execution?.id ?? drawUuid(0, `${brokerOrderId} ${event}`, 'execution'),
      order: orderJson(this.#desk, this.#desk.read(), order),
      ...(execution !== null && executionFields(execution)),
    };
  }

  /** When something will happen, as far as is known; null: nothing will, or nobody listens. */
  next(): Instant | null {
    if (!this.#clients.hasListeners()) return null;
    const due = this.#desk.read().orders.flatMap(({ pending }) => pending[0]?.at ?? []);
    return due.reduce<Instant | null>((least, at) => (least === null || at < least ? at : least), null);
  }

  close(): void {
    this.#clients.close();
  }
}
