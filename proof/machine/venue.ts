/** The broker's own machine: accounts that no fault of ours reaches, with every version that they ever had. */
import type { SimulatedState } from '../../src/broker/simulated-state.ts';

export class Venue {
  /** By the file that would hold the account; the newest version last. */
  readonly accounts = new Map<string, SimulatedState[]>();
  /** How often an account was read. */
  reads = 0;

  copy(): Venue {
    const venue = new Venue();
    for (const [file, versions] of this.accounts) venue.accounts.set(file, [...versions]);
    venue.reads = this.reads;
    return venue;
  }

  /** The newest version of the only account; undefined before it was used. */
  newest(): SimulatedState | undefined {
    const [versions] = this.accounts.values();
    return versions?.at(-1);
  }
}
