/** Joins ports and implementations: the only place that knows both. */
import { callModule } from '../programs/call-module.ts';
import { runProgram } from '../programs/run-program.ts';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { findAlpacaKeys } from './alpaca-keys.ts';
import { viewLock } from '../actions/lock-view.ts';
import { alpacaBroker, type AlpacaBroker } from '../broker/alpaca/alpaca.ts';
import { readFaults } from './fault-file.ts';
import { fileFaultStore } from '../broker/fault-memory.ts';
import { faultyBroker } from '../broker/faulty-broker.ts';
import { simulatedBroker, type SimulatedBrokerage } from '../broker/simulated.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { marketData, type MarketData } from '../market/market.ts';
import { cacheFolder } from '../store/cache-folder.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { Broker, Ports } from '../reconciler/ports.ts';
import { withDrains } from '../reconciler/switched.ts';
import { openJournal } from '../store/journal.ts';
import { processes } from '../store/processes.ts';
import { queue } from '../store/queue.ts';
import { readShutdownFlag } from '../store/shutdown-flag.ts';
import { signalFiles } from './signal-files.ts';
import { stateFile } from '../store/state-file.ts';
import { setSwitches } from '../store/toggle-switches.ts';
import type { GlobalOptions, Io } from './io.ts';
import { ManifestsInvalid, readManifests, type Manifests } from './manifests.ts';
import { lineReport } from './output/report.ts';
import { startClock, type CommandClock } from './start-clock.ts';
import { dataPaths, variable, type DataPaths } from './places.ts';

export interface World {
  readonly desired: DesiredState;
  readonly manifests: Manifests;
  /** Why the account of the last accepted revision stands in for the manifests on disk; empty where they are in force. */
  readonly problems: readonly string[];
  readonly ports: Ports;
  /** The account in the data folder; null where it is at a broker. */
  readonly simulated: SimulatedBrokerage | null;
  /** The account at Alpaca; null where it is another one. */
  readonly alpaca: AlpacaBroker | null;
  readonly paths: DataPaths;
  /** Id of this run of the program. */
  readonly run: string;
  /** Who hears what people should know of market data. */
  readonly onData: Set<(message: string) => void>;
  /** Waits for what must be on disk, and lets go of everything. */
  readonly close: () => void;
}

/** Reads the manifests and opens everything that they name; writes nothing. */
export function openWorld(io: Io, options: GlobalOptions, clock = startClock(io)): World {
  return open(io, options, { manifests: readManifests(io, options), clock });
}

/**
 * For commands that stop things, and for reads: where the manifests are invalid or gone, the account of the last accepted revision
 * stands in, and `desired` has no strategy: standing.ts says what the journal knows of them.
 */
export function openWorldAnyway(io: Io, options: GlobalOptions, clock = startClock(io)): World {
  try {
    return openWorld(io, options, clock);
  } catch (error) {
    const isManifests =
      error instanceof ManifestsInvalid || (error instanceof HgctlError && error.exit === EXIT.notFound);
    if (!isManifests) throw error;
    const accepted = lastAccepted(io, options, error instanceof ManifestsInvalid ? error.data : null);
    if (accepted === null) throw error;
    io.stderr(
      `warning: ${error instanceof ManifestsInvalid ? error.found : error.message}\nwarning: the account accepted last is used (${accepted.accountFile})\n`,
    );
    const problems = error instanceof ManifestsInvalid ? error.problems : [error.message];
    return { ...open(io, options, { manifests: accepted, clock }), problems };
  }
}

/**
 * For new books in the place of lost ones: with a journal beside the one that cannot be trusted, and of its own name, so
 * that an earlier try that was interrupted does not matter.
 */
export function openForRebuild(io: Io, options: GlobalOptions): World {
  return open(io, options, {
    manifests: readManifests(io, options),
    clock: startClock(io),
    journalName: `journal.rebuilt-${randomUUID().slice(0, 8)}`,
  });
}

function lastAccepted(io: Io, options: GlobalOptions, data: string | null): Manifests | null {
  const paths = dataPaths(io, options, data);
  const { revision } = readLedger(io, paths);
  if (revision === null) return null;
  const { digest, account } = revision;
  return {
    // What the manifests say of strategies is not known: nothing is opened, and what is owned is kept.
    desired: { digest, account: account.settings, strategies: [] },
    locate: () => undefined,
    accountFile: account.file,
    files: [],
  };
}

/** What the journal of a data folder says; opens nothing else. */
function readLedger(io: Io, { journal: folder }: DataPaths): Ledger {
  const journal = openJournal({ folder, run: '', clock: startClock(io), self: processes().self });
  try {
    return journal.refresh();
  } finally {
    journal.close();
  }
}

interface Opening {
  readonly manifests: Manifests;
  readonly clock: CommandClock;
  readonly journalName?: string;
}

function open(io: Io, options: GlobalOptions, { manifests, clock, journalName }: Opening): World {
  const { desired } = manifests;
  const usual = dataPaths(io, options, desired.account.data);
  const paths = journalName === undefined ? usual : { ...usual, journal: join(usual.folder, journalName) };
  const known = processes();
  const run = randomUUID().slice(0, 8);
  const journal = openJournal({ folder: paths.journal, run, clock, self: known.self });
  const { account } = desired;
  const report = lineReport(io.stderr);
  const { market, spot, onData } = openData(io, { account, paths, clock }, report);
  const { broker, simulated, alpaca } = openBroker(io, { account, paths, clock, report }, spot);
  clock.notBefore([journal.refresh().time, simulated?.newestTime()]);
  const state = stateFile({
    path: paths.stateFile,
    backups: paths.backups,
    clock,
    journal,
    troubled: (message) => report.warn(CONTROLLER, message),
  });
  const ports: Ports = {
    clock,
    broker,
    market,
    signalFiles,
    journal,
    stateFile: state,
    programs: { run: runProgram, callModule },
    processes: known,
    queue: queue({
      path: paths.queue,
      timeout: account.execution.lockWait,
      // The place of a process that died is not waited for: its lock is taken over at once.
      isWorthWaiting: () =>
        viewLock({ processes: known, clock }, journal.refresh().lock, null).kind === 'held',
    }),
    report,
    shutdownRequested: (strategy) => readShutdownFlag(account.toggleFile, strategy),
    switchToggle: (strategy, to) =>
      setSwitches(
        { path: account.toggleFile, lock: paths.toggleLock },
        { strategy, ...to, modifiedAt: clock.now(), insert: false },
      ),
    newId: () => randomUUID().slice(0, 8),
    stop: io.stop,
  };
  return {
    desired: withDrains(desired, journal.ledger()),
    manifests,
    problems: [],
    ports,
    simulated,
    alpaca,
    paths,
    run,
    onData,
    close: () => {
      state.flush();
      journal.close();
    },
  };
}

interface DataPlace {
  readonly account: DesiredState['account'];
  readonly paths: DataPaths;
  readonly clock: CommandClock;
}

function openData(
  io: Io,
  { account, paths, clock }: DataPlace,
  report: Ports['report'],
): MarketData & Pick<World, 'onData'> {
  const onData = new Set([(message: string) => report.warn(CONTROLLER, message)]);
  const data = marketData(account.prices, {
    cache: cacheFolder(paths.market),
    clock,
    calendar: account.calendar,
    tell: (message) => onData.forEach((hear) => hear(message)),
    alpacaKeys: (file) => findAlpacaKeys(file, io.environment),
  });
  return { ...data, onData };
}

function openBroker(
  io: Io,
  { account, paths, clock, report }: DataPlace & { readonly report: Ports['report'] },
  prices: MarketData['spot'],
): Pick<World, 'simulated' | 'alpaca'> & { readonly broker: Broker } {
  const { broker: settings, execution } = account;
  if (settings.type === 'alpaca') {
    refuseRehearsal(io);
    const alpaca = alpacaBroker({
      settings,
      keys: () => findAlpacaKeys(settings.keysFile, io.environment),
      allowedLive: variable(io, 'HGCTL_ALLOW_LIVE'),
      clock,
      requestTimeout: execution.requestTimeout,
      tell: (message) => report.warn(CONTROLLER, message),
    });
    return { broker: alpaca, simulated: null, alpaca };
  }
  const simulated = simulatedBroker({ file: paths.broker, settings, clock, prices });
  const broker = withFaults(simulated, settings.faults, { clock, memory: paths.brokerFaults });
  return { broker, simulated, alpaca: null };
}

/** A real broker has one time only. */
function refuseRehearsal(io: Io): void {
  if (variable(io, 'HGCTL_NOW') === undefined) return;
  throw new HgctlError(EXIT.usage, 'HGCTL_NOW is for the simulated broker only', {
    hint: 'unset it: the account at the broker has the time of the exchange',
  });
}

/** Only for those who script faults: everybody else pays nothing for them. */
function withFaults(
  broker: SimulatedBrokerage,
  script: string | null,
  { clock, memory }: { readonly clock: Ports['clock']; readonly memory: string },
): Ports['broker'] {
  if (script === null) return broker;
  const faults = readFaults(script);
  return faultyBroker(broker, faults, { clock, store: fileFaultStore(memory, faults) });
}
