/** Joins ports and implementations: the only place that knows both. */
import { callModule } from '../programs/call-module.ts';
import { runProgram } from '../programs/run-program.ts';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { findAlpacaKeys } from './alpaca-keys.ts';
import { viewLock } from '../actions/lock-view.ts';
import { alpacaBroker, type AlpacaBroker } from '../broker/alpaca/alpaca.ts';
import { readFaults } from './fault-file.ts';
import { fileFaultStore } from '../broker/fault-memory.ts';
import { faultyBroker, memoryFaultStore } from '../broker/faulty-broker.ts';
import { readOnly, type AccountReads } from '../broker/read-only.ts';
import { shadowBroker } from '../broker/shadow.ts';
import type { Beginning } from '../broker/shadow-beginning.ts';
import { simulatedBroker, type SimulatedBrokerage } from '../broker/simulated.ts';
import { simulatedAs } from '../desired/broker-schema.ts';
import type { DesiredAccount, DesiredState, SimulatedBroker } from '../desired/desired-state.ts';
import type { MarketData } from '../market/market.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
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
import { openData, type AccountData, type DataPlace } from './open-data.ts';
import { dataPaths, pathsIn, refuseRehearsal, variable, type DataPaths } from './places.ts';
import { readLedger } from './read-ledger.ts';
import { findBeginning, shadowLine, shadowReport } from './shadow-place.ts';

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
  /** What this world is a shadow of; null: it is none, and orders are orders. */
  readonly shadow: ShadowOf | null;
  readonly paths: DataPaths;
  /** Id of this run of the program. */
  readonly run: string;
  readonly onData: AccountData['onData'];
  /** Waits for what must be on disk, and lets go of everything. */
  readonly close: () => void;
}

/** The account that a shadow follows. Nothing here writes. */
export interface RealAccount {
  readonly broker: AccountReads;
  /** What its journal says by now, with all its orders. */
  readonly ledger: () => Ledger;
}

export interface ShadowOf extends RealAccount {
  readonly beginning: Beginning;
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
  const { broker, simulated, alpaca, shadow } =
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
    programs: { run: runProgram, callModule },
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
    desired: withDrains(desired, journal.ledger()),
    manifests,
    problems: [],
    ports,
    simulated,
    shadow,
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

/** `look`: nobody trades by way of this broker, and a fault script does nothing there that lasts. */
type Use = 'trade' | 'look';

interface BrokerParts {
  readonly prices: MarketData['spot'];
  readonly report: Ports['report'];
  readonly use: Use;
}

function openBroker(
  io: Io,
  { account, paths, clock }: DataPlace,
  { prices, report, use }: BrokerParts,
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
  const broker = withFaults(simulated, settings.faults, { clock, memory: paths.brokerFaults, use });
  return { broker, simulated, alpaca: null };
}

interface Newest {
  /** The newest moment that the account has seen; undefined where it does not say. */
  readonly newest: Instant | undefined;
}

/** The account in this data folder, or at the broker: to be looked at. */
function openReal(
  io: Io,
  place: DataPlace,
  parts: Pick<BrokerParts, 'prices' | 'report'>,
): RealAccount & Newest {
  const { broker, simulated } = openBroker(io, place, { ...parts, use: 'look' });
  return {
    broker: readOnly(broker),
    ledger: () => readLedger(place.clock, place.paths, 'whole'),
    newest: simulated?.newestTime(),
  };
}

interface ShadowFacts {
  readonly spot: MarketData['spot'];
  readonly beginning: Beginning;
  readonly report: Ports['report'];
}

/** The data folder of a shadow is in that of the account. */
function openShadow(
  io: Io,
  place: DataPlace,
  { spot, beginning, report }: ShadowFacts,
): Pick<World, 'simulated' | 'alpaca'> & {
  readonly broker: Broker;
  readonly shadow: ShadowOf & Newest;
} {
  const { account, paths, clock } = place;
  const real = openReal(io, { ...place, paths: pathsIn(dirname(paths.folder)) }, { prices: spot, report });
  const paper = openPaper(account, { file: paths.broker, clock }, spot);
  io.stderr(shadowLine(beginning));
  return {
    broker: shadowBroker(paper, real.broker, beginning),
    simulated: paper,
    // It is looked at only: no setting of it is changed, and nothing is heard of its orders.
    alpaca: null,
    shadow: { ...real, beginning },
  };
}

function openPaper(
  account: DesiredAccount,
  { file, clock }: { readonly file: string; readonly clock: Ports['clock'] },
  prices: MarketData['spot'],
): SimulatedBrokerage {
  return simulatedBroker({ file, settings: paperSettings(account), clock, prices });
}

/** Fills as those of the simulated account, or of the one that stands in for an account at a broker. */
function paperSettings({ broker, calendar }: DesiredAccount): SimulatedBroker {
  return { ...(calendar && { calendar }), ...simulatedAs(broker) };
}

/** A shadow tells nobody: not of its troubles, and not that the account is well. */
function withoutNotices(desired: DesiredState): DesiredState {
  const { notifications: _, heartbeat: __, ...account } = desired.account;
  return { ...desired, account };
}

/** Only for those who script faults: everybody else pays nothing for them. */
function withFaults(
  broker: SimulatedBrokerage,
  script: string | null,
  { clock, memory, use }: { readonly clock: Ports['clock']; readonly memory: string; readonly use: Use },
): Ports['broker'] {
  if (script === null) return broker;
  const faults = readFaults(script);
  if (use === 'look') {
    // What others do there, they do once, and not because somebody looks.
    const answers = faults.filter(({ effect: { kind } }) => kind !== 'trade' && kind !== 'split');
    return faultyBroker(broker, answers, { clock, store: memoryFaultStore() });
  }
  return faultyBroker(broker, faults, { clock, store: fileFaultStore(memory, faults) });
}
