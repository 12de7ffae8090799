/** Whether anything is left of what strategies own, on a fresh and complete snapshot. */
import type { Quantity } from '../domain/decimal.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { attribute } from '../observed/attribution.ts';
import type { BrokerOrder } from '../observed/broker-view.ts';
import { findOrder, type LedgerOrder } from '../observed/ledger.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import { observe } from './observe.ts';

export interface Leftover {
  readonly strategy: string;
  readonly symbol: string;
  /** Signed like the book. */
  readonly quantity: Quantity;
}

export interface Flatness {
  /** What the broker did not answer; null when the snapshot is complete. */
  readonly unknown: string | null;
  readonly leftovers: readonly Leftover[];
  /** Orders of ours without an end. */
  readonly openOrders: readonly LedgerOrder[];
  /** Open at the broker, and not in the journal. */
  readonly foreignOrders: readonly BrokerOrder[];
  /** Symbols whose books and broker differ by more than shares that nobody owns. */
  readonly unexplained: readonly string[];
  /** Shares that no strategy owns. */
  readonly unmanaged: readonly { readonly symbol: string; readonly quantity: Quantity }[];
}

/** Looks again after the settle window while the broker's positions lag behind our own fills. */
export async function verifyFlat(ports: Ports, desired: DesiredState): Promise<Flatness> {
  const first = flatnessOf(await lookAt(ports, desired), desired);
  if (!first.isSettling) return first;
  await ports.clock.sleep(desired.account.execution.settleWindow);
  return flatnessOf(await lookAt(ports, desired), desired);
}

/** Positions and orders tell whether the account is flat; a price that cannot be read tells nothing. */
function lookAt(ports: Ports, desired: DesiredState): Promise<ObservedState> {
  const market = { ...ports.market, quotes: () => Promise.resolve(new Map<string, never>()) };
  return observe({ ...ports, market }, desired, { ownFence: null, earlier: null });
}

function flatnessOf(
  { ledger, snapshot }: ObservedState,
  desired: DesiredState,
): Flatness & { readonly isSettling: boolean } {
  const { account, positions, openOrders, clock, takenAt } = snapshot;
  const missing = [account, positions, openOrders, clock].find((part) => part.kind === 'unknown');
  const { settleWindow } = desired.account.execution;
  const differences =
    positions.kind === 'ok'
      ? [...attribute(ledger, positions.data, takenAt, settleWindow).differences.values()]
      : [];
  return {
    unknown: missing?.kind === 'unknown' ? missing.reason : null,
    leftovers: [...ledger.books].flatMap(([strategy, book]) =>
      [...book].map(([symbol, { quantity }]) => ({ strategy, symbol, quantity })),
    ),
    openOrders: [...ledger.openOrders.values()],
    foreignOrders:
      openOrders.kind === 'ok'
        ? openOrders.data.filter(({ clientOrderId }) => findOrder(ledger, clientOrderId) === undefined)
        : [],
    unexplained: differences
      .filter((one) => one.missing !== 0 || one.settling !== 0)
      .map(({ symbol }) => symbol),
    unmanaged: differences
      .filter((one) => one.unmanaged !== 0)
      .map(({ symbol, unmanaged }) => ({ symbol, quantity: unmanaged })),
    isSettling: differences.some((one) => one.settling !== 0),
  };
}
