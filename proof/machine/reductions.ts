/** What other people's sales have done to books, told from the journal alone, and not by the fold of the program. */
import type { JournalEvent } from '../../src/observed/events.ts';
import type { Ledger } from '../../src/observed/ledger.ts';

/** By symbol: the session in which its book has shrunk from outside last, where no operator has spoken since. */
export type Reductions = ReadonlyMap<string, string>;

/** `before`: the books that the event found. */
export function afterEvent(reduced: Reductions, event: JournalEvent, before: Ledger): Reductions {
  switch (event.type) {
    case 'books-opened':
      return new Map([
        ...reduced,
        ...(event.shrunk ?? []).map(({ symbol, sessionDate }) => [symbol, sessionDate] as const),
      ]);
    case 'synced':
      return new Map([...reduced, [event.symbol, event.sessionDate]]);
    case 'symbol-changed': {
      const since = reduced.get(event.symbol);
      return since === undefined ? reduced : new Map([...reduced, [event.to, since]]);
    }
    case 'symbol-resolved': {
      const { symbol, lots, sessionDate } = event;
      const ownedBy = (strategy: string): number => before.books.get(strategy)?.get(symbol)?.quantity ?? 0;
      // What a split has made less of is no sale.
      const isSale = lots.some(
        ({ strategy, quantity, cost }) => cost === null && Math.abs(quantity) < Math.abs(ownedBy(strategy)),
      );
      const others = [...reduced].filter(([name]) => name !== symbol);
      return new Map(isSale ? [...others, [symbol, sessionDate]] : others);
    }
    default:
      return reduced;
  }
}
