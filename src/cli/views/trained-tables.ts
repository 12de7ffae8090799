/** The tables that the signals of running strategies read, as far as they can be used. */
import { readTable } from '../../actions/read-table.ts';
import { mayFollow } from '../../reconciler/rules/targets.ts';
import { provenanceOf } from '../../strategies/omr-provenance.ts';
import type { ReversionTable } from '../../strategies/omr-table.ts';
import type { World } from '../compose.ts';

export interface TableFacts {
  readonly strategy: string;
  /** Or why it decides nothing. */
  readonly table: ReversionTable | string;
}

/** Of the strategies that run. */
export function tablesOf({
  desired: { account, strategies },
  ports,
}: Pick<World, 'desired' | 'ports'>): Promise<TableFacts[]> {
  const prices = provenanceOf(account.prices);
  const reading = strategies.filter(mayFollow).flatMap(({ name, signal }) => {
    if (signal.type !== 'overnight-mean-reversion') return [];
    const table = readTable(ports, { strategy: { name }, signal, prices });
    return [table.then((read): TableFacts => ({ strategy: name, table: read }))];
  });
  return Promise.all(reading);
}
