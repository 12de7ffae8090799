/** The control loop when the broker is fine again: nothing rests for longer than it has to, and no failure is forgotten. */
import { describe, expect, test } from 'vitest';
import { formatLocal, type Instant } from '../../src/domain/instant.ts';
import { fault } from '../support/faults.ts';
import { runFor } from '../support/control.ts';
import { world, type TestWorld, type WorldFacts } from '../support/world.ts';

type Entry = NonNullable<NonNullable<WorldFacts['strategies']>[string]['schedule']>[number];

const MINUTE = 60_000;
const TIMES = 999;
const AWAY = { kind: 'unavailable', reason: 'HTTP 503' } as const;
const BUSY = { kind: 'rate-limited', retryAfter: 120_000 } as const;
const at = (text: string): Instant => Date.parse(`2025-12-02T${text}-05:00`) as Instant;

/** So many minutes behind half past nine. */
function slot(minutes: number, action: 'entry' | 'exit', window: number): Entry {
  return { at: { kind: 'open', offset: minutes * MINUTE }, action, window: window * MINUTE };
}

function exchange(facts: Partial<WorldFacts>): Promise<TestWorld> {
  return world({
    now: at('09:59:59'),
    prices: { AAA: '10', BBB: '10' },
    settings: { clock: 'exchange' },
    ...facts,
  });
}

describe('an entry whose orders fail goes out in its window', () => {
  test.each([
    ['unavailable until three minutes before its end', AWAY, 5, '10:02:00'],
    ['too busy until four minutes before its end', BUSY, 10, '10:06:00'],
  ])('where the broker is %s', async (_, effect, window, until) => {
    const home = await exchange({
      strategies: { day: { targets: { AAA: '10' }, schedule: [slot(30, 'entry', window)] } },
      faults: [fault('submit', effect, { times: TIMES, until: at(until) })],
    });
    await runFor(home, window + 1);
    expect([...home.journal.ledger().slots.values()].map(({ state }) => state)).toEqual(['done']);
  });

  test('where its next try comes due while another pass is made', async () => {
    const home = await exchange({
      strategies: {
        day: { targets: { AAA: '10' }, schedule: [slot(30, 'entry', 5)] },
        // The end of its window wakes the loop.
        other: { targets: {}, universe: ['BBB'], schedule: [slot(27, 'entry', 4)] },
      },
      faults: [
        // At 0, 5, 15 and 35 s: the next try is due at 75 s.
        fault('submit', BUSY, { times: 4 }),
        // The look of 60 s takes 30.
        fault('positions', { ...BUSY, retryAfter: 30_000 }, { from: at('10:01:00') }),
      ],
    });
    await runFor(home, 6);
    expect(home.books()).toEqual({ day: { AAA: '10' } });
  });

  test('where it opens while a pass of others is made', async () => {
    const home = await exchange({
      now: at('09:56:44'),
      strategies: {
        lost: { targets: { AAA: '10' } },
        day: { targets: { BBB: '10' }, schedule: [slot(30, 'entry', 1)] },
      },
      faults: [fault('submit', AWAY, { symbol: 'AAA', times: TIMES })],
    });
    await runFor(home, 6);
    expect(home.books()).toEqual({ day: { BBB: '10' } });
  });
});

test('A slot that begins does not wait for what has failed before: its strategy has another one at that moment.', async () => {
  const home = await exchange({
    strategies: {
      day: { targets: { AAA: '10' }, schedule: [slot(30, 'entry', 5), slot(35, 'entry', 5)] },
    },
    // At 0, 5, 15, 35, 75 s, and then each minute: the next try would come at a quarter past.
    faults: [fault('submit', BUSY, { times: TIMES, until: at('10:04:50') })],
  });
  await runFor(home, 7);
  const [purchase] = home.broker.state().orders;
  expect(formatLocal(purchase?.submittedAt ?? (0 as Instant)).slice(11)).toBe('10:05:00');
});

test('A late exit is made within two minutes where the broker knows its orders again.', async () => {
  const home = await exchange({
    now: at('09:59:00'),
    books: { day: { AAA: '10' } },
    strategies: { day: { targets: { AAA: '10' }, schedule: [slot(30, 'exit', 5)] } },
    faults: [fault('openOrders', AWAY, { times: TIMES, until: at('10:06:00') })],
  });
  await runFor(home, 30);
  const [sale] = home.broker.state().orders;
  expect(formatLocal(sale?.submittedAt ?? (0 as Instant)).slice(11) <= '10:08:00').toBe(true);
});

describe('failures are not over', () => {
  const LOST = [fault('submit', AWAY, { symbol: 'AAA', times: TIMES })];

  test.each<[string, Partial<WorldFacts>]>([
    [
      'because another strategy woke the loop between two looks',
      {
        strategies: {
          bad: { targets: { AAA: '10' } },
          good: { targets: { BBB: '1' }, schedule: [slot(30, 'entry', 5)] },
        },
      },
    ],
    [
      'because the slot was missed',
      { strategies: { bad: { targets: { AAA: '10' }, schedule: [slot(30, 'entry', 4)] } } },
    ],
  ])('%s', async (_, facts) => {
    const { passes } = await runFor(await exchange({ faults: LOST, ...facts }), 20);
    const counts = passes.map(({ failures }) => failures.get('bad') ?? 0);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThanOrEqual(3);
  });

  test('of two strategies because they are looked after out of step', async () => {
    const home = await exchange({
      strategies: {
        one: { targets: { AAA: '10' }, schedule: [slot(30, 'entry', 4)] },
        two: { targets: { BBB: '10' }, schedule: [slot(31.5, 'entry', 4)] },
      },
      faults: [fault('submit', AWAY, { times: TIMES })],
    });
    const { passes } = await runFor(home, 40);
    for (const { failures } of passes.slice(-12))
      expect(Math.min(failures.get('one') ?? 0, failures.get('two') ?? 0)).toBeGreaterThanOrEqual(3);
  });
});
