/**
 * `trade_updates`: news that something has happened to an order, and nothing more. What is true is asked for by requests, so
 * a lost event costs time and never a fact. One connection at a time, each from its start to its end by the SDK; when the
 * next one follows is decided here, for ever, because the SDK gives up silently after ten.
 */
import type { streaming } from '@alpacahq/alpaca-trade-api';
import type { AlpacaKeys, FoundKeys } from '../../market/alpaca-keys.ts';
import { MINUTE, SECOND } from '../../domain/instant.ts';

export interface StreamOptions {
  /** Of the trading API, with a slash at its end. */
  readonly url: string;
  /** Read for each connection. */
  readonly keys: () => FoundKeys;
  /** Why nothing may be asked of the account yet; null once it may. */
  readonly whyClosed: () => string | null;
  /** Something may have happened: after each event, each connection, and where one should have come. */
  readonly onNews: () => void;
  /** Troubles, each once, and their end. */
  readonly tell: (message: string) => void;
  readonly times?: StreamTimes;
}

/** ms. */
export interface StreamTimes {
  /** From a connection to the word that events will come. */
  readonly deadline: number;
  /** After an order was sent, until an event of it counts as lost. */
  readonly silence: number;
  /** Before the second connection; doubled with each that fails. */
  readonly backoff: number;
  readonly backoffMax: number;
  /** How long a connection has to stand until those that failed before it are forgotten. */
  readonly steady: number;
  /** After keys that were not accepted. */
  readonly refused: number;
}

const TIMES: StreamTimes = {
  deadline: 10 * SECOND,
  silence: 10 * SECOND,
  backoff: SECOND,
  backoffMax: MINUTE,
  steady: MINUTE,
  refused: 5 * MINUTE,
};

export interface NewsStream {
  /** An order was sent: if no event comes, that is news, too, and the connection is made anew. */
  expect(): void;
  close(): void;
}

/** Returns at once; never throws. */
export function openStream(options: StreamOptions): NewsStream {
  const stream = new Stream(options);
  stream.start(0);
  return stream;
}

type Timer = ReturnType<typeof setTimeout>;

interface Connection {
  end(): void;
}

class Stream implements NewsStream {
  readonly #options: StreamOptions;
  readonly #times: StreamTimes;
  #connection: Connection | null = null;
  #next: Timer | null = null;
  #silence: Timer | null = null;
  #steady: Timer | null = null;
  #failures = 0;
  #isTroubled = false;
  #isClosed = false;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#times = options.times ?? TIMES;
  }

  start(pause: number): void {
    if (this.#isClosed) return;
    this.#next = setTimeout(() => {
      this.#connect().catch((error: unknown) => this.#failed(wordsOf(error), this.#backoff()));
    }, pause);
  }

  expect(): void {
    if (this.#isClosed) return;
    this.#silence ??= setTimeout(() => {
      this.#silence = null;
      if (this.#connection !== null) this.#failed('no word of an order that was sent', this.#backoff());
      this.#news();
    }, this.#times.silence);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#next !== null) clearTimeout(this.#next);
    this.#heard();
    this.#end();
  }

  async #connect(): Promise<void> {
    const { keys, whyClosed, url } = this.#options;
    // Whoever may not be asked is sent no keys; the passes say why.
    if (whyClosed() !== null) {
      this.start(this.#times.backoff);
      return;
    }
    const found = keys();
    if (found.kind === 'failed') {
      this.#failed(found.reason, this.#times.refused);
      return;
    }
    const make = await connector();
    if (this.#isClosed) return;
    this.#connection = make({
      url: streamUrl(url),
      keys: found.keys,
      deadline: this.#times.deadline,
      ready: () => this.#ready(),
      event: () => {
        this.#heard();
        this.#news();
      },
      ended: (why, isRefused) => this.#failed(why, isRefused ? this.#times.refused : this.#backoff()),
    });
  }

  /** What happened before it is not told again. */
  #ready(): void {
    // Who shares the key takes the stream away again and again: each time at once would be a storm.
    this.#steady ??= setTimeout(() => {
      this.#failures = 0;
    }, this.#times.steady);
    if (this.#isTroubled) this.#options.tell('the stream of the broker is back');
    this.#isTroubled = false;
    this.#news();
  }

  #failed(why: string, pause: number): void {
    this.#heard();
    this.#end();
    if (this.#isClosed) return;
    if (!this.#isTroubled)
      this.#options.tell(`the stream of the broker is down, and orders are asked for as ever: ${why}`);
    this.#isTroubled = true;
    this.#failures += 1;
    this.start(pause);
  }

  #backoff(): number {
    const { backoff, backoffMax } = this.#times;
    const pause = Math.min(backoff * 2 ** this.#failures, backoffMax);
    // Many that were cut off together do not come back together.
    return pause * (0.8 + Math.random() * 0.4);
  }

  #heard(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
  }

  #end(): void {
    if (this.#steady !== null) clearTimeout(this.#steady);
    this.#steady = null;
    const connection = this.#connection;
    this.#connection = null;
    connection?.end();
  }

  /** A listener that fails does not take the stream with it. */
  #news(): void {
    try {
      this.#options.onNews();
    } catch (error) {
      this.#options.tell(`news of the broker could not be used: ${wordsOf(error)}`);
    }
  }
}

function streamUrl(url: string): string {
  return new URL('stream', url).href.replace(/^http/, 'ws');
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it is no error';
}

interface ConnectionOptions {
  readonly url: string;
  readonly keys: AlpacaKeys;
  readonly deadline: number;
  readonly ready: () => void;
  readonly event: () => void;
  /** Once at most. */
  readonly ended: (why: string, isRefused: boolean) => void;
}

/** Loads the SDK with its sockets. */
async function connector(): Promise<(options: ConnectionOptions) => Connection> {
  const [sdk, { WebSocket }] = await Promise.all([import('@alpacahq/alpaca-trade-api'), import('ws')]);
  return (options) =>
    connect(sdk.streaming, options, (url) => {
      // The SDK's own socket would wait for ever for an answer, and half a minute for the end of a dead connection.
      const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: options.deadline });
      return { socket, kill: () => socket.terminate() };
    });
}

interface Socket {
  readonly socket: streaming.WebSocketLike;
  readonly kill: () => void;
}

const TRADES = 'trade_updates';

function connect(
  sdk: typeof streaming,
  { url, keys, deadline, ready, event, ended }: ConnectionOptions,
  socketTo: (url: string) => Socket,
): Connection {
  let kill = (): void => undefined;
  let trouble = 'the connection was closed';
  const stream = keys.handTo(
    (keyId, secret) =>
      new sdk.TradingStream({
        credentials: { keyId, secret },
        url,
        reconnect: false,
        wsFactory: (address) => {
          const made = socketTo(address);
          kill = made.kill;
          return made.socket;
        },
      }),
  );
  let isOver = false;
  let isReady = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    stream.disconnect();
    kill();
  };
  const fail = (why: string, isRefused = false): void => {
    if (isOver) return;
    end();
    ended(keys.hideIn(why), isRefused);
  };
  const timer = setTimeout(() => fail('no word that events will come'), deadline);
  stream.on(sdk.EVENT.SUBSCRIPTION, (streams: unknown) => {
    if (!Array.isArray(streams) || !streams.includes(TRADES)) {
      fail(`${TRADES} is not permitted`, true);
      return;
    }
    clearTimeout(timer);
    isReady = true;
    ready();
  });
  stream.onTradeUpdate(event);
  stream.onError((message) => {
    if (message === 'auth failed') fail('the keys are not accepted', true);
    trouble = message;
    // Of a message that cannot be read it is known all the same that there was one.
    if (isReady) event();
  });
  stream.onDisconnect(() => fail(trouble));
  stream.subscribeTradeUpdates();
  try {
    stream.connect();
  } catch (error) {
    fail(wordsOf(error));
  }
  return { end };
}
