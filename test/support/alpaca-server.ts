/** The simulated broker behind Alpaca's protocol, on time that tests move. */
import { onTestFinished } from 'vitest';
import { serveAlpaca, type RunningServer, type ServerOptions } from '../../src/broker/server/serve-alpaca.ts';
import type { ServerFault } from '../../src/broker/server/server-fault.ts';
import { freshState, type SimulatedSettings, type SimulatedState } from '../../src/broker/simulated-state.ts';
import { memoryStore, type SimulatedStore } from '../../src/broker/simulated-store.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { market } from '../../src/market/market.ts';
import type { PriceSource } from '../../src/market/price-source.ts';
import { syntheticPrices } from '../../src/market/synthetic.ts';
import { SETTINGS, START } from './simulated-world.ts';
import { virtualClock, type VirtualClock } from './virtual-clock.ts';

export interface ServerFacts extends Partial<
  Pick<ServerOptions, 'keys' | 'requestsPerMinute' | 'frames' | 'script' | 'symbols' | 'tell'>
> {
  readonly settings?: Partial<SimulatedSettings>;
  readonly now?: Instant;
  readonly prices?: PriceSource;
  /** The account, where it is not a fresh one. */
  readonly account?: (fresh: SimulatedState) => SimulatedState;
}

export interface TestServer {
  readonly url: string;
  readonly clock: VirtualClock;
  readonly store: SimulatedStore;
  readonly server: RunningServer;
  /** `ask('GET /v2/account')`; what is not JSON is its text. */
  readonly ask: <Body = unknown>(request: string, body?: unknown) => Promise<Told<Body>>;
  /** A market order for the day; what is given goes over it. */
  readonly order: (order: object) => Promise<Told<OrderTold>>;
}

export interface Told<Body> {
  readonly status: number;
  readonly headers: Headers;
  /** As the test expects it. */
  readonly body: Body;
}

/** What tests look at of an order, or of its refusal. */
export interface OrderTold {
  readonly id: string;
  readonly client_order_id: string;
  readonly symbol: string;
  readonly submitted_at: string;
  readonly position_intent: string;
  readonly message: string;
}

export const KEYS = { id: 'PKTEST', secret: 'secret' };

/** Any price is the same at all times, so that figures can be reckoned by hand. */
export async function alpacaServer(facts: ServerFacts = {}): Promise<TestServer> {
  const clock = virtualClock(facts.now ?? START);
  const settings: SimulatedSettings = { ...SETTINGS, ...facts.settings };
  const fresh = freshState(settings, clock.now());
  const store = memoryStore(facts.account?.(fresh) ?? fresh);
  const prices = facts.prices ?? syntheticPrices({ seed: 7, movement: 'constant' });
  const server = await serveAlpaca({
    store,
    settings,
    clock,
    prices: { priceAt: (symbol, at) => prices.priceAt(symbol, at), prepare: null },
    market: market(prices),
    symbols: facts.symbols ?? ['VTI', 'BND'],
    host: '127.0.0.1',
    port: 0,
    keys: facts.keys ?? null,
    requestsPerMinute: facts.requestsPerMinute ?? 1_000,
    frames: facts.frames ?? 'binary',
    script: facts.script ?? [],
    tell: facts.tell ?? (() => undefined),
  });
  onTestFinished(() => server.close());
  const ask = <Body>(request: string, body?: unknown): Promise<Told<Body>> => told(server.url, request, body);
  return {
    url: server.url,
    clock,
    store,
    server,
    ask,
    order: (order) =>
      ask('POST /v2/orders', {
        symbol: 'VTI',
        side: 'buy',
        type: 'market',
        time_in_force: 'day',
        qty: '1',
        ...order,
      }),
  };
}

async function told<Body>(url: string, request: string, body: unknown): Promise<Told<Body>> {
  const [method = '', path = ''] = request.split(' ');
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'APCA-API-KEY-ID': KEYS.id, 'APCA-API-SECRET-KEY': KEYS.secret },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: jsonIn(text) as Body };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** One fault that the next request meets. */
export function fault(given: Partial<ServerFault> & Pick<ServerFault, 'on' | 'effect'>): ServerFault {
  return {
    symbol: null,
    side: null,
    event: null,
    after: 0,
    times: 1,
    from: null,
    until: null,
    delay: 0,
    hiddenFor: 0,
    ...given,
  };
}
