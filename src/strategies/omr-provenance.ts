/** Where the prices of a reversion table came from, and whether such a table may decide about others. */
import type { OnePriceSource, Prices } from '../desired/desired-state.ts';
import { nextSessionAfter, type CalendarOverrides } from '../domain/calendar.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { PriceProvenance, ReversionTable } from './omr-table.ts';

export function provenanceOf(prices: Prices): PriceProvenance {
  const sources = prices.type === 'first-of' ? prices.sources : [prices];
  const words = sources.map(sourceWords).join(', ');
  return {
    source: prices.type === 'first-of' ? `first-of ${words}` : words,
    invented: sources.some(({ type }) => type === 'synthetic'),
  };
}

function sourceWords(source: OnePriceSource): string {
  switch (source.type) {
    case 'synthetic':
      return `synthetic seed ${source.seed} ${source.movement}`;
    case 'alpaca': {
      const { feed, adjustment } = source;
      return `alpaca ${feed} ${adjustment === 'raw' ? 'unadjusted' : `adjusted ${adjustment}`}`;
    }
    case 'csv':
    case 'cboe':
      return source.type;
  }
}

/**
 * Whether prices are of one market with those of the table: those of the world are, wherever they come from, and made-up
 * ones are with themselves only. A table that does not say is trusted: those of before said nothing.
 */
export function isOfOneMarket({ training }: ReversionTable, now: PriceProvenance): boolean {
  const then = training.prices;
  if (then === undefined || (!then.invented && !now.invented)) return true;
  return then.source === now.source;
}

/** In sessions: how many before today have a morning of which the table knows nothing. */
export function ageOf(
  { training }: ReversionTable,
  today: CalendarDate,
  calendar: CalendarOverrides | undefined,
): number {
  let age = 0;
  for (
    let { date } = nextSessionAfter(training.lastDate, calendar);
    date < today;
    { date } = nextSessionAfter(date, calendar)
  )
    age += 1;
  return age;
}
