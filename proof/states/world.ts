/** One state of the small world, as data that is never changed: whoever goes another way from it starts from the same. */
import { freshState, type SimulatedState } from '../../src/broker/simulated-state.ts';
import { advance as passTime } from '../../src/broker/simulated-advance.ts';
import { parseInstant, plus, type Instant } from '../../src/domain/instant.ts';
import type { DesiredState } from '../../src/desired/desired-state.ts';
import type { JournalEvent, JournalRecord, ProcessIdentity } from '../../src/observed/events.ts';
import { advance, emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { firstTargets, VENUE, type Scope, type Switches, type Targets } from './scope.ts';

export interface World {
  readonly scope: Scope;
  /** What the valid records say: the journal itself is not needed, for its fold is immutable. */
  readonly ledger: Ledger;
  /** The valid records themselves, for who shows them to people. Absent: nobody does. */
  readonly records?: readonly JournalRecord[];
  readonly account: SimulatedState;
  /** Since the start, by both clocks, ms. */
  readonly elapsed: number;
  /** Orders that the broker has and does not show yet: until when, as `elapsed`. */
  readonly hidden: Readonly<Record<string, number>>;
  readonly targets: Targets;
  /** The toggle file. */
  readonly switches: Readonly<Record<string, Switches>>;
  /** A process that lives, and does nothing at the moment. */
  readonly paused: Paused | null;
  /** How much has happened since it was paused. */
  readonly whilePaused: number;
  /** How many others have made. */
  readonly outsideTrades: number;
  /** How many passes went wrong so far: were killed, paused, or had an order that went otherwise. Zero where nobody counts. */
  readonly troubles: number;
  /** How many processes there have been. */
  readonly processes: number;
}

/** Everything that a process knows is what it was answered: it goes on by being answered the same once more. */
export interface Paused {
  readonly pid: number;
  readonly desired: DesiredState;
  /** Number of the revision that was in force when it read its manifests; null: none was. */
  readonly acceptedBefore: number | null;
  /** Shared with others: the first `known` of them count. */
  readonly answers: readonly Answer[];
  readonly known: number;
  /** What it is about to do. */
  readonly before: string;
  /** Equal for processes that go on alike in like worlds. */
  readonly key: string;
}

export interface Answer {
  readonly call: string;
  readonly value: unknown;
}

/** A Tuesday, one o'clock at night in New York: most of the session is to come. */
const START = parseInstant('2025-12-02T06:00:00Z') ?? (0 as Instant);
const DAY = 86_400_000;

export function nowOf({ elapsed }: Pick<World, 'elapsed'>): Instant {
  return plus(START, elapsed);
}

/** The same hour of the next session. */
export function nextSession({ elapsed }: Pick<World, 'elapsed'>): number {
  return (Math.floor(elapsed / DAY) + 1) * DAY;
}

export function isHidden(
  { hidden, elapsed }: World,
  { clientOrderId }: { readonly clientOrderId: string },
): boolean {
  return elapsed < (hidden[clientOrderId] ?? 0);
}

/** By account, what it last was asked for: every check of a state asks for the same. */
const asked = new WeakMap<SimulatedState, { readonly elapsed: number; readonly account: SimulatedState }>();

/** As the broker has it now. */
export function accountNow(world: World): SimulatedState {
  const { account: before, elapsed } = world;
  const known = asked.get(before);
  if (known?.elapsed === elapsed) return known.account;
  const account = passTime(before, nowOf(world));
  asked.set(before, { elapsed, account });
  return account;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, started: 'then', bootId: 'boot', host: 'host' };
}

/** The journal with one more record. */
export function withRecord(world: World, event: JournalEvent): { record: JournalRecord; world: World } {
  const { ledger, elapsed } = world;
  const seq = ledger.seq + 1;
  const record: JournalRecord = {
    v: 1,
    seq,
    prev: ledger.hash,
    at: seq,
    run: 'test',
    time: nowOf(world),
    mono: elapsed,
    boot: 'boot',
    event,
    sum: `sum-${seq}`,
  };
  const records = world.records && { records: [...world.records, record] };
  return { record, world: { ...world, ...records, ledger: advance(ledger, record) } };
}

/** Empty books, an account that nobody has used, and nothing wanted. */
export function firstWorld(scope: Scope): World {
  const account = freshState(VENUE.settings, START);
  const empty: World = {
    scope,
    ledger: emptyLedger(),
    account,
    elapsed: 0,
    hidden: {},
    targets: firstTargets(scope),
    switches: Object.fromEntries(
      Object.keys(scope.universes).map((name) => [name, { enabled: true, shutdownRequested: false }]),
    ),
    paused: null,
    whilePaused: 0,
    outsideTrades: 0,
    troubles: 0,
    processes: 0,
  };
  const opening: readonly JournalEvent[] = [
    { type: 'genesis', accountId: account.accountId, environment: 'simulated', broker: 'simulated' },
    {
      type: 'books-opened',
      source: 'empty',
      lots: [],
      lastExecution: [],
      historySince: START,
      unmanaged: [],
    },
  ];
  return opening.reduce((world, event) => withRecord(world, event).world, empty);
}
