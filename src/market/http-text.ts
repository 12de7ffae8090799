/** One question over HTTP: bounded in time and bytes, no redirect followed, and every way to go wrong is an answer. */

export interface HttpQuestion {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** ms, the body included. */
  readonly timeout: number;
  readonly maxBytes: number;
}

export type HttpAnswer =
  | { readonly kind: 'ok'; readonly text: string; readonly etag: string | null }
  | { readonly kind: 'not-modified' }
  | { readonly kind: 'failed'; readonly reason: string; readonly refusal: Refusal | null };

/** What a server said in the place of an answer. */
export interface Refusal {
  readonly status: number;
  /** Its beginning; empty where it cannot be read. */
  readonly text: string;
  /** ms that it asks to wait: by `Retry-After`, or else until its rate limit starts anew; null where it does not say. */
  readonly wait: number | null;
}

/** Bytes that the answer of a broker may have: a page of 10,000 bars is about 1.3 MB, one of 500 orders about 1 MB. */
export const ANSWER_MAX = 16 * 1024 * 1024;
const REFUSAL_MAX = 4_096;

/** Never rejects. Reasons name the host, never headers or the query. */
export async function askHttp(question: HttpQuestion): Promise<HttpAnswer> {
  const { url, headers = {}, timeout } = question;
  try {
    const answer = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(timeout) });
    if (answer.status === 304) return { kind: 'not-modified' };
    if (answer.status !== 200) return await refused(answer, url);
    const bytes = await bytesOf(answer, question.maxBytes);
    if (bytes.length > question.maxBytes)
      return failed(`${url.host} sent more than ${question.maxBytes} bytes`);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { kind: 'ok', text, etag: answer.headers.get('etag') };
  } catch (error) {
    return failed(`${url.host}: ${whyNot(error, timeout)}`);
  }
}

function failed(reason: string, refusal: Refusal | null = null): HttpAnswer {
  return { kind: 'failed', reason, refusal };
}

async function refused(answer: Response, { host }: URL): Promise<HttpAnswer> {
  const { status, headers } = answer;
  const text = await bytesOf(answer, REFUSAL_MAX).then(
    (bytes) => new TextDecoder().decode(bytes.subarray(0, REFUSAL_MAX)),
    // The status says enough.
    () => '',
  );
  return failed(`${host} answered ${wordsOf(answer)}`, { status, text, wait: waitIn(headers) });
}

/** What a redirect points to is not trusted to be the same data: the address is set to it by a person, or not. */
function wordsOf({ status, headers }: Response): string {
  const target = headers.get('location');
  if (status < 300 || status > 399 || target === null) return String(status);
  const host = URL.canParse(target) ? new URL(target).host : 'the same host';
  return `${status}, a redirect to ${host}, which is not followed`;
}

const SECONDS = /^\d{1,10}$/;

/** A moment counts from that of the answer: clocks of two machines differ, and a rehearsal has one of its own. */
function waitIn(headers: Headers): number | null {
  const after = headers.get('retry-after') ?? '';
  if (SECONDS.test(after)) return Number(after) * 1_000;
  const reset = headers.get('x-ratelimit-reset') ?? '';
  const until = SECONDS.test(reset) ? Number(reset) * 1_000 : Date.parse(after);
  const wait = until - Date.parse(headers.get('date') ?? '');
  return Number.isNaN(wait) ? null : Math.max(0, wait);
}

/** The body, or where it is longer than `most` a beginning of it that is longer, too. */
async function bytesOf({ body }: Response, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    chunks.push(bytes);
    if (size > most) break;
  }
  return Buffer.concat(chunks);
}

function whyNot(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return 'it cannot be reached';
  if (error.name === 'TimeoutError') return `no answer within ${timeout / 1_000} s`;
  if ('code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return 'the answer is no UTF-8 text';
  if (error.message === 'terminated') return 'the answer was cut off';
  const { cause } = error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return `it cannot be reached${typeof code === 'string' ? ` (${code})` : ''}`;
}
