/** The answer of `hgctl import homeguard`, for programs: the same as for people. */
import { averageOf, formatMoney, formatQuantity } from '../../domain/decimal.ts';
import type { HgctlError } from '../../domain/errors.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { OpeningLot } from '../../observed/events.ts';
import type { BrokerAnswer } from '../homeguard-broker.ts';
import type { ImportPlan } from '../homeguard-plan.ts';
import { notesOf } from './homeguard-text.ts';

export interface ImportOutcome {
  readonly result: 'nothing-to-do' | 'dry-run' | 'refused' | 'written';
  readonly lots: readonly OpeningLot[];
  readonly refusals: readonly HgctlError[];
}

export function importJson(
  plan: ImportPlan,
  answer: BrokerAnswer,
  { result, lots, refusals }: ImportOutcome,
): object {
  const { sources, files, draft, stamps, changed } = plan;
  const broker = answer.kind === 'asked' ? answer.positions : [];
  return {
    kind: 'HomeguardImport',
    result,
    sources: sources.map(({ name, file, sha256 }) => ({ name, file, sha256 })),
    changed,
    manifests: files.map(({ path, state, about, text }) => ({ path, state, about, text })),
    settings: draft.settings,
    lots: lots.map(({ strategy, symbol, quantity, cost, since, orderId }) => {
      const held = broker.find((position) => position.symbol === symbol);
      return {
        strategy,
        symbol,
        quantity: formatQuantity(quantity),
        price: formatMoney(averageOf(cost, quantity)),
        since: formatInstant(since),
        orderId,
        broker: answer.kind !== 'asked' ? null : held === undefined ? '0' : formatQuantity(held.quantity),
      };
    }),
    unmanaged:
      answer.kind !== 'asked'
        ? null
        : answer.comparison.unmanaged.map(({ symbol, quantity }) => ({
            symbol,
            quantity: formatQuantity(quantity),
          })),
    lastExecutions: stamps.map(({ strategy, at, slot }) => ({ strategy, at: formatInstant(at), slot })),
    notes: notesOf(plan, answer),
    refusals: refusals.map(({ exit, message, hint }) => ({ exit, message, hint: hint ?? null })),
  };
}
