/** Open breaks: what the broker and the books do not agree on, and what ends it. */
import { formatInstant } from '../../domain/instant.ts';
import type { Ledger } from '../../observed/ledger.ts';
import { wayOut } from '../../reconciler/way-out.ts';
import type { Column } from '../output/formats.ts';

export interface BreakItem {
  readonly symbol: string;
  readonly kind: string;
  /** The owner; null where there is none, or more than one. */
  readonly strategy: string | null;
  readonly detail: string;
  readonly since: string;
  readonly wayOut: string;
}

export function breakItems({ breaks, books }: Ledger): BreakItem[] {
  const sorted = [...breaks.values()].sort((a, b) => a.since - b.since);
  return sorted.map(({ symbol, kind, detail, since }) => {
    const owners = [...books].filter(([, book]) => book.has(symbol)).map(([name]) => name);
    const strategy = owners.length === 1 ? (owners[0] ?? null) : null;
    return { symbol, kind, strategy, detail, since: formatInstant(since), wayOut: wayOut(symbol, kind) };
  });
}

export const BREAK_COLUMNS: readonly Column<BreakItem>[] = [
  { header: 'SYMBOL', value: ({ symbol }) => symbol },
  { header: 'KIND', value: ({ kind }) => kind },
  { header: 'STRATEGY', value: ({ strategy }) => strategy ?? '<none>' },
  { header: 'SINCE', value: ({ since }) => since },
  { header: 'DETAIL', value: ({ detail }) => detail },
];

export const BREAK_WIDE: readonly Column<BreakItem>[] = [{ header: 'WAY-OUT', value: (item) => item.wayOut }];
