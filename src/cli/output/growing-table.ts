/** A table whose rows come one after another: under the same headers, and as wide as what came before. */
import type { Column } from './formats.ts';
import { printable } from './printable.ts';
import { displayWidth, formatTable } from './table.ts';

export interface GrowingTable<Item> {
  /** The next rows; the first ones come under their headers. */
  rows(items: readonly Item[]): string;
}

export function growingTable<Item>(columns: readonly Column<Item>[]): GrowingTable<Item> {
  let widths = columns.map(({ header }) => header.length);
  let headers = true;
  return {
    rows: (items) => {
      if (items.length === 0) return '';
      const cells = items.map((item) => columns.map(({ value }) => printable(value(item))));
      widths = widths.map((width, index) =>
        Math.max(width, ...cells.map((row) => displayWidth(row[index] ?? ''))),
      );
      const padded = columns.map((column, index) => ({
        ...column,
        header: column.header.padEnd(widths[index] ?? 0),
      }));
      const lines = formatTable(padded, cells).split('\n');
      const text = (headers ? lines : lines.slice(1)).join('\n');
      headers = false;
      return text;
    },
  };
}
