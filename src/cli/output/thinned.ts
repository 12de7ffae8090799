/** Long curves as few points, without losing a peak. */

export interface Point {
  readonly index: number;
  readonly value: number;
}

/**
 * Runs of neighbours that have values. Of each bucket of about a `columns`th of the row: the first, the lowest, the highest
 * and the last, which draw the same picture on so many pixels (M4: Jugel et al. 2014, "M4: A Visualization-Oriented Time
 * Series Data Aggregation").
 */
export function thinned(values: readonly (number | null)[], columns: number): Point[][] {
  const size = Math.max(1, Math.ceil(values.length / columns));
  return runsOf(values).map((run) => (size < 3 ? run : bucketsOf(run, size).flatMap(extremes)));
}

function runsOf(values: readonly (number | null)[]): Point[][] {
  const runs: Point[][] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const isNew = index === 0 || values[index - 1] === null;
    if (isNew) runs.push([]);
    runs.at(-1)?.push({ index, value });
  });
  return runs;
}

function bucketsOf(run: readonly Point[], size: number): Point[][] {
  const count = Math.ceil(run.length / size);
  return Array.from({ length: count }, (_, bucket) => run.slice(bucket * size, (bucket + 1) * size));
}

function extremes(bucket: readonly Point[]): Point[] {
  const byValue = bucket.toSorted((a, b) => a.value - b.value || a.index - b.index);
  const chosen = new Set([bucket[0], bucket.at(-1), byValue[0], byValue.at(-1)]);
  return bucket.filter((point) => chosen.has(point));
}
