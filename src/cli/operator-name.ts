/** Who gives an order, for the journal. */
import { variable } from './places.ts';
import type { Io } from './io.ts';

/** The login name, or `operator` where there is none. */
export function operatorName(io: Io): string {
  return variable(io, 'USER') ?? variable(io, 'LOGNAME') ?? 'operator';
}
