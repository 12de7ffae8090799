/** `hgctl data pull [SYMBOL...]`: fills the folder of price files from what answers over the network. */
import { stopExit } from '../../actions/interrupted.ts';
import { EXIT, HgctlError, strongestExit, type ExitCode } from '../../domain/errors.ts';
import { SECOND } from '../../domain/instant.ts';
import { dataSource } from '../../market/market.ts';
import { findAlpacaKeys } from '../alpaca-keys.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { priceFolder } from '../price-folder.ts';
import { progress } from '../progress.ts';
import { pullFiles, type PulledFile } from '../pull-files.ts';
import { pullMinutes } from '../pull-minutes.ts';
import { daysOf, sourcesOf, symbolsOf } from '../pull-request.ts';
import { startClock } from '../start-clock.ts';

export interface DataPullOptions extends GlobalOptions {
  readonly from: string;
  readonly to?: string;
  readonly folder?: string;
  readonly source?: string;
  readonly timeframe: string;
  readonly output: string;
}

/** Symbols between two looks at the progress, and at whether somebody wants to stop. */
const GROUP = 25;
/** Rate limits of a minute start anew within it; nobody trades on what is waited for here. */
const PATIENCE = 65 * SECOND;

export async function runDataPull(
  io: Io,
  named: readonly string[],
  options: DataPullOptions,
): Promise<ExitCode> {
  const format = parseTextOrJson(options.output);
  const { folder, calendar, desired } = priceFolder(io, options);
  const pull = pullOf(options.timeframe);
  const clock = startClock(io);
  const sources = sourcesOf(desired, options.source);
  const symbols = symbolsOf(named, desired, sources);
  const days = daysOf(options, clock.now(), calendar);
  const source = dataSource(
    { type: 'first-of', sources },
    {
      cache: NOTHING_KEPT,
      clock,
      calendar,
      tell: (message) => io.stderr(`warning: ${printable(message)}\n`),
      alpacaKeys: (file) => findAlpacaKeys(file, io.environment),
      patience: PATIENCE,
    },
  );
  const progressed = progress(io, 'symbols', { after: SECOND });
  const files: PulledFile[] = [];
  for (let at = 0; at < symbols.length && !io.stop.requested(); at += GROUP) {
    files.push(...(await pull(source, folder, symbols.slice(at, at + GROUP), days)));
    progressed(files.length, symbols.length);
  }
  const answer = { kind: 'DataPull', folder, sources: sources.map(({ type }) => type), ...days, files };
  io.stdout(format === 'json' ? renderJson(answer) : textOf(files));
  if (io.stop.requested()) {
    io.stderr(`Stopped: ${String(symbols.length - files.length)} symbols were not asked for\n`);
    return stopExit(io.stop);
  }
  if (pull === pullFiles && files.some(({ status }) => status === 'written'))
    io.stderr(`'hgctl data check --folder ${folder}' looks for what may be wrong in them\n`);
  return exitOf(files);
}

function pullOf(timeframe: string): typeof pullFiles {
  if (timeframe === '1Day') return pullFiles;
  if (timeframe === '1Min') return pullMinutes;
  throw new HgctlError(
    EXIT.usage,
    `--timeframe: ${JSON.stringify(timeframe)} is not one that can be pulled`,
    {
      hint: 'one of: 1Day, 1Min',
    },
  );
}

/** What is pulled is in the files. */
const NOTHING_KEPT = { read: () => null, write: () => undefined };

const EXIT_OF = {
  written: EXIT.done,
  unchanged: EXIT.done,
  absent: EXIT.notFound,
  failed: EXIT.broker,
  refused: EXIT.refused,
} as const;

function exitOf(files: readonly PulledFile[]): ExitCode {
  const codes = new Set<ExitCode>(files.map(({ status }) => EXIT_OF[status]));
  return codes.size > 1 && codes.has(EXIT.done) ? EXIT.partial : strongestExit(codes);
}

function textOf(files: readonly PulledFile[]): string {
  const columns = ['SYMBOL', 'STATUS', 'ADDED', 'CHANGED', 'ROWS', 'FROM', 'TO', 'DETAIL'].map((header) => ({
    header,
    align: ['ADDED', 'CHANGED', 'ROWS'].includes(header) ? ('right' as const) : ('left' as const),
  }));
  const rows = files.map(({ symbol, status, added, changed, rows: count, from, to, detail }) => [
    symbol,
    status,
    String(added),
    String(changed),
    String(count),
    from ?? '',
    to ?? '',
    printable(detail ?? ''),
  ]);
  const counted = (status: PulledFile['status']): string =>
    `${String(files.filter((file) => file.status === status).length)} ${status}`;
  const sum = (['written', 'unchanged', 'absent', 'failed', 'refused'] as const).map(counted).join(', ');
  return `${formatTable(columns, rows)}\n${sum}\n`;
}
