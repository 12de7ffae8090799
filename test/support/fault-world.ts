/**
 * Real commands at an account that is reached as one at Alpaca, with a fault script in between. The account outlives its
 * server; server and commands have one time.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { advance } from '../../src/broker/simulated-advance.ts';
import { serveAlpaca, type RunningServer } from '../../src/broker/server/serve-alpaca.ts';
import type { ServerFault } from '../../src/broker/server/server-fault.ts';
import { freshState, type SimulatedState } from '../../src/broker/simulated-state.ts';
import { memoryStore } from '../../src/broker/simulated-store.ts';
import { readServerFaults } from '../../src/cli/server-fault-file.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { market } from '../../src/market/market.ts';
import { syntheticPrices } from '../../src/market/synthetic.ts';
import { KEYS } from './alpaca-server.ts';
import { projectInProcess, type Project } from './project.ts';
import { sharedClock, type SharedClock } from './shared-clock.ts';
import { at, SETTINGS } from './simulated-world.ts';

/** A Tuesday with a whole session: nothing goes wrong before `faulty`, nor from `healthy` on. */
export const DAY = {
  start: at('2025-12-02T10:00:00-05:00'),
  faulty: at('2025-12-02T11:00:00-05:00'),
  healthy: at('2025-12-02T14:00:00-05:00'),
  next: at('2025-12-03T10:00:00-05:00'),
} as const;

const SEED = 7;

export interface FaultWorld {
  readonly project: Project;
  readonly clock: SharedClock;
  /** Lets the time pass without anybody who waits. */
  until(moment: Instant): Promise<void>;
  /** Whether somebody answers there: a server that is back has the account as it was left. */
  serve(what: 'gone' | 'back'): Promise<void>;
  /** Returns once hgctl has said it on stderr, or the server in its log: what the stream does takes real time. */
  said(text: string): Promise<void>;
  /** What the script wants, and the server has not done yet. */
  unmet(): readonly string[];
  /** The account itself, whatever the server says of it. */
  account(): SimulatedState;
}

export interface FaultWorldFacts {
  /** Entries of a fault script. */
  readonly script: string;
  /** Of real time, as the manifest writes it. */
  readonly requestTimeout: string;
}

export async function faultWorld({ script, requestTimeout }: FaultWorldFacts): Promise<FaultWorld> {
  const clock = sharedClock(DAY.start);
  const settings = { ...SETTINGS, clock: 'exchange' as const };
  const store = memoryStore(freshState(settings, DAY.start));
  const prices = syntheticPrices({ seed: SEED, movement: 'constant' });
  let said = '';
  const say = (text: string): void => void (said += `${text}\n`);
  const project = projectInProcess({ now: null })
    .with({ APCA_API_KEY_ID: KEYS.id, APCA_API_SECRET_KEY: KEYS.secret })
    .timed({ clock: clock.command, heard: say });
  const faults = faultsIn(project, script);
  const start = (port: number): Promise<RunningServer> =>
    serveAlpaca({
      store,
      settings,
      clock: clock.server,
      prices: { priceAt: (symbol, moment) => prices.priceAt(symbol, moment), prepare: null },
      market: market(prices),
      symbols: [],
      host: '127.0.0.1',
      port,
      keys: KEYS,
      requestsPerMinute: 200,
      frames: 'binary',
      script: faults,
      tell: say,
    });
  let running: RunningServer | null = await start(0);
  const { port, url } = running;
  const leave = async (): Promise<void> => {
    await running?.close();
    running = null;
  };
  onTestFinished(leave);
  project.write('manifests/account.yaml', accountText(url, requestTimeout));
  return {
    project,
    clock,
    until: (moment) => clock.advance(moment - clock.command.now()),
    serve: async (what) => {
      if (what === 'gone') await leave();
      else running = await start(port);
    },
    said: async (text) => {
      while (!said.includes(text)) await delay(5);
    },
    unmet: () => faults.map(({ effect }) => effect.kind).filter((kind) => !said.includes(`fault ${kind}`)),
    account: () => advance(store.load(), clock.server.now()),
  };
}

/** As `hgctl sim serve --faults` reads them; what names no time is met in the middle of the day. */
function faultsIn(project: Project, script: string): readonly ServerFault[] {
  project.write('faults.yaml', script === '' ? 'faults: []\n' : `faults:\n${script}`);
  return readServerFaults(project.path('faults.yaml')).map((fault) => ({
    ...fault,
    from: fault.from ?? DAY.faulty,
    until: fault.until ?? DAY.healthy,
  }));
}

function accountText(url: string, requestTimeout: string): string {
  const spec = {
    broker: { type: 'alpaca', url },
    prices: { type: 'synthetic', seed: SEED },
    execution: { requestTimeout },
  };
  return JSON.stringify({ apiVersion: 'homeguard/v1', kind: 'Account', metadata: { name: 'test' }, spec });
}
