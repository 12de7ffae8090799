/** How an operator ends the doubt about a symbol: part of every message about one. */
export function wayOut(symbol: string): string {
  return `'hgctl resolve ${symbol} --as broker --reason TEXT' (or --as books) ends it`;
}
