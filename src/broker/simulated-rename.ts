/** A change of a symbol on the simulated account. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { SimulatedState } from './simulated-state.ts';

export interface Rename {
  readonly from: string;
  readonly to: string;
}

/** No execution tells of it, and orders that are open stay as they are; nothing happens where nothing is held. */
export function renameHolding(state: SimulatedState, { from, to }: Rename): SimulatedState {
  const holding = state.positions.get(from);
  if (holding === undefined) return state;
  if (state.positions.has(to)) {
    throw new HgctlError(EXIT.invalid, `${from} cannot become ${to}: the account holds both`, {
      hint: 'mend the script: the account stays as it was, and this change counts as done',
    });
  }
  const positions = new Map(state.positions);
  positions.delete(from);
  positions.set(to, holding);
  return { ...state, positions };
}
