/** The simulated machine as it was built for the tests: the whole program, with everything around it replaced. */
import type * as Simulated from '../../proof/machine/main.ts';

const BUNDLE = new URL('../../dist/proof/machine.js', import.meta.url).href;

export const simulated = (await import(/* @vite-ignore */ BUNDLE)) as typeof Simulated;
