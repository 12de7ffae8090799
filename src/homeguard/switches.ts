/** The original's toggle file, read as the original reads it: a key that is absent is false. */
import type { Problem } from '../desired/problem.ts';
import { fieldProblem, valueAt, type YamlDocument } from '../desired/yaml-document.ts';
import { isStrategyName, STRATEGY_RULE } from '../domain/names.ts';
import { ownName } from './installation.ts';

export interface Switches {
  /** What each strategy is from now on, by its name here: on, or off and held. */
  readonly enabled: ReadonlyMap<string, boolean>;
  /** As the file says it, for the toggle file that is written. */
  readonly lastModified: string | null;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

export const NO_SWITCHES: Switches = { enabled: new Map(), lastModified: null, notes: [], problems: [] };

export function readSwitches(document: YamlDocument): Switches {
  const strategies = valueAt(document.data, ['strategies']) ?? {};
  if (typeof strategies !== 'object' || Array.isArray(strategies)) {
    const message = 'must be a mapping of strategies';
    return { ...NO_SWITCHES, problems: [fieldProblem(document, ['strategies'], { message })] };
  }
  const enabled = new Map<string, boolean>();
  const notes: string[] = [];
  const problems: Problem[] = [];
  for (const id of Object.keys(strategies)) {
    const name = ownName(id);
    if (!isStrategyName(name) || enabled.has(name)) {
      const message = enabled.has(name) ? `is ${name} a second time` : 'is no name of a strategy';
      problems.push(fieldProblem(document, ['strategies', id], { message, allowed: STRATEGY_RULE }, 'key'));
      continue;
    }
    const isOn = flagAt(document, id, 'enabled', problems);
    const isLeaving = flagAt(document, id, 'shutdown_requested', problems);
    if (isLeaving) notes.push(`${name}: a shutdown was requested, so it is off; what it holds is kept`);
    enabled.set(name, isOn && !isLeaving);
  }
  const modified = valueAt(document.data, ['last_modified']);
  return { enabled, lastModified: typeof modified === 'string' ? modified : null, notes, problems };
}

function flagAt(document: YamlDocument, id: string, key: string, problems: Problem[]): boolean {
  const path = ['strategies', id, key];
  const value = valueAt(document.data, path) ?? false;
  if (typeof value === 'boolean') return value;
  problems.push(fieldProblem(document, path, { message: 'must be true or false' }));
  return false;
}
