/** The second of two steps from text to desired state: checks across documents and files, then the result. */
import { compareText } from '../domain/names.ts';
import type { DesiredState, DesiredStrategy } from './desired-state.ts';
import { locationsOf, type Locate } from './locations.ts';
import { resolveBeside } from './manifest-path.ts';
import { checkPairs } from './check-pairs.ts';
import { checkCalendars, overridesOf } from './calendars.ts';
import type { CalendarManifest } from './calendar-schema.ts';
import {
  parseCalendarFile,
  parseToggleFile,
  type Declared,
  type DeclaredStrategy,
  type NeededFile,
  type ParsedManifests,
} from './parse-manifests.ts';
import { sortProblems, type Problem } from './problem.ts';
import { toDesiredAccount, toDesiredState, toDesiredStrategy } from './to-desired.ts';
import { checkOneToggleFile, checkToggles, missingToggleFile, toggleOf } from './toggles.ts';
import type { ToggleManifest } from './toggle-schema.ts';
import {
  checkOverlap,
  checkTargetsInUniverse,
  resolveUniverse,
  type Files,
  type Universe,
} from './universes.ts';
import { MODULE } from './strategy-outline.ts';
import { fieldProblem, locate } from './yaml-document.ts';

export type LoadResult =
  | {
      readonly kind: 'ok';
      readonly desired: DesiredState;
      readonly warnings: readonly Problem[];
      /** Of the file that declares the account; absolute. */
      readonly accountFile: string;
      readonly locate: Locate;
    }
  | {
      readonly kind: 'invalid';
      readonly problems: readonly Problem[];
      readonly warnings: readonly Problem[];
      /** Data folder as the account declares it, if that much can be read. */
      readonly data: string | null;
    };

/** Joins everything. `files` holds what `parsed.needs` asks for, by absolute path; what is not in it does not exist. */
export function assemble(parsed: ParsedManifests, files: Files): LoadResult {
  const problems: Problem[] = [...parsed.problems];
  const warnings: Problem[] = [];
  const universes = parsed.strategies.map((strategy) => resolveUniverse(strategy, files));
  const toggles = findToggles(parsed, files, problems);
  const calendars = findCalendars(parsed, files, problems);
  problems.push(...checkCalendars(parsed, calendars, files));
  problems.push(...checkAccounts(parsed), ...checkNames(parsed.strategies), ...checkUniverses(universes));
  for (const universe of universes) warnings.push(...universe.warnings);
  problems.push(...parsed.strategies.flatMap(checkPairs));
  problems.push(...checkModules(parsed.strategies, files), ...checkOneToggleFile(toggles));
  const [toggle] = toggles;
  if (toggle !== undefined) {
    const checked = checkToggles(toggle, parsed.strategies, parsed.complete);
    problems.push(...checked.problems);
    warnings.push(...checked.warnings);
  }
  const joined =
    problems.length === 0 ? join(parsed, universes, { toggle, calendar: calendars[0]?.manifest }) : undefined;
  if (joined === undefined) {
    const data = parsed.accounts[0]?.manifest?.spec.store.data ?? null;
    return { kind: 'invalid', problems: sortProblems(problems), warnings: sortProblems(warnings), data };
  }
  return {
    kind: 'ok',
    ...joined,
    warnings: sortProblems(warnings),
    locate: locationsOf(parsed.strategies),
  };
}

/** The toggle documents of the set, and those of the file that was needed besides. */
function findToggles(parsed: ParsedManifests, files: Files, problems: Problem[]): Declared<ToggleManifest>[] {
  const toggles = [...parsed.toggles].sort(byPlace);
  for (const needed of parsed.needs.filter(({ kind }) => kind === 'toggle')) {
    toggles.unshift(...readToggles(parsed, needed, files, problems));
  }
  return toggles;
}

function readToggles(
  { accounts, complete }: ParsedManifests,
  { name, path }: NeededFile,
  files: Files,
  problems: Problem[],
): readonly Declared<ToggleManifest>[] {
  const content = files.get(path) ?? { kind: 'unreadable', reason: 'does not exist' };
  const [account] = accounts;
  if (content.kind === 'unreadable') {
    if (account !== undefined && complete) problems.push(missingToggleFile(account, content.reason));
    return [];
  }
  const found = parseToggleFile({ name, path, content });
  problems.push(...found.problems);
  if (found.toggles.length === 0 && found.problems.length === 0 && account !== undefined) {
    problems.push(missingToggleFile(account, 'is empty'));
  }
  return found.toggles;
}

/** The calendar documents of the set, and that of the file that the account names besides. */
function findCalendars(
  { calendars, needs }: ParsedManifests,
  files: Files,
  problems: Problem[],
): Declared<CalendarManifest>[] {
  const read = needs.flatMap(({ kind, name, path }) => {
    const content = files.get(path);
    if (kind !== 'calendar' || content === undefined) return [];
    const found = parseCalendarFile({ name, path, content });
    problems.push(...found.problems);
    return found.calendars;
  });
  return [...read, ...[...calendars].sort(byPlace)];
}

function checkAccounts({ accounts, strategies, toggles, sources, complete }: ParsedManifests): Problem[] {
  const [first, ...others] = [...accounts].sort(byPlace);
  if (first === undefined) {
    const file = sources.map(({ name }) => name).sort(compareText)[0] ?? '';
    const empty = strategies.length + toggles.length === 0;
    const message = empty
      ? 'no file holds a manifest: they are empty, or all comments'
      : 'no manifest declares kind: Account: exactly one is needed';
    return complete ? [{ file, line: 1, column: 1, path: '', message }] : [];
  }
  return others.map(({ document }) => {
    const message = `a second Account, but there can be only one; the first is ${placeOf(first)}`;
    return fieldProblem(document, ['kind'], { message }, 'key');
  });
}

function checkNames(strategies: readonly DeclaredStrategy[]): Problem[] {
  const first = new Map<string, DeclaredStrategy>();
  return [...strategies].sort(byPlace).flatMap((strategy) => {
    const { name } = strategy.outline;
    if (name === undefined) return [];
    const before = first.get(name);
    if (before === undefined) {
      first.set(name, strategy);
      return [];
    }
    const message = `the name ${name} is taken by ${placeOf(before, ['metadata', 'name'])}`;
    return [fieldProblem(strategy.document, ['metadata', 'name'], { message })];
  });
}

function checkUniverses(universes: readonly Universe[]): Problem[] {
  const single = universes.flatMap((universe) => [...universe.problems, ...checkTargetsInUniverse(universe)]);
  return [...single, ...checkOverlap(universes)];
}

/** What the module says is for the process that runs it: here it must only be there. */
function checkModules(strategies: readonly DeclaredStrategy[], files: Files): Problem[] {
  return strategies.flatMap(({ document, outline, source }) => {
    if (outline.module === undefined) return [];
    const content = files.get(resolveBeside(source.path, outline.module));
    if (content?.kind === 'text') return [];
    const name = resolveBeside(source.name, outline.module);
    const message = `the module ${name} ${content?.reason ?? 'does not exist'}`;
    return [fieldProblem(document, MODULE, { message })];
  });
}

function byPlace(a: Declared<unknown>, b: Declared<unknown>): number {
  if (a.source.name !== b.source.name) return a.source.name < b.source.name ? -1 : 1;
  return a.document.tree.root.start - b.document.tree.root.start;
}

function placeOf({ source, document }: Declared<unknown>, path: readonly string[] = ['kind']): string {
  return `${source.name}:${locate(document, path, 'key').line}`;
}

interface Joined {
  readonly desired: DesiredState;
  readonly accountFile: string;
}

interface Besides {
  readonly toggle: Declared<ToggleManifest> | undefined;
  readonly calendar: CalendarManifest | undefined;
}

/** Undefined without an account or a toggle file; both have been reported by then. */
function join(
  { accounts }: ParsedManifests,
  universes: readonly Universe[],
  { toggle, calendar: calendarFile }: Besides,
): Joined | undefined {
  const [account] = accounts;
  const toggles = toggle?.manifest;
  if (account?.manifest === undefined || toggle === undefined || toggles === undefined) return undefined;
  const { path } = account.source;
  const resolve = (named: string): string => resolveBeside(path, named);
  const calendar = overridesOf(account.manifest, calendarFile);
  const desiredAccount = toDesiredAccount(account.manifest, {
    toggleFile: toggle.source.path,
    calendar,
    resolve,
  });
  const strategies = universes.flatMap(({ strategy, symbols }): DesiredStrategy[] => {
    const { manifest } = strategy;
    if (manifest === undefined) return [];
    const universe = new Set([...symbols.keys()].sort(compareText));
    const toggle = toggleOf(toggles, manifest.metadata.name);
    const { path, name } = strategy.source;
    const folder = { path: resolveBeside(path, '.'), name: resolveBeside(name, '.') };
    return [toDesiredStrategy(manifest, { universe, toggle, folder })];
  });
  return {
    desired: toDesiredState(desiredAccount, strategies),
    accountFile: path,
  };
}
