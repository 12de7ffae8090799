/** What went wrong with a request, as plain data: the only file that knows how the SDK throws. */
import type { Heard } from './budget.ts';
import { heardIn, waitIn } from './rate-headers.ts';

export type Failure =
  /** The broker, or something before it, answered with another status than success. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Of the broker's error body; null where it has none. */
      readonly code: number | null;
      /** Of the broker's error body; null where the body is not the broker's, as with a page of a proxy. */
      readonly message: string | null;
      /** The whole error body. */
      readonly body: Readonly<Record<string, unknown>>;
      /** ms that it asks to wait; null where it does not say. */
      readonly retryAfter: number | null;
      /** What it says of the rate limit; null where it says nothing. */
      readonly heard: Heard | null;
    }
  /** No connection came about: nothing was sent. */
  | { readonly kind: 'not-sent'; readonly reason: string }
  /** The request may have arrived: the answer did not, or not whole. */
  | { readonly kind: 'lost'; readonly reason: string };

/** Nothing of a request has left this machine where one of these is the cause. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** `hide`: what must not be repeated from words of others. */
export async function describeFailure(error: unknown, hide: (text: string) => string): Promise<Failure> {
  const response = responseOf(error);
  if (response !== null) return answered(response, hide);
  const codes = causesOf(error).flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
  const unsent = codes.find((code) => NOT_SENT.has(code));
  if (unsent !== undefined) return { kind: 'not-sent', reason: `it cannot be reached (${unsent})` };
  return { kind: 'lost', reason: hide(lossOf(error, codes)) };
}

/**
 * JSON with `hide` applied to all its texts. After they are read, because a text has many ways to be written in JSON: what
 * the broker says goes into messages and into the journal, and it may repeat what it was sent.
 */
export function parseHiding(text: string, hide: (words: string) => string): unknown {
  return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? hide(value) : value));
}

/** The SDK has two bundles with classes of their own, so `instanceof` says nothing. */
function responseOf(error: unknown): Response | null {
  if (!(error instanceof Error) || !('response' in error)) return null;
  return error.response instanceof Response ? error.response : null;
}

async function answered(response: Response, hide: (text: string) => string): Promise<Failure> {
  const { status, headers } = response;
  const body = await bodyOf(response, hide);
  const { code, message } = body;
  return {
    kind: 'answered',
    status,
    code: typeof code === 'number' ? code : null,
    message: typeof message === 'string' ? message : null,
    body,
    retryAfter: waitIn(headers),
    heard: heardIn(headers),
  };
}

async function bodyOf(
  response: Response,
  hide: (text: string) => string,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const parsed: unknown = parseHiding(await response.clone().text(), hide);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Readonly<Record<string, unknown>>) : {};
  } catch {
    // No JSON, or cut: it is not the broker's.
    return {};
  }
}

interface Cause {
  readonly name: string;
  readonly message: string;
  readonly code: unknown;
}

/** The error and what caused it, outermost first. */
function causesOf(error: unknown): Cause[] {
  const causes: Cause[] = [];
  for (let at = error; at instanceof Error && causes.length < 5; at = at.cause)
    causes.push({ name: at.name, message: at.message, code: 'code' in at ? at.code : undefined });
  return causes;
}

function lossOf(error: unknown, codes: readonly string[]): string {
  const causes = causesOf(error);
  if (causes.some(({ name }) => name === 'TimeoutError')) return 'no answer in time';
  if (causes.some(({ name }) => name === 'SyntaxError')) return 'the answer is not JSON, or was cut off';
  if (causes.some(({ message }) => message === 'terminated')) return 'the answer was cut off';
  if (causes.some(({ message }) => message.includes('redirect')))
    return 'it answered with a redirect, which is not followed';
  const [code] = codes;
  if (code !== undefined) return `the connection broke (${code})`;
  return causes.at(-1)?.message ?? 'the request failed';
}
