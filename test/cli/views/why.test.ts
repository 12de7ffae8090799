/** What `hgctl why` makes of a journal. */
import { describe, expect, test } from 'vitest';
import { explain, type Explanation } from '../../../src/cli/views/why.ts';
import type { Price, Quantity, Ratio } from '../../../src/domain/decimal.ts';
import type { JournalEvent } from '../../../src/observed/events.ts';
import { recordsOf } from '../../observed/support/arbitrary-events.ts';

const SLOT = 'mp/2025-12-03/rebalance/1555';

function decided(slot: string | null, weight = 0): JournalEvent {
  const size = { kind: 'weight' as const, weight: weight as Ratio };
  return {
    type: 'targets-decided',
    fence: 1,
    strategy: 'mp',
    targets: [{ symbol: 'HOLX', size, priority: 0 }],
    slot,
  };
}

function intent(clientOrderId: string, strategy = 'mp', symbol = 'HOLX'): JournalEvent {
  return {
    type: 'intent',
    clientOrderId,
    fence: 1,
    strategy,
    symbol,
    side: 'sell',
    quantity: 28_000_000_000 as Quantity,
    purpose: 'close',
    reason: 'TargetZero',
    estimate: 114_350_000 as Price,
    sessionDate: '2025-12-03',
    key: clientOrderId,
  };
}

function why(...events: JournalEvent[]): Explanation | null {
  return explain(recordsOf(events), { strategy: 'mp', symbol: 'HOLX', date: null });
}

function ordersIn(...events: JournalEvent[]): string[] | undefined {
  return why(...events)?.orders.map(({ clientOrderId }) => clientOrderId);
}

describe('the orders of a decision', () => {
  test('are those of its slot, also where the slot decides again after its reductions.', () => {
    expect(ordersIn(decided(SLOT), intent('sold'), decided(SLOT), intent('bought'))).toEqual([
      'sold',
      'bought',
    ]);
  });

  test('are not those of an earlier slot.', () => {
    const earlier = 'mp/2025-12-02/rebalance/1555';
    expect(ordersIn(decided(earlier), intent('before'), decided(SLOT), intent('sold'))).toEqual(['sold']);
  });

  test('are, outside of slots, those up to the next decision.', () => {
    expect(ordersIn(decided(null), intent('before'), decided(null), intent('after'))).toEqual(['after']);
  });

  test('are those of its strategy and of the symbol.', () => {
    expect(ordersIn(decided(SLOT), intent('other', 'omr'), intent('else', 'mp', 'KO'))).toEqual([]);
  });
});

test('without a decision nothing is explained.', () => {
  expect(why(intent('alone'))).toBeNull();
});
