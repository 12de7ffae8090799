/** The readers of hgctl on spoiled files, all in this process and without a file. */
import type { JournalRecord } from '../../src/observed/events.ts';
import { readJournal, JOURNAL_START } from '../../src/observed/journal-reader.ts';
import type { Effort } from '../part.ts';
import { Cases, type Kind } from './cases.ts';
import { bytesOf, JOURNAL, STATE, type Files } from './desk.ts';
import { fieldsOf, type FieldCase, type Fields } from './fields.ts';
import type { Found } from './found.ts';
import { isAbout, judgeManifest, type ManifestVerdict } from './judge-manifests.ts';
import { judgeForged, judgeJournal, judgeState, type Refuted } from './judge-state.ts';
import { BASES, type Base } from './manifests.ts';
import type { Readers } from './readers.ts';
import { textOf, treeOf } from './tree.ts';

/** How many cases of each kind there are in a round. */
export interface Amounts {
  /** Every so many-th of the fields of the schemas. */
  readonly everyField: number;
  readonly manifest: number;
  readonly state: number;
  readonly journal: number;
  readonly forged: number;
  /** Of each kind of case through the whole program. */
  readonly commands: number;
}

export interface Setting {
  /** A data folder as a day has left it. */
  readonly data: Files;
  readonly readers: Readers;
  readonly effort: Effort;
  readonly amounts: Amounts;
  readonly found: Found;
}

/** Numbers of manifests for the whole program: each of `valid` means something else. */
export interface Kept {
  readonly valid: readonly number[];
  readonly invalid: readonly number[];
}

/** A whole one takes about 1 ms: no case of its size may take thousands of times that, on any machine. ms. */
const HANG = 5_000;

export class Trial {
  readonly #at: Setting;
  readonly #cases: Cases;
  readonly #records: readonly JournalRecord[];
  /** Names of what objects inherit: none may be added. */
  readonly #inherited = inheritedNames();

  constructor(setting: Setting) {
    this.#at = setting;
    this.#cases = new Cases(setting.effort.seed);
    this.#records = recordsIn(fileIn(setting.data, JOURNAL));
  }

  /** Each round has other cases. */
  run(round: number): Kept {
    const { effort, amounts } = this.#at;
    effort.tell('every field of the schemas');
    if (round === 0) this.#everyField();
    effort.tell('manifests, toggle file and calendar');
    const kept = this.#manifests(round);
    effort.tell('state file and journal');
    for (const kind of ['state', 'journal', 'forged'] as const)
      for (let n = round * amounts[kind]; n < (round + 1) * amounts[kind]; n += 1) this.one(kind, n);
    return kept;
  }

  /** One case, as a finding names it. */
  one(kind: Kind, n: number): void {
    const { data, readers } = this.#at;
    if (kind === 'field') this.#field(n);
    else if (kind === 'manifest') this.manifest(n);
    else if (kind === 'state') {
      const whole = fileIn(data, STATE);
      const text = this.#cases.state(whole, n).toString('utf8');
      this.#say(kind, n, () => judgeState(whole.toString('utf8'), text, readers));
    } else if (kind === 'journal') {
      const bytes = this.#cases.journal(fileIn(data, JOURNAL), n);
      this.#say(kind, n, () => judgeJournal(this.#records, bytes, readers));
    } else {
      const bytes = this.#cases.forged(this.#records, n);
      this.#say(kind, n, () => judgeForged(bytes, readers));
    }
  }

  #everyField(): void {
    const { amounts, effort, found } = this.#at;
    for (const base of BASES) {
      const verdict = this.#judge(base, bytesOf(base), `whole/${base.name}`);
      if (verdict.kind === 'invalid')
        found.add({ invariant: 'whole-is-valid', what: verdict.problems[0]?.message ?? '' }, base.name);
    }
    const { cases, uncovered } = allFields();
    for (const name of uncovered)
      found.add({ invariant: 'every-field-is-tried', what: 'no manifest of it has it' }, name);
    const { everyField } = amounts;
    for (let n = effort.seed % everyField; n < cases.length; n += everyField) this.#field(n);
  }

  #field(n: number): void {
    const one = allFields().cases[n];
    if (one === undefined) throw new Error(`there is no field ${String(n)}`);
    const { what, base, document, expected, at } = one;
    this.#at.found.count('fields of the schemas, a value each');
    const name = `field/${String(n)}`;
    const verdict = this.#judge(base, Buffer.from(textOf(treeOf(document))), name);
    if (verdict.kind === 'refuted') return;
    const isTold = verdict.kind === 'invalid' && verdict.problems.some((problem) => isAbout(problem, at));
    if (isTold === (expected === 'refused') || isOfTwoFields(what, expected)) return;
    const seen = isTold ? 'refused' : 'taken';
    this.#at.found.add({ invariant: 'schema-is-true', what: `${what}: it is ${seen}` }, name);
  }

  #manifests(round: number): Kept {
    const { manifest: amount } = this.#at.amounts;
    const [valid, invalid]: [number[], number[]] = [[], []];
    const digests = new Set<string>();
    for (let n = round * amount; n < (round + 1) * amount; n += 1) {
      const { base, verdict } = this.manifest(n);
      if (!isForProgram(base)) continue;
      if (verdict.kind === 'invalid') invalid.push(n);
      if (verdict.kind !== 'valid' || digests.has(verdict.desired.digest)) continue;
      digests.add(verdict.desired.digest);
      valid.push(n);
    }
    return { valid, invalid };
  }

  manifest(n: number): { readonly base: Base; readonly bytes: Buffer; readonly verdict: ManifestVerdict } {
    const { base, bytes } = this.#cases.manifest(n);
    this.#at.found.count(base.kind === 'StrategyToggle' ? 'toggle files' : 'manifests');
    return { base, bytes, verdict: this.#judge(base, bytes, `manifest/${String(n)}`) };
  }

  #judge(base: Base, bytes: Buffer, name: string): ManifestVerdict {
    const verdict = this.#timed(name, () => judgeManifest(base, bytes, this.#at.readers));
    if (verdict.kind === 'refuted') this.#at.found.add(verdict, name);
    this.#unpolluted(name);
    return verdict;
  }

  #say(kind: 'state' | 'journal' | 'forged', n: number, judge: () => Refuted): void {
    const name = `${kind}/${String(n)}`;
    this.#at.found.count(FIGURES[kind]);
    const refuted = this.#timed(name, judge);
    if (refuted !== null) this.#at.found.add(refuted, name);
    this.#unpolluted(name);
  }

  #timed<Result>(name: string, work: () => Result): Result {
    const before = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1_000;
    this.#at.found.slowest(ms);
    if (ms > HANG)
      this.#at.found.add({ invariant: 'never-a-hang', what: `${String(Math.round(ms))} ms` }, name);
    return result;
  }

  #unpolluted(name: string): void {
    if (inheritedNames() === this.#inherited) return;
    this.#at.found.add({ invariant: 'no-prototype-is-changed', what: inheritedNames() }, name);
  }
}

let fields: Fields | undefined;

function allFields(): Fields {
  return (fields ??= fieldsOf(BASES));
}

const FIGURES = { state: 'state files', journal: 'journals', forged: 'journals, forged' };

export function fileIn(data: Files, name: string): Buffer {
  const bytes = data.get(name);
  if (bytes === undefined) throw new Error(`the day has left no ${name}`);
  return bytes;
}

export function recordsIn(bytes: Buffer): readonly JournalRecord[] {
  const read = readJournal(JOURNAL_START, bytes);
  if (read.kind !== 'ok') throw new Error(`the journal of the day is ${read.kind}`);
  return read.records;
}

/** What holds between two fields, no schema can say. */
function isOfTwoFields(what: string, expected: FieldCase['expected']): boolean {
  return (
    expected === 'taken' &&
    /^(?:vol|pairs) spec\.schedule(?:: removed|\.0\.action: takes)|^momentum spec\.signal\.params\.skip: takes 399/.test(
      what,
    )
  );
}

/** Programs are not started, and nothing is asked over a network. */
export function isForProgram({ kind, name }: Base): boolean {
  if (kind === 'Account') return name === 'simulated';
  return kind !== 'Calendar' && name !== 'command' && name !== 'module';
}

function inheritedNames(): string {
  return [Object.prototype, Array.prototype, Function.prototype, String.prototype]
    .map((prototype) => Object.getOwnPropertyNames(prototype).length)
    .join(' ');
}
