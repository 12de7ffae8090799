/** The bundle of the simulated machine, as the parts of the proof use it. */
// Loaded now: what they do when they are loaded is no part of a run.
import 'proper-lockfile';
import 'write-file-atomic';

export { eventsOf, runDays } from '../days/days.ts';
export { liveDay } from '../days/live.ts';
export { referenceDay, runCrashes } from '../crashes/crashes.ts';
export { DAY, MORNING } from '../crashes/day.ts';
export { newMachine } from './machine.ts';
