/** Where a simulated account is kept: in a file of the data folder, or in the memory of one process. */
import type { SimulatedState, Transition } from './simulated-state.ts';

export interface SimulatedStore {
  /** The account as it was changed last, or a fresh one when nobody has changed it. Writes nothing. */
  load(): SimulatedState;
  /**
   * Applies a transition to the account, exclusively; a state that comes back unchanged is not written. Rejects with
   * `WriteUndecided` when the change may or may not survive; after any other rejection nothing has changed.
   */
  change<Answer>(apply: (state: SimulatedState) => Transition<Answer>): Promise<Answer>;
}

export function memoryStore(start: SimulatedState): SimulatedStore {
  let state = start;
  return {
    load: () => state,
    change: (apply) => {
      const next = apply(state);
      state = next.state;
      return Promise.resolve(next.answer);
    },
  };
}
