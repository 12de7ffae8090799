/** The bundle of the simulated machine, as the parts of the proof use it. */
export { Machine, newMachine } from './machine.ts';
export { chance } from './chance.ts';
