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
  | { readonly kind: 'failed'; readonly reason: string; readonly status: number | null };

/** Never rejects. Reasons name the host, never headers or the query. */
export async function askHttp(question: HttpQuestion): Promise<HttpAnswer> {
  const { url, headers = {}, timeout } = question;
  try {
    const answer = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(timeout) });
    if (answer.status === 304) return { kind: 'not-modified' };
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return failed(`${url.host} answered ${refusalOf(answer)}`, answer.status);
    }
    return await bodyOf(answer, question);
  } catch (error) {
    return failed(`${url.host}: ${whyNot(error, timeout)}`, null);
  }
}

function failed(reason: string, status: number | null): HttpAnswer {
  return { kind: 'failed', reason, status };
}

/** What a redirect points to is not trusted to be the same data: the address is set to it by a person, or not. */
function refusalOf({ status, headers }: Response): string {
  const target = headers.get('location');
  if (status < 300 || status > 399 || target === null) return String(status);
  const host = URL.canParse(target) ? new URL(target).host : 'the same host';
  return `${status}, a redirect to ${host}, which is not followed`;
}

async function bodyOf(answer: Response, { url, maxBytes }: HttpQuestion): Promise<HttpAnswer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > maxBytes) return failed(`${url.host} sent more than ${maxBytes} bytes`, answer.status);
    chunks.push(bytes);
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  return { kind: 'ok', text, etag: answer.headers.get('etag') };
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
