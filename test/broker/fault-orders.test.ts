/** Orders that the broker takes, and then rejects, or cannot fill because their symbol is halted. */
import { describe, expect, test } from 'vitest';
import { advance } from '../../src/broker/simulated-advance.ts';
import { formatDocument, parseDocument } from '../../src/broker/simulated-document.ts';
import type { Fault, OrderChange } from '../../src/broker/fault-script.ts';
import { submitOrder } from '../../src/broker/simulated-orders.ts';
import { freshState, type SimulatedState, type Venue } from '../../src/broker/simulated-state.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import { fault } from '../support/faults.ts';
import { outcomesIn } from '../support/outcomes.ts';
import { project } from '../support/project.ts';
import { at, buy, dollars, SETTINGS, shares, venue } from '../support/simulated-world.ts';
import { holdsIn, world, type TestWorld } from '../support/world.ts';

const NOON = at('2025-12-02T12:00:00-05:00');
const CLOSE = at('2025-12-02T16:00:00-05:00');
/** $100 and so many dollars as hours have passed since noon. */
const EXCHANGE: Venue = {
  ...venue({ clock: 'exchange' }),
  priceAt: (_, moment) => dollars(100 + Math.floor((moment - NOON) / 3_600_000)),
};
const USUAL: OrderChange = { fills: null, fillAfter: 0 };

function taken(change: Partial<OrderChange>, now = NOON, where = EXCHANGE): SimulatedState {
  const request = { ...buy('hg-1', 'KO', 10), change: { ...USUAL, ...change } };
  const { state, answer } = submitOrder(freshState(SETTINGS, now), request, now, where);
  if (answer.kind !== 'created') throw new Error(JSON.stringify(answer));
  return state;
}

describe('an order that is rejected after it was taken', () => {
  test('is pending until then, and final with nothing filled', () => {
    const state = taken({ rejectAfter: 30 });
    expect(state.orders[0]?.status).toBe('pending_new');
    const after = advance(state, plus(NOON, 30));
    expect(after.orders[0]).toMatchObject({ status: 'rejected', filledQuantity: 0, pending: [] });
    expect(after.fills).toEqual([]);
    expect(after.cash).toBe(SETTINGS.cash);
  });

  test('keeps what has filled before', () => {
    const after = advance(taken({ fills: shares(4), rejectAfter: 2_000 }), plus(NOON, 5_000));
    expect(after.orders[0]).toMatchObject({ status: 'rejected', filledQuantity: shares(4) });
    expect(after.positions.get('KO')?.quantity).toBe(shares(4));
  });

  test('comes too late for what is filled', () => {
    expect(advance(taken({ rejectAfter: 60_000 }), plus(NOON, 90_000)).orders[0]?.status).toBe('filled');
  });

  test('is rejected before the open where it waits for that', () => {
    const evening = at('2025-12-01T20:00:00-05:00');
    const state = taken({ rejectAfter: 500 }, evening);
    expect(state.orders[0]?.status).toBe('accepted');
    expect(advance(state, plus(evening, 500)).orders[0]?.status).toBe('rejected');
  });

  test('is read as it was written', () => {
    const open = taken({ rejectAfter: 30 });
    for (const state of [open, advance(open, CLOSE)])
      expect(parseDocument(formatDocument(state))).toEqual(state);
  });
});

describe('an order of a symbol that is halted', () => {
  test('fills after the halt, at the price of then', () => {
    const haltedUntil = plus(NOON, 3_600_000);
    const state = taken({ haltedUntil });
    expect(advance(state, plus(haltedUntil, -1)).orders[0]).toMatchObject({
      status: 'new',
      filledQuantity: 0,
    });
    const after = advance(state, plus(haltedUntil, 1_000));
    expect(after.orders[0]?.status).toBe('filled');
    expect(after.fills).toMatchObject([{ price: dollars(101) }]);
  });

  test.each<[string, Instant | null]>([
    ['with no end', null],
    ['that ends after the close', plus(CLOSE, 60_000)],
  ])('in a halt %s expires at the close', (_, haltedUntil) => {
    const state = taken({ haltedUntil });
    expect(advance(state, plus(CLOSE, -1)).orders[0]?.status).toBe('new');
    expect(advance(state, CLOSE).orders[0]).toMatchObject({ status: 'expired', filledQuantity: 0 });
  });

  test('in a halt that is over fills as ever', () => {
    const usual = advance(taken({}), CLOSE);
    expect(advance(taken({ haltedUntil: plus(NOON, -1) }), CLOSE)).toEqual(usual);
  });

  test('misses its auction, and is cancelled', () => {
    const request = {
      ...buy('hg-1', 'KO', 10),
      timeInForce: 'cls' as const,
      change: { ...USUAL, haltedUntil: null },
    };
    const { state } = submitOrder(freshState(SETTINGS, NOON), request, NOON, EXCHANGE);
    expect(advance(state, plus(CLOSE, 1)).orders[0]).toMatchObject({ status: 'canceled', filledQuantity: 0 });
  });
});

describe('a controller', () => {
  const trading = (target: string, script: readonly Fault[], books = {}): Promise<TestWorld> =>
    world({
      prices: { NVDA: '100' },
      strategies: { mp: { targets: { NVDA: target } } },
      faults: script,
      books,
    });
  const order = (change: Partial<OrderChange>) =>
    fault('submit', { kind: 'order', hiddenFor: 0, ...USUAL, ...change });
  const details = (result: Awaited<ReturnType<TestWorld['apply']>>): unknown =>
    result.kind === 'executed' && result.outcomes.map((outcome) => 'detail' in outcome && outcome.detail);

  test.each([0, 10, 3_000])(
    'books the end of an entry that is rejected after %d ms, and says so',
    async (after) => {
      const home = await trading('10', [order({ fills: shares(0), rejectAfter: after })]);
      const result = await home.apply();
      expect(outcomesIn(result)).toEqual(['open/mp/NVDA: failed NotFilled']);
      expect(details(result)).toEqual(['0 of 10 filled, 10 left (rejected)']);
      expect(home.journal.ledger().openOrders.size).toBe(0);
      expect(home.books()).toEqual({});
      // Nothing is in the way of the next try.
      expect(outcomesIn(await home.apply())).toEqual(['open/mp/NVDA: done']);
      expect(home.books()).toEqual({ mp: { NVDA: '10' } });
    },
  );

  test('says of an exit that is rejected that it failed to close', async () => {
    const home = await trading('0', [order({ rejectAfter: 10 })], { mp: { NVDA: '50' } });
    expect(outcomesIn(await home.apply())).toEqual(['close/mp/NVDA: failed NotFilled']);
    expect(home.log.join('\n')).toContain('Failed to close NVDA: 0 of 50 filled, 50 left (rejected)');
    expect(home.books()).toEqual({ mp: { NVDA: '50' } });
  });

  test('books what an exit has sold before it was rejected', async () => {
    const part = order({ fills: shares(30), rejectAfter: 2_000 });
    const home = await trading('0', [part], { mp: { NVDA: '50' } });
    const result = await home.apply();
    expect(outcomesIn(result)).toEqual(['close/mp/NVDA: failed PartialFill']);
    expect(details(result)).toEqual(['30 of 50 filled, 20 left (rejected)']);
    expect(home.books()).toEqual({ mp: { NVDA: '20' } });
    expect(home.held()).toEqual({ NVDA: '20' });
  });

  test('cancels what does not fill in a halt, and trades once it is over', async () => {
    const now = at('2025-12-02T15:00:00-05:00');
    const until = plus(now, 5 * 60_000);
    const halt = fault('submit', { kind: 'halt', until }, { until, times: 99 });
    const home = await trading('10', [halt]);
    expect(outcomesIn(await home.apply())).toEqual(['open/mp/NVDA: failed NotFilled']);
    expect(home.broker.state().orders[0]?.status).toBe('canceled');
    expect(home.books()).toEqual({});
    home.clock.advance(5 * 60_000);
    expect(outcomesIn(await home.apply())).toEqual(['open/mp/NVDA: done']);
  });

  test('books what fills after a halt because the cancel was lost', async () => {
    const now = at('2025-12-02T15:00:00-05:00');
    const until = plus(now, 5 * 60_000);
    const halt = fault('submit', { kind: 'halt', until }, { until });
    const stuck = fault('cancel', { kind: 'stuck' }, { times: 99 });
    const home = await trading('10', [halt, stuck]);
    expect(outcomesIn(await home.apply())).toEqual(['open/mp/NVDA: in-doubt HandedOver']);
    expect(holdsIn(await home.plan())).toContain('mp/NVDA: PendingOrder');
    home.clock.advance(6 * 60_000);
    await home.apply();
    expect(home.books()).toEqual({ mp: { NVDA: '10' } });
    expect(home.broker.state().orders).toHaveLength(1);
  });
});

test('a script in YAML rejects an order that was taken, and halts a symbol', async () => {
  const strategies = { mp: { targets: { NVDA: '50', KO: '10' } } };
  const mine = project({ strategies, account: { broker: { faults: '../faults.yaml' } } });
  mine.write(
    'faults.yaml',
    'faults:\n' +
      '  - {on: submit, symbol: NVDA, effect: order, rejectAfter: 5ms}\n' +
      '  - {on: submit, symbol: KO, effect: halt, until: 2035-01-02T10:00:00-05:00}\n',
  );
  const { code, stdout } = await mine.run('apply', '--yes');
  expect(code).toBe(10);
  expect(stdout).toContain('failed: open/mp/NVDA: NotFilled: 0 of 50 filled, 50 left (rejected)\n');
  expect(stdout).toContain('failed: open/mp/KO: NotFilled: 0 of 10 filled, 10 left (canceled)\n');
});
