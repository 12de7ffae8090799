/** The first of two steps from text to desired state: what the files declare, and which other files they need. */
import { accountSchema, type AccountManifest } from './account-schema.ts';
import { calendarSchema, type CalendarManifest } from './calendar-schema.ts';
import { resolveBeside } from './manifest-path.ts';
import { nearest, quoted, type Problem } from './problem.ts';
import { checkSchema } from './schema-check.ts';
import { outlineOf, textAt, type StrategyOutline } from './strategy-outline.ts';
import { checkStrategy } from './strategy-rules.ts';
import { strategySchema, type StrategyManifest } from './strategy-schema.ts';
import { toggleSchema, type ToggleManifest } from './toggle-schema.ts';
import { fieldProblem, parseYaml, valueAt, type YamlDocument } from './yaml-document.ts';

export type FileContent =
  | { readonly kind: 'text'; readonly text: string }
  /** Why there is no text, in words that follow the name of the file: `does not exist`. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export interface SourceFile {
  /** As it is shown to the user. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly content: FileContent;
}

/** A file that a manifest names, or that must be there. */
export interface NeededFile {
  readonly kind: 'universe' | 'module' | 'toggle' | 'calendar';
  readonly name: string;
  readonly path: string;
}

export interface Declared<Manifest> {
  readonly source: SourceFile;
  readonly document: YamlDocument;
  /** Undefined when the schema refuses the document. */
  readonly manifest: Manifest | undefined;
}

export interface DeclaredStrategy extends Declared<StrategyManifest> {
  readonly outline: StrategyOutline;
}

export interface ParsedManifests {
  readonly sources: readonly SourceFile[];
  readonly strategies: readonly DeclaredStrategy[];
  readonly accounts: readonly Declared<AccountManifest>[];
  readonly toggles: readonly Declared<ToggleManifest>[];
  readonly calendars: readonly Declared<CalendarManifest>[];
  readonly problems: readonly Problem[];
  /** False when a document could not be read or told apart: then nothing is reported as missing. */
  readonly complete: boolean;
  readonly needs: readonly NeededFile[];
}

export const TOGGLE_FILE = 'strategy_toggle.yaml';

interface Collected {
  readonly strategies: DeclaredStrategy[];
  readonly accounts: Declared<AccountManifest>[];
  readonly toggles: Declared<ToggleManifest>[];
  readonly calendars: Declared<CalendarManifest>[];
  readonly problems: Problem[];
  complete: boolean;
}

/** Never throws; the order of the sources does not matter. */
export function parseManifests(sources: readonly SourceFile[]): ParsedManifests {
  const all = nothingYet();
  for (const source of sources) collectFile(all, source);
  const needs = [...all.strategies.flatMap(strategyNeeds), ...toggleNeed(all), ...calendarNeed(all)];
  return { sources, ...all, needs };
}

function nothingYet(): Collected {
  return { strategies: [], accounts: [], toggles: [], calendars: [], problems: [], complete: true };
}

function collectFile(all: Collected, source: SourceFile): void {
  if (source.content.kind === 'unreadable') {
    all.problems.push({ file: source.name, line: 1, column: 1, path: '', message: source.content.reason });
    all.complete = false;
    return;
  }
  const { documents, problems, readable } = parseYaml(source.name, source.content.text);
  all.problems.push(...problems);
  if (!readable) all.complete = false;
  for (const document of documents) collectDocument(all, source, document);
}

function collectDocument(all: Collected, source: SourceFile, document: YamlDocument): void {
  const kind = valueAt(document.data, ['kind']);
  if (kind === 'Strategy') {
    const outline = outlineOf(document);
    const declared = check(all, source, document, strategySchema);
    all.problems.push(...checkStrategy(document, outline));
    all.strategies.push({ ...declared, outline });
  } else if (kind === 'Account') {
    all.accounts.push(check(all, source, document, accountSchema));
  } else if (kind === undefined && valueAt(document.data, ['strategies']) !== undefined) {
    all.toggles.push(check(all, source, document, toggleSchema));
  } else if (kind === undefined && valueAt(document.data, ['overrides']) !== undefined) {
    all.calendars.push(check(all, source, document, calendarSchema));
  } else {
    all.problems.push(unknownKind(document, kind));
    all.complete = false;
  }
}

function check<Manifest>(
  all: Collected,
  source: SourceFile,
  document: YamlDocument,
  schema: Parameters<typeof checkSchema<Manifest>>[1],
): Declared<Manifest> {
  const checked = checkSchema(document, schema);
  if (checked.kind === 'valid') return { source, document, manifest: checked.value };
  all.problems.push(...checked.problems);
  return { source, document, manifest: undefined };
}

const KINDS = ['Strategy', 'Account'];

function unknownKind(document: YamlDocument, kind: unknown): Problem {
  const { data } = document;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return fieldProblem(document, [], { message: 'a manifest must be a mapping (key: value)' });
  }
  const allowed = `${KINDS.join(', ')}; a toggle file has strategies: and no kind`;
  if (typeof kind !== 'string') {
    const message = kind === undefined ? 'is missing' : 'must be text';
    return fieldProblem(document, ['kind'], { message, allowed });
  }
  return fieldProblem(document, ['kind'], {
    message: `${quoted(kind)} is not known`,
    allowed,
    suggestion: nearest(kind, KINDS),
  });
}

function strategyNeeds({ source, outline }: DeclaredStrategy): NeededFile[] {
  const { file, module } = outline;
  return [
    ...(file === undefined ? [] : [{ kind: 'universe' as const, ...neededBeside(source, file) }]),
    ...(module === undefined ? [] : [{ kind: 'module' as const, ...neededBeside(source, module) }]),
  ];
}

function neededBeside(source: SourceFile, path: string): Omit<NeededFile, 'kind'> {
  const name = resolveBeside(source.name, path);
  return { name, path: resolveBeside(source.path, path) };
}

/** The toggle file, unless it is among the sources already. */
function toggleNeed({ accounts, toggles }: Collected): NeededFile[] {
  const [account] = accounts;
  if (account === undefined) return [];
  const named = textAt(account.document.data, ['spec', 'toggles', 'file']);
  if (named === undefined && toggles.length > 0) return [];
  const needed: NeededFile = { kind: 'toggle', ...neededBeside(account.source, named ?? TOGGLE_FILE) };
  return toggles.some(({ source }) => source.path === needed.path) ? [] : [needed];
}

/** The calendar file that the account names, unless it is among the sources already. */
function calendarNeed({ accounts, calendars }: Collected): NeededFile[] {
  const [account] = accounts;
  const named = account && textAt(account.document.data, ['spec', 'calendar', 'file']);
  if (account === undefined || named === undefined) return [];
  const needed: NeededFile = { kind: 'calendar', ...neededBeside(account.source, named) };
  return calendars.some(({ source }) => source.path === needed.path) ? [] : [needed];
}

/** Parses the content of a needed toggle file. */
export function parseToggleFile(source: SourceFile): {
  readonly toggles: readonly Declared<ToggleManifest>[];
  readonly problems: readonly Problem[];
} {
  const all = nothingYet();
  for (const document of documentsOf(source, all))
    all.toggles.push(check(all, source, document, toggleSchema));
  return all;
}

/** Parses the content of a needed calendar file. */
export function parseCalendarFile(source: SourceFile): {
  readonly calendars: readonly Declared<CalendarManifest>[];
  readonly problems: readonly Problem[];
} {
  const all = nothingYet();
  for (const document of documentsOf(source, all))
    all.calendars.push(check(all, source, document, calendarSchema));
  return all;
}

function documentsOf({ name, content }: SourceFile, all: Collected): readonly YamlDocument[] {
  if (content.kind === 'unreadable') return [];
  const { documents, problems } = parseYaml(name, content.text);
  all.problems.push(...problems);
  return documents;
}
