/** The part of the proof that feeds hgctl with files that are not what they should be. */
import type { JournalRecord } from '../../src/observed/events.ts';
import type { Effort, Part, Report } from '../part.ts';
import { Cases, type Kind } from './cases.ts';
import {
  plannedManifest,
  readForged,
  refusedData,
  refusedManifest,
  type CommandFinding,
} from './commands.ts';
import { JOURNAL, openDesk, STATE, type Desk } from './desk.ts';
import { Found } from './found.ts';
import { BASES, type Base } from './manifests.ts';
import { READERS } from './readers.ts';
import { fileIn, isForProgram, recordsIn, Trial, type Amounts, type Kept, type Setting } from './trial.ts';

const AMOUNTS: Readonly<Record<Effort['form'], Amounts>> = {
  short: { everyField: 120, manifest: 120, state: 60, journal: 48, forged: 60, commands: 1 },
  full: { everyField: 1, manifest: 46_000, state: 20_000, journal: 19_200, forged: 4_800, commands: 50 },
  long: { everyField: 1, manifest: 46_000, state: 20_000, journal: 19_200, forged: 4_800, commands: 120 },
};

export const hostile: Part = {
  name: 'hostile',
  sentence:
    'Whatever is in its files, hgctl neither crashes nor executes what is invalid: it says where it is wrong, and ends with a code of the table.',
  run: (effort) =>
    atDesk(effort, async (desk, setting) => {
      const trial = new Trial(setting);
      for (let round = 0; round === 0 || isTimeLeft(effort); round += 1) {
        const kept = trial.run(round);
        effort.tell('through the whole program');
        await new ProgramTrial(desk, setting, trial).run(kept, round);
      }
    }),
};

/** One case, as findings name it (`manifest/17`): through the readers, and through the whole program. */
export function replayHostile(effort: Effort, name: string): Promise<Report> {
  const [, kind, number] = /^(field|manifest|state|journal|forged)\/(\d+)$/.exec(name) ?? [];
  if (kind === undefined)
    throw new Error(`no case is called ${name}: manifest/17, state/3, journal/8, forged/4`);
  return atDesk(effort, async (desk, setting) => {
    const trial = new Trial(setting);
    trial.one(kind as Kind, Number(number));
    await new ProgramTrial(desk, setting, trial).one(kind as Kind, Number(number));
  });
}

async function atDesk(
  effort: Effort,
  work: (desk: Desk, setting: Setting) => Promise<void>,
): Promise<Report> {
  const desk = await openDesk();
  try {
    const found = new Found(effort.seed);
    await work(desk, { data: desk.data, readers: READERS, effort, amounts: AMOUNTS[effort.form], found });
    return found.report();
  } finally {
    desk.remove();
  }
}

function isTimeLeft({ form, deadline }: Effort): boolean {
  return form === 'long' && performance.now() < deadline;
}

/** The same cases through the whole program, a part of them: each takes a hundred times as long. */
class ProgramTrial {
  readonly #desk: Desk;
  readonly #at: Setting;
  readonly #trial: Trial;
  readonly #cases: Cases;
  readonly #records: readonly JournalRecord[];

  constructor(desk: Desk, setting: Setting, trial: Trial) {
    this.#desk = desk;
    this.#at = setting;
    this.#trial = trial;
    this.#cases = new Cases(setting.effort.seed);
    this.#records = recordsIn(fileIn(setting.data, JOURNAL));
  }

  async run({ valid, invalid }: Kept, round: number): Promise<void> {
    const { commands, forged } = this.#at.amounts;
    for (const n of [...spread(valid, commands), ...spread(invalid, commands)]) await this.one('manifest', n);
    for (let n = round * commands; n < (round + 1) * commands; n += 1) {
      await this.one('state', n);
      await this.one('journal', n);
    }
    // What the reader refuses, it refuses every command alike: what it believes says more.
    const first = round * forged;
    await this.one('forged', first);
    let left = 2 * commands;
    for (let n = first + 1; left > 0 && n < first + forged; n += 1) {
      if (this.#at.readers.journal(this.#forged(n)).kind !== 'ok') continue;
      await this.one('forged', n);
      left -= 1;
    }
  }

  async one(kind: Kind, n: number): Promise<void> {
    const finding = await this.#try(kind, n);
    if (finding !== null) this.#at.found.add(finding, `${kind}/${String(n)}`);
  }

  async #try(kind: Kind, n: number): Promise<CommandFinding> {
    const [base] = BASES;
    if (base === undefined || kind === 'field') return null;
    this.#at.found.count('cases through the whole program');
    if (kind === 'manifest') return this.#manifest(n);
    if (kind === 'forged') return readForged(this.#desk, base, this.#forged(n));
    return this.#spoiled(base, kind, n);
  }

  async #manifest(n: number): Promise<CommandFinding> {
    const { base, bytes, verdict } = this.#trial.manifest(n);
    if (!isForProgram(base) || verdict.kind === 'refuted') return null;
    return verdict.kind === 'valid'
      ? plannedManifest(this.#desk, base, bytes)
      : refusedManifest(this.#desk, base, bytes);
  }

  /** Null where the mutation left the file sound. */
  async #spoiled(base: Base, kind: 'state' | 'journal', n: number): Promise<CommandFinding> {
    const { data, readers } = this.#at;
    const name = kind === 'state' ? STATE : JOURNAL;
    const whole = fileIn(data, name);
    const bytes = this.#cases[kind](whole, n);
    if (kind === 'state' && readers.state(bytes.toString('utf8')).kind === 'ours') return null;
    if (kind === 'journal') {
      const read = readers.journal(bytes);
      if (read.kind === 'ok' && read.position.seq === this.#records.length) return null;
    }
    return refusedData(this.#desk, base, { name, bytes });
  }

  #forged(n: number): Buffer {
    return this.#cases.forged(this.#records, n);
  }
}

function spread<Item>(items: readonly Item[], count: number): Item[] {
  const step = Math.max(1, Math.floor(items.length / count));
  return items.filter((_, index) => index % step === 0).slice(0, count);
}
