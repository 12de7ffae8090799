/** Lists that come in pages: whole, or not at all. */
import { BrokerUnavailable } from '../../reconciler/ports.ts';

export interface Pages<Row> {
  /** For messages. */
  readonly what: string;
  /** The rows behind this one; from the start where null. */
  readonly ask: (after: string | null) => Promise<readonly Row[]>;
  readonly idOf: (row: Row) => string;
  /** Whether a page of so many rows is the last one. */
  readonly isLast: (rows: number) => boolean;
}

/** No account has as much as this: a list that goes on beyond it has no end. */
export const PAGES_MAX = 1_000;
export const ROWS_MAX = 100_000;

/**
 * Rejects where a list has no end that could be known: a page brings a row that was there already, or there are more than
 * {@link PAGES_MAX} pages or {@link ROWS_MAX} rows.
 */
export async function allPages<Row>({ what, ask, idOf, isLast }: Pages<Row>): Promise<readonly Row[]> {
  const rows = new Map<string, Row>();
  let after: string | null = null;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page: readonly Row[] = await ask(after);
    for (const row of page) {
      const id = idOf(row);
      if (rows.has(id))
        throw new BrokerUnavailable(`${what}: the list does not advance (${id} is in it twice)`);
      rows.set(id, row);
      after = id;
    }
    if (rows.size > ROWS_MAX) throw endless(what, `${ROWS_MAX} rows`);
    if (isLast(page.length)) return [...rows.values()];
  }
  throw endless(what, `${PAGES_MAX} pages`);
}

function endless(what: string, read: string): BrokerUnavailable {
  return new BrokerUnavailable(`${what}: the list has no end (more than ${read})`);
}
