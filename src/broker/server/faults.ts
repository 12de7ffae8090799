/** The fault script at work: which fault comes next is remembered in this process. */
import type { Clock } from '../../reconciler/ports.ts';
import type { FaultCounts } from '../fault-script.ts';
import { meetServerFault, type ServerCall, type ServerFault } from './server-fault.ts';

export interface Faults {
  /** The fault that this call meets; null: none. */
  meet(call: ServerCall): ServerFault | null;
  /** Nothing is scripted: what a request is about need not be looked up. */
  readonly isEmpty: boolean;
}

export function faults(script: readonly ServerFault[], clock: Pick<Clock, 'now'>): Faults {
  let counts: FaultCounts = [];
  return {
    isEmpty: script.length === 0,
    meet: (call) => {
      const met = meetServerFault(script, counts, call, clock.now());
      counts = met.counts;
      return met.fault;
    },
  };
}
