/** Market data that did not come from where they should. */

export interface DataIssue {
  readonly symbol: string;
  readonly use: 'quotes' | 'closes' | 'bars' | 'minutes' | 'corporate actions';
  /** `fallback`: something else answered in the place of the first source. `failed`: nobody could answer. */
  readonly kind: 'fallback' | 'failed';
  /** `csv in the place of alpaca: no answer within 10 s`. */
  readonly detail: string;
}

const NAMED_MAX = 5;

/** `closes of AAPL, MSFT: from csv instead: ...`: what was said of several symbols once. */
export function describeIssues(issues: readonly DataIssue[]): string {
  const groups = new Map<string, DataIssue[]>();
  for (const issue of issues) {
    const key = `${issue.use} ${issue.detail}`;
    groups.set(key, [...(groups.get(key) ?? []), issue]);
  }
  return [...groups.values()]
    .map((group) => {
      const names = group.slice(0, NAMED_MAX).map(({ symbol }) => symbol);
      const more = group.length > NAMED_MAX ? ` and ${group.length - NAMED_MAX} more` : '';
      return `${group[0]?.use ?? ''} of ${names.join(', ')}${more}: ${group[0]?.detail ?? ''}`;
    })
    .join('; ');
}
