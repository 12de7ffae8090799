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

/** Rejects where a page brings a row that was there already: a list that does not advance has no end that could be known. */
export async function allPages<Row>({ what, ask, idOf, isLast }: Pages<Row>): Promise<readonly Row[]> {
  const rows = new Map<string, Row>();
  for (let after: string | null = null; ;) {
    const page = await ask(after);
    for (const row of page) {
      const id = idOf(row);
      if (rows.has(id))
        throw new BrokerUnavailable(`${what}: the list does not advance (${id} is in it twice)`);
      rows.set(id, row);
      after = id;
    }
    if (isLast(page.length)) return [...rows.values()];
  }
}
