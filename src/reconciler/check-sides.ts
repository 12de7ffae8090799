/** Of the second opinion: no order crosses zero, nothing is opened against the other side, sizes count on both sides. */
import { SHARE, shareOf, valueOf, type Money, type Quantity } from '../domain/decimal.ts';
import type { AccountLimits, Capital, DesiredStrategy } from '../desired/desired-state.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { OrderAction } from './plan-types.ts';

interface Sides {
  readonly order: OrderAction;
  readonly isEntry: boolean;
  /** What the broker holds: signed. */
  readonly held: Quantity;
}

/** What the order makes of its book, by sign and sum. */
export function checkSides({ order, isEntry, held }: Sides): string[] {
  const { id, from, to, side, quantity } = order;
  const wrong: string[] = [];
  if (from + (side === 'buy' ? quantity : 0 - quantity) !== to)
    wrong.push(`${id}: ${from} does not become ${to}`);
  const staysOn = [from, to].every((book) => book >= 0) || [from, to].every((book) => book <= 0);
  if (!staysOn) wrong.push(`${id}: one order from ${from} to ${to}, across zero`);
  if (Math.abs(to) > Math.abs(from) !== isEntry) wrong.push(`${id}: ${from} to ${to} is no such order`);
  if (isEntry && (side === 'buy' ? held < 0 : held > 0)) wrong.push(`${id}: against ${held} at the broker`);
  return wrong;
}

interface Bounds {
  readonly equity: Money;
  readonly capital: Capital;
  readonly limits: AccountLimits;
}

/** Of one position and one order, on either side. */
export function checkSize(
  { id, to, price, value }: OrderAction,
  { equity, capital, limits }: Bounds,
): string[] {
  const wrong: string[] = [];
  if (Math.abs(valueOf(to, price)) > shareOf(equity, capital.positionSize))
    wrong.push(`${id}: above positionSize`);
  if (limits.maxOrderValue !== null && value > limits.maxOrderValue) wrong.push(`${id}: above maxOrderValue`);
  return wrong;
}

/** An order that sells what is not there needs the word of the manifest, and of the broker. */
export function checkShort(
  { id, symbol, to, quantity }: OrderAction,
  { capital, signal }: DesiredStrategy,
  { assets }: Pick<ObservedState, 'assets'>,
): string[] {
  if (to >= 0) return [];
  const wrong: string[] = [];
  if (capital.shorts === undefined && signal.type !== 'pairs')
    wrong.push(`${id}: its strategy may not go short`);
  const asset = assets?.kind === 'ok' ? assets.data.get(symbol) : undefined;
  if (asset === undefined) wrong.push(`${id}: nobody knows whether ${symbol} can be borrowed`);
  else if (asset.notShortable !== null) wrong.push(`${id}: ${asset.notShortable}`);
  if (quantity % SHARE !== 0) wrong.push(`${id}: a part of a share cannot be sold short`);
  return wrong;
}
