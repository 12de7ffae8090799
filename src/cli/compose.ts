/** Joins ports and implementations: the only place that knows both. */
import { programsUntil } from '../programs/programs.ts';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { viewLock } from '../actions/lock-view.ts';
import type { SimulatedBrokerage } from '../broker/simulated.ts';
import type { DesiredState, SimulatedBroker } from '../desired/desired-state.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { Ports } from '../reconciler/ports.ts';
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
import { openData, type AccountData, type DataPlace } from './open-data.ts';
import { dataPaths, type DataPaths } from './places.ts';
import {
  openBroker,
  openPaper,
  openReal,
  openShadow,
  paperSettings,
  type BrokerKinds,
  type RealAccount,
  type ShadowOf,
} from './open-broker.ts';
import { readLedger } from './read-ledger.ts';
import { findBeginning, shadowReport } from './shadow-place.ts';

export interface World extends BrokerKinds {
  readonly desired: DesiredState;
  readonly manifests: Manifests;
  /** Why the account of the last accepted revision stands in for the manifests on disk; empty where they are in force. */
  readonly problems: readonly string[];
  readonly ports: Ports;
  /** What this world is a shadow of; null: it is none, and orders are orders. */
  readonly shadow: ShadowOf | null;
  readonly paths: DataPaths;
  /** Id of this run of the program. */
  readonly run: string;
  readonly onData: AccountData['onData'];
  /** Waits for what must be on disk, and lets go of everything. */
  readonly close: () => void;
}

/** Reads the manifests and opens everything that they name; writes nothing. */
export function openWorld(io: Io, options: GlobalOptions, clock = startClock(io)): World {
  return open(io, options, { manifests: readManifests(io, options), clock });
}

/** As {@link openWorld}, with manifests that were read already. */
export function openWith(io: Io, options: GlobalOptions, manifests: Manifests): World {
  return open(io, options, { manifests, clock: startClock(io) });
}

/** What a shadow is made from. */
export interface ShadowParts {
  readonly real: RealAccount;
  /** Of the account on paper. */
  readonly settings: SimulatedBroker;
  /** The account on paper in such a file. */
  readonly paper: (file: string) => SimulatedBrokerage;
}

/** For a shadow that begins; what is kept of market data meanwhile goes into `market`. */
export function openShadowParts(
  io: Io,
  options: GlobalOptions,
  { clock, market }: { readonly clock: CommandClock; readonly market: string },
): ShadowParts {
  const { account } = readManifests(io, options).desired;
  const paths = { ...dataPaths(io, options, account.data), market };
  const place = { account, paths, clock };
  const report = shadowReport(io);
  const { spot } = openData(io, place, report);
  const real = openReal(io, place, { prices: spot, report });
  clock.notBefore([real.ledger().time, real.newest]);
  return {
    real,
    settings: paperSettings(account),
    paper: (file) => openPaper(account, { file, clock }, spot),
  };
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
  const { revision } = readLedger(startClock(io), paths, 'newest');
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

interface Opening {
  readonly manifests: Manifests;
  readonly clock: CommandClock;
  readonly journalName?: string;
}

function open(io: Io, options: GlobalOptions, { manifests, clock, journalName }: Opening): World {
  const usual = dataPaths(io, options, manifests.desired.account.data);
  const beginning = findBeginning(usual.folder);
  const desired = beginning === null ? manifests.desired : withoutNotices(manifests.desired);
  const paths = journalName === undefined ? usual : { ...usual, journal: join(usual.folder, journalName) };
  const known = processes();
  const run = randomUUID().slice(0, 8);
  const journal = openJournal({ folder: paths.journal, run, clock, self: known.self });
  const { account } = desired;
  const report = beginning === null ? lineReport(io.stderr) : shadowReport(io);
  const place = { account, paths, clock };
  const { market, spot, onData } = openData(io, place, report);
  const { broker, simulated, alpaca, liveSaid, shadow } =
    beginning === null
      ? { ...openBroker(io, place, { prices: spot, use: 'trade', report }), shadow: null }
      : openShadow(io, place, { spot, beginning, report });
  clock.notBefore([journal.refresh().time, simulated?.newestTime(), shadow?.newest]);
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
    programs: programsUntil(io.stop.aborted),
    processes: known,
    queue: openQueue(place, { journal, processes: known }),
    report,
    shutdownRequested: (strategy) => readShutdownFlag(account.toggleFile, strategy),
    // The switches are those of the account; what is off in a shadow alone, its journal keeps off.
    switchToggle: shadow === null ? togglesOf(place) : () => Promise.resolve(),
    newId: () => randomUUID().slice(0, 8),
    stop: io.stop,
  };
  return {
    desired: withDrains(beginning === null ? desired : onPaper(desired), journal.ledger()),
    manifests,
    problems: [],
    ports,
    simulated,
    shadow,
    alpaca,
    liveSaid,
    paths,
    run,
    onData,
    close: () => {
      state.flush();
      journal.close();
    },
  };
}

function openQueue(
  { account, paths, clock }: DataPlace,
  { journal, processes: known }: Pick<Ports, 'journal' | 'processes'>,
): Ports['queue'] {
  return queue({
    path: paths.queue,
    timeout: account.execution.lockWait,
    // The place of a process that died is not waited for: its lock is taken over at once.
    isWorthWaiting: () => viewLock({ processes: known, clock }, journal.refresh().lock, null).kind === 'held',
  });
}

function togglesOf({ account, paths, clock }: DataPlace): Ports['switchToggle'] {
  return (strategy, to) =>
    setSwitches(
      { path: account.toggleFile, lock: paths.toggleLock },
      { strategy, ...to, modifiedAt: clock.now(), insert: false },
    );
}

/** A shadow tells nobody: not of its troubles, and not that the account is well. */
function withoutNotices(desired: DesiredState): DesiredState {
  const { notifications: _, heartbeat: __, ...account } = desired.account;
  return { ...desired, account };
}

/** No order of a shadow trades real money, and no plan of it says so. */
function onPaper(desired: DesiredState): DesiredState {
  const { broker } = desired.account;
  if (broker.type !== 'alpaca') return desired;
  return { ...desired, account: { ...desired.account, broker: { ...broker, environment: 'paper' } } };
}
