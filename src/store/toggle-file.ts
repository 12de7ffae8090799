/** Changes the toggle file on disk: whole or not at all, never over somebody else's edit. */
import { randomBytes } from 'node:crypto';
import { readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { syncFolder } from './folders.ts';
import { readText } from './read-text.ts';

const TRIES = 5;

/**
 * Replaces the file's text by what `edit` makes of it; the same text writes nothing. When the file changes meanwhile,
 * `edit` is called again with the new text: after five tries it is a conflict (exit 8). Mode and owner stay, and a
 * symbolic link stays one. What `edit` throws leaves the file as it was.
 */
export function writeToggle(path: string, edit: (text: string) => string): void {
  const file = resolveLinks(path);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = read(path, file);
    const after = edit(before);
    if (after === before || replace(file, before, after)) return;
  }
  throw new HgctlError(EXIT.conflict, `${path} keeps changing while it is edited`, {
    hint: 'Find out which program writes it, then try again.',
  });
}

function resolveLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw new HgctlError(EXIT.notFound, `there is no toggle file ${path}`, {
      hint: 'Account.spec.toggles.file names it; the default is strategy_toggle.yaml beside the account manifest.',
      cause,
    });
  }
}

function read(path: string, file: string): string {
  const content = readText(file);
  if (content.kind === 'text') return content.text;
  throw new HgctlError(EXIT.invalid, `the toggle file ${path} ${content.reason}`);
}

/** False when the file is no longer what was read. */
function replace(file: string, before: string, after: string): boolean {
  const { mode, uid, gid } = statSync(file);
  const stage = `${file}.stage.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileAtomicSync(stage, after, { mode: mode & 0o7777, chown: { uid, gid } });
    // A nearly full disk can cut the text short without an error.
    if (readFileSync(stage, 'utf8') !== after) {
      throw new HgctlError(EXIT.invalid, `${file} could not be written completely: is the disk full?`);
    }
    const now = readText(file);
    if (now.kind !== 'text' || now.text !== before) return false;
    renameSync(stage, file);
  } finally {
    rmSync(stage, { force: true });
  }
  syncFolder(dirname(file));
  return true;
}
