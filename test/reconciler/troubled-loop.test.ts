/** The control loop in trouble: what goes wrong for a while costs no exit, and what is mended acts at once. */
import { describe, expect, test } from 'vitest';
import { LockLost } from '../../src/actions/execution.ts';
import { commitDecision } from '../../src/actions/operator.ts';
import { HgctlError } from '../../src/domain/errors.ts';
import { formatLocal, type Instant } from '../../src/domain/instant.ts';
import { passOf, runFor } from '../support/control.ts';
import { fault } from '../support/faults.ts';
import { world, type StrategyFacts, type TestWorld, type WorldFacts } from '../support/world.ts';

const MINUTE = 60_000;
const at = (text: string): Instant => Date.parse(text) as Instant;

const exit = (offset: number, window: number): StrategyFacts => ({
  targets: { QQQ: '10' },
  schedule: [{ at: { kind: 'close', offset }, action: 'exit', window }],
});

/** Its manifests are accepted. */
async function holding(changes: Partial<WorldFacts> = {}): Promise<TestWorld> {
  const home = await world({
    now: at('2025-12-02T15:00:00-05:00'),
    prices: { QQQ: '100', VTI: '50' },
    settings: { clock: 'exchange' },
    strategies: { day: exit(-5 * MINUTE, MINUTE) },
    books: { day: { QQQ: '10' } },
    ...changes,
  });
  await home.apply();
  return home;
}

/** `sell QQQ 15:55`. */
function sent({ broker }: TestWorld): string[] {
  return broker
    .state()
    .orders.map(
      ({ side, symbol, submittedAt }) => `${side} ${symbol} ${formatLocal(submittedAt).slice(11, 16)}`,
    );
}

describe('passes that cannot be made', () => {
  test.each([
    ['until just before a slot', '2025-12-02T15:54:00-05:00', 'sell QQQ 15:55'],
    ['until its window has passed', '2025-12-02T15:56:30-05:00', 'sell QQQ 15:56'],
    ['until a minute before the last order', '2025-12-02T15:58:30-05:00', 'sell QQQ 15:58'],
  ])('%s: what is due is done as soon as one can', async (_, over, sale) => {
    const home = await holding();
    await runFor(home, 60, {
      checkData: () =>
        home.clock.now() < at(over)
          ? Promise.reject(new HgctlError(11, 'the broker does not answer'))
          : Promise.resolve(),
    });
    expect(sent(home)).toEqual([sale]);
  });

  test('because somebody took the lock: the next one goes on', async () => {
    const home = await holding();
    let checks = 0;
    const { passes } = await runFor(home, 60, {
      checkData: () => {
        checks += 1;
        return checks === 2 ? Promise.reject(new LockLost('gone')) : Promise.resolve();
      },
    });
    expect(passes[1]).toMatchObject({ trouble: 'gone', exit: 7 });
    expect(sent(home)).toEqual(['sell QQQ 15:55']);
  });
});

test('An edit ends the pause after failures that other manifests have led to.', async () => {
  const home = await world({
    prices: { AAA: '10', BBB: '10' },
    strategies: { core: { targets: { AAA: '5' }, universe: ['AAA', 'BBB'] } },
    faults: [
      fault('submit', { kind: 'reject', code: 'Refused', message: 'no' }, { symbol: 'AAA', times: 99 }),
    ],
  });
  const edited = home.with({ core: { targets: { BBB: '5' }, universe: ['AAA', 'BBB'] } });
  let isEdited = false;
  let editedAt = home.clock.now();
  await runFor(home, 10, {
    declared: () => ({ pass: passOf(isEdited ? edited : home), problems: [] }),
    passed: ({ failures }) => {
      if (isEdited || failures.get('core') !== 6) return;
      isEdited = true;
      editedAt = home.clock.now();
    },
    // As where the folder is watched.
    wait: (until) => {
      home.clock.advance(isEdited && home.clock.now() === editedAt ? 1 : until - home.clock.now());
      return Promise.resolve();
    },
  });
  const [order] = home.broker.state().orders;
  expect(order?.symbol).toBe('BBB');
  expect((order?.submittedAt ?? 0) - editedAt).toBeLessThan(1_000);
});

test('An edit of another entry of the schedule takes back no exit that is late.', async () => {
  const home = await holding();
  const { targets, schedule = [] } = exit(-5 * MINUTE, MINUTE);
  const entry = { at: { kind: 'open', offset: 5 * MINUTE }, action: 'entry', window: MINUTE } as const;
  const edited = home.with({ day: { ...(targets && { targets }), schedule: [...schedule, entry] } });
  const up = at('2025-12-02T15:57:00-05:00');
  await runFor(home, 60, {
    declared: () => ({ pass: passOf(home.clock.now() < up ? home : edited), problems: [] }),
    checkData: () => (home.clock.now() < up ? Promise.reject(new HgctlError(11, 'down')) : Promise.resolve()),
  });
  expect(sent(home)).toEqual(['sell QQQ 15:57']);
});

test('A strategy that has lost its manifest exits at its time, however short that is before the close.', async () => {
  const home = await holding({ strategies: { day: exit(-MINUTE, 20_000) } });
  home.clock.advance(58_000);
  await runFor(home.with({}), 62);
  expect(sent(home)).toEqual(['sell QQQ 15:59']);
});

describe('the close of a session', () => {
  const closedOf = async (home: TestWorld): Promise<string[]> => {
    const closed: string[] = [];
    await runFor(home, 65, { closed: (date) => void closed.push(date) });
    return closed;
  };

  test('is told when an execution has marked it, because a slot was missed', async () => {
    const home = await holding();
    commitDecision(home.ports, () => ({ type: 'halted', mode: 'hold', reason: 'storm', by: 'ann' }));
    expect(await closedOf(home)).toEqual(['2025-12-02']);
    expect([...home.journal.ledger().slots.values()]).toMatchObject([{ state: 'missed' }]);
  });

  test('is told by the next controller where the one that marked it was killed', async () => {
    const home = await holding();
    await closedOf(home);
    expect(await closedOf(home)).toEqual(['2025-12-02']);
  });
});

test('an exit whose orders do not fill is tried again every minute or two, all day', async () => {
  const never = { kind: 'order', fills: 0 as never, fillAfter: 0, hiddenFor: 0 } as const;
  const home = await holding({
    now: at('2025-12-02T09:30:00-05:00'),
    strategies: {
      day: {
        targets: { QQQ: '10' },
        schedule: [{ at: { kind: 'open', offset: MINUTE }, action: 'exit', window: MINUTE }],
      },
    },
    faults: [fault('submit', never, { times: 15 })],
  });
  await runFor(home, 60);
  const times = home.broker.state().orders.map(({ submittedAt }) => submittedAt);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(times).toHaveLength(16);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(2.5 * MINUTE);
  expect(home.books()).toEqual({});
});

test('An order of which nobody knows the end is looked for later and later, whatever wakes the loop meanwhile.', async () => {
  const home = await world({
    prices: { AAA: '10', BBB: '10' },
    strategies: { core: { targets: { AAA: '5', BBB: '5' } } },
    faults: [fault('submit', { kind: 'unavailable', reason: 'time-out' }, { symbol: 'AAA', times: 99 })],
  });
  await runFor(home, 10, {
    // As where each record of the pass itself is news.
    wait: () => {
      home.clock.advance(100);
      return Promise.resolve();
    },
  });
  expect(home.held()).toEqual({ BBB: '5' });
  const looks = home.log.filter((line) => line.includes('Resolving order'));
  expect(looks.length).toBeGreaterThan(5);
  // After 5, 10, 20 and 40 s, then each minute; and each look takes 8 s.
  expect(looks.length).toBeLessThan(15);
});
