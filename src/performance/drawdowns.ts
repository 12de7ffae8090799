/** Falls from a peak: how deep, from when to when. */

/** From the last time at a peak to the first time back at it; positions in a curve whose first value is the start. */
export interface Drawdown {
  /** (peak - trough) / peak: 0.25 for a quarter lost; more than 1 only where the curve goes below zero. */
  readonly depth: number;
  readonly peak: number;
  readonly trough: number;
  /** Null: not by the end. */
  readonly recovered: number | null;
  /** Steps from the peak to the recovery, or to the end. */
  readonly length: number;
}

/** The fall below the highest value so far, as part of it, at each point: zero or more. Magdon-Ismail and Atiya 2004. */
export function underwater(values: readonly number[]): number[] {
  let peak = -Infinity;
  return values.map((value) => {
    peak = Math.max(peak, value);
    return peak > 0 ? (peak - value) / peak : 0;
  });
}

/** Every one, oldest first. */
export function drawdownsOf(values: readonly number[]): Drawdown[] {
  const found: Drawdown[] = [];
  const depths = underwater(values);
  for (let at = 0; at < depths.length; at += 1) {
    if (depths[at] === 0) continue;
    const back = depths.indexOf(0, at);
    const end = back === -1 ? depths.length : back;
    const fall = depths.slice(at, end);
    const depth = Math.max(...fall);
    const recovered = back === -1 ? null : back;
    const peak = at - 1;
    const length = (recovered ?? depths.length - 1) - peak;
    found.push({ depth, peak, trough: at + fall.indexOf(depth), recovered, length });
    at = end;
  }
  return found;
}

/** The deepest ones first; of equal depth the older. */
export function deepest(drawdowns: readonly Drawdown[], most: number): Drawdown[] {
  return drawdowns.toSorted((a, b) => b.depth - a.depth || a.peak - b.peak).slice(0, most);
}
