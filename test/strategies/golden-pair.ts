/** Two synthetic series that keep together, of which a reference library's results are known over their first 252 rows. */
export function logX(t: number): number {
  return Math.log(50) + 0.0006 * t + 0.06 * Math.sin(t / 31) + 0.02 * Math.sin(0.83 * t);
}

export function logY(t: number): number {
  return 0.35 + 0.9 * logX(t) + 0.025 * Math.sin(t / 5) + 0.01 * Math.sin(1.9 * t);
}

const rows = Array.from({ length: 252 }, (_, t) => t);
export const goldenLogX = rows.map(logX);
export const goldenLogY = rows.map(logY);
