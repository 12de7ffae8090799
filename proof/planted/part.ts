/** The proof of the proof: hgctl with a bug in it, and who finds it. */
import { rmSync } from 'node:fs';
import type * as Simulated from '../machine/main.ts';
import type { Effort, Finding, Part, Report } from '../part.ts';
import { BUGS, type Bug, type Change } from './bugs.ts';
import type { Hunt } from './hunt.ts';

/** scripts/machine-bundle.mjs, which is no part of a bundle. */
interface Bundler {
  readonly bundleMachine: (outfile: string, changes: readonly Change[]) => Promise<void>;
  /** Throws where the text is not there exactly once. */
  readonly replaceOnce: (text: string, change: Change) => string;
}

type Machine = typeof Simulated;

export async function bundler(): Promise<Bundler> {
  return (await import(new URL('../../scripts/machine-bundle.mjs', import.meta.url).href)) as Bundler;
}

/** hgctl with this bug, on its machine. */
async function machineWith({ name, changes }: Bug): Promise<Machine> {
  const file = `dist/proof/planted/${name}-${process.pid}.js`;
  const url = new URL(`../../${file}`, import.meta.url);
  const { bundleMachine } = await bundler();
  try {
    await bundleMachine(file, changes);
    return (await import(url.href)) as Machine;
  } finally {
    rmSync(url, { force: true });
  }
}

/** Looks for one bug until it is caught, or until it is not. */
export async function huntFor(
  bug: Bug,
  { seed, deadline }: Pick<Effort, 'seed' | 'deadline'>,
): Promise<Hunt> {
  const machine = await machineWith(bug);
  const { look, invariant } = bug;
  return machine.hunt({ seed, deadline, look, invariant });
}

/** hgctl as it is, on its machine. */
export async function cleanMachine(): Promise<Machine> {
  return (await import(new URL('../../dist/proof/machine.js', import.meta.url).href)) as Machine;
}

/** Every story in each of its variants, on hgctl as it is: what it breaks. */
async function tellStories({ seed, deadline }: Effort): Promise<{ runs: number; findings: Finding[] }> {
  const machine = await cleanMachine();
  const findings: Finding[] = [];
  let runs = 0;
  for (const { name: story } of machine.STORIES) {
    const told = await machine.hunt({ seed, deadline, look: { by: 'story', story }, invariant: null });
    runs += told.runs;
    for (const { invariant, what } of told.caught?.broken ?? [])
      findings.push({ invariant, what: `${told.caught?.words ?? story}: ${what}`, replay: replayOf(seed) });
  }
  return { runs, findings };
}

function replayOf(seed: number): string {
  return `--only planted --seed ${seed}`;
}

async function run(effort: Effort): Promise<Report> {
  const { seed, deadline, tell } = effort;
  const stories = await tellStories(effort);
  const findings = [...stories.findings];
  const caught: (readonly [string, number])[] = [];
  let planted = 0;
  // Each machine that is loaded listens for signals.
  process.setMaxListeners(process.getMaxListeners() + BUGS.length);
  for (const bug of BUGS) {
    // What is left is shared by those that are left. Most need a part of theirs, so that one may have that of three.
    const left = deadline - performance.now();
    const share = Math.min(left, (3 * left) / (BUGS.length - planted));
    planted += 1;
    const { name, sentence, invariant } = bug;
    const found = await huntFor(bug, { seed, deadline: performance.now() + share });
    if (found.caught === null) {
      const what = `${name} is not found in ${found.runs} runs: ${sentence}`;
      findings.push({ invariant, what, replay: replayOf(seed) });
    } else caught.push([`${name}: ${invariant}, seed ${found.caught.seed}`, found.runs]);
    tell(`planted: ${planted} of ${BUGS.length}, ${caught.length} caught`);
  }
  return {
    figures: [
      ['planted', planted],
      ['caught', caught.length],
      ...caught,
      ['stories without a bug', stories.runs],
    ],
    findings,
  };
}

export const planted: Part = {
  name: 'planted',
  sentence: 'No bug that is put into hgctl on purpose stays unseen, and without one nothing is found.',
  run,
};
