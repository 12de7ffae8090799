/** How each event changes the ledger: one function an event, total, no decisions. */
import { enableMapSet, produce, setAutoFreeze } from 'immer';
import { valueOf, type Money, type Quantity } from '../domain/decimal.ts';
import { later, type Instant } from '../domain/instant.ts';
import { bookTrade, type Lot, type Trade } from './book.ts';
import type { IntentPayload, JournalEvent, JournalRecord } from './events.ts';
import type { Ledger, LedgerOrder, WritableLedger } from './ledger.ts';

enableMapSet();
// Readonly types guard the ledger; deep-freezing it would make each commit pay for the size of the books.
setAutoFreeze(false);

/** A fold that nobody else holds yet: `applyEvent` may write to it. */
export function emptyLedger(): Ledger {
  return {
    seq: 0,
    hash: '',
    time: 0 as Instant,
    account: null,
    opened: false,
    books: new Map(),
    shared: new Set(),
    realised: new Map(),
    lastExecution: new Map(),
    importedExecution: new Map(),
    fence: 0,
    lock: null,
    revision: null,
    openOrders: new Map(),
    endedOrders: new Map(),
    historySince: 0 as Instant,
    anchors: new Map(),
    shrunkOn: new Map(),
    breaks: new Map(),
    slots: new Map(),
    fencedOff: 0,
  };
}

/** The ledger after one more record; the given one is unchanged. */
export function advance(ledger: Ledger, record: JournalRecord): Ledger {
  return produce(ledger, (draft) => applyRecord(draft, record));
}

/** The ledger of a whole journal. */
export function foldRecords(records: Iterable<JournalRecord>): Ledger {
  const ledger = emptyLedger() as WritableLedger;
  for (const record of records) applyRecord(ledger, record);
  return ledger;
}

function applyRecord(ledger: WritableLedger, record: JournalRecord): void {
  ledger.seq = record.seq;
  ledger.hash = record.sum;
  ledger.time = later(ledger.time, record.time);
  applyEvent(ledger, record.event, record.time);
}

type EventOf<Type extends JournalEvent['type']> = Extract<JournalEvent, { type: Type }>;

/** Applies one event of time `at`; execution events of a fence that is not current are void. */
function applyEvent(ledger: WritableLedger, event: JournalEvent, at: Instant): void {
  if (isFencedOff(ledger, event)) {
    ledger.fencedOff += 1;
    return;
  }
  switch (event.type) {
    case 'genesis':
      ledger.account = { id: event.accountId, environment: event.environment, broker: event.broker };
      return;
    case 'books-opened':
      return openBooks(ledger, event);
    case 'revision-accepted':
      ledger.revision = {
        number: (ledger.revision?.number ?? 0) + 1,
        digest: event.digest,
        strategies: event.strategies,
        account: event.account,
        acceptedAt: at,
      };
      return;
    case 'lock-acquired': {
      const { type, ...lock } = event;
      ledger.fence = event.fence;
      ledger.lock = lock;
      return;
    }
    case 'lock-released':
      ledger.lock = null;
      return;
    case 'intent':
    case 'order-created':
    case 'order-unknown':
    case 'order-ended':
    case 'fill':
      return applyOrderEvent(ledger, event, at);
    case 'synced':
    case 'adopted':
    case 'break-opened':
    case 'symbol-resolved':
      return applyEvidenceEvent(ledger, event, at);
    case 'slot-started': {
      const { slot, strategy, targets } = event;
      ledger.slots.set(slot, { slot, strategy, targets, state: 'started' });
      return;
    }
    case 'slot-ended': {
      const run = ledger.slots.get(event.slot);
      if (run !== undefined) ledger.slots.set(event.slot, { ...run, state: event.outcome });
      return;
    }
    case 'execution-ended':
      ledger.lastExecution.set(event.strategy, event.at);
      return;
  }
}

function isFencedOff(ledger: WritableLedger, event: JournalEvent): boolean {
  if (event.type === 'lock-acquired') return event.fence !== ledger.fence + 1;
  return 'fence' in event && event.fence !== ledger.lock?.fence;
}

function openBooks(ledger: WritableLedger, event: EventOf<'books-opened'>): void {
  for (const { strategy, symbol, quantity, cost, since, orderId } of event.lots) {
    bookOf(ledger, strategy).set(symbol, { quantity, cost, since, orderId });
    noteOwners(ledger, symbol);
  }
  for (const { strategy, at } of event.lastExecution) {
    ledger.lastExecution.set(strategy, at);
    ledger.importedExecution.set(strategy, at);
  }
  ledger.opened = true;
  ledger.historySince = event.historySince;
  for (const { symbol, quantity } of event.unmanaged)
    ledger.anchors.set(symbol, { at: event.historySince, unmanaged: quantity });
}

type OrderEvent = EventOf<'intent' | 'order-created' | 'order-unknown' | 'order-ended' | 'fill'>;

function applyOrderEvent(ledger: WritableLedger, event: OrderEvent, at: Instant): void {
  if (event.type === 'intent') {
    const { type, ...intent } = event;
    ledger.openOrders.set(intent.clientOrderId, intended(intent, at));
    return;
  }
  const order = ledger.openOrders.get(event.clientOrderId);
  if (order === undefined) return;
  switch (event.type) {
    case 'order-created':
      changeOrder(ledger, order, { status: 'created', brokerOrderId: event.brokerOrderId, updatedAt: at });
      return;
    case 'order-unknown':
      changeOrder(ledger, order, { status: 'unknown', detail: event.detail, updatedAt: at });
      return;
    case 'order-ended':
      return endOrder(ledger, { ...order, status: event.status, detail: event.detail, updatedAt: at });
    case 'fill':
      return bookFill(ledger, order, event);
  }
}

function intended(intent: IntentPayload, at: Instant): LedgerOrder {
  return {
    intent,
    intendedAt: at,
    status: 'intended',
    brokerOrderId: null,
    filled: 0 as Quantity,
    averagePrice: null,
    fills: [],
    detail: '',
    updatedAt: at,
  };
}

function changeOrder(ledger: WritableLedger, order: LedgerOrder, change: Partial<LedgerOrder>): void {
  ledger.openOrders.set(order.intent.clientOrderId, { ...order, ...change });
}

function endOrder(ledger: WritableLedger, order: LedgerOrder): void {
  const { clientOrderId, sessionDate } = order.intent;
  ledger.openOrders.delete(clientOrderId);
  const ended = ledger.endedOrders.get(sessionDate) ?? new Map<string, LedgerOrder>();
  ended.set(clientOrderId, order);
  ledger.endedOrders.set(sessionDate, ended);
}

function bookFill(ledger: WritableLedger, order: LedgerOrder, fill: EventOf<'fill'>): void {
  const { strategy, symbol, side, clientOrderId } = order.intent;
  const sign = side === 'buy' ? 1 : -1;
  tradeInBook(ledger, strategy, symbol, {
    quantity: (sign * fill.quantity) as Quantity,
    value: (sign * fill.value) as Money,
    at: fill.at,
    orderId: clientOrderId,
  });
  changeOrder(ledger, order, {
    status: 'created',
    brokerOrderId: fill.brokerOrderId,
    filled: fill.cumulative,
    averagePrice: fill.averagePrice,
    fills: [...order.fills, { quantity: fill.quantity, value: fill.value, at: fill.at }],
    updatedAt: fill.at,
  });
}

type EvidenceEvent = EventOf<'synced' | 'adopted' | 'break-opened' | 'symbol-resolved'>;

function applyEvidenceEvent(ledger: WritableLedger, event: EvidenceEvent, at: Instant): void {
  const { symbol } = event;
  switch (event.type) {
    case 'synced': {
      const quantity = (event.to - event.from) as Quantity;
      const trade = { quantity, value: valueOf(quantity, event.price), at, orderId: null };
      tradeInBook(ledger, event.strategy, symbol, trade);
      ledger.anchors.set(symbol, event.anchor);
      ledger.shrunkOn.set(symbol, event.sessionDate);
      return;
    }
    case 'adopted': {
      const { quantity, cost: value } = event;
      tradeInBook(ledger, event.strategy, symbol, { quantity, value, at, orderId: null });
      ledger.anchors.set(symbol, event.anchor);
      return;
    }
    case 'break-opened':
      ledger.breaks.set(symbol, { symbol, kind: event.kind, detail: event.detail, since: at });
      return;
    case 'symbol-resolved':
      return resolveSymbol(ledger, event, at);
  }
}

function resolveSymbol(ledger: WritableLedger, event: EventOf<'symbol-resolved'>, at: Instant): void {
  let shrank = false;
  for (const { strategy, quantity: wanted } of event.lots) {
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
  // An operator's sale stands for the day, as any outside sale; a second resolve lifts it.
  if (shrank) ledger.shrunkOn.set(event.symbol, event.sessionDate);
  else ledger.shrunkOn.delete(event.symbol);
  ledger.anchors.set(event.symbol, event.anchor);
}

function tradeInBook(ledger: WritableLedger, strategy: string, symbol: string, trade: Trade): void {
  const book = bookOf(ledger, strategy);
  const { lot, realised } = bookTrade(book.get(symbol), trade);
  const isNew = !book.has(symbol);
  if (lot === undefined) book.delete(symbol);
  else book.set(symbol, lot);
  if (isNew || lot === undefined) noteOwners(ledger, symbol);
  if (realised === 0) return;
  const profits = ledger.realised.get(strategy) ?? new Map<string, Money>();
  profits.set(symbol, ((profits.get(symbol) ?? 0) + realised) as Money);
  ledger.realised.set(strategy, profits);
}

function noteOwners(ledger: WritableLedger, symbol: string): void {
  let owners = 0;
  for (const book of ledger.books.values()) if (book.has(symbol)) owners += 1;
  if (owners > 1) ledger.shared.add(symbol);
  else ledger.shared.delete(symbol);
}

function bookOf(ledger: WritableLedger, strategy: string): Map<string, Lot> {
  const found = ledger.books.get(strategy);
  if (found !== undefined) return found;
  ledger.books.set(strategy, new Map());
  return ledger.books.get(strategy) ?? new Map<string, Lot>();
}
