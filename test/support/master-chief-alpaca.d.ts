/** What the tests use of a client whose package does not show its own declarations to an ES module. */
declare module '@master-chief/alpaca' {
  interface Options {
    readonly credentials: { readonly key: string; readonly secret: string };
    readonly endpoints: object;
  }

  interface Order {
    readonly id: string;
    readonly symbol: string;
  }

  export interface TradeUpdate {
    readonly event: string;
  }

  export class AlpacaClient {
    constructor(options: Options & { readonly rate_limit: boolean });
    placeOrder(order: object): Promise<Order>;
    cancelOrder(order: { readonly order_id: string }): Promise<boolean>;
    getOrder(order: { readonly order_id: string }): Promise<Order>;
    getOrders(query: { readonly status: string }): Promise<readonly Order[]>;
    getPosition(position: { readonly symbol: string }): Promise<object>;
    getAccount(): Promise<object>;
    getClock(): Promise<{ readonly is_open: boolean }>;
    getCalendar(span: { readonly start: Date; readonly end: Date }): Promise<readonly object[]>;
    getAccountActivities(query: { readonly activity_type: string }): Promise<readonly object[]>;
  }

  export class AlpacaStream {
    constructor(options: Options & { readonly type: 'account' });
    on(event: 'trade_updates', heard: (update: TradeUpdate) => void): this;
    once(event: 'authenticated' | 'message', heard: (message: unknown) => void): this;
    subscribe(channel: 'trade_updates'): this;
    getConnection(): { close(): void };
  }
}
