/** A part of one for people: `0.0125` is `1.25%`. */
export function percent(part: number): string {
  return `${(part * 100).toFixed(2)}%`;
}
