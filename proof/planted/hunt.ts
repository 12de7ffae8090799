/** Looks for one bug in the way that its entry says, until the invariant that is to catch it does. */
import { stepsOfDay, tryFaults } from '../crashes/crashes.ts';
import { catalogueOf, wordsOf } from '../crashes/fault.ts';
import { liveDay, liveFound, liveTwice } from '../days/days.ts';
import { FOUND } from '../days/found.ts';
import type { Broken } from '../part.ts';
import { chance } from '../machine/chance.ts';
import { real } from '../machine/real.ts';
import type { Look } from './bugs.ts';
import { STORIES } from './stories.ts';

/** One run of the program, and what broke in it. */
export interface Try {
  readonly seed: number;
  /** What the run was, in words. */
  readonly words: string;
  readonly broken: readonly Broken[];
}

export interface Hunt {
  readonly runs: number;
  /** The last run, where it broke what is looked for; null where none did before the end. */
  readonly caught: Try | null;
}

export interface HuntOptions {
  readonly seed: number;
  /** As of `Effort`. */
  readonly deadline: number;
  readonly look: Look;
  /** Null: any. */
  readonly invariant: string | null;
}

export async function hunt({ seed, deadline, look, invariant }: HuntOptions): Promise<Hunt> {
  let runs = 0;
  for await (const one of triesOf(seed, look)) {
    runs += 1;
    const isCaught = one.broken.some((broken) => invariant === null || broken.invariant === invariant);
    if (isCaught) return { runs, caught: one };
    if (real.performance.now() > deadline) break;
  }
  return { runs, caught: null };
}

function triesOf(seed: number, look: Look): AsyncGenerator<Try> {
  switch (look.by) {
    case 'crashes':
      return triesOfCrashes(seed, look.faults);
    case 'days':
      return triesOfDays(seed);
    case 'days lived twice':
      return triesOfTwice(seed);
    case 'found day':
      return triesOfFound(look.day);
    case 'story':
      return triesOfStory(seed, look.story);
  }
}

/** Each step as it goes by itself, and then with each fault of the class, in any order. */
async function* triesOfCrashes(seed: number, faults: string): AsyncGenerator<Try> {
  const pick = chance(seed).stream('planted');
  for await (const { ready, broken } of stepsOfDay(seed)) {
    const { name } = ready.step;
    yield { seed, words: name, broken };
    const all = catalogueOf(ready.extent).get(faults);
    if (all === undefined) throw new Error(`there are no faults of the class ${faults}`);
    const seen = new Set<string>();
    for (const fault of pick.shuffled(all))
      yield {
        seed,
        words: `${name}, ${wordsOf(fault)}`,
        broken: await tryFaults(seed, ready, [fault], seen),
      };
  }
}

const MOST_DAYS = 60;

async function* triesOfDays(seed: number): AsyncGenerator<Try> {
  for (let own = seed; own < seed + MOST_DAYS; own += 1) {
    const { broken } = await liveDay(own);
    yield { seed: own, words: 'a day', broken };
  }
}

async function* triesOfTwice(seed: number): AsyncGenerator<Try> {
  for (let own = seed; own < seed + MOST_DAYS; own += 1)
    yield { seed: own, words: 'a day, twice', broken: await liveTwice(own) };
}

async function* triesOfFound(name: string): AsyncGenerator<Try> {
  const found = FOUND.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no day ${name}`);
  const { broken } = await liveFound(found);
  yield { seed: found.seed, words: name, broken };
}

async function* triesOfStory(seed: number, name: string): AsyncGenerator<Try> {
  const story = STORIES.find((one) => one.name === name);
  if (story === undefined) throw new Error(`there is no story ${name}`);
  for (let variant = 0; variant < story.variants; variant += 1)
    yield { seed, words: `${name}, ${variant}`, broken: await story.tell(seed, variant) };
}
