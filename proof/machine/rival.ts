/** Another process that commits at the very moment at which one of ours is about to write. */
import { encodeRecord } from '../../src/observed/journal-format.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Machine } from './machine.ts';
import { JOURNAL } from './trader.ts';
import type { Watcher } from './watcher.ts';

const NEWLINE = 0x0a;

/** Whether records are in this file. */
export function isJournal(path: string): boolean {
  return path.startsWith(JOURNAL) && path.endsWith('.jsonl');
}

/**
 * By the protocol: what is undecided at the end is closed first, and the record begins where the file ends. It is on the disk
 * before whatever comes next, and changes nothing but that somebody was faster. Nobody is before who writes the first record.
 */
export function commitFirst(machine: Machine, watcher: Watcher, path: string): void {
  const { disk } = machine;
  const file = disk.find(path);
  if (file?.kind !== 'file' || watcher.ledger.seq === 0) return;
  const now = machine.wallNow();
  if (file.data.at(-1) !== NEWLINE) disk.write(file, file.data.length, Buffer.from('\n'), now);
  // A record that lacked its newline alone has become one.
  watcher.look();
  const { ledger } = watcher;
  const { bytes } = encodeRecord({
    seq: ledger.seq + 1,
    prev: ledger.hash,
    at: file.data.length,
    run: 'somebody-else',
    time: now as Instant,
    mono: machine.monotonic(),
    boot: machine.bootId(),
    event: { type: 'strategy-resumed', strategy: 'core', by: 'somebody else' },
  });
  disk.write(file, file.data.length, bytes, now);
  disk.sync(file);
  // It is told that it has committed: from now on nobody may take that back.
  watcher.look();
}
