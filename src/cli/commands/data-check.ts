/** `hgctl data check [SYMBOL...]`: what looks wrong in price files, with file and line. Changes nothing. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { dateOf, type CalendarDate } from '../../domain/instant.ts';
import { compareText, isSymbol } from '../../domain/names.ts';
import { alpacaActions, type ActionsOptions } from '../../market/alpaca.ts';
import { checkSeries, type CheckContext } from '../../market/check-series.ts';
import type { Finding } from '../../market/finding.ts';
import { readCsvRows } from '../../market/csv-rows.ts';
import { aroundDays, explainSplit } from '../../market/known-splits.ts';
import { codeOf } from '../../store/system-error.ts';
import { findAlpacaKeys } from '../alpaca-keys.ts';
import { counted } from '../health/verdicts.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { priceFolder, priceText, requireSymbol } from '../price-folder.ts';
import { sourcesOf } from '../pull-request.ts';
import { startClock } from '../start-clock.ts';

export interface DataCheckOptions extends GlobalOptions {
  readonly folder?: string;
  readonly splits?: boolean;
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

export async function runDataCheck(
  io: Io,
  symbols: readonly string[],
  options: DataCheckOptions,
): Promise<ExitCode> {
  const format = parseTextOrJson(options.output);
  const { folder, calendar, desired } = priceFolder(io, options);
  const clock = startClock(io);
  const today = dateOf(clock.now());
  const names = symbols.length > 0 ? symbols.map(requireSymbol) : symbolsIn(folder);
  const checked = [...new Set(names)]
    .sort(compareText)
    .map((symbol) => checkFile(join(folder, `${symbol}.csv`), { symbol, today, calendar }));
  const settings = sourcesOf(desired, 'alpaca').find(({ type }) => type === 'alpaca');
  const files =
    options.splits === true && settings?.type === 'alpaca'
      ? await explained(checked, {
          settings,
          clock,
          keys: () => findAlpacaKeys(settings.keysFile, io.environment),
        })
      : checked;
  io.stdout(format === 'json' ? renderJson({ kind: 'DataCheck', folder, files }) : textOf(files));
  return files.some(({ findings }) => findings.length > 0) ? EXIT.differs : EXIT.done;
}

/** Likely splits beside those that Alpaca knows; nothing is asked where there is none. */
async function explained(
  files: readonly CheckedFile[],
  options: ActionsOptions,
): Promise<readonly CheckedFile[]> {
  const likely = files.flatMap(({ symbol, findings }) =>
    findings.flatMap(({ kind, date }) => (kind === 'split' && date !== null ? [{ symbol, date }] : [])),
  );
  const dates = likely.map(({ date }) => date).sort(compareText);
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) return files;
  const symbols = [...new Set(likely.map(({ symbol }) => symbol))];
  const known = await alpacaActions(options)(symbols, aroundDays(first, last));
  return files.map((file) => ({
    ...file,
    findings: file.findings.map((finding) => explainSplit(finding, file.symbol, known)),
  }));
}

function symbolsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.csv'))
      .map((name) => name.slice(0, -'.csv'.length))
      .filter(isSymbol);
  } catch (cause) {
    const hint = 'name the folder of the price files with --folder';
    if (codeOf(cause) === 'ENOENT') throw new HgctlError(EXIT.notFound, `${folder} is not there`, { hint });
    throw new HgctlError(EXIT.notFound, `${folder} cannot be read as a folder`, { cause, hint });
  }
}

function checkFile(file: string, context: CheckContext): CheckedFile {
  const about = { symbol: context.symbol, file };
  const text = priceText(file);
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
  const counts = `${counted(files.length, 'file')}, ${counted(rows, 'row')}: ${counted(found.length, 'finding')}`;
  return `${table}${counts}, ${counted(clean, 'file')} without any\n`;
}

/** Relative where that is shorter: places are there to be opened. */
function shortest(file: string): string {
  const fromHere = relative('', file);
  return fromHere.length < file.length ? fromHere : file;
}
