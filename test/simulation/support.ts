/** Simulations of a project's manifests in this process. */
import type { GlobalOptions, Io } from '../../src/cli/io.ts';
import { readManifests } from '../../src/cli/manifests.ts';
import { priceSource } from '../../src/market/market.ts';
import type { JournalEvent, JournalRecord } from '../../src/observed/events.ts';
import { simulate, type Simulated, type SimulationSettings } from '../../src/simulation/simulate.ts';
import { signalFiles } from '../../src/cli/signal-files.ts';
import type { Project } from '../support/project.ts';

export type Finished = Extract<Simulated, { kind: 'done' }>;

export function quietIo(environment: Io['environment'] = {}): Io {
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

export function optionsOf(mine: Project): GlobalOptions {
  return { filename: [mine.path('manifests')], data: mine.path('data'), color: 'never' };
}

/** Both sessions inclusive; `changes`: of what a simulation is given besides. */
export async function simulated(
  mine: Project,
  [from, to]: readonly [string, string],
  changes: Partial<SimulationSettings> = {},
): Promise<Finished> {
  const { desired, accountFile } = readManifests(quietIo(), optionsOf(mine));
  const { prices, broker } = desired.account;
  if (prices.type !== 'csv' && prices.type !== 'synthetic') throw new Error('these prices have no past');
  if (broker.type !== 'simulated') throw new Error('the account is at a broker');
  const result = await simulate({
    desired,
    account: broker,
    accountFile,
    from,
    to,
    data: prices.type,
    seed: broker.seed,
    prices: priceSource(prices),
    isOwnData: true,
    files: signalFiles,
    programs: {
      run: () => Promise.resolve({ kind: 'not-run' }),
      callModule: () => Promise.resolve({ kind: 'not-run' }),
    },
    report: { info: () => undefined, warn: () => undefined, error: () => undefined },
    stop: quietIo().stop,
    progressed: () => undefined,
    remarks: [],
    ...changes,
  });
  if (result.kind !== 'done') throw new Error('it was stopped');
  return result;
}

export function eventsOf<Type extends JournalEvent['type']>(
  records: readonly JournalRecord[],
  ...types: readonly Type[]
): Extract<JournalEvent, { type: Type }>[] {
  const wanted: readonly string[] = types;
  return records
    .map(({ event }) => event)
    .filter((event): event is Extract<JournalEvent, { type: Type }> => wanted.includes(event.type));
}
