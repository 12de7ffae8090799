/** Each step of the reference day with each single fault in it, and a sample of all pairs. */
import type { JournalRecord } from '../../src/observed/events.ts';
import { briefJournal } from '../brief.ts';
import type { Broken, Effort, Finding, Part, Report } from '../part.ts';
import { chance } from '../machine/chance.ts';
import { Machine, newMachine, type MachineState } from '../machine/machine.ts';
import { real } from '../machine/real.ts';
import { BETWEEN, DAY, MORNING, type Step } from './day.ts';
import { catalogueOf, wordsOf, type Extent, type Fault } from './fault.ts';
import { tornEverywhere } from './torn.ts';
import { tryStep } from './trial.ts';
import { JOURNAL } from '../machine/trader.ts';

export interface Ready {
  readonly step: Step;
  readonly start: MachineState;
  readonly expected: string;
  readonly extent: Extent;
}

interface Lived {
  readonly ready: Ready;
  readonly broken: readonly Broken[];
  readonly records: readonly JournalRecord[];
}

/** The day as it goes where nothing goes wrong, step by step. */
export async function* stepsOfDay(seed: number): AsyncGenerator<Lived> {
  let state = newMachine(seed, MORNING).state();
  for (const step of DAY) {
    const machine = new Machine(seed, state);
    await step.before(machine);
    const start = machine.state();
    const trial = await tryStep(start, { seed, step, faults: [], expected: null, seen: new Set() });
    if (trial === null) throw new Error(`${step.name} was lived before`);
    const { outcome: expected, extent, broken, records } = trial;
    yield { ready: { step, start, expected, extent }, broken, records };
    const next = new Machine(seed, trial.state);
    await next.loop.passTo(next.loop.now + BETWEEN);
    state = next.state();
  }
}

interface ReferenceDay {
  readonly steps: readonly Ready[];
  /** Where something breaks without a fault: then there is nothing to compare faults with. */
  readonly findings: readonly Finding[];
}

async function referenceDay(seed: number): Promise<ReferenceDay> {
  const steps: Ready[] = [];
  for await (const { ready, broken, records } of stepsOfDay(seed)) {
    if (broken.length > 0) {
      const words = `the day itself, without a fault, at the step '${ready.step.name}'`;
      return { steps, findings: findingsOf({ broken, records }, words, `--only crashes --seed ${seed}`) };
    }
    steps.push(ready);
  }
  return { steps, findings: [] };
}

/** The first of them has the journal with it. */
function findingsOf(
  { broken, records }: Pick<Lived, 'broken' | 'records'>,
  words: string,
  replay: string,
): Finding[] {
  return broken.map(({ invariant, what }, index) => ({
    invariant,
    what: `${words}: ${what}${index === 0 ? `\n${briefJournal(records)}` : ''}`,
    replay,
  }));
}

interface Count {
  runs: number;
  of: number;
}

async function run({ seed, deadline, form, tell }: Effort): Promise<Report> {
  const now = (): number => real.performance.now();
  const { steps: day, findings: own } = await referenceDay(seed);
  if (own.length > 0) return { figures: [['steps of the day', day.length]], findings: own };
  const findings: Finding[] = [];
  const counts = new Map<string, Count>();
  const seen = new Map(day.map(({ step }) => [step.name, new Set<string>()]));
  const pick = chance(seed).stream('sample');
  let done = 0;
  const attempt = async (ready: Ready, faults: readonly Fault[]): Promise<void> => {
    findings.push(...(await tryFaults(seed, ready, faults, seen.get(ready.step.name) ?? new Set())));
  };
  const torn = tornEverywhere(journalOf(day, seed));
  for (const what of torn.wrong)
    findings.push({ invariant: 'journal-is-whole', what, replay: `--only crashes --seed ${seed}` });
  const singles = day.flatMap((ready) =>
    [...catalogueOf(ready.extent)].flatMap(([name, faults]) =>
      faults.map((fault) => ({ ready, name, fault })),
    ),
  );
  for (const { name } of singles) counts.set(name, { runs: 0, of: (counts.get(name)?.of ?? 0) + 1 });
  // In any order, so that a part of them is a part of each.
  for (const { ready, name, fault } of pick.shuffled(singles).slice(0, form === 'short' ? SHORT : Infinity)) {
    if (now() > deadline) break;
    const count = counts.get(name);
    if (count !== undefined) count.runs += 1;
    await attempt(ready, [fault]);
    done += 1;
    if (done % 500 === 0)
      tell(`crashes: ${done} of ${singles.length} single faults, ${findings.length} findings`);
  }
  const pairs = { runs: 0, of: form === 'short' ? SHORT_PAIRS : PAIRS };
  while (pairs.runs < pairs.of && now() <= deadline) {
    const ready = pick.pick(day);
    const all = [...catalogueOf(ready.extent).values()].filter((faults) => faults.length > 0);
    await attempt(ready, [pick.pick(pick.pick(all)), pick.pick(pick.pick(all))]);
    pairs.runs += 1;
  }
  counts.set('pairs', pairs);
  return {
    figures: [
      ['records torn at a byte', torn.cases],
      ...[...counts].map(([name, { runs, of }]) => [`${name}, of ${of}`, runs] as const),
      ['distinct states', [...seen.values()].reduce((total, states) => total + states.size, 0)],
    ],
    findings,
  };
}

const SHORT = 60;
const SHORT_PAIRS = 20;
const PAIRS = 10_000;

/** As it is before the last step. */
function journalOf(day: readonly Ready[], seed: number): Buffer {
  const last = day.at(-1);
  const file = last && new Machine(seed, last.start).disk.find(`${JOURNAL}/0001.jsonl`);
  if (file?.kind !== 'file') throw new Error('the day has no journal');
  return file.data;
}

export async function tryFaults(
  seed: number,
  { step, start, expected, extent }: Ready,
  faults: readonly Fault[],
  seen: Set<string>,
): Promise<readonly Finding[]> {
  const trial = await tryStep(start, { seed, step, faults, expected, seen });
  if (trial === null || trial.broken.length === 0) return [];
  // Fewer are better, where one of two is enough.
  for (const fault of faults.length > 1 ? faults : []) {
    const alone = await tryFaults(seed, { step, start, expected, extent }, [fault], new Set());
    if (alone.length > 0) return alone;
  }
  const words = faults.map(wordsOf);
  const told = words.map((one) => `--fault '${one}'`).join(' ');
  const replay = `--only crashes --seed ${seed} --step '${step.name}' ${told}`;
  return findingsOf(trial, `${step.name}, ${words.join(', ')}`, replay);
}

/** One step with these faults again, named as a finding names them. */
export async function replayCrash(seed: number, name: string, words: readonly string[]): Promise<Report> {
  const day = await referenceDay(seed);
  if (day.findings.length > 0)
    return { figures: [['steps of the day', day.steps.length]], findings: day.findings };
  const ready = day.steps.find(({ step }) => step.name === name);
  if (ready === undefined) throw new Error(`there is no step ${name}`);
  const all = [...catalogueOf(ready.extent).values()].flat();
  const faults = words.map((wanted) => {
    const fault = all.find((one) => wordsOf(one) === wanted);
    if (fault === undefined) throw new Error(`there is no fault ${wanted} in ${name}`);
    return fault;
  });
  return { figures: [['faults', faults.length]], findings: await tryFaults(seed, ready, faults, new Set()) };
}

export const crashes: Part = {
  name: 'crashes',
  sentence:
    'No single fault in a day, and no pair of them, changes where the day ends or breaks an invariant.',
  run,
};
