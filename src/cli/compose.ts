/** Joins ports and implementations: the only place that knows both. */
import { randomUUID } from 'node:crypto';
import { viewLock } from '../actions/observe.ts';
import { simulatedBroker, type SimulatedBrokerage } from '../broker/simulated.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { market, priceSource } from '../market/market.ts';
import type { Clock, Ports } from '../reconciler/ports.ts';
import { fixedClock, offsetClock, systemClock } from '../store/clocks.ts';
import { openJournal, type OpenJournal } from '../store/journal.ts';
import { processes } from '../store/processes.ts';
import { queue } from '../store/queue.ts';
import { readShutdownFlag } from '../store/shutdown-flag.ts';
import { stateFile } from '../store/state-file.ts';
import type { GlobalOptions, Io } from './io.ts';
import { readManifests, type Manifests } from './manifests.ts';
import { lineReport } from './output/report.ts';
import { dataPaths, variable, type DataPaths } from './places.ts';

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
  const { clock, journal } = openJournalInTime(io, paths);
  const { account } = desired;
  const prices = priceSource(account.prices);
  const broker = simulatedBroker({ file: paths.broker, settings: account.broker, clock, prices });
  const state = stateFile({ path: paths.stateFile, backups: paths.backups, clock, journal });
  const known = processes();
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

/**
 * The journal, and a clock that does not start before its last record: simulated time may have been ahead of the real
 * one, and fills must not become undone by going back.
 */
function openJournalInTime(io: Io, paths: DataPaths): { clock: Clock; journal: OpenJournal } {
  const base = baseClock(io);
  let current = base;
  const clock: Clock = {
    now: () => current.now(),
    monotonic: () => current.monotonic(),
    sleep: (milliseconds) => current.sleep(milliseconds),
  };
  const run = randomUUID().slice(0, 8);
  const journal = openJournal({ folder: paths.journal, run, clock, self: processes().self });
  const behind = journal.refresh().time - base.now();
  if (behind > 0) {
    current = offsetClock(base, behind);
    if (behind > NOTICEABLE)
      io.stderr(
        `warning: the journal's last record is of ${formatInstant(journal.ledger().time)}; time goes on from there\n`,
      );
  }
  return { clock, journal };
}

const NOTICEABLE = 60_000;

function baseClock(io: Io): Clock {
  const text = variable(io, 'HGCTL_NOW');
  if (text === undefined) return systemClock();
  const instant = parseInstant(text);
  if (instant === undefined) {
    throw new HgctlError(EXIT.usage, `HGCTL_NOW is no instant: ${JSON.stringify(text)}`, {
      hint: 'write it with an offset, for example 2026-01-05T15:55:00-05:00',
    });
  }
  return fixedClock(instant);
}
