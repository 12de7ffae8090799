/** Opening books that are those of another journal, as they are: for a shadow, which goes on from there. */
import type { Instant } from '../domain/instant.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { LotsOpening } from './open-books.ts';

/**
 * Who owns what, when each strategy last executed, what its signal remembers, all that is stopped, and what was sold outside
 * and is not bought back that day. Realised profit, slots, orders and breaks are not handed on: they are of that journal.
 */
export function openingOf(ledger: Ledger, writtenAt: Instant): LotsOpening {
  const lots = [...ledger.books].flatMap(([strategy, book]) =>
    [...book].map(([symbol, lot]) => ({ strategy, symbol, ...lot })),
  );
  return {
    kind: 'shadow',
    lots,
    lastExecution: [...ledger.lastExecution].map(([strategy, at]) => ({ strategy, at })),
    writtenAt,
    drains: [...ledger.drains.values()],
    latches: [...ledger.latches.values()],
    brakes: { halt: ledger.halt, suspensions: [...ledger.suspensions.values()] },
    memories: [...ledger.memories].map(([strategy, memory]) => ({ strategy, ...memory })),
    shrunk: [...ledger.shrunkOn].map(([symbol, sessionDate]) => ({ symbol, sessionDate })),
  };
}
