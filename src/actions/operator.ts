/** Records of an operator: they carry no fence, and one that loses to another record is decided again. */
import {
  absolute,
  averageOf,
  formatQuantity,
  subtract,
  valueOf,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { SECOND } from '../domain/instant.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { attribute, type Difference } from '../observed/attribution.ts';
import { nextAnchor } from '../observed/evidence.ts';
import type { JournalEvent } from '../observed/events.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import { lookUp } from './look-up.ts';
import { observe } from './observe.ts';

const RECORD_FOR = 10 * SECOND;

/** Decides and commits until nobody else was faster, for ten seconds. */
function commitDecision(ports: Ports, decide: (ledger: Ledger) => JournalEvent): Ledger {
  const until = ports.clock.monotonic() + RECORD_FOR;
  do {
    const commit = ports.journal.commit(decide(ports.journal.refresh()));
    if (commit.kind === 'committed') {
      ports.stateFile.write(commit.ledger);
      return commit.ledger;
    }
  } while (ports.clock.monotonic() < until);
  throw new HgctlError(EXIT.lock, 'the journal is too busy', { hint: 'run the command again' });
}

export interface Adoption {
  readonly symbol: string;
  readonly strategy: string;
  /** Null: all that is unmanaged. Unsigned. */
  readonly quantity: Quantity | null;
  /** Null: the broker's average price. */
  readonly price: Price | null;
  readonly reason: string;
}

/** Gives unmanaged shares to a strategy; never more than there are, never beside another owner. */
export async function adopt(
  ports: Ports,
  desired: DesiredState,
  adoption: Adoption,
): Promise<{ readonly ledger: Ledger; readonly quantity: Quantity; readonly price: Price }> {
  const { symbol, strategy, reason } = adoption;
  const observed = await observe(ports, desired, { ownFence: null, earlier: null });
  const { snapshot } = observed;
  if (snapshot.positions.kind === 'unknown') throw unknownPositions(snapshot.positions.reason);
  const position = snapshot.positions.data.get(symbol);
  const difference = differenceOf(observed, desired, symbol);
  const unmanaged = difference === undefined || difference.sideFlip ? (0 as Quantity) : difference.unmanaged;
  const quantity = wantedQuantity(adoption, unmanaged);
  const other = difference?.owners.find((owner) => owner !== strategy);
  if (other !== undefined) {
    throw new HgctlError(EXIT.refused, `${symbol} is owned by ${other}: a symbol has one owner`, {
      hint: 'choose that strategy',
    });
  }
  const price = adoption.price ?? position?.averagePrice ?? (0 as Price);
  const anchor = nextAnchor(snapshot.takenAt, [], subtract(unmanaged, quantity));
  const seen = observed.ledger;
  const ledger = commitDecision(ports, (current) => {
    if (current.books !== seen.books) throw changedMeanwhile();
    return { type: 'adopted', strategy, symbol, quantity, cost: valueOf(quantity, price), reason, anchor };
  });
  return { ledger, quantity, price };
}

function wantedQuantity({ symbol, quantity }: Adoption, unmanaged: Quantity): Quantity {
  if (unmanaged === 0) {
    throw new HgctlError(EXIT.refused, `the broker holds no ${symbol} beyond the books`, {
      hint: "see 'hgctl get positions'",
    });
  }
  if (quantity === null) return unmanaged;
  if (quantity > absolute(unmanaged)) {
    throw new HgctlError(EXIT.refused, `only ${formatQuantity(unmanaged)} ${symbol} are unmanaged`, {
      hint: 'adopt at most that many',
    });
  }
  return (unmanaged < 0 ? 0 - quantity : quantity) as Quantity;
}

export interface Resolution {
  readonly symbol: string;
  /** `broker`: the book takes the broker's quantity. `books`: the books are right, and the doubt was not. */
  readonly as: 'broker' | 'books';
  /** Price of what left the book; null: its average cost, so that no profit is invented. */
  readonly price: Price | null;
  readonly reason: string;
}

/** Ends a break, and orders whose fate nobody can find out, by an operator's word. */
export async function resolveSymbol(
  ports: Ports,
  desired: DesiredState,
  resolution: Resolution,
): Promise<Ledger> {
  const { symbol, reason } = resolution;
  const observed = await observe(ports, desired, { ownFence: null, earlier: null });
  const { snapshot, ledger: seen } = observed;
  if (snapshot.positions.kind === 'unknown') throw unknownPositions(snapshot.positions.reason);
  refuseWhileWorking(observed, symbol);
  await refuseIfFound(ports, observed, symbol);
  const owners = [...seen.books].filter(([, book]) => book.has(symbol)).map(([name]) => name);
  const isInDoubt =
    seen.breaks.has(symbol) || [...seen.openOrders.values()].some(({ intent }) => intent.symbol === symbol);
  const difference = differenceOf(observed, desired, symbol);
  if (!isInDoubt && difference?.missing === undefined) {
    throw new HgctlError(EXIT.notFound, `nothing about ${symbol} is in doubt`, { hint: "see 'hgctl plan'" });
  }
  const broker = snapshot.positions.data.get(symbol)?.quantity ?? (0 as Quantity);
  const lots = lotsAfter(resolution, owners, seen, broker);
  const booked = lots.reduce((sum, lot) => sum + lot.quantity, 0);
  const anchor = nextAnchor(snapshot.takenAt, [], subtract(broker, booked as Quantity));
  const price = resolution.price ?? averageCost(seen, symbol);
  return commitDecision(ports, (current) => {
    if (current.books !== seen.books || current.breaks !== seen.breaks) throw changedMeanwhile();
    return { type: 'symbol-resolved', symbol, reason, lots, price, anchor };
  });
}

function refuseWhileWorking({ ledger, snapshot, lock }: ObservedState, symbol: string): void {
  const open =
    snapshot.openOrders.kind === 'ok' && snapshot.openOrders.data.some((order) => order.symbol === symbol);
  const isExecuting =
    lock.kind === 'held' && [...ledger.openOrders.values()].some(({ intent }) => intent.symbol === symbol);
  if (!open && !isExecuting) return;
  throw new HgctlError(EXIT.refused, `an order on ${symbol} is still working`, {
    hint: 'wait for its end, or cancel it, then resolve',
  });
}

/** An operator's word is for what nobody can find out: an order that the broker knows is booked by the next apply. */
async function refuseIfFound(ports: Ports, { ledger }: ObservedState, symbol: string): Promise<void> {
  if (ledger.breaks.has(symbol)) return;
  for (const { intent } of ledger.openOrders.values()) {
    if (intent.symbol !== symbol) continue;
    const found = await lookUp(ports, intent.clientOrderId);
    if (found.kind === 'unreachable') throw unknownPositions(found.reason);
    if (found.kind === 'absent') continue;
    throw new HgctlError(EXIT.refused, `the broker knows ${intent.clientOrderId} (${found.order.status})`, {
      hint: "'hgctl apply' books it and brings it to its end",
    });
  }
}

function lotsAfter(
  { as, symbol }: Resolution,
  owners: readonly string[],
  ledger: Ledger,
  broker: Quantity,
): { strategy: string; quantity: Quantity }[] {
  const owned = (strategy: string): Quantity =>
    ledger.books.get(strategy)?.get(symbol)?.quantity ?? (0 as Quantity);
  if (as === 'books') return owners.map((strategy) => ({ strategy, quantity: owned(strategy) }));
  if (owners.length > 1) {
    throw new HgctlError(
      EXIT.refused,
      `${symbol} has two owners (${owners.join(', ')}): the broker cannot say whose shares are left`,
      {
        hint: "use '--as books', then let the owners close their own parts",
      },
    );
  }
  return owners.map((strategy) => ({ strategy, quantity: withinBook(owned(strategy), broker) }));
}

/** What the broker holds beyond the book stays unmanaged: `adopt` is the way to own it. */
function withinBook(owned: Quantity, broker: Quantity): Quantity {
  return owned > 0
    ? (Math.max(0, Math.min(owned, broker)) as Quantity)
    : (Math.min(0, Math.max(owned, broker)) as Quantity);
}

function averageCost(ledger: Ledger, symbol: string): Price {
  const lot = [...ledger.books.values()].map((book) => book.get(symbol)).find((found) => found !== undefined);
  return lot === undefined ? (0 as Price) : averageOf(lot.cost, lot.quantity);
}

function differenceOf(
  { ledger, snapshot }: ObservedState,
  desired: DesiredState,
  symbol: string,
): Difference | undefined {
  if (snapshot.positions.kind === 'unknown') return undefined;
  const { settleWindow } = desired.account.execution;
  return attribute(ledger, snapshot.positions.data, snapshot.takenAt, settleWindow).differences.get(symbol);
}

function unknownPositions(reason: string): HgctlError {
  return new HgctlError(EXIT.broker, `the broker's positions are not known: ${reason}`, {
    hint: 'try again',
  });
}

function changedMeanwhile(): HgctlError {
  return new HgctlError(EXIT.conflict, 'the books changed meanwhile', {
    hint: 'look again, then repeat the command',
  });
}
