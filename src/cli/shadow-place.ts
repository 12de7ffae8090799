/** Where a shadow is, and how it shows itself. */
import { join } from 'node:path';
import { formatBeginning, parseBeginning, type Beginning } from '../broker/shadow-beginning.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { formatLocalZone } from '../domain/instant.ts';
import type { Report } from '../reconciler/ports.ts';
import { readText } from '../store/read-text.ts';
import { existsSync } from 'node:fs';
import { replaceFile } from '../store/replace-file.ts';
import { dataPlaces } from './data-places.ts';
import type { GlobalOptions, Io } from './io.ts';
import { printable } from './output/printable.ts';
import { lineReport } from './output/report.ts';

const FILE = 'began.json';

/** The folder of the shadow of an account. Refuses (exit 3) a data folder that is one itself. */
export function shadowFolder(io: Io, options: GlobalOptions): string {
  const { folder } = dataPlaces(io, options);
  if (findBeginning(folder) === null) return join(folder, 'shadow');
  throw new HgctlError(EXIT.usage, `${folder} is the folder of a shadow`, {
    hint: 'with --shadow, --data is the folder of the account itself, which has the shadow in it',
  });
}

/** Null where the data folder is that of an account. Refuses (exit 5) what cannot be read: it is no account's folder. */
export function findBeginning(folder: string): Beginning | null {
  const path = join(folder, FILE);
  if (!existsSync(path)) return null;
  const content = readText(path);
  try {
    if (content.kind !== 'text') throw new Error(content.reason);
    return parseBeginning(content.text);
  } catch (cause) {
    throw new HgctlError(EXIT.refused, `${path} does not say how this shadow began`, {
      cause,
      hint: 'move the folder of the shadow away; hgctl run --shadow then begins anew',
    });
  }
}

export function writeBeginning(folder: string, beginning: Beginning): void {
  replaceFile(join(folder, FILE), formatBeginning(beginning));
}

/** What every command says that works on a shadow. */
export function shadowLine({ at, account }: Beginning): string {
  return `SHADOW of account ${printable(account.id)} since ${formatLocalZone(at)}: its orders are filled on paper\n`;
}

/** Every line says what it is about. */
export function shadowReport({ stderr }: Pick<Io, 'stderr'>): Report {
  return lineReport((line) => stderr(`SHADOW ${line}`));
}

/** For commands that write files which the account reads, too (exit 3). */
export function refuseShadow({ shadow }: { readonly shadow: object | null }, command: string): void {
  if (shadow === null) return;
  throw new HgctlError(EXIT.usage, `${command} writes what the account itself reads, and this is a shadow`, {
    hint: 'use the data folder of the account',
  });
}
