/** What the broker holds, beside the lots of an installation. */
import { positionsOf } from '../actions/positions.ts';
import { read } from '../actions/read.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { asShort, compareLots, sharedSymbols, type Comparison } from '../homeguard/compare.ts';
import type { BrokerPosition } from '../observed/broker-view.ts';
import type { OpeningLot } from '../observed/events.ts';
import { findAlpacaKeys } from './alpaca-keys.ts';
import { openWith } from './compose.ts';
import type { ImportPlan } from './homeguard-plan.ts';
import type { GlobalOptions, Io } from './io.ts';

export type BrokerAnswer =
  | { readonly kind: 'asked'; readonly positions: readonly BrokerPosition[]; readonly comparison: Comparison }
  /** No books are to be opened. */
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'not-asked'; readonly reason: string; readonly comparison: Comparison };

/** Writes nothing. A broker that does not answer is an answer, too. */
export async function askBroker(io: Io, options: GlobalOptions, plan: ImportPlan): Promise<BrokerAnswer> {
  const { positions } = plan.draft;
  if (positions === null || plan.opened) return { kind: 'not-needed' };
  const { lots } = positions;
  const answer = await positionsAt(io, options, plan);
  if (typeof answer === 'string') {
    const comparison = { unsigned: [], conflicts: sharedSymbols(lots), differences: [], unmanaged: [] };
    return { kind: 'not-asked', reason: answer, comparison };
  }
  return { kind: 'asked', positions: answer, comparison: compareLots(lots, answer) };
}

/** The lots with the sign that the broker gives them. */
export function signedLots(lots: readonly OpeningLot[], answer: BrokerAnswer): readonly OpeningLot[] {
  return answer.kind === 'asked' ? asShort(lots, answer.comparison.unsigned) : lots;
}

/** Or why there is no answer. */
async function positionsAt(
  io: Io,
  options: GlobalOptions,
  { manifests }: ImportPlan,
): Promise<readonly BrokerPosition[] | string> {
  const { broker } = manifests.desired.account;
  if (broker.type === 'alpaca') {
    const keys = findAlpacaKeys(broker.keysFile, io.environment);
    if (keys.kind === 'failed') return keys.reason;
  }
  try {
    const world = openWith(io, options, manifests);
    try {
      const answer = await read(world.ports.clock, () => positionsOf(world.ports.broker));
      return answer.kind === 'ok' ? answer.data : answer.reason;
    } finally {
      world.close();
    }
  } catch (error) {
    if (!(error instanceof HgctlError) || error.exit === EXIT.usage) throw error;
    return error.message;
  }
}
