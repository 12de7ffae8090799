/** Questions to Alpaca's market data API: with keys, patient with its rate limit, and never louder than it must be. */
import * as z from 'zod';
import type { Json } from '../domain/digest.ts';
import { SECOND } from '../domain/instant.ts';
import { parseJson } from '../observed/json-text.ts';
import type { Clock } from '../reconciler/ports.ts';
import type { AlpacaKeys, FoundKeys } from './alpaca-keys.ts';
import { ANSWER_MAX, askHttp, type Refusal } from './http-text.ts';

export interface AlpacaClientOptions {
  /** Of the API, with a slash at its end. */
  readonly url: string;
  /** Read for each question: keys may be set, or change. */
  readonly keys: () => FoundKeys;
  readonly clock: Pick<Clock, 'sleep'>;
  /** ms of one request; 10 s where left out. */
  readonly timeout?: number;
}

/** ms that a question may still wait between requests. */
export interface Patience {
  left: number;
}

export type ApiAnswer =
  | { readonly kind: 'ok'; readonly json: Json }
  /** It refuses the whole question for one symbol, which it names. */
  | { readonly kind: 'invalid-symbol'; readonly symbol: string }
  | { readonly kind: 'failed'; readonly why: string };

export type AskAlpaca = (
  path: string,
  query: Readonly<Record<string, string>>,
  patience: Patience,
) => Promise<ApiAnswer>;

const TIMEOUT = 10 * SECOND;
const TRIES = 3;
const WAIT = SECOND;
const SERVER_TROUBLE = 500;
const TOO_MANY = 429;
const INVALID_SYMBOL = /invalid symbol: ([A-Z0-9.-]+)/;
const MESSAGE_MAX = 160;

/** Never rejects but for bugs. */
export function alpacaClient({ url, keys, clock, timeout = TIMEOUT }: AlpacaClientOptions): AskAlpaca {
  return async (path, query, patience) => {
    const found = keys();
    if (found.kind === 'failed') return { kind: 'failed', why: found.reason };
    const address = new URL(path, url);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    const question = { url: address, headers: found.keys.headers(), timeout, maxBytes: ANSWER_MAX };
    for (let tries = 1; ; tries += 1) {
      const answer = await askHttp(question);
      if (answer.kind === 'ok') return jsonOf(answer.text, address);
      if (answer.kind === 'not-modified')
        return { kind: 'failed', why: `${address.host} answered "not modified"` };
      const { refusal, reason } = answer;
      const wait = tries < TRIES && refusal !== null ? waitFor(refusal) : null;
      if (wait === null || wait > patience.left)
        return refusal === null ? { kind: 'failed', why: reason } : refused(reason, refusal, found.keys);
      patience.left -= wait;
      await clock.sleep(wait);
    }
  };
}

/** ms until the same question is worth asking again; null where it is not. */
function waitFor({ status, wait }: Refusal): number | null {
  return status === TOO_MANY || status >= SERVER_TROUBLE ? (wait ?? WAIT) : null;
}

function jsonOf(text: string, { host }: URL): ApiAnswer {
  const parsed = parseJson(text);
  if (parsed.kind === 'ok') return { kind: 'ok', json: parsed.value };
  return { kind: 'failed', why: `the answer of ${host} is no data: ${parsed.message}` };
}

const refusalBody = z.object({ message: z.string() });

function refused(reason: string, { status, text }: Refusal, keys: AlpacaKeys): ApiAnswer {
  const parsed = parseJson(text);
  const message = refusalBody.safeParse(parsed.kind === 'ok' ? parsed.value : null).data?.message ?? '';
  const symbol = INVALID_SYMBOL.exec(message)?.[1];
  if (symbol !== undefined && (status === 400 || status === 422)) return { kind: 'invalid-symbol', symbol };
  const said = keys
    .hideIn(message)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(0, MESSAGE_MAX);
  const words = [MEANING.get(status), said].filter((part) => part !== undefined && part !== '');
  return { kind: 'failed', why: [reason, ...words].join(': ') };
}

const MEANING: ReadonlyMap<number, string> = new Map([
  [401, 'it does not accept the keys'],
  [403, 'it does not accept the keys, or they do not include the feed'],
  [TOO_MANY, 'too many requests'],
]);
