/** Gives unmanaged shares to a strategy: the only way in which shares of nobody get an owner. */
import { absolute, formatQuantity, subtract, valueOf, type Price, type Quantity } from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { stoppingBreak, type Ledger } from '../observed/ledger.ts';
import type { Ports } from '../reconciler/ports.ts';
import { changedMeanwhile, commitDecision, viewSymbol, type SymbolView } from './operator.ts';
import { likeness } from './resolved-lots.ts';

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
  const view = await viewSymbol(ports, desired, symbol);
  const { observed, position, difference, anchor } = view;
  refuseInDoubt(observed.ledger, symbol);
  refuseAfterSplit(view, symbol);
  const unmanaged = difference === undefined || difference.sideFlip ? (0 as Quantity) : difference.unmanaged;
  const quantity = wantedQuantity(adoption, unmanaged);
  const other = difference?.owners.find((owner) => owner !== strategy);
  if (other !== undefined) {
    throw new HgctlError(EXIT.refused, `${symbol} is owned by ${other}: a symbol has one owner`, {
      hint: 'choose that strategy',
    });
  }
  const price = adoption.price ?? position?.averagePrice ?? (0 as Price);
  const rest = anchor(subtract(unmanaged, quantity));
  const ledger = commitDecision(ports, (current) => {
    refuseInDoubt(current, symbol);
    if (current.books !== observed.ledger.books) throw changedMeanwhile();
    return {
      type: 'adopted',
      strategy,
      symbol,
      quantity,
      cost: valueOf(quantity, price),
      ...(position === undefined
        ? {}
        : { seenPrice: position.averagePrice, value: valueOf(quantity, position.marketPrice) }),
      reason,
      anchor: rest,
    };
  });
  return { ledger, quantity, price };
}

/** New shares of a split are no purchase: the book has them already, at a part of its cost. */
function refuseAfterSplit(view: SymbolView, symbol: string): void {
  const split = likeness(view);
  if (split === null) return;
  throw new HgctlError(EXIT.refused, `${symbol} looks split, ${split.to} for ${split.from}`, {
    hint: `'hgctl apply' looks twice, then 'hgctl resolve ${symbol} --as split' lets the books follow`,
  });
}

/** What an order of ours bought, and is not booked yet, looks like shares of nobody. */
export function refuseInDoubt(ledger: Ledger, symbol: string): void {
  const order = [...ledger.openOrders.values()].find(({ intent }) => intent.symbol === symbol);
  if (order === undefined && stoppingBreak(ledger, symbol) === undefined) return;
  const what =
    order === undefined
      ? `a break on ${symbol} is open`
      : `order ${order.intent.clientOrderId} has no end yet`;
  throw new HgctlError(EXIT.refused, `${what}: whose shares these are is not known`, {
    hint: "'hgctl apply' brings orders to their end, 'hgctl resolve' ends a break; then look again",
  });
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
