/** Files that signals read, such as what was trained for them. */
import { readFile } from 'node:fs/promises';
import type { SignalFiles } from '../reconciler/ports.ts';
import { codeOf } from './system-error.ts';

export const signalFiles: SignalFiles = {
  read: async (path) => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  },
};
