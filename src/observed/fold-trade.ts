/** What every change of a book does to the ledger. */
import type { Money } from '../domain/decimal.ts';
import { bookTrade, type Lot, type Trade } from './book.ts';
import type { WritableLedger } from './ledger.ts';
import { plain } from './plain.ts';

export function tradeInBook(ledger: WritableLedger, strategy: string, symbol: string, trade: Trade): void {
  const book = bookOf(ledger, strategy);
  const { lot, realised } = bookTrade(plain(book.get(symbol)), trade);
  if (lot === undefined) book.delete(symbol);
  else book.set(symbol, lot);
  noteOwners(ledger, symbol);
  if (realised === 0) return;
  const profits = ledger.realised.get(strategy) ?? new Map<string, Money>();
  profits.set(symbol, ((profits.get(symbol) ?? 0) + realised) as Money);
  ledger.realised.set(strategy, profits);
}

export function noteOwners(ledger: WritableLedger, symbol: string): void {
  let owners = 0;
  for (const book of ledger.books.values()) if (book.has(symbol)) owners += 1;
  if (owners > 1) ledger.shared.add(symbol);
  else ledger.shared.delete(symbol);
  if (owners > 0) return;
  // What was remembered of the shares for their owners' sake.
  ledger.splits.delete(symbol);
  ledger.formerNames.delete(symbol);
}

export function bookOf(ledger: WritableLedger, strategy: string): Map<string, Lot> {
  const found = ledger.books.get(strategy);
  if (found !== undefined) return found;
  ledger.books.set(strategy, new Map());
  return ledger.books.get(strategy) ?? new Map<string, Lot>();
}
