/** Daily curves and returns of the account and of its strategies. */
import type { Money } from '../domain/decimal.ts';
import type { SimulationRecord } from './record.ts';

export interface Curve {
  /** The worth before the first session, then at the close of each: one more than there are sessions. */
  readonly values: readonly Money[];
  /** One for each session; null where the account was once worth nothing or less, after which no return means anything. */
  readonly returns: readonly number[] | null;
}

/** Return of a session: equity at its close / equity at the close before - 1. No money is paid in or out. */
export function accountCurve({ startingEquity, sessions }: SimulationRecord): Curve {
  const values = [startingEquity, ...sessions.map(({ equity }) => equity)];
  return { values, returns: returnsOf(values, values) };
}

/**
 * A strategy has no equity of its own, since all trade on one account. Its worth is what the account would be worth had
 * only its profits come: starting equity + profit. Its return of a session is the change of its profit / the account's
 * equity at the close before, so that the strategies' returns of a session add up to the account's (contribution to
 * return: Bacon 2008, "Practical Portfolio Performance Measurement and Attribution").
 */
export function strategyCurve(record: SimulationRecord, index: number): Curve {
  const profits = record.sessions.map(({ strategies }) => strategies[index]?.profit ?? 0);
  const values = [0, ...profits].map((profit) => (record.startingEquity + profit) as Money);
  return { values, returns: returnsOf(values, accountCurve(record).values) };
}

function returnsOf(values: readonly Money[], equity: readonly Money[]): readonly number[] | null {
  if (equity.slice(0, -1).some((worth) => worth <= 0)) return null;
  return values
    .slice(1)
    .map((value, index) => (value - (values[index] ?? Number.NaN)) / (equity[index] ?? Number.NaN));
}
