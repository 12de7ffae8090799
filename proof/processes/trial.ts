/** What the campaigns of this part have in common: cases from a seed, some at once, until there is no more time. */
import type { Broken, Finding } from '../part.ts';
import { chance, type Chance } from '../machine/chance.ts';
import { inWorkshop, type Workshop } from './workshop.ts';

export type Form = 'short' | 'full' | 'long';

/** Adds up what was tried. */
export type Count = (what: string, by?: number) => void;

export interface Bench {
  readonly workshop: Workshop;
  readonly pick: Chance;
  readonly count: Count;
  readonly form: Form;
  /** Whether there is no time for more: a case may then end before its end. */
  readonly isOver: () => boolean;
}

export interface Campaign {
  /** One word; a case of it is `NAME/NUMBER`. */
  readonly name: string;
  /** Cases at most. */
  readonly cases: Readonly<Record<Form, number>>;
  /** Part of the time of the whole, in a hundred. */
  readonly share: number;
  /** Cases at once, where there is time for many. */
  readonly lanes: number;
  /** Why it cannot be tried on this machine; null where it can. */
  readonly missing: () => string | null;
  /** One case, in a workshop of its own. Everything random in it comes from `pick`. */
  readonly attempt: (bench: Bench, number: number) => Promise<readonly Broken[]>;
}

export interface Trying {
  readonly seed: number;
  readonly form: Form;
  /** By `performance.now()`. */
  readonly deadline: number;
  readonly count: Count;
}

/** All cases that there are and for which there is time. */
export async function tryAll(campaign: Campaign, trying: Trying): Promise<Finding[]> {
  const { cases, lanes } = campaign;
  const { form, deadline } = trying;
  const findings: Finding[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < cases[form] && performance.now() < deadline) {
      const number = next;
      next += 1;
      findings.push(...(await tryCase(campaign, number, trying)));
    }
  };
  await Promise.all(Array.from({ length: form === 'short' ? 1 : lanes }, lane));
  return findings;
}

export async function tryCase(
  { name, attempt }: Campaign,
  number: number,
  { seed, form, deadline, count }: Trying,
): Promise<Finding[]> {
  const pick = chance(seed).stream(`${name}/${number}`);
  const isOver = (): boolean => performance.now() > deadline;
  const broken = await inWorkshop((workshop) => attempt({ workshop, pick, count, form, isOver }, number));
  const replay = `--only processes --seed ${seed} --case ${name}/${number}`;
  return broken.map(({ invariant, what }) => ({ invariant, what: `${name}/${number}: ${what}`, replay }));
}
