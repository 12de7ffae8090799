/** An operator ends the doubt about a symbol: a break, an order whose fate nobody can find out, a freeze. */
import { averageOf, formatQuantity, subtract, type Price, type Quantity } from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import { lookUp } from './look-up.ts';
import { brokerUnknown, changedMeanwhile, commitDecision, viewSymbol, type SymbolView } from './operator.ts';

export interface Resolution {
  readonly symbol: string;
  /** `broker`: the book takes the broker's quantity. `books`: the books are right, and the doubt was not. */
  readonly as: 'broker' | 'books';
  /** Whose shares left, where a symbol has two owners; null where it has one. */
  readonly strategy: string | null;
  /** Price of what left the book; null: its average cost, so that no profit is invented. */
  readonly price: Price | null;
  readonly reason: string;
}

export async function resolveSymbol(
  ports: Ports,
  desired: DesiredState,
  resolution: Resolution,
): Promise<Ledger> {
  const { symbol, reason } = resolution;
  const view = await viewSymbol(ports, desired, symbol);
  const { ledger } = view.observed;
  refuseWhileWorking(view.observed, symbol);
  await refuseIfFound(ports, view.observed, symbol);
  if (!isInDoubt(view, symbol)) {
    throw new HgctlError(EXIT.notFound, `nothing about ${symbol} is in doubt`, { hint: "see 'hgctl plan'" });
  }
  const lots = lotsAfter(resolution, view);
  const booked = lots.reduce((sum, lot) => sum + lot.quantity, 0) as Quantity;
  const anchor = view.anchor(subtract(view.position?.quantity ?? (0 as Quantity), booked));
  const price = resolution.price ?? averageCost(ledger, symbol);
  const { clock } = view.observed.snapshot;
  if (clock.kind === 'unknown') throw brokerUnknown(clock.reason);
  const sessionDate = clock.data.session.date;
  return commitDecision(ports, (current) => {
    if (current.books !== ledger.books || current.breaks !== ledger.breaks) throw changedMeanwhile();
    return { type: 'symbol-resolved', symbol, reason, lots, price, anchor, sessionDate };
  });
}

function isInDoubt({ observed: { ledger }, difference }: SymbolView, symbol: string): boolean {
  const isUnresolved = [...ledger.openOrders.values()].some(({ intent }) => intent.symbol === symbol);
  const isMissing = difference !== undefined && difference.missing !== 0;
  return isUnresolved || isMissing || ledger.breaks.has(symbol) || ledger.shrunkOn.has(symbol);
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
    if (found.kind === 'unreachable') throw brokerUnknown(found.reason);
    if (found.kind === 'absent') continue;
    throw new HgctlError(EXIT.refused, `the broker knows ${intent.clientOrderId} (${found.order.status})`, {
      hint: "'hgctl apply' books it and brings it to its end",
    });
  }
}

interface ResolvedLot {
  readonly strategy: string;
  readonly quantity: Quantity;
}

function lotsAfter(resolution: Resolution, { observed: { ledger }, difference }: SymbolView): ResolvedLot[] {
  const { as, symbol } = resolution;
  const lots = [...ledger.books].flatMap(([strategy, book]): ResolvedLot[] => {
    const lot = book.get(symbol);
    return lot === undefined ? [] : [{ strategy, quantity: lot.quantity }];
  });
  const missing = difference?.missing ?? (0 as Quantity);
  if (missing === 0) return lots;
  if (as === 'books') {
    throw new HgctlError(
      EXIT.refused,
      `the broker still holds ${formatQuantity(missing)} ${symbol} against the books`,
      {
        hint: "the books can only be right once the broker agrees; '--as broker' takes the missing shares out of them",
      },
    );
  }
  const loser = loserOf(resolution, lots, missing);
  return lots.map((lot) =>
    lot === loser ? { ...lot, quantity: (lot.quantity + missing) as Quantity } : lot,
  );
}

/** The lot that the missing shares leave; of two owners, the operator says whose. */
function loserOf(
  { symbol, strategy }: Resolution,
  lots: readonly ResolvedLot[],
  missing: Quantity,
): ResolvedLot {
  const names = lots.map((lot) => lot.strategy).join(', ');
  const chosen =
    strategy === null && lots.length === 1 ? lots[0] : lots.find((lot) => lot.strategy === strategy);
  if (chosen === undefined) {
    throw new HgctlError(
      EXIT.refused,
      `${symbol} is in the books of ${names}: the broker cannot say whose shares left`,
      {
        hint: 'say it with --strategy NAME',
      },
    );
  }
  if (Math.abs(chosen.quantity) >= Math.abs(missing)) return chosen;
  const owned = `${chosen.strategy} owns ${formatQuantity(chosen.quantity)} ${symbol}`;
  throw new HgctlError(EXIT.refused, `${owned}, and ${formatQuantity(missing)} are missing`, {
    hint: 'choose the other owner',
  });
}

function averageCost(ledger: Ledger, symbol: string): Price {
  const lot = [...ledger.books.values()].map((book) => book.get(symbol)).find((found) => found !== undefined);
  return lot === undefined ? (0 as Price) : averageOf(lot.cost, lot.quantity);
}
