/** A strategy whose manifest is gone: no entry, its book kept, its scheduled exits go on. */
import { describe, expect, test } from 'vitest';
import { requestShutdown } from '../../src/actions/shutdown.ts';
import { passOf, runFor } from '../support/control.ts';
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

describe('a strategy that was turned off before its manifest was lost', () => {
  const off = { ...omr, enabled: false };
  const disabled = async (): Promise<TestWorld> => {
    const home = await world({
      now: Date.parse('2025-12-02T09:00:00-05:00') as never,
      prices: { TQQQ: '45' },
      strategies: { omr: off },
      books: { omr: { TQQQ: '50' } },
    });
    await home.apply();
    expect(home.journal.ledger().revision?.strategies).toMatchObject([{ follows: false }]);
    return home;
  };

  test('keeps its orphans: after a start with invalid manifests', async () => {
    const home = await disabled();
    home.clock.advance(31 * 60_000 + 5_000);
    const desired = { ...home.desired, strategies: [] };
    await runFor(home, 5, { declared: () => ({ pass: { ...passOf(home), desired }, problems: ['x'] }) });
    expect(home.books()).toStrictEqual({ omr: { TQQQ: '50' } });
  });

  test('keeps its orphans: after its file was removed', async () => {
    const home = (await disabled()).with({});
    await runFor(home, 60);
    expect(home.books()).toStrictEqual({ omr: { TQQQ: '50' } });
  });
});
