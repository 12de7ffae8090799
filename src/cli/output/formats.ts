/** `-o`: one list of plain objects, as a table for people or as data for programs. */
import { EXIT, HgctlError } from '../../domain/errors.ts';
import { closest } from '../../domain/suggest.ts';
import { formatCsv } from './csv.ts';
import { escapeCharacter, printable } from './printable.ts';
import { formatTable, type TableColumn } from './table.ts';

const FORMATS = ['table', 'wide', 'json', 'yaml', 'name', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

export interface Column<Item> extends TableColumn {
  /** Plain text of the cell; what a terminal would obey is escaped afterwards. */
  readonly value: (item: Item) => string;
  /** How people read a number; csv has the plain value. */
  readonly figure?: (text: string) => string;
}

export interface ListView<Item extends object> {
  /** In the singular: `strategy`. */
  readonly kind: string;
  readonly format: Format;
  /** Plain data; keys are printed in their own order. */
  readonly items: readonly Item[];
  readonly columns: readonly Column<Item>[];
  /** What `wide` and `csv` show after `columns`. */
  readonly wideColumns?: readonly Column<Item>[];
  readonly nameOf: (item: Item) => string;
  /** False leaves out the headers of tables and csv. */
  readonly headers?: boolean;
}

/** Reads `-o`. */
export function parseFormat(text: string): Format {
  const format = FORMATS.find((candidate) => candidate === text);
  if (format !== undefined) return format;
  const likely = closest(text, FORMATS);
  const question = likely === undefined ? '' : `did you mean ${likely}? `;
  throw new HgctlError(EXIT.usage, `unknown output format ${JSON.stringify(text)}`, {
    hint: `${question}one of: ${FORMATS.join(', ')}`,
  });
}

/**
 * Text for stdout, every line ended by a newline (csv by CR LF). A table without items is empty, without headers:
 * the caller says on stderr that nothing was found.
 */
export async function renderList<Item extends object>(view: ListView<Item>): Promise<string> {
  const { items, columns, wideColumns = [] } = view;
  switch (view.format) {
    case 'table':
      return renderTable(view, columns);
    case 'wide':
      return renderTable(view, [...columns, ...wideColumns]);
    case 'csv':
      return renderCsv(view, [...columns, ...wideColumns]);
    case 'name':
      return items.map((item) => `${view.kind}/${printable(view.nameOf(item))}\n`).join('');
    case 'json':
      return renderJson({ kind: 'List', items });
    case 'yaml':
      return renderYaml({ kind: 'List', items });
  }
}

/** Characters that JSON leaves as they are and some terminals do not, or hide. */
const UNSAFE_IN_JSON =
  /[\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/** JSON, indented by two spaces, that reads back as the same value and is safe to look at. */
export function renderJson(value: object): string {
  return `${escapeUnsafe(JSON.stringify(value, null, 2))}\n`;
}

/** JSON that reads back as the same value, with nothing in it that a terminal would obey. */
export function escapeUnsafe(json: string): string {
  return json.replace(UNSAFE_IN_JSON, escapeCharacter);
}

/** YAML that reads back as the same value and is safe to look at: text that hides something makes it JSON, which is YAML. */
export async function renderYaml(value: object): Promise<string> {
  const { dump } = await import('js-yaml');
  const text = dump(value, { noRefs: true, lineWidth: -1 });
  return escapeUnsafe(text) === text ? text : renderJson(value);
}

function renderTable<Item extends object>(view: ListView<Item>, columns: readonly Column<Item>[]): string {
  if (view.items.length === 0) return '';
  const rows = view.items.map((item) => columns.map((column) => tableCell(column, item)));
  return formatTable(columns, rows, { headers: view.headers !== false });
}

/** One cell as people see it. */
export function tableCell<Item>({ value, figure }: Column<Item>, item: Item): string {
  const text = printable(value(item));
  return figure?.(text) ?? text;
}

function renderCsv<Item extends object>(view: ListView<Item>, columns: readonly Column<Item>[]): string {
  const rows = cellsOf(view, columns);
  const lines = view.headers === false ? rows : [columns.map((column) => column.header), ...rows];
  return formatCsv(lines);
}

function cellsOf<Item extends object>(view: ListView<Item>, columns: readonly Column<Item>[]): string[][] {
  return view.items.map((item) => columns.map((column) => printable(column.value(item))));
}

/** Reads `-o` of commands whose answer is one document: `table` for people, `json` for programs. */
export function parseTextOrJson(text: string): 'table' | 'json' {
  const format = parseFormat(text);
  if (format === 'table' || format === 'json') return format;
  throw new HgctlError(EXIT.usage, `this command has no output format ${text}`, {
    hint: 'one of: table, json',
  });
}
