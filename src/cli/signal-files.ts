/** Files that signals read, such as what was trained for them. */
import { readFile } from 'node:fs/promises';
import type { SignalFiles } from '../reconciler/ports.ts';
import { parseTable } from '../strategies/omr-table-file.ts';
import { codeOf } from '../store/system-error.ts';

export const signalFiles: SignalFiles = {
  table: async (path) => {
    try {
      return parseTable(await readFile(path, 'utf8'));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      if (!(error instanceof Error) || codeOf(error) === undefined) throw error;
      // A folder, no right to read it: this holds who reads it, and nobody else.
      return { kind: 'malformed', reason: error.message };
    }
  },
};
