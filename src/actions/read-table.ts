/** Reads the reversion table of a strategy, as far as it may decide about the prices of today. */
import type { DesiredStrategy, OmrSignal } from '../desired/desired-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import { isOfOneMarket } from '../strategies/omr-provenance.ts';
import type { PriceProvenance, ReversionTable } from '../strategies/omr-table.ts';

export interface TableReader {
  readonly strategy: Pick<DesiredStrategy, 'name'>;
  readonly signal: Pick<OmrSignal, 'table'>;
  /** Those of today. */
  readonly prices: PriceProvenance;
}

/** Or why it decides nothing, and what to do. */
export async function readTable(
  { signalFiles }: Pick<Ports, 'signalFiles'>,
  { strategy, signal, prices }: TableReader,
): Promise<ReversionTable | string> {
  const read = await signalFiles.table(signal.table);
  const train = `'hgctl train ${strategy.name}'`;
  if (read === null) return `there is no reversion table; ${train} writes ${signal.table}`;
  if (read.kind === 'malformed') return `${signal.table} is no reversion table: ${read.reason}`;
  const { table } = read;
  if (isOfOneMarket(table, prices)) return table;
  return `the reversion table was made of other prices (${table.training.prices?.source ?? ''}) than those of today (${prices.source}), and prices that are made up say nothing of others; ${train} makes a table of those of today`;
}
