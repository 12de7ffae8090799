/** Ordinary least squares on small samples of finite numbers. What the numbers do not determine has no answer: null. */
import { mean } from './statistics.ts';

export interface Regression {
  /** One a column, in the order of the columns. */
  readonly coefficients: readonly number[];
  /** Of the coefficients, from the residual variance with n - k degrees of freedom. */
  readonly standardErrors: readonly number[];
  /** y - X b, one a row. */
  readonly residuals: readonly number[];
}

export interface Line {
  readonly intercept: number;
  readonly slope: number;
  readonly interceptError: number;
  readonly slopeError: number;
  /** 1 - SSR / SST about the mean; 0 to 1, both inclusive. */
  readonly r2: number;
  readonly residuals: readonly number[];
}

/** y = intercept + slope x + e. */
export function regressLine(x: readonly number[], y: readonly number[]): Line | null {
  const fit = leastSquares([x.map(() => 1), x], y);
  if (fit === null) return null;
  const centre = mean(y);
  const total = sumOfSquares(y.map((value) => value - centre));
  const [intercept = Number.NaN, slope = Number.NaN] = fit.coefficients;
  const [interceptError = Number.NaN, slopeError = Number.NaN] = fit.standardErrors;
  const r2 = total > 0 ? Math.max(0, 1 - sumOfSquares(fit.residuals) / total) : 0;
  return { intercept, slope, interceptError, slopeError, r2, residuals: fit.residuals };
}

/** Pearson's r of two samples of equal length, -1 to 1; NaN where one of them does not vary. */
export function correlation(x: readonly number[], y: readonly number[]): number {
  const [fromX, fromY] = [x, y].map((values) => {
    const centre = mean(values);
    return values.map((value) => value - centre);
  }) as [number[], number[]];
  const scale = Math.sqrt(sumOfSquares(fromX) * sumOfSquares(fromY));
  return scale > 0 ? dot(fromX, fromY) / scale : Number.NaN;
}

/** A column of which no more than this part is new beside the columns before it is called their combination. */
const RANK_TOLERANCE = 1e-10;

/**
 * Coefficients b that minimise |y - X b|, for X of the given columns (an intercept is a column of ones).
 *
 * By the modified Gram-Schmidt process on X with y as last column: as stable as Householder's QR for this problem
 * (Bjorck 1967, "Solving linear least squares problems by Gram-Schmidt orthogonalization"). The normal equations
 * would square the condition number. Null where rows are not more than columns, a column is a combination of others,
 * or a number is not finite.
 */
export function leastSquares(
  columns: readonly (readonly number[])[],
  y: readonly number[],
): Regression | null {
  if (y.length <= columns.length) return null;
  const rest = [...columns, y].map((column) => [...column]);
  const triangle = columns.map(() => [] as number[]);
  for (const [index, row] of triangle.entries()) {
    const column = rest[index] ?? [];
    const length = norm(column);
    if (!(length > RANK_TOLERANCE * norm(columns[index] ?? []))) return null;
    const unit = column.map((value) => value / length);
    row[index] = length;
    for (let later = index + 1; later < rest.length; later += 1) {
      const other = rest[later] ?? [];
      const share = dot(unit, other);
      row[later] = share;
      rest[later] = other.map((value, at) => value - share * (unit[at] ?? 0));
    }
  }
  const residuals = rest.at(-1) ?? [];
  const coefficients = solveTriangle(
    triangle,
    triangle.map((row) => row[columns.length] ?? 0),
  );
  const variance = sumOfSquares(residuals) / (y.length - columns.length);
  const standardErrors = inverseRowNorms(triangle).map((length) => Math.sqrt(variance) * length);
  const finite = [...coefficients, ...standardErrors].every(Number.isFinite);
  return finite ? { coefficients, standardErrors, residuals } : null;
}

/** Back substitution: R b = right, R upper triangular. */
function solveTriangle(triangle: readonly (readonly number[])[], right: readonly number[]): number[] {
  const solution = triangle.map(() => 0);
  for (let row = triangle.length - 1; row >= 0; row -= 1) {
    const line = triangle[row] ?? [];
    let sum = right[row] ?? 0;
    for (let column = row + 1; column < triangle.length; column += 1)
      sum -= (line[column] ?? 0) * (solution[column] ?? 0);
    solution[row] = sum / (line[row] ?? Number.NaN);
  }
  return solution;
}

/** Lengths of the rows of R^-1: their squares are the diagonal of (X'X)^-1. */
function inverseRowNorms(triangle: readonly (readonly number[])[]): number[] {
  const inverse = triangle.map((_, at) =>
    solveTriangle(
      triangle,
      triangle.map((__, row) => (row === at ? 1 : 0)),
    ),
  );
  return triangle.map((_, row) => norm(inverse.map((column) => column[row] ?? 0)));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? Number.NaN), 0);
}

function sumOfSquares(values: readonly number[]): number {
  return dot(values, values);
}

function norm(values: readonly number[]): number {
  return Math.sqrt(sumOfSquares(values));
}
