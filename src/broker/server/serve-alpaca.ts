/** The embedded simulated broker behind Alpaca's protocol, on this machine only: HTTP, and the stream of trade updates. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { formatChain } from '../../domain/errors.ts';
import type { Clock } from '../../reconciler/ports.ts';
import { alpacaApp } from './app.ts';
import { openDesk, type DeskOptions } from './desk.ts';
import { faults } from './faults.ts';
import { keyCheck, type KeyPair } from './keys.ts';
import type { ServerFault } from './server-fault.ts';
import { TradeUpdates } from './stream.ts';

export interface ServerOptions extends Omit<DeskOptions, 'isClosed'> {
  readonly host: '127.0.0.1' | '::1';
  /** 0: any that is free. */
  readonly port: number;
  /** Null: whichever a client brings. */
  readonly keys: KeyPair | null;
  /** Alpaca's is 200, of each of the two APIs. */
  readonly requestsPerMinute: number;
  readonly frames: 'binary' | 'text';
  readonly script: readonly ServerFault[];
  /** One line of each request; no key is in it. */
  readonly tell: (line: string) => void;
}

export interface RunningServer {
  /** `http://127.0.0.1:4010`, of both APIs; the stream is `ws://.../stream`. */
  readonly url: string;
  readonly port: number;
  /** Tells the stream what has happened until now of the clock; by itself the server looks a few times a second. */
  look(): void;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** Rejects with the system's error where the port cannot be had. */
export async function serveAlpaca(options: ServerOptions): Promise<RunningServer> {
  let isClosed = false;
  const desk = openDesk({ ...options, isClosed: () => isClosed });
  const isKnown = keyCheck(options.keys);
  const script = faults(options.script, options.clock);
  const stream = new TradeUpdates({ ...options, desk, isKnown, faults: script });
  const look = (): void => {
    try {
      stream.look();
    } catch (error) {
      options.tell(`the account cannot be read: ${formatChain(error)}`);
    }
  };
  const app = alpacaApp({ ...options, desk, isKnown, faults: script, asked: look });
  const listener = getRequestListener((...request) => app.fetch(...request), {
    overrideGlobalObjects: false,
  });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.on('upgrade', (request, socket, head) => stream.upgrade(request, socket, head));
  await listening(server, options);
  const stopLooking = keepLooking(look, () => untilNext(stream, options.clock));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host === '::1' ? '[::1]' : options.host}:${port}`,
    port,
    look,
    close: () => {
      isClosed = true;
      stopLooking();
      stream.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listening(server: Server, { port, host }: Pick<ServerOptions, 'port' | 'host'>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Of real time: what other processes do to the account does not wait for a clock that stands still. */
const LOOK_MOST = 100;
const LOOK_LEAST = 5;

/** What happens without a request is told soon after: at the moment that an order is waiting for, or what others have done. */
function keepLooking(look: () => void, untilDue: () => number): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    timer = setTimeout(again, Math.min(LOOK_MOST, Math.max(LOOK_LEAST, untilDue())));
    timer.unref();
  };
  const again = (): void => {
    look();
    wait();
  };
  wait();
  return () => clearTimeout(timer);
}

/** ms. */
function untilNext(stream: TradeUpdates, clock: Clock): number {
  try {
    return (stream.next() ?? Infinity) - clock.now();
  } catch {
    // The look says so.
    return Infinity;
  }
}
