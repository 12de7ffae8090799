/** One consistent look at an account and at the books beside it, while others may be trading. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import { SECOND, type Instant } from '../domain/instant.ts';
import type { BrokerAccount, BrokerFill, BrokerPosition } from '../observed/broker-view.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { Broker, Clock } from '../reconciler/ports.ts';
import { brokerUnknown } from './broker-unknown.ts';
import { positionsOf } from './positions.ts';
import { read } from './read.ts';

export interface AccountLook {
  /** Before anything was asked. */
  readonly asked: Instant;
  readonly ledger: Ledger;
  readonly account: BrokerAccount;
  readonly positions: readonly BrokerPosition[];
  /** Every execution after `since`, oldest first. */
  readonly fills: readonly BrokerFill[];
}

export interface LookedAt {
  readonly broker: Pick<Broker, 'account' | 'positions' | 'history'>;
  /** What the journal says by now, with all its orders. */
  readonly ledger: () => Ledger;
  readonly since: Instant;
}

const TRIES = 5;

/**
 * Refuses (exit 11) where the account does not answer, and (exit 8) where books and positions still move after a few tries:
 * what was read of them then may not be of one moment.
 */
export async function lookAtAccount(clock: Clock, at: LookedAt): Promise<AccountLook> {
  for (let left = TRIES; left > 0; left -= 1) {
    const look = await lookOnce(clock, at);
    if (look !== null) return look;
    if (left > 1) await clock.sleep(SECOND);
  }
  throw new HgctlError(EXIT.conflict, 'the account and its books are changing while they are read', {
    hint: 'an execution runs; try again when it has ended',
  });
}

/** Null where something has changed meanwhile. */
async function lookOnce(clock: Clock, { broker, ledger, since }: LookedAt): Promise<AccountLook | null> {
  const ask = async <Data>(question: () => Promise<Data>): Promise<Data> => {
    const answer = await read(clock, question);
    if (answer.kind === 'unknown') throw brokerUnknown(answer);
    return answer.data;
  };
  const asked = clock.now();
  const books = ledger();
  const positions = await ask(() => positionsOf(broker));
  const account = await ask(() => broker.account());
  const fills = await ask(() => broker.history(since));
  const again = await ask(() => positionsOf(broker));
  const isStill = ledger().seq === books.seq && quantities(again) === quantities(positions);
  return isStill ? { asked, ledger: books, account, positions, fills } : null;
}

function quantities(positions: readonly BrokerPosition[]): string {
  return positions
    .map(({ symbol, quantity }) => `${symbol} ${quantity}`)
    .sort()
    .join();
}
