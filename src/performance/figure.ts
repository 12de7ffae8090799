/** A figure, or the reason why there is none: too short a sample says nothing, and zero would say something. */

export type Figure =
  | { readonly value: number }
  | {
      readonly value: null;
      /** For people, without a full stop: `12 sessions, 60 needed`. */
      readonly reason: string;
    };

/**
 * Fewest observations behind a figure.
 *
 * `ratio`: the standard error of a yearly Sharpe ratio from daily returns is about sqrt(252 / n) (Lo 2002), which at 60
 * sessions is still 2: below that the figure is noise, and above it is shown with its error.
 * `year`: what is shorter than a year is not stated per year (CFA Institute, GIPS Standards 2020: such returns must not be annualised);
 * 248 is the fewest sessions that a year of the New York Stock Exchange has had since 1970 (2001), so that any whole
 * calendar year passes.
 * `closed`: of fewer than 10 closed parts a share of winners moves by 10 points or more with each.
 */
export const NEEDED = { ratio: 60, year: 248, closed: 10 } as const;

export function known(value: number): Figure {
  return { value };
}

export function missing(reason: string): Figure {
  return { value: null, reason };
}

/** The figure that `compute` makes, if there are as many observations as are needed. */
export function gated(
  { count, needed, unit }: { readonly count: number; readonly needed: number; readonly unit: string },
  compute: () => Figure,
): Figure {
  if (count >= needed) return compute();
  return missing(`${count} ${count === 1 ? unit : `${unit}s`}, ${needed} needed`);
}
