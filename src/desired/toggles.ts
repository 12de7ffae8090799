/** Joins the toggle file with the strategies. */
import type { Toggle } from './desired-state.ts';
import { resolveBeside } from './manifest-path.ts';
import { TOGGLE_FILE, type Declared, type DeclaredStrategy } from './parse-manifests.ts';
import { nearest, type Problem } from './problem.ts';
import { textAt } from './strategy-outline.ts';
import type { AccountManifest } from './account-schema.ts';
import type { ToggleManifest } from './toggle-schema.ts';
import { fieldProblem, locate, valueAt } from './yaml-document.ts';

type ToggleFile = Declared<ToggleManifest>;

interface ToggleCheck {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const TOGGLES_FILE = ['spec', 'toggles', 'file'];

/** Problem of an account without a toggle file; `reason` says what is wrong with the expected one. */
export function missingToggleFile(account: Declared<AccountManifest>, reason: string): Problem {
  const { source, document } = account;
  const named = textAt(document.data, TOGGLES_FILE);
  const expected = resolveBeside(source.name, named ?? TOGGLE_FILE);
  const message =
    `the toggle file ${expected} ${reason}; it says which strategies may trade, for example:\n` +
    'strategies:\n  core:\n    enabled: false\n    shutdown_requested: false';
  return fieldProblem(document, named === undefined ? [] : TOGGLES_FILE, { message });
}

/** All toggle files but the first are one too many. */
export function checkOneToggleFile(toggles: readonly ToggleFile[]): Problem[] {
  const [first, ...others] = toggles;
  if (first === undefined) return [];
  const { line } = locate(first.document, ['strategies'], 'key');
  return others.map(({ document }) => {
    const message = `a second toggle file; the first is ${first.source.name}:${line}`;
    return fieldProblem(document, ['strategies'], { message }, 'key');
  });
}

/** Every active strategy needs an entry; an entry without a manifest is worth a warning. */
export function checkToggles(
  toggle: ToggleFile,
  strategies: readonly DeclaredStrategy[],
  complete: boolean,
): ToggleCheck {
  const switches = valueAt(toggle.document.data, ['strategies']);
  if (typeof switches !== 'object' || switches === null) return { problems: [], warnings: [] };
  const names = new Set(strategies.flatMap(({ outline }) => outline.name ?? []));
  const problems = strategies
    .filter(({ document, outline }) =>
      needsEntry(valueAt(document.data, ['spec', 'lifecycle']), switches, outline.name),
    )
    .map(({ outline }) => missingEntry(toggle, outline.name ?? ''));
  const allNamed = complete && strategies.every(({ outline }) => outline.name !== undefined);
  const strays = allNamed ? Object.keys(switches).filter((name) => !names.has(name)) : [];
  const warnings = strays.map((name) => {
    const what = { message: 'no manifest declares this strategy', suggestion: nearest(name, names) };
    return fieldProblem(toggle.document, ['strategies', name], what, 'key');
  });
  return { problems, warnings };
}

function needsEntry(lifecycle: unknown, switches: object, name: string | undefined): boolean {
  return lifecycle !== 'planned' && name !== undefined && !Object.hasOwn(switches, name);
}

function missingEntry({ document }: ToggleFile, name: string): Problem {
  const message =
    `the active strategy ${name} has no entry; add these lines under strategies (true lets it trade):\n` +
    `  ${name}:\n    enabled: false`;
  return fieldProblem(document, ['strategies'], { message }, 'key');
}

/** The switches of a strategy; null when the file has none. */
export function toggleOf(manifest: ToggleManifest, name: string): Toggle | null {
  if (!Object.hasOwn(manifest.strategies, name)) return null;
  const entry = manifest.strategies[name];
  return entry === undefined ? null : { enabled: entry.enabled, shutdownRequested: entry.shutdown_requested };
}
