/** Strategies, and the loop itself, that fail again and again. */

/** So many failures in a row are no accident. */
const STALLED_AFTER = 3;

/** By subject: its failures in a row. */
export type Failures = ReadonlyMap<string, number>;

/**
 * Who is stalled now: whoever has failed often enough, and whoever was stalled and has failed since. A controller that
 * starts anew has counted nothing yet: one failure more is enough then.
 */
export function stalledNow(before: ReadonlySet<string>, failures: Failures): ReadonlySet<string> {
  const stalled = [...failures].filter(([name, count]) => count >= (before.has(name) ? 1 : STALLED_AFTER));
  return new Set(stalled.map(([name]) => name));
}
