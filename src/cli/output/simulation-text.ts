/** A simulation in the terminal: its figures, its equity and its falls. */
import { accountCurve } from '../../performance/curves.ts';
import { underwater } from '../../performance/drawdowns.ts';
import type { SimulationRecord } from '../../performance/record.ts';
import { summarise, type Summary } from '../../performance/summary.ts';
import { formatDollars } from '../../domain/decimal.ts';
import { grouped } from './figures.ts';
import { linePlot, type LinePlot, type Terminal } from './line-plot.ts';
import { printable } from './printable.ts';
import { COLUMNS, percent, reasonLines, subjectsOf, type FigureColumn } from './simulation-figures.ts';
import { displayWidth, formatTable, type TableColumn } from './table.ts';

const SHOWN: ReadonlySet<string> = new Set([
  'profit',
  'return',
  'CAGR',
  'Sharpe',
  'Sortino',
  'max drawdown',
  'turnover',
  'hit rate',
  'exposure',
  'orders',
  'breaks',
]);
const EQUITY_ROWS = 12;
const DRAWDOWN_ROWS = 6;
const MICRO = 1_000_000;
const HALF_CENT = 5_000;

/** Title, figures, two plots, and what the reader has to know; every line ends with a newline. */
export function simulationText(record: SimulationRecord, terminal: Terminal): string {
  const summary = summarise(record);
  const parts = [
    `${simulationTitle(record)}\n`,
    figuresText(summary, terminal),
    ...(record.sessions.length === 0 ? [] : plots(record, terminal)),
    lines([...residualNote(summary), ...record.remarks].map(printable)),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** `Simulation 2024-01-02 to 2024-12-31: 252 sessions, synthetic prices, seed 7`. */
export function simulationTitle({ from, to, sessions, data, seed }: SimulationRecord): string {
  const prices = data === 'csv' ? 'prices from files' : 'synthetic prices';
  const count = `${grouped(String(sessions.length))} ${sessions.length === 1 ? 'session' : 'sessions'}`;
  return `Simulation ${from} to ${to}: ${count}, ${prices}, ${seed === null ? 'no seed' : `seed ${seed}`}`;
}

/**
 * A change of equity that no strategy has made is said, not hidden in the account's profit. Less than half a cent comes of
 * average prices, which brokers round.
 */
export function residualNote({ residual }: Summary): string[] {
  if (Math.abs(residual) < HALF_CENT) return [];
  return [`${formatDollars(residual)} dollars of the change of equity are of no strategy.`];
}

/** Columns that do not fit beside one another come under one another, with the names again. */
function figuresText(summary: Summary, { charset, width }: Terminal): string {
  const columns = COLUMNS.filter(({ header }) => SHOWN.has(header) || hasCost(summary, header));
  const subjects = subjectsOf(summary);
  const plain = (text: string): string => (charset === 'ascii' ? text.replace('±', '+-') : text);
  const tableOf = (part: readonly FigureColumn[]): string =>
    formatTable(
      [{ header: '' }, ...part.map(({ header }): TableColumn => ({ header, align: 'right' }))],
      subjects.map(({ name, figures }) => [printable(name), ...part.map(({ cell }) => plain(cell(figures)))]),
    );
  const tables = blocksOf(columns, (part) => widthOf(tableOf(part)) <= width).map(tableOf);
  const reasons = reasonLines(columns, subjects).map((line) => `n/a: ${printable(line)}`);
  return `${tables.join('\n')}${lines(reasons)}`;
}

/** What trading cost is shown where it cost something. */
function hasCost({ account }: Summary, header: string): boolean {
  return (header === 'fees' || header === 'slippage') && account[header] !== 0;
}

/** As few rows of columns as fit, at least one column in each. */
function blocksOf<Item>(items: readonly Item[], fits: (block: readonly Item[]) => boolean): Item[][] {
  const blocks: Item[][] = [];
  for (const item of items) {
    const last = blocks.at(-1);
    if (last !== undefined && fits([...last, item])) last.push(item);
    else blocks.push([item]);
  }
  return blocks;
}

function widthOf(text: string): number {
  return Math.max(...text.split('\n').map(displayWidth));
}

function plots(record: SimulationRecord, terminal: Terminal): string[] {
  const { values } = accountCurve(record);
  const dates = [record.from, ...record.sessions.map(({ date }) => date)];
  const equity: LinePlot = {
    values: values.map((value) => value / MICRO),
    dates,
    form: 'line',
    label: (value, digits) => grouped(value.toFixed(digits)),
  };
  const fall: LinePlot = {
    values: underwater(values).map((depth) => 0 - depth * 100),
    dates,
    form: 'under-zero',
    label: (value, digits) => `${value.toFixed(digits)}%`,
  };
  const deepest = Math.max(...underwater(values));
  return [
    `Equity, dollars: ${formatDollars(values.at(-1) ?? record.startingEquity)} at the end\n` +
      linePlot(equity, EQUITY_ROWS, terminal),
    `Drawdown: ${percent(0 - deepest)} at the deepest\n` + linePlot(fall, DRAWDOWN_ROWS, terminal),
  ];
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
