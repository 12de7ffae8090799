/** Sets the switches of one strategy in the toggle file on disk. */
import { formatProblem } from '../desired/problem.ts';
import { editToggle } from '../desired/toggle-edit.ts';
import { parseYaml, valueAt } from '../desired/yaml-document.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { exclusively } from './exclusive.ts';
import { writeToggle } from './toggle-file.ts';

export interface Switches {
  readonly strategy: string;
  readonly enabled?: boolean;
  readonly shutdownRequested?: boolean;
  readonly modifiedAt: Instant;
  /** Whether a strategy without an entry gets one. */
  readonly insert: boolean;
}

export interface ToggleFile {
  readonly path: string;
  /** The lock folder that keeps two commands from editing at once. */
  readonly lock: string;
}

/** Rejects with exit 4 where the file cannot be edited, exit 8 where it keeps changing; it is whole in any case. */
export function setSwitches(file: ToggleFile, switches: Switches): Promise<void> {
  return exclusively(file.lock, () => set(file.path, switches));
}

function set(file: string, { insert, modifiedAt, ...switches }: Switches): void {
  writeToggle(file, (text) => {
    const stamp = formatInstant(modifiedAt);
    const edit = editToggle(text, { file, ...switches, modifiedAt: stamp, modifiedBy: 'hgctl' });
    if (edit.kind === 'problem') {
      throw new HgctlError(EXIT.invalid, `the toggle file cannot be edited: ${formatProblem(edit.problem)}`, {
        hint: `mend ${file} by hand`,
      });
    }
    const isMeant = insert || hasEntry(file, text, switches.strategy);
    return isMeant && edit.kind === 'edited' ? edit.text : text;
  });
}

function hasEntry(file: string, text: string, strategy: string): boolean {
  return parseYaml(file, text).documents.some(
    ({ data }) => valueAt(data, ['strategies', strategy]) !== undefined,
  );
}
