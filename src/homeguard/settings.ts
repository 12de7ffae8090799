/** What becomes of each setting of a file: by a table of rules, one for each key that the original knows. */
import type { FieldPath, Problem } from '../desired/problem.ts';
import { fieldProblem, valueAt, type YamlDocument } from '../desired/yaml-document.ts';
import { shown, type Convert } from './values.ts';

/** A key of an installation, and what hgctl does with it. All texts are for people. */
export type Setting = {
  readonly file: string;
  /** `strategy.position_size_pct`. */
  readonly key: string;
  /** As the file has it; never a secret. */
  readonly value: string;
} & (
  | { readonly outcome: 'taken'; readonly to: string; readonly after: string }
  /** Nothing read it in the original; hgctl will. `needsWord`: it is a limit, or changes a size. */
  | {
      readonly outcome: 'newly-effective';
      readonly to: string;
      readonly before: string;
      readonly after: string;
      readonly needsWord: boolean;
    }
  /** Nothing read it in the original, whose own value is kept. */
  | { readonly outcome: 'kept'; readonly to: string; readonly before: string; readonly after: string }
  | { readonly outcome: 'left-out'; readonly reason: string }
);

interface Target {
  /** Where the manifests have it: `omr capital.positionSize`; also the key of the resulting values. */
  readonly to: string;
  readonly convert: Convert;
}

export type Rule =
  | ({ readonly kind: 'taken' } & Target)
  /** `effective`: what counted in the original, as a manifest writes it; null: nothing did. */
  | ({
      readonly kind: 'newly-effective';
      readonly before: string;
      readonly effective: string | null;
      readonly needsWord: boolean;
    } & Target)
  | ({ readonly kind: 'kept'; readonly effective: string } & Target)
  | { readonly kind: 'left-out'; readonly reason: string };

/** By key path; one that ends with `.*` is for all that is below it. */
export type Rules = Readonly<Record<string, Rule>>;

export interface MappedFile {
  readonly settings: readonly Setting[];
  readonly problems: readonly Problem[];
}

/** Whether settings that had no effect in the original get one. */
export type Word = 'accept' | 'omit';

const UNKNOWN: Rule = { kind: 'left-out', reason: 'hgctl knows no use that the original made of it' };

export function mapSettings(document: YamlDocument, rules: Rules): MappedFile {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const path of leaves(document.data, rules, [])) {
    const mapped = mapOne(document, path, ruleFor(rules, path));
    if ('outcome' in mapped) settings.push(mapped);
    else problems.push(mapped);
  }
  return { settings, problems };
}

/** What the manifests say, by place. */
export function valuesOf(settings: readonly Setting[], word: Word): ReadonlyMap<string, string> {
  const said = settings.flatMap((setting): (readonly [string, string])[] => {
    if (setting.outcome === 'left-out') return [];
    if (setting.outcome === 'newly-effective' && word === 'omit') return [];
    return [[setting.to, setting.after]];
  });
  return new Map(said);
}

/** Beside an Account that is there already: it says what it says. */
export function keepingAccount(settings: readonly Setting[]): Setting[] {
  return settings.map((setting) => {
    if (setting.outcome === 'left-out' || !setting.to.startsWith('account ')) return setting;
    const { file, key, value } = setting;
    return { file, key, value, outcome: 'left-out', reason: 'the Account that is there is kept as it is' };
  });
}

/** Those that need the user's word before they count. */
export function newLimits(settings: readonly Setting[]): Setting[] {
  return settings.filter((setting) => setting.outcome === 'newly-effective' && setting.needsWord);
}

/** A section with a rule of its own counts as one setting. */
function leaves(data: unknown, rules: Rules, path: readonly string[]): (readonly string[])[] {
  if (path.length > 0 && ownRule(rules, `${path.join('.')}.*`) !== undefined) return [path];
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return path.length === 0 ? [] : [path];
  return Object.entries(data).flatMap(([key, value]) => leaves(value, rules, [...path, key]));
}

function ruleFor(rules: Rules, path: readonly string[]): Rule {
  const key = path.join('.');
  return ownRule(rules, key) ?? ownRule(rules, `${key}.*`) ?? UNKNOWN;
}

/** Files have any keys: `toString` is one, too. */
function ownRule(rules: Rules, key: string): Rule | undefined {
  return Object.hasOwn(rules, key) ? rules[key] : undefined;
}

function mapOne(document: YamlDocument, path: FieldPath, rule: Rule): Setting | Problem {
  const key = path.join('.');
  const value = valueAt(document.data, path);
  // A key that nobody knows may be a secret under another name.
  const isSecret = rule === UNKNOWN && typeof value !== 'number' && typeof value !== 'boolean';
  const base = { file: document.file, key, value: isSecret ? '<not shown>' : shown(key, value) };
  if (rule.kind === 'left-out') return { ...base, outcome: 'left-out', reason: rule.reason };
  const converted = rule.convert(value);
  if (converted.kind === 'bad') {
    if (rule.kind === 'taken')
      return fieldProblem(document, path, {
        message: 'is not what it should be',
        allowed: converted.allowed,
      });
    return {
      ...base,
      outcome: 'left-out',
      reason: `the original did not read it, and it is not ${converted.allowed}`,
    };
  }
  const { text } = converted;
  const { to } = rule;
  if (rule.kind === 'taken' || rule.effective === text) return { ...base, outcome: 'taken', to, after: text };
  if (rule.kind === 'kept')
    return { ...base, outcome: 'kept', to, before: rule.effective, after: rule.effective };
  const { before, needsWord } = rule;
  return { ...base, outcome: 'newly-effective', to, before, after: text, needsWord };
}
