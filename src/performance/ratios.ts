/** Figures of a row of daily returns. */
import { gated, known, missing, NEEDED, type Figure } from './figure.ts';
import { downsideDeviation, mean, sampleDeviation } from './statistics.ts';

/** Sessions of a year, by convention. */
export const YEAR = 252;
/**
 * What of a deviation is rounding: returns of size 1e-3 that are equal on paper differ by 1e-16 in binary. A ratio over
 * such a deviation would be in the billions.
 */
const ROUNDING = 1e-12;

const WORTHLESS = missing('the account was worth nothing or less');

/**
 * Compound return of a year: (1 + total)^(252 / sessions) - 1. Years are counted in sessions, as for the ratios below,
 * and not in days, because the day from which the first session's return counts is not part of what was simulated.
 */
export function yearlyReturn(total: number, sessions: number): Figure {
  return gated({ count: sessions, needed: NEEDED.year, unit: 'session' }, () =>
    total <= -1 ? WORTHLESS : known((1 + total) ** (YEAR / sessions) - 1),
  );
}

/** Deviation of the daily returns (n - 1) x sqrt(252). */
export function volatility(returns: readonly number[] | null): Figure {
  return ofReturns(returns, (values) => known(sampleDeviation(values) * Math.sqrt(YEAR)));
}

/**
 * Mean daily return / their deviation (n - 1) x sqrt(252), with a riskless return of zero: cash earns nothing here
 * (Sharpe 1994, "The Sharpe Ratio"). Null where the returns do not vary.
 */
export function sharpe(returns: readonly number[] | null): Figure {
  return ofReturns(returns, (values) => {
    const deviation = sampleDeviation(values);
    if (deviation <= ROUNDING) return missing('the returns do not vary');
    return known((mean(values) / deviation) * Math.sqrt(YEAR));
  });
}

/**
 * Standard error of the yearly Sharpe ratio S of n independent daily returns: sqrt((1 + s^2 / 2) / n) x sqrt(252) with
 * the daily s = S / sqrt(252) (Lo 2002, "The Statistics of Sharpe Ratios").
 */
export function sharpeError(returns: readonly number[] | null): Figure {
  const ratio = sharpe(returns);
  if (ratio.value === null || returns === null) return ratio;
  return known(Math.sqrt((1 + ratio.value ** 2 / YEAR / 2) / returns.length) * Math.sqrt(YEAR));
}

/** Mean daily return / downside deviation below zero over all n x sqrt(252). Null where no session lost. */
export function sortino(returns: readonly number[] | null): Figure {
  return ofReturns(returns, (values) => {
    const deviation = downsideDeviation(values);
    if (deviation <= ROUNDING) return missing('no session lost');
    return known((mean(values) / deviation) * Math.sqrt(YEAR));
  });
}

function ofReturns(
  returns: readonly number[] | null,
  compute: (values: readonly number[]) => Figure,
): Figure {
  if (returns === null) return WORTHLESS;
  return gated({ count: returns.length, needed: NEEDED.ratio, unit: 'session' }, () => compute(returns));
}
