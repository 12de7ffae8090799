/** An installation, read: what each file says, and what there is to write. Pure: the files are read elsewhere. */
import type { Problem } from '../desired/problem.ts';
import { readSymbols } from '../desired/universe-csv.ts';
import { fieldProblem, parseYaml, valueAt, type YamlDocument } from '../desired/yaml-document.ts';
import type { Instant } from '../domain/instant.ts';
import { BROKER_RULES, isPaper, keyNotes, providerRules } from './account-rules.ts';
import type { SourceName, Sources } from './installation.ts';
import { readPositions, type Positions } from './positions.ts';
import { mapSettings, type Rules, type Setting } from './settings.ts';
import { MP_RULES, OMR_RULES } from './strategy-rules.ts';
import { NO_SWITCHES, readSwitches, type Switches } from './switches.ts';

/** The strategies for which the original has a live program. */
export type Known = 'omr' | 'mp';

export interface Draft {
  readonly sources: Sources;
  readonly settings: readonly Setting[];
  /** Those that get a manifest. */
  readonly strategies: readonly Known[];
  readonly switches: Switches;
  /** Null where there is no state file. */
  readonly positions: Positions | null;
  /** What broker_alpaca.yaml says; the original's live program trades on paper whatever stands there. */
  readonly isPaper: boolean;
  /** For the user to know: one line each. */
  readonly notes: readonly string[];
}

export type DraftResult =
  | { readonly kind: 'ok'; readonly draft: Draft }
  /** Lines that start with `file:line:column`. */
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[]; readonly messages: readonly string[] };

interface Read {
  readonly documents: ReadonlyMap<SourceName, YamlDocument>;
  readonly problems: Problem[];
}

export function draftImport(sources: Sources, now: Instant): DraftResult {
  const read = readYaml(sources);
  const { documents, problems } = read;
  const toggle = documents.get('toggle');
  const switches = toggle === undefined ? NO_SWITCHES : readSwitches(toggle);
  const settings = settingsOf(read);
  problems.push(...switches.problems, ...symbolsProblem(sources, read), ...universeProblems(sources));
  const positions = sources.positions === undefined ? null : readPositions(sources.positions, now);
  const messages = positions?.kind === 'invalid' ? [positions.message] : [];
  if (problems.length + messages.length > 0) return { kind: 'invalid', problems, messages };
  const books = positions?.kind === 'ok' ? positions.positions : null;
  const strategies = knownIn(sources, switches, books);
  const broker = documents.get('broker');
  const notes = [
    ...switches.notes,
    ...(books?.notes ?? []),
    ...(broker === undefined ? [] : keyNotes(broker)),
    ...othersIn(switches, books),
    ...(strategies.includes('omr') ? [SIZES] : []),
    ...(sources.universe === undefined && switches.enabled.get('mp') === true ? [NO_LIST] : []),
  ];
  return {
    kind: 'ok',
    draft: { sources, settings, strategies, switches, positions: books, isPaper: isPaper(broker), notes },
  };
}

const SIZES =
  'omr: positionSize is a part of equity; the original took it of buying power, which on margin is up to twice that';

const NO_LIST =
  "mp: it is off, because the list of what it may trade is not there: put one into its universe, then 'hgctl enable mp'";

const YAML: readonly SourceName[] = ['toggle', 'omr', 'omr-presets', 'mp', 'broker', 'data-providers'];

function readYaml(sources: Sources): Read {
  const read = { documents: new Map<SourceName, YamlDocument>(), problems: [] as Problem[] };
  for (const name of YAML) {
    const source = sources[name];
    if (source === undefined) continue;
    const { documents, problems } = parseYaml(source.file, source.text);
    read.problems.push(...problems);
    const [document, second] = documents;
    if (document !== undefined) read.documents.set(name, document);
    if (second !== undefined) read.problems.push(atStart(source.file, 'has several documents: one is read'));
  }
  return read;
}

function settingsOf({ documents, problems }: Read): Setting[] {
  const brokerFeed = valueAt(documents.get('broker')?.data, ['broker', 'data_feed']) !== undefined;
  const tables: readonly (readonly [SourceName, Rules])[] = [
    ['omr', OMR_RULES],
    ['omr-presets', presetRules(documents.get('omr-presets'))],
    ['mp', MP_RULES],
    ['broker', BROKER_RULES],
    ['data-providers', providerRules(brokerFeed)],
  ];
  return tables.flatMap(([name, rules]) => {
    const document = documents.get(name);
    if (document === undefined) return [];
    const mapped = mapSettings(document, rules);
    problems.push(...mapped.problems);
    return mapped.settings;
  });
}

/** Every name of the file is a preset. */
function presetRules(document: YamlDocument | undefined): Rules {
  const names = Object.keys(document?.data ?? {});
  return Object.fromEntries(
    names.map((name) => [`${name}.*`, { kind: 'left-out', reason: 'a preset that nothing chose' }]),
  );
}

/** As the original has it: what omr trades is said by its file, or by none. */
function symbolsProblem({ omr }: Sources, { documents, problems }: Read): Problem[] {
  const document = documents.get('omr');
  if (omr === undefined || problems.some(({ file }) => file === omr.file)) return [];
  if (document === undefined) return [atStart(omr.file, 'is empty')];
  if (valueAt(document.data, SYMBOLS) !== undefined) return [];
  return [fieldProblem(document, SYMBOLS, { message: 'is missing' })];
}

const SYMBOLS = ['strategy', 'symbols'];

function universeProblems({ universe }: Sources): Problem[] {
  if (universe === undefined) return [];
  const { problems } = readSymbols(universe.text, UNIVERSE_COLUMN);
  return problems.map(({ message }) => atStart(universe.file, message));
}

export const UNIVERSE_COLUMN = 'Symbol';

function atStart(file: string, message: string): Problem {
  return { file, line: 1, column: 1, path: '', message };
}

function knownIn(sources: Sources, { enabled }: Switches, books: Positions | null): Known[] {
  const named = new Set([...enabled.keys(), ...(books?.lots ?? []).map(({ strategy }) => strategy)]);
  const all: readonly Known[] = ['omr', 'mp'];
  return all.filter((name) => sources[name] !== undefined || named.has(name));
}

const PLANNED: ReadonlySet<string> = new Set(['pairs', 'vol']);

/** Strategies for which the original has no live program: no manifest can say what they would want. */
function othersIn({ enabled }: Switches, books: Positions | null): string[] {
  const owners = new Set((books?.lots ?? []).map(({ strategy }) => strategy));
  const others = [...new Set([...enabled.keys(), ...owners])].filter(
    (name) => name !== 'omr' && name !== 'mp',
  );
  return others.map((name) => {
    const kind = PLANNED.has(name) ? 'was planned, and traded nothing' : 'is not one that hgctl knows';
    const entry = `${name} ${kind} in the original: no manifest and no switch is written`;
    return owners.has(name)
      ? `${entry}; it owns its positions, undeclared, and holds them until a manifest declares it`
      : entry;
  });
}
