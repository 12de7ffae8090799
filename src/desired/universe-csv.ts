/** The symbols of a CSV file: a header row, quotes where needed, LF or CRLF. */
import { isSymbol } from '../domain/names.ts';
import { nearest, quoted } from './problem.ts';

export interface CsvProblem {
  readonly message: string;
  readonly allowed?: string | undefined;
  readonly suggestion?: string | undefined;
}

export interface CsvSymbols {
  /** Symbol -> line of the file. */
  readonly symbols: ReadonlyMap<string, number>;
  readonly problems: readonly CsvProblem[];
  readonly warnings: readonly CsvProblem[];
}

const PROBLEMS_MAX = 20;

/** Reads one column. Empty lines are skipped; a repeated symbol is a warning, anything that is no symbol a problem. */
export function readSymbols(text: string, column: string): CsvSymbols {
  const table = parseCsv(text.replace(/^\uFEFF/, ''));
  if (table.kind === 'broken') return failure({ message: `line ${table.line}: ${table.message}` });
  const [header, ...rows] = table.rows;
  if (header === undefined) return failure({ message: 'is empty: it needs a header row' });
  const columns = header.cells.map((cell) => cell.trim());
  const at = columns.indexOf(column);
  if (at === -1) {
    const message = `has no column ${quoted(column)}`;
    return failure({
      message,
      allowed: columns.join(', ').slice(0, 200),
      suggestion: nearest(column, columns),
    });
  }
  return collect(rows, at);
}

function failure(problem: CsvProblem): CsvSymbols {
  return { symbols: new Map(), problems: [problem], warnings: [] };
}

function collect(rows: readonly CsvRow[], at: number): CsvSymbols {
  const symbols = new Map<string, number>();
  const problems: CsvProblem[] = [];
  const warnings: CsvProblem[] = [];
  for (const { line, cells } of rows) {
    const symbol = cells[at]?.trim() ?? '';
    const first = symbols.get(symbol);
    if (!isSymbol(symbol)) problems.push({ message: `line ${line}: ${quoted(symbol)} is no symbol` });
    else if (first !== undefined)
      warnings.push({ message: `line ${line} repeats ${symbol} of line ${first}` });
    else symbols.set(symbol, line);
  }
  if (problems.length === 0 && symbols.size === 0) problems.push({ message: 'lists no symbol' });
  return { symbols, problems: cut(problems), warnings: cut(warnings) };
}

function cut(problems: readonly CsvProblem[]): readonly CsvProblem[] {
  if (problems.length <= PROBLEMS_MAX) return problems;
  const more = { message: `and ${problems.length - PROBLEMS_MAX} more lines like these` };
  return [...problems.slice(0, PROBLEMS_MAX), more];
}

interface CsvRow {
  /** Line on which the row starts, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

type CsvTable =
  | { readonly kind: 'rows'; readonly rows: readonly CsvRow[] }
  | { readonly kind: 'broken'; readonly line: number; readonly message: string };

/** A cell: quoted (group 1), or plain (group 2); then what ends it (group 3). */
const CELL = /(?:[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;

function parseCsv(text: string): CsvTable {
  const cell = new RegExp(CELL);
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let rowLine = 1;
  while (cell.lastIndex < text.length || cells.length > 0) {
    const match = cell.exec(text);
    if (match === null)
      return { kind: 'broken', line, message: 'a quote that does not belong here, or is not closed' };
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    line += match[0].split(/\r\n|\n|\r/).length - 1;
    if (match[3] === ',') continue;
    if (cells.some((content) => content.trim() !== '')) rows.push({ line: rowLine, cells });
    cells = [];
    rowLine = line;
  }
  return { kind: 'rows', rows };
}
