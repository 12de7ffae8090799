/** The control loop: when it looks again, what it does about failures, and how it ends. */
import { describe, expect, test } from 'vitest';
import { fault } from '../support/faults.ts';
import type { DesiredStrategy } from '../../src/desired/desired-state.ts';
import { HgctlError } from '../../src/domain/errors.ts';
import { formatLocal, type Instant } from '../../src/domain/instant.ts';
import { control, RESYNC } from '../../src/reconciler/controller.ts';
import { JournalFailed } from '../../src/reconciler/ports.ts';
import { nextEdge } from '../../src/reconciler/wake-times.ts';
import { passOf, runFor } from '../support/control.ts';
import { world, type StrategyFacts, type TestWorld, type WorldFacts } from '../support/world.ts';

const MINUTE = 60_000;
const at = (text: string): Instant => Date.parse(text) as Instant;
const MORNING = at('2025-12-02T09:25:00-05:00');

const DAY: StrategyFacts = {
  targets: { QQQ: '10' },
  schedule: [
    { at: { kind: 'open', offset: MINUTE }, action: 'exit', window: 5 * MINUTE },
    { at: { kind: 'close', offset: -5 * MINUTE }, action: 'entry', window: 4 * MINUTE },
  ],
};

function scheduled(changes: Partial<WorldFacts> = {}): Promise<TestWorld> {
  return world({
    now: MORNING,
    prices: { QQQ: '100', VTI: '50' },
    settings: { clock: 'exchange' },
    strategies: { day: DAY },
    ...changes,
  });
}

describe('a day', () => {
  test('wakes at the edges of slots and sessions, and between them every five minutes', async () => {
    const { waits } = await runFor(await scheduled(), 20);
    expect(waits).toEqual(['09:30:00', '09:31:00', '09:36:00', '09:36:00', '09:41:00', '09:45:00']);
  });

  test('runs each slot once, and what was bought in the evening is sold in the morning', async () => {
    const home = await scheduled();
    await runFor(home, 3 * 24 * 60);
    const sent = home.broker
      .state()
      .orders.map(({ side, submittedAt }) => `${side} ${formatLocal(submittedAt)}`);
    expect(sent).toEqual(
      [
        'buy 2025-12-02 15:55:00',
        'sell 2025-12-03 09:31:00',
        'buy 2025-12-03 15:55:00',
        'sell 2025-12-04 09:31:00',
        'buy 2025-12-04 15:55:00',
        'sell 2025-12-05 09:31:00',
      ].slice(0, sent.length),
    );
    expect(sent.length).toBeGreaterThanOrEqual(5);
  });

  test('is over at `until`, with exit 0', async () => {
    const home = await scheduled();
    await runFor(home, 7);
    expect(formatLocal(home.clock.now())).toBe('2025-12-02 09:32:00');
  });
});

describe('shares that are missing at the broker', () => {
  const missing = (): Promise<TestWorld> =>
    world({
      prices: { AAA: '10', BBB: '10' },
      strategies: { gone: { targets: { AAA: '5' } }, good: { targets: { BBB: '5' } } },
      books: { gone: { AAA: '5' } },
      broker: { AAA: '2' },
    });

  test('hold no other strategy up, and are a break at the second look half a minute later', async () => {
    const home = await missing();
    const start = home.clock.now();
    const { waits } = await runFor(home, 4);
    expect(home.held()['BBB']).toBe('5');
    expect(home.broker.state().orders.every(({ submittedAt }) => submittedAt - start < 5_000)).toBe(true);
    expect([...home.journal.ledger().breaks.keys()]).toEqual(['AAA']);
    expect(waits[0]).toBe(formatLocal((start + 30_000) as Instant).slice(11));
    expect(home.log.filter((line) => line.includes('looking again in 30 s'))).toHaveLength(1);
  });

  test('that are back at the second look were never gone', async () => {
    const home = await missing();
    const positions = (): ReturnType<typeof home.broker.positions> =>
      home.clock.now() - start < 10_000 ? home.broker.positions() : back();
    const back = async (): ReturnType<typeof home.broker.positions> =>
      (await home.broker.positions()).map((row) =>
        row.symbol === 'AAA' ? { ...row, quantity: (5 * 1e9) as never, available: (5 * 1e9) as never } : row,
      );
    const start = home.clock.now();
    await runFor({ ...home, ports: { ...home.ports, broker: { ...home.broker, positions } } }, 4);
    expect(home.journal.ledger().breaks.size).toBe(0);
    expect(home.books()['gone']).toEqual({ AAA: '5' });
  });

  test('are not confirmed by a clock that was set forward', async () => {
    const home = await missing();
    let ahead = 0;
    const clock = { ...home.clock, now: () => (home.clock.now() + ahead) as Instant };
    let waited = 0;
    const shifted = { ...home, clock, ports: { ...home.ports, clock } };
    await runFor(shifted, 80 / 60, {
      clock,
      wait: () => {
        waited += 1;
        // The wall clock is set forward by a minute, and a second has passed.
        ahead += waited === 1 ? 59_000 : 0;
        home.clock.advance(1_000);
        return Promise.resolve();
      },
    });
    expect(waited).toBeGreaterThan(10);
    expect(home.journal.ledger().breaks.size).toBe(0);
  });
});

describe('a strategy whose orders fail', () => {
  const seen: number[] = [];
  const refusing = (): Promise<TestWorld> =>
    world({
      prices: { AAA: '10', BBB: '10' },
      strategies: { bad: { targets: { AAA: '5' }, priority: 1 }, good: { targets: { BBB: '5' } } },
      faults: [
        fault('submit', { kind: 'reject', code: 'Refused', message: 'no' }, { symbol: 'AAA', times: 99 }),
      ],
    });

  test('is tried again later and later, and does not keep the others', async () => {
    const home = await refusing();
    const { passes } = await runFor(home, 4);
    const tries = passes
      .flatMap(({ outcomes }) => outcomes)
      .filter(({ kind, action }) => kind === 'failed' && action.strategy === 'bad').length;
    expect(home.books()).toEqual({ good: { BBB: '5' } });
    // At 0, 5, 15, 35, 75 and 155 s.
    expect(tries).toBe(6);
    expect(passes.at(-1)?.failures).toEqual(new Map([['bad', 6]]));
  });

  test('has recovered once there is nothing that it wants', async () => {
    const home = await refusing();
    const quiet = home.with({ bad: { targets: {}, universe: ['AAA'], priority: 1 } });
    let edited = false;
    const { passes } = await runFor(home, 4, {
      declared: () => ({ pass: passOf(edited ? quiet : home), problems: [] }),
      passed: (pass) => {
        edited = pass.failures.get('bad') === 3;
        seen.push(pass.failures.get('bad') ?? 0);
      },
    });
    expect(passes).toEqual([]);
    expect(seen).toContain(3);
    expect(seen.at(-1)).toBe(0);
  });
});

describe('an order that is lost, and lost again', () => {
  const losing = (times: number): Promise<TestWorld> =>
    scheduled({
      now: at('2025-12-02T15:54:59-05:00'),
      strategies: { day: { ...DAY, targets: { QQQ: '10', VTI: '5' } } },
      faults: [fault('submit', { kind: 'unavailable', reason: 'HTTP 503' }, { symbol: 'VTI', times })],
    });

  test.each([2, 3, 4])('goes out in the window of its slot, where it is lost %i times', async (times) => {
    const home = await losing(times);
    await runFor(home, 4.5);
    expect(home.books()).toEqual({ day: { QQQ: '10', VTI: '5' } });
    expect(home.broker.submitted).toHaveLength(2);
    expect([...home.journal.ledger().slots.values()].map(({ state }) => state)).toEqual(['done']);
  });

  test.each([2, 3, 4])('is sold within minutes, where an exit is lost %i times', async (times) => {
    const home = await scheduled({
      now: at('2025-12-02T09:30:59-05:00'),
      books: { day: { QQQ: '10', VTI: '5' } },
      faults: [fault('submit', { kind: 'unavailable', reason: 'HTTP 503' }, { symbol: 'VTI', times })],
    });
    await runFor(home, 3);
    expect(home.books()).toEqual({});
  });

  test('is a failure of its strategy all the same, time after time', async () => {
    const { passes } = await runFor(await losing(99), 3);
    expect(passes.at(-1)?.failures.get('day')).toBeGreaterThanOrEqual(3);
  });
});

describe('orphans', () => {
  const WITH_ORPHANS: Partial<WorldFacts> = {
    strategies: { day: DAY, idle: { targets: {}, universe: ['VTI'], enabled: false } },
    books: { idle: { VTI: '3' } },
  };
  const ORPHANED = '[!] [idle] DISABLED with orphaned positions:';
  const saidBy = (home: TestWorld): number => home.log.filter((line) => line === ORPHANED).length;

  test('are told at the start and in each slot, and not by the looks between them', async () => {
    const before = await scheduled(WITH_ORPHANS);
    await runFor(before, 6);
    expect(saidBy(before)).toBe(1);

    const within = await scheduled(WITH_ORPHANS);
    await runFor(within, 7);
    expect(saidBy(within)).toBeGreaterThan(1);

    const between = await scheduled({ ...WITH_ORPHANS, now: at('2025-12-02T09:40:00-05:00') });
    const { waits } = await runFor(between, 6 * 60);
    expect(waits.length).toBeGreaterThan(60);
    expect(saidBy(between)).toBe(1);
  });

  test('are told when they come about', async () => {
    const home = await scheduled(WITH_ORPHANS);
    let looks = 0;
    await runFor(home, 5, {
      declared: () => {
        looks += 1;
        const pass = passOf(home);
        const isOn = { ...home.desired, strategies: home.desired.strategies.map(switchedOn) };
        return { pass: looks < 2 ? { ...pass, desired: isOn } : pass, problems: [] };
      },
      wait: () => {
        home.clock.advance(MINUTE);
        return Promise.resolve();
      },
    });
    expect(looks).toBeGreaterThan(3);
    expect(saidBy(home)).toBe(1);
  });
});

function switchedOn(strategy: DesiredStrategy): DesiredStrategy {
  return { ...strategy, toggle: { enabled: true, shutdownRequested: false } };
}

describe('what keeps a pass from being made', () => {
  test('is told once, tried again, and told when it is over', async () => {
    const home = await scheduled();
    let checks = 0;
    const { passes } = await runFor(home, 4, {
      checkData: () => {
        checks += 1;
        return checks > 3
          ? Promise.resolve()
          : Promise.reject(new HgctlError(8, 'the state file was changed'));
      },
    });
    const told = home.log.filter((line) => line.includes('[hgctl]'));
    expect(told).toEqual(['[-] [hgctl] the state file was changed', '[hgctl] The trouble is over']);
    expect(passes.map(({ trouble }) => trouble).slice(0, 4)).toEqual([
      'the state file was changed',
      'the state file was changed',
      'the state file was changed',
      null,
    ]);
  });

  test('ends the loop, with exit 5, where the journal of this process refuses everything from then on', async () => {
    const home = await scheduled();
    const { passes, code, waits } = await runFor(home, 60, {
      checkData: () => Promise.reject(new JournalFailed(5, 'the disk failed')),
    });
    expect(code).toBe(5);
    expect(passes).toEqual([expect.objectContaining({ trouble: 'the disk failed', exit: 5, plan: null })]);
    expect(waits).toEqual([]);
    expect(home.log).toContain('[-] [hgctl] the disk failed');
  });

  test('ends the loop where it is a defect: a supervisor starts it again', async () => {
    const home = await scheduled();
    const broken = { checkData: () => Promise.reject(new TypeError('x')) };
    await expect(runFor(home, 1, broken)).rejects.toThrow(TypeError);
  });
});

describe('manifests that are invalid', () => {
  test('leave the accepted ones in force, which still reduce and open nothing', async () => {
    const home = await world({
      prices: { AAA: '10', BBB: '10' },
      strategies: { core: { targets: { AAA: '2', BBB: '5' } } },
      books: { core: { AAA: '5' } },
    });
    await runFor(home, 1, { declared: () => ({ pass: passOf(home), problems: ['a.yaml:1:1 wrong'] }) });
    expect(home.books()).toEqual({ core: { AAA: '2' } });
  });
});

test('A request to stop ends it with the code of its signal, before another pass.', async () => {
  const home = await scheduled();
  const stop = { requested: () => true, signal: () => 'SIGTERM' as const };
  let passes = 0;
  const code = await control({
    clock: home.clock,
    stop,
    report: home.ports.report,
    random: () => 0,
    declared: () => ({ pass: passOf(home), problems: [] }),
    checkData: () => Promise.resolve(),
    wait: () => Promise.resolve(),
    show: () => undefined,
    closed: () => undefined,
    passed: () => void (passes += 1),
    until: null,
  });
  expect([code, passes]).toEqual([143, 0]);
});

describe('the next edge', () => {
  const strategies = [{ name: 'day', schedule: DAY.schedule ?? [] }];
  test.each([
    ['before the open', '2025-12-02T09:00:00-05:00', '2025-12-02 09:30:00'],
    ['at an edge, the one after it', '2025-12-02T09:30:00-05:00', '2025-12-02 09:31:00'],
    ['over a weekend', '2025-12-05T17:00:00-05:00', '2025-12-08 09:30:00'],
    ['on a day that ends at 13:00', '2025-11-28T10:00:00-05:00', '2025-11-28 12:50:00'],
    ['over the change of the clocks', '2026-03-06T17:00:00-05:00', '2026-03-09 09:30:00'],
  ])('%s', (_, now, edge) => {
    expect(formatLocal(nextEdge(strategies, at(now)))).toBe(edge);
  });

  test('is never further away than the next session', () => {
    expect(formatLocal(nextEdge([], at('2025-12-24T17:00:00-05:00')))).toBe('2025-12-26 09:30:00');
    expect(RESYNC).toBe(5 * MINUTE);
  });
});
