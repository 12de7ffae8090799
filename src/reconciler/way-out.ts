/** How an operator ends the doubt about a symbol: part of every message about one. */
import type { BreakKind } from '../observed/events.ts';

export function wayOut(symbol: string, kind?: BreakKind): string {
  const command = (as: string): string => `'hgctl resolve ${symbol} --as ${as} --reason TEXT'`;
  return kind === 'split'
    ? `${command('split')} makes the books follow it`
    : `${command('broker')} (or --as books) ends it`;
}
