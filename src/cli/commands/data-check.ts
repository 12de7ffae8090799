/** `hgctl data check [SYMBOL...]`: what looks wrong in price files, with file and line. Changes nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { CalendarOverrides } from '../../domain/calendar.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { dateOf, type CalendarDate } from '../../domain/instant.ts';
import { compareText, isSymbol, SYMBOL_RULE } from '../../domain/names.ts';
import { checkSeries, type CheckContext } from '../../market/check-series.ts';
import type { Finding } from '../../market/finding.ts';
import { readCsvRows } from '../../market/csv-rows.ts';
import { codeOf } from '../../store/system-error.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { readManifests } from '../manifests.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { startClock } from '../start-clock.ts';

export interface DataCheckOptions extends GlobalOptions {
  readonly folder?: string;
  readonly output: string;
}

interface CheckedFile {
  readonly symbol: string;
  readonly file: string;
  readonly rows: number;
  readonly from: CalendarDate | null;
  readonly to: CalendarDate | null;
  readonly findings: readonly Finding[];
}

export function runDataCheck(io: Io, symbols: readonly string[], options: DataCheckOptions): ExitCode {
  const format = parseTextOrJson(options.output);
  const { folder, calendar } = whereToLook(io, options);
  const today = dateOf(startClock(io).now());
  const names = symbols.length > 0 ? symbols.map(requireSymbol) : symbolsIn(folder);
  const files = [...new Set(names)]
    .sort(compareText)
    .map((symbol) => checkFile(join(folder, `${symbol}.csv`), { symbol, today, calendar }));
  io.stdout(format === 'json' ? renderJson({ kind: 'DataCheck', folder, files }) : textOf(files));
  return files.some(({ findings }) => findings.length > 0) ? EXIT.differs : EXIT.done;
}

interface Place {
  readonly folder: string;
  readonly calendar: CalendarOverrides | undefined;
}

/** A folder that is named is checked without manifests, too: then by the calendar as its rules say. */
function whereToLook(io: Io, options: DataCheckOptions): Place {
  if (options.folder === undefined) return declaredFolder(io, options);
  const folder = resolve(options.folder);
  try {
    return { folder, calendar: readManifests(io, options).desired.account.calendar };
  } catch (error) {
    if (error instanceof HgctlError) return { folder, calendar: undefined };
    throw error;
  }
}

function declaredFolder(io: Io, options: DataCheckOptions): Place {
  const { prices, calendar } = readManifests(io, options).desired.account;
  const sources = prices.type === 'first-of' ? prices.sources : [prices];
  const files = sources.find((source) => source.type === 'csv');
  if (files !== undefined) return { folder: files.folder, calendar };
  throw new HgctlError(EXIT.usage, `the prices of the account are ${prices.type}, not files`, {
    hint: 'name a folder with --folder',
  });
}

function requireSymbol(text: string): string {
  if (isSymbol(text)) return text;
  throw new HgctlError(EXIT.usage, `${JSON.stringify(text)} is no symbol`, { hint: SYMBOL_RULE });
}

function symbolsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.csv'))
      .map((name) => name.slice(0, -'.csv'.length))
      .filter(isSymbol);
  } catch (cause) {
    throw new HgctlError(EXIT.notFound, `${folder} cannot be read as a folder`, {
      cause,
      hint: 'name the folder of the price files with --folder',
    });
  }
}

function checkFile(file: string, context: CheckContext): CheckedFile {
  const about = { symbol: context.symbol, file };
  const text = textIn(file);
  if (text === null) {
    const finding: Finding = { kind: 'missing', line: null, date: null, detail: 'there is no such file' };
    return { ...about, rows: 0, from: null, to: null, findings: [finding] };
  }
  const read = readCsvRows(text);
  const dates = read.rows.map(({ date }) => date).sort(compareText);
  return {
    ...about,
    rows: dates.length,
    from: dates[0] ?? null,
    to: dates.at(-1) ?? null,
    findings: checkSeries(read, context),
  };
}

function textIn(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new HgctlError(EXIT.refused, `${file} cannot be read`, { cause: error });
  }
}

function textOf(files: readonly CheckedFile[]): string {
  const found = files.flatMap(({ file, symbol, findings }) =>
    findings.map(({ kind, line, detail }) => [
      printable(line === null ? shortest(file) : `${shortest(file)}:${line}`),
      symbol,
      kind,
      printable(detail),
    ]),
  );
  const columns = ['PLACE', 'SYMBOL', 'FINDING', 'DETAIL'].map((header) => ({ header }));
  const table = found.length === 0 ? '' : `${formatTable(columns, found)}\n`;
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const clean = files.filter(({ findings }) => findings.length === 0).length;
  return `${table}${files.length} files, ${rows} rows: ${found.length} findings, ${clean} files without any\n`;
}

/** Relative where that is shorter: places are there to be opened. */
function shortest(file: string): string {
  const fromHere = relative('', file);
  return fromHere.length < file.length ? fromHere : file;
}
