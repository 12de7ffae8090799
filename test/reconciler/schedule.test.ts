/** Scheduled executions under clocks, calendars and crashes: what runs, what runs late, what is told as missed. */
import { describe, expect, test } from 'vitest';
import { preload } from '../../src/actions/preload.ts';
import { nextSlot } from '../../src/domain/schedule.ts';
import { EXIT as EXIT_CODE, HgctlError } from '../../src/domain/errors.ts';
import type { Price } from '../../src/domain/decimal.ts';
import { formatLocal, type Instant } from '../../src/domain/instant.ts';
import { runFor } from '../support/control.ts';
import { fault } from '../support/faults.ts';
import { world, type StrategyFacts, type TestWorld, type WorldFacts } from '../support/world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (text: string): Instant => Date.parse(text) as Instant;

const EXIT = { at: { kind: 'open', offset: MINUTE }, action: 'exit', window: 5 * MINUTE } as const;
const ENTRY = { at: { kind: 'close', offset: -5 * MINUTE }, action: 'entry', window: 4 * MINUTE } as const;
const REBALANCE = { ...ENTRY, action: 'rebalance' } as const;

const NIGHT: StrategyFacts = { targets: { QQQ: '10' }, schedule: [EXIT, ENTRY] };

function exchange(changes: Partial<WorldFacts>): Promise<TestWorld> {
  return world({
    prices: { QQQ: '100', VTI: '50', SPY: '200' },
    settings: { clock: 'exchange', partialFills: 0 as never },
    strategies: { night: NIGHT },
    ...changes,
  });
}

/** Every order that the broker has taken: `buy QQQ 2025-12-02 15:55`. */
function sent({ broker }: TestWorld): string[] {
  return broker
    .state()
    .orders.map(
      ({ side, symbol, submittedAt }) => `${side} ${symbol} ${formatLocal(submittedAt).slice(0, 16)}`,
    );
}

function missed({ journal }: TestWorld): string[] {
  return [...journal.ledger().slots.values()].flatMap(({ slot, state }) =>
    state === 'missed' ? [slot] : [],
  );
}

const run = async (home: TestWorld, until: string): Promise<void> => {
  await runFor(home, (at(until) - home.clock.now()) / MINUTE);
};

describe('the days of a calendar', () => {
  test.each([
    [
      'over the weekend on which summer time begins',
      '2026-03-06T15:00:00-05:00',
      '2026-03-09T12:00:00-04:00',
      ['buy QQQ 2026-03-06 15:55', 'sell QQQ 2026-03-09 09:31'],
    ],
    [
      'over the weekend on which summer time ends',
      '2026-10-30T15:00:00-04:00',
      '2026-11-02T12:00:00-05:00',
      ['buy QQQ 2026-10-30 15:55', 'sell QQQ 2026-11-02 09:31'],
    ],
    [
      'over a holiday and a day that ends at 13:00',
      '2025-11-26T15:00:00-05:00',
      '2025-12-01T12:00:00-05:00',
      [
        'buy QQQ 2025-11-26 15:55',
        'sell QQQ 2025-11-28 09:31',
        'buy QQQ 2025-11-28 12:55',
        'sell QQQ 2025-12-01 09:31',
      ],
    ],
  ])('%s', async (_, from, until, orders) => {
    const home = await exchange({ now: at(from) });
    await run(home, until);
    expect(sent(home)).toEqual(orders);
    expect(missed(home)).toEqual([]);
  });

  test('an ad-hoc closure that both sides know: nothing that day, and nothing is missed', async () => {
    const calendar = { '2025-12-03': 'closed' } as const;
    const home = await exchange({
      now: at('2025-12-02T15:00:00-05:00'),
      calendar,
      settings: { clock: 'exchange', partialFills: 0 as never, calendar },
    });
    await run(home, '2025-12-04T12:00:00-05:00');
    expect(sent(home)).toEqual(['buy QQQ 2025-12-02 15:55', 'sell QQQ 2025-12-04 09:31']);
    expect(missed(home)).toEqual([]);
  });
});

describe('a controller that was away', () => {
  /** Accepted the day before, and flat; then nobody runs until `back`. */
  async function away(back: string, changes: Partial<WorldFacts> = {}): Promise<TestWorld> {
    const home = await exchange({ now: at('2025-12-01T11:00:00-05:00'), ...changes });
    await run(home, '2025-12-01T11:01:00-05:00');
    home.clock.advance(at(back) - home.clock.now());
    return home;
  }

  test('before a window: the slot runs at its time', async () => {
    const home = await away('2025-12-01T15:50:00-05:00');
    await run(home, '2025-12-01T16:10:00-05:00');
    expect(sent(home)).toEqual(['buy QQQ 2025-12-01 15:55']);
    expect(missed(home)).toEqual([]);
  });

  test('inside a window: the slot runs at once', async () => {
    const home = await away('2025-12-01T15:57:00-05:00');
    await run(home, '2025-12-01T16:10:00-05:00');
    expect(sent(home)).toEqual(['buy QQQ 2025-12-01 15:57']);
  });

  test('after a window: an entry is missed, told once, and not traded', async () => {
    const home = await away('2025-12-01T15:59:20-05:00');
    await run(home, '2025-12-02T15:00:00-05:00');
    expect(sent(home)).toEqual([]);
    expect(missed(home)).toEqual(['night/2025-12-01/entry/1555']);
    expect(home.log.filter((line) => line.includes('Missed'))).toEqual([
      '[!] [night] Missed: night/2025-12-01/entry/1555 (due 2025-12-01 15:55:00 EST): not traded',
    ]);
  });

  test('after a window: an exit runs late in its session, and says so', async () => {
    const home = await away('2025-12-02T14:00:00-05:00', {
      books: { night: { QQQ: '10' } },
      strategies: { night: { ...NIGHT, schedule: [EXIT] } },
    });
    const plan = await home.plan();
    expect(plan.slots).toMatchObject([{ slot: 'night/2025-12-02/exit/0931', late: true }]);
    await run(home, '2025-12-02T14:10:00-05:00');
    expect(sent(home)).toEqual(['sell QQQ 2025-12-02 14:00']);
    expect(home.log).toContain('[!] [night] night/2025-12-02/exit/0931 starts late');
    const started = home.journal.records.find(({ event }) => event.type === 'slot-started')?.event;
    expect(started).toMatchObject({ late: true });
  });

  test('for days: sessions of the last week are told, and an exit of another day is no reason to sell', async () => {
    const home = await away('2025-12-19T16:30:00-05:00', { books: { night: { QQQ: '10' } } });
    await run(home, '2025-12-19T16:40:00-05:00');
    expect(sent(home)).toEqual([]);
    const dates = new Set(missed(home).map((slot) => slot.split('/')[1]));
    expect([...dates]).toEqual(['2025-12-15', '2025-12-16', '2025-12-17', '2025-12-18', '2025-12-19']);
  });

  test('a laptop that slept for three hours over the exit', async () => {
    const home = await away('2025-12-02T09:00:00-05:00', { books: { night: { QQQ: '10' } } });
    let hasSlept = false;
    await runFor(home, 7 * 60, {
      wait: (until) => {
        const nap = hasSlept ? 0 : 3 * HOUR;
        hasSlept = true;
        home.clock.jump(nap);
        home.clock.advance(Math.max(0, until - home.clock.now()));
        return Promise.resolve();
      },
    });
    expect(sent(home)).toEqual(['sell QQQ 2025-12-02 12:00', 'buy QQQ 2025-12-02 15:55']);
  });
});

describe('what never was a slot is not missed', () => {
  test('on a first start', async () => {
    const home = await exchange({ now: at('2025-12-02T14:00:00-05:00'), books: { night: { QQQ: '10' } } });
    await run(home, '2025-12-02T14:20:00-05:00');
    expect(missed(home)).toEqual([]);
    expect(sent(home)).toEqual([]);
  });

  test.each<[string, StrategyFacts, StrategyFacts]>([
    ['when a schedule is changed', { ...NIGHT, schedule: [ENTRY] }, NIGHT],
    ['when a strategy is turned on', { ...NIGHT, enabled: false }, NIGHT],
    ['when a plan becomes a strategy', { ...NIGHT, lifecycle: 'planned' }, NIGHT],
  ])('%s', async (_, before, after) => {
    const home = await exchange({
      now: at('2025-12-01T11:00:00-05:00'),
      books: { night: { QQQ: '10' } },
      strategies: { night: before },
    });
    await run(home, '2025-12-01T11:01:00-05:00');
    home.clock.advance(27 * HOUR);
    const changed = home.with({ night: after });
    await run(changed, '2025-12-02T14:20:00-05:00');
    expect(sent(changed)).toEqual([]);
    expect(missed(changed).filter((slot) => slot.includes('2025-12-02'))).toEqual([]);
  });

  test('when a strategy was absent for a while', async () => {
    const home = await exchange({ now: at('2025-12-01T11:00:00-05:00') });
    await run(home, '2025-12-01T11:01:00-05:00');
    await run(home.with({ other: { targets: {} } }), '2025-12-02T11:00:00-05:00');
    await run(home.with({ night: NIGHT }), '2025-12-02T11:10:00-05:00');
    expect(missed(home)).toEqual([]);
  });
});

describe('a crash in the last minutes of a Friday', () => {
  test('sends none of its orders on Monday, books what was filled, and says what was not finished', async () => {
    const home = await exchange({
      now: at('2025-12-05T15:54:00-05:00'),
      strategies: { mp: { targets: { QQQ: '10', SPY: '5' }, schedule: [REBALANCE] } },
      execution: { maxInFlight: 1 },
    });
    // The process dies with the answer of its first order.
    const crashing = {
      ...home.ports,
      broker: {
        ...home.ports.broker,
        clock: () => home.ports.broker.clock(),
        account: () => home.ports.broker.account(),
        positions: () => home.ports.broker.positions(),
        openOrders: () => home.ports.broker.openOrders(),
        history: (since: Instant) => home.ports.broker.history(since),
        submit: async (request: Parameters<typeof home.ports.broker.submit>[0]) => {
          await home.ports.broker.submit(request);
          throw new TypeError('killed');
        },
      },
    };
    home.clock.advance(MINUTE);
    await expect(home.apply(crashing)).rejects.toThrow('killed');
    expect(sent(home)).toEqual(['buy QQQ 2025-12-05 15:55']);

    home.clock.advance(at('2025-12-08T09:00:00-05:00') - home.clock.now());
    await run(home, '2025-12-08T15:00:00-05:00');
    expect(sent(home)).toEqual(['buy QQQ 2025-12-05 15:55']);
    expect(home.books()).toEqual({ mp: { QQQ: '10' } });
    const slots = [...home.journal.ledger().slots.values()].map(({ slot, state }) => `${slot} ${state}`);
    expect(slots).toEqual(['mp/2025-12-05/rebalance/1555 partial']);
    expect(home.log.filter((line) => line.includes('Missed'))).toHaveLength(1);
  });
});

describe('two slots at one time', () => {
  test('run by priority, one after the other', async () => {
    const home = await exchange({
      now: at('2025-12-02T15:50:00-05:00'),
      strategies: {
        mp: { targets: { SPY: '5' }, schedule: [REBALANCE], priority: 20 },
        omr: { targets: { QQQ: '10' }, schedule: [ENTRY], priority: 10 },
      },
    });
    await run(home, '2025-12-02T16:10:00-05:00');
    expect(sent(home)).toEqual(['buy QQQ 2025-12-02 15:55', 'buy SPY 2025-12-02 15:55']);
    const locks = home.log.filter((line) => /\[(omr|mp)\] (Lock acquired|Releasing)/.test(line));
    expect(locks).toEqual([
      '[omr] Lock acquired',
      '[omr] Releasing execution lock',
      '[mp] Lock acquired',
      '[mp] Releasing execution lock',
    ]);
  });

  test('of one strategy: a late exit first, and the entry still in its window', async () => {
    const home = await exchange({ now: at('2025-12-01T11:00:00-05:00'), books: { night: { QQQ: '10' } } });
    await run(home, '2025-12-01T11:01:00-05:00');
    home.clock.advance(at('2025-12-02T15:56:00-05:00') - home.clock.now());
    await run(home, '2025-12-02T16:10:00-05:00');
    expect(sent(home)).toEqual(['sell QQQ 2025-12-02 15:56', 'buy QQQ 2025-12-02 15:56']);
  });

  test('of one strategy: an exit that cannot get on keeps no entry from its window', async () => {
    const home = await exchange({
      now: at('2025-12-02T09:00:00-05:00'),
      books: { night: { VTI: '3' } },
      strategies: { night: { ...NIGHT, universe: ['QQQ', 'VTI'] } },
      faults: [fault('submit', { kind: 'rate-limited', retryAfter: null }, { symbol: 'VTI', times: 999 })],
    });
    await run(home, '2025-12-02T16:10:00-05:00');
    expect(sent(home)).toContain('buy QQQ 2025-12-02 15:55');
  });
});

describe('a clock that is set', () => {
  test.each([
    ['back', -HOUR],
    ['forward', HOUR],
  ])('%s by an hour runs no slot twice', async (_, distance) => {
    const home = await exchange({
      now: at('2025-12-02T09:00:00-05:00'),
      books: { night: { QQQ: '10' } },
      strategies: { night: { ...NIGHT, schedule: [EXIT] } },
    });
    await run(home, '2025-12-02T09:40:00-05:00');
    home.clock.jump(distance);
    await run(home, '2025-12-02T13:00:00-05:00');
    expect(sent(home)).toEqual(['sell QQQ 2025-12-02 09:31']);
  });
});

describe('five minutes before an entry', () => {
  test('what has no price is told and recorded once; before an exit nobody asks', async () => {
    const home = await exchange({
      now: at('2025-12-02T09:00:00-05:00'),
      strategies: { night: { targets: { QQQ: '10', NEW: '1', ODD: '1' }, schedule: [EXIT, ENTRY] } },
    });
    await run(home, '2025-12-02T15:49:00-05:00');
    const told = (): string[] => home.log.filter((line) => line.includes('Data for'));
    expect(told()).toEqual([]);
    await run(home, '2025-12-02T15:58:00-05:00');
    expect(told()).toEqual(['[!] [night] Data for entry at 2025-12-02 15:55:00 EST: no price of NEW, ODD']);
    const events = home.journal.records.filter(({ event }) => event.type === 'data-missing');
    expect(events.map(({ event }) => event)).toMatchObject([{ missing: ['NEW', 'ODD'], stale: [] }]);
    expect(formatLocal(events[0]!.time)).toBe('2025-12-02 15:50:00');
  });

  test('a price from before the session before is too old', async () => {
    const home = await exchange({ now: at('2025-12-02T15:45:00-05:00') });
    const asOf = at('2025-11-28T13:00:00-05:00');
    const quotes = new Map([['QQQ', { price: 100_000_000 as Price, asOf }]]);
    const ports = { ...home.ports, market: { ...home.ports.market, quotes: () => Promise.resolve(quotes) } };
    await run({ ...home, ports }, '2025-12-02T15:52:00-05:00');
    expect(home.log).toContain(
      '[!] [night] Data for entry at 2025-12-02 15:55:00 EST: prices from before 2025-12-01 of QQQ',
    );
  });

  test('prices that cannot be read are told, and nothing else stops', async () => {
    const home = await exchange({ now: at('2025-12-02T15:50:00-05:00') });
    const quotes = (): Promise<never> =>
      Promise.reject(new HgctlError(EXIT_CODE.invalid, 'QQQ.csv:2: no price'));
    const ports = { ...home.ports, market: { ...home.ports.market, quotes } };
    const [strategy] = home.desired.strategies;
    const slot = nextSlot('night', strategy!.schedule, home.clock.now());
    await preload(ports, strategy!, slot!, undefined);
    expect(home.log).toContain('[!] [night] Data for entry at 2025-12-02 15:55:00 EST: QQQ.csv:2: no price');
  });
});

describe('a slot that overruns', () => {
  test('sends no entry behind its window, and says what it did not do', async () => {
    const home = await exchange({
      now: at('2025-12-02T15:50:00-05:00'),
      strategies: {
        mp: {
          targets: { QQQ: '10', SPY: '5' },
          schedule: [{ ...REBALANCE, window: 20_000 }],
        },
      },
      execution: { maxInFlight: 1 },
      faults: [
        // The first order is cancelled after 30 s, when the window has closed and the session has not.
        fault('submit', { kind: 'order', fills: null, fillAfter: 70_000, hiddenFor: 0 }, { symbol: 'QQQ' }),
      ],
    });
    await run(home, '2025-12-02T16:10:00-05:00');
    expect(sent(home).filter((order) => order.includes('SPY'))).toEqual([]);
    const [slot] = [...home.journal.ledger().slots.values()];
    expect(slot?.state).toBe('partial');
  });
});
