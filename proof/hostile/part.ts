/** The part of the proof that feeds hgctl with files that are not what they should be. */
import type { JournalRecord } from '../../src/observed/events.ts';
import { readJournal, JOURNAL_START } from '../../src/observed/journal-reader.ts';
import type { Effort, Finding, Part, Report } from '../part.ts';
import { mutatedBytes } from './bytes.ts';
import { chance, type Chance } from './chance.ts';
import {
  plannedManifest,
  readForged,
  refusedData,
  refusedManifest,
  type CommandFinding,
} from './commands.ts';
import { bytesOf, JOURNAL, openDesk, STATE, type Desk } from './desk.ts';
import { fieldsOf, type FieldCase } from './fields.ts';
import { isAbout, judgeManifest, type ManifestVerdict } from './judge-manifests.ts';
import { forged, judgeForged, judgeJournal, judgeState, type Refuted } from './judge-state.ts';
import { BASES, type Base } from './manifests.ts';
import { READERS, type Readers } from './readers.ts';
import { mutatedTree, textOf, treeOf } from './tree.ts';

interface Amounts {
  /** Every so many-th of the fields of the schemas. */
  readonly everyField: number;
  readonly manifests: number;
  readonly states: number;
  readonly journals: number;
  /** Of each kind of case through the whole program. */
  readonly commands: number;
}

const AMOUNTS: Readonly<Record<Effort['form'], Amounts>> = {
  short: { everyField: 40, manifests: 300, states: 200, journals: 200, commands: 3 },
  full: { everyField: 1, manifests: 56_000, states: 16_000, journals: 20_000, commands: 60 },
  long: { everyField: 1, manifests: 56_000, states: 16_000, journals: 20_000, commands: 120 },
};

export const hostile: Part = hostileWith(READERS);

/** With other readers than hgctl's: those of a test have a defect that must be found. */
export function hostileWith(readers: Readers): Part {
  return {
    name: 'hostile',
    sentence:
      'Whatever is in its files, hgctl neither crashes nor executes what is invalid: it says where it is wrong, and ends with a code of the table.',
    run: (effort) => campaign(effort, readers),
  };
}

async function campaign(effort: Effort, readers: Readers): Promise<Report> {
  const desk = await openDesk();
  try {
    const found = new Found(effort.seed);
    for (let round = 0; round === 0 || isTimeLeft(effort); round += 1) {
      const trial = new Trial({ desk, readers, effort, found, round });
      await trial.run();
    }
    return found.report();
  } finally {
    desk.remove();
  }
}

function isTimeLeft({ form, deadline }: Effort): boolean {
  return form === 'long' && performance.now() < deadline;
}

/** Most that are told of one invariant: the first ones are as good as all. */
const TOLD = 5;

class Found {
  readonly #seed: number;
  readonly #findings: Finding[] = [];
  readonly #figures = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  count(what: string): void {
    this.#figures.set(what, (this.#figures.get(what) ?? 0) + 1);
  }

  add(one: { readonly invariant: string; readonly what: string }, caseName: string): void {
    if (this.#findings.filter(({ invariant }) => invariant === one.invariant).length >= TOLD) return;
    const replay = `--only hostile --seed ${String(this.#seed)}`;
    this.#findings.push({ invariant: one.invariant, what: `${caseName}: ${one.what}`, replay });
  }

  slowest(ms: number): void {
    const known = this.#figures.get(SLOWEST) ?? 0;
    if (ms > known) this.#figures.set(SLOWEST, Math.round(ms));
  }

  report(): Report {
    return { figures: [...this.#figures], findings: this.#findings };
  }
}

const SLOWEST = 'ms of processor time for the slowest case';
/** A whole one takes about 1 ms: no case of its size may take thousands of times that, on any machine. ms. */
const HANG = 5_000;

interface Setting {
  readonly desk: Desk;
  readonly readers: Readers;
  readonly effort: Effort;
  readonly found: Found;
  readonly round: number;
}

class Trial {
  readonly #at: Setting;
  readonly #amounts: Amounts;
  /** Names of what objects inherit: none may be added. */
  readonly #inherited = inheritedNames();

  constructor(setting: Setting) {
    this.#at = setting;
    this.#amounts = AMOUNTS[setting.effort.form];
  }

  async run(): Promise<void> {
    const { tell } = this.#at.effort;
    tell('every field of the schemas');
    this.#wholeManifests();
    if (this.#at.round === 0) this.#fields();
    tell('manifests, toggle file and calendar');
    const [valid, invalid] = this.#manifests();
    tell('state file and journal');
    this.#states();
    this.#journals();
    tell('through the whole program');
    await this.#commands(valid, invalid);
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
    const first = this.#at.effort.seed % this.#amounts.everyField;
    cases.forEach((one, index) => {
      if (index % this.#amounts.everyField === first) this.#field(one);
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

  /** Some that are still valid, and some that are not, for the whole program. */
  #manifests(): readonly [Case[], Case[]] {
    const [valid, invalid]: [Case[], Case[]] = [[], []];
    const digests = new Set<string>();
    for (let n = 0; n < this.#amounts.manifests; n += 1) {
      const luck = this.#luck('manifest', n);
      const base = luck.of(BASES);
      const bytes =
        luck.below(5) < 3
          ? treeBytes(base, luck)
          : mutatedBytes(luck.below(2) === 0 ? bytesOf(base) : blockBytes(base), luck);
      const name = `manifest ${String(n)} (${base.name})`;
      this.#at.found.count(base.kind === 'StrategyToggle' ? 'toggle files' : 'manifests');
      const verdict = this.#judge(base, bytes, name);
      // Each meaning once, and each kind of problem is found by itself.
      if (verdict.kind === 'invalid' && isForProgram(base)) invalid.push({ base, bytes, name });
      if (verdict.kind === 'valid' && isForProgram(base) && !digests.has(verdict.desired.digest)) {
        digests.add(verdict.desired.digest);
        valid.push({ base, bytes, name });
      }
    }
    return [valid, invalid];
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
    for (let n = 0; n < this.#amounts.states; n += 1) {
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
    for (let n = 0; n < this.#amounts.journals; n += 1) {
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

  async #commands(valid: readonly Case[], invalid: readonly Case[]): Promise<void> {
    const { desk } = this.#at;
    const count = this.#amounts.commands;
    for (const one of spread(valid, count))
      await this.#try(one.name, plannedManifest(desk, one.base, one.bytes));
    for (const one of spread(invalid, count))
      await this.#try(one.name, refusedManifest(desk, one.base, one.bytes));
    const [base] = BASES;
    if (base === undefined) return;
    for (let n = 0; n < count; n += 1) {
      for (const name of [STATE, JOURNAL] as const) {
        const bytes = this.#spoiled(name, n);
        if (bytes !== null) await this.#try(`${name} ${String(n)}`, refusedData(desk, base, { name, bytes }));
      }
      const bytes = forged(recordsIn(this.#data(JOURNAL)), this.#luck('journal', 5 * n));
      await this.#try(`journal ${String(5 * n)}, forged`, readForged(desk, base, bytes));
    }
  }

  /** Of which it is known that it is not as it was; null where the mutation left it sound. */
  #spoiled(name: typeof STATE | typeof JOURNAL, n: number): Buffer | null {
    const before = this.#data(name);
    const bytes = mutatedBytes(before, this.#luck(`spoiled ${name}`, n));
    if (name === STATE) return this.#at.readers.state(bytes.toString('utf8')).kind === 'ours' ? null : bytes;
    const read = this.#at.readers.journal(bytes);
    return read.kind === 'ok' && read.position.seq === recordsIn(before).length ? null : bytes;
  }

  async #try(name: string, trial: Promise<CommandFinding>): Promise<void> {
    this.#at.found.count('cases through the whole program');
    const finding = await trial;
    if (finding !== null) this.#at.found.add(finding, name);
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
    return chance(`${String(this.#at.effort.seed)} ${String(this.#at.round)} ${what} ${String(n)}`);
  }

  #data(name: string): Buffer {
    const bytes = this.#at.desk.data.get(name);
    if (bytes === undefined) throw new Error(`the day has left no ${name}`);
    return bytes;
  }
}

interface Case {
  readonly base: Base;
  readonly bytes: Buffer;
  readonly name: string;
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

function recordsIn(bytes: Buffer): readonly JournalRecord[] {
  const read = readJournal(JOURNAL_START, bytes);
  if (read.kind !== 'ok') throw new Error(`the journal of the day is ${read.kind}`);
  return read.records;
}

function spread<Item>(items: readonly Item[], count: number): Item[] {
  const step = Math.max(1, Math.floor(items.length / count));
  return items.filter((_, index) => index % step === 0).slice(0, count);
}

function inheritedNames(): string {
  return [Object.prototype, Array.prototype, Function.prototype, String.prototype]
    .map((prototype) => Object.getOwnPropertyNames(prototype).length)
    .join(' ');
}
