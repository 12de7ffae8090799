/** Who holds what: the books, and what the broker holds beside them. */
import {
  averageOf,
  formatMoney,
  formatQuantity,
  valueOf,
  type Price,
  type Quantity,
} from '../../domain/decimal.ts';
import { compareText } from '../../domain/names.ts';
import { formatInstant } from '../../domain/instant.ts';
import { attribute } from '../../observed/attribution.ts';
import type { BrokerPosition } from '../../observed/broker-view.ts';
import type { Lot } from '../../observed/book.ts';
import { stoppingBreak, type Ledger } from '../../observed/ledger.ts';
import type { ObservedState } from '../../observed/observed-state.ts';
import { grouped } from '../output/figures.ts';
import type { Column } from '../output/formats.ts';

export interface PositionItem {
  readonly strategy: string | null;
  readonly symbol: string;
  readonly quantity: string;
  readonly averageCost: string;
  readonly marketValue: string | null;
  readonly since: string | null;
  readonly orderId: string | null;
  readonly class: 'owned' | 'unmanaged' | 'settling' | 'break';
}

export function positionItems({ ledger, snapshot }: ObservedState, settleWindow: number): PositionItem[] {
  const positions = snapshot.positions.kind === 'ok' ? snapshot.positions.data : null;
  const differences =
    positions === null ? null : attribute(ledger, positions, snapshot.takenAt, settleWindow).differences;
  const owned = sortedByName(ledger.books).flatMap(([strategy, book]) =>
    sortedByName(book).map(([symbol, lot]) =>
      ownedItem(strategy, symbol, lot, {
        ledger,
        position: positions?.get(symbol),
        isSettling: (differences?.get(symbol)?.settling ?? 0) !== 0,
      }),
    ),
  );
  const ofNobody = [...(differences?.values() ?? [])].flatMap((difference) => {
    const { symbol, owners, unmanaged, settling } = difference;
    const position = positions?.get(symbol);
    if (unmanaged !== 0) return [itemOfNobody('unmanaged', symbol, unmanaged, position)];
    // Sold by us just now, and still in the broker's list: it goes, or it turns out to be unmanaged.
    return settling !== 0 && owners.length === 0
      ? [itemOfNobody('settling', symbol, settling, position)]
      : [];
  });
  return [...owned, ...ofNobody];
}

function sortedByName<Value>(entries: Iterable<readonly [string, Value]>): (readonly [string, Value])[] {
  return [...entries].sort(([a], [b]) => compareText(a, b));
}

interface OwnedFacts {
  readonly ledger: Ledger;
  readonly position: BrokerPosition | undefined;
  readonly isSettling: boolean;
}

function ownedItem(
  strategy: string,
  symbol: string,
  lot: Lot,
  { ledger, position, isSettling }: OwnedFacts,
): PositionItem {
  return {
    strategy,
    symbol,
    quantity: formatQuantity(lot.quantity),
    averageCost: formatMoney(averageOf(lot.cost, lot.quantity)),
    marketValue: marketValue(lot.quantity, position),
    since: formatInstant(lot.since),
    orderId: lot.orderId,
    class: stoppingBreak(ledger, symbol) !== undefined ? 'break' : isSettling ? 'settling' : 'owned',
  };
}

function itemOfNobody(
  kind: 'unmanaged' | 'settling',
  symbol: string,
  quantity: Quantity,
  position: BrokerPosition | undefined,
): PositionItem {
  const averageCost = formatMoney(position?.averagePrice ?? (0 as Price));
  return {
    strategy: null,
    symbol,
    quantity: formatQuantity(quantity),
    averageCost,
    marketValue: marketValue(quantity, position),
    since: null,
    orderId: null,
    class: kind,
  };
}

function marketValue(quantity: Quantity, position: BrokerPosition | undefined): string | null {
  return position === undefined ? null : formatMoney(valueOf(quantity, position.marketPrice));
}

export const POSITION_COLUMNS: readonly Column<PositionItem>[] = [
  { header: 'STRATEGY', value: ({ strategy, class: kind }) => strategy ?? `<${kind}>` },
  { header: 'SYMBOL', value: ({ symbol }) => symbol },
  { header: 'QUANTITY', align: 'right', figure: grouped, value: ({ quantity }) => quantity },
  { header: 'COST', align: 'right', figure: grouped, value: ({ averageCost }) => averageCost },
  {
    header: 'VALUE',
    align: 'right',
    figure: grouped,
    value: ({ marketValue: value }) => value ?? '<unknown>',
  },
  { header: 'CLASS', value: (item) => item.class },
];

export const POSITION_WIDE: readonly Column<PositionItem>[] = [
  { header: 'SINCE', value: ({ since }) => since ?? '<none>' },
  { header: 'ORDER', value: ({ orderId }) => orderId ?? '<none>' },
];
