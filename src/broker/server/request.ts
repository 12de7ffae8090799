/** One request as a route sees it. */
import type { Answer } from './answer.ts';
import type { Desk } from './desk.ts';
import type { FaultDeed } from './server-effect.ts';

export interface ApiRequest {
  /** Of the path, by the names in braces. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
  /** That this request has met; null: none. */
  readonly fault: FaultDeed | null;
}

export type Handler = (desk: Desk, request: ApiRequest) => Answer | Promise<Answer>;
