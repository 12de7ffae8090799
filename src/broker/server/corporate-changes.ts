/** Splits and changes of symbols that a fault script makes happen, and what they were for the account. Pure. */
import { mulDiv, valueOf, type Money, type Quantity } from '../../domain/decimal.ts';
import { renameHolding, type Rename } from '../simulated-rename.ts';
import { splitHolding, type Split } from '../simulated-split.ts';
import type { CorporateChange, SimulatedState } from '../simulated-state.ts';

export type HappeningChange = ({ readonly kind: 'split' } & Split) | ({ readonly kind: 'rename' } & Rename);

/** The account after it, which remembers it; at the time of the account. Throws as {@link splitHolding} and {@link renameHolding}. */
export function afterChange(state: SimulatedState, change: HappeningChange): SimulatedState {
  const held = state.positions.get(change.kind === 'split' ? change.symbol : change.from);
  const next = change.kind === 'split' ? splitHolding(state, change) : renameHolding(state, change);
  const record: CorporateChange = { ...change, time: state.time, ...(held !== undefined && { held }) };
  return { ...next, changes: [...(state.changes ?? []), record] };
}

export interface HeldChange {
  /** Of which symbol shares went. */
  readonly symbol: string;
  readonly quantity: Quantity;
  /** As which symbol they came. */
  readonly newSymbol: string;
  /** Zero: nothing is left. */
  readonly newQuantity: Quantity;
  /** For shares of which nothing is left; else zero. */
  readonly paidOut: Money;
}

/** Null where the account held nothing of it. */
export function heldChangeOf(change: CorporateChange): HeldChange | null {
  const { held } = change;
  if (held === undefined) return null;
  const { quantity, averagePrice } = held;
  if (change.kind === 'rename')
    return {
      symbol: change.from,
      quantity,
      newSymbol: change.to,
      newQuantity: quantity,
      paidOut: 0 as Money,
    };
  const { symbol, from, to } = change;
  const newQuantity = mulDiv(quantity, to, from) as Quantity;
  const paidOut = newQuantity === 0 ? valueOf(quantity, averagePrice) : (0 as Money);
  return { symbol, quantity, newSymbol: symbol, newQuantity, paidOut };
}

/** What was held before it; `quantities`: what was held just after it. */
export function undoChange(quantities: Map<string, Quantity>, change: HeldChange): void {
  quantities.delete(change.newSymbol);
  quantities.set(change.symbol, change.quantity);
}
