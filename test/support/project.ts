/** A folder of its own with manifests and data, and hgctl run in it: `project({...}).run('apply', '--yes')`. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runCli, startCli, type CliOptions, type CliResult, type RunningCli } from './cli.ts';
import { runInProcess, type InProcessOptions } from './in-process.ts';

/** A Tuesday, 15:30 in New York. */
const NOW = '2025-12-02T15:30:00-05:00';
const SEED = 7;

export interface StrategyFacts {
  /** `'50%'` is a weight, `'12'` a quantity. */
  readonly targets?: Readonly<Record<string, string>>;
  /** The targets' symbols if left out. */
  readonly universe?: readonly string[];
  readonly enabled?: boolean;
  readonly shutdownRequested?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  /** Over the parts of `spec` that are written otherwise. */
  readonly spec?: object;
}

export interface ProjectFacts {
  readonly strategies?: Readonly<Record<string, StrategyFacts>>;
  /** Parts of the account's `spec`. */
  readonly account?: {
    readonly broker?: object;
    readonly prices?: object;
    readonly limits?: object;
    readonly execution?: object;
    readonly store?: object;
    readonly notifications?: object;
    readonly heartbeat?: object;
    readonly health?: object;
  };
  /** `HGCTL_NOW`; null for the real time. */
  readonly now?: string | null;
}

export interface Project {
  readonly folder: string;
  run(...args: readonly string[]): Promise<CliResult>;
  start(...args: readonly string[]): RunningCli;
  /** The same folder at another time, or with more environment, or with text on standard input. */
  at(now: string | null): Project;
  with(env: Readonly<Record<string, string>>): Project;
  given(input: string): Project;
  /** A second project with the same files, in a folder of its own. */
  copy(): Project;
  /** The same folder, with commands in the process of the test: for what only looks at what a process has left. */
  inProcess(): Project;
  /** Likewise, on a time of the test's own. `heard`: what they say on stderr, as they say it. */
  timed(options: Required<Pick<InProcessOptions, 'clock' | 'heard'>>): Project;
  /** Runs and reads the answer, which must be exit 0 and JSON. In the process of the test: the answer is all it is about. */
  json<Answer>(...args: readonly string[]): Promise<Answer>;
  path(name: string): string;
  exists(name: string): boolean;
  read(name: string): string;
  write(name: string, text: string): void;
  remove(name: string): void;
  /** Writes all manifests anew. */
  declare(strategies: Readonly<Record<string, StrategyFacts>>): void;
  /** Everything below a folder: names, times and content. */
  fingerprint(name: string): readonly string[];
}

type Run = (args: readonly string[], options: CliOptions) => Promise<CliResult>;

/** Each command in a process of its own. Removed when the test ends. */
export function project(facts: ProjectFacts = {}): Project {
  const now = facts.now === undefined ? NOW : facts.now;
  const made = handle({ folder: newFolder(), env: environmentOf(now), input: '', runner: runCli });
  made.write('manifests/account.yaml', accountText(facts.account ?? {}));
  made.declare(facts.strategies ?? { core: { targets: { VTI: '50%', BND: '30%', GLD: '12' } } });
  return made;
}

/**
 * Its commands run in the process of the test, but for those that are started: for tables of what commands do and say,
 * where a process for each would be most of the cost.
 */
export function projectInProcess(facts: ProjectFacts = {}): Project {
  return project(facts).inProcess();
}

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hgctl-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function environmentOf(now: string | null): Record<string, string> {
  return now === null ? {} : { HGCTL_NOW: now };
}

interface Place {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
  readonly runner: Run;
}

function handle(place: Place): Project {
  const { folder, env, input, runner } = place;
  const path = (name: string): string => join(folder, name);
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  };
  const run: Project['run'] = (...args) => runner(args, { cwd: folder, env, input });
  return {
    folder,
    path,
    write,
    run,
    start: (...args) => startCli(args, { cwd: folder, env, input }),
    at: (now) => handle({ ...place, env: { ...without(env, 'HGCTL_NOW'), ...environmentOf(now) } }),
    with: (more) => handle({ ...place, env: { ...env, ...more } }),
    given: (text) => handle({ ...place, input: text }),
    copy: () => {
      const other = newFolder();
      cpSync(folder, other, { recursive: true });
      return handle({ ...place, folder: other });
    },
    inProcess: () => handle({ ...place, runner: runInProcess }),
    timed: (options) =>
      handle({ ...place, runner: (args, given) => runInProcess(args, { ...given, ...options }) }),
    json: async (...args) =>
      parsed(await (runner === runCli ? runInProcess : runner)(args, { cwd: folder, env, input })) as never,
    exists: (name) => existsSync(path(name)),
    read: (name) => readFileSync(path(name), 'utf8'),
    remove: (name) => rmSync(path(name), { recursive: true }),
    declare: (strategies) => {
      rmSync(path('manifests/strategies'), { recursive: true, force: true });
      for (const [name, strategy] of Object.entries(strategies))
        write(`manifests/strategies/${name}.yaml`, strategyText(name, strategy));
      write('manifests/strategy_toggle.yaml', toggleText(strategies));
    },
    fingerprint: (name) => fingerprintOf(path(name), ''),
  };
}

function without(env: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([key]) => key !== name));
}

function parsed({ code, stdout, stderr }: CliResult): unknown {
  if (code !== 0) throw new Error(`exit ${code ?? 'by signal'}: ${stderr}`);
  return JSON.parse(stdout) as unknown;
}

/** JSON is YAML. */
function accountText({ broker, prices, ...rest }: NonNullable<ProjectFacts['account']>): string {
  const spec = {
    broker: { type: 'simulated', cash: '100000.00', clock: 'always-open', seed: SEED, ...broker },
    prices: prices ?? { type: 'synthetic', seed: SEED },
    ...rest,
  };
  return manifest('Account', { name: 'test' }, spec);
}

function strategyText(name: string, { targets = {}, universe, labels, spec }: StrategyFacts): string {
  const listed = Object.entries(targets).map(([symbol, size]) =>
    size.endsWith('%') ? { symbol, weight: size } : { symbol, quantity: size },
  );
  return manifest(
    'Strategy',
    { name, ...(labels && { labels }) },
    {
      signal: { type: 'fixed', params: { targets: listed } },
      universe: { symbols: universe ?? Object.keys(targets) },
      capital: { positionSize: '100%', maxPositions: 20, maxExposure: '100%' },
      ...spec,
    },
  );
}

function manifest(kind: string, metadata: object, spec: object): string {
  return `${JSON.stringify({ apiVersion: 'homeguard/v1', kind, metadata, spec }, null, 2)}\n`;
}

function toggleText(strategies: Readonly<Record<string, StrategyFacts>>): string {
  const entries = Object.entries(strategies).flatMap(([name, { enabled, shutdownRequested }]) => [
    `  ${name}:`,
    `    enabled: ${String(enabled ?? true)}`,
    `    shutdown_requested: ${String(shutdownRequested ?? false)}`,
  ]);
  return [
    'strategies:',
    ...entries,
    'last_modified: "2025-12-02T09:00:00-05:00"',
    'modified_by: "test"',
    '',
  ].join('\n');
}

function fingerprintOf(folder: string, prefix: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      const stats = statSync(path, { throwIfNoEntry: false });
      // A process that runs has replaced it meanwhile.
      if (stats === undefined) return [];
      const { mtimeMs, ino, size } = stats;
      const facts = `${prefix}${entry.name} ${mtimeMs} ${ino} ${size}`;
      if (entry.isDirectory()) return [facts, ...fingerprintOf(path, `${prefix}${entry.name}/`)];
      return [`${facts} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`];
    });
}
