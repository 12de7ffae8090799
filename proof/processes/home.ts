/** A folder with manifests and data in the real file system, its account, and commands in it. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { advance } from '../../src/broker/simulated-advance.ts';
import { parseDocument } from '../../src/broker/simulated-document.ts';
import type { SimulatedState } from '../../src/broker/simulated-state.ts';
import { commandLine } from '../../src/cli/command-line.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { readRecords } from '../../src/store/journal-check.ts';
import { FEES } from '../days/costs.ts';
import type { Chance } from '../machine/chance.ts';
import type { Ended, Running, StartOptions, Workshop } from './workshop.ts';

/** By strategy and symbol: whole shares. */
export type Targets = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Three strategies, each with symbols of its own. */
const UNIVERSES: Readonly<Record<string, readonly string[]>> = {
  core: ['VTI', 'GLD'],
  mid: ['BND', 'IWM'],
  tail: ['KO'],
};
export const SYMBOLS = Object.values(UNIVERSES).flat();
const SEED = 7;
/** A Tuesday, 10:00 in New York. */
const MORNING = Date.parse('2025-12-02T10:00:00-05:00');
export const MINUTE = 60_000;
/** Nothing is scheduled behind it. */
const ALL_TIME = 8.64e15 as Instant;

export interface HomeFacts {
  /** `virtual`: HGCTL_NOW, so that waiting takes no time. */
  readonly time: 'virtual' | 'real';
  readonly broker?: object;
  readonly execution?: object;
}

export class Home {
  readonly workshop: Workshop;
  readonly folder: string;
  readonly facts: HomeFacts;
  readonly #brokerFile: string;
  readonly #env: Readonly<Record<string, string>>;
  wanted: Targets = {};
  /** In virtual time: so far is a command ahead of the newest record, ms. */
  ahead = MINUTE;

  constructor(workshop: Workshop, folder: string, facts: HomeFacts, far: FarBroker | null = null) {
    this.workshop = workshop;
    this.folder = folder;
    this.facts = facts;
    this.#brokerFile = join(far?.folder ?? folder, 'data', 'broker.json');
    this.#env = far === null ? {} : { APCA_API_KEY_ID: 'any', APCA_API_SECRET_KEY: 'any' };
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  get journal(): string {
    return this.path('data', 'journal');
  }

  /** What the command line is told of the time. */
  now(later = 0): string {
    const records = existsSync(this.journal) ? readRecords(this.journal) : [];
    return new Date((records.at(-1)?.time ?? MORNING) + later).toISOString();
  }

  #environment(): Record<string, string> {
    return this.facts.time === 'real' ? { ...this.#env } : { ...this.#env, HGCTL_NOW: this.now(this.ahead) };
  }

  start(
    args: readonly string[],
    more: Partial<StartOptions> & { readonly before?: readonly string[] } = {},
  ): Running {
    const { before, heard } = more;
    const env = { ...this.#environment(), ...more.env };
    return this.workshop.hgctl(args, { cwd: this.folder, env, ...(heard && { heard }) }, before);
  }

  run(...args: readonly string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  /** In the process of the proof: for what comes behind the faults, at a tenth of the cost of a process. */
  async inside(...args: readonly string[]): Promise<Ended> {
    const output = { stdout: '', stderr: '' };
    const places = ['-f', this.path('manifests'), '--data', this.path('data')];
    const code = await commandLine([...args, ...places], {
      stdout: (text) => void (output.stdout += text),
      stderr: (text) => void (output.stderr += text),
      environment: { PATH: process.env['PATH'], HOME: this.folder, ...this.#environment() },
      isInteractive: false,
      stdoutIsTerminal: false,
      ask: () => Promise.reject(new Error('nobody is there to be asked')),
      stop: { requested: () => false, signal: () => null, aborted: new AbortController().signal },
    });
    return { code, ...output, state: 'ended' };
  }

  /** The account as it will be if nobody does anything any more; null where nobody has opened one. */
  account(): SimulatedState | null {
    if (!existsSync(this.#brokerFile)) return null;
    return advance(parseDocument(readFileSync(this.#brokerFile, 'utf8')), ALL_TIME);
  }

  stateFile(): string | null {
    const path = this.path('data', 'strategy_positions.json');
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  }

  /** Each file is replaced as a whole: a process may read meanwhile. */
  declare(targets: Targets): void {
    this.wanted = targets;
    for (const [name, wanted] of Object.entries(targets))
      this.write(`manifests/strategies/${name}.yaml`, strategyText(name, wanted));
  }

  write(name: string, text: string): void {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }

  copy(): Home {
    const folder = this.workshop.folder();
    cpSync(this.folder, folder, { recursive: true });
    const copy = new Home(this.workshop, folder, this.facts);
    copy.wanted = this.wanted;
    copy.ahead = this.ahead;
    return copy;
  }
}

/** Of `hgctl sim serve`. */
interface FarBroker {
  readonly folder: string;
  readonly url: string;
}

export function newHome(workshop: Workshop, facts: HomeFacts): Home {
  const home = new Home(workshop, workshop.folder(), facts);
  furnish(home, simulated({ fees: FEES, ...facts.broker }), facts.execution);
  return home;
}

/** Its broker is a process of its own, which goes on whatever happens to hgctl. It says nothing of fees, and charges none. */
export async function newServedHome(workshop: Workshop, facts: HomeFacts): Promise<Home> {
  const venue = new Home(workshop, workshop.folder(), facts);
  furnish(venue, simulated(facts.broker), {});
  venue.write('manifests/strategy_toggle.yaml', toggleText([]));
  const url = await new Promise<string>((resolve, reject) => {
    const server = venue.start(
      ['sim', 'serve', '-f', 'manifests', '--port', '0', '--requests-per-minute', '100000'],
      {
        heard: (_, stdout) => {
          const [address] = /http:\/\/[\d.:]+/.exec(stdout) ?? [];
          if (address !== undefined) resolve(address);
        },
      },
    );
    void server.ended.then(({ stderr }) => reject(new Error(`the broker has ended: ${stderr}`)));
  });
  const home = new Home(workshop, workshop.folder(), facts, { folder: venue.folder, url });
  furnish(home, { type: 'alpaca', url: `${url}/`, clock: 'always-open' }, facts.execution);
  return home;
}

function simulated(more: object = {}): object {
  return { type: 'simulated', cash: '1000000.00', clock: 'always-open', seed: SEED, ...more };
}

function furnish(home: Home, broker: object, execution: object = {}): void {
  const spec = { broker, prices: { type: 'synthetic', seed: SEED }, execution };
  home.write('manifests/account.yaml', manifest('Account', { name: 'proof' }, spec));
  home.write('manifests/strategy_toggle.yaml', toggleText(Object.keys(UNIVERSES)));
}

function strategyText(name: string, wanted: Readonly<Record<string, number>>): string {
  const targets = Object.entries(wanted).map(([symbol, shares]) => ({ symbol, quantity: String(shares) }));
  const spec = {
    signal: { type: 'fixed', params: { targets } },
    universe: { symbols: UNIVERSES[name] },
    capital: { positionSize: '100%', maxPositions: 20, maxExposure: '100%' },
  };
  return manifest('Strategy', { name }, spec);
}

/** JSON is YAML. */
function manifest(kind: string, metadata: object, spec: object): string {
  return `${JSON.stringify({ apiVersion: 'homeguard/v1', kind, metadata, spec }, null, 2)}\n`;
}

function toggleText(names: readonly string[]): string {
  const entries = names.flatMap((name) => [
    `  ${name}:`,
    '    enabled: true',
    '    shutdown_requested: false',
  ]);
  const strategies = names.length === 0 ? ['strategies: {}'] : ['strategies:', ...entries];
  return [...strategies, 'last_modified: "2025-12-02T09:00:00-05:00"', 'modified_by: "proof"', ''].join('\n');
}

const MOST = 9;

/** Other quantities for every symbol, some of them zero, but not all: of an account that nobody has traded on, nothing is on the disk. */
export function anyTargets(pick: Chance): Targets {
  const targets = targetsBy(() => (pick.once(4) ? 0 : 1 + pick.below(MOST)));
  return [...sharesOf(targets).values()].some((shares) => shares > 0) ? targets : anyTargets(pick);
}

/** More of some, less of none. */
export function raised(targets: Targets, pick: Chance): Targets {
  return targetsBy((strategy, symbol) => (targets[strategy]?.[symbol] ?? 0) + pick.below(3));
}

function targetsBy(shares: (strategy: string, symbol: string) => number): Targets {
  return Object.fromEntries(
    Object.entries(UNIVERSES).map(([strategy, symbols]) => [
      strategy,
      Object.fromEntries(symbols.map((symbol) => [symbol, shares(strategy, symbol)])),
    ]),
  );
}

/** Over all strategies, by symbol. */
export function sharesOf(targets: Targets): ReadonlyMap<string, number> {
  return new Map(Object.values(targets).flatMap((wanted) => Object.entries(wanted)));
}
