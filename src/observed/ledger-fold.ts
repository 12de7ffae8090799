/** How each event changes the ledger: one function an event, total, no decisions. */
import { enableMapSet, produce, setAutoFreeze } from 'immer';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { later, type Instant } from '../domain/instant.ts';
import { ledgerFields } from './checkpoint.ts';
import type { ActionEvent } from './action-events.ts';
import type { EventOf, JournalEvent, JournalRecord } from './events.ts';
import { applyActionEvent } from './fold-actions.ts';
import { applyBookEvent, openBooks } from './fold-books.ts';
import { applyMarkEvent } from './fold-marks.ts';
import { applyOperatorEvent } from './fold-operator.ts';
import { applyOrderEvent } from './fold-orders.ts';
import { applySlotEvent } from './fold-slots.ts';
import type { Ledger, WritableLedger } from './ledger.ts';

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
    rebuiltAt: null,
    books: new Map(),
    shared: new Set(),
    realised: new Map(),
    fees: new Map(),
    lastExecution: new Map(),
    importedExecution: new Map(),
    fence: 0,
    lock: null,
    revision: null,
    inventory: new Map(),
    drains: new Map(),
    suspensions: new Map(),
    halt: null,
    openOrders: new Map(),
    endedOrders: new Map(),
    historySince: 0 as Instant,
    anchors: new Map(),
    shrunkOn: new Map(),
    breaks: new Map(),
    acceptedPrices: new Map(),
    splits: new Map(),
    formerNames: new Map(),
    slots: new Map(),
    triggers: new Map(),
    memories: new Map(),
    lastMark: null,
    curves: new Map(),
    latches: new Map(),
    carried: new Map(),
    fencedOff: 0,
  };
}

/** The ledger after one more record; the given one is unchanged. */
export function advance(ledger: Ledger, record: JournalRecord): Ledger {
  return produce(ledger, (draft) => applyRecord(draft, record));
}

/** The books as they will be once these corporate actions are recorded; the given ones are unchanged. */
export function withActions(ledger: Ledger, events: readonly ActionEvent[]): Ledger {
  return produce(ledger, (draft) => {
    for (const event of events) applyActionEvent(draft, event);
  });
}

/** The ledger of a whole journal, or of one that starts with a checkpoint. */
export function foldRecords(records: Iterable<JournalRecord>): Ledger {
  const ledger = emptyLedger() as WritableLedger;
  for (const record of records) applyRecord(ledger, record);
  return ledger;
}

/** A checksum proves that a line is whole, not that its writer was sound: what cannot be folded is refused (exit 5), by name. */
function applyRecord(ledger: WritableLedger, record: JournalRecord): void {
  try {
    apply(ledger, record);
  } catch (cause) {
    const name = `record ${record.seq} of the journal (${record.event.type})`;
    throw new HgctlError(EXIT.refused, `${name} is whole, and not as hgctl writes it`, {
      cause,
      hint: "nothing was changed; restore the journal folder from a copy, or 'hgctl rebuild --from-backup' opens new books",
    });
  }
}

/** A checkpoint tells whoever starts with it everything, and nothing new to those who know its segments. */
function apply(ledger: WritableLedger, record: JournalRecord): void {
  if (record.event.type === 'checkpoint' && ledger.seq === 0) {
    Object.assign(ledger, ledgerFields(record.event.state));
  }
  ledger.seq = record.seq;
  ledger.hash = record.sum;
  ledger.time = later(ledger.time, record.time);
  applyEvent(ledger, record.event, record.time);
}

/** Applies one event of time `at`; execution events of a fence that is not current are void. */
function applyEvent(ledger: WritableLedger, event: JournalEvent, at: Instant): void {
  if (isFencedOff(ledger, event)) {
    ledger.fencedOff += 1;
    return;
  }
  switch (event.type) {
    case 'sealed':
    case 'checkpoint':
    // For the record: nobody asks the ledger for it.
    case 'targets-decided':
    case 'data-missing':
    case 'signal-failed':
      return;
    case 'genesis':
      ledger.account = { id: event.accountId, environment: event.environment, broker: event.broker };
      return;
    case 'books-opened':
      return openBooks(ledger, event, at);
    case 'revision-accepted':
    case 'strategy-pruned':
    case 'strategy-renamed':
    case 'drain-requested':
    case 'drain-completed':
    case 'drain-lifted':
    case 'strategy-suspended':
    case 'strategy-resumed':
    case 'halted':
    case 'unhalted':
      return applyOperatorEvent(ledger, event, at);
    case 'lock-acquired':
    case 'lock-released':
    case 'lock-unlocked':
      return applyLockEvent(ledger, event);
    case 'synced':
    case 'adopted':
    case 'released':
    case 'lots-set':
    case 'break-opened':
    case 'symbol-resolved':
      return applyBookEvent(ledger, event, at);
    case 'split-applied':
    case 'symbol-changed':
      return applyActionEvent(ledger, event);
    case 'slot-started':
    case 'slot-ended':
    case 'slot-missed':
    case 'slot-triggered':
      return applySlotEvent(ledger, event, at);
    case 'day-marked':
    case 'limit-latched':
    case 'limit-reset':
      return applyMarkEvent(ledger, event, at);
    case 'execution-ended':
      ledger.lastExecution.set(event.strategy, event.at);
      return;
    default:
      return applyOrderEvent(ledger, event, at);
  }
}

function isFencedOff(ledger: WritableLedger, event: JournalEvent): boolean {
  if (event.type === 'lock-acquired') return event.fence !== ledger.fence + 1;
  return 'fence' in event && event.fence !== ledger.lock?.fence;
}

function applyLockEvent(
  ledger: WritableLedger,
  event: EventOf<'lock-acquired' | 'lock-released' | 'lock-unlocked'>,
): void {
  if (event.type === 'lock-acquired') {
    const { type, ...lock } = event;
    ledger.fence = event.fence;
    ledger.lock = lock;
  } else if (event.type === 'lock-released' || ledger.lock?.lockId === event.lockId) ledger.lock = null;
}
