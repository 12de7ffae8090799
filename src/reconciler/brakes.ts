/** What operators have stopped: a halt of the account, then the suspension of a strategy. Both come before drains and toggles. */
import { type Halt, type Suspension, suspensionAt } from '../observed/brakes.ts';
import { formatLocalZone, type Instant } from '../domain/instant.ts';
import type { Ledger } from '../observed/ledger.ts';

/** The reason of the orders that sell everything while the account is halted. */
export const FLATTENING = 'Flattening';

export interface Brake {
  readonly code: 'Halted' | 'Suspended' | 'NoLongerNeeded';
  readonly detail: string;
}

interface BrakedOrder {
  readonly strategy: string;
  /** Of the plan's action, or of the intent. */
  readonly reason: string;
  readonly isReduction: boolean;
}

/** Why the order may not go out now, or null. Asked before each order. */
export function brakeOn(
  ledger: Pick<Ledger, 'halt' | 'suspensions'>,
  { strategy, reason, isReduction }: BrakedOrder,
  now: Instant,
): Brake | null {
  const { halt } = ledger;
  if (reason === FLATTENING) {
    if (halt === null) return { code: 'NoLongerNeeded', detail: 'the halt that sold everything was lifted' };
    return halt.mode === 'flatten' ? null : { code: 'Halted', detail: describeHalt(halt) };
  }
  if (halt !== null) return { code: 'Halted', detail: describeHalt(halt) };
  const suspension = isReduction ? null : suspensionAt(ledger, strategy, now);
  return suspension === null ? null : { code: 'Suspended', detail: describeSuspension(suspension) };
}

/** `halted by alice since 2025-12-02 15:30:00 EST: bad data; 'hgctl unhalt --reason TEXT' ends it`. */
export function describeHalt({ by, since, reason, mode }: Halt): string {
  const selling = mode === 'flatten' ? ', everything to be sold' : '';
  return `halted by ${by} since ${formatLocalZone(since)}${selling}: ${reason}; 'hgctl unhalt --reason TEXT' ends it`;
}

export function describeSuspension({ strategy, by, since, reason, until }: Suspension): string {
  const end = until === null ? '' : ` until ${formatLocalZone(until)}`;
  return `suspended by ${by} since ${formatLocalZone(since)}${end}: ${reason}; 'hgctl resume ${strategy}' ends it`;
}
