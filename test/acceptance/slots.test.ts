/** Cases AC-165 to AC-169 of docs/acceptance.md that no other test states: slots of days without a session. */
import { describe, expect, test } from 'vitest';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import { ordersIn, world, type WorldFacts } from '../support/world.ts';

function at(time: string): Instant {
  const instant = parseInstant(time);
  if (instant === undefined) throw new Error(`no time: ${time}`);
  return instant;
}

const inTheWindowOf = (day: string, clock: 'exchange' | 'always-open'): WorldFacts => ({
  now: at(`${day}T15:55:30-05:00`),
  prices: { X: '100' },
  settings: { clock },
  strategies: {
    a: {
      targets: { X: '10' },
      schedule: [{ at: { kind: 'clock', time: '15:55' }, action: 'rebalance', window: 240_000 }],
    },
  },
});

describe('A slot', () => {
  test.each(['exchange', 'always-open'] as const)(
    'AC-168: a slot on a holiday: nothing runs, also at a broker that is %s',
    async (clock) => {
      const home = await world(inTheWindowOf('2025-12-25', clock));
      const plan = await home.plan();
      expect(plan.slots).toEqual([]);
      expect(ordersIn(plan)).toEqual([]);
      await home.apply();
      expect(home.broker.submitted).toEqual([]);
      expect(home.journal.ledger().slots.size).toBe(0);
    },
  );

  test('AC-168: and the same slot on the day before another session runs', async () => {
    const home = await world(inTheWindowOf('2025-12-23', 'exchange'));
    await home.apply();
    expect(home.books()).toEqual({ a: { X: '10' } });
  });
});
