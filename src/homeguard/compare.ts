/** Opening lots beside what the broker holds. */
import { negate, type Quantity } from '../domain/decimal.ts';
import { compareText } from '../domain/names.ts';
import type { OpeningLot } from '../observed/events.ts';

export interface Held {
  readonly symbol: string;
  readonly quantity: Quantity;
}

export interface Comparison {
  /** A strategy of the original writes short lots without their sign; the broker is short of just these shares. */
  readonly unsigned: readonly OpeningLot[];
  /** Symbols of several strategies whose lots do not add up to what the broker holds. */
  readonly conflicts: readonly Conflict[];
  /** Of one strategy, and the broker holds another quantity: evidence decides later. */
  readonly differences: readonly Difference[];
  /** In no lot. */
  readonly unmanaged: readonly Held[];
}

export interface Conflict {
  readonly symbol: string;
  readonly lots: readonly OpeningLot[];
  /** Null while the broker was not asked. */
  readonly broker: Quantity | null;
}

export interface Difference {
  readonly symbol: string;
  readonly strategy: string;
  readonly booked: Quantity;
  readonly broker: Quantity;
}

export function compareLots(lots: readonly OpeningLot[], positions: readonly Held[]): Comparison {
  const held = new Map(positions.map(({ symbol, quantity }) => [symbol, quantity]));
  const booked = bySymbol(lots);
  const unsigned = [...booked].flatMap(([symbol, own]) => {
    const [lot] = own;
    const isFlipped =
      own.length === 1 && lot !== undefined && lot.quantity > 0 && (held.get(symbol) ?? 0) < 0;
    return isFlipped ? [lot] : [];
  });
  const conflicts = [...booked]
    .filter(([symbol, own]) => own.length > 1 && sumOf(own) !== (held.get(symbol) ?? 0))
    .map(([symbol, own]) => ({ symbol, lots: own, broker: held.get(symbol) ?? (0 as Quantity) }));
  const differences = [...booked].flatMap(([symbol, own]) => {
    const [lot] = own;
    const broker = held.get(symbol) ?? (0 as Quantity);
    if (own.length > 1 || lot === undefined || lot.quantity === broker) return [];
    return [{ symbol, strategy: lot.strategy, booked: lot.quantity, broker }];
  });
  const unmanaged = positions.filter(({ symbol }) => !booked.has(symbol));
  return { unsigned, conflicts, differences, unmanaged };
}

/** Symbols of several strategies, while nobody can say what the broker holds. */
export function sharedSymbols(lots: readonly OpeningLot[]): Conflict[] {
  return [...bySymbol(lots)]
    .filter(([, own]) => own.length > 1)
    .map(([symbol, own]) => ({ symbol, lots: own, broker: null }));
}

/** The same lots, with these as short ones. */
export function asShort(lots: readonly OpeningLot[], short: readonly OpeningLot[]): OpeningLot[] {
  return lots.map((lot) =>
    short.includes(lot) ? { ...lot, quantity: negate(lot.quantity), cost: negate(lot.cost) } : lot,
  );
}

function bySymbol(lots: readonly OpeningLot[]): ReadonlyMap<string, readonly OpeningLot[]> {
  const found = new Map<string, OpeningLot[]>();
  for (const lot of lots) found.set(lot.symbol, [...(found.get(lot.symbol) ?? []), lot]);
  return new Map([...found].sort(([a], [b]) => compareText(a, b)));
}

function sumOf(lots: readonly OpeningLot[]): number {
  return lots.reduce((sum, { quantity }) => sum + quantity, 0);
}
