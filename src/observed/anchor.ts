/** What evidence about a symbol starts from. */
import type { Quantity } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';

/**
 * From where on a symbol's outside history is counted: at `at`, the broker held `unmanaged` beyond the books.
 * Outside fills after `at` must lead from `unmanaged` to what is seen now, or evidence is missing.
 */
export interface Anchor {
  readonly at: Instant;
  readonly unmanaged: Quantity;
}
