/** A strategy whose manifest is gone: no entry, its book kept, its scheduled exits go on. */
import { describe, expect, test } from 'vitest';
import { requestShutdown } from '../../src/actions/shutdown.ts';
import { holdsIn, ordersIn, world, type TestWorld } from '../support/world.ts';

const schedule = [
  { at: { kind: 'clock' as const, time: '09:31' }, action: 'exit' as const, window: 240_000 },
];
const omr = { targets: { TQQQ: '5' }, schedule };

/** Accepted at 9:00, with a position from the day before; the manifest is gone then. */
async function gone(): Promise<TestWorld> {
  const home = await world({
    now: Date.parse('2025-12-02T09:00:00-05:00') as never,
    prices: { TQQQ: '45' },
    strategies: { omr },
    books: { omr: { TQQQ: '50' } },
  });
  await home.apply();
  return home.with({});
}

describe('an undeclared strategy', () => {
  test('keeps its book between its slots', async () => {
    const home = await gone();
    expect(ordersIn(await home.plan())).toStrictEqual([]);
    expect(holdsIn(await home.plan())).toContain('omr/TQQQ: Undeclared');
  });

  test('exits at its time, once', async () => {
    const home = await gone();
    home.clock.advance(31 * 60_000 + 5_000);
    expect(ordersIn(await home.plan())).toStrictEqual(['sell 50 TQQQ (close)']);
    await home.apply();
    expect(home.books()).toStrictEqual({});
    expect([...home.journal.ledger().slots.values()]).toMatchObject([{ state: 'done' }]);
  });

  test('does not exit when somebody shut it down and kept its positions', async () => {
    const home = await gone();
    requestShutdown(home.ports, { strategy: 'omr', close: false, by: 'ann', command: 'disable' });
    await home.apply();
    home.clock.advance(31 * 60_000 + 5_000);
    expect(ordersIn(await home.plan())).toStrictEqual([]);
  });
});
