/** Opens the broker that the account names: simulated, at Alpaca, on paper beside the real one; with scripted faults where told. */
import { dirname } from 'node:path';
import { alpacaBroker, type AlpacaBroker } from '../broker/alpaca/alpaca.ts';
import { fileFaultStore } from '../broker/fault-memory.ts';
import { faultyBroker, memoryFaultStore } from '../broker/faulty-broker.ts';
import { readOnly, type AccountReads } from '../broker/read-only.ts';
import { shadowBroker } from '../broker/shadow.ts';
import type { Beginning } from '../broker/shadow-beginning.ts';
import { simulatedBroker, type SimulatedBrokerage } from '../broker/simulated.ts';
import { simulatedAs } from '../desired/broker-schema.ts';
import type { DesiredAccount, SimulatedBroker } from '../desired/desired-state.ts';
import type { Instant } from '../domain/instant.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { MarketData } from '../market/market.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { Broker, Ports } from '../reconciler/ports.ts';
import { findAlpacaKeys } from './alpaca-keys.ts';
import { readFaults } from './fault-file.ts';
import type { Io } from './io.ts';
import { announceLive } from './live.ts';
import type { DataPlace } from './open-data.ts';
import { pathsIn, refuseRehearsal, variable } from './places.ts';
import { readLedger } from './read-ledger.ts';
import { shadowLine } from './shadow-place.ts';

/** Which broker it is matters to what only one of them can do. */
export interface BrokerKinds {
  /** The account in the data folder; null where it is at a broker. */
  readonly simulated: SimulatedBrokerage | null;
  /** The account at Alpaca; null where it is another one. */
  readonly alpaca: AlpacaBroker | null;
  /** Called once a plan has said that the account is live. */
  readonly liveSaid: () => void;
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

/** `look`: nobody trades by way of this broker, and a fault script does nothing there that lasts. */
type Use = 'trade' | 'look';

interface BrokerParts {
  readonly prices: MarketData['spot'];
  readonly report: Ports['report'];
  readonly use: Use;
}

export function openBroker(
  io: Io,
  { account, paths, clock }: DataPlace,
  { prices, report, use }: BrokerParts,
): BrokerKinds & { readonly broker: Broker } {
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
    const { broker, said } = announceLive(io, account, alpaca);
    return { broker, simulated: null, alpaca, liveSaid: said };
  }
  const simulated = simulatedBroker({ file: paths.broker, settings, clock, prices });
  const broker = withFaults(simulated, settings.faults, { clock, memory: paths.brokerFaults, use });
  return { broker, simulated, alpaca: null, liveSaid: nobodyWaits };
}

/** No order on paper is of real money. */
const nobodyWaits = (): void => undefined;

interface Newest {
  /** The newest moment that the account has seen; undefined where it does not say. */
  readonly newest: Instant | undefined;
}

/** The account in this data folder, or at the broker: to be looked at. */
export function openReal(
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
export function openShadow(
  io: Io,
  place: DataPlace,
  { spot, beginning, report }: ShadowFacts,
): BrokerKinds & {
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
    liveSaid: nobodyWaits,
    shadow: { ...real, beginning },
  };
}

export function openPaper(
  account: DesiredAccount,
  { file, clock }: { readonly file: string; readonly clock: Ports['clock'] },
  prices: MarketData['spot'],
): SimulatedBrokerage {
  return simulatedBroker({ file, settings: paperSettings(account), clock, prices });
}

/** Fills as those of the simulated account, or of the one that stands in for an account at a broker. */
export function paperSettings({ broker, calendar }: DesiredAccount): SimulatedBroker {
  return { ...(calendar && { calendar }), ...simulatedAs(broker) };
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
