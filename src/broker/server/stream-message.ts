/** What a client says on the stream. Pure. */
import type { RawData } from 'ws';
import * as z from 'zod';
import { parseJson } from '../../observed/json-text.ts';
import type { KeyPair } from './keys.ts';

export type StreamMessage =
  | { readonly kind: 'authenticate'; readonly keys: Partial<KeyPair> }
  /** The whole set: it replaces the one before. */
  | { readonly kind: 'listen'; readonly streams: readonly string[] }
  | { readonly kind: 'unknown'; readonly why: string };

const keys = z.object({ key_id: z.string().optional(), secret_key: z.string().optional() });
const message = z.discriminatedUnion('action', [
  z.object({ action: z.literal('authenticate'), data: keys }),
  // The form of other SDKs.
  z.object({ action: z.literal('auth'), key: z.string().optional(), secret: z.string().optional() }),
  z.object({ action: z.literal('listen'), data: z.object({ streams: z.array(z.string()) }) }),
]);

export function readMessage(raw: RawData): StreamMessage {
  const parsed = parseJson(textOf(raw));
  const { data } = message.safeParse(parsed.kind === 'ok' ? parsed.value : null);
  switch (data?.action) {
    case 'authenticate':
      return { kind: 'authenticate', keys: pair(data.data.key_id, data.data.secret_key) };
    case 'auth':
      return { kind: 'authenticate', keys: pair(data.key, data.secret) };
    case 'listen':
      return { kind: 'listen', streams: data.data.streams };
    case undefined:
      return { kind: 'unknown', why: 'invalid message: expected authenticate or listen' };
  }
}

function pair(id = '', secret = ''): KeyPair {
  return { id, secret };
}

function textOf(raw: RawData): string {
  if (Array.isArray(raw)) return Buffer.concat(raw).toString('utf8');
  return Buffer.from(raw as ArrayBuffer).toString('utf8');
}
