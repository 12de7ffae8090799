/** Cases from a hostile reading of the execution: each would lose money, or block a symbol for ever. */
import { describe, expect, test } from 'vitest';
import type { Ports } from '../../src/reconciler/ports.ts';
import { BrokerUnavailable } from '../../src/reconciler/ports.ts';
import { adopt } from '../../src/actions/adopt.ts';
import { at } from '../support/simulated-world.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const PRICES = { VTI: '250', GLD: '200', BND: '75' };
const ONE = 1e9;
const sell = (w: TestWorld, symbol: string, count: number): void =>
  w.broker.tradeOutside({ symbol, side: 'sell', quantity: (count * ONE) as never });

const rich = (strategy: object, rest: Partial<WorldFacts> = {}): WorldFacts => ({
  prices: PRICES,
  strategies: { core: strategy },
  books: { core: { VTI: '180' } },
  ...rest,
});

/** Something happens outside after the plan was shown and before the lock. */
async function applyWith(w: TestWorld, between: () => void): Promise<void> {
  let done = false;
  const enter = (): ReturnType<Ports['queue']['enter']> => {
    if (!done) between();
    done = true;
    return Promise.resolve({ leave: () => Promise.resolve() });
  };
  await w.apply({ queue: { enter } });
}

describe('a manual sale', () => {
  test('between the plan and the lock is booked first: the controller does not sell again', async () => {
    const w = await world(rich({ targets: { VTI: '108' } }));
    await applyWith(w, () => sell(w, 'VTI', 100));
    expect(w.held()).toEqual({ VTI: '80' });
    expect(w.books()).toEqual({ core: { VTI: '80' } });
    expect(w.broker.submitted).toEqual([]);
  });

  test('that is part of what was wanted leaves only the rest to sell', async () => {
    const w = await world(rich({ targets: { VTI: '50' } }));
    sell(w, 'VTI', 100);
    expect(ordersIn(await w.plan())).toEqual(['sell 30 VTI (reduce)']);
    await w.apply();
    expect(w.held()).toEqual({ VTI: '50' });
  });

  test('does not make every plan break an invariant when other targets need the room', async () => {
    const targets = { VTI: '180', GLD: '58%' };
    const w = await world(rich({ targets, maxExposure: '95%' }, { cash: '55000' }));
    sell(w, 'VTI', 180);
    await w.apply();
    expect(w.books()['core']?.['VTI']).toBeUndefined();
  });
});

describe('an adoption', () => {
  test('is refused while an order of ours on the symbol has no end: its shares look like those of nobody', async () => {
    const w = await world(rich({ targets: { GLD: '5', VTI: '180' } }));
    const crash = {
      ...w.broker,
      submit: async (request: never) => (await w.broker.submit(request), Promise.reject(new Error('killed'))),
    };
    await expect(w.apply({ broker: crash })).rejects.toThrow('killed');
    w.clock.advance(5_000);
    const adoption = { symbol: 'GLD', strategy: 'core', quantity: null, price: null, reason: 'test' };
    await expect(adopt(w.ports, w.desired, adoption)).rejects.toThrow(/has no end yet/);
  });

  test('in the middle of an execution makes the waiting order of its symbol a skip, not a second purchase', async () => {
    const w = await world(rich({ targets: { GLD: '5', VTI: '180', BND: '1' } }));
    const broker = {
      ...w.broker,
      submit: async (request: { symbol: string }) => {
        const answer = await w.broker.submit(request as never);
        if (request.symbol === 'BND') {
          const anchor = { at: w.clock.now(), unmanaged: 0 as never };
          const cost = 1_000_000_000 as never;
          w.journal.commit({
            type: 'adopted',
            strategy: 'core',
            symbol: 'GLD',
            quantity: (5 * ONE) as never,
            cost,
            reason: 'x',
            anchor,
          });
        }
        return answer;
      },
    };
    const result = await w.apply({ broker: broker });
    const codes =
      result.kind === 'executed'
        ? result.outcomes.map((outcome) => ('code' in outcome ? outcome.code : outcome.kind))
        : [];
    expect(codes.sort()).toEqual(['BookChanged', 'done']);
  });
});

describe('an account', () => {
  test('without equity sizes nothing, and closes nothing', async () => {
    const w = await world({
      prices: PRICES,
      strategies: { core: { targets: { GLD: '50%' } } },
      books: { core: { GLD: '5' } },
      cash: '-1000',
    });
    expect((await w.broker.account()).equity).toBeLessThanOrEqual(0);
    expect(ordersIn(await w.plan())).toEqual([]);
    expect(holdsIn(await w.plan())).toEqual(['core/*: NoEquity']);
  });

  test('whose position has outgrown positionSize is not sold down to it', async () => {
    const w = await world(rich({ targets: { VTI: '180' }, positionSize: '20%' }));
    expect(ordersIn(await w.plan())).toEqual([]);
  });
});

describe('a broker that stops answering between the plan and the lock', () => {
  test('leaves every shown order not started, with the reason', async () => {
    const w = await world(rich({ targets: { GLD: '5', VTI: '180' } }));
    let asked = 0;
    const positions = (): ReturnType<Ports['broker']['positions']> => {
      asked += 1;
      return asked === 1 ? w.broker.positions() : Promise.reject(new BrokerUnavailable('gone'));
    };
    const result = await w.apply({ broker: { ...w.broker, positions } });
    expect(
      result.kind === 'executed' && result.outcomes.map(({ kind, action }) => [kind, action.id]),
    ).toEqual([['not-started', 'open/core/GLD']]);
  });
});

describe('a slot', () => {
  const exit = (window: number): WorldFacts => ({
    now: at('2025-12-02T20:55:30Z'),
    prices: PRICES,
    books: { core: { VTI: '10' } },
    strategies: {
      core: {
        targets: { VTI: '10' },
        schedule: [{ at: { kind: 'close', offset: -300_000 }, action: 'exit', window }],
      },
    },
  });

  test('that was interrupted goes on while its window is open', async () => {
    const w = await world(exit(240_000));
    const stop = { requested: () => w.journal.ledger().lock !== null, signal: () => 'SIGINT' as const };
    await w.apply({ stop });
    expect(w.held()).toEqual({ VTI: '10' });
    expect((await w.plan()).slots.map(({ started }) => started)).toEqual([true]);
    await w.apply();
    expect(w.held()).toEqual({});
  });

  test('is not lost because another slot of the strategy ran in the same minutes', async () => {
    const facts = exit(240_000);
    const schedule = [
      { at: { kind: 'close', offset: -600_000 }, action: 'rebalance', window: 540_000 },
      { at: { kind: 'close', offset: -300_000 }, action: 'exit', window: 240_000 },
    ] as const;
    const w = await world({ ...facts, strategies: { core: { targets: { VTI: '12' }, schedule } } });
    await w.apply();
    expect(w.held()).toEqual({ VTI: '12' });
    await w.apply();
    expect(w.held()).toEqual({});
  });

  test('resumes on what the manifest allows by then', async () => {
    const schedule = [
      { at: { kind: 'close', offset: -300_000 }, action: 'rebalance', window: 240_000 },
    ] as const;
    const strategy = { targets: { VTI: '100' }, schedule, positionSize: '50%' };
    const w = await world({
      now: at('2025-12-02T20:55:30Z'),
      prices: PRICES,
      strategies: { core: strategy },
    });
    const stop = { requested: () => w.journal.ledger().lock !== null, signal: () => 'SIGINT' as const };
    await w.apply({ stop });
    const plan = await w.with({ core: { ...strategy, positionSize: '10%' } }).plan();
    expect(ordersIn(plan)).toEqual(['buy 40 VTI (open)']);
  });
});

describe('seconds after our own fill', () => {
  test('a manual sale that the history shows is booked, not taken for a fill that has not arrived', async () => {
    const w = await world({ prices: PRICES, strategies: { core: { targets: { GLD: '50' } } } });
    await w.apply();
    sell(w, 'GLD', 20);
    await w.apply();
    expect(w.books()).toEqual({ core: { GLD: '30' } });
  });

  test('positions that lag behind it change nothing', async () => {
    const w = await world({ prices: PRICES, strategies: { core: { targets: { GLD: '50' } } } });
    await w.apply();
    const lagging = { ...w.broker, positions: () => Promise.resolve([]) };
    await w.apply({ broker: lagging });
    expect(w.books()).toEqual({ core: { GLD: '50' } });
    expect(w.broker.submitted).toHaveLength(1);
  });
});
