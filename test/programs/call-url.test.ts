/** Addresses of the user: what is called, what counts as an answer, and that no word of them leaks. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callUrl, SecretUrl } from '../../src/programs/call-url.ts';

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token-abc`;
}

const secret = (text: string): SecretUrl => SecretUrl.parse(text) as SecretUrl;

describe('an address', () => {
  test.each([
    ['https://hooks.example.com/x', true],
    ['http://localhost:8080/x', true],
    ['http://127.0.0.1/x', true],
    ['http://[::1]:9/x', true],
    ['http://hooks.example.com/x', false],
    ['http://127.0.0.1.example.com/x', false],
    ['ftp://localhost/x', false],
    ['file:///etc/passwd', false],
    ['hooks.example.com', false],
    ['', false],
  ])('%s: taken %s', (text, isTaken) => {
    expect(SecretUrl.parse(text) !== null).toBe(isTaken);
  });

  test('is not shown by anything that prints', () => {
    const url = secret('https://hooks.example.com/token-abc');
    expect(`${String(url)}${JSON.stringify({ url })}${inspect({ url }, { showHidden: true })}`).not.toContain(
      'token-abc',
    );
  });
});

describe('a call', () => {
  test('posts JSON, or gets', async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (text: Buffer) => (body += text.toString()));
      request.on('end', () => {
        seen.push(`${request.method ?? ''} ${request.headers['content-type'] ?? ''} ${body}`);
        response.writeHead(204).end();
      });
    });
    expect(await callUrl(secret(url), '{"a":1}', 10_000)).toEqual({ kind: 'ok' });
    expect(await callUrl(secret(url), null, 10_000)).toEqual({ kind: 'ok' });
    expect(seen).toEqual(['POST application/json {"a":1}', 'GET  ']);
  });

  test.each([
    ['an error', 500, {}, 'it answered 500'],
    ['a redirect, which is not followed', 302, { location: 'http://127.0.0.1:1/' }, 'it answered 302'],
  ])('fails on %s', async (_, status, headers, reason) => {
    const url = await serve((__, response) => response.writeHead(status, headers).end());
    expect(await callUrl(secret(url), '{}', 10_000)).toEqual({ kind: 'failed', reason });
  });

  test('fails where nobody answers in time, or nobody is there, and does not say where', async () => {
    const url = await serve(() => undefined);
    expect(await callUrl(secret(url), '{}', 50)).toEqual({
      kind: 'failed',
      reason: 'no answer within 0.05 s',
    });
    const answer = await callUrl(secret('http://127.0.0.1:1/token-abc'), null, 10_000);
    expect(answer.kind).toBe('failed');
    expect(JSON.stringify(answer)).not.toMatch(/token-abc|127\.0/);
  });
});
