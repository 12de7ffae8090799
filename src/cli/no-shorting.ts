/** A second wall before short sales that nobody wants: a setting of the account itself. It is changed only where somebody has agreed. */
import { refusesShorts } from '../desired/no-shorting.ts';
import { CONTROLLER } from '../domain/names.ts';
import { BrokerUnavailable } from '../reconciler/ports.ts';
import type { World } from './compose.ts';

/** A change of a setting of the account that is still to be made. */
export interface SettingChange {
  /** What the account does from then on: one line. */
  readonly words: string;
  /** Says so once it is made, and why where it cannot be made. */
  readonly carryOut: () => Promise<void>;
}

/** Null: the account does as the manifests want, is none that has the setting, or does not say. Changes nothing. */
export async function noShortingChange(world: World): Promise<SettingChange | null> {
  const { alpaca, desired, problems } = world;
  const refuse = problems.length === 0 ? refusesShorts(desired) : null;
  if (alpaca === null || refuse === null) return null;
  const refuses = await orUnknown(world, () => alpaca.refusesShorts());
  if (refuses === null || refuses === refuse) return null;
  const words = wordsOf(refuse);
  return {
    words,
    carryOut: async () => {
      const isMade = await orUnknown(world, async () => {
        await alpaca.refuseShorts(refuse);
        return true;
      });
      if (isMade === true) world.ports.report.warn(CONTROLLER, words);
    },
  };
}

/** For who asks nobody: `hgctl run`. */
export async function keepNoShorting(world: World): Promise<void> {
  await (await noShortingChange(world))?.carryOut();
}

/** It is a second wall only: without it everything goes on. */
async function orUnknown<Value>(
  { ports: { report } }: World,
  ask: () => Promise<Value>,
): Promise<Value | null> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof BrokerUnavailable)) throw error;
    report.warn(CONTROLLER, `The setting no_shorting of the account is not known: ${error.message}`);
    return null;
  }
}

function wordsOf(refuse: boolean): string {
  const now = refuse
    ? 'refuses short sales from now on (no_shorting): no strategy makes any'
    : 'takes short sales from now on (no_shorting): a strategy may make some';
  return `The account ${now}; 'noShorting: leave' in spec.broker keeps its setting`;
}
