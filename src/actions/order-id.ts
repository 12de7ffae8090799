/** Client order ids come from the decision, never from process, host, fence or time. */
import { shortDigest } from '../domain/digest.ts';
import { ordersOn, type Ledger } from '../observed/ledger.ts';
import { decisionKey, type OrderDecision } from '../reconciler/decision-key.ts';
import { ORDER_ID_PREFIX } from '../reconciler/rules/orders-in-flight.ts';

const STRATEGY_LENGTH = 12;
const LABEL_LENGTH = 10;
const DIGEST_LENGTH = 16;

/**
 * `hg-<strategy>-<yyyymmdd>-<label>-<16 base32>`; the number of ended orders of the same decision makes the next id another.
 * `label`: for people who read the id, as `rebal1555` or `plan`.
 */
export function clientOrderId(ledger: Ledger, decision: OrderDecision, label: string): string {
  const key = decisionKey(ledger, decision);
  const ended = ordersOn(ledger, decision.sessionDate).filter(({ intent }) => intent.key === key).length;
  const date = decision.sessionDate.replaceAll('-', '');
  const name = decision.strategy.slice(0, STRATEGY_LENGTH);
  const digest = shortDigest(`${key}|${ended + 1}`, DIGEST_LENGTH);
  return `${ORDER_ID_PREFIX}${name}-${date}-${label.slice(0, LABEL_LENGTH)}-${digest}`;
}
