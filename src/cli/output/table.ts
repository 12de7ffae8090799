/** Tables as kubectl prints them: columns of text, no borders. */
import { stripVTControlCharacters } from 'node:util';

export interface TableColumn {
  readonly header: string;
  /** Left by default. */
  readonly align?: 'left' | 'right';
}

const GAP = '   ';

/**
 * One line a row, each ended by a newline and none with spaces at its end, under a line of headers unless `headers`
 * is false. Cells are single lines: pass what comes from outside through `printable`. They may carry colour. A row
 * that is short of cells has empty ones.
 */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  options: { readonly headers?: boolean } = {},
): string {
  const headers = columns.map((column) => column.header);
  const lines = options.headers === false ? rows : [headers, ...rows];
  const widths = columns.map((_, index) =>
    Math.max(0, ...lines.map((cells) => displayWidth(cells[index] ?? ''))),
  );
  return lines.map((cells) => `${formatLine(columns, widths, cells)}\n`).join('');
}

function formatLine(
  columns: readonly TableColumn[],
  widths: readonly number[],
  cells: readonly string[],
): string {
  const padded = columns.map((column, index) => {
    const cell = cells[index] ?? '';
    const padding = ' '.repeat((widths[index] ?? 0) - displayWidth(cell));
    return column.align === 'right' ? padding + cell : cell + padding;
  });
  return padded.join(GAP).trimEnd();
}

const PLAIN = /^[ -~]*$/;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]/u;
const TWO_COLUMNS = new RegExp(
  '^(?:\\p{Emoji_Presentation}|.\\ufe0f|' +
    '[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\u33ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\ua000-\\ua4cf\\ua960-\\ua97f' +
    '\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6\\u{20000}-\\u{3fffd}])',
  'u',
);

/** Columns of a terminal that a line takes: colour takes none, East Asian characters and emoji take two. */
export function displayWidth(line: string): number {
  if (PLAIN.test(line)) return line.length;
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(stripVTControlCharacters(line))) {
    if (!NO_WIDTH.test(segment)) width += TWO_COLUMNS.test(segment) ? 2 : 1;
  }
  return width;
}
