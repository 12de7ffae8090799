/** The order protocol under doubt: looks, pauses, budgets, and what must have been seen before an order counts as never created. */
import { describe, expect, test } from 'vitest';
import { resolveSymbol } from '../../src/actions/resolve-symbol.ts';
import type { Price, Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { fault } from '../support/faults.ts';
import { outcomesIn } from '../support/outcomes.ts';
import { world, type TestWorld } from '../support/world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const shares = (count: number) => (count * 1e9) as Quantity;
const DOWN = { kind: 'unavailable', reason: 'HTTP 503' } as const;
const buying = { prices: { KO: '50' }, strategies: { mp: { targets: { KO: '10' } } } };

/** The lock's time runs while its record is written. */
function slowStateFile(home: TestWorld, milliseconds: number): Ports['stateFile'] {
  let isFirst = true;
  return {
    write: ({ lock }) => {
      if (isFirst && lock?.holder === 'mp') {
        isFirst = false;
        home.clock.advance(milliseconds);
      }
    },
    schedule: () => undefined,
  };
}

describe('the time of a lock', () => {
  test('runs from before its record: a holder that is stopped while it is written sends nothing too late', async () => {
    const home = await world(buying);
    const result = await home.apply({ stateFile: slowStateFile(home, 230 * SECOND) });
    expect(outcomesIn(result)).toEqual(['open/mp/KO: not-started ExecutionTimeout']);
    expect(home.broker.submitted).toEqual([]);
  });

  test('is not stretched by a stop before the request either: nothing goes out after the take-over', async () => {
    const home = await world(buying);
    const commit: Ports['journal']['commit'] = (event) => {
      const committed = home.journal.commit(event);
      if (event.type === 'intent') home.clock.advance(241 * SECOND - home.clock.monotonic());
      return committed;
    };
    await home.apply({
      journal: { ...home.journal, commit },
      stateFile: slowStateFile(home, 165 * SECOND),
    });
    expect(home.broker.submitted).toEqual([]);
  });

  test('bounds housekeeping: sixty orders that nobody has seen are looked up together', async () => {
    const symbols = Array.from(
      { length: 60 },
      (_, index) => `S${String.fromCharCode(65 + index / 26, 65 + (index % 26))}`,
    );
    const each = (value: string): Record<string, string> =>
      Object.fromEntries(symbols.map((symbol) => [symbol, value]));
    const home = await world({
      prices: each('5'),
      strategies: { mp: { targets: each('1') } },
      faults: [fault('submit', { kind: 'answer-lost', hiddenFor: 3 * 60 * MINUTE }, { times: 999 })],
    });
    for (let pass = 0; pass < 4; pass += 1) await home.apply();
    expect(home.journal.ledger().openOrders.size).toBeGreaterThan(40);
    const before = home.clock.monotonic();
    await home.apply();
    expect(home.clock.monotonic() - before).toBeLessThan(235 * SECOND);
  });
});

describe('an order whose answer is lost', () => {
  test('is sent again only when both looks said that the broker does not know it', async () => {
    const home = await world({
      ...buying,
      faults: [fault('submit', DOWN), fault('orderByClientId', DOWN, { times: 3 })],
    });
    const result = await home.apply();
    expect(outcomesIn(result)).toEqual(['open/mp/KO: in-doubt BrokerUnavailable']);
    expect(home.broker.submitted).toEqual([]);
  });

  test('ends the run when the broker cannot be asked: the others are not sent into the outage', async () => {
    const home = await world({
      prices: { AAA: '5', BBB: '5', CCC: '5' },
      strategies: { mp: { targets: { AAA: '1', BBB: '1', CCC: '1' } } },
      faults: [fault('submit', DOWN, { times: 99 }), fault('orderByClientId', DOWN, { times: 99 })],
    });
    expect(outcomesIn(await home.apply()).sort()).toEqual([
      'open/mp/AAA: in-doubt BrokerUnavailable',
      'open/mp/BBB: not-started BrokerUnavailable',
      'open/mp/CCC: not-started BrokerUnavailable',
    ]);
    expect(home.journal.ledger().openOrders.size).toBe(1);
  });
});

describe('an order that the broker does not know', () => {
  /** Sent fifteen seconds before midnight to a broker that shows it only after `hiddenFor`. */
  const hidden = (hiddenFor: number, settings = {}): Promise<TestWorld> =>
    world({
      ...buying,
      now: Date.parse('2025-12-02T23:59:45-05:00') as Instant,
      settings,
      faults: [fault('submit', { kind: 'answer-lost', hiddenFor })],
    });

  test('is not taken for never created just because its day has ended: no second order beside it', async () => {
    const home = await hidden(13 * MINUTE, { fillDelay: 15 * MINUTE });
    await home.apply();
    for (const pause of [30 * SECOND, SECOND, 10 * MINUTE, 10 * MINUTE, 10 * MINUTE]) {
      home.clock.advance(pause);
      await home.apply();
    }
    expect(new Set(home.broker.submitted).size).toBe(1);
    expect(home.books()).toEqual({ mp: { KO: '10' } });
  });

  test('stays in doubt while the history shows a trade that may be it', async () => {
    const home = await hidden(30 * 60 * MINUTE);
    await home.apply();
    home.clock.advance(20 * 60 * MINUTE);
    const result = await home.apply();
    expect(outcomesIn(result)).toEqual([expect.stringMatching(/^resolve-order.*: in-doubt OrderNotSeen$/)]);
    expect(JSON.stringify(result)).toContain('that may be it');
    home.clock.advance(20 * 60 * MINUTE);
    await home.apply();
    expect(home.books()).toEqual({ mp: { KO: '10' } });
    expect(new Set(home.broker.submitted).size).toBe(1);
  });

  test('stays in doubt while the history is not available', async () => {
    const home = await world({
      ...buying,
      faults: [fault('submit', DOWN, { times: 9 }), fault('history', DOWN, { times: 99 })],
    });
    await home.apply();
    home.clock.advance(24 * 60 * MINUTE);
    expect(outcomesIn(await home.apply())).toEqual([
      expect.stringMatching(/^resolve-order.*: in-doubt OrderNotSeen$/),
    ]);
  });

  test('was never created once its session is over and the complete history lacks it', async () => {
    const home = await world({ ...buying, faults: [fault('submit', DOWN, { times: 2 })] });
    await home.apply();
    home.clock.advance(24 * 60 * MINUTE);
    await home.apply();
    await home.apply();
    expect(home.books()).toEqual({ mp: { KO: '10' } });
  });

  test('is in doubt for good once the broker had taken it', async () => {
    const home = await world({
      ...buying,
      settings: { fillDelay: 10 * 60 * MINUTE },
      faults: [fault('cancel', { kind: 'stuck' }, { times: 9 })],
    });
    await home.apply();
    home.clock.advance(24 * 60 * MINUTE);
    const broker = {
      ...home.broker,
      openOrders: () => Promise.resolve([]),
      orderByClientId: () => Promise.resolve(null),
      history: () => Promise.resolve([]),
      positions: () => Promise.resolve([]),
    };
    expect(JSON.stringify(await home.apply({ broker }))).toContain('does not know it any more');
    expect(home.journal.ledger().openOrders.size).toBe(1);
  });
});

describe('a pause that the broker asks for', () => {
  const limited = (retryAfter: number) => ({ kind: 'rate-limited', retryAfter }) as const;

  test('is not waited for when it is longer than a minute, and keeps no lock', async () => {
    const home = await world({ ...buying, faults: [fault('submit', limited(60 * MINUTE))] });
    expect(outcomesIn(await home.apply())).toEqual(['open/mp/KO: failed RateLimited']);
    expect(home.clock.monotonic()).toBeLessThan(MINUTE);
  });

  test.each([
    [
      'somebody bought the symbol by hand',
      (home: TestWorld) => {
        home.broker.tradeOutside({ symbol: 'KO', side: 'buy', quantity: shares(7), price: undefined });
      },
    ],
    [
      'its money was spent',
      (home: TestWorld) => {
        home.broker.tradeOutside({
          symbol: 'VTI',
          side: 'buy',
          quantity: shares(999),
          price: undefined,
        });
      },
    ],
  ])(
    'of more than the age of a snapshot: the order is judged on new facts, when %s',
    async (_, meanwhile) => {
      const home = await world({
        ...buying,
        prices: { KO: '50', VTI: '100' },
        faults: [fault('submit', limited(60 * SECOND))],
      });
      let isDone = false;
      const sleep = async (milliseconds: number): Promise<void> => {
        await home.clock.sleep(milliseconds);
        if (isDone || home.clock.monotonic() < 50 * SECOND) return;
        isDone = true;
        meanwhile(home);
      };
      const result = await home.apply({ clock: { ...home.clock, sleep } });
      expect(outcomesIn(result)).toEqual(['open/mp/KO: failed RateLimited']);
      expect(home.broker.submitted).toEqual([]);
    },
  );

  test('leaves no doubt behind when the process dies in it', async () => {
    const home = await world({ ...buying, faults: [fault('submit', limited(20 * SECOND))] });
    class Killed extends Error {}
    const sleep = (): Promise<void> => Promise.reject(new Killed());
    await expect(home.apply({ clock: { ...home.clock, sleep } })).rejects.toThrow(Killed);
    const gone = { processes: { ...home.ports.processes, lookUp: () => 'gone' as const } };
    await home.apply(gone);
    await home.apply();
    expect(home.books()).toEqual({ mp: { KO: '10' } });
    expect(home.journal.ledger().openOrders.size).toBe(0);
  });

  test('leaves the order in doubt when the process dies behind the second request', async () => {
    const home = await world({ ...buying, faults: [fault('submit', limited(20 * SECOND))] });
    class Killed extends Error {}
    const submit: Ports['broker']['submit'] = async (request) => {
      const answer = await home.ports.broker.submit(request);
      if (answer.kind === 'created') throw new Killed();
      return answer;
    };
    const broker = {
      ...home.broker,
      submit,
      orderByClientId: () => Promise.resolve(null),
      openOrders: () => Promise.resolve([]),
    };
    await expect(home.apply({ broker })).rejects.toThrow(Killed);
    const gone = { ...home.ports.processes, lookUp: () => 'gone' as const };
    await home.apply({ broker, processes: gone });
    expect([...home.journal.ledger().openOrders.values()]).toMatchObject([{ status: 'unknown' }]);
  });

  test('ends when the command is asked to stop', async () => {
    const home = await world({ ...buying, faults: [fault('submit', limited(50 * SECOND))] });
    const stop = {
      requested: () => home.clock.monotonic() >= 5 * SECOND,
      signal: () => 'SIGTERM' as const,
    };
    await home.apply({ stop });
    expect(home.clock.monotonic()).toBeLessThan(10 * SECOND);
    expect(home.broker.submitted).toEqual([]);
    expect(home.journal.ledger().lock).toBeNull();
  });

  test('of a slot that exits is no final answer: the slot goes on', async () => {
    const home = await world({
      now: Date.parse('2025-12-02T15:55:10-05:00') as Instant,
      prices: { KO: '50' },
      books: { mp: { KO: '50' } },
      strategies: {
        mp: {
          universe: ['KO'],
          schedule: [{ at: { kind: 'clock', time: '15:55' }, action: 'exit', window: 240_000 }],
        },
      },
      faults: [fault('submit', limited(SECOND), { times: 2 })],
    });
    await home.apply();
    expect(home.books()).toEqual({ mp: { KO: '50' } });
    await home.apply();
    expect(home.books()).toEqual({});
  });

  test('on a question during an execution does not outlast its lock', async () => {
    const home = await world({
      ...buying,
      settings: { fillDelay: 5 * SECOND },
      faults: [fault('openOrders', limited(60 * MINUTE), { after: 3, times: 2 })],
    });
    await home.apply();
    expect(home.clock.monotonic()).toBeLessThan(235 * SECOND);
    expect(home.books()).toEqual({ mp: { KO: '10' } });
  });
});

test('A cancel whose answer is lost is asked for again, and not at every poll', async () => {
  const asked: number[] = [];
  const home = await world({ ...buying, settings: { fillDelay: 60 * MINUTE } });
  const cancel: Ports['broker']['cancel'] = (id) => {
    asked.push(home.clock.monotonic());
    return asked.length < 3
      ? Promise.resolve({ kind: 'unknown', reason: 'HTTP 429' })
      : home.broker.cancel(id);
  };
  await home.apply({ broker: { ...home.broker, cancel } });
  const [first = 0, second = 0, third = 0] = asked;
  expect(Math.min(second - first, third - second)).toBeGreaterThanOrEqual(5 * SECOND);
  expect(home.journal.ledger().openOrders.size).toBe(0);
});

test('A stop while the quote is awaited comes before the order', async () => {
  const home = await world(buying);
  let isStopped = false;
  const quotes: Ports['market']['quotes'] = (symbols, now) => {
    isStopped = home.journal.ledger().lock !== null && symbols.length === 1 && looks > 1;
    looks += 1;
    return home.ports.market.quotes(symbols, now);
  };
  let looks = 0;
  await home.apply({
    market: { ...home.ports.market, quotes },
    stop: { requested: () => isStopped, signal: () => (isStopped ? 'SIGINT' : null) },
  });
  expect(isStopped).toBe(true);
  expect(home.broker.submitted).toEqual([]);
});

test('A resolve that an order of an execution overtakes is decided again, and ends no live order', async () => {
  const home = await world({
    prices: { KO: '50' },
    books: { mp: { KO: '50' } },
    settings: { fillDelay: MINUTE },
    strategies: { mp: { targets: { KO: '50' } } },
  });
  home.broker.tradeOutside({ symbol: 'KO', side: 'sell', quantity: shares(10), price: undefined });
  await home.apply();
  const lower = home.with({ mp: { targets: { KO: '20' } } });
  const applied: Promise<unknown>[] = [];
  const history: Ports['broker']['history'] = async (since) => {
    const fills = await home.broker.history(since);
    if (applied.length === 0) applied.push(lower.apply());
    while (home.journal.ledger().openOrders.size === 0) await Promise.resolve();
    return fills;
  };
  const resolution = { symbol: 'KO', as: 'books', strategy: null, price: null, reason: 'x' } as const;
  await expect(
    resolveSymbol({ ...home.ports, broker: { ...home.broker, history } }, home.desired, resolution),
  ).rejects.toThrow('changed meanwhile');
  await Promise.all(applied);
});

describe('just before the request', () => {
  /** The clocks as they are once the intent is recorded. */
  async function afterIntent(change: (home: TestWorld) => Partial<Ports['clock']>): Promise<TestWorld> {
    const home = await world(buying);
    let isIntended = false;
    const commit: Ports['journal']['commit'] = (event) => {
      isIntended ||= event.type === 'intent';
      return home.journal.commit(event);
    };
    const changed = change(home);
    const clock: Ports['clock'] = {
      ...home.clock,
      now: () => (isIntended ? (changed.now ?? home.clock.now)() : home.clock.now()),
      monotonic: () => (isIntended ? (changed.monotonic ?? home.clock.monotonic)() : home.clock.monotonic()),
    };
    await home.apply({ clock, journal: { ...home.journal, commit } });
    return home;
  }

  test('a machine that slept since its lock sends nothing: wall and monotonic time disagree', async () => {
    const slept = await afterIntent((home) => ({ now: () => (home.clock.now() + 3 * SECOND) as Instant }));
    expect(slept.broker.submitted).toEqual([]);
    const awake = await afterIntent((home) => ({ now: () => (home.clock.now() + SECOND) as Instant }));
    expect(awake.broker.submitted).toHaveLength(1);
  });

  test('a holder whose time to submit is over sends nothing', async () => {
    const late = await afterIntent((home) => ({
      now: () => (home.clock.now() + 175 * SECOND) as Instant,
      monotonic: () => home.clock.monotonic() + 175 * SECOND,
    }));
    expect(late.broker.submitted).toEqual([]);
    expect(late.journal.ledger().openOrders.size).toBe(0);
  });

  test('nothing goes out behind the last moment of the session', async () => {
    const home = await world({ ...buying, settings: { clock: 'exchange' } });
    const close = Date.parse('2025-12-02T16:00:00-05:00');
    let isIntended = false;
    const commit: Ports['journal']['commit'] = (event) => {
      if (event.type === 'intent') {
        isIntended = true;
        home.clock.advance(0);
      }
      return home.journal.commit(event);
    };
    const start = home.clock.monotonic();
    const now = (): Instant => (isIntended ? ((close - 20 * SECOND) as Instant) : home.clock.now());
    const monotonic = (): number => (isIntended ? start + (close - 20 * SECOND - home.clock.now()) : start);
    const clock = { ...home.clock, now, monotonic };
    await home.apply({ clock, journal: { ...home.journal, commit } });
    expect(home.broker.submitted).toEqual([]);
  });
});

describe('before an order is dispatched', () => {
  const wait = (milliseconds: number) =>
    ({ kind: 'order', fills: null, fillAfter: milliseconds, hiddenFor: 0 }) as const;

  test('facts older than the age of a snapshot are read again', async () => {
    const home = await world({
      prices: { AAA: '5', BBB: '5' },
      strategies: { mp: { targets: { AAA: '10', BBB: '10' }, priorities: { AAA: 2, BBB: 1 } } },
      execution: { maxInFlight: 1, fillTimeout: 2 * MINUTE },
      faults: [fault('submit', wait(50 * SECOND), { symbol: 'AAA' })],
    });
    let isBought = false;
    const sleep = async (milliseconds: number): Promise<void> => {
      await home.clock.sleep(milliseconds);
      if (isBought || home.clock.monotonic() < 40 * SECOND) return;
      isBought = true;
      home.broker.tradeOutside({ symbol: 'BBB', side: 'buy', quantity: shares(7), price: undefined });
    };
    const result = await home.apply({ clock: { ...home.clock, sleep } });
    expect(outcomesIn(result)).toEqual(['open/mp/AAA: done', 'open/mp/BBB: skipped UnmanagedShares']);
  });

  test('the session must not be near its end', async () => {
    const home = await world({
      prices: { AAA: '5', BBB: '5' },
      now: Date.parse('2025-12-02T15:58:50-05:00') as Instant,
      settings: { clock: 'exchange' },
      strategies: { mp: { targets: { AAA: '10', BBB: '10' }, priorities: { AAA: 2, BBB: 1 } } },
      // By the plan both fit before the close.
      execution: { maxInFlight: 1, fillTimeout: 10 * SECOND, snapshotAge: 5 * MINUTE },
    });
    const quotes: typeof home.ports.market.quotes = (symbols, now) => {
      if (symbols.join() === 'BBB') home.clock.advance(45 * SECOND);
      return home.ports.market.quotes(symbols, now);
    };
    expect(outcomesIn(await home.apply({ market: { ...home.ports.market, quotes } }))).toEqual([
      'open/mp/AAA: done',
      'open/mp/BBB: skipped MarketClosed',
    ]);
  });

  test('a repeat after a lost request checks the time again', async () => {
    const home = await world({
      ...buying,
      now: Date.parse('2025-12-02T15:59:25-05:00') as Instant,
      settings: { clock: 'exchange' },
      faults: [fault('submit', DOWN)],
    });
    expect(outcomesIn(await home.apply())).toEqual(['open/mp/KO: in-doubt OrderInDoubt']);
    expect(home.broker.submitted).toEqual([]);
  });

  test('a repeat after a lost request checks the price again', async () => {
    const home = await world({ ...buying, faults: [fault('submit', DOWN)] });
    const quotes: Ports['market']['quotes'] = async (symbols, now) => {
      const asked = await home.ports.market.quotes(symbols, now);
      if (home.clock.monotonic() < 5 * SECOND) return asked;
      return new Map(
        [...asked].map(([symbol, quote]) => [symbol, { ...quote, price: (quote.price * 2) as Price }]),
      );
    };
    expect(outcomesIn(await home.apply({ market: { ...home.ports.market, quotes } }))).toEqual([
      'open/mp/KO: in-doubt OrderInDoubt',
    ]);
    expect(home.broker.submitted).toEqual([]);
  });
});

test('A stop cancels what is at work, and the lock is given back', async () => {
  const home = await world({ ...buying, settings: { fillDelay: 60 * MINUTE } });
  const stop = {
    requested: () => home.clock.monotonic() >= 5 * SECOND,
    signal: () => 'SIGTERM' as const,
  };
  await home.apply({ stop });
  expect(home.clock.monotonic()).toBeLessThan(15 * SECOND);
  expect(home.broker.state().orders.map(({ status }) => status)).toEqual(['canceled']);
  expect(home.journal.ledger().lock).toBeNull();
});

test('Entries wait for the end of every reduction, also where it cannot be had', async () => {
  const home = await world({
    prices: { KO: '50', VTI: '100' },
    books: { mp: { KO: '50' } },
    strategies: { mp: { targets: { KO: '20' } }, core: { targets: { VTI: '5' } } },
    settings: { fillDelay: 60 * MINUTE },
    faults: [fault('cancel', { kind: 'stuck' }, { times: 99 })],
  });
  const result = await home.apply();
  expect(outcomesIn(result)).toEqual([
    'reduce/mp/KO: in-doubt HandedOver',
    'open/core/VTI: not-started PendingOrder',
  ]);
});

test('An execution that a shutdown ends before its first order is stamped all the same', async () => {
  const home = await world(buying);
  await home.apply({ shutdownRequested: () => true });
  expect(home.broker.submitted).toEqual([]);
  expect(home.journal.ledger().lastExecution.get('mp')).toBe(home.clock.now());
});

describe('a drain that closes', () => {
  const draining = async (maxInFlight: number): Promise<TestWorld> => {
    const home = await world({
      prices: { KO: '50', VTI: '100' },
      books: { mp: { KO: '5', VTI: '5' } },
      settings: { fillDelay: MINUTE },
      strategies: { mp: { targets: { KO: '5', VTI: '5' } } },
      execution: { maxInFlight, fillTimeout: 3 * MINUTE },
    });
    home.journal.commit({ type: 'drain-requested', strategy: 'mp', close: true, by: 'ada' });
    return home;
  };

  test('is not completed by a command that was stopped: the next one goes on', async () => {
    const home = await draining(4);
    let isStopped = false;
    const submit: Ports['broker']['submit'] = async (request) => {
      const answer = await home.broker.submit(request);
      isStopped = home.broker.submitted.length === 2;
      return answer;
    };
    await home.apply({
      broker: { ...home.broker, submit },
      stop: { requested: () => isStopped, signal: () => (isStopped ? 'SIGTERM' : null) },
    });
    expect(home.journal.ledger().drains.get('mp')?.state).toBe('pending');
    await home.apply();
    expect(home.books()).toEqual({});
    expect(home.journal.ledger().drains.get('mp')?.state).toBe('completed');
  });

  test('that is lifted in the middle sends no further sale', async () => {
    const home = await draining(1);
    const submit: Ports['broker']['submit'] = async (request) => {
      const answer = await home.broker.submit(request);
      home.journal.commit({ type: 'drain-lifted', strategy: 'mp', by: 'ada' });
      return answer;
    };
    await home.apply({ broker: { ...home.broker, submit } });
    expect(home.broker.submitted).toHaveLength(1);
  });
});

describe('a command that is stopped while it waits for another execution', () => {
  test('ends as interrupted, and changes nothing', async () => {
    const home = await world(buying);
    home.journal.commit({
      type: 'lock-acquired',
      fence: 1,
      lockId: 'other',
      holder: 'vol',
      owner: { pid: 99, started: 'x', bootId: 'boot', host: 'test' },
      acquired: home.clock.now(),
      expires: (home.clock.now() + 4 * MINUTE) as Instant,
      expiresMonotonic: home.clock.monotonic() + 4 * MINUTE,
    });
    const stop = { requested: () => true, signal: () => 'SIGINT' as const };
    await expect(home.apply({ stop })).rejects.toMatchObject({ exit: 130 });
    expect(home.broker.submitted).toEqual([]);
  });
});

test('An exit is never kept back by an entry that is itself refused, whoever comes first', async () => {
  for (const priority of [5, 100]) {
    const home = await world({
      prices: { BBB: '50' },
      books: { alpha: { BBB: '41' } },
      strategies: {
        alpha: { targets: {}, universe: [], priority: 50 },
        beta: { targets: { BBB: '10' }, priority },
      },
    });
    await home.apply();
    await home.apply();
    expect(home.books(), `beta at ${priority}`).toEqual({ beta: { BBB: '10' } });
  }
});

describe('an order that the broker has confirmed', () => {
  test('cannot be resolved away while it may come back', async () => {
    const home = await world({
      ...buying,
      faults: [
        fault('submit', {
          kind: 'order',
          fills: shares(0),
          fillAfter: 60 * MINUTE,
          hiddenFor: 5 * MINUTE,
        }),
      ],
    });
    await home.apply();
    const word = { symbol: 'KO', as: 'books', strategy: null, price: null, reason: 'gone' } as const;
    await expect(resolveSymbol(home.ports, home.desired, word)).rejects.toMatchObject({ exit: 5 });
    await home.apply();
    expect(home.broker.state().orders).toHaveLength(1);
  });

  test('and whose end does not say what was paid is followed until it does', async () => {
    const home = await world(buying);
    let answers = 0;
    const unpriced = <Order extends { readonly status: string } | null>(order: Order): Order =>
      order?.status === 'filled' && (answers += 1) < 3 ? { ...order, averagePrice: null } : order;
    const broker: Ports['broker'] = {
      ...home.broker,
      openOrders: async () => (await home.broker.openOrders()).map(unpriced),
      orderByClientId: async (id) => unpriced(await home.broker.orderByClientId(id)),
    };
    await home.apply({ broker });
    await home.apply();
    expect(home.books()).toEqual({ mp: { KO: '10' } });
    expect([...home.journal.ledger().openOrders]).toEqual([]);
  });
});
