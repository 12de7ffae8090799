/** What the journal of a data folder says, for who opens nothing else of it. */
import type { Ledger } from '../observed/ledger.ts';
import type { Clock } from '../reconciler/ports.ts';
import { openJournal } from '../store/journal.ts';
import { processes } from '../store/processes.ts';
import type { DataPaths } from './places.ts';

/** Writes nothing. `whole`: with every order since its first record. */
export function readLedger(clock: Clock, { journal: folder }: DataPaths, part: 'newest' | 'whole'): Ledger {
  const journal = openJournal({ folder, run: '', clock, self: processes().self });
  try {
    const newest = journal.refresh();
    return part === 'newest' ? newest : journal.whole();
  } finally {
    journal.close();
  }
}
