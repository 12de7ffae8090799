/** The bundle of the simulated machine, as the parts of the proof use it. */
export { referenceDay, runCrashes } from '../crashes/crashes.ts';
export { DAY, MORNING } from '../crashes/day.ts';
export { newMachine } from './machine.ts';
