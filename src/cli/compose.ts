/** Joins ports and implementations: the only place that knows both. */
import { randomUUID } from 'node:crypto';
import { viewLock } from '../actions/observe.ts';
import { simulatedBroker, type SimulatedBrokerage } from '../broker/simulated.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { market, priceSource } from '../market/market.ts';
import type { Ports } from '../reconciler/ports.ts';
import { openJournal } from '../store/journal.ts';
import { processes } from '../store/processes.ts';
import { queue } from '../store/queue.ts';
import { readShutdownFlag } from '../store/shutdown-flag.ts';
import { stateFile } from '../store/state-file.ts';
import type { GlobalOptions, Io } from './io.ts';
import { readManifests, type Manifests } from './manifests.ts';
import { lineReport } from './output/report.ts';
import { startClock } from './start-clock.ts';
import { dataPaths, type DataPaths } from './places.ts';

export interface World {
  readonly desired: DesiredState;
  readonly manifests: Manifests;
  readonly ports: Ports;
  readonly broker: SimulatedBrokerage;
  readonly paths: DataPaths;
  /** Waits for what must be on disk, and lets go of everything. */
  readonly close: () => void;
}

/** Reads the manifests and opens everything that they name; writes nothing. */
export function openWorld(io: Io, options: GlobalOptions): World {
  const manifests = readManifests(io, options);
  const { desired } = manifests;
  const paths = dataPaths(io, options, desired.account.data);
  const clock = startClock(io);
  const known = processes();
  const run = randomUUID().slice(0, 8);
  const journal = openJournal({ folder: paths.journal, run, clock, self: known.self });
  const { account } = desired;
  const prices = priceSource(account.prices);
  const broker = simulatedBroker({ file: paths.broker, settings: account.broker, clock, prices });
  clock.notBefore([journal.refresh().time, broker.newestTime()]);
  const state = stateFile({ path: paths.stateFile, backups: paths.backups, clock, journal });
  const ports: Ports = {
    clock,
    broker,
    market: market(prices),
    journal,
    stateFile: state,
    processes: known,
    queue: queue({
      path: paths.queue,
      timeout: account.execution.lockWait,
      // The place of a process that died is not waited for: its lock is taken over at once.
      isWorthWaiting: () =>
        viewLock({ processes: known, clock }, journal.refresh().lock, null).kind === 'held',
    }),
    report: lineReport(io.stderr),
    shutdownRequested: (strategy) => readShutdownFlag(account.toggleFile, strategy),
    newId: () => randomUUID().slice(0, 8),
    stop: io.stop,
  };
  return {
    desired,
    manifests,
    ports,
    broker,
    paths,
    close: () => {
      state.flush();
      journal.close();
    },
  };
}
