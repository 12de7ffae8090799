/** Files that must not be there yet. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EXIT, HgctlError } from '../domain/errors.ts';

export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Writes all of them or, where one is there already or cannot be written, none. */
export function writeNewFiles(files: readonly NewFile[]): void {
  const taken = files.filter(({ path }) => existsSync(path));
  if (taken.length > 0) throw alreadyThere(taken.map(({ path }) => path).join(', '));
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { flag: 'wx' });
      written.push(path);
    }
  } catch (cause) {
    for (const path of written) rmSync(path, { force: true });
    const failed = files[written.length]?.path ?? '';
    throw new HgctlError(EXIT.refused, `${failed} cannot be written`, {
      cause,
      hint: 'nothing was written; check the folder',
    });
  }
}

function alreadyThere(paths: string): HgctlError {
  return new HgctlError(EXIT.conflict, `already there: ${paths}`, {
    hint: 'nothing was written; choose another name',
  });
}
