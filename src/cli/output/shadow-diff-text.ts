/** The differences between an account and its shadow, for people and for programs. */
import { averageOf, formatDollars, formatMoney, formatQuantity } from '../../domain/decimal.ts';
import type { Money } from '../../domain/decimal.ts';
import { formatInstant, formatLocalZone, type Instant } from '../../domain/instant.ts';
import type { BrokerAccount } from '../../observed/broker-view.ts';
import { isEqual } from '../../observed/shadow-diff.ts';
import type {
  OrderDifference,
  Owner,
  PositionDifference,
  ShadowDiff,
  TradeDifference,
  Traded,
} from '../../observed/shadow-diff.ts';
import { grouped } from './figures.ts';
import { printable } from './printable.ts';
import { formatTable, type TableColumn } from './table.ts';

export interface DiffFacts {
  /** What is older counts for nothing. */
  readonly since: Instant;
  readonly at: Instant;
  readonly account: BrokerAccount;
  readonly shadow: BrokerAccount;
  readonly diff: ShadowDiff;
}

/** Money and quantities as decimal strings; `owner` is null for what no strategy has done or holds. */
export function diffJson({ since, at, account, shadow, diff }: DiffFacts): object {
  return {
    kind: 'ShadowDiff',
    since: formatInstant(since),
    at: formatInstant(at),
    account: { id: account.id, equity: formatMoney(account.equity) },
    shadow: { id: shadow.id, equity: formatMoney(shadow.equity) },
    equal: isEqual(diff),
    trades: diff.trades.map((row) => ({
      ...placeOf(row),
      side: row.side,
      account: tradedJson(row.account),
      shadow: tradedJson(row.shadow),
      slippage: row.slippage === null ? null : formatMoney(row.slippage),
      paidMore: formatMoney(row.paidMore),
    })),
    positions: diff.positions.map((row) => ({
      ...placeOf(row),
      account: formatQuantity(row.account),
      shadow: formatQuantity(row.shadow),
    })),
    orders: diff.orders.map(({ only, id, side, at: time, status, ...row }) => ({
      only,
      id,
      ...placeOf(row),
      side,
      time: formatInstant(time),
      status,
    })),
    totals: { slippage: formatMoney(diff.slippage), paidMore: formatMoney(diff.paidMore) },
  };
}

function placeOf({ owner, symbol }: { readonly owner: Owner; readonly symbol: string }): object {
  return { owner, symbol };
}

function tradedJson({ quantity, value, fees }: Traded): object {
  return {
    quantity: formatQuantity(quantity),
    averagePrice: quantity === 0 ? null : formatMoney(averageOf(value, quantity)),
    value: formatMoney(value),
    fees: formatMoney(fees),
  };
}

/** Ended by a newline. */
export function diffText({ since, account, shadow, diff }: DiffFacts): string {
  const equity = `Equity: account ${formatDollars(account.equity)}, shadow ${formatDollars(shadow.equity)}`;
  const title = `Shadow of account ${printable(account.id)}, since ${formatLocalZone(since)}`;
  if (isEqual(diff)) return `${title}\n\nNothing differs.\n${equity}\n`;
  const sections = [
    section('Trades', TRADES, diff.trades.map(tradeRow)),
    section('Positions now', POSITIONS, diff.positions.map(positionRow)),
    section('Orders in one of the two only', ORDERS, diff.orders.map(orderRow)),
    `Slippage: ${worse(diff.slippage)} over what both have traded; the shadow paid ${more(diff.paidMore)}.\n${equity}\n`,
  ];
  return [`${title}\n`, ...sections.filter((text) => text !== '')].join('\n');
}

function worse(money: Money): string {
  if (money === 0) return 'none';
  return `${formatDollars(Math.abs(money) as Money)} ${money > 0 ? 'worse' : 'better'} in the shadow`;
}

function more(money: Money): string {
  if (money === 0) return 'as much in all';
  return `${formatDollars(Math.abs(money) as Money)} ${money > 0 ? 'more' : 'less'} in all`;
}

function section(
  title: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return '';
  const lines = formatTable(columns, rows).trimEnd().split('\n');
  return `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

const right = (header: string): TableColumn => ({ header, align: 'right' });

const PLACE: readonly TableColumn[] = [{ header: 'STRATEGY' }, { header: 'SYMBOL' }];

const TRADES = [
  ...PLACE,
  { header: 'SIDE' },
  right('ACCOUNT'),
  right('PRICE'),
  right('SHADOW'),
  right('PRICE'),
  right('SLIPPAGE'),
  right('PAID MORE'),
];

function tradeRow({ owner, symbol, side, account, shadow, slippage, paidMore }: TradeDifference): string[] {
  return [
    nameOf(owner),
    printable(symbol),
    side,
    ...tradedCells(account),
    ...tradedCells(shadow),
    slippage === null ? '<none>' : formatDollars(slippage),
    formatDollars(paidMore),
  ];
}

function tradedCells({ quantity, value }: Traded): string[] {
  if (quantity === 0) return ['0', '<none>'];
  return [grouped(formatQuantity(quantity)), grouped(formatMoney(averageOf(value, quantity)))];
}

const POSITIONS = [...PLACE, right('ACCOUNT'), right('SHADOW')];

function positionRow({ owner, symbol, account, shadow }: PositionDifference): string[] {
  const [real, paper] = [formatQuantity(account), formatQuantity(shadow)];
  return [owner ?? '<unmanaged>', printable(symbol), grouped(real), grouped(paper)];
}

const ORDERS = [
  { header: 'ONLY IN' },
  ...PLACE,
  { header: 'SIDE' },
  { header: 'STATUS' },
  { header: 'TIME' },
  { header: 'ORDER' },
];

function orderRow({ only, owner, symbol, side, status, at, id }: OrderDifference): string[] {
  return [only, nameOf(owner), printable(symbol), side, printable(status), formatInstant(at), printable(id)];
}

function nameOf(owner: Owner): string {
  return owner === null ? '<outside>' : printable(owner);
}
