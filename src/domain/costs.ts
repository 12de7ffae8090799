/** What trading costs besides the price, as a manifest says it and a broker charges it. */
import type { Money, Price, Ratio } from './decimal.ts';

/** `fixed`: a part of the price. `half-spread`: half of the quoted spread, or a part of the price where none is quoted. */
export type Slippage =
  | { readonly type: 'fixed'; readonly rate: Ratio }
  | { readonly type: 'half-spread'; readonly otherwise: Ratio };

/** An order costs the larger of `minimum` and `perOrder` with `perShare`; a sale costs a part of its proceeds besides. */
export interface FeeSchedule {
  readonly perOrder: Money;
  /** For one whole share. */
  readonly perShare: Price;
  readonly minimum: Money;
  /** For each million dollars sold. */
  readonly soldPerMillion: Money;
}
