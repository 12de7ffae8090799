/** A kind of day: what may happen on it, and how it is lived. */
import type { Chance } from '../machine/chance.ts';
import type { Event } from './event.ts';
import type { Day } from './stage.ts';

export interface Plot {
  readonly name: string;
  /** In the order of time. */
  readonly draw: (chance: Chance) => readonly Event[];
  readonly live: (seed: number, events: readonly Event[]) => Promise<Day>;
}
