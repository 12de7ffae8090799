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
  const groups = new Map<string, Pick<DataIssue, 'use' | 'detail'> & { readonly symbols: string[] }>();
  for (const { symbol, use, detail } of issues) {
    const key = `${use} ${detail}`;
    groups.set(key, { use, detail, symbols: [...(groups.get(key)?.symbols ?? []), symbol] });
  }
  return [...groups.values()]
    .map(({ use, detail, symbols }) => {
      const names = symbols.slice(0, NAMED_MAX).join(', ');
      const more = symbols.length > NAMED_MAX ? ` and ${symbols.length - NAMED_MAX} more` : '';
      return `${use} of ${names}${more}: ${detail}`;
    })
    .join('; ');
}
