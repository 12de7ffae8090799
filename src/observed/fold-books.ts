/** Events that change who owns what. */
import { absolute, mulDiv, valueOf, type Money, type Quantity } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type { EventOf } from './events.ts';
import type { Lot } from './book.ts';
import { rememberSplit } from './fold-actions.ts';
import { carry } from './fold-marks.ts';
import { bookOf, noteOwners, tradeInBook } from './fold-trade.ts';
import { endOrder } from './fold-orders.ts';
import { ACCOUNT } from './loss-curve.ts';
import type { WritableLedger } from './ledger.ts';

export function openBooks(ledger: WritableLedger, event: EventOf<'books-opened'>, at: Instant): void {
  for (const { strategy, symbol, quantity, cost, since, orderId } of event.lots) {
    bookOf(ledger, strategy).set(symbol, { quantity, cost, since, orderId });
    noteOwners(ledger, symbol);
  }
  for (const executed of event.lastExecution) {
    ledger.lastExecution.set(executed.strategy, executed.at);
    ledger.importedExecution.set(executed.strategy, executed.at);
  }
  takeOverStops(ledger, event);
  for (const { strategy, ...memory } of event.memories ?? []) ledger.memories.set(strategy, memory);
  for (const { symbol, sessionDate } of event.shrunk ?? []) ledger.shrunkOn.set(symbol, sessionDate);
  ledger.opened = true;
  if (event.source === 'backup' || event.source === 'broker') ledger.rebuiltAt = at;
  ledger.historySince = event.historySince;
  for (const { symbol, quantity } of event.unmanaged)
    ledger.anchors.set(symbol, { at: event.historySince, unmanaged: quantity });
}

/** What was stopped in the journal before stays stopped. */
function takeOverStops(ledger: WritableLedger, { drains, latches, brakes }: EventOf<'books-opened'>): void {
  for (const drain of drains ?? []) ledger.drains.set(drain.strategy, drain);
  for (const latch of latches ?? []) ledger.latches.set(latch.strategy ?? ACCOUNT, latch);
  ledger.halt = brakes?.halt ?? null;
  for (const suspension of brakes?.suspensions ?? []) ledger.suspensions.set(suspension.strategy, suspension);
}

type BookEvent = EventOf<'synced' | 'adopted' | 'released' | 'lots-set' | 'break-opened' | 'symbol-resolved'>;

export function applyBookEvent(ledger: WritableLedger, event: BookEvent, at: Instant): void {
  switch (event.type) {
    case 'synced': {
      const { symbol } = event;
      const quantity = (event.to - event.from) as Quantity;
      const trade = { quantity, value: valueOf(quantity, event.price), at, orderId: null };
      tradeInBook(ledger, event.strategy, symbol, trade);
      ledger.anchors.set(symbol, event.anchor);
      ledger.shrunkOn.set(symbol, event.sessionDate);
      return;
    }
    case 'adopted': {
      const { symbol, quantity, cost: value, seenPrice } = event;
      tradeInBook(ledger, event.strategy, symbol, { quantity, value, at, orderId: null });
      if (event.value !== undefined) carry(ledger, event.strategy, event.value - value);
      if (seenPrice !== undefined) ledger.acceptedPrices.set(symbol, seenPrice);
      ledger.anchors.set(symbol, event.anchor);
      return;
    }
    case 'released':
      return releaseShares(ledger, event, at);
    case 'lots-set':
      return setLots(ledger, event);
    case 'break-opened': {
      const { symbol, kind, detail } = event;
      ledger.breaks.set(symbol, { symbol, kind, detail, since: at });
      return;
    }
    case 'symbol-resolved':
      return resolveSymbol(ledger, event, at);
  }
}

/** At average cost: giving shares up is no trade and makes no profit. */
function releaseShares(ledger: WritableLedger, event: EventOf<'released'>, at: Instant): void {
  const { strategy, symbol } = event;
  const lot = ledger.books.get(strategy)?.get(symbol);
  if (lot === undefined) return;
  const most = Math.min(absolute(event.quantity), absolute(lot.quantity));
  const quantity = (lot.quantity > 0 ? 0 - most : most) as Quantity;
  const value = mulDiv(lot.cost, quantity, lot.quantity) as Money;
  tradeInBook(ledger, strategy, symbol, { quantity, value, at, orderId: null });
  // The value has the sign of what was given up, the trade the other one.
  if (event.value !== undefined) carry(ledger, strategy, 0 - event.value - value);
  ledger.anchors.set(symbol, event.anchor);
}

function setLots(ledger: WritableLedger, { lots, anchors }: EventOf<'lots-set'>): void {
  for (const { strategy, symbol, ...lot } of lots) {
    if (lot.quantity === 0) bookOf(ledger, strategy).delete(symbol);
    else bookOf(ledger, strategy).set(symbol, lot);
    noteOwners(ledger, symbol);
    ledger.breaks.delete(symbol);
    // Another cost is no profit or loss: the next start of a session begins to count anew.
    if (ledger.lastMark !== null) ledger.curves.set(strategy, null);
  }
  for (const { symbol, anchor } of anchors) ledger.anchors.set(symbol, anchor);
}

/** Another quantity, or another cost, without a trade. */
function revalue(
  ledger: WritableLedger,
  strategy: string,
  symbol: string,
  now: Pick<Lot, 'quantity' | 'cost'>,
): void {
  const book = bookOf(ledger, strategy);
  const lot = book.get(symbol);
  if (lot === undefined || now.quantity === 0) book.delete(symbol);
  else book.set(symbol, { ...lot, ...now });
  noteOwners(ledger, symbol);
}

/** A split that somebody says is remembered as one that was announced for this session: it trades nothing by itself. */
function resolveSymbol(ledger: WritableLedger, event: EventOf<'symbol-resolved'>, at: Instant): void {
  let shrank = false;
  for (const { strategy, quantity: wanted, cost } of event.lots) {
    if (cost !== null) {
      revalue(ledger, strategy, event.symbol, { quantity: wanted, cost });
      continue;
    }
    const owned = ledger.books.get(strategy)?.get(event.symbol)?.quantity ?? 0;
    const quantity = (wanted - owned) as Quantity;
    const value = valueOf(quantity, event.price);
    shrank ||= Math.abs(wanted) < Math.abs(owned);
    tradeInBook(ledger, strategy, event.symbol, { quantity, value, at, orderId: null });
  }
  for (const order of [...ledger.openOrders.values()].filter(
    ({ intent }) => intent.symbol === event.symbol,
  )) {
    endOrder(ledger, { ...order, status: 'resolved', detail: event.reason, updatedAt: at });
  }
  ledger.breaks.delete(event.symbol);
  ledger.splits.delete(event.symbol);
  ledger.acceptedPrices.set(event.symbol, event.seenPrice);
  // An operator's sale stands for the day, as any outside sale; a second resolve lifts it.
  if (shrank) ledger.shrunkOn.set(event.symbol, event.sessionDate);
  else ledger.shrunkOn.delete(event.symbol);
  ledger.anchors.set(event.symbol, event.anchor);
  const { symbol, sessionDate, lots: owners, split: ratio } = event;
  if (ratio !== undefined)
    rememberSplit(ledger, { symbol, sessionDate, owners }, { date: sessionDate, ratio });
}
