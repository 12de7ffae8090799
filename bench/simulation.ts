/** How long a simulated year takes, from the manifests to the record. */
import { join } from 'node:path';
import { runSimulate } from '../src/cli/commands/simulate.ts';
import type { Io } from '../src/cli/io.ts';

/** Of the shipped manifests: their universes are some 500 symbols together. */
const FILES = ['account', 'strategies/omr', 'strategies/mp', 'strategies/pairs', 'strategies/vol'];

export interface SimulatedYear {
  /** ms. */
  readonly took: number;
  /** ms that this process has computed, the collection of garbage included. */
  readonly computed: number;
  /** By strategy. */
  readonly orders: Readonly<Record<string, number>>;
}

/**
 * The four strategies of the original on a synthetic market; the table of omr is trained on the ten years before.
 * `manifests`: the folder of those that are shipped.
 */
export async function benchSimulatedYear(manifests: string): Promise<SimulatedYear> {
  let answer = '';
  const io = quiet((text) => void (answer += text));
  const [start, before] = [performance.now(), process.cpuUsage()];
  const code = await runSimulate(io, {
    from: '2024-01-01',
    to: '2024-12-31',
    data: 'synthetic',
    filename: FILES.map((name) => join(manifests, `${name}.yaml`)),
    color: 'never',
    output: 'json',
  });
  const took = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  if (code !== 0) throw new Error(`hgctl simulate ended with ${String(code)}`);
  const { orders } = JSON.parse(answer) as Answer;
  const sent = orders.map(({ strategy, sent: count }) => [strategy, count] as const);
  return { took, computed: (user + system) / 1_000, orders: Object.fromEntries(sent) };
}

interface Answer {
  readonly orders: readonly { readonly strategy: string; readonly sent: number }[];
}

function quiet(stdout: Io['stdout']): Io {
  return {
    stdout,
    stderr: () => undefined,
    environment: {},
    isInteractive: false,
    stdoutIsTerminal: false,
    ask: () => Promise.reject(new Error('nobody is there to be asked')),
    stop: { requested: () => false, signal: () => null, aborted: new AbortController().signal },
  };
}
