/** An account at Alpaca, through its SDK. */
import type { trading } from '@alpacahq/alpaca-trade-api/rest';
import { MINUTE, plus, type Instant } from '../../domain/instant.ts';
import type { FoundKeys } from '../../market/alpaca-keys.ts';
import type {
  Asset,
  BrokerAccount,
  BrokerFill,
  BrokerOrder,
  BrokerPosition,
  MarketClock,
} from '../../observed/broker-view.ts';
import {
  BrokerUnavailable,
  type Broker,
  type CancelAnswer,
  type Clock,
  type OrderRequest,
  type SubmitAnswer,
} from '../../reconciler/ports.ts';
import { listOf, type Reader } from '../checked-json.ts';
import { AlpacaAssets } from './assets.ts';
import { AlpacaClient } from './client.ts';
import { classify, classifyCancel, isKeysRefused, isNoSuchOrder } from './classify.ts';
import { AlpacaConnection, SPENT } from './connection.ts';
import { fill, noShorting, orderOf, position } from './mapping.ts';
import { AlpacaClock } from './market-clock.ts';
import { toPostOrder, whyNotSendable } from './order-request.ts';
import { allPages } from './pages.ts';
import type { AlpacaSettings } from './settings.ts';
import { openStream, type NewsStream } from './stream.ts';

export interface AlpacaBrokerOptions {
  readonly settings: AlpacaSettings;
  /** Read when they are needed. */
  readonly keys: () => FoundKeys;
  /** The account that may be traded with real money, by the environment; undefined: none. */
  readonly allowedLive: string | undefined;
  readonly clock: Clock;
  /** ms. */
  readonly requestTimeout: number;
  /** What people should know, once each. */
  readonly tell: (message: string) => void;
}

/** The account as the core sees it, and what only those who know it is at Alpaca ask for. */
export interface AlpacaBroker extends Broker {
  /** Whether the account is set to refuse short sales (`no_shorting`); asked once. Rejects as reads do. */
  refusesShorts(): Promise<boolean>;
  /** Sets it. Rejects as reads do, and where the account keeps its setting. */
  refuseShorts(refuse: boolean): Promise<void>;
  /** Listens to the stream of the account until it is closed; `hear` is called when something may have happened. */
  listen(hear: () => void): { close(): void };
  /** How many requests went out, by name. */
  requests(): Readonly<Record<string, number>>;
}

const ORDERS_PAGE = 500;
const FILLS_PAGE = 100;
/** The filter of the list is not trusted to the second: what is asked for too early is left out here. */
const FILLS_MARGIN = MINUTE;

/** Nothing is loaded, read or asked before the first request. */
export function alpacaBroker(options: AlpacaBrokerOptions): AlpacaBroker {
  return new AccountAtAlpaca(options);
}

class AccountAtAlpaca implements AlpacaBroker {
  readonly kind = 'alpaca';
  readonly #connection: AlpacaConnection;
  readonly #client: AlpacaClient;
  readonly #order: Reader<BrokerOrder>;
  readonly #options: AlpacaBrokerOptions;
  #stream: NewsStream | null = null;
  #wake: () => void = () => undefined;
  readonly #marketClock: AlpacaClock;
  readonly #assets: AlpacaAssets;
  /** As this process has seen or set it. */
  #refusesShorts: boolean | null = null;

  constructor(options: AlpacaBrokerOptions) {
    const { settings, clock, requestTimeout, tell } = options;
    const { url, requestsPerMinute } = settings;
    this.#options = options;
    this.#client = new AlpacaClient({ url, requestsPerMinute, clock, requestTimeout });
    this.#connection = new AlpacaConnection(options, this.#client);
    this.#marketClock = new AlpacaClock(this.#connection, settings.clock);
    this.#assets = new AlpacaAssets(this.#connection, clock);
    this.#order = orderOf(
      once((status) =>
        tell(`the broker names an order status that is not known: ${status}; such orders count as working`),
      ),
    );
  }

  async account(): Promise<BrokerAccount> {
    return (await this.#connection.account()).view;
  }

  positions(): Promise<readonly BrokerPosition[]> {
    return this.#connection.read(
      { name: 'GET /v2/positions', call: ({ positions }) => positions.getAllOpenPositionsRaw() },
      listOf(position),
    );
  }

  openOrders(): Promise<readonly BrokerOrder[]> {
    return allPages<BrokerOrder>({
      what: 'open orders',
      idOf: ({ brokerOrderId }) => brokerOrderId,
      isLast: (rows) => rows < ORDERS_PAGE,
      ask: (afterOrderId) => this.#ordersAfter(afterOrderId),
    });
  }

  #ordersAfter(afterOrderId: string | null): Promise<readonly BrokerOrder[]> {
    const query: trading.GetAllOrdersRequest = {
      status: 'open',
      limit: ORDERS_PAGE,
      direction: 'asc',
      nested: false,
      ...(afterOrderId !== null && { afterOrderId }),
    };
    return this.#connection.read(
      { name: 'GET /v2/orders', call: ({ orders }) => orders.getAllOrdersRaw(query) },
      listOf(this.#order),
    );
  }

  async orderByClientId(clientOrderId: string): Promise<BrokerOrder | null> {
    const order = await this.#connection.readOr(
      {
        purpose: 'urgent',
        name: 'GET /v2/orders:by_client_order_id',
        call: ({ orders }) => orders.getOrderByClientOrderIdRaw({ clientOrderId }),
      },
      this.#order,
      isNoSuchOrder,
    );
    if (order === null || order.clientOrderId === clientOrderId) return order;
    // Its fills would be booked to whoever asks.
    throw new BrokerUnavailable(`the look-up of ${clientOrderId} gave another order, ${order.clientOrderId}`);
  }

  /** Nothing is sent before the account has been verified, and nothing waits here for it. */
  async submit(request: OrderRequest): Promise<SubmitAnswer> {
    const closed = this.#connection.whyClosed();
    if (closed !== null)
      return { kind: 'refused', code: 'AccessDenied', message: `nothing was sent: ${closed}` };
    const wrong = whyNotSendable(request);
    if (wrong !== null) return { kind: 'refused', code: 'Refused', message: `nothing was sent: ${wrong}` };
    const answer = await this.#client.ask({
      purpose: request.reduceOnly ? 'urgent' : 'entry',
      name: 'POST /v2/orders',
      call: ({ orders }) => orders.postOrderRaw({ postOrderRequest: toPostOrder(request) }),
    });
    if (answer.kind === 'paced') return { kind: 'rate-limited', retryAfter: answer.wait, reason: SPENT };
    if (answer.kind === 'ok') return this.#created(answer.json, request);
    if (isKeysRefused(answer.failure)) this.#connection.close(answer.failure);
    return classify(answer.failure);
  }

  #created(json: unknown, { clientOrderId }: OrderRequest): SubmitAnswer {
    try {
      const order = this.#order(json, '');
      this.#stream?.expect();
      if (order.clientOrderId === clientOrderId) return { kind: 'created', order };
      return { kind: 'unknown', reason: `the broker answered with another order, ${order.clientOrderId}` };
    } catch (error) {
      // Whatever it is: there may be an order.
      const why = error instanceof Error ? error.message : 'it is no error';
      return { kind: 'unknown', reason: `the broker's answer cannot be used: ${why}` };
    }
  }

  async cancel(brokerOrderId: string): Promise<CancelAnswer> {
    const closed = await this.#connection.whyClosedStill();
    if (closed !== null) return { kind: 'unknown', reason: closed };
    const answer = await this.#client.ask({
      purpose: 'urgent',
      name: 'DELETE /v2/orders',
      call: ({ orders }) => orders.deleteOrderByOrderIDRaw({ orderId: brokerOrderId }),
    });
    switch (answer.kind) {
      case 'ok':
        return { kind: 'requested' };
      case 'paced':
        return { kind: 'rate-limited', retryAfter: answer.wait };
      case 'failed':
        return classifyCancel(answer.failure);
    }
  }

  async history(since: Instant): Promise<readonly BrokerFill[]> {
    const after = new Date(plus(since, -FILLS_MARGIN));
    const all = await allPages<BrokerFill>({
      what: 'history of fills',
      idOf: ({ id }) => id,
      // A page may be shorter than was asked for; only an empty one is the end.
      isLast: (rows) => rows === 0,
      ask: (pageToken) => this.#fillsAfter({ after, ...(pageToken !== null && { pageToken }) }),
    });
    return all.filter(({ time }) => time > since).sort((a, b) => a.time - b.time);
  }

  #fillsAfter(page: trading.GetAccountActivitiesRequest): Promise<readonly BrokerFill[]> {
    const query: trading.GetAccountActivitiesRequest = {
      ...page,
      activityTypes: ['FILL'],
      direction: 'asc',
      pageSize: FILLS_PAGE,
    };
    return this.#connection.read(
      {
        name: 'GET /v2/account/activities',
        call: ({ activities }) => activities.getAccountActivitiesRaw(query),
      },
      listOf(fill),
    );
  }

  clock(): Promise<MarketClock> {
    return this.#marketClock.read();
  }

  assets(symbols: readonly string[]): Promise<ReadonlyMap<string, Asset>> {
    return this.#assets.of(symbols);
  }

  async refusesShorts(): Promise<boolean> {
    this.#refusesShorts ??= await this.#connection.read(
      {
        name: 'GET /v2/account/configurations',
        call: ({ configurations: api }) => api.getAccountConfigRaw(),
      },
      noShorting,
    );
    return this.#refusesShorts;
  }

  async refuseShorts(refuse: boolean): Promise<void> {
    const now = await this.#connection.read(
      {
        name: 'PATCH /v2/account/configurations',
        call: ({ configurations: api }) =>
          api.patchAccountConfigRaw({ accountConfigurations: { noShorting: refuse } }),
      },
      noShorting,
    );
    if (now !== refuse) throw new BrokerUnavailable('the account keeps its setting no_shorting as it was');
    this.#refusesShorts = now;
  }

  listen(hear: () => void): { close(): void } {
    const { settings, keys, tell } = this.#options;
    const stream = openStream({
      url: settings.url,
      keys,
      whyClosed: () => this.#connection.whyClosed(),
      onNews: () => {
        this.#wake();
        hear();
      },
      tell,
    });
    this.#stream = stream;
    return {
      close: () => {
        stream.close();
        this.#stream = null;
      },
    };
  }

  /** One waits at a time: whoever follows orders. */
  news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  requests(): Readonly<Record<string, number>> {
    return this.#client.requests();
  }
}

/** Each text is told once. */
function once(tell: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    told.add(text);
    tell(text);
  };
}
