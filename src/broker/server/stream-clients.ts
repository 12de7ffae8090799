/** The clients of the stream: who is authorized, who listens, and what they are sent. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { KeyCheck } from './keys.ts';
import { readMessage } from './stream-message.ts';

export interface ClientOptions {
  readonly isKnown: KeyCheck;
  /** Of what is sent; Alpaca's paper environment sends binary frames that hold JSON. */
  readonly frames: 'binary' | 'text';
  /** Just before a client begins to listen. */
  readonly joining: () => void;
}

export interface StreamClients {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  hasListeners(): boolean;
  /** To all who listen. */
  tell(message: object): void;
  /** Ends all connections at once. */
  endAll(): void;
  close(): void;
}

const MESSAGE_MAX = 64 * 1024;
/** Of one client that does not read, bytes: then it is let go. */
const UNREAD_MAX = 8 * 1024 * 1024;
const UPDATES = 'trade_updates';

interface Client {
  readonly socket: WebSocket;
  isAuthorized: boolean;
  isListening: boolean;
}

export function streamClients({ isKnown, frames, joining }: ClientOptions): StreamClients {
  const server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_MAX });
  const clients = new Set<Client>();
  const send = ({ socket }: Client, message: object): void => {
    if (socket.bufferedAmount > UNREAD_MAX) socket.terminate();
    else socket.send(JSON.stringify(message), { binary: frames === 'binary' });
  };
  const authorization = (client: Client, action: string): void => {
    const status = client.isAuthorized ? 'authorized' : 'unauthorized';
    send(client, { stream: 'authorization', data: { action, status } });
  };
  const heard = (client: Client, data: RawData): void => {
    const message = readMessage(data);
    if (message.kind === 'unknown') {
      send(client, { action: 'error', data: { error_message: message.why } });
    } else if (message.kind === 'authenticate') {
      client.isAuthorized = isKnown(message.keys);
      authorization(client, 'authenticate');
    } else if (!client.isAuthorized) {
      authorization(client, 'listen');
    } else {
      joining();
      client.isListening = message.streams.includes(UPDATES);
      send(client, { stream: 'listening', data: { streams: client.isListening ? [UPDATES] : [] } });
    }
  };
  const endAll = (): void => {
    for (const { socket } of clients) socket.terminate();
  };
  return {
    accept: (request, socket, head) => {
      server.handleUpgrade(request, socket, head, (opened) => {
        const client: Client = { socket: opened, isAuthorized: false, isListening: false };
        clients.add(client);
        // What a client breaks ends its connection, and nothing else.
        opened.on('error', () => opened.terminate());
        opened.on('close', () => clients.delete(client));
        opened.on('message', (data) => heard(client, data));
      });
    },
    hasListeners: () => [...clients].some(({ isListening }) => isListening),
    tell: (message) => {
      for (const client of clients) if (client.isListening) send(client, message);
    },
    endAll,
    close: () => {
      endAll();
      server.close();
    },
  };
}
