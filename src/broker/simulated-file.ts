/**
 * Keeps a simulated account in a file. Reading needs no lock: the file is only ever replaced as a whole. Changes of
 * all processes queue up at `<file>.lock`; the last look before the replacement catches a lock that was lost in a
 * long pause.
 */
import type { SimulatedState } from './simulated-state.ts';
import type { SimulatedStore } from './simulated-store.ts';
import { decode, readText } from './simulated-text.ts';

/** `fresh` makes the account of a file that does not exist. */
export function simulatedFile(file: string, fresh: () => SimulatedState): SimulatedStore {
  let tail: Promise<unknown> = Promise.resolve();
  let known: { readonly text: string | null; readonly decoded: () => SimulatedState | null } | undefined;
  const load = (): SimulatedState | null => {
    const text = readText(file);
    // One look at the account asks four times, and the file is nearly always the same.
    if (known?.text !== text) known = { text, decoded: decodedOnce(file, text) };
    return known.decoded();
  };
  return {
    load: () => load() ?? fresh(),
    change: (apply) => {
      const turn = tail.then(async () => {
        // Loaded by those who change something only: it would cost every read 10 ms.
        const { changeFile } = await import('./simulated-change.ts');
        return changeFile(file, fresh, apply);
      });
      tail = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** Also what cannot be understood is looked at once: it may be large. */
function decodedOnce(file: string, text: string | null): () => SimulatedState | null {
  try {
    const state = decode(file, text);
    return () => state;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
