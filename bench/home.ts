/** A folder of its own with manifests, and the parts of hgctl that work in it, in this process. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBooks } from '../src/actions/open-books.ts';
import { simulatedFile } from '../src/broker/simulated-file.ts';
import { freshState } from '../src/broker/simulated-state.ts';
import { openWorld, type World } from '../src/cli/compose.ts';
import type { GlobalOptions, Io } from '../src/cli/io.ts';
import { passOf } from '../src/cli/prepare.ts';
import { SHARE, valueOf, type Price, type Quantity } from '../src/domain/decimal.ts';
import { reconcile, type PassResult } from '../src/reconciler/reconcile.ts';

export interface HomeStrategy {
  readonly name: string;
  readonly priority: number;
  /** Symbol -> shares. */
  readonly targets: Readonly<Record<string, number>>;
  /** Lines of `spec.schedule`. */
  readonly schedule?: readonly string[];
}

export interface Home {
  readonly folder: string;
  readonly options: GlobalOptions;
  readonly io: Io;
  declare(strategy: HomeStrategy): void;
  remove(): void;
}

/** The `broker` of an Account, with settings of a simulated one. */
export function simulatedAccount(settings: string): string {
  return `type: simulated, cash: "10000000.00", seed: 7, ${settings}`;
}

/** `broker`: that of the Account. `environment`: as `HGCTL_NOW`. */
export function benchHome(
  strategies: readonly HomeStrategy[],
  broker: string,
  environment: Readonly<Record<string, string>> = {},
): Home {
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-bench-'));
  const manifests = join(folder, 'manifests');
  mkdirSync(manifests);
  const declare = (strategy: HomeStrategy): void =>
    writeFileSync(join(manifests, `${strategy.name}.yaml`), strategyText(strategy));
  writeFileSync(join(manifests, 'account.yaml'), accountText(broker));
  writeFileSync(join(manifests, 'strategy_toggle.yaml'), toggleText(strategies));
  for (const strategy of strategies) declare(strategy);
  return {
    folder,
    declare,
    options: { filename: [manifests], data: join(folder, 'data'), color: 'never' },
    io: quiet(environment),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** One pass, approved. */
export function pass({ io }: Home, world: World): Promise<PassResult> {
  const yes = (): Promise<boolean> => Promise.resolve(true);
  return reconcile(passOf(io, world), { approve: yes, approveChange: yes });
}

/** Books, and an account that agrees with them, as the strategies' targets want them: without thousands of orders. */
export async function owning(home: Home, strategies: readonly HomeStrategy[]): Promise<void> {
  const world = openWorld(home.io, home.options);
  const { ports, paths, desired } = world;
  const now = ports.clock.now();
  const averagePrice = 50_000_000 as Price;
  const held = strategies.flatMap(({ name, targets }) =>
    Object.entries(targets).map(([symbol, count]) => ({
      strategy: name,
      symbol,
      quantity: (count * SHARE) as Quantity,
    })),
  );
  const { broker: settings } = desired.account;
  if (settings.type !== 'simulated') throw new Error('only a simulated account can be filled by a bench');
  const store = simulatedFile(paths.broker, () => freshState(settings, now));
  await store.change((state) => ({
    state: {
      ...state,
      positions: new Map(held.map(({ symbol, quantity }) => [symbol, { quantity, averagePrice }])),
    },
    answer: null,
  }));
  const lots = held.map((lot) => {
    const cost = valueOf(lot.quantity, averagePrice);
    return { ...lot, cost, since: now, orderId: null };
  });
  await openBooks(ports, { kind: 'state-file', lots, lastExecution: [], writtenAt: now });
  const result = await pass(home, world);
  world.close();
  if (result.kind !== 'nothing') throw new Error('the account does not agree with its books');
}

function quiet(environment: Readonly<Record<string, string>>): Io {
  return {
    stdout: () => undefined,
    stderr: () => undefined,
    environment,
    isInteractive: false,
    stdoutIsTerminal: false,
    ask: () => Promise.reject(new Error('nobody is there to be asked')),
    stop: { requested: () => false, signal: () => null, aborted: new AbortController().signal },
  };
}

function accountText(broker: string): string {
  return `apiVersion: homeguard/v1
kind: Account
metadata: {name: bench}
spec:
  broker: {${broker}}
  prices: {type: synthetic, seed: 7}
  limits: {maxOrdersPerDay: 100000, maxOrdersPerSymbol: 1000}
`;
}

function strategyText({ name, priority, targets, schedule = [] }: HomeStrategy): string {
  const rows = Object.entries(targets).map(
    ([symbol, quantity]) => `{symbol: ${symbol}, quantity: "${String(quantity)}"}`,
  );
  const slots =
    schedule.length === 0 ? '' : `  schedule:\n${schedule.map((slot) => `    - ${slot}\n`).join('')}`;
  return `apiVersion: homeguard/v1
kind: Strategy
metadata: {name: ${name}}
spec:
  priority: ${String(priority)}
  signal: {type: fixed, params: {targets: [${rows.join(', ')}]}}
  universe: {symbols: [${Object.keys(targets).join(', ')}]}
  capital: {positionSize: "40%", maxPositions: 10000, maxExposure: "100%"}
${slots}`;
}

function toggleText(strategies: readonly HomeStrategy[]): string {
  const rows = strategies.map(({ name }) => `  ${name}:\n    enabled: true\n    shutdown_requested: false\n`);
  return `strategies:\n${rows.join('')}`;
}
