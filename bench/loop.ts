/** What the control loop costs: a pass without work, its requests, the 15:55 sequence, an edit, and memory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openWorld } from '../src/cli/compose.ts';
import type { CommandClock } from '../src/cli/start-clock.ts';
import { parseInstant, type Instant } from '../src/domain/instant.ts';
import type { Broker } from '../src/reconciler/ports.ts';
import { offsetClock, systemClock } from '../src/store/clocks.ts';
import { benchHome, simulatedAccount, owning, pass, type Home, type HomeStrategy } from './home.ts';
import { median } from './statistics.ts';

const OPEN_ALWAYS = simulatedAccount('clock: always-open, fillDelay: 10ms');

function shares(prefix: string, count: number, quantity: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}${String(n)}`, quantity]));
}

/** Every request waits so long for its answer, and is counted. */
function slowBroker(
  broker: Broker,
  latency: number,
): { readonly broker: Broker; readonly count: () => number } {
  let count = 0;
  const slow = new Proxy(broker, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]): Promise<unknown> => {
        count += 1;
        if (latency > 0) await delay(latency);
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
  return { broker: slow, count: () => count };
}

export interface NoOpCost {
  /** p50 of a pass that finds nothing to do, on real files, ms. */
  readonly time: number;
  readonly requests: number;
}

export async function benchNoOp(positions: number): Promise<NoOpCost> {
  const core = { name: 'core', priority: 1, targets: shares('N', positions, 1) };
  const home = benchHome([core], OPEN_ALWAYS);
  try {
    await owning(home, [core]);
    const world = openWorld(home.io, home.options);
    const { broker, count } = slowBroker(world.ports.broker, 0);
    const watched = { ...world, ports: { ...world.ports, broker } };
    const times: number[] = [];
    const ROUNDS = 100;
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now();
      await pass(home, watched);
      times.push(performance.now() - start);
    }
    world.close();
    return { time: median(times), requests: count() / ROUNDS };
  } finally {
    home.remove();
  }
}

const SLOT = 'close-5m';
const BEFORE = '2025-12-02T15:30:00-05:00';
const AT_SLOT = '2025-12-02T15:55:00-05:00';

/** ms from 15:55:00 to the last fill: five entries of OMR, then five exits and five entries of MP, at 100 ms a request. */
export async function bench1555(): Promise<number> {
  const omr: HomeStrategy = {
    name: 'omr',
    priority: 1,
    targets: shares('O', 5, 10),
    schedule: [`{at: ${SLOT}, action: entry, window: 4m}`],
  };
  const mp = (targets: Record<string, number>): HomeStrategy => ({ name: 'mp', priority: 2, targets });
  const home = benchHome(
    [omr, mp(shares('M', 5, 10))],
    simulatedAccount('clock: exchange, fillDelay: 500ms'),
  );
  try {
    const early = openWorld(home.io, home.options, clockAt(BEFORE));
    await pass(home, early);
    early.close();
    home.declare(mp(shares('P', 5, 10)));
    const world = openWorld(home.io, home.options, clockAt(AT_SLOT));
    const { broker } = slowBroker(world.ports.broker, 100);
    const start = performance.now();
    const result = await pass(home, { ...world, ports: { ...world.ports, broker } });
    const took = performance.now() - start;
    world.close();
    const done =
      result.kind === 'executed' ? result.outcomes.filter(({ kind }) => kind === 'done').length : 0;
    if (done < 15) throw new Error(`the 15:55 sequence carried out ${String(done)} of 15 orders`);
    return took;
  } finally {
    home.remove();
  }
}

/** Real time that passes from a moment of the exchange. */
function clockAt(moment: string): CommandClock {
  const offset = (parseInstant(moment) ?? (0 as Instant)) - Date.now();
  return { ...offsetClock(systemClock(), offset), notBefore: () => undefined };
}

/** p50 in ms from the edit of a manifest to the intent of its order, by a running controller. */
export async function benchReaction(program: string): Promise<number> {
  const core = (quantity: number): HomeStrategy => ({
    name: 'core',
    priority: 1,
    targets: { VTI: quantity },
  });
  const home = benchHome([core(10)], OPEN_ALWAYS);
  const controller = startController(program, home);
  try {
    await until(() => intents(home) === 1);
    const times: number[] = [];
    for (let round = 2; round <= 8; round += 1) {
      await delay(700);
      const start = performance.now();
      home.declare(core(10 * round));
      await until(() => intents(home) === round);
      times.push(performance.now() - start);
    }
    return median(times);
  } finally {
    await stop(controller);
    home.remove();
  }
}

/** Resident memory in MB of a controller after its first passes, with so many positions in its books. */
export async function benchMemory(program: string, positions: number): Promise<number> {
  const core = { name: 'core', priority: 1, targets: shares('N', positions, 1) };
  const home = benchHome([core], OPEN_ALWAYS);
  await owning(home, [core]);
  let said = '';
  const controller = startController(program, home);
  controller.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  try {
    await until(() => said.includes('Resuming'));
    await delay(1_000);
    const status = readFileSync(`/proc/${String(controller.pid)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
  } finally {
    await stop(controller);
    home.remove();
  }
}

function startController(program: string, { options, folder }: Home): ChildProcess {
  const { filename = [], data = '' } = options;
  const args = [program, 'run', ...filename.flatMap((path) => ['-f', path]), '--data', data];
  return spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}

async function stop(controller: ChildProcess): Promise<void> {
  const ended = once(controller, 'exit');
  controller.kill('SIGTERM');
  await ended;
}

function intents({ options }: Home): number {
  const folder = join(options.data ?? '', 'journal');
  try {
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .reduce((sum, path) => sum + readFileSync(path, 'utf8').split('"type":"intent"').length - 1, 0);
  } catch {
    return 0;
  }
}

async function until(check: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!check()) {
    if (performance.now() > end) throw new Error('it did not come about within a minute');
    await delay(2);
  }
}
