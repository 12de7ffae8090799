/** Two synthetic series that keep together, of which a reference library's results are known. */
const steps = Array.from({ length: 252 }, (_, t) => t);

export const goldenLogX = steps.map(
  (t) => Math.log(50) + 0.0006 * t + 0.06 * Math.sin(t / 31) + 0.02 * Math.sin(0.83 * t),
);
export const goldenLogY = goldenLogX.map(
  (x, t) => 0.35 + 0.9 * x + 0.025 * Math.sin(t / 5) + 0.01 * Math.sin(1.9 * t),
);
