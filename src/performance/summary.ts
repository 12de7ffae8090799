/** Every figure of a simulation, of the account and of each strategy. */
import type { Money } from '../domain/decimal.ts';
import type { CalendarDate } from '../domain/instant.ts';
import { accountCurve, strategyCurve, type Curve } from './curves.ts';
import { deepest, drawdownsOf, type Drawdown } from './drawdowns.ts';
import { accountExposure, exposureFigures, strategyExposure, type ExposureFigures } from './exposure.ts';
import { known, missing, type Figure } from './figure.ts';
import { monthlyReturns, type YearReturns } from './months.ts';
import { sharpe, sharpeError, sortino, volatility, yearlyReturn } from './ratios.ts';
import type { OrderCounts, SimulationRecord, Trade } from './record.ts';
import { closedParts, hitRate, turnover } from './trading.ts';

export interface Summary {
  readonly account: Figures;
  /** In the record's order. */
  readonly strategies: readonly (Figures & { readonly strategy: string })[];
  /** Change of equity that no strategy's profit explains. */
  readonly residual: Money;
  readonly months: readonly YearReturns[];
  /** The deepest of the account. */
  readonly drawdowns: readonly DatedDrawdown[];
}

export interface Figures {
  readonly profit: Money;
  readonly fees: Money;
  /** Contained in the prices of the trades, and so in the profit. */
  readonly slippage: Money;
  /** Profit / starting equity, over the whole time: the strategies' add up to the account's, less the residual. */
  readonly totalReturn: Figure;
  readonly cagr: Figure;
  readonly volatility: Figure;
  readonly sharpe: Figure;
  readonly sharpeError: Figure;
  readonly sortino: Figure;
  /** Null: never below a peak. */
  readonly maxDrawdown: DatedDrawdown | null;
  readonly turnover: Figure;
  readonly hitRate: Figure;
  readonly closedParts: number;
  readonly exposure: ExposureFigures;
  readonly fills: number;
  readonly orders: Omit<OrderCounts, 'strategy'>;
  readonly breaks: number;
}

export interface DatedDrawdown {
  readonly depth: number;
  /** The close from which it fell; null: the worth before the first session. */
  readonly peak: CalendarDate | null;
  readonly trough: CalendarDate;
  /** Null: not by the end. */
  readonly recovered: CalendarDate | null;
  /** Sessions from the peak to the recovery, or to the end. */
  readonly sessions: number;
}

const DRAWDOWNS_SHOWN = 5;
const NO_START = missing('the account began with nothing');

export function summarise(record: SimulationRecord): Summary {
  const curve = accountCurve(record);
  const account = figures(record, {
    curve,
    trades: record.trades,
    orders: record.orders,
    breaks: record.breaks.length,
    exposure: exposureFigures(accountExposure(record)),
  });
  const strategies = record.strategies.map(({ name }, index) => ({
    strategy: name,
    ...figures(record, {
      curve: strategyCurve(record, index),
      trades: record.trades.filter(({ strategy }) => strategy === name),
      orders: record.orders.filter(({ strategy }) => strategy === name),
      breaks: record.breaks.filter(({ strategy }) => strategy === name).length,
      exposure: exposureFigures(strategyExposure(record, index)),
    }),
  }));
  const explained = strategies.reduce((sum, { profit }) => sum + profit, 0);
  return {
    account,
    strategies,
    residual: (account.profit - explained) as Money,
    months: monthlyReturns(record),
    drawdowns: deepest(drawdownsOf(curve.values), DRAWDOWNS_SHOWN).map((fall) => dated(record, fall)),
  };
}

interface Subject {
  readonly curve: Curve;
  readonly trades: readonly Trade[];
  readonly orders: readonly OrderCounts[];
  readonly breaks: number;
  readonly exposure: ExposureFigures;
}

function figures(record: SimulationRecord, { curve, trades, orders, breaks, exposure }: Subject): Figures {
  const { startingEquity, sessions } = record;
  const { values, returns } = curve;
  const profit = ((values.at(-1) ?? startingEquity) - startingEquity) as Money;
  const totalReturn = startingEquity > 0 ? known(profit / startingEquity) : NO_START;
  const [worst] = deepest(drawdownsOf(values), 1);
  return {
    profit,
    fees: trades.reduce((sum, { fee }) => sum + fee, 0) as Money,
    slippage: trades.reduce((sum, { slippage }) => sum + slippage, 0) as Money,
    totalReturn,
    cagr: totalReturn.value === null ? NO_START : yearlyReturn(totalReturn.value, sessions.length),
    volatility: volatility(returns),
    sharpe: sharpe(returns),
    sharpeError: sharpeError(returns),
    sortino: sortino(returns),
    maxDrawdown: worst === undefined ? null : dated(record, worst),
    turnover: turnover(trades, sessions),
    hitRate: hitRate(trades),
    closedParts: closedParts(trades).length,
    exposure,
    fills: trades.length,
    orders: {
      sent: count(orders, 'sent'),
      filled: count(orders, 'filled'),
      partlyFilled: count(orders, 'partlyFilled'),
      refused: count(orders, 'refused'),
    },
    breaks,
  };
}

function count(orders: readonly OrderCounts[], what: Exclude<keyof OrderCounts, 'strategy'>): number {
  return orders.reduce((sum, order) => sum + order[what], 0);
}

/** The curve begins one step before the first session. */
function dated({ sessions }: SimulationRecord, fall: Drawdown): DatedDrawdown {
  const dateAt = (position: number): CalendarDate | null => sessions[position - 1]?.date ?? null;
  return {
    depth: fall.depth,
    peak: dateAt(fall.peak),
    trough: dateAt(fall.trough) ?? '',
    recovered: fall.recovered === null ? null : dateAt(fall.recovered),
    sessions: fall.length,
  };
}
