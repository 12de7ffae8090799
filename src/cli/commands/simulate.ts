/** `hgctl simulate`: what the strategies would have done, by the loop that trades for real, on an account in memory. */
import { join } from 'node:path';
import { simulatedAs } from '../../desired/broker-schema.ts';
import type {
  DesiredAccount,
  DesiredState,
  DesiredStrategy,
  SimulatedBroker,
} from '../../desired/desired-state.ts';
import { formatPercent } from '../../domain/decimal.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import type { CalendarDate } from '../../domain/instant.ts';
import type {
  CsvSettings,
  PriceSettings,
  PriceSource,
  SyntheticSettings,
} from '../../market/price-source.ts';
import { priceSource } from '../../market/market.ts';
import { programsUntil } from '../../programs/programs.ts';
import { mayFollow } from '../../reconciler/rules/targets.ts';
import type { Report } from '../../reconciler/ports.ts';
import { sessionsBetween, simulate } from '../../simulation/simulate.ts';
import { signalFiles } from '../signal-files.ts';
import { refuseForeignFolder, writeSimulationFolder } from '../../store/simulation-folder.ts';
import { styleOf, type GlobalOptions, type Io } from '../io.ts';
import { readManifests } from '../manifests.ts';
import { parseFormat } from '../output/formats.ts';
import { printable } from '../output/printable.ts';
import { charsetOf } from '../output/dots.ts';
import { simulationAnswer } from '../output/simulation-answer.ts';
import { simulationFiles } from '../output/simulation-files.ts';
import { progress } from '../progress.ts';
import { readRequest, type SimulateOptions } from '../simulation-request.ts';

type Options = Omit<GlobalOptions, 'data'> &
  SimulateOptions & { readonly output: string; readonly report?: string };

const WIDTH_DEFAULT = 100;

export async function runSimulate(io: Io, options: Options): Promise<ExitCode> {
  const format = parseFormat(options.output);
  const request = readRequest(options);
  const { data: _, ...files } = options;
  if (options.report !== undefined) refuseForeignFolder(options.report);
  const manifests = readManifests(io, files);
  const prices = pricesOf(manifests.desired.account, request);
  const { desired, broker } = simulatedState(manifests.desired, prices, request);
  const { account, strategies } = desired;
  const dates = sessionsBetween(request.from, request.to, account.calendar);
  const [from, to] = [dates[0], dates.at(-1)];
  if (from === undefined || to === undefined)
    throw new HgctlError(EXIT.usage, `there is no session from ${request.from} to ${request.to}`);
  const source = priceSource(prices);
  requireData(source, strategies, { from, to });
  const remarks = [
    ...notRun(manifests.desired.strategies),
    ...ofPrograms(strategies),
    ...ofPrices(prices),
    ...ofAccount(manifests.desired.account),
    ...ofSpreads(broker, prices),
  ];
  for (const remark of remarks) io.stderr(`${printable(remark)}\n`);
  const result = await simulate({
    desired,
    account: broker,
    accountFile: manifests.accountFile,
    from,
    to,
    data: prices.type,
    seed: broker.seed,
    prices: source,
    isOwnData: isSame(prices, manifests.desired.account.prices),
    files: signalFiles,
    programs: programsUntil(io.stop.aborted),
    report: SILENT,
    stop: io.stop,
    progressed: progress(io, 'sessions'),
    remarks,
  });
  if (result.kind === 'stopped') {
    io.stderr('Stopped: nothing is left of the simulation\n');
    return result.exit;
  }
  const { record } = result;
  const width = io.columns ?? WIDTH_DEFAULT;
  const terminal = { width, charset: charsetOf(io.environment), style: styleOf(io, options) };
  // The table ends with them.
  if (format !== 'table')
    for (const remark of record.remarks.slice(remarks.length)) io.stderr(`${printable(remark)}\n`);
  io.stdout(await simulationAnswer(record, format, terminal));
  if (options.report !== undefined) {
    writeSimulationFolder(options.report, simulationFiles(record));
    io.stderr(`Report: ${join(options.report, 'report.html')}\n`);
  }
  return EXIT.done;
}

/** What the loop says along the way is in the record, as far as it matters. */
const SILENT: Report = { info: () => undefined, warn: () => undefined, error: () => undefined };

type Request = ReturnType<typeof readRequest>;

/** Its orders keep their ids, as far as account and seed are the same. */
function simulatedState(
  declared: DesiredState,
  prices: Simulable,
  { cash, seed }: Request,
): { readonly desired: DesiredState; readonly broker: SimulatedBroker } {
  const { account } = declared;
  const settings = simulatedAs(account.broker);
  const broker = {
    ...settings,
    clock: 'exchange' as const,
    cash: cash ?? settings.cash,
    seed: seed ?? settings.seed,
  };
  const strategies = declared.strategies.filter(mayFollow);
  return { desired: { ...declared, account: { ...account, prices, broker }, strategies }, broker };
}

function notRun(strategies: readonly DesiredStrategy[]): string[] {
  return strategies
    .filter((strategy) => !mayFollow(strategy))
    .map(
      ({ name, lifecycle }) =>
        `${name} does not run: it is ${lifecycle === 'planned' ? 'planned' : 'turned off'}`,
    );
}

/** A process takes longer than all else that a pass does. */
function ofPrograms(strategies: readonly DesiredStrategy[]): string[] {
  return strategies
    .filter(({ schedule, signal: { type } }) => schedule.length === 0 && isProgram(type))
    .map(({ name }) => `${name} has no schedule: its program is started every five minutes of each session`);
}

function isProgram(type: DesiredStrategy['signal']['type']): boolean {
  return type === 'module' || type === 'command';
}

type Simulable = SyntheticSettings | CsvSettings;

/** Of sources in an order, the first that knows the past without a request. */
function pricesOf({ prices, broker }: DesiredAccount, { data, seed }: Request): Simulable {
  if (data === 'synthetic')
    return { type: 'synthetic', seed: seed ?? simulatedAs(broker).seed, movement: 'market' };
  const sources = prices.type === 'first-of' ? prices.sources : [prices];
  const folder = sources.find(({ type }) => type === 'csv');
  const found = data === 'csv' ? folder : (folder ?? sources.find(({ type }) => type === 'synthetic'));
  if (found?.type === 'csv') return found;
  if (found?.type === 'synthetic') return { ...found, seed: seed ?? found.seed };
  throw new HgctlError(
    EXIT.usage,
    `${data === 'csv' ? '--data csv: ' : ''}the Account names no folder with prices`,
    {
      hint: 'give it prices: {type: csv, folder: ./prices}, or use --data synthetic',
    },
  );
}

function isSame(a: Simulable, b: PriceSettings): boolean {
  if (a.type === 'csv') return b.type !== 'csv' || a.folder === b.folder;
  return b.type === 'synthetic' && a.seed === b.seed && a.movement === b.movement;
}

function ofPrices(prices: Simulable): string[] {
  return prices.type === 'csv'
    ? [
        'prices are daily: that of a session is its close, at any time of the day, so that what is decided before the close knows it',
      ]
    : [];
}

function ofAccount({ broker }: DesiredAccount): string[] {
  if (broker.type === 'alpaca')
    return [
      'the account at Alpaca stays out of it: a simulated one with margin and short sales stands in for it, with the cash of --cash',
    ];
  return broker.faults === null
    ? []
    : ['the fault script of the Account is left out: in a simulation nothing goes wrong'];
}

/** What is made has no bid and no ask. */
function ofSpreads({ slippage }: SimulatedBroker, prices: Simulable): string[] {
  if (slippage?.type !== 'half-spread' || prices.type === 'csv') return [];
  const instead =
    slippage.otherwise === 0 ? 'no slippage' : `${formatPercent(slippage.otherwise)} of slippage`;
  return [`synthetic prices have no bid and ask: every fill has ${instead}`];
}

interface Span {
  readonly from: CalendarDate;
  readonly to: CalendarDate;
}

/** Both ends must have a price of one symbol at least: else the period is beyond the data. */
function requireData(source: PriceSource, strategies: readonly DesiredStrategy[], { from, to }: Span): void {
  const symbols = [...new Set(strategies.flatMap(({ universe }) => [...universe]))].sort();
  if (symbols.length === 0) return;
  for (const date of [from, to]) {
    const isKnown = symbols.some((symbol) => source.closes(symbol, { from: date, to: date }).length > 0);
    if (isKnown) continue;
    throw new HgctlError(EXIT.invalid, `there are no prices of ${date}`, {
      hint: `none of ${String(symbols.length)} symbols has one: choose --from and --to within the data`,
    });
  }
}
