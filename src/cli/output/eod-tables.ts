/** The report of a session day as titled tables, for text and Markdown alike. */
import { averageOf, formatDollars, formatQuantity, type Money } from '../../domain/decimal.ts';
import { formatLocalZone, timeOf } from '../../domain/instant.ts';
import type { EodAccount, EodReport, EodStrategy } from '../../observed/eod-report.ts';
import { latchDetail } from '../../reconciler/rules/loss-limits.ts';
import { grouped } from './figures.ts';
import type { TableColumn } from './table.ts';

export interface ReportSection {
  /** 2: a part of the report; 3: a part of a strategy. */
  readonly level: 2 | 3;
  readonly title: string;
  /** Lines before the table. */
  readonly notes: readonly string[];
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
}

const UNKNOWN = '<unknown>';

export function reportTitle({ date, end }: EodReport): string {
  return `End-of-day report ${date}${end?.kind === 'close' ? '' : ' (the close is not marked)'}`;
}

export function reportSections(report: EodReport): ReportSection[] {
  return [
    accountSection(report),
    profitSection(report),
    ...report.strategies.flatMap(strategySections),
    limitSection(report),
  ];
}

function accountSection({ account, start, end, fillsAfterEnd }: EodReport): ReportSection {
  const at = (moment: EodReport['start']): string =>
    moment === null ? 'not marked' : `${formatLocalZone(moment.at)} (${moment.kind})`;
  const notes = [`From ${at(start)} to ${at(end)}`];
  if (account === null) notes.push('Without both marks, worth and profit of the day are not known.');
  if (fillsAfterEnd > 0)
    notes.push(`${fillsAfterEnd} of the fills came after the last mark: they are not in the profits.`);
  const rows = account === null ? [] : accountRows(account);
  return { level: 2, title: 'Account', notes, ...table(['', '>amount'], rows) };
}

function accountRows({ equityStart, equityEnd, change, profit, residual, causes }: EodAccount): string[][] {
  const rows = [
    ['equity at start', formatDollars(equityStart)],
    ['equity at end', formatDollars(equityEnd)],
    ['change', formatDollars(change)],
    ['  strategies', dollars(profit)],
    ['  residual', dollars(residual)],
  ];
  if (causes === null) return rows;
  return [
    ...rows,
    ['    shares that no strategy owns', formatDollars(causes.unmanaged)],
    ['    cash that no order has moved', formatDollars(causes.cash)],
    ['    other equity', formatDollars(causes.other)],
  ];
}

function profitSection({ strategies }: EodReport): ReportSection {
  const columns = ['strategy', '>realised', '>unrealised change', '>profit', '>fees', '>unrealised'];
  const rows = strategies.map((own) => [
    own.strategy,
    formatDollars(own.realised),
    dollars(own.unrealisedChange),
    dollars(own.profit),
    formatDollars(own.fees),
    dollars(own.unrealised),
  ]);
  return { level: 2, title: 'Strategies', notes: [], ...table(columns, rows) };
}

function strategySections({ strategy, positions, fills, orders }: EodStrategy): ReportSection[] {
  const part = (what: string, content: Pick<ReportSection, 'columns' | 'rows'>): ReportSection => ({
    level: 3,
    title: `${strategy}: ${what}`,
    notes: [],
    ...content,
  });
  return [
    part(
      'positions',
      table(
        ['symbol', '>quantity', '>cost', '>price', '>value', '>unrealised'],
        positions.map(({ symbol, quantity, cost, price, value, unrealised }) => [
          symbol,
          grouped(formatQuantity(quantity)),
          formatDollars(averageOf(cost, quantity)),
          price === null ? UNKNOWN : formatDollars(price),
          dollars(value),
          dollars(unrealised),
        ]),
      ),
    ),
    part(
      'fills',
      table(
        ['time', 'symbol', 'side', '>quantity', '>price', '>value', 'order'],
        fills.map(({ time, symbol, side, quantity, value, clientOrderId }) => [
          timeOf(time),
          symbol,
          side,
          grouped(formatQuantity(quantity)),
          formatDollars(averageOf(value, quantity)),
          formatDollars(value),
          clientOrderId,
        ]),
      ),
    ),
    part(
      'orders',
      table(
        ['state', '>count'],
        orders.map(({ status, count }) => [status, String(count)]),
      ),
    ),
  ];
}

function limitSection({ latches }: EodReport): ReportSection {
  return { level: 2, title: 'Loss limits latched', notes: latches.map(latchDetail), ...table([], []) };
}

/** A column that begins with `>` is aligned to the right. */
function table(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Pick<ReportSection, 'columns' | 'rows'> {
  const aligned = columns.map((name): TableColumn =>
    name.startsWith('>') ? { header: name.slice(1), align: 'right' } : { header: name },
  );
  return { columns: aligned, rows };
}

function dollars(money: Money | null): string {
  return money === null ? UNKNOWN : formatDollars(money);
}
