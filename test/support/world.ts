/** A whole world for tests, one fact a line: `world({...}).strategy('core', ...).apply()`. */
import {
  freshState,
  type SimulatedSettings,
  type SimulatedState,
  type Venue,
} from '../../src/broker/simulated-state.ts';
import {
  parseMoney,
  parsePercent,
  parsePrice,
  parseQuantity,
  valueOf,
  type Money,
  type Price,
  type Quantity,
  type Ratio,
} from '../../src/domain/decimal.ts';
import { sha256 } from '../../src/domain/digest.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import type { Quote } from '../../src/observed/broker-view.ts';
import type { CorporateAction } from '../../src/observed/corporate-action.ts';
import type { Fault } from '../../src/broker/fault-script.ts';
import { faultyBroker, memoryFaultStore, type FaultableBroker } from '../../src/broker/faulty-broker.ts';
import type {
  AccountLimits,
  DesiredAccount,
  DesiredState,
  DesiredStrategy,
  ExecutionSettings,
  FixedTarget,
} from '../../src/desired/desired-state.ts';
import { Announcements } from '../../src/actions/announcements.ts';
import { planAsking } from '../../src/actions/look.ts';
import { observe } from '../../src/actions/observe.ts';
import type { ObservedState, Sighting } from '../../src/observed/observed-state.ts';
import { openBooks } from '../../src/actions/open-books.ts';
import type { OpeningLot } from '../../src/observed/events.ts';
import type { Plan } from '../../src/reconciler/plan-types.ts';
import type { Broker, Ports } from '../../src/reconciler/ports.ts';
import { reconcile, type PassResult } from '../../src/reconciler/reconcile.ts';
import { TEST_ACCOUNT } from './account.ts';
import { memoryBroker, type MemoryBroker } from './memory-broker.ts';
import { memoryJournal, type MemoryJournal } from './memory-journal.ts';
import { START } from './simulated-world.ts';
import { virtualClock, type VirtualClock } from './virtual-clock.ts';

export interface StrategyFacts {
  /** `'50%'` is a weight, `'12'` a quantity. */
  readonly targets?: Readonly<Record<string, string>>;
  readonly priorities?: Readonly<Record<string, number>>;
  readonly universe?: readonly string[];
  readonly band?: string;
  readonly wholeShares?: boolean;
  readonly positionSize?: string;
  readonly maxPositions?: number;
  readonly maxExposure?: string;
  readonly enabled?: boolean;
  readonly shutdownRequested?: boolean;
  readonly lifecycle?: 'active' | 'planned';
  readonly orphans?: 'hold' | 'close';
  readonly priority?: number;
  readonly schedule?: DesiredStrategy['schedule'];
  readonly risk?: DesiredStrategy['risk'];
  readonly shorts?: 'allowed';
  /** Pairs of targets that come together or not at all. */
  readonly groups?: readonly (readonly [string, string])[];
}

export interface WorldFacts {
  readonly now?: Instant;
  readonly cash?: string;
  readonly prices?: Readonly<Record<string, string>>;
  /** What quotes have besides their price; an age makes them so much older, ms. */
  readonly quotes?: Readonly<Record<string, Partial<Quote> & { readonly age?: number }>>;
  readonly strategies?: Readonly<Record<string, StrategyFacts>>;
  /** Strategy -> symbol -> quantity, as the books open. */
  readonly books?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the broker holds at the start; the books' positions if left out. */
  readonly broker?: Readonly<Record<string, string>>;
  readonly limits?: Partial<AccountLimits>;
  readonly settings?: Partial<SimulatedSettings>;
  /** What the manifests say of the exchange; the simulated one is as `settings` say. */
  readonly calendar?: DesiredAccount['calendar'];
  readonly execution?: Partial<ExecutionSettings>;
  /** What goes wrong at the broker. */
  readonly faults?: readonly Fault[];
  /** What companies have announced, by symbol; of every other symbol nothing was. */
  readonly announced?: Readonly<Record<string, readonly CorporateAction[]>>;
}

export interface TestWorld {
  readonly desired: DesiredState;
  readonly ports: Ports;
  readonly clock: VirtualClock;
  /** The account itself. */
  readonly broker: MemoryBroker;
  /** As it is reached where nothing goes wrong. */
  readonly healthy: Broker;
  readonly journal: MemoryJournal;
  readonly log: readonly string[];
  /** The same account and books under other manifests. */
  with(strategies: Readonly<Record<string, StrategyFacts>>, limits?: Partial<AccountLimits>): TestWorld;
  /** `announced`: what is known besides, as of a controller that has asked before the open. */
  look(
    earlier?: Sighting,
    announced?: NonNullable<ObservedState['announced']>,
  ): Promise<{ readonly observed: ObservedState; readonly plan: Plan }>;
  plan(): Promise<Plan>;
  /** `changes`: parts of the world that behave otherwise this time. */
  apply(changes?: Partial<Ports>): Promise<PassResult>;
  /** `{core: {VTI: '10'}}`. */
  books(): Record<string, Record<string, string>>;
  /** Broker positions by symbol. */
  held(): Record<string, string>;
}

const ONE = 1_000_000_000;

/** Makes a world. */
export type MakeWorld = (facts: WorldFacts) => Promise<TestWorld>;

/** How the account is reached. */
export type Reach = (account: {
  readonly broker: MemoryBroker;
  readonly venue: Venue;
  readonly clock: VirtualClock;
}) => Promise<FaultableBroker>;

const directly: Reach = ({ broker }) => Promise.resolve(broker);

export async function world(facts: WorldFacts, reach: Reach = directly): Promise<TestWorld> {
  const clock = virtualClock(facts.now ?? START);
  const settings = settingsOf(facts);
  const priceAt = (symbol: string): Price | undefined => {
    const text = facts.prices?.[symbol];
    return text === undefined ? undefined : parsePrice(text);
  };
  const venue = { settings, priceAt };
  const lots = openingLots(facts, clock.now(), priceAt);
  const broker = memoryBroker(openingState(facts, settings, lots, priceAt), venue, clock);
  const journal = memoryJournal(clock);
  const log: string[] = [];
  const healthy = await reach({ broker, venue, clock });
  const faulty = faultyBroker(healthy, facts.faults ?? [], { clock, store: memoryFaultStore() });
  const { quotes: marks = {}, announced = {} } = facts;
  const ports = portsOf({ clock, broker: faulty, journal, log, priceAt, marks, announced });
  // What goes wrong begins once the books are open.
  await openBooks(
    { ...ports, broker: healthy },
    { kind: 'state-file', lots, lastExecution: [], writtenAt: clock.now() },
  );
  return handle(
    { desired: desiredOf(facts, settings), ports, clock, broker, healthy, journal, log },
    { facts, settings },
  );
}

interface Parts {
  readonly desired: DesiredState;
  readonly ports: Ports;
  readonly clock: VirtualClock;
  readonly broker: MemoryBroker;
  readonly healthy: Broker;
  readonly journal: MemoryJournal;
  readonly log: readonly string[];
}

function handle(
  parts: Parts,
  base: { readonly facts: WorldFacts; readonly settings: SimulatedSettings },
): TestWorld {
  const { desired, ports, broker, journal } = parts;
  const look: TestWorld['look'] = async (earlier, announced) => {
    const announcements = new Announcements();
    const seen = await observe(ports, desired, { ownFence: null, earlier: earlier ?? null, announcements });
    const { plan, input } = await planAsking(ports, {
      desired,
      observed: announced === undefined ? seen : { ...seen, announced },
      now: ports.clock.now(),
      turnTaken: new Set(),
      reductionsOver: false,
      manifests: 'accepted',
    });
    return { observed: input.observed, plan };
  };
  return {
    ...parts,
    look,
    plan: async () => (await look()).plan,
    apply: (changes) =>
      reconcile(
        {
          ports: { ...ports, ...changes },
          desired,
          manifests: 'accepted',
          resting: new Set(),
          accountFile: 'account.yaml',
          open: () => Promise.resolve(),
          looked: () => undefined,
          announcements: new Announcements(),
        },
        { approve: () => Promise.resolve(true), approveChange: () => Promise.resolve(true) },
      ),
    with: (strategies, limits) => {
      const facts = { ...base.facts, strategies, limits: limits ?? base.facts.limits ?? {} };
      return handle({ ...parts, desired: desiredOf(facts, base.settings) }, { ...base, facts });
    },
    books: () =>
      Object.fromEntries(
        [...journal.ledger().books]
          .filter(([, book]) => book.size > 0)
          .map(([name, book]) => [name, quantities(book)] as const),
      ),
    held: () => quantities(broker.state().positions),
  };
}

function quantities(positions: ReadonlyMap<string, { readonly quantity: Quantity }>): Record<string, string> {
  return Object.fromEntries([...positions].map(([symbol, { quantity }]) => [symbol, String(quantity / ONE)]));
}

function settingsOf({ cash, settings }: WorldFacts): SimulatedSettings {
  return {
    cash: money(cash ?? '100000'),
    clock: 'always-open',
    seed: 7,
    multiplier: ONE_TIMES,
    fillDelay: 1_000,
    partialFills: 250_000 as Ratio,
    ...settings,
  };
}

const ONE_TIMES = 1_000_000 as Ratio;

function openingLots(
  { books }: WorldFacts,
  since: Instant,
  priceAt: (symbol: string) => Price | undefined,
): OpeningLot[] {
  return Object.entries(books ?? {}).flatMap(([strategy, book]) =>
    Object.entries(book).map(([symbol, text]) => {
      const quantity = parseQuantity(text) ?? (0 as Quantity);
      return {
        strategy,
        symbol,
        quantity,
        cost: valueOf(quantity, priceAt(symbol) ?? (0 as Price)),
        since: (since - 86_400_000) as Instant,
        orderId: null,
      };
    }),
  );
}

function openingState(
  facts: WorldFacts,
  settings: SimulatedSettings,
  lots: readonly OpeningLot[],
  priceAt: (symbol: string) => Price | undefined,
): SimulatedState {
  const sums = new Map<string, number>();
  for (const { symbol, quantity } of lots) sums.set(symbol, (sums.get(symbol) ?? 0) + quantity);
  const held =
    facts.broker === undefined
      ? [...sums]
      : Object.entries(facts.broker).map(([symbol, text]) => [symbol, parseQuantity(text) ?? 0] as const);
  const positions = new Map(
    held
      .filter(([, quantity]) => quantity !== 0)
      .map(([symbol, quantity]) => [
        symbol,
        { quantity: quantity as Quantity, averagePrice: priceAt(symbol) ?? (0 as Price) },
      ]),
  );
  return { ...freshState(settings, facts.now ?? START), positions };
}

function desiredOf(facts: WorldFacts, broker: SimulatedSettings): DesiredState {
  const strategies = Object.entries(facts.strategies ?? {})
    .map(([name, strategy]) => strategyOf(name, strategy))
    .sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1));
  const account = accountOf(facts, broker);
  const digest = sha256(JSON.stringify([facts.strategies, facts.limits, facts.calendar]));
  return { digest, account, strategies };
}

function strategyOf(name: string, facts: StrategyFacts): DesiredStrategy {
  const targets = Object.entries(facts.targets ?? {}).map(([symbol, text]): FixedTarget => ({
    symbol,
    priority: facts.priorities?.[symbol] ?? 0,
    ...groupOf(symbol, facts.groups),
    size: text.endsWith('%')
      ? { kind: 'weight', weight: percent(text) }
      : { kind: 'quantity', quantity: parseQuantity(text) ?? (0 as Quantity) },
  }));
  return {
    name,
    description: '',
    labels: {},
    lifecycle: facts.lifecycle ?? 'active',
    priority: facts.priority ?? 10,
    signal: {
      type: 'fixed',
      targets,
      band: facts.band === undefined ? null : percent(facts.band),
      wholeShares: facts.wholeShares ?? true,
      unlisted: 'close',
    },
    universe: new Set(facts.universe ?? targets.map(({ symbol }) => symbol)),
    capital: {
      positionSize: percent(facts.positionSize ?? '100%'),
      maxPositions: facts.maxPositions ?? 100,
      maxExposure: percent(facts.maxExposure ?? '100%'),
      ...(facts.shorts && { shorts: facts.shorts }),
    },
    ...(facts.groups && { groups: { pairs: facts.groups, maxHedgeError: 0.1 } }),
    schedule: facts.schedule ?? [],
    orphans: facts.orphans ?? 'hold',
    ...(facts.risk && { risk: facts.risk }),
    toggle: { enabled: facts.enabled ?? true, shutdownRequested: facts.shutdownRequested ?? false },
  };
}

function groupOf(symbol: string, groups: StrategyFacts['groups']): Pick<FixedTarget, 'group'> {
  const own = groups?.find((pair) => pair.includes(symbol));
  return own === undefined ? {} : { group: own.join('/') };
}

function accountOf({ limits, execution, calendar }: WorldFacts, broker: SimulatedSettings): DesiredAccount {
  return {
    ...TEST_ACCOUNT,
    broker: { type: 'simulated', faults: null, ...broker },
    limits: { ...TEST_ACCOUNT.limits, ...limits },
    execution: { ...TEST_ACCOUNT.execution, ...execution },
    ...(calendar && { calendar }),
  };
}

interface PortParts {
  readonly clock: VirtualClock;
  readonly broker: Ports['broker'];
  readonly journal: MemoryJournal;
  readonly log: string[];
  readonly priceAt: (symbol: string) => Price | undefined;
  readonly marks: NonNullable<WorldFacts['quotes']>;
  readonly announced: NonNullable<WorldFacts['announced']>;
}

function portsOf({ clock, broker, journal, log, priceAt, marks, announced }: PortParts): Ports {
  const self = { pid: 1, started: 'now', bootId: 'boot', host: 'test' };
  let ids = 0;
  return {
    clock,
    broker,
    journal,
    market: {
      quotes: (symbols, now) =>
        Promise.resolve(
          new Map(
            symbols.flatMap((symbol) => {
              const price = priceAt(symbol);
              const { age = 0, ...mark } = marks[symbol] ?? {};
              return price === undefined
                ? []
                : [[symbol, { price, asOf: plus(now, -age), ...mark }] as const];
            }),
          ),
        ),
      closes: () => Promise.resolve(new Map()),
      bars: () => Promise.resolve(new Map()),
      minutes: () => Promise.resolve(new Map()),
      actions: (symbols, { from, to }) =>
        Promise.resolve(
          new Map(
            symbols.map((symbol) => [
              symbol,
              (announced[symbol] ?? []).filter(({ date }) => date >= from && date <= to),
            ]),
          ),
        ),
    },
    signalFiles: { table: () => Promise.resolve(null) },
    programs: {
      run: () => Promise.resolve({ kind: 'not-run' }),
      callModule: () => Promise.resolve({ kind: 'not-run' }),
    },
    stateFile: { write: () => undefined, schedule: () => undefined },
    processes: { self, lookUp: () => 'alive' },
    queue: { enter: () => Promise.resolve({ leave: () => Promise.resolve() }) },
    report: {
      info: (strategy, message) => void log.push(`[${strategy}] ${message}`),
      warn: (strategy, message) => void log.push(`[!] [${strategy}] ${message}`),
      error: (strategy, message) => void log.push(`[-] [${strategy}] ${message}`),
    },
    shutdownRequested: () => false,
    switchToggle: () => Promise.resolve(),
    newId: () => `id-${(ids += 1)}`,
    stop: { requested: () => false, signal: () => null },
  };
}

function percent(text: string): Ratio {
  const ratio = parsePercent(text);
  if (ratio === undefined) throw new Error(`no percentage: ${text}`);
  return ratio;
}

function money(text: string): Money {
  const value = parseMoney(text);
  if (value === undefined) throw new Error(`no money: ${text}`);
  return value;
}

/** Orders of a plan in short: `buy 10 VTI (open)`. */
export function ordersIn(plan: Plan): string[] {
  return plan.actions.flatMap((action) =>
    'side' in action ? [`${action.side} ${action.quantity / ONE} ${action.symbol} (${action.kind})`] : [],
  );
}

/** Holds of a plan in short: `core/VTI: WithinBand`. */
export function holdsIn(plan: Plan): string[] {
  return plan.notDone.map(({ strategy, symbol, reason }) => `${strategy ?? '*'}/${symbol ?? '*'}: ${reason}`);
}
