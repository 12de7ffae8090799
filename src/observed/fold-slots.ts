/** How scheduled executions change the ledger. */
import type { Instant } from '../domain/instant.ts';
import type { WritableLedger } from './ledger.ts';
import { plain } from './plain.ts';
import type { SlotEvent } from './slot-events.ts';

export function applySlotEvent(
  ledger: WritableLedger,
  event: Exclude<SlotEvent, { type: 'data-missing' | 'signal-failed' }>,
  at: Instant,
): void {
  const { slot } = event;
  const run = plain(ledger.slots.get(slot));
  switch (event.type) {
    case 'slot-started': {
      const { strategy, targets, memory } = event;
      ledger.slots.set(slot, { slot, strategy, targets, state: 'started' });
      if (memory !== undefined) ledger.memories.set(strategy, memory);
      return;
    }
    case 'slot-ended':
      if (run !== undefined) ledger.slots.set(slot, { ...run, state: event.outcome });
      return;
    case 'slot-missed': {
      const { strategy } = event;
      const missed = { slot, strategy, targets: [], state: 'missed' as const };
      ledger.slots.set(slot, run === undefined ? missed : { ...run, state: 'partial' });
      return;
    }
    case 'slot-triggered': {
      // What was missed was not started: it runs by this word after all.
      if (run?.state === 'missed') ledger.slots.delete(slot);
      if (ledger.slots.has(slot)) return;
      const { by, reason } = event;
      ledger.triggers.set(slot, { slot, by, reason, at });
      return;
    }
  }
}
