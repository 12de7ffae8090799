/** The bundle of the simulated machine, as the parts of the proof use it. */
// Loaded now: what they do when they are loaded is no part of a run.
import 'proper-lockfile';
import 'write-file-atomic';

export { crashes, replayCrash } from '../crashes/crashes.ts';
export { days, liveDay, runDays } from '../days/days.ts';
export { hunt } from '../planted/hunt.ts';
export { STORIES } from '../planted/stories.ts';
