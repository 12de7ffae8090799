/** Sessions and trades of a simulation for spreadsheets and notebooks. */
import { formatMoney, formatQuantity, valueOf, type Money } from '../../domain/decimal.ts';
import { formatInstant } from '../../domain/instant.ts';
import { accountCurve } from '../../performance/curves.ts';
import { underwater } from '../../performance/drawdowns.ts';
import type { SimulationRecord } from '../../performance/record.ts';
import { formatCsv, plainCell } from './csv.ts';
import { printable } from './printable.ts';

const DIGITS = 6;

/** One row a session; returns and drawdowns are parts of one, empty where there is none. */
export function sessionsCsv(record: SimulationRecord): string {
  const { values, returns } = accountCurve(record);
  const depths = underwater(values);
  const headers = record.strategies.flatMap(({ name }) =>
    ['profit', 'long', 'short'].map((what) => plainCell(printable(`${name} ${what}`))),
  );
  const rows = record.sessions.map(({ date, equity, cash, strategies }, index) => [
    date,
    formatMoney(equity),
    formatMoney(cash),
    returns?.[index]?.toFixed(DIGITS) ?? '',
    (depths[index + 1] ?? 0).toFixed(DIGITS),
    ...strategies.flatMap(({ profit, long, short }) => [profit, long, short].map(formatMoney)),
  ]);
  return formatCsv([['date', 'equity', 'cash', 'return', 'drawdown', ...headers], ...rows]);
}

/** One row a fill, oldest first; `realised` is empty where nothing was closed. */
export function tradesCsv({ trades }: SimulationRecord): string {
  const money = (amount: Money | null): string => (amount === null ? '' : formatMoney(amount));
  const rows = trades.map(({ time, strategy, symbol, side, quantity, price, fee, slippage, realised }) => [
    formatInstant(time),
    plainCell(printable(strategy)),
    plainCell(printable(symbol)),
    side,
    formatQuantity(quantity),
    formatMoney(price),
    formatMoney(valueOf(quantity, price)),
    formatMoney(fee),
    formatMoney(slippage),
    money(realised),
  ]);
  const headers = [
    'time',
    'strategy',
    'symbol',
    'side',
    'quantity',
    'price',
    'value',
    'fee',
    'slippage',
    'realised',
  ];
  return formatCsv([headers, ...rows]);
}
