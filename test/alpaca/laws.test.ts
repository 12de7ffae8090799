/** The same laws on accounts that are reached as those at Alpaca: through the server, the adapter and its SDK. */
import { afterAll, beforeEach, describe } from 'vitest';
import { servedWorld } from '../support/served-world.ts';
import { brakeLaws } from '../laws/brake-laws.ts';
import { coreLaws } from '../laws/core-laws.ts';

/** An HTTP request takes as long as a hundred steps of a world in memory. */
const RUNS = 50;

const tried = new Set<string>();

beforeEach(({ task }) => void tried.add(task.name));

// So that a run of the tests says which laws were tried on this way.
afterAll(() => console.log(`Laws through server and SDK, ${RUNS} runs each:\n  ${[...tried].join('\n  ')}`));

describe('through server and SDK', () => {
  coreLaws(servedWorld, { numRuns: RUNS });
  brakeLaws(servedWorld, { numRuns: RUNS });
});
