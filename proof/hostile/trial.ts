/** The readers of hgctl on spoiled files, all in this process and without a file. */
import type { JournalRecord } from '../../src/observed/events.ts';
import { readJournal, JOURNAL_START } from '../../src/observed/journal-reader.ts';
import type { Effort } from '../part.ts';
import { mutatedBytes } from './bytes.ts';
import { chance, type Chance } from './chance.ts';
import { bytesOf, JOURNAL, STATE, type Files } from './desk.ts';
import { fieldsOf, type FieldCase } from './fields.ts';
import type { Found } from './found.ts';
import { isAbout, judgeManifest, type ManifestVerdict } from './judge-manifests.ts';
import { forged, judgeForged, judgeJournal, judgeState, type Refuted } from './judge-state.ts';
import { BASES, type Base } from './manifests.ts';
import type { Readers } from './readers.ts';
import { mutatedTree, textOf, treeOf } from './tree.ts';

export interface Amounts {
  /** Every so many-th of the fields of the schemas. */
  readonly everyField: number;
  readonly manifests: number;
  readonly states: number;
  readonly journals: number;
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
  readonly round: number;
}

export interface Case {
  readonly base: Base;
  readonly bytes: Buffer;
  readonly name: string;
}

/** Cases for the whole program: each of `valid` means something else. */
export interface Kept {
  readonly valid: readonly Case[];
  readonly invalid: readonly Case[];
}

/** A whole one takes about 1 ms: no case of its size may take thousands of times that, on any machine. ms. */
const HANG = 5_000;

export class Trial {
  readonly #at: Setting;
  /** Names of what objects inherit: none may be added. */
  readonly #inherited = inheritedNames();

  constructor(setting: Setting) {
    this.#at = setting;
  }

  run(): Kept {
    const { tell } = this.#at.effort;
    tell('every field of the schemas');
    this.#wholeManifests();
    if (this.#at.round === 0) this.#fields();
    tell('manifests, toggle file and calendar');
    const kept = this.#manifests();
    tell('state file and journal');
    this.#states();
    this.#journals();
    return kept;
  }

  #wholeManifests(): void {
    for (const base of BASES) {
      const verdict = this.#judge(base, bytesOf(base), `${base.name}, whole`);
      if (verdict.kind === 'invalid')
        this.#at.found.add(
          { invariant: 'what is whole is valid', what: verdict.problems[0]?.message ?? '' },
          base.name,
        );
    }
  }

  #fields(): void {
    const { cases, uncovered } = fieldsOf(BASES);
    for (const name of uncovered)
      this.#at.found.add({ invariant: 'the proof has every field', what: 'no manifest of it has it' }, name);
    const first = this.#at.effort.seed % this.#at.amounts.everyField;
    cases.forEach((one, index) => {
      if (index % this.#at.amounts.everyField === first) this.#field(one);
    });
  }

  #field({ what, base, document, expected, at }: FieldCase): void {
    this.#at.found.count('fields of the schemas, a value each');
    const verdict = this.#judge(base, Buffer.from(textOf(treeOf(document))), what);
    if (verdict.kind === 'refuted') return;
    const isTold = verdict.kind === 'invalid' && verdict.problems.some((problem) => isAbout(problem, at));
    if (isTold === (expected === 'refused') || isOfTwoFields(what, expected)) return;
    const seen = isTold ? 'refused' : 'taken';
    this.#at.found.add({ invariant: 'the schema says what is true', what: `it is ${seen}` }, what);
  }

  #manifests(): Kept {
    const [valid, invalid]: [Case[], Case[]] = [[], []];
    const digests = new Set<string>();
    for (let n = 0; n < this.#at.amounts.manifests; n += 1) {
      const luck = this.#luck('manifest', n);
      const base = luck.of(BASES);
      const bytes =
        luck.below(5) < 3
          ? treeBytes(base, luck)
          : mutatedBytes(luck.below(2) === 0 ? bytesOf(base) : blockBytes(base), luck);
      const name = `manifest ${String(n)} (${base.name})`;
      this.#at.found.count(base.kind === 'StrategyToggle' ? 'toggle files' : 'manifests');
      const verdict = this.#judge(base, bytes, name);
      if (verdict.kind === 'invalid' && isForProgram(base)) invalid.push({ base, bytes, name });
      if (verdict.kind === 'valid' && isForProgram(base) && !digests.has(verdict.desired.digest)) {
        digests.add(verdict.desired.digest);
        valid.push({ base, bytes, name });
      }
    }
    return { valid, invalid };
  }

  #judge(base: Base, bytes: Buffer, name: string): ManifestVerdict {
    const verdict = this.#timed(name, () => judgeManifest(base, bytes, this.#at.readers));
    if (verdict.kind === 'refuted') this.#at.found.add(verdict, name);
    this.#unpolluted(name);
    return verdict;
  }

  #states(): void {
    const before = this.#data(STATE).toString('utf8');
    const tree = treeOf(JSON.parse(before) as Parameters<typeof treeOf>[0]);
    for (let n = 0; n < this.#at.amounts.states; n += 1) {
      const luck = this.#luck('state', n);
      const text =
        luck.below(2) === 0
          ? textOf(mutatedTree(tree, luck))
          : mutatedBytes(Buffer.from(before), luck).toString('utf8');
      this.#say('state files', `state ${String(n)}`, () => judgeState(before, text, this.#at.readers));
    }
  }

  #journals(): void {
    const before = this.#data(JOURNAL);
    const records = recordsIn(before);
    for (let n = 0; n < this.#at.amounts.journals; n += 1) {
      const luck = this.#luck('journal', n);
      if (n % 5 === 0) {
        const bytes = forged(records, luck);
        this.#say('journals, forged', `journal ${String(n)}`, () => judgeForged(bytes, this.#at.readers));
      } else {
        const bytes = mutatedBytes(before, luck);
        this.#say('journals', `journal ${String(n)}`, () => judgeJournal(records, bytes, this.#at.readers));
      }
    }
  }

  #say(figure: string, name: string, judge: () => Refuted): void {
    this.#at.found.count(figure);
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
      this.#at.found.add({ invariant: 'never a hang', what: `${String(Math.round(ms))} ms` }, name);
    return result;
  }

  #unpolluted(name: string): void {
    if (inheritedNames() === this.#inherited) return;
    this.#at.found.add({ invariant: 'no prototype is changed', what: inheritedNames() }, name);
  }

  #luck(what: string, n: number): Chance {
    return luckOf(this.#at, what, n);
  }

  #data(name: string): Buffer {
    return fileIn(this.#at.data, name);
  }
}

export function luckOf(
  { effort, round }: Pick<Setting, 'effort' | 'round'>,
  what: string,
  n: number,
): Chance {
  return chance(`${String(effort.seed)} ${String(round)} ${what} ${String(n)}`);
}

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
function isForProgram({ kind, name }: Base): boolean {
  if (kind === 'Account') return name === 'simulated';
  return kind !== 'Calendar' && name !== 'command' && name !== 'module';
}

function treeBytes(base: Base, luck: Chance): Buffer {
  return Buffer.from(textOf(mutatedTree(treeOf(base.document), luck)));
}

/** As people write it. */
function blockBytes({ document }: Base): Buffer {
  return Buffer.from(JSON.stringify(document, null, 2).replaceAll(/^(\s*)"(\w+)": /gm, '$1$2: '));
}

function inheritedNames(): string {
  return [Object.prototype, Array.prototype, Function.prototype, String.prototype]
    .map((prototype) => Object.getOwnPropertyNames(prototype).length)
    .join(' ');
}
