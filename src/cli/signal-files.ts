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
      throw error;
    }
  },
};
