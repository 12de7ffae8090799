/** The report of a session day as plain data: money and quantities as decimal strings, times with offset. */
import { averageOf, formatMoney, formatPercent, formatQuantity, type Money } from '../../domain/decimal.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { EodAccount, EodReport, EodStrategy } from '../../observed/eod-report.ts';
import type { Latch } from '../../observed/mark-events.ts';

export function eodJson({
  date,
  start,
  end,
  strategies,
  account,
  fillsAfterEnd,
  latches,
}: EodReport): object {
  return {
    kind: 'EodReport',
    formatVersion: '1.0',
    date,
    start: start === null ? null : { mark: start.kind, at: formatInstant(start.at) },
    end: end === null ? null : { mark: end.kind, at: formatInstant(end.at) },
    account: account === null ? null : accountJson(account),
    strategies: strategies.map(strategyJson),
    fillsAfterEnd,
    limits: latches.map(latchJson),
  };
}

function accountJson({ equityStart, equityEnd, change, profit, residual, causes }: EodAccount): object {
  return {
    equityStart: formatMoney(equityStart),
    equityEnd: formatMoney(equityEnd),
    change: formatMoney(change),
    strategies: orNull(profit),
    residual: orNull(residual),
    residualCauses:
      causes === null
        ? null
        : {
            unmanaged: formatMoney(causes.unmanaged),
            cash: formatMoney(causes.cash),
            other: formatMoney(causes.other),
          },
  };
}

function strategyJson(own: EodStrategy): object {
  return {
    name: own.strategy,
    realised: formatMoney(own.realised),
    unrealised: orNull(own.unrealised),
    unrealisedChange: orNull(own.unrealisedChange),
    profit: orNull(own.profit),
    fees: formatMoney(own.fees),
    positions: own.positions.map(({ symbol, quantity, cost, price, value, unrealised }) => ({
      symbol,
      quantity: formatQuantity(quantity),
      averageCost: formatMoney(averageOf(cost, quantity)),
      price: price === null ? null : formatMoney(price),
      value: orNull(value),
      unrealised: orNull(unrealised),
    })),
    fills: own.fills.map(({ time, symbol, side, quantity, value, clientOrderId }) => ({
      time: formatInstant(time),
      symbol,
      side,
      quantity: formatQuantity(quantity),
      price: formatMoney(averageOf(value, quantity)),
      value: formatMoney(value),
      clientOrderId,
    })),
    orders: Object.fromEntries(own.orders.map(({ status, count }) => [status, count])),
  };
}

function latchJson({ strategy, limit, session, loss, base, allowed, since }: Latch): object {
  return {
    strategy,
    limit,
    session,
    since: formatInstant(since),
    loss: formatMoney(loss),
    base: formatMoney(base),
    allowed: formatPercent(allowed),
  };
}

function orNull(money: Money | null): string | null {
  return money === null ? null : formatMoney(money);
}
