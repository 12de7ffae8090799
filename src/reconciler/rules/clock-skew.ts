/** A clock that is wrong misses windows and judges old data as new: nothing is opened by it. */
import { SECOND } from '../../domain/instant.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';

export function doubtClock({ input }: PlanFacts, draft: PlanDraft): void {
  const { clockSkew } = input.observed.snapshot;
  if (Math.abs(clockSkew) <= input.desired.account.execution.clockSkew) return;
  const side = clockSkew > 0 ? 'behind' : 'ahead of';
  const detail = `this machine's clock is ${Math.abs(clockSkew) / SECOND} s ${side} the broker's: set it right`;
  draft.entriesBlocked ??= { reason: 'ClockSkew', detail };
  hold(draft, { strategy: null, symbol: null }, 'ClockSkew', detail);
}
