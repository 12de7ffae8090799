/** What must hold at each record, at each order, and in each state: those of the whole campaign, and some that it takes a small world to see. */
import type { Broken } from '../part.ts';
import { SHARE, type Quantity } from '../../src/domain/decimal.ts';
import { remainingOf, type SimulatedOrder, type SimulatedState } from '../../src/broker/simulated-state.ts';
import { attribute } from '../../src/observed/attribution.ts';
import { isTerminal, type BrokerFill } from '../../src/observed/broker-view.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import { expectedBeyond } from '../../src/observed/evidence.ts';
import { findOrder, type Ledger } from '../../src/observed/ledger.ts';
import { isEntry } from '../../src/reconciler/plan-types.ts';
import type { OrderRequest } from '../../src/reconciler/ports.ts';
import { ORDER_ID_PREFIX } from '../../src/reconciler/rules/orders-in-flight.ts';
import { INVARIANTS, type Attack, type Story } from '../invariants.ts';
import type { Taken, Written } from '../machine/watcher.ts';
import { isExpected, type Recorder } from './pass.ts';
import { EXECUTION, symbolsOf } from './scope.ts';
import { accountNow, nowOf, type World } from './world.ts';

/** Told of what a pass does. */
export interface Watch {
  readonly written: (run: Recorder, change: RecordWritten) => void;
  readonly sent: (run: Recorder, sent: Sent) => void;
  readonly exit: (error: unknown) => void;
}

export interface RecordWritten {
  readonly record: JournalRecord;
  readonly before: Ledger;
  readonly after: Ledger;
}

export interface Sent {
  readonly request: OrderRequest;
  /** The account just before. */
  readonly before: SimulatedState;
  readonly isTaken: boolean;
}

type Verdict = string | null;

interface Named {
  readonly name: string;
  readonly sentence: string;
  readonly attackedBy: readonly Attack[];
}

type SmallInvariant = Named &
  (
    | { readonly at: 'record'; readonly check: (run: Recorder, written: Written) => Verdict }
    | { readonly at: 'order'; readonly check: (run: Recorder, sent: Sent, order: SimulatedOrder) => Verdict }
    | { readonly at: 'state'; readonly check: (world: World) => Verdict }
    /** Checked by who follows a state to its rest, and by who sees a pass end. */
    | { readonly at: 'rest' | 'exit' }
  );

export const SMALL_INVARIANTS: readonly SmallInvariant[] = [
  {
    name: 'no-more-than-its-target',
    sentence:
      'No purchase brings what is held and on its way beyond the target of the manifests by which its sender acts.',
    attackedBy: ['crash', 'lost answer', 'lost request', 'partial fill', 'two processes', 'edit'],
    at: 'order',
    check: ({ desired, world }, { before }, { symbol, side, quantity }) => {
      if (side === 'sell') return null;
      const unmanaged = Math.max(0, ofOthers(world.ledger, before, symbol));
      const target = wantedOf(desired.strategies, symbol) + unmanaged;
      const most = heldBy(before, symbol) + onTheirWay(before, symbol) + quantity;
      return most > target ? `${shares(most)} ${symbol} where ${shares(target)} are wanted` : null;
    },
  },
  {
    name: 'switched-off-is-off',
    sentence: 'Nobody decides on an entry of a strategy that the toggle file as it has read it turns off.',
    attackedBy: ['operator', 'two processes', 'crash'],
    at: 'record',
    check: ({ desired }, { record: { event } }) => {
      if (event.type !== 'intent' || !isEntry(event.purpose)) return null;
      const strategy = desired.strategies.find(({ name }) => name === event.strategy);
      const isOn = strategy?.toggle?.enabled === true && !strategy.toggle.shutdownRequested;
      return isOn ? null : `an entry of ${event.strategy}, which is off: ${event.clientOrderId}`;
    },
  },
  {
    name: 'enters-its-universe-only',
    sentence: 'No entry of a strategy is in a symbol that its manifest does not give to it.',
    attackedBy: ['edit', 'two processes'],
    at: 'record',
    check: ({ desired }, { record: { event } }) => {
      if (event.type !== 'intent' || !isEntry(event.purpose)) return null;
      const strategy = desired.strategies.find(({ name }) => name === event.strategy);
      return strategy?.universe.has(event.symbol) === true
        ? null
        : `${event.strategy} enters ${event.symbol}, which is not its own`;
    },
  },
  {
    name: 'books-add-up',
    sentence: 'Books + settling + unmanaged + missing are what the broker holds, of every symbol.',
    attackedBy: ['crash', 'partial fill', 'outside trade'],
    at: 'state',
    check: (world) => {
      const { ledger, scope } = world;
      const account = accountNow(world);
      const positions = new Map(
        [...account.positions].map(([symbol, { quantity, averagePrice }]) => [
          symbol,
          { symbol, quantity, averagePrice, marketPrice: averagePrice, available: quantity },
        ]),
      );
      const { differences } = attribute(ledger, positions, nowOf(world), EXECUTION.settleWindow);
      for (const symbol of symbolsOf(scope)) {
        const { settling, unmanaged, missing } = differences.get(symbol) ?? NO_DIFFERENCE;
        const sum = bookedOf(ledger, symbol) + settling + unmanaged + missing;
        const held = heldBy(account, symbol);
        if (sum !== held) return `${shares(sum)} ${symbol} add up where ${shares(held)} are held`;
      }
      return null;
    },
  },
  {
    name: 'every-share-is-explained',
    sentence:
      'What the broker holds beyond the books is exactly what fills of ours that are not booked yet and the trades of others since the last sync have brought.',
    attackedBy: ['crash', 'partial fill', 'lost answer', 'outside trade', 'pause past expiry'],
    at: 'state',
    check: (world) => {
      const { ledger, scope } = world;
      const account = accountNow(world);
      for (const symbol of symbolsOf(scope)) {
        const beyond = heldBy(account, symbol) - bookedOf(ledger, symbol);
        const known = notBooked(ledger, account, symbol) + ofOthers(ledger, account, symbol);
        if (beyond !== known)
          return `the broker holds ${shares(beyond)} ${symbol} beyond the books, and ${shares(known)} are known of`;
      }
      return null;
    },
  },
  {
    name: 'small-world-comes-to-rest',
    sentence:
      'From every state, with no more faults, a few passes (and a later session) reach the targets: nothing is open, the lock is free, and one more pass does nothing.',
    attackedBy: ['crash', 'lost answer', 'lost request', 'partial fill', 'operator', 'pause past expiry'],
    at: 'rest',
  },
  {
    name: 'pass-ends-in-order',
    sentence: 'A pass ends by itself, or because somebody else holds the lock, and by nothing else.',
    attackedBy: ['crash', 'two processes', 'pause past expiry'],
    at: 'exit',
  },
];

const NONE = 0 as Quantity;
const NO_DIFFERENCE = { settling: NONE, unmanaged: NONE, missing: NONE };

/** Collects what does not hold. */
export function watchFor(broken: Broken[]): Watch {
  const note = (invariant: string, what: Verdict): void => {
    if (what !== null) broken.push({ invariant, what });
  };
  return {
    written: (run, change) => {
      // Its records tell of no run, and of what others have done it knows what the ledger does.
      const written = {
        ...change,
        account: accountNow(run.world),
        wall: change.record.time,
        lockedBy: null,
        reduced: change.before.shrunkOn,
      };
      const story = storyOf(run, written.account, null);
      for (const invariant of INVARIANTS)
        if (invariant.at === 'record') note(invariant.name, invariant.check(written, story));
      for (const invariant of SMALL_INVARIANTS)
        if (invariant.at === 'record') note(invariant.name, invariant.check(run, written));
    },
    sent: (run, sent) => {
      const account = run.world.account;
      const order = account.orders.at(-1);
      if (!sent.isTaken || order === undefined) return;
      const { ledger, elapsed } = run.world;
      const taken: Taken = {
        order,
        account,
        ledger,
        durable: ledger.seq,
        monotonic: elapsed,
        wall: nowOf(run.world),
        lookedBefore: null,
      };
      const story = storyOf(run, sent.before, order.symbol);
      for (const invariant of INVARIANTS)
        if (invariant.at === 'order' && !(invariant.name === UNDER_THE_LOCK && wasInTheRequest(run)))
          note(invariant.name, invariant.check(taken, story));
      for (const invariant of SMALL_INVARIANTS)
        if (invariant.at === 'order') note(invariant.name, invariant.check(run, sent, order));
    },
    exit: (error) => {
      if (!isExpected(error))
        note('pass-ends-in-order', error instanceof Error ? (error.stack ?? error.message) : String(error));
    },
  };
}

/** What holds of a state, whoever is in the middle of what. */
export function checkState(world: World): Broken[] {
  const broken: Broken[] = [];
  for (const invariant of SMALL_INVARIANTS) {
    const what = invariant.at === 'state' ? invariant.check(world) : null;
    if (what !== null) broken.push({ invariant: invariant.name, what });
  }
  return broken;
}

const UNDER_THE_LOCK = 'sent-under-the-lock';

/** Stopped between the last look at the clock and the request, which nothing can guard: the broker's memory of ids must. */
function wasInTheRequest({ resumesAt, answers }: Recorder): boolean {
  return resumesAt > 0 && answers.length === resumesAt;
}

/** What is wanted, and where more than that is held already, what is held. */
function storyOf({ desired, pid, world }: Recorder, before: SimulatedState, symbol: string | null): Story {
  const mostWanted = new Map<string, number>();
  if (symbol !== null)
    mostWanted.set(symbol, Math.max(wantedOf(desired.strategies, symbol), heldBy(before, symbol)));
  return {
    mostWanted,
    leastWanted: new Map(),
    windowOf: () => null,
    isAlive: (identity) => identity.pid === pid || identity.pid === world.paused?.pid,
  };
}

function wantedOf(strategies: Recorder['desired']['strategies'], symbol: string): number {
  return strategies.reduce((sum, { signal }) => {
    const target = signal.type === 'fixed' ? signal.targets.find((one) => one.symbol === symbol) : undefined;
    return sum + (target?.size.kind === 'quantity' ? target.size.quantity : 0);
  }, 0);
}

function heldBy({ positions }: SimulatedState, symbol: string): number {
  return positions.get(symbol)?.quantity ?? 0;
}

function bookedOf({ books }: Ledger, symbol: string): number {
  return [...books.values()].reduce((sum, book) => sum + (book.get(symbol)?.quantity ?? 0), 0);
}

function onTheirWay({ orders }: SimulatedState, symbol: string): number {
  const open = orders.filter(
    (order) => order.symbol === symbol && order.side === 'buy' && !isTerminal(order.status),
  );
  return open.reduce((sum, order) => sum + remainingOf(order), 0);
}

export function isOurs({ clientOrderId }: Pick<SimulatedOrder, 'clientOrderId'>): boolean {
  return clientOrderId.startsWith(ORDER_ID_PREFIX);
}

function notBooked(ledger: Ledger, { orders }: SimulatedState, symbol: string): number {
  return orders
    .filter((order) => order.symbol === symbol && isOurs(order))
    .reduce((sum, { clientOrderId, side, filledQuantity }) => {
      const lacking = filledQuantity - (findOrder(ledger, clientOrderId)?.filled ?? 0);
      return sum + (side === 'buy' ? lacking : 0 - lacking);
    }, 0);
}

/** By the anchor, and by what the account really has of others since. */
export function ofOthers(ledger: Ledger, account: SimulatedState, symbol: string): number {
  return expectedBeyond(ledger, symbol, tradesOfOthers(account));
}

/** Which they really are, whatever the journal knows of our own. */
export function tradesOfOthers({ orders, fills }: SimulatedState): BrokerFill[] {
  const others = new Set(orders.filter((order) => !isOurs(order)).map(({ brokerOrderId }) => brokerOrderId));
  return others.size === 0 ? [] : fills.filter(({ brokerOrderId }) => others.has(brokerOrderId));
}

function shares(quantity: number): string {
  return String(quantity / SHARE);
}
