/** An operator ends the doubt about a symbol: a break, an order whose fate nobody can find out, a freeze. */
import { averageOf, subtract, type Price, type Quantity } from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import { lookUp } from './look-up.ts';
import { brokerUnknown } from './broker-unknown.ts';
import { changedMeanwhile, commitDecision, viewSymbol, type SymbolView } from './operator.ts';
import { arrivedOf, likeness, lotsAfter, lotsAfterSplit, splitOf, type Resolution } from './resolved-lots.ts';

export async function resolveSymbol(
  ports: Ports,
  desired: DesiredState,
  resolution: Resolution,
): Promise<Ledger> {
  const { symbol, reason } = resolution;
  const view = await viewSymbol(ports, desired, symbol);
  const { ledger } = view.observed;
  refuseWhileWorking(view.observed, symbol);
  const { clock } = view.observed.snapshot;
  if (clock.kind === 'unknown') throw brokerUnknown(clock);
  const sessionDate = clock.data.session.date;
  await refuseIfAlive(ports, view.observed, { symbol, sessionDate });
  if (!isInDoubt(view, resolution)) {
    throw new HgctlError(EXIT.notFound, `nothing about ${symbol} is in doubt`, {
      hint:
        resolution.as === 'split'
          ? "'--ratio TO:FROM' says how it was split, where it does not show"
          : "see 'hgctl plan'",
    });
  }
  const split = resolution.as === 'split' ? splitOf(resolution, view) : null;
  const arrived = arrivedOf(view, symbol, desired.account.execution.settleWindow);
  const lots =
    split === null ? lotsAfter(resolution, view, arrived) : lotsAfterSplit(resolution, view, split);
  const booked = lots.reduce((sum, lot) => sum + lot.quantity, 0) as Quantity;
  const anchor = view.anchor(subtract(view.position?.quantity ?? (0 as Quantity), booked));
  const price = resolution.price ?? (arrived === null ? averageCost(ledger, symbol) : priceAt(view));
  return commitDecision(ports, (current) => {
    const isSame =
      current.books === ledger.books &&
      current.breaks === ledger.breaks &&
      openOrdersOf(current, symbol) === openOrdersOf(ledger, symbol);
    if (!isSame) throw changedMeanwhile();
    const seenPrice = priceAt(view);
    const said = split === null ? {} : { split };
    return { type: 'symbol-resolved', symbol, reason, lots, price, seenPrice, anchor, sessionDate, ...said };
  });
}

const NO_PRICE = 0 as Price;

/** An order that an execution has sent meanwhile, or sent again, is not the one that the operator has looked for. */
function openOrdersOf({ openOrders }: Ledger, symbol: string): string {
  const ours = [...openOrders.values()].filter(({ intent }) => intent.symbol === symbol);
  return ours
    .map(({ intent, status, updatedAt }) => `${intent.clientOrderId} ${status} ${updatedAt}`)
    .join(' ');
}

function isInDoubt(view: SymbolView, { symbol, ratio }: Resolution): boolean {
  const { difference } = view;
  const { ledger } = view.observed;
  const isUnresolved = [...ledger.openOrders.values()].some(({ intent }) => intent.symbol === symbol);
  const isMissing =
    difference !== undefined && (difference.missing !== 0 || (ratio ?? likeness(view)) !== null);
  const isRemembered = ledger.shrunkOn.has(symbol) || ledger.splits.has(symbol);
  return isUnresolved || isMissing || ledger.breaks.has(symbol) || isRemembered;
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

/**
 * An operator's word is for what nobody can find out: an order that the broker knows is booked by the next apply, and one
 * that it has confirmed may come back until its session is over.
 */
async function refuseIfAlive(
  ports: Ports,
  { ledger }: ObservedState,
  { symbol, sessionDate }: { readonly symbol: string; readonly sessionDate: CalendarDate },
): Promise<void> {
  if (ledger.breaks.has(symbol)) return;
  for (const { intent, brokerOrderId } of ledger.openOrders.values()) {
    if (intent.symbol !== symbol) continue;
    const found = await lookUp(ports, intent.clientOrderId);
    if (found.kind === 'unreachable') throw brokerUnknown(found);
    if (found.kind === 'absent') {
      if (brokerOrderId === null || intent.sessionDate < sessionDate) continue;
      throw new HgctlError(
        EXIT.refused,
        `the broker has confirmed ${intent.clientOrderId} today, and does not show it now`,
        { hint: "'hgctl apply' asks for it again; after its session it can be resolved" },
      );
    }
    throw new HgctlError(EXIT.refused, `the broker knows ${intent.clientOrderId} (${found.order.status})`, {
      hint: "'hgctl apply' books it and brings it to its end",
    });
  }
}

function priceAt({ position }: SymbolView): Price {
  return position?.averagePrice ?? NO_PRICE;
}

function averageCost(ledger: Ledger, symbol: string): Price {
  const lot = [...ledger.books.values()].map((book) => book.get(symbol)).find((found) => found !== undefined);
  return lot === undefined ? (0 as Price) : averageOf(lot.cost, lot.quantity);
}
