/** The report folder of a simulation. */
import { accessSync, constants, existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { ensureFolder } from './folders.ts';
import { replaceFile } from './replace-file.ts';

/** By this file a folder is known as a report of ours; it is written first. */
const MARK = { name: 'record.json', text: '"kind": "SimulationRecord"' } as const;

interface ReportFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Refuses (exit 5) a path at which a report would overwrite something else, or cannot be written: only a folder that can be
 * made, is empty or holds an earlier report is written to. Makes nothing: asked before a long simulation, not after it.
 */
export function refuseForeignFolder(folder: string): void {
  const parent = nearest(dirname(resolve(folder)));
  if (!statSync(parent).isDirectory()) throw foreign(parent, 'is not a folder');
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) {
    refuseUnwritable(parent);
    return;
  }
  if (!found.isDirectory()) throw foreign(folder, 'is not a folder');
  if (readdirSync(folder).length > 0 && !isReport(folder)) {
    throw foreign(folder, 'holds files that are not a report of a simulation');
  }
  refuseUnwritable(folder);
}

/** The folder, or the first of its parents that is there. */
function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(dirname(folder));
}

function refuseUnwritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw foreign(folder, 'cannot be written to');
  }
}

/** Each file is replaced as a whole, in the given order; other files in the folder stay. The first is the mark. */
export function writeSimulationFolder(folder: string, files: readonly ReportFile[]): void {
  refuseForeignFolder(folder);
  ensureFolder(folder);
  for (const { name, text } of files) replaceFile(join(folder, name), text);
}

function isReport(folder: string): boolean {
  const path = join(folder, MARK.name);
  return existsSync(path) && readFileSync(path, 'utf8').includes(MARK.text);
}

function foreign(folder: string, why: string): HgctlError {
  return new HgctlError(EXIT.refused, `${folder} ${why}`, {
    hint: 'name a new folder, an empty one, or one with an earlier report',
  });
}
