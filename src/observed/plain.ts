/** Reading inside a fold. */
import { isDraft, original } from 'immer';

/**
 * A value of the ledger as it was before this record, not as a draft of it: reading all of an order through a draft costs
 * more than the change. Only for what a fold replaces as a whole and never writes to: orders, lots, curves, slots.
 */
export function plain<Value>(value: Value): Value {
  return isDraft(value) ? (original(value as object) as Value) : value;
}
