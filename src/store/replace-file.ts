/** Replacing a file so that readers see the old text or the new one, and a crash leaves one of them. */
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { ensureFolder, syncFolder } from './folders.ts';
import { writeNew } from './keep-copy.ts';

/**
 * Stages, reads back, renames, syncs the folder. On any trouble the old file is as it was (exit 5); a link is
 * refused. The read-back sees what a nearly full disk did not keep.
 */
export function replaceFile(path: string, text: string): void {
  refuseLink(path);
  ensureFolder(dirname(path));
  const stage = `${path}.stage.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    writeNew(stage, text);
    if (readFileSync(stage, 'utf8') !== text) throw new Error('the disk is full: the text was cut');
    renameSync(stage, path);
    syncFolder(dirname(path));
  } catch (cause) {
    discard(stage);
    throw new HgctlError(EXIT.refused, `${path} could not be written`, {
      cause,
      hint: 'the file is as it was; free some space or check its permissions',
    });
  }
}

/** What is left of a stage harms nobody: trouble with it must not hide the trouble that led here. */
function discard(stage: string): void {
  try {
    rmSync(stage, { force: true });
  } catch {
    return;
  }
}

function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new HgctlError(EXIT.refused, `${path} is a symbolic link, which replacing it would break`, {
    hint: 'name the file itself',
  });
}

const ABANDONED_AFTER = 3_600_000;

/** Removes stage files that a killed process left an hour ago or longer. */
export function removeAbandonedStages(path: string): void {
  const folder = dirname(path);
  const prefix = `${basename(path)}.stage.`;
  const isOld = (name: string): boolean =>
    Date.now() - (statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) >
    ABANDONED_AFTER;
  const stages = readdirSync(folder).filter((name) => name.startsWith(prefix) && isOld(name));
  for (const name of stages) rmSync(join(folder, name), { force: true });
}
