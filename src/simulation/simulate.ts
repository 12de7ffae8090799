/**
 * Months of the control loop in seconds: the controller, the planner, the actions and the ledger that trade for real, on
 * a clock that moves by itself and an account in memory. Equal settings give equal records, byte for byte.
 */
import { openBooks } from '../actions/open-books.ts';
import { forgivingMarket } from '../actions/forgiving-market.ts';
import { venueOf } from '../broker/simulated-venue.ts';
import type { DesiredState, SimulatedBroker } from '../desired/desired-state.ts';
import { nextSessionAfter, sessionOn, type CalendarOverrides } from '../domain/calendar.ts';
import { addDays } from '../domain/days.ts';
import { EXIT, type ExitCode } from '../domain/errors.ts';
import { instantAt, type CalendarDate, type Instant } from '../domain/instant.ts';
import { CONTROLLER } from '../domain/names.ts';
import { market } from '../market/market.ts';
import type { PriceSource } from '../market/price-source.ts';
import type { JournalRecord, ProcessIdentity } from '../observed/events.ts';
import type { SimulationRecord } from '../performance/record.ts';
import { control } from '../reconciler/controller.ts';
import type { Ports, Programs, Report, SignalFiles, StopSignal } from '../reconciler/ports.ts';
import type { Pass } from '../reconciler/reconcile.ts';
import { nextLook } from './next-look.ts';
import { memoryBroker, type MemoryBroker } from './memory-broker.ts';
import { memoryJournal } from './memory-journal.ts';
import { recorder, type Recorder } from './recorder.ts';
import { rememberedPrices } from './remembered-prices.ts';
import { slippageOf } from './slippage.ts';
import { tablesFor } from './tables.ts';
import { troubles, type Troubles } from './troubles.ts';
import { virtualClock, type VirtualClock } from './virtual-clock.ts';

export interface SimulationSettings {
  /** Its strategies are those that run. */
  readonly desired: DesiredState;
  /** The account of it, which keeps the hours of the exchange. */
  readonly account: SimulatedBroker;
  readonly accountFile: string;
  /** Dates of sessions, both inclusive. */
  readonly from: CalendarDate;
  readonly to: CalendarDate;
  readonly data: SimulationRecord['data'];
  readonly seed: number;
  readonly prices: PriceSource;
  /** Whether tables on disk were made of the same prices. */
  readonly isOwnData: boolean;
  readonly files: SignalFiles;
  readonly programs: Programs;
  readonly report: Report;
  readonly stop: StopSignal;
  /** Told of every session that is over, and once before the first, with 0. */
  readonly progressed: (done: number, total: number) => void;
  /** Said before those of the simulation itself. */
  readonly remarks: readonly string[];
}

export type Simulated =
  | {
      readonly kind: 'done';
      readonly record: SimulationRecord;
      /** The journal. */
      readonly records: readonly JournalRecord[];
      readonly broker: MemoryBroker;
    }
  /** Asked to stop on the way. */
  | { readonly kind: 'stopped'; readonly exit: ExitCode };

export async function simulate(asked: SimulationSettings): Promise<Simulated> {
  const settings = { ...asked, prices: rememberedPrices(asked.prices) };
  const { desired, from, to } = settings;
  const dates = sessionsBetween(from, to, desired.account.calendar);
  const clock = virtualClock(instantAt(from, '00:00'));
  const { account } = settings;
  const notes = recorder(desired.strategies.map(({ name }) => name));
  const trouble = troubles();
  const venue = venueOf(account, settings.prices);
  const broker = memoryBroker(venue, clock);
  const { journal, ports } = portsOf(settings, { clock, broker, notes });
  const tables = await tablesFor(settings, ports);
  settings.progressed(0, dates.length);
  const exit = await loop(settings, { ports: { ...ports, signalFiles: tables }, dates, trouble });
  if (exit !== EXIT.done) return { kind: 'stopped', exit };
  const executions = account.slippage === undefined ? [] : await broker.history(0 as Instant);
  const slippage = slippageOf(executions, venue.priceAt);
  const { unmarked, ...recorded } = notes.recorded(dates, account.cash, slippage);
  const remarks = [...settings.remarks, ...tables.remarks, ...trouble.remarks(dates.length)];
  if (unmarked.length > 0) remarks.push(unmarkedRemark(unmarked));
  const strategies = desired.strategies.map(({ name, description }) => ({ name, description }));
  const head = {
    from,
    to,
    data: settings.data,
    seed: settings.seed,
    startingEquity: account.cash,
    strategies,
  };
  return { kind: 'done', record: { ...head, ...recorded, remarks }, records: journal.records, broker };
}

/** The dates of the sessions from one date to another, both inclusive, oldest first. */
export function sessionsBetween(
  from: CalendarDate,
  to: CalendarDate,
  calendar: CalendarOverrides | undefined,
): CalendarDate[] {
  const dates: CalendarDate[] = [];
  const first = sessionOn(from, calendar) ?? nextSessionAfter(from, calendar);
  for (let { date } = first; date <= to; { date } = nextSessionAfter(date, calendar)) dates.push(date);
  return dates;
}

interface World {
  readonly clock: VirtualClock;
  readonly broker: MemoryBroker;
  readonly notes: Recorder;
}

const SELF: ProcessIdentity = { pid: 1, started: 'start', bootId: 'simulation', host: 'simulation' };

function portsOf(settings: SimulationSettings, { clock, broker, notes }: World) {
  const journal = memoryJournal(clock, SELF.bootId, (record, before, after) =>
    notes.note(record, before, after),
  );
  let ids = 0;
  const { programs, report, stop } = settings;
  const ports: Ports = {
    clock,
    broker,
    market: market(settings.prices),
    signalFiles: { table: (path) => clock.outside(() => settings.files.table(path)) },
    journal,
    programs: {
      run: (request) => clock.outside(() => programs.run(request)),
      callModule: (request) => clock.outside(() => programs.callModule(request)),
    },
    stateFile: { write: () => undefined, schedule: () => undefined },
    processes: { self: SELF, lookUp: () => 'alive' },
    queue: { enter: () => Promise.resolve({ leave: () => Promise.resolve() }) },
    report,
    shutdownRequested: () => false,
    switchToggle: () => Promise.resolve(),
    newId: () => `id-${String((ids += 1))}`,
    stop,
  };
  return { journal, ports };
}

interface Loop {
  readonly ports: Ports;
  readonly dates: readonly CalendarDate[];
  readonly trouble: Troubles;
}

/** The loop of `hgctl run`. */
function loop(settings: SimulationSettings, { ports: given, dates, trouble }: Loop): Promise<ExitCode> {
  const { clock, report, stop } = given;
  const warn = (message: string): void => report.warn(CONTROLLER, message);
  const ports = { ...given, market: forgivingMarket(given.market, warn, new Set()) };
  const { desired } = settings;
  const pass: Pass = {
    ports,
    desired,
    manifests: 'accepted',
    resting: new Set(),
    accountFile: settings.accountFile,
    open: async () => {
      if (!ports.journal.ledger().opened) await openBooks(ports, { kind: 'empty' });
    },
    looked: () => undefined,
  };
  let done = 0;
  return control({
    clock,
    stop,
    report,
    random: () => 0,
    nextLook: (now) => nextLook(desired, ports.journal.ledger(), now),
    declared: () => ({ pass, problems: [] }),
    // So that a loop of passes without a wait can be interrupted, too.
    checkData: () => new Promise((resolve) => void setImmediate(resolve)),
    wait: (until) => clock.sleep(until - clock.now()),
    show: () => undefined,
    closed: () => settings.progressed((done += 1), dates.length),
    passed: (passed) => trouble.note(passed, clock.now()),
    until: instantAt(addDays(settings.to, 1), '00:00'),
  });
}

function unmarkedRemark(dates: readonly CalendarDate[]): string {
  const which = dates.length === 1 ? dates[0] : `${String(dates.length)} sessions, the first on ${dates[0]}`;
  return `no worth at the close is known of ${String(which)}: it stands as of the session before`;
}
