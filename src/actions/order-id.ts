/** Client order ids come from the decision, never from process, host, fence or time. */
import { shortDigest } from '../domain/digest.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';
import { ordersOn, type Ledger } from '../observed/ledger.ts';
import { ORDER_ID_PREFIX } from '../reconciler/rules/orders-in-flight.ts';

const STRATEGY_LENGTH = 12;
const SLOT_LENGTH = 10;
const DIGEST_LENGTH = 16;

export interface OrderDecision {
  readonly accountId: string;
  readonly strategy: string;
  /** The slot, or the revision of the manifests where there is none. */
  readonly occasion: string;
  readonly symbol: string;
  readonly side: Side;
  readonly sessionDate: CalendarDate;
  /** For people who read the id: `rebal1555`, `plan`. */
  readonly label: string;
}

/** Equal decisions have equal keys. */
export function decisionKey({
  accountId,
  strategy,
  occasion,
  symbol,
  side,
  sessionDate,
}: OrderDecision): string {
  return shortDigest([accountId, strategy, sessionDate, occasion, symbol, side].join('|'), DIGEST_LENGTH);
}

/** `hg-<strategy>-<yyyymmdd>-<slot>-<16 base32>`; the number of ended orders of the same key makes the next id another. */
export function clientOrderId(ledger: Ledger, decision: OrderDecision): string {
  const key = decisionKey(decision);
  const ended = ordersOn(ledger, decision.sessionDate).filter(({ intent }) => intent.key === key).length;
  const date = decision.sessionDate.replaceAll('-', '');
  const name = decision.strategy.slice(0, STRATEGY_LENGTH);
  const label = decision.label.slice(0, SLOT_LENGTH);
  return `${ORDER_ID_PREFIX}${name}-${date}-${label}-${shortDigest(`${key}|${ended + 1}`, DIGEST_LENGTH)}`;
}
