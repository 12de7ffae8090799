/** A simulation for programs: money and quantities as decimal text, parts and ratios as numbers with six decimals. */
import { formatMoney, formatQuantity } from '../../domain/decimal.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { Figure } from '../../performance/figure.ts';
import type { SimulationRecord } from '../../performance/record.ts';
import { summarise, type DatedDrawdown, type Figures } from '../../performance/summary.ts';

const MILLION = 1_000_000;

/** What `-o json` and `summary.json` say. A figure that is not there is null, with its reason beside it. */
export function summaryDocument(record: SimulationRecord): object {
  const { account, strategies, residual, months, drawdowns } = summarise(record);
  const { from, to, data, seed, sessions, startingEquity, remarks, breaks } = record;
  return {
    kind: 'SimulationSummary',
    from,
    to,
    data,
    seed,
    sessions: sessions.length,
    startingEquity: formatMoney(startingEquity),
    endingEquity: formatMoney(sessions.at(-1)?.equity ?? startingEquity),
    account: figuresDocument(account),
    strategies: strategies.map((figures) => ({ strategy: figures.strategy, ...figuresDocument(figures) })),
    residual: formatMoney(residual),
    months: months.map(({ year, months: returns, total }) => ({
      year,
      months: returns.map(rounded),
      total: rounded(total),
    })),
    drawdowns: drawdowns.map(drawdownDocument),
    breaks,
    remarks,
  };
}

/** The whole record, as `record.json` has it: every figure can be worked out from it again. */
export function recordDocument(record: SimulationRecord): object {
  return {
    kind: 'SimulationRecord',
    ...record,
    startingEquity: formatMoney(record.startingEquity),
    sessions: record.sessions.map(({ date, equity, cash, strategies }) => ({
      date,
      equity: formatMoney(equity),
      cash: formatMoney(cash),
      strategies: strategies.map(({ strategy, profit, long, short }) => ({
        strategy,
        profit: formatMoney(profit),
        long: formatMoney(long),
        short: formatMoney(short),
      })),
    })),
    trades: record.trades.map((trade) => ({
      ...trade,
      time: formatInstant(trade.time),
      quantity: formatQuantity(trade.quantity),
      price: formatMoney(trade.price),
      fee: formatMoney(trade.fee),
      slippage: formatMoney(trade.slippage),
      realised: trade.realised === null ? null : formatMoney(trade.realised),
    })),
  };
}

function figuresDocument(figures: Figures): object {
  const { exposure, maxDrawdown } = figures;
  return {
    profit: formatMoney(figures.profit),
    fees: formatMoney(figures.fees),
    slippage: formatMoney(figures.slippage),
    totalReturn: figureDocument(figures.totalReturn),
    cagr: figureDocument(figures.cagr),
    volatility: figureDocument(figures.volatility),
    sharpe: figureDocument(figures.sharpe),
    sharpeError: figureDocument(figures.sharpeError),
    sortino: figureDocument(figures.sortino),
    maxDrawdown: maxDrawdown === null ? null : drawdownDocument(maxDrawdown),
    turnover: figureDocument(figures.turnover),
    hitRate: figureDocument(figures.hitRate),
    closedParts: figures.closedParts,
    exposure: {
      meanGross: figureDocument(exposure.meanGross),
      maxGross: figureDocument(exposure.maxGross),
      meanNet: figureDocument(exposure.meanNet),
      inMarket: figureDocument(exposure.inMarket),
    },
    fills: figures.fills,
    orders: figures.orders,
    breaks: figures.breaks,
  };
}

function figureDocument(figure: Figure): object {
  return figure.value === null ? figure : { value: rounded(figure.value) };
}

function drawdownDocument(drawdown: DatedDrawdown): object {
  return { ...drawdown, depth: rounded(drawdown.depth) };
}

/** The last bits of a binary float are of no use, and are not the same for every order of summing. Never -0. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * MILLION) / MILLION + 0;
}
