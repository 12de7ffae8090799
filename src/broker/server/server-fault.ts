/**
 * What a user says that goes wrong between a client and the server. Pure: which fault a request meets depends on the
 * script, on how often each fault was met before, and on the time.
 */
import type { Instant } from '../../domain/instant.ts';
import type { Side } from '../../domain/names.ts';
import { firstDue, type FaultCounts } from '../fault-script.ts';
import type { RouteName } from './routes.ts';
import type { FaultDeed } from './server-effect.ts';

/** A request by its route, or an event on its way to a stream, or a client that opens one; `any`: every request. */
export type FaultPlace = RouteName | 'any' | 'stream' | 'stream connect';

export interface ServerFault extends FaultDeed {
  readonly on: FaultPlace;
  readonly symbol: string | null;
  readonly side: Side | null;
  /** Of a stream, as `fill`. */
  readonly event: string | null;
  /** So many that match pass first, then so many meet the fault. */
  readonly after: number;
  readonly times: number;
  readonly from: Instant | null;
  readonly until: Instant | null;
}

export interface ServerCall {
  readonly place: Exclude<FaultPlace, 'any'>;
  readonly symbol?: string | undefined;
  readonly side?: Side | undefined;
  readonly event?: string;
}

export interface MetFault {
  /** Null where the request goes through untouched. */
  readonly fault: ServerFault | null;
  readonly counts: FaultCounts;
}

export function meetServerFault(
  script: readonly ServerFault[],
  counts: FaultCounts,
  call: ServerCall,
  now: Instant,
): MetFault {
  return firstDue(script, counts, (fault) => matches(fault, call, now));
}

function matches(fault: ServerFault, { place, symbol, side, event }: ServerCall, now: Instant): boolean {
  const isHere = fault.on === 'any' ? place !== 'stream' && place !== 'stream connect' : fault.on === place;
  if (!isHere) return false;
  if (fault.from !== null && now < fault.from) return false;
  if (fault.until !== null && now >= fault.until) return false;
  if (fault.symbol !== null && fault.symbol !== symbol) return false;
  if (fault.side !== null && fault.side !== side) return false;
  return fault.event === null || fault.event === event;
}
