/** Indices: levels without shares, so that nothing splits them and nobody holds them. */
export const INDEX_SYMBOLS: ReadonlySet<string> = new Set(['VIX', 'VIX3M']);
