/** How many requests an account at Alpaca is asked: through the SDK, of the server on this machine, in real time. */
import { serveAlpaca, type RunningServer } from '../src/broker/server/serve-alpaca.ts';
import { freshState, type SimulatedSettings } from '../src/broker/simulated-state.ts';
import { memoryStore } from '../src/broker/simulated-store.ts';
import { openWorld, type World } from '../src/cli/compose.ts';
import { checkData } from '../src/cli/prepare.ts';
import type { CommandClock } from '../src/cli/start-clock.ts';
import { standInAccount } from '../src/desired/broker-schema.ts';
import type { Money, Ratio } from '../src/domain/decimal.ts';
import { parseInstant, type Instant } from '../src/domain/instant.ts';
import { market } from '../src/market/market.ts';
import { syntheticPrices } from '../src/market/synthetic.ts';
import type { Clock } from '../src/reconciler/ports.ts';
import { offsetClock, systemClock } from '../src/store/clocks.ts';
import { benchHome, pass, type Home, type HomeStrategy } from './home.ts';

export interface RequestCount {
  readonly what: string;
  /** By name, as `GET /v2/orders`. */
  readonly requests: Readonly<Record<string, number>>;
  /** ms. */
  readonly took: number;
}

/** An order fills half a second later, in one step. */
const ACCOUNT: SimulatedSettings = {
  ...standInAccount(),
  cash: 10_000_000_000_000 as Money,
  fillDelay: 500,
  partialFills: 0 as Ratio,
};

const KEYS = { APCA_API_KEY_ID: 'PKBENCH', APCA_API_SECRET_KEY: 'none' };

/** A pass that finds nothing to do, ten orders of one strategy, and two strategies that trade at 15:55. */
export async function benchRequests(): Promise<RequestCount[]> {
  return [...(await ofOneStrategy()), await ofTheClose()];
}

async function ofOneStrategy(): Promise<RequestCount[]> {
  const server = await served('always-open', systemClock());
  const core = (prefix: string): HomeStrategy => ({ name: 'core', priority: 1, targets: five(prefix) });
  const home = homeAt(server, 'always-open', [core('A')]);
  try {
    const first = await counted('apply: a new account, 5 entries', home, openWorld(home.io, home.options));
    const world = openWorld(home.io, home.options);
    const command = await counted('apply: nothing to do', home, world);
    const next = await passed('run: a pass that finds nothing to do', home, world);
    world.close();
    home.declare(core('B'));
    const changed = openWorld(home.io, home.options);
    const rebalance = await counted('apply: a rebalance of 10 orders', home, changed);
    changed.close();
    return [first, command, next, rebalance];
  } finally {
    home.remove();
    await server.close();
  }
}

const BEFORE = '2025-12-02T15:30:00-05:00';
const AT_SLOT = '2025-12-02T15:55:00-05:00';

/** Five entries of one strategy at its slot, then five exits and five entries of another. */
async function ofTheClose(): Promise<RequestCount> {
  const clock = movableClock();
  const server = await served('exchange', clock);
  const omr: HomeStrategy = {
    name: 'omr',
    priority: 1,
    targets: five('O'),
    schedule: ['{at: close-5m, action: entry, window: 4m}'],
  };
  const mp = (prefix: string): HomeStrategy => ({ name: 'mp', priority: 2, targets: five(prefix) });
  const home = homeAt(server, 'exchange', [omr, mp('M')]);
  try {
    clock.to(BEFORE);
    const early = openWorld(home.io, home.options, clock);
    await pass(home, early);
    early.close();
    home.declare(mp('P'));
    clock.to(AT_SLOT);
    const world = openWorld(home.io, home.options, clock);
    const sequence = await passed('run: 15:55, 5 entries, then 5 exits and 5 entries', home, world);
    world.close();
    return sequence;
  } finally {
    home.remove();
    await server.close();
  }
}

function five(prefix: string): Record<string, number> {
  return Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`${prefix}${String(n)}`, 10]));
}

/** As a command does it: with the checks of its start. */
async function counted(what: string, home: Home, world: World): Promise<RequestCount> {
  return count(what, world, async () => {
    await checkData(world);
    await pass(home, world);
  });
}

async function passed(what: string, home: Home, world: World): Promise<RequestCount> {
  return count(what, world, async () => {
    await pass(home, world);
  });
}

async function count(what: string, { alpaca }: World, work: () => Promise<void>): Promise<RequestCount> {
  if (alpaca === null) throw new Error('the account is not at Alpaca');
  const before = alpaca.requests();
  const start = performance.now();
  await work();
  const took = performance.now() - start;
  const entries = Object.entries(alpaca.requests()).map(
    ([name, sent]) => [name, sent - (before[name] ?? 0)] as const,
  );
  return { what, took, requests: Object.fromEntries(entries.filter(([, sent]) => sent > 0)) };
}

function homeAt(
  { url }: RunningServer,
  hours: SimulatedSettings['clock'],
  strategies: readonly HomeStrategy[],
): Home {
  return benchHome(strategies, `type: alpaca, url: "${url}/", clock: ${hours}, noShorting: leave`, KEYS);
}

async function served(hours: SimulatedSettings['clock'], clock: Clock): Promise<RunningServer> {
  const settings = { ...ACCOUNT, clock: hours };
  const prices = syntheticPrices({ seed: 7, movement: 'constant' });
  return serveAlpaca({
    store: memoryStore(freshState(settings, 0 as Instant)),
    settings,
    clock,
    prices: { priceAt: (symbol, at) => prices.priceAt(symbol, at), prepare: null },
    market: market(prices),
    symbols: [],
    host: '127.0.0.1',
    port: 0,
    keys: null,
    requestsPerMinute: 200,
    frames: 'binary',
    script: [],
    tell: () => undefined,
  });
}

interface MovableClock extends CommandClock {
  /** Real time goes on from this moment. */
  to(moment: string): void;
}

function movableClock(): MovableClock {
  let clock = systemClock();
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (milliseconds) => clock.sleep(milliseconds),
    notBefore: () => undefined,
    to: (moment) => {
      clock = offsetClock(systemClock(), (parseInstant(moment) ?? 0) - Date.now());
    },
  };
}
