/** A real server on this machine, as a test scripts it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface LocalServer {
  /** `http://127.0.0.1:PORT/`. */
  readonly url: string;
  /** What is served from now on. */
  serve(handler: Handler): void;
  /** Paths that were asked for, with their query, in order. */
  readonly asked: string[];
}

export async function localServer(first: Handler): Promise<LocalServer> {
  let handler = first;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, asked, serve: (next) => void (handler = next) };
}

export function text(body: string, status = 200, headers: Readonly<Record<string, string>> = {}): Handler {
  return (_, response) => response.writeHead(status, headers).end(body);
}
