/** Comma-separated values, RFC 4180. */

/** One line a row, each ended by CR LF; cells are quoted where they must be. */
export function formatCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${cells.map(csvField).join(',')}\r\n`).join('');
}

function csvField(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Text that a spreadsheet would run as a formula, made plain text; for names, never for numbers. */
export function plainCell(text: string): string {
  return /^[=+\-@\t]/.test(text) ? `'${text}` : text;
}
