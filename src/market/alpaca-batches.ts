/** Questions about many symbols, one request for each batch of them. */
import type { Found } from './data-source.ts';

/** By symbol what was found, or in words why that is not usable; a symbol that is not in it is not known there. */
export type BatchAnswer<Row> =
  | { readonly kind: 'ok'; readonly rows: ReadonlyMap<string, Row | { readonly why: string }> }
  | { readonly kind: 'invalid-symbol'; readonly symbol: string }
  | { readonly kind: 'failed'; readonly why: string };

const BATCH = 100;

/**
 * A symbol that the server does not accept is left out, and kept in `invalid` for the next time. What fails a request
 * is of the server, not of the symbols: nothing more is asked, and those without an answer have failed.
 */
export async function inBatches<Row extends object>(
  symbols: readonly string[],
  invalid: Set<string>,
  ask: (batch: readonly string[]) => Promise<BatchAnswer<Row>>,
): Promise<Found<Row>> {
  const rows = new Map<string, Row>();
  const failed = new Map<string, string>();
  let pending = [...new Set(symbols)];
  let trouble: string | null = null;
  while (trouble === null) {
    pending = pending.filter((symbol) => !invalid.has(symbol));
    const batch = pending.slice(0, BATCH);
    if (batch.length === 0) break;
    const answer = await ask(batch);
    if (answer.kind === 'invalid-symbol' && batch.includes(answer.symbol)) {
      invalid.add(answer.symbol);
      continue;
    }
    if (answer.kind !== 'ok') {
      trouble =
        answer.kind === 'failed' ? answer.why : `it refuses ${answer.symbol}, which was not asked for`;
      continue;
    }
    for (const symbol of batch) {
      const row = answer.rows.get(symbol);
      if (row !== undefined && 'why' in row) failed.set(symbol, row.why);
      else if (row !== undefined) rows.set(symbol, row);
    }
    pending = pending.slice(BATCH);
  }
  for (const symbol of pending) failed.set(symbol, trouble ?? '');
  return { rows, failed, instead: new Map() };
}
