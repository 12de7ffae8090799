/** What operators stop while an execution runs: asked before each order, and while orders are followed. */
import { describe, expect, test } from 'vitest';
import type { HaltMode } from '../../src/observed/brakes.ts';
import { allOrders } from '../../src/observed/ledger.ts';
import { fault } from '../support/faults.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import { callOffOrders } from '../../src/actions/brakes.ts';
import { verifyFlat } from '../../src/actions/flat.ts';
import { carryOutFlattening } from '../../src/reconciler/reconcile.ts';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { outcomesIn, slotsIn } from '../support/outcomes.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const MINUTE = 60_000;
const SYMBOLS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
const each = (value: string): Record<string, string> =>
  Object.fromEntries(SYMBOLS.map((symbol) => [symbol, value]));
const EIGHT: WorldFacts = {
  prices: { ...each('10'), KO: '50' },
  strategies: { mp: { targets: each('1') } },
  settings: { fillDelay: 5_000 },
};

const HALT = (mode: HaltMode): JournalEvent => ({ type: 'halted', mode, reason: 'bad data', by: 'ada' });
const SUSPEND: JournalEvent = {
  type: 'strategy-suspended',
  strategy: 'mp',
  reason: 'earnings',
  by: 'ada',
  until: null,
};

/** Says the word right after the broker took the order of this number. */
function saying(home: TestWorld, event: JournalEvent, after: number): Partial<Ports> {
  const submit: Ports['broker']['submit'] = async (request) => {
    const answer = await home.broker.submit(request);
    if (home.broker.submitted.length === after) home.journal.commit(event);
    return answer;
  };
  return { broker: { ...home.broker, submit } };
}

function passOf(home: TestWorld, changes: Partial<Ports> = {}): Parameters<typeof carryOutFlattening>[0] {
  return {
    ports: { ...home.ports, ...changes },
    desired: home.desired,
    manifests: 'accepted',
    resting: new Set(),
    accountFile: 'account.yaml',
    open: () => Promise.resolve(),
    looked: () => undefined,
  };
}

describe('A halt in the middle of an execution of eight orders', () => {
  test.each([1, 4])(
    'after order %i stops before the next one, follows what was sent, says why',
    async (after) => {
      const home = await world(EIGHT);
      const result = await home.apply(saying(home, HALT('hold'), after));
      expect(home.broker.submitted).toHaveLength(after);
      expect(Object.keys(home.books()['mp'] ?? {})).toHaveLength(after);
      const left = outcomesIn(result).filter((line) => !line.endsWith(': done'));
      expect(left).toHaveLength(8 - after);
      for (const line of left) expect(line).toMatch(/: not-started Halted$/);
      expect(home.log).toContain(`[!] [mp] Halted - aborting remaining ${8 - after} orders`);
    },
  );

  test('holds reductions back as well, and the entries behind them', async () => {
    const home = await world({
      ...EIGHT,
      books: { mp: { A: '5', B: '5' } },
      strategies: { mp: { targets: { A: '0', B: '0', KO: '1' }, universe: [...SYMBOLS, 'KO'] } },
      execution: { maxInFlight: 1 },
    });
    const result = await home.apply(saying(home, HALT('hold'), 1));
    expect(outcomesIn(result)).toEqual([
      'close/mp/A: done',
      'close/mp/B: not-started Halted',
      'open/mp/KO: not-started Halted',
    ]);
  });

  test('ends the turns of the strategies that come after it, too', async () => {
    const home = await world({
      ...EIGHT,
      strategies: { mp: { targets: { A: '1' }, priority: 1 }, omr: { targets: { B: '1' }, priority: 2 } },
    });
    const result = await home.apply(saying(home, HALT('hold'), 1));
    expect(outcomesIn(result)).toEqual(['open/mp/A: done', 'open/omr/B: not-started Halted']);
  });

  test.each<[HaltMode, number]>([
    ['hold', 8],
    ['cancel', 0],
    ['flatten', 0],
  ])('%s: of the orders in flight, what is booked is %i shares', async (mode, shares) => {
    const home = await world({
      ...EIGHT,
      strategies: { mp: { targets: { A: '8', B: '1' } } },
      settings: { fillDelay: 20_000, partialFills: 0 as never },
      execution: { maxInFlight: 1 },
    });
    await home.apply(saying(home, HALT(mode), 1));
    expect(Number(home.books()['mp']?.['A'] ?? 0)).toBe(shares);
    expect(home.journal.ledger().openOrders.size).toBe(0);
  });

  test('is asked once more before an order whose answer was lost is sent again', async () => {
    const home = await world({
      ...EIGHT,
      strategies: { mp: { targets: { A: '1' } } },
      faults: [fault('submit', { kind: 'unavailable', reason: 'time-out' })],
    });
    const warn: Ports['report']['warn'] = (_, message) => {
      if (message.startsWith('No clear answer')) home.journal.commit(HALT('hold'));
    };
    const result = await home.apply({ report: { ...home.ports.report, warn } });
    expect(outcomesIn(result)).toEqual(['open/mp/A: in-doubt OrderInDoubt']);
    expect(home.broker.submitted).toEqual([]);
  });
});

describe('A halt that commits between the last check and the intent', () => {
  test('makes the intent lose, and nothing is sent', async () => {
    const home = await world({ ...EIGHT, strategies: { mp: { targets: { A: '1' } } } });
    const journal: Ports['journal'] = {
      ...home.journal,
      commit: (event) => {
        if (event.type !== 'intent' || home.journal.ledger().halt !== null) return home.journal.commit(event);
        home.journal.commit(HALT('hold'));
        return { kind: 'lost', ledger: home.journal.ledger() };
      },
    };
    const result = await home.apply({ journal });
    expect(outcomesIn(result)).toEqual(['open/mp/A: not-started Halted']);
    expect(home.broker.submitted).toEqual([]);
    expect(allOrders(home.journal.ledger())).toEqual([]);
  });
});

describe('A suspension in the middle of an execution', () => {
  test('lets the reductions go on, and stops the entries', async () => {
    const home = await world({
      ...EIGHT,
      books: { mp: { A: '5', B: '5' } },
      strategies: { mp: { targets: { A: '0', B: '0', KO: '1' }, universe: [...SYMBOLS, 'KO'] } },
      execution: { maxInFlight: 1 },
    });
    const result = await home.apply(saying(home, SUSPEND, 1));
    expect(outcomesIn(result)).toEqual([
      'close/mp/A: done',
      'close/mp/B: done',
      expect.stringMatching(/^open\/mp\/KO: (skipped|not-started) Suspended$/),
    ]);
  });

  test('stops before the next entry', async () => {
    const home = await world({ ...EIGHT, execution: { maxInFlight: 1 } });
    const result = await home.apply(saying(home, SUSPEND, 3));
    expect(home.broker.submitted).toHaveLength(3);
    expect(outcomesIn(result).filter((line) => line.endsWith('not-started Suspended'))).toHaveLength(5);
  });
});

describe('While a strategy is suspended', () => {
  const at = (time: string): Instant => parseInstant(time) ?? (0 as Instant);
  const slotted = (action: 'entry' | 'exit' | 'rebalance'): WorldFacts => ({
    now: at('2025-12-23T15:55:30-05:00'),
    prices: { X: '100', Y: '100' },
    books: { mp: { Y: '5' } },
    strategies: {
      mp: {
        targets: { X: '10', Y: '2' },
        schedule: [{ at: { kind: 'clock', time: '15:55' }, action, window: 4 * MINUTE }],
      },
    },
  });

  test('an entry slot does not start, writes nothing, and runs once it is resumed', async () => {
    const home = await world(slotted('entry'));
    home.journal.commit(SUSPEND);
    await home.apply();
    const records = home.journal.records.length;
    expect((await home.apply()).kind).toBe('nothing');
    expect(home.journal.records).toHaveLength(records);
    expect(slotsIn(home)).toEqual([]);
    home.journal.commit({ type: 'strategy-resumed', strategy: 'mp', by: 'ada' });
    await home.apply();
    expect(home.books()).toEqual({ mp: { X: '10', Y: '5' } });
    expect(slotsIn(home)).toEqual(['mp/2025-12-23/entry/1555 done']);
  });

  test('a rebalance slot sells, and buys once it is resumed inside the window', async () => {
    const home = await world(slotted('rebalance'));
    home.journal.commit(SUSPEND);
    await home.apply();
    expect(home.books()).toEqual({ mp: { Y: '2' } });
    expect(slotsIn(home)).toEqual(['mp/2025-12-23/rebalance/1555 started']);
    expect((await home.apply()).kind).toBe('nothing');
    home.journal.commit({ type: 'strategy-resumed', strategy: 'mp', by: 'ada' });
    await home.apply();
    expect(home.books()).toEqual({ mp: { X: '10', Y: '2' } });
    expect(slotsIn(home)).toEqual(['mp/2025-12-23/rebalance/1555 done']);
  });

  test('an exit slot runs', async () => {
    const home = await world(slotted('exit'));
    home.journal.commit(SUSPEND);
    await home.apply();
    expect(home.books()).toEqual({});
    expect(slotsIn(home)).toEqual(['mp/2025-12-23/exit/1555 done']);
  });

  test('a drain that closes goes on, and a sale by hand is booked', async () => {
    const home = await world({
      prices: { A: '10', B: '10' },
      books: { mp: { A: '5', B: '5' } },
      strategies: { mp: { targets: { A: '9', B: '9' } } },
    });
    home.clock.advance(MINUTE);
    home.journal.commit(SUSPEND);
    home.broker.tradeOutside({ symbol: 'B', side: 'sell', quantity: 2_000_000_000 as never });
    home.clock.advance(MINUTE);
    await home.apply();
    expect(home.books()).toEqual({ mp: { A: '5', B: '3' } });
    home.journal.commit({ type: 'drain-requested', strategy: 'mp', close: true, by: 'ada' });
    await home.apply();
    expect(home.books()).toEqual({});
  });

  test('it opens again by itself at the end, to the millisecond, and another strategy opens meanwhile', async () => {
    const home = await world({
      prices: { A: '10', B: '10' },
      strategies: { mp: { targets: { A: '1' } }, omr: { targets: { B: '1' } } },
    });
    const until = (home.clock.now() + MINUTE) as Instant;
    home.journal.commit({ ...SUSPEND, until });
    expect(ordersIn(await home.plan())).toEqual(['buy 1 B (open)']);
    home.clock.advance(MINUTE - 1);
    expect(holdsIn(await home.plan())).toEqual(['mp/*: Suspended', 'mp/A: Suspended']);
    home.clock.advance(1);
    expect(ordersIn(await home.plan()).sort()).toEqual(['buy 1 A (open)', 'buy 1 B (open)']);
  });

  test('its new name is suspended, too', async () => {
    const home = await world({ prices: { A: '10' }, strategies: { pairs: { targets: { A: '1' } } } });
    home.journal.commit(SUSPEND);
    home.journal.commit({ type: 'strategy-renamed', from: 'mp', to: 'pairs' });
    expect(holdsIn(await home.plan())).toContain('pairs/A: Suspended');
  });
});

describe('While the account is halted', () => {
  test('a sale by hand is booked, a break is reported, and a slot waits for the end of the halt', async () => {
    const home = await world({
      now: parseInstant('2025-12-23T15:55:30-05:00') ?? (0 as Instant),
      prices: { A: '10', B: '10' },
      books: { mp: { A: '5', B: '5' } },
      strategies: {
        mp: {
          targets: { A: '7' },
          universe: ['A', 'B'],
          schedule: [{ at: { kind: 'clock', time: '15:55' }, action: 'rebalance', window: 4 * MINUTE }],
        },
      },
    });
    home.journal.commit(HALT('hold'));
    home.clock.advance(20_000);
    home.broker.tradeOutside({ symbol: 'B', side: 'sell', quantity: 2_000_000_000 as never });
    home.clock.advance(20_000);
    await home.apply();
    expect(home.books()).toEqual({ mp: { A: '5', B: '3' } });
    expect(slotsIn(home)).toEqual([]);
    home.journal.commit({ type: 'unhalted', reason: 'over', by: 'ada' });
    await home.apply();
    expect(home.books()).toEqual({ mp: { A: '7' } });
  });

  test('halt goes before suspension, drain and toggle: nothing closes a drained strategy', async () => {
    const home = await world({
      prices: { A: '10' },
      books: { mp: { A: '5' } },
      strategies: { mp: { enabled: false } },
    });
    home.journal.commit(SUSPEND);
    home.journal.commit({ type: 'drain-requested', strategy: 'mp', close: true, by: 'ada' });
    home.journal.commit(HALT('hold'));
    expect(outcomesIn(await home.apply())).toEqual(['complete-shutdown/mp: not-started ShutdownPending']);
    expect(home.books()).toEqual({ mp: { A: '5' } });
    home.journal.commit({ type: 'unhalted', reason: 'over', by: 'ada' });
    await home.apply();
    expect(home.books()).toEqual({});
  });
});

describe('Everything is sold', () => {
  const OWNING: WorldFacts = {
    prices: { A: '10', B: '10', C: '10', D: '10' },
    books: { mp: { A: '5' }, off: { B: '5' }, gone: { C: '5' } },
    broker: { A: '8', B: '5', C: '5', D: '3' },
    strategies: {
      mp: { targets: { A: '9' }, shutdownRequested: true },
      off: { enabled: false, universe: ['B'] },
    },
  };

  test('of enabled, disabled and undeclared strategies, and nothing of nobody; switches and targets count no more', async () => {
    const home = await world(OWNING);
    home.journal.commit(HALT('flatten'));
    home.journal.commit({ ...SUSPEND });
    home.journal.commit({ type: 'drain-requested', strategy: 'off', close: false, by: 'ada' });
    const result = await carryOutFlattening(passOf(home, { shutdownRequested: () => true }));
    expect(outcomesIn(result)).toEqual(
      expect.arrayContaining(['close/mp/A: done', 'close/off/B: done', 'close/gone/C: done']),
    );
    expect(home.held()).toEqual({ A: '3', D: '3' });
    home.clock.advance(MINUTE);
    expect(await verifyFlat(home.ports, home.desired)).toMatchObject({
      unknown: null,
      leftovers: [],
      openOrders: [],
      unexplained: [],
      unmanaged: [{ symbol: 'A' }, { symbol: 'D' }],
    });
  });

  test('not once somebody has lifted the halt: neither the sales nor what would be wanted then', async () => {
    const home = await world({ ...OWNING, execution: { maxInFlight: 1 } });
    home.journal.commit(HALT('flatten'));
    await carryOutFlattening(passOf(home, saying(home, { type: 'unhalted', reason: 'over', by: 'ada' }, 1)));
    expect(home.broker.submitted).toHaveLength(1);
  });

  test('nor, where it was lifted while the lock was taken, what the strategies want instead', async () => {
    const home = await world({
      ...OWNING,
      strategies: { mp: { targets: { A: '2', B: '9' } } },
      broker: { A: '5', C: '5' },
      books: { mp: { A: '5' }, gone: { C: '5' } },
    });
    home.journal.commit(HALT('flatten'));
    const journal: Ports['journal'] = {
      ...home.journal,
      commit: (event) => {
        const commit = home.journal.commit(event);
        if (event.type !== 'lock-acquired' || home.journal.ledger().halt === null) return commit;
        home.journal.commit({ type: 'unhalted', reason: 'over', by: 'ada' });
        return { kind: 'committed', ledger: home.journal.ledger() };
      },
    };
    await carryOutFlattening(passOf(home, { journal }));
    expect(home.broker.submitted).toEqual([]);
  });

  test('and a halt stops the sales before the next one', async () => {
    const home = await world({
      ...OWNING,
      books: { mp: { A: '5', B: '5', C: '5' } },
      execution: { maxInFlight: 1 },
    });
    home.journal.commit(HALT('flatten'));
    const result = await carryOutFlattening(passOf(home, saying(home, HALT('hold'), 1)));
    expect(outcomesIn(result)).toEqual([
      'close/mp/A: done',
      'close/mp/B: not-started Halted',
      'close/mp/C: not-started Halted',
    ]);
  });
});

describe('Orders are called off at the broker itself', () => {
  test('while their holder hangs; orders of others stay', async () => {
    const home = await world({ ...EIGHT, settings: { fillDelay: 10 * MINUTE } });
    const submit: Ports['broker']['submit'] = (request) => {
      const answer = home.broker.submit(request);
      // The holder dies with two orders at the broker.
      return home.broker.submitted.length < 2 ? answer : Promise.reject(new Error('killed'));
    };
    await expect(home.apply({ broker: { ...home.broker, submit } })).rejects.toThrow('killed');
    await home.broker.submit({
      clientOrderId: 'by-hand',
      symbol: 'KO',
      side: 'buy',
      quantity: 1_000_000_000 as never,
      reduceOnly: false,
    });
    home.journal.commit(HALT('cancel'));
    await callOffOrders(home.ports);
    // A cancel takes its time.
    home.clock.advance(5_000);
    expect((await home.broker.openOrders()).map(({ clientOrderId }) => clientOrderId)).toEqual(['by-hand']);
    expect(home.journal.ledger().openOrders.size).toBe(2);
  });
});
