/** How an answer goes out: whole, or as a fault wants it. The only place that spoils what is sent. */
import type { ServerResponse } from 'node:http';
import { rateHeaders } from './rate-limit.ts';
import type { Answer } from './answer.ts';
import type { ServerEffect } from './server-effect.ts';

/** What stands in for an answer. */
export interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: no body at all. */
  readonly text: string | null;
}

export function sentOf({ status, body }: Answer): Sent {
  if (body === undefined) return { status, headers: {}, text: null };
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=UTF-8' },
    text: JSON.stringify(body),
  };
}

/** The page of a proxy, as clients meet it behind an API. */
function page(status: number, message: string): Sent {
  const title = `${status} ${message}`;
  const text = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { 'Content-Type': 'text/html' }, text };
}

const TOO_MANY = 429;

/** `now`: ms since 1970. */
export function statusAnswer(
  { status, page: form, code, message, retryAfter, resetIn }: Extract<ServerEffect, { kind: 'status' }>,
  now: number,
): Sent {
  const body = code === null ? { message } : { code, message };
  const plain = form === 'html' ? page(status, message) : sentOf({ status, body });
  return {
    ...plain,
    headers: {
      ...plain.headers,
      ...(retryAfter !== null && { 'Retry-After': String(retryAfter) }),
      ...(resetIn !== null && rateHeaders(200, status === TOO_MANY ? 0 : 1, now + resetIn)),
    },
  };
}

/** The JSON of an answer with what is not in any specification. */
export function altered(answer: Answer, effect: ServerEffect | null): Answer {
  if (answer.status >= 400) return answer;
  switch (effect?.kind) {
    case 'empty':
      return Array.isArray(answer.body) ? { ...answer, body: [] } : answer;
    case 'order-status':
      return {
        ...answer,
        body: each(answer.body, (row) => ('order_class' in row ? { ...row, status: effect.status } : row)),
      };
    case 'new-field':
      return { ...answer, body: each(answer.body, (row) => ({ ...row, [effect.name]: { value: 1 } })) };
    default:
      return answer;
  }
}

function each(body: unknown, change: (row: object) => object): unknown {
  if (Array.isArray(body)) return body.map((row: unknown) => each(row, change));
  return typeof body === 'object' && body !== null ? change(body) : body;
}

/** Ends the connection as the effect wants; false: the answer goes out as it is. */
export function spoiled(outgoing: ServerResponse, sent: Sent, effect: ServerEffect | null): boolean {
  switch (effect?.kind) {
    case 'drop':
      outgoing.socket?.destroy();
      return true;
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      return true;
    case 'cut': {
      const { text, whole } = halfOf(sent);
      outgoing.writeHead(sent.status, { ...sent.headers, 'Content-Length': whole });
      outgoing.write(text, () => outgoing.socket?.destroy());
      return true;
    }
    default:
      return false;
  }
}

/** Complete, and no JSON. */
export function halved(sent: Sent): Sent {
  return { ...sent, text: halfOf(sent).text };
}

function halfOf({ text }: Sent): { readonly text: string; readonly whole: number } {
  const whole = text ?? '';
  return { text: whole.slice(0, Math.ceil(whole.length / 2)), whole: Buffer.byteLength(whole) };
}
