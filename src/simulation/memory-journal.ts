/**
 * The journal of one process without a disk: the same records, fences and checkpoints as in the files, so that what is kept
 * of a session does not grow with their number. No record is checked against a checksum: nobody else can have changed it.
 */
import { checkpointBehind, isLaterSession } from '../observed/checkpoint.ts';
import type { JournalEvent, JournalRecord } from '../observed/events.ts';
import { advance, emptyLedger, foldRecords } from '../observed/ledger-fold.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { Clock, Journal } from '../reconciler/ports.ts';

const VERSION = 1;
const RUN = 'simulation';

/** Told of each record, with what the ones before it said and what they say with it. */
export type RecordObserver = (record: JournalRecord, before: Ledger, after: Ledger) => void;

export interface MemoryJournal extends Journal {
  /** Every record, the first one first. */
  readonly records: readonly JournalRecord[];
}

/** `boot`: of the process that writes. */
export function memoryJournal(clock: Clock, boot: string, observe: RecordObserver): MemoryJournal {
  const records: JournalRecord[] = [];
  let segment = 1;
  let ledger = emptyLedger();
  const append = (event: JournalEvent): JournalRecord => {
    const seq = ledger.seq + 1;
    const place = { seq, prev: ledger.hash, at: seq };
    const written = { time: clock.now(), mono: clock.monotonic(), boot, event };
    const record: JournalRecord = { v: VERSION, ...place, run: RUN, ...written, sum: String(seq) };
    records.push(record);
    const before = ledger;
    ledger = advance(before, record);
    observe(record, before, ledger);
    return record;
  };
  const turnOver = (): void => {
    segment += 1;
    const seal = append({ type: 'sealed', next: segment });
    const draft = checkpointBehind(seal, ledger);
    const checkpoint: JournalRecord = { v: VERSION, ...draft, sum: String(draft.seq) };
    records.push(checkpoint);
    ledger = foldRecords([checkpoint]);
  };
  return {
    records,
    ledger: () => ledger,
    refresh: () => ledger,
    whole: () => {
      if (segment === 1) return ledger;
      const { endedOrders, slots } = foldRecords(records);
      return { ...ledger, endedOrders, slots };
    },
    hashAt: (seq) => records[seq - 1]?.sum ?? null,
    commit: (event) => {
      if (ledger.seq > 0 && isLaterSession(ledger.time, clock.now())) turnOver();
      append(event);
      return { kind: 'committed', ledger };
    },
  };
}
