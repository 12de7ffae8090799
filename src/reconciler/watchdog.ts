/** Whether somebody has to be woken: no controller where one is needed. */
import { formatLocalZone, MINUTE, type Instant } from '../domain/instant.ts';
import type { Slot } from '../domain/schedule.ts';

/** So long before a slot there must be a controller, ms. */
export const NEEDED_BEFORE = 5 * MINUTE;

export type ControllerState =
  | { readonly kind: 'alive' }
  /** None has ever run, or the last one was stopped. */
  | { readonly kind: 'none' }
  /** One did not say that it would stop: `why` in words. */
  | { readonly kind: 'silent'; readonly why: string };

export interface WatchdogFacts {
  readonly controller: ControllerState;
  /** The slot that is due, or else the next one, of all strategies that may trade. */
  readonly slot: Slot | null;
  /** Whether it was alarmed before: only a controller ends that, not the end of the window that it has missed. */
  readonly wasAlarmed: boolean;
  readonly now: Instant;
}

/** What is wrong, in words; null where nobody has to be woken. */
export function watchdogAlarm({ controller, slot, wasAlarmed, now }: WatchdogFacts): string | null {
  if (controller.kind === 'alive') return null;
  const isNear = slot !== null && slot.opensAt - now <= NEEDED_BEFORE;
  if (controller.kind === 'none' && !isNear && !wasAlarmed) return null;
  const what = controller.kind === 'silent' ? controller.why : 'no controller runs';
  return slot === null ? what : `${what}; ${describeSlot(slot, now)}`;
}

/** `omr entry begins at 2025-12-02 15:55:00 EST`. */
export function describeSlot(slot: Slot, now: Instant): string {
  return `${slot.strategy} ${slot.action} ${slot.opensAt > now ? 'begins' : 'began'} at ${formatLocalZone(slot.opensAt)}`;
}
