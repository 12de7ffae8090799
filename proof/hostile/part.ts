/** The part of the proof that feeds hgctl with files that are not what they should be. */
import type { Effort, Part } from '../part.ts';
import { mutatedBytes } from './bytes.ts';
import {
  plannedManifest,
  readForged,
  refusedData,
  refusedManifest,
  type CommandFinding,
} from './commands.ts';
import { JOURNAL, openDesk, STATE, type Desk } from './desk.ts';
import { Found } from './found.ts';
import { forged } from './judge-state.ts';
import { BASES } from './manifests.ts';
import { READERS } from './readers.ts';
import { fileIn, luckOf, recordsIn, Trial, type Amounts, type Kept, type Setting } from './trial.ts';

const AMOUNTS: Readonly<Record<Effort['form'], Amounts>> = {
  short: { everyField: 120, manifests: 120, states: 60, journals: 60, commands: 1 },
  full: { everyField: 1, manifests: 46_000, states: 20_000, journals: 24_000, commands: 50 },
  long: { everyField: 1, manifests: 46_000, states: 20_000, journals: 24_000, commands: 120 },
};

export const hostile: Part = {
  name: 'hostile',
  sentence:
    'Whatever is in its files, hgctl neither crashes nor executes what is invalid: it says where it is wrong, and ends with a code of the table.',
  run: async (effort) => {
    const desk = await openDesk();
    try {
      const found = new Found(effort.seed);
      for (let round = 0; round === 0 || isTimeLeft(effort); round += 1) {
        const amounts = AMOUNTS[effort.form];
        const setting = { data: desk.data, readers: READERS, effort, amounts, found, round };
        const kept = new Trial(setting).run();
        effort.tell('through the whole program');
        await tryProgram(desk, setting, kept);
      }
      return found.report();
    } finally {
      desk.remove();
    }
  },
};

function isTimeLeft({ form, deadline }: Effort): boolean {
  return form === 'long' && performance.now() < deadline;
}

async function tryProgram(desk: Desk, setting: Setting, { valid, invalid }: Kept): Promise<void> {
  const { found, amounts } = setting;
  const note = async (name: string, trial: Promise<CommandFinding>): Promise<void> => {
    found.count('cases through the whole program');
    const finding = await trial;
    if (finding !== null) found.add(finding, name);
  };
  for (const one of spread(valid, amounts.commands))
    await note(one.name, plannedManifest(desk, one.base, one.bytes));
  for (const one of spread(invalid, amounts.commands))
    await note(one.name, refusedManifest(desk, one.base, one.bytes));
  const [base] = BASES;
  if (base === undefined) return;
  for (let n = 0; n < amounts.commands; n += 1) {
    for (const name of [STATE, JOURNAL] as const) {
      const bytes = spoiled(setting, name, n);
      if (bytes !== null) await note(`${name} ${String(n)}`, refusedData(desk, base, { name, bytes }));
    }
    const bytes = forged(recordsIn(fileIn(desk.data, JOURNAL)), luckOf(setting, 'journal', 5 * n));
    await note(`journal ${String(5 * n)}, forged`, readForged(desk, base, bytes));
  }
}

/** Of which it is known that it is not as it was; null where the mutation left it sound. */
function spoiled(setting: Setting, name: typeof STATE | typeof JOURNAL, n: number): Buffer | null {
  const { data, readers } = setting;
  const before = fileIn(data, name);
  const bytes = mutatedBytes(before, luckOf(setting, `spoiled ${name}`, n));
  if (name === STATE) return readers.state(bytes.toString('utf8')).kind === 'ours' ? null : bytes;
  const read = readers.journal(bytes);
  return read.kind === 'ok' && read.position.seq === recordsIn(before).length ? null : bytes;
}

function spread<Item>(items: readonly Item[], count: number): Item[] {
  const step = Math.max(1, Math.floor(items.length / count));
  return items.filter((_, index) => index % step === 0).slice(0, count);
}
