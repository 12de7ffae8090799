/** Asks an address of the user once, and never shows it: it is a secret. */

/** Printed as `[secret]`, whatever prints it. */
export class SecretUrl {
  readonly #url: URL;

  private constructor(url: URL) {
    this.#url = url;
  }

  /** Null for what is no https address, and no http address of this machine. */
  static parse(text: string): SecretUrl | null {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !isAllowed(url)) return null;
    return new SecretUrl(url);
  }

  reveal(): URL {
    return this.#url;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

function isAllowed({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}

export type CallAnswer = { readonly kind: 'ok' } | { readonly kind: 'failed'; readonly reason: string };

/** With a body a POST of JSON, else a GET. Never rejects; ok is an answer from 200 to 299. Redirects are not followed. */
export async function callUrl(url: SecretUrl, body: string | null, timeout: number): Promise<CallAnswer> {
  const request =
    body === null ? {} : { method: 'POST', body, headers: { 'content-type': 'application/json' } };
  try {
    const {
      ok,
      status,
      body: answer,
    } = await fetch(url.reveal(), {
      ...request,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
    });
    await answer?.cancel();
    return ok ? { kind: 'ok' } : { kind: 'failed', reason: `it answered ${status}` };
  } catch (error) {
    return { kind: 'failed', reason: whyNot(error, timeout) };
  }
}

/** Codes only: messages name the address. */
function whyNot(error: unknown, timeout: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeout / 1_000} s`;
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return `it cannot be reached${typeof code === 'string' ? ` (${code})` : ''}`;
}
