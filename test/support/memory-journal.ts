/** A journal in memory: the compare-and-swap without the disk. */
import { advance, emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { JournalEvent, JournalRecord } from '../../src/observed/events.ts';
import type { Clock, Journal } from '../../src/reconciler/ports.ts';

export interface MemoryJournal extends Journal {
  readonly records: readonly JournalRecord[];
}

export function memoryJournal(clock: Clock): MemoryJournal {
  const records: JournalRecord[] = [];
  let ledger = emptyLedger();
  return {
    records,
    ledger: () => ledger,
    refresh: () => ledger,
    whole: () => ledger,
    hashAt: (seq) => records[seq - 1]?.sum ?? null,
    commit: (event: JournalEvent) => {
      const seq = records.length + 1;
      const record: JournalRecord = {
        v: 1,
        seq,
        prev: ledger.hash,
        at: seq,
        run: 'test',
        time: clock.now(),
        mono: clock.monotonic(),
        boot: 'boot',
        event,
        sum: `sum-${seq}`,
      };
      records.push(record);
      ledger = advance(ledger, record);
      return { kind: 'committed', ledger };
    },
  };
}
