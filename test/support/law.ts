/**
 * Laws on one seed, so that a run of the tests is the same on every machine: a change that is refused was broken by
 * itself, not by luck. `HGCTL_SEED=random npm test` looks elsewhere; a failure prints the seed that repeats it.
 */
import { fc } from '@fast-check/vitest';

const SEED = 20_251_202;
const wanted = process.env['HGCTL_SEED'] ?? String(SEED);
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });

export { fc, test } from '@fast-check/vitest';
