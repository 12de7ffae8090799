/** Gathers the daily bars that a reversion table is made of. */
import type { CalendarDate } from '../domain/instant.ts';
import type { Market, Ports } from '../reconciler/ports.ts';
import type { PriceProvenance } from '../strategies/omr-table.ts';
import { trainReversionTable, type TrainingAnswer } from '../strategies/omr-training.ts';

/** Besides the universe, what a regime is told from. */
export const TRAINED_BESIDE = ['SPY', 'VIX'] as const;

/** How many years a table is made of, unless somebody says otherwise. */
const YEARS = 10;

export interface TrainingSpan {
  /** Both inclusive. */
  readonly from: CalendarDate;
  readonly to: CalendarDate;
}

export function usualSpan(to: CalendarDate): TrainingSpan {
  return { from: `${Number(to.slice(0, 4)) - YEARS}${to.slice(4)}`, to };
}

/** Nothing outside of the span is read. `prices`: where those of the market come from. */
export async function trainTable(
  { market, clock }: { readonly market: Market; readonly clock: Pick<Ports['clock'], 'now'> },
  universe: Iterable<string>,
  span: TrainingSpan,
  prices: PriceProvenance,
): Promise<TrainingAnswer> {
  const [SPY, VIX] = TRAINED_BESIDE;
  const [bars, closes] = await Promise.all([
    market.bars([...universe], span),
    market.closes([SPY, VIX], span),
  ]);
  return trainReversionTable({
    bars,
    spy: closes.get(SPY) ?? [],
    vix: closes.get(VIX) ?? [],
    prices,
    trainedAt: clock.now(),
  });
}
