/** The broker is asked too often: wait as told, or 30 s, once (the seed's table of errors). */
import { describe, expect, test } from 'vitest';
import { fault } from '../support/faults.ts';
import { world, type TestWorld } from '../support/world.ts';
import type { Fault } from '../../src/broker/fault-script.ts';

function wanting(faults: readonly Fault[], rest = {}): Promise<TestWorld> {
  return world({ prices: { KO: '50' }, strategies: { mp: { targets: { KO: '10' } } }, faults, ...rest });
}

const limited = (retryAfter: number | null) => ({ kind: 'rate-limited', retryAfter }) as const;

describe('an order', () => {
  test.each([
    ['as told', 4_000, 4_000],
    ['30 s where nothing is told', null, 30_000],
  ])('waits %s, and goes out once more under the same id', async (_, retryAfter, pause) => {
    const home = await wanting([fault('submit', limited(retryAfter))]);
    await home.apply();
    expect(home.books()).toStrictEqual({ mp: { KO: '10' } });
    expect(home.broker.submitted).toHaveLength(1);
    expect(home.clock.monotonic()).toBeGreaterThanOrEqual(pause);
    expect(home.log.some((line) => line.includes(`waiting ${pause / 1_000} s`))).toBe(true);
  });

  test('is given up at the second time, and its symbol is free again', async () => {
    const home = await wanting([fault('submit', limited(1_000), { times: 2 })]);
    const result = await home.apply();
    expect(result.kind === 'executed' && result.outcomes).toMatchObject([
      { kind: 'failed', code: 'RateLimited', detail: 'too many requests' },
    ]);
    expect(home.journal.ledger().openOrders.size).toBe(0);
    await home.apply();
    expect(home.books()).toStrictEqual({ mp: { KO: '10' } });
  });

  test('does not go out after the pause when its strategy was shut down meanwhile', async () => {
    const home = await wanting([fault('submit', limited(1_000))]);
    let asked = 0;
    await home.apply({ shutdownRequested: () => (asked += 1) > 1 });
    expect(home.broker.submitted).toStrictEqual([]);
    expect(home.journal.ledger().openOrders.size).toBe(0);
  });

  test('of a slot does not go out once its window has closed', async () => {
    const schedule = [
      { at: { kind: 'clock' as const, time: '15:55' }, action: 'entry' as const, window: 20_000 },
    ];
    const home = await wanting([fault('submit', limited(null))], {
      now: Date.parse('2025-12-02T15:55:10-05:00'),
      strategies: { mp: { targets: { KO: '10' }, schedule } },
    });
    await home.apply();
    expect(home.broker.submitted).toStrictEqual([]);
  });
});

/** What became of each action, and of the time. */
async function applied(
  home: TestWorld,
): Promise<{ readonly took: number; readonly outcomes: readonly string[] }> {
  const before = home.clock.monotonic();
  const result = await home.apply();
  const outcomes = result.kind === 'executed' ? result.outcomes : [];
  expect(home.journal.ledger().lock).toBeNull();
  return {
    took: home.clock.monotonic() - before,
    outcomes: outcomes.map((outcome) =>
      outcome.kind === 'done'
        ? `done ${outcome.action.id}`
        : `${outcome.kind} ${outcome.action.id} ${outcome.code}: ${outcome.detail}`,
    ),
  };
}

describe('the orders behind one that is sent away', () => {
  const HOUR = 3_600_000;
  const prices = { KO: '50', VTI: '50', BND: '50' };
  const LONG = 'RateLimited: too many requests; it asks for a pause of 3600 s';

  test('for longer than a minute are left for the next pass, and nothing waits', async () => {
    const home = await world({
      prices,
      strategies: { mp: { targets: { BND: '1', KO: '1', VTI: '1' } } },
      faults: [fault('submit', limited(HOUR))],
    });
    expect(await applied(home)).toEqual({
      took: 0,
      outcomes: [
        `failed open/mp/BND ${LONG}`,
        `not-started open/mp/KO ${LONG}`,
        `not-started open/mp/VTI ${LONG}`,
      ],
    });
    await home.apply();
    expect(home.books()).toStrictEqual({ mp: { BND: '1', KO: '1', VTI: '1' } });
  });

  test('twice are left for the next pass: one pause, not one an order', async () => {
    const home = await world({
      prices,
      strategies: { mp: { targets: { BND: '1', KO: '1', VTI: '1' } } },
      faults: [fault('submit', limited(20_000), { times: 2 })],
    });
    const { took, outcomes } = await applied(home);
    expect(took).toBe(20_000);
    expect(outcomes).toEqual([
      'failed open/mp/BND RateLimited: too many requests',
      'not-started open/mp/KO RateLimited: too many requests',
      'not-started open/mp/VTI RateLimited: too many requests',
    ]);
  });

  test('are still followed to their end where they went out before it', async () => {
    const home = await world({
      prices,
      strategies: { mp: { targets: { BND: '1', KO: '1', VTI: '1' } } },
      faults: [fault('submit', limited(HOUR), { after: 1 })],
    });
    const { outcomes } = await applied(home);
    expect(outcomes).toContain('done open/mp/BND');
    expect(home.books()).toStrictEqual({ mp: { BND: '1' } });
  });

  test.each([
    ['of its strategy', 'mp'],
    ['of another strategy', 'omr'],
  ] as const)('are no entry %s where it was an exit: exits come first', async (_, enters) => {
    const targets = { mp: { KO: '5' }, [enters]: { ...(enters === 'mp' && { KO: '5' }), VTI: '1' } };
    const home = await world({
      prices,
      books: { mp: { KO: '10' } },
      strategies: { mp: { targets: targets.mp }, [enters]: { targets: targets[enters] ?? {} } },
      faults: [fault('submit', limited(HOUR), { symbol: 'KO', times: 9 })],
    });
    const { outcomes } = await applied(home);
    expect(outcomes).toEqual([
      `failed reduce/mp/KO ${LONG}`,
      `not-started open/${enters}/VTI RateLimited: reduce/mp/KO did not go out, because the broker is asked too often, and entries come after it`,
    ]);
    expect(home.broker.submitted).toStrictEqual([]);
  });
});

test('a question under the lock waits for nothing that comes after its time', async () => {
  const wait = 59_000;
  const execution = { lockTimeout: 50_000, requestTimeout: 5_000 };
  const home = await wanting([fault('positions', limited(wait), { after: 1, times: 9 })], { execution });
  expect(await applied(home)).toEqual({
    took: 0,
    outcomes: ['not-started open/mp/KO PositionsUnknown: too many requests; it asks for a pause of 59 s'],
  });
});

test('a question waits as told and is asked once more, not three times', async () => {
  const once = await wanting([fault('positions', limited(7_000))]);
  await once.apply();
  expect(once.books()).toStrictEqual({ mp: { KO: '10' } });
  const twice = await wanting([fault('positions', limited(7_000), { times: 2 })]);
  await twice.apply();
  expect(twice.broker.submitted).toStrictEqual([]);
});

describe('an order that is still open when its execution ends', () => {
  const never = { kind: 'order', fills: 0 as never, fillAfter: 0, hiddenFor: 0 } as const;
  const stuck = [fault('submit', never), fault('cancel', { kind: 'stuck' }, { times: 99 })];

  test('is handed over in time, and keeps its symbol and its money', async () => {
    const home = await wanting(stuck);
    const execution = { ...home.desired.account.execution, fillTimeout: 600_000 };
    const patient = { ...home.desired, account: { ...home.desired.account, execution } };
    Object.assign(home.desired.account, patient.account);
    const result = await home.apply();
    expect(result.kind === 'executed' && result.outcomes).toMatchObject([
      { kind: 'in-doubt', code: 'HandedOver' },
    ]);
    expect([...home.journal.ledger().openOrders.values()]).toMatchObject([{ status: 'handed-over' }]);
    expect(home.clock.monotonic()).toBeLessThanOrEqual(240_000);
    expect(home.journal.ledger().lock).toBeNull();
    expect((await home.plan()).actions.map(({ kind }) => kind)).toStrictEqual(['cancel-order']);
  });
});

describe('a cancel', () => {
  const never = { kind: 'order', fills: 0 as never, fillAfter: 0, hiddenFor: 0 } as const;

  test.each([
    ['as told', 7_000, 7_000],
    ['30 s where nothing is told', null, 30_000],
  ])('waits %s, and is asked for once more', async (_, retryAfter, pause) => {
    const { asked, home } = await cancelling([fault('submit', never), fault('cancel', limited(retryAfter))]);
    const [first = 0, second = 0, ...more] = asked;
    expect(second - first).toBeGreaterThanOrEqual(pause);
    expect(second - first).toBeLessThan(pause + 2_000);
    expect(more).toStrictEqual([]);
    expect(home.journal.ledger().openOrders.size).toBe(0);
  });

  test('is left in peace after the second time, and asked for again by the next run', async () => {
    const faults = [fault('submit', never), fault('cancel', limited(1_000), { times: 2 })];
    const { asked, home } = await cancelling(faults);
    expect(asked).toHaveLength(2);
    expect([...home.journal.ledger().openOrders.values()]).toMatchObject([{ status: 'handed-over' }]);
    await home.apply();
    expect(home.journal.ledger().openOrders.size).toBe(0);
  });
});

/** One pass that has to cancel its order; when the broker was asked to. */
async function cancelling(
  faults: readonly Fault[],
): Promise<{ readonly asked: readonly number[]; readonly home: TestWorld }> {
  const home = await wanting(faults);
  Object.assign(home.desired.account.execution, { cancelAllowance: 60_000 });
  const asked: number[] = [];
  const { broker } = home.ports;
  const cancel: typeof broker.cancel = (id) => {
    asked.push(home.clock.monotonic());
    return broker.cancel(id);
  };
  const watched = new Proxy(broker, {
    get: (target, name) => {
      if (name === 'cancel') return cancel;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  await home.apply({ broker: watched });
  return { asked, home };
}
