/** The simulated broker behind Alpaca's protocol, on time that tests move. */
import { onTestFinished } from 'vitest';
import { serveAlpaca, type RunningServer, type ServerOptions } from '../../src/broker/server/serve-alpaca.ts';
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
  ask(request: string, body?: unknown): Promise<Told>;
  /** A market order for the day; what is given goes over it. */
  order(order: object): Promise<Told>;
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  // Each test says what it expects of it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
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
  const ask = (request: string, body?: unknown): Promise<Told> => told(server.url, request, body);
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

async function told(url: string, request: string, body: unknown): Promise<Told> {
  const [method = '', path = ''] = request.split(' ');
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'APCA-API-KEY-ID': KEYS.id, 'APCA-API-SECRET-KEY': KEYS.secret },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: jsonIn(text) };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
