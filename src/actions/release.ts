/** A strategy gives shares up: the reverse of an adoption. They stay at the broker and belong to nobody. */
import { absolute, add, formatQuantity, NO_QUANTITY, valueOf, type Quantity } from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { lotOf } from '../observed/ledger.ts';
import type { Ports } from '../reconciler/ports.ts';
import { refuseInDoubt } from './adopt.ts';
import { changedMeanwhile, commitDecision, viewSymbol } from './operator.ts';

export interface Release {
  readonly symbol: string;
  readonly strategy: string;
  /** Null: all that it owns. Unsigned. */
  readonly quantity: Quantity | null;
  readonly reason: string;
}

/** Never more than the book; returns what was given up, signed like it. */
export async function releaseShares(
  ports: Ports,
  desired: DesiredState,
  release: Release,
): Promise<Quantity> {
  const { symbol, strategy, reason } = release;
  const { observed, position, difference, anchor } = await viewSymbol(ports, desired, symbol);
  refuseInDoubt(observed.ledger, symbol);
  const owned = lotOf(observed.ledger, strategy, symbol)?.quantity ?? NO_QUANTITY;
  const quantity = wantedQuantity(release, owned);
  if (difference !== undefined && difference.missing !== 0) throw missingShares(symbol);
  const rest = anchor(add(difference?.unmanaged ?? NO_QUANTITY, quantity));
  commitDecision(ports, (current) => {
    refuseInDoubt(current, symbol);
    if (current.books !== observed.ledger.books) throw changedMeanwhile();
    const value = position === undefined ? {} : { value: valueOf(quantity, position.marketPrice) };
    return { type: 'released', strategy, symbol, quantity, ...value, reason, anchor: rest };
  });
  return quantity;
}

function wantedQuantity({ symbol, strategy, quantity }: Release, owned: Quantity): Quantity {
  if (owned === 0) {
    throw new HgctlError(EXIT.refused, `${strategy} owns no ${symbol}`, {
      hint: "see 'hgctl get positions'",
    });
  }
  if (quantity === null) return owned;
  if (quantity > absolute(owned)) {
    throw new HgctlError(EXIT.refused, `${strategy} owns only ${formatQuantity(owned)} ${symbol}`, {
      hint: 'release at most that many',
    });
  }
  return (owned < 0 ? 0 - quantity : quantity) as Quantity;
}

function missingShares(symbol: string): HgctlError {
  return new HgctlError(EXIT.refused, `the broker holds fewer ${symbol} than the books say`, {
    hint: "'hgctl plan' shows the difference; resolve it first",
  });
}
