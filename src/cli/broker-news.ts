/** What the broker tells by itself, for the loop: that a look is worth while, and not what it would find. */
import type { AlpacaBroker } from '../broker/alpaca/alpaca.ts';

type Listened = Pick<AlpacaBroker, 'listen'>;

export interface BrokerNews {
  /** From now on that account is listened to, and no other; null: none is. */
  listenTo(account: Listened | null): void;
  /** A look begins: what comes from now on is news. */
  mark(): void;
  /** Whether something has come since the last mark. False for some seconds after it: a busy account is no reason for a storm. */
  isThere(): boolean;
  close(): void;
}

/** ms between two looks that news cause. */
const PAUSE = 5_000;

export function brokerNews(now: () => number = () => performance.now()): BrokerNews {
  let account: Listened | null = null;
  let stream: { close(): void } | null = null;
  let isNew = false;
  let markedAt = Number.NEGATIVE_INFINITY;
  const close = (): void => {
    stream?.close();
    stream = null;
    account = null;
  };
  return {
    listenTo: (wanted) => {
      if (wanted === account) return;
      close();
      account = wanted;
      stream =
        wanted?.listen(() => {
          isNew = true;
        }) ?? null;
    },
    mark: () => {
      isNew = false;
      markedAt = now();
    },
    isThere: () => isNew && now() - markedAt >= PAUSE,
    close,
  };
}
