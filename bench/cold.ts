/** How long a command takes from a cold start, beside bare Node. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchHome, simulatedAccount, owning } from './home.ts';
import { median } from './statistics.ts';

const ROUNDS = 15;

export interface ColdCost {
  /** p50 of `node empty.mjs`, ms. */
  readonly bare: number;
  /** p50 of `hgctl get positions`, ms. */
  readonly get: number;
  /** p50 of `hgctl get strategies`, ms. */
  readonly strategies: number;
}

/** Books of so many positions, filled by a real run on the simulated broker. */
export function benchCold(program: string, positions: number): ColdCost {
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-bench-'));
  try {
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, '');
    openBooks(program, folder, positions);
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HGCTL_MANIFESTS: join(folder, 'manifests'),
      HGCTL_DATA: join(folder, 'data'),
    };
    const run = (args: readonly string[]): number => {
      const start = performance.now();
      const { status } = spawnSync(process.execPath, args, {
        env: environment,
        stdio: 'ignore',
        cwd: folder,
      });
      if (status !== 0) throw new Error(`${args.join(' ')} exited with ${String(status)}`);
      return performance.now() - start;
    };
    const costs = Array.from({ length: ROUNDS }, () => ({
      bare: run([empty]),
      get: run([program, 'get', 'positions']),
      strategies: run([program, 'get', 'strategies']),
    }));
    return {
      bare: median(costs.map(({ bare }) => bare)),
      get: median(costs.map(({ get }) => get)),
      strategies: median(costs.map(({ strategies }) => strategies)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface PlanCost {
  readonly bare: number;
  /** p50 of `hgctl plan` on books that agree with their targets, ms. */
  readonly plan: number;
}

export async function benchPlanCold(
  program: string,
  size: { readonly strategies: number; readonly positions: number },
): Promise<PlanCost> {
  const strategies = Array.from({ length: size.strategies }, (_, index) => ({
    name: `s${String(index)}`,
    priority: index + 1,
    targets: Object.fromEntries(
      Array.from({ length: size.positions }, (__, n) => [symbolAt(index * size.positions + n), 1]),
    ),
  }));
  const home = benchHome(strategies, simulatedAccount('clock: always-open'));
  try {
    await owning(home, strategies);
    const { filename = [], data = '' } = home.options;
    const plan = [program, 'plan', '-f', ...filename, '--data', data];
    const costs = Array.from({ length: 5 }, () => ({ bare: timed(['-e', '0']), plan: timed(plan) }));
    return { bare: median(costs.map(({ bare }) => bare)), plan: median(costs.map((cost) => cost.plan)) };
  } finally {
    home.remove();
  }
}

/** `AAAA`, `AAAB`, ... */
function symbolAt(index: number): string {
  const digits = index.toString(26).padStart(4, '0');
  return digits.replace(/./g, (digit) => String.fromCharCode(65 + parseInt(digit, 26)));
}

function timed(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${String(status)}: ${stderr}`);
  return performance.now() - start;
}

/** Opening books from a state file of the original's format: one record, whatever their size. */
function openBooks(program: string, folder: string, positions: number): void {
  const manifests = join(folder, 'manifests');
  mkdirSync(manifests);
  const symbols = Array.from({ length: positions }, (_, index) => `B${index}`);
  const entry = { qty: 10, entry_price: 50, entry_time: '2025-12-02T15:55:00-05:00', order_id: null };
  const book = {
    positions: Object.fromEntries(symbols.map((symbol) => [symbol, entry])),
    last_execution: null,
  };
  const state = {
    version: 1,
    last_updated: '2025-12-02T15:55:00-05:00',
    execution_lock: null,
    strategies: { core: book },
  };
  writeFileSync(join(folder, 'state.json'), JSON.stringify(state));
  writeFileSync(join(manifests, 'account.yaml'), ACCOUNT);
  writeFileSync(join(manifests, 'core.yaml'), `${STRATEGY}  universe: {symbols: [${symbols.join(', ')}]}\n`);
  writeFileSync(
    join(manifests, 'toggle.yaml'),
    'strategies:\n  core:\n    enabled: true\n    shutdown_requested: false\n',
  );
  const args = [
    program,
    'init',
    '--from-state',
    'state.json',
    '-f',
    manifests,
    '--data',
    join(folder, 'data'),
  ];
  execFileSync(process.execPath, args, { cwd: folder, stdio: 'ignore' });
}

const ACCOUNT = `apiVersion: homeguard/v1
kind: Account
metadata: {name: bench}
spec:
  broker: {type: simulated, cash: "100000.00", clock: always-open, seed: 7}
  prices: {type: synthetic, seed: 7}
`;

const STRATEGY = `apiVersion: homeguard/v1
kind: Strategy
metadata: {name: core}
spec:
  priority: 1
  signal: {type: fixed, params: {targets: [{symbol: B0, quantity: "10"}]}}
  capital: {positionSize: "100%", maxPositions: 10000, maxExposure: "100%"}
`;
