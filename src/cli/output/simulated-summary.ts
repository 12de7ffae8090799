/** A first look at a simulation: one line for each strategy, and one for the account. */
import { formatDollars, type Money } from '../../domain/decimal.ts';
import type { SimulationRecord } from '../../performance/record.ts';
import { renderJson, renderList, renderYaml, type Column, type Format } from './formats.ts';
import { printable } from './printable.ts';

interface Line {
  readonly name: string;
  readonly profit: Money;
  /** Of the starting equity, in percent. */
  readonly return: string;
  /** Largest fall from a peak of starting equity and profit, in percent. */
  readonly maxDrawdown: string;
  readonly orders: number;
  readonly breaks: number;
}

const COLUMNS: readonly Column<Line>[] = [
  { header: 'NAME', value: ({ name }) => name },
  { header: 'PROFIT', align: 'right', value: ({ profit }) => formatDollars(profit) },
  { header: 'RETURN', align: 'right', value: (line) => `${line.return} %` },
  { header: 'MAX DRAWDOWN', align: 'right', value: ({ maxDrawdown }) => `${maxDrawdown} %` },
  { header: 'ORDERS', align: 'right', value: ({ orders }) => String(orders) },
  { header: 'BREAKS', align: 'right', value: ({ breaks }) => String(breaks) },
];

/** `json` and `yaml` are the whole record. */
export async function summaryText(record: SimulationRecord, format: Format): Promise<string> {
  if (format === 'json') return renderJson(record);
  if (format === 'yaml') return renderYaml(record);
  const items = [
    ...record.strategies.map(({ name }, index) => ofStrategy(record, name, index)),
    ofAccount(record),
  ];
  const table = await renderList({
    kind: 'strategy',
    format,
    items,
    columns: COLUMNS,
    nameOf: ({ name }) => name,
  });
  if (format !== 'table' && format !== 'wide') return table;
  const { from, to, sessions, data, seed } = record;
  const seeded = seed === null ? '' : `, seed ${String(seed)}`;
  return `${table}\n${printable(`${String(sessions.length)} sessions from ${from} to ${to}, ${data} prices${seeded}`)}\n`;
}

function ofStrategy(record: SimulationRecord, name: string, index: number): Line {
  const profits = record.sessions.map(({ strategies }) => strategies[index]?.profit ?? 0);
  const orders = record.orders.find(({ strategy }) => strategy === name)?.sent ?? 0;
  const breaks = record.breaks.filter(({ strategy }) => strategy === name).length;
  return { name, ...figures(record.startingEquity, profits), orders, breaks };
}

function ofAccount(record: SimulationRecord): Line {
  const { startingEquity, sessions, orders, breaks } = record;
  const profits = sessions.map(({ equity }) => equity - startingEquity);
  const sent = orders.reduce((sum, own) => sum + own.sent, 0);
  return { name: 'account', ...figures(startingEquity, profits), orders: sent, breaks: breaks.length };
}

function figures(start: Money, profits: readonly number[]): Pick<Line, 'profit' | 'return' | 'maxDrawdown'> {
  let peak: number = start;
  let deepest = 0;
  for (const profit of profits) {
    peak = Math.max(peak, start + profit);
    deepest = Math.max(deepest, 1 - (start + profit) / peak);
  }
  const last = profits.at(-1) ?? 0;
  const percent = (part: number): string => (100 * part).toFixed(2);
  return { profit: last as Money, return: percent(last / start), maxDrawdown: percent(deepest) };
}
