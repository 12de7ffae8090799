/** What a fault script has done so far, beside the simulated account: a command is a process, a script is a story. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { sha256 } from '../domain/digest.ts';
import { NOTHING_MET, type FaultMemory, type FaultStore } from './faulty-broker.ts';
import type { Fault } from './fault-script.ts';
import { readText, unavailable } from './simulated-text.ts';

/** A changed script begins anew. What two processes count at the same moment may count once. */
export function fileFaultStore(file: string, script: readonly Fault[]): FaultStore {
  const digest = sha256(JSON.stringify(script));
  return {
    load: () => {
      const stored = parse(readText(file));
      return stored?.script === digest ? stored : NOTHING_MET;
    },
    save: (memory) => {
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        writeFileAtomicSync(file, `${JSON.stringify({ script: digest, ...memory })}\n`, { mode: 0o600 });
      } catch (error) {
        throw unavailable(`cannot write ${file}`, error);
      }
    },
  };
}

function parse(text: string | null): (FaultMemory & { readonly script: string }) | null {
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Partial<FaultMemory & { script: string }> | null;
    const { script, counts, hidden } = value ?? {};
    if (typeof script !== 'string' || !Array.isArray(counts) || typeof hidden !== 'object') return null;
    return { script, counts, hidden };
  } catch {
    return null;
  }
}
