/** A trading API on this machine that answers as a test scripts it, and the adapter that speaks with it. */
import { text as bodyOf } from 'node:stream/consumers';
import { alpacaBroker, type AlpacaBroker, type AlpacaBrokerOptions } from '../../src/broker/alpaca/alpaca.ts';
import { AlpacaKeys, type FoundKeys } from '../../src/market/alpaca-keys.ts';
import { ACCOUNT, CLOCK, DAY } from './alpaca-answers.ts';
import { localServer, text, type Handler } from './http-server.ts';
import { at } from './simulated-world.ts';
import { virtualClock, type VirtualClock } from './virtual-clock.ts';

export const [KEY_ID, KEY_SECRET] = ['PKTESTCANARYID', 'canary+secret/of=a.test'];

export interface Asked {
  /** `GET /v2/orders`. */
  readonly what: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** By method and path; a list is answered one after the other, the last one for ever. */
export type Routes = Readonly<Record<string, object | Handler | readonly Handler[]>>;

export interface Fake {
  readonly broker: AlpacaBroker;
  readonly clock: VirtualClock;
  readonly asked: Asked[];
  readonly told: string[];
  /** What is asked for besides the account. */
  readonly names: () => string[];
  /** What is answered from now on, beside what was. */
  readonly serve: (routes: Routes) => void;
  /** Another process, with other settings. */
  readonly again: (changes: Changes) => AlpacaBroker;
}

export interface Changes extends Partial<Omit<AlpacaBrokerOptions, 'settings'>> {
  readonly settings?: Partial<AlpacaBrokerOptions['settings']>;
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Handler {
  return text(JSON.stringify(body), status, { 'content-type': 'application/json', ...headers });
}

const USUAL: Routes = {
  'GET /v2/account': ACCOUNT,
  'GET /v2/clock': CLOCK,
  'GET /v2/calendar': [json([DAY])],
};

export async function fakeAlpaca(first: Routes = {}, changes: Changes = {}): Promise<Fake> {
  let routes: Routes = { ...USUAL, ...first };
  const turns = new Map<string, number>();
  const asked: Asked[] = [];
  const server = await localServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake');
    const what = `${request.method ?? ''} ${pathname}`;
    void bodyOf(request).then((body) => {
      asked.push({
        what,
        query: Object.fromEntries(searchParams),
        body: body === '' ? null : JSON.parse(body),
        headers: request.headers,
      });
      handlerFor(routes, what, turns)(request, response);
    });
  });
  const clock = virtualClock(at('2025-12-02T15:55:00-05:00'));
  const told: string[] = [];
  const again = ({ settings, ...rest }: Changes): AlpacaBroker =>
    alpacaBroker({
      settings: {
        environment: 'paper',
        url: server.url,
        clock: 'exchange',
        requestsPerMinute: 200,
        noShorting: 'when-unused',
        ...settings,
      },
      keys: testKeys,
      allowedLive: undefined,
      clock,
      requestTimeout: 5_000,
      tell: (message) => told.push(message),
      ...rest,
    });
  return {
    broker: again(changes),
    clock,
    asked,
    told,
    names: () => asked.map(({ what }) => what).filter((what) => what !== 'GET /v2/account'),
    serve: (more) => {
      routes = { ...routes, ...more };
      turns.clear();
    },
    again,
  };
}

function handlerFor(routes: Routes, what: string, turns: Map<string, number>): Handler {
  const route = routes[what];
  if (route === undefined) return json({ code: 40410000, message: `endpoint not found: ${what}` }, 404);
  if (typeof route === 'function') return route as Handler;
  if (!Array.isArray(route)) return json(route);
  const handlers = route as readonly Handler[];
  const turn = turns.get(what) ?? 0;
  turns.set(what, turn + 1);
  return handlers[Math.min(turn, handlers.length - 1)] ?? json([]);
}

export function testKeys(): FoundKeys {
  const keys = AlpacaKeys.of(KEY_ID, KEY_SECRET);
  return keys === null ? { kind: 'failed', reason: 'no keys', advice: '' } : { kind: 'ok', keys };
}
