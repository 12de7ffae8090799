/** What a fault does to a request that meets it, to an event, or to a stream. */
import type { OrderChange } from '../fault-script.ts';
import type { HappeningChange } from './corporate-changes.ts';

export interface FaultDeed {
  /** The answer comes so much later than the request was carried out, ms. */
  readonly delay: number;
  /** A new order is not shown by lists and look-ups for so long, ms. */
  readonly hiddenFor: number;
  readonly effect: ServerEffect;
}

/** Before the request is carried out, so that nothing has happened, or after it. */
export type When = 'before' | 'after';

export type ServerEffect =
  /** Nothing but the delay, of the request (`before`) or of its answer, or that the order is hidden. */
  | { readonly kind: 'late'; readonly when: When }
  /** The connection ends without an answer; `reset`: by RST. */
  | { readonly kind: 'drop' | 'reset'; readonly when: When }
  /** Headers of the whole answer, half of its body, and the end of the connection. */
  | { readonly kind: 'cut' }
  /** An answer that is complete, and its JSON is not. */
  | { readonly kind: 'half-json' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly when: When;
      readonly page: 'json' | 'html';
      /** Null: none in the body. */
      readonly code: number | null;
      readonly message: string;
      /** Seconds of `Retry-After`; null: no such header. */
      readonly retryAfter: number | null;
      /** ms until `X-RateLimit-Reset`; null: no such headers. */
      readonly resetIn: number | null;
    }
  /** The order is taken, and behaves so. */
  | ({ readonly kind: 'order' } & OrderChange)
  /** Positions as they were so many ms ago. */
  | { readonly kind: 'stale'; readonly by: number }
  /** A list without rows. */
  | { readonly kind: 'empty' }
  /** Of every order of the answer. */
  | { readonly kind: 'order-status'; readonly status: string }
  /** A field that nobody knows, in every object of the answer. */
  | { readonly kind: 'new-field'; readonly name: string }
  /** A clock that is wrong by so many ms. */
  | { readonly kind: 'skew'; readonly by: number }
  /** A split or a change of a symbol, just before the request. */
  | HappeningChange
  /** A stream cannot be opened: this status of HTTP instead. */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'lost' | 'doubled' | 'reordered' }
  /** All streams end, and none can be opened for so many ms. */
  | { readonly kind: 'down'; readonly for: number };
