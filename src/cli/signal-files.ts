/** Files that signals read, such as what was trained for them. */
import { HgctlError } from '../domain/errors.ts';
import { readRegularFile } from '../market/regular-file.ts';
import type { SignalFiles } from '../reconciler/ports.ts';
import { codeOf } from '../store/system-error.ts';
import { parseTable, type TableText } from '../strategies/omr-table-file.ts';

export const signalFiles: SignalFiles = { table: (path) => Promise.resolve(readTable(path)) };

function readTable(path: string): TableText | null {
  let text: string;
  try {
    text = readRegularFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    if (!(error instanceof HgctlError) && codeOf(error) === undefined) throw error;
    // A folder, a giant, no right to read it: this holds who reads it, and nobody else.
    return { kind: 'malformed', reason: error instanceof Error ? error.message : String(error) };
  }
  return parseTable(text);
}
