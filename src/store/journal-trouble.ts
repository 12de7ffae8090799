/** Why a journal is refused, in words for people. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import { SCHEMA_VERSION } from '../observed/journal-format.ts';
import { describeDamage, type JournalDamage, type JournalTooNew } from '../observed/journal-reader.ts';
import { codeOf } from './system-error.ts';

export const RESTORE =
  "nothing was changed; 'hgctl journal verify' lists the lines; restore the journal folder from a copy, or 'hgctl rebuild --from-backup' opens new books";

export function unreadable(path: string, trouble: JournalDamage | JournalTooNew): HgctlError {
  const message = `${path}: ${describeTrouble(trouble)}`;
  const hint = trouble.kind === 'newer' ? 'update hgctl' : RESTORE;
  return new HgctlError(EXIT.refused, message, { hint });
}

export function describeTrouble(trouble: JournalDamage | JournalTooNew): string {
  if (trouble.kind === 'damaged') return describeDamage(trouble);
  const version = `schema version ${trouble.version}`;
  return `line ${trouble.line} was written by a newer hgctl (${version}; this one knows up to ${SCHEMA_VERSION})`;
}

export function shrunk(path: string, read: number, size: number): HgctlError {
  const message = `${path} has ${size} bytes, but ${read} were read before: somebody cut it`;
  return new HgctlError(EXIT.refused, message, { hint: RESTORE });
}

/** The record was not appended whole. What of it did reach the file is void, or will be when somebody goes on. */
export function notAppended(cause: unknown): HgctlError {
  if (FULL.has(codeOf(cause) ?? '')) return diskFull(cause);
  return new HgctlError(
    EXIT.refused,
    'the journal could not take a record; all that was acknowledged is safe',
    {
      cause,
      hint: 'check the disk and its permissions, then run the command again',
    },
  );
}

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** As {@link notAppended}; also for a write that the file took only in part. */
export function diskFull(cause?: unknown): HgctlError {
  const message = 'the disk is full: the journal could not take a record; all that was acknowledged is safe';
  return new HgctlError(EXIT.refused, message, {
    cause,
    hint: 'free some space, then run the command again',
  });
}
