/** Names and small words that everybody needs. */

/** Upper case, `BRK.B` form. */
const SYMBOL = /^[A-Z][A-Z0-9]{0,9}(?:[.-][A-Z0-9]{1,4})?$/;
const STRATEGY = /^[a-z][a-z0-9-]{0,31}$/;

export const SYMBOL_RULE = 'upper case letters and digits, as in AAPL or BRK.B';
export const STRATEGY_RULE =
  'a lower case letter, then up to 31 lower case letters, digits or dashes; not hgctl, constructor or prototype';

/** The holder of executions that serve all strategies: recovery, sync, leftovers. No strategy may be called so. */
export const CONTROLLER = 'hgctl';
/** The others are keys that no YAML file of ours may have: such a strategy could not be turned on. */
const NO_STRATEGIES: ReadonlySet<string> = new Set([CONTROLLER, 'constructor', 'prototype']);

export function isSymbol(text: string): boolean {
  return SYMBOL.test(text);
}

export function isStrategyName(text: string): boolean {
  return STRATEGY.test(text) && !NO_STRATEGIES.has(text);
}

export type Side = 'buy' | 'sell';

/** Deterministic order of text by UTF-16 code units, whatever the locale of the host. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
