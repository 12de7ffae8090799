/** First start: whose journal this is, and what the books are at its beginning. */
import type { Brakes } from '../observed/brakes.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { formatQuantity, negate, type Quantity } from '../domain/decimal.ts';
import { later, MINUTE, plus, type Instant } from '../domain/instant.ts';
import type { BrokerAccount, BrokerFill, BrokerPosition } from '../observed/broker-view.ts';
import type { Drain } from '../observed/drain-events.ts';
import type { ShrunkSymbol } from '../observed/book.ts';
import type { JournalEvent, OpeningLot } from '../observed/events.ts';
import type { Latch } from '../observed/mark-events.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { StrategyMemory } from '../observed/slot-events.ts';
import type { Ports } from '../reconciler/ports.ts';
import { brokerUnknown } from './broker-unknown.ts';
import { positionsOf } from './positions.ts';
import { read } from './read.ts';

export type Opening =
  /** Nothing is there: no positions in a state file, none at the broker. */
  | { readonly kind: 'empty' }
  /** The original's state file says who owns what; for lost books, a backup or the broker; for a shadow, the real books. */
  | LotsOpening
  /** Whatever the broker holds belongs to no strategy. */
  | { readonly kind: 'unmanaged' };

export interface LotsOpening {
  readonly kind: 'state-file' | 'backup' | 'broker' | 'shadow';
  readonly lots: readonly OpeningLot[];
  readonly lastExecution: readonly { readonly strategy: string; readonly at: Instant }[];
  readonly writtenAt: Instant;
  /** Strategies that an operator has turned off; left out where the source says nothing of them. */
  readonly drains?: readonly Drain[];
  /** Loss limits that are latched; left out where none is. */
  readonly latches?: readonly Latch[];
  /** What operators have stopped. */
  readonly brakes?: Brakes;
  /** What signals remember; left out where nothing is known of it. */
  readonly memories?: readonly StrategyMemory[];
  /** What is not bought back in the session in which it was sold outside; left out where nothing is known of it. */
  readonly shrunk?: readonly ShrunkSymbol[];
}

/** What it takes to open books. */
export type OpeningPorts = Pick<Ports, 'clock' | 'broker' | 'journal'>;

const HINT = "say how to begin: 'hgctl init --from-state FILE' or 'hgctl init --unmanaged'";

/** Refuses (exit 5) a journal of another account. Returns the account. */
export async function checkAccount(ports: OpeningPorts): Promise<BrokerAccount> {
  const answer = await read(ports.clock, () => ports.broker.account());
  if (answer.kind === 'unknown') throw brokerUnknown(answer);
  const known = ports.journal.ledger().account;
  if (known !== null && known.id !== answer.data.id) {
    throw otherAccount(known.id, answer.data.id);
  }
  return answer.data;
}

export function otherAccount(known: string, answering: string): HgctlError {
  return new HgctlError(
    EXIT.refused,
    `the journal belongs to account ${known}, the broker answers for ${answering}`,
    {
      hint: 'use the data folder of this account (--data), or the manifest of the other one',
    },
  );
}

/** Refuses (exit 5) to begin with empty books unless the account answers completely and holds nothing. */
export async function checkFirstStart(ports: OpeningPorts): Promise<void> {
  await checkAccount(ports);
  await readHoldings(ports, { kind: 'empty' });
}

/** Records the opening books; `empty` is refused (exit 5) unless the account answers completely and holds nothing. */
export async function openBooks(ports: OpeningPorts, opening: Opening): Promise<Ledger> {
  const account = await checkAccount(ports);
  const asked = ports.clock.now();
  const positions = await readHoldings(ports, opening);
  const since = 'writtenAt' in opening ? opening.writtenAt : plus(asked, -MINUTE);
  const fills = await read(ports.clock, () => ports.broker.history(since));
  if (fills.kind === 'unknown') throw brokerUnknown(fills);
  commitOnce(ports, {
    type: 'genesis',
    accountId: account.id,
    environment: account.environment,
    broker: ports.broker.kind,
  });
  return commitOnce(ports, openingEvent(opening, { asked, positions, fills: fills.data }));
}

async function readHoldings(
  { clock, broker }: OpeningPorts,
  opening: Opening,
): Promise<readonly BrokerPosition[]> {
  const positions = await read(clock, () => positionsOf(broker));
  const orders = await read(clock, () => broker.openOrders());
  if (positions.kind === 'unknown') throw brokerUnknown(positions);
  if (orders.kind === 'unknown') throw brokerUnknown(orders);
  const isEmpty = positions.data.length + orders.data.length === 0;
  if (opening.kind === 'empty' && !isEmpty) throw notEmpty(positions.data, orders.data.length);
  return positions.data;
}

/** What the broker said when the books were opened. */
interface Holdings {
  readonly asked: Instant;
  readonly positions: readonly BrokerPosition[];
  /** Since the state file was written, or for the last minute. */
  readonly fills: readonly BrokerFill[];
}

function openingEvent(opening: Opening, holdings: Holdings): JournalEvent {
  const { asked, positions, fills } = holdings;
  // What the broker held when it was asked includes every fill until then, also one with the very same time.
  const countedFrom = fills.reduce((newest, fill) => later(newest, fill.time), asked);
  const nothing = {
    type: 'books-opened',
    lots: [],
    lastExecution: [],
    unmanaged: [],
    historySince: countedFrom,
  } as const;
  switch (opening.kind) {
    case 'empty':
      return { ...nothing, source: 'empty' };
    case 'unmanaged':
      return {
        ...nothing,
        source: 'unmanaged',
        unmanaged: positions.map(({ symbol, quantity }) => ({ symbol, quantity })),
      };
    case 'state-file':
    case 'backup':
    case 'broker':
    case 'shadow': {
      const { lots, lastExecution, writtenAt, drains = [], latches, brakes, memories, shrunk } = opening;
      const unmanaged = surplusAt(opening, holdings);
      const since = { historySince: writtenAt, unmanaged };
      return {
        ...nothing,
        ...since,
        source: opening.kind,
        lots,
        lastExecution,
        drains,
        ...(latches && { latches }),
        ...(brakes && { brakes }),
        ...(memories && { memories }),
        ...(shrunk && { shrunk }),
      };
    }
  }
}

/** What the broker held beyond the books when the state file was written: today's surplus, less what was traded since. */
function surplusAt({ lots }: LotsOpening, { positions, fills }: Holdings): SymbolQuantity[] {
  return positions.flatMap(({ symbol, quantity }) => {
    const booked = lots.filter((lot) => lot.symbol === symbol).reduce((sum, lot) => sum + lot.quantity, 0);
    const traded = fills
      .filter((fill) => fill.symbol === symbol)
      .reduce((sum, fill) => sum + (fill.side === 'buy' ? fill.quantity : negate(fill.quantity)), 0);
    const surplus = quantity - booked - traded;
    const isBeyond = booked === 0 || surplus > 0 === booked > 0;
    return surplus !== 0 && isBeyond ? [{ symbol, quantity: surplus as Quantity }] : [];
  });
}

interface SymbolQuantity {
  readonly symbol: string;
  readonly quantity: Quantity;
}

/** Two processes may open the same books at once: the one that loses finds them opened. */
function commitOnce({ journal }: Pick<Ports, 'journal'>, event: JournalEvent): Ledger {
  for (;;) {
    const ledger = journal.refresh();
    const isThere = event.type === 'genesis' ? ledger.account !== null : ledger.opened;
    if (isThere) return ledger;
    const commit = journal.commit(event);
    if (commit.kind === 'committed') return commit.ledger;
  }
}

function notEmpty(positions: readonly BrokerPosition[], orders: number): HgctlError {
  const list = positions.map(({ symbol, quantity }) => `${symbol} ${formatQuantity(quantity)}`).join(', ');
  const what = [list, orders > 0 ? `${orders} open orders` : ''].filter((part) => part !== '').join('; ');
  return new HgctlError(EXIT.refused, `this is the first start, and the account is not empty: ${what}`, {
    hint: HINT,
  });
}

export function needsInit(file: string): HgctlError {
  return new HgctlError(EXIT.refused, `this is the first start, and ${file} already holds positions`, {
    hint: HINT,
  });
}
