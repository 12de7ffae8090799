/** What makes two orders the same decision, also where another process decides it anew. */
import { shortDigest } from '../domain/digest.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';
import type { IntentPayload } from '../observed/events.ts';
import type { Ledger } from '../observed/ledger.ts';

const LENGTH = 16;

export interface OrderDecision {
  readonly strategy: string;
  /** The slot, or the revision of the manifests where there is none. */
  readonly occasion: string;
  readonly symbol: string;
  readonly side: Side;
  readonly sessionDate: CalendarDate;
}

type Bookkeeping = Pick<Ledger, 'account' | 'rebuiltAt'>;

/** Equal decisions on the same books have equal keys. */
export function decisionKey(ledger: Bookkeeping, decision: OrderDecision): string {
  const { strategy, occasion, symbol, side, sessionDate } = decision;
  return shortDigest([accountOf(ledger), strategy, sessionDate, occasion, symbol, side].join('|'), LENGTH);
}

/** Whether an order was decided for this slot. */
export function isOfSlot(ledger: Bookkeeping, intent: IntentPayload, slot: string): boolean {
  return intent.key === decisionKey(ledger, { ...intent, occasion: slot });
}

/** A lost journal may have used any id of today: the orders of rebuilt books are other decisions. */
function accountOf({ account, rebuiltAt }: Bookkeeping): string {
  const id = account?.id ?? '';
  return rebuiltAt === null ? id : `${id} rebuilt ${rebuiltAt}`;
}
