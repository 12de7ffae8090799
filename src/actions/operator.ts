/** What commands of an operator share: they carry no fence, and one that loses to another record is decided again. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import { SECOND } from '../domain/instant.ts';
import type { Quantity } from '../domain/decimal.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { attribute, type Difference } from '../observed/attribution.ts';
import type { BrokerFill, BrokerPosition } from '../observed/broker-view.ts';
import { historyNeededSince, nextAnchor } from '../observed/evidence.ts';
import type { Anchor } from '../observed/anchor.ts';
import type { JournalEvent } from '../observed/events.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import { brokerUnknown } from './broker-unknown.ts';
import { observe } from './observe.ts';
import { positionsOf } from './positions.ts';
import { read } from './read.ts';

const RECORD_FOR = 10 * SECOND;

/** Decides and commits until nobody else was faster, for ten seconds; null: nothing is to be recorded any more. */
export function commitDecision(
  ports: Pick<Ports, 'clock' | 'journal' | 'stateFile'>,
  decide: (ledger: Ledger) => JournalEvent | null,
): Ledger {
  const until = ports.clock.monotonic() + RECORD_FOR;
  do {
    const ledger = ports.journal.refresh();
    const event = decide(ledger);
    if (event === null) return ledger;
    const commit = ports.journal.commit(event);
    if (commit.kind === 'committed') {
      ports.stateFile.write(commit.ledger);
      return commit.ledger;
    }
  } while (ports.clock.monotonic() < until);
  throw new HgctlError(EXIT.lock, 'the journal is too busy', { hint: 'run the command again' });
}

/** One symbol, as the books and the broker have it. */
export interface SymbolView {
  readonly observed: ObservedState;
  readonly position: BrokerPosition | undefined;
  readonly difference: Difference | undefined;
  /** The account's executions since the anchor of the symbol. */
  readonly history: readonly BrokerFill[];
  /** The anchor from which a decision made now counts, when the broker holds so much beyond the books. */
  readonly anchor: (unmanaged: Quantity) => Anchor;
}

/** Refuses (exit 11) while the broker's positions, orders or history are not known, or (exit 8) do not fit each other. */
export async function viewSymbol(ports: Ports, desired: DesiredState, symbol: string): Promise<SymbolView> {
  const observed = await observe(ports, desired, { ownFence: null, earlier: null });
  const { ledger, snapshot } = observed;
  const { positions, openOrders, takenAt } = snapshot;
  if (positions.kind === 'unknown') throw brokerUnknown(positions);
  if (openOrders.kind === 'unknown') throw brokerUnknown(openOrders);
  const position = positions.data.get(symbol);
  const history = await read(ports.clock, () => ports.broker.history(historyNeededSince(ledger, [symbol])));
  if (history.kind === 'unknown') throw brokerUnknown(history);
  const again = await read(ports.clock, () => positionsOf(ports.broker));
  if (again.kind === 'unknown') throw brokerUnknown(again);
  const isMoving = again.data.find((row) => row.symbol === symbol)?.quantity !== position?.quantity;
  // The history may have a trade that the positions did not have yet: whose shares are gone would be told wrongly.
  if (isMoving) {
    throw new HgctlError(EXIT.conflict, `${symbol} was traded while it was looked at`, {
      hint: 'nothing was changed; run the command again',
    });
  }
  const { settleWindow } = desired.account.execution;
  return {
    observed,
    position,
    history: history.data,
    difference: attribute(ledger, positions.data, takenAt, settleWindow).differences.get(symbol),
    anchor: (unmanaged) => nextAnchor(takenAt, history.data, unmanaged),
  };
}

export function changedMeanwhile(): HgctlError {
  return new HgctlError(EXIT.conflict, 'the books changed meanwhile', {
    hint: 'look again, then repeat the command',
  });
}
