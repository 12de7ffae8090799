/** Turning strategies off: what is sold, what stays, and what goes on standing (rules 5 to 7 of the seed). */
import { describe, expect, test } from 'vitest';
import { requestShutdown } from '../../src/actions/shutdown.ts';
import { fault } from '../support/faults.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { outcomesIn } from '../support/outcomes.ts';
import { holdsIn, ordersIn, world, type StrategyFacts, type TestWorld } from '../support/world.ts';

const PRICES = { VTI: '100', BND: '50', GLD: '200' };

function owning(strategies: Readonly<Record<string, StrategyFacts>>): Promise<TestWorld> {
  return world({ prices: PRICES, strategies, books: { core: { VTI: '10', BND: '20' } } });
}

const both = { core: { targets: { VTI: '10', BND: '20' } } };

describe('a strategy that was shut down', () => {
  test('opens nothing, whatever the toggle file says', async () => {
    const home = await world({ prices: PRICES, strategies: { core: { targets: { VTI: '10' } } } });
    requestShutdown(home.ports, { strategy: 'core', close: false, by: 'ann', command: 'disable' });
    const plan = await home.plan();
    expect(ordersIn(plan)).toStrictEqual([]);
    expect(holdsIn(plan)).toContain('core/*: StrategyDisabled');
    expect(plan.actions.map(({ id }) => id)).toStrictEqual(['complete-shutdown/core']);
  });

  test('keeps its positions without --close-positions', async () => {
    const home = await owning(both);
    requestShutdown(home.ports, { strategy: 'core', close: false, by: 'ann', command: 'disable' });
    await home.apply();
    expect(home.books()).toStrictEqual({ core: { VTI: '10', BND: '20' } });
    expect(holdsIn(await home.plan())).toContain('core/VTI: OrphanHeld');
  });

  test('is closed by whoever executes next, and the toggle file then says disabled', async () => {
    const home = await owning(both);
    requestShutdown(home.ports, { strategy: 'core', close: true, by: 'ann', command: 'disable' });
    const switched: unknown[] = [];
    await home.apply({
      switchToggle: (strategy, to) => {
        switched.push([strategy, to]);
        return Promise.resolve();
      },
    });
    expect(home.books()).toStrictEqual({});
    expect(home.held()).toStrictEqual({});
    expect(switched).toStrictEqual([['core', { enabled: false, shutdownRequested: false }]]);
    expect(home.journal.ledger().drains.get('core')).toMatchObject({ state: 'completed', leftovers: [] });
    const again = await home.apply();
    expect(again.kind).toBe('nothing');
  });

  test('is closed also without a manifest', async () => {
    const home = await owning(both);
    requestShutdown(home.ports, { strategy: 'core', close: true, by: 'ann', command: 'disable' });
    await home.with({}).apply();
    expect(home.books()).toStrictEqual({});
  });

  test('sells no share of another strategy and none of nobody', async () => {
    const home = await world({
      prices: PRICES,
      strategies: { core: { targets: { VTI: '10' } }, other: { targets: { GLD: '5' } } },
      books: { core: { VTI: '10' }, other: { GLD: '5' } },
      broker: { VTI: '13', GLD: '5' },
    });
    requestShutdown(home.ports, { strategy: 'core', close: true, by: 'ann', command: 'disable' });
    await home.apply();
    expect(home.held()).toStrictEqual({ VTI: '3', GLD: '5' });
  });

  test('stays off until it is lifted', async () => {
    const home = await owning(both);
    requestShutdown(home.ports, { strategy: 'core', close: true, by: 'ann', command: 'disable' });
    await home.apply();
    expect(ordersIn(await home.plan())).toStrictEqual([]);
    home.journal.commit({ type: 'drain-lifted', strategy: 'core', by: 'ann' });
    expect(ordersIn(await home.plan())).toStrictEqual(['buy 20 BND (open)', 'buy 10 VTI (open)']);
  });
});

describe('a strategy that was shut down, and whose manifest says orphans: close', () => {
  const closing = { core: { universe: ['VTI', 'BND'], orphans: 'close' as const } };

  test('is closed although it was disabled without --close-positions', async () => {
    const home = await owning(closing);
    requestShutdown(home.ports, { strategy: 'core', close: false, by: 'ann', command: 'disable' });
    await home.apply();
    await home.apply();
    expect(home.books()).toStrictEqual({});
    expect((await home.apply()).kind).toBe('nothing');
  });

  test('goes on closing what a sale in part has left', async () => {
    const part = fault('submit', { kind: 'order', fills: 4e9 as never, fillAfter: 0, hiddenFor: 0 });
    const home = await world({
      prices: PRICES,
      strategies: closing,
      books: { core: { VTI: '10' } },
      faults: [part],
    });
    requestShutdown(home.ports, { strategy: 'core', close: true, by: 'ann', command: 'disable' });
    await home.apply();
    expect(home.books()).toStrictEqual({ core: { VTI: '6' } });
    await home.apply();
    expect(home.books()).toStrictEqual({});
  });
});

describe('a shutdown whose execution is asked to stop', () => {
  test('goes on: what was cut short is no end of it', async () => {
    const home = await world({
      prices: PRICES,
      strategies: both,
      books: { core: { VTI: '10', BND: '20' } },
    });
    requestShutdown(home.ports, { strategy: 'core', close: true, by: 'ann', command: 'disable' });
    let isStopped = false;
    const stop = { requested: () => isStopped, signal: () => (isStopped ? ('SIGTERM' as const) : null) };
    await home.apply({
      stop,
      broker: {
        ...home.broker,
        submit: (request) => {
          isStopped = true;
          return home.broker.submit(request);
        },
      },
    });
    expect(home.books()).toStrictEqual({ core: { VTI: '10' } });
    expect(home.journal.ledger().drains.get('core')).toMatchObject({ state: 'pending', close: true });
    await home.apply();
    expect(home.books()).toStrictEqual({});
    expect(home.journal.ledger().drains.get('core')?.state).toBe('completed');
  });
});

describe('two commands at once', () => {
  test('the end of a plain shutdown does not count as the end of one that closes', async () => {
    const home = await owning(both);
    requestShutdown(home.ports, { strategy: 'core', close: false, by: 'ann', command: 'disable' });
    await home.apply({
      switchToggle: () => {
        requestShutdown(home.ports, { strategy: 'core', close: true, by: 'bob', command: 'disable' });
        return Promise.resolve();
      },
    });
    expect(home.journal.ledger().drains.get('core')).toMatchObject({ by: 'bob', state: 'pending' });
    await home.apply();
    expect(home.books()).toStrictEqual({});
  });

  test('close-orphaned leaves a shutdown that somebody requests meanwhile', async () => {
    const home = await owning(both);
    requestShutdown(home.ports, { strategy: 'core', close: true, by: 'ann', command: 'close-orphaned' });
    requestShutdown(home.ports, { strategy: 'core', close: true, by: 'bob', command: 'disable' });
    await home.apply();
    expect(home.books()).toStrictEqual({});
    expect(home.journal.ledger().drains.get('core')).toMatchObject({ by: 'bob', state: 'completed' });
  });

  test('close-orphaned alone leaves the switch to the toggle file, and one from before as it was', async () => {
    const home = await owning(both);
    requestShutdown(home.ports, { strategy: 'core', close: true, by: 'ann', command: 'close-orphaned' });
    await home.apply();
    expect(home.journal.ledger().drains.has('core')).toBe(false);
    requestShutdown(home.ports, { strategy: 'core', close: false, by: 'ann', command: 'disable' });
    requestShutdown(home.ports, { strategy: 'core', close: true, by: 'ann', command: 'close-orphaned' });
    await home.apply();
    expect(home.journal.ledger().drains.get('core')).toMatchObject({ state: 'completed' });
  });
});

describe('a running execution', () => {
  test('sends no further order of a strategy that is shut down meanwhile', async () => {
    const targets = { VTI: '1', BND: '1', GLD: '1' };
    const home = await world({ prices: PRICES, strategies: { core: { targets } } });
    const result = await home.apply({ broker: afterFirstSubmit(home, () => stop(home)) });
    const sent = home.journal.ledger();
    expect(home.broker.state().orders).toHaveLength(1);
    expect(sent.books.get('core')?.size).toBe(1);
    expect(result.kind === 'executed' && result.outcomes.map(({ kind }) => kind)).toContain('not-started');
    expect(home.log).toContain('[!] [core] Shutdown requested - aborting remaining 2 orders');
    expect(home.log).toContain('[core] Execution aborted gracefully');
  });

  test('says so, too, where the account has to be read again before the next order', async () => {
    const targets = { VTI: '1', BND: '1', GLD: '1' };
    const home = await world({
      prices: PRICES,
      strategies: { core: { targets } },
      execution: { maxInFlight: 1, snapshotAge: 1_000 },
    });
    const result = await home.apply({
      broker: afterFirstSubmit(home, () => {
        stop(home);
        home.clock.advance(5_000);
      }),
    });
    expect(outcomesIn(result)).toEqual([
      'open/core/BND: done',
      'open/core/GLD: not-started ShutdownRequested',
      'open/core/VTI: not-started ShutdownRequested',
    ]);
    expect(home.broker.state().orders).toHaveLength(1);
    expect(home.log).toContain('[!] [core] Shutdown requested - aborting remaining 2 orders');
  });

  test('whose turn comes after the shutdown is not told that all is as wanted', async () => {
    const home = await world({
      prices: PRICES,
      strategies: {
        first: { targets: { GLD: '1' }, priority: 1 },
        core: { targets: { VTI: '1' }, priority: 2 },
      },
    });
    const result = await home.apply({ broker: afterFirstSubmit(home, () => stop(home)) });
    expect(outcomesIn(result)).toContain('open/core/VTI: not-started ShutdownRequested');
  });
});

function stop(home: TestWorld): void {
  requestShutdown(home.ports, { strategy: 'core', close: false, by: 'ann', command: 'disable' });
}

function afterFirstSubmit(home: TestWorld, act: () => void): Ports['broker'] {
  let count = 0;
  return {
    ...home.broker,
    submit: async (request) => {
      const answer = await home.broker.submit(request);
      if ((count += 1) === 1) act();
      return answer;
    },
  };
}
