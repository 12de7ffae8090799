/** What trading cost, turned over and won. */
import { valueOf, type Money } from '../domain/decimal.ts';
import { gated, known, missing, NEEDED, type Figure } from './figure.ts';
import { YEAR } from './ratios.ts';
import type { SessionRecord, Trade } from './record.ts';
import { mean } from './statistics.ts';

/** Bought and sold, unsigned. */
function tradedValue(trades: readonly Trade[]): Money {
  return trades.reduce((sum, { quantity, price }) => sum + valueOf(quantity, price), 0) as Money;
}

/**
 * One-sided and per year: (bought + sold) / 2 / mean equity at the closes x 252 / sessions. 1 means that the account was
 * exchanged once in a year. Half of the sum and not the lesser side (U.S. SEC, Form N-1A, item 13), which would be zero
 * for who has bought and not yet sold.
 */
export function turnover(trades: readonly Trade[], sessions: readonly SessionRecord[]): Figure {
  return gated({ count: sessions.length, needed: NEEDED.ratio, unit: 'session' }, () => {
    const equity = mean(sessions.map((session) => session.equity));
    if (equity <= 0) return missing('the account was worth nothing or less');
    return known(((tradedValue(trades) / 2 / equity) * YEAR) / sessions.length);
  });
}

/** Fills that closed something; each counts once, also where one order filled in several. */
export function closedParts(trades: readonly Trade[]): Money[] {
  return trades.flatMap(({ realised }) => (realised === null ? [] : [realised]));
}

/** Closed parts with a profit above zero before fees / all closed parts. */
export function hitRate(trades: readonly Trade[]): Figure {
  const closed = closedParts(trades);
  return gated({ count: closed.length, needed: NEEDED.closed, unit: 'closed part' }, () =>
    known(closed.filter((profit) => profit > 0).length / closed.length),
  );
}
