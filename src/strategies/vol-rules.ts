/** Numbers of the volatility term structure that no manifest changes. */

/** Sessions over which the rise of VIX is looked at before an entry. */
export const RISE_SESSIONS = 5;
/** Sessions, today's included, of which the smoothed ratio is the median. */
export const SMOOTHING_SESSIONS = 3;
/** Returns of the realised volatility. */
export const VOLATILITY_SESSIONS = 20;
/** Sessions in a row without data in which a position is left. */
export const MAX_BLIND_SESSIONS = 2;

/** So that a bound falls on its own side in binary floats: 24 / 20 - 1 is a little less than 0.2. */
export const ROUNDING = 1e-12;
