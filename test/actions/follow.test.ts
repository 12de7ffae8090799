/** How an order is followed: when it is asked for, when it is cancelled, and when it is left to the next execution. */
import { describe, expect, test } from 'vitest';
import { FIRST_CANCEL, requestCancel, type CancelTurn } from '../../src/actions/cancel.ts';
import { followCancelled, followSome, followUntil, isCalledOff } from '../../src/actions/follow.ts';
import type { Execution } from '../../src/actions/execution.ts';
import type { ExecutionSettings } from '../../src/desired/desired-state.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { BrokerOrder } from '../../src/observed/broker-view.ts';
import type { Halt } from '../../src/observed/brakes.ts';
import { BrokerBarred, type Broker, type CancelAnswer, type Ports } from '../../src/reconciler/ports.ts';
import { executing, seenOf, shares } from '../support/executing.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import type { TestWorld } from '../support/world.ts';

const SECOND = 1_000;
const NEVER = Number.POSITIVE_INFINITY;

describe('a cancel', () => {
  test.each<[CancelAnswer, CancelTurn, CancelTurn]>([
    [{ kind: 'requested' }, FIRST_CANCEL, { from: 1_030, wasLimited: false }],
    [{ kind: 'already-final' }, { from: 5, wasLimited: true }, { from: 1_030, wasLimited: true }],
    [{ kind: 'unknown', reason: 'x' }, FIRST_CANCEL, { from: 6_000, wasLimited: false }],
    [
      { kind: 'unknown', reason: 'x' },
      { from: 5, wasLimited: true },
      { from: 6_000, wasLimited: true },
    ],
    [{ kind: 'rate-limited', retryAfter: 7 * SECOND }, FIRST_CANCEL, { from: 8_000, wasLimited: true }],
    [{ kind: 'rate-limited', retryAfter: null }, FIRST_CANCEL, { from: 31_000, wasLimited: true }],
    [
      { kind: 'rate-limited', retryAfter: 7 * SECOND },
      { from: 5, wasLimited: true },
      { from: NEVER, wasLimited: true },
    ],
  ])('that is answered %j behind %j may be asked for again as of %j', async (answer, before, after) => {
    const clock = virtualClock(0 as Instant);
    clock.advance(1_000);
    const cancel = (id: string): Promise<CancelAnswer> =>
      id === 'b-1' ? Promise.resolve(answer) : Promise.reject(new Error(id));
    const ports = { clock, broker: { cancel } as unknown as Broker };
    expect(await requestCancel(ports, 'b-1', before, 30)).toEqual(after);
  });
});

describe('the time of an order', () => {
  const at = (monotonic: number, releaseBy: number): Execution =>
    ({
      ports: { clock: { monotonic: () => monotonic } },
      settings: { fillTimeout: 30 * SECOND, cancelAllowance: 15 * SECOND },
      releaseBy,
    }) as Execution;
  const times = { clientOrderId: 'a', cancel: FIRST_CANCEL };

  test('to fill, and then to be cancelled, ends with that of its lock', () => {
    expect(followUntil(at(10_000, 99_000), 'a')).toEqual({ ...times, fillUntil: 40_000, giveUpAt: 55_000 });
    expect(followUntil(at(10_000, 50_000), 'a')).toEqual({ ...times, fillUntil: 40_000, giveUpAt: 50_000 });
    expect(followUntil(at(10_000, 30_000), 'a')).toEqual({ ...times, fillUntil: 30_000, giveUpAt: 30_000 });
  });

  test('that is to fill no further is the one to be cancelled', () => {
    expect(followCancelled(at(10_000, 99_000), 'a')).toEqual({
      ...times,
      fillUntil: 10_000,
      giveUpAt: 25_000,
    });
    expect(followCancelled(at(10_000, 20_000), 'a')).toEqual({
      ...times,
      fillUntil: 10_000,
      giveUpAt: 20_000,
    });
  });
});

/** One order, and a broker that says at each time what it is told to: what is asked, and when. */
async function following(
  says: (elapsed: number) => Partial<BrokerOrder> | 'not open' | 'down',
  {
    single,
    changes,
    settings = {},
    answers = [],
  }: {
    readonly single?: Partial<BrokerOrder>;
    readonly changes?: (home: TestWorld) => Partial<Ports>;
    readonly settings?: Partial<ExecutionSettings>;
    /** To requests to cancel it, one after the other; then each is requested. */
    readonly answers?: readonly CancelAnswer[];
  } = {},
) {
  const left = [...answers];
  const polls: number[] = [];
  const looks: number[] = [];
  const cancels: number[] = [];
  const { home, execution, intend } = await executing({ execution: settings });
  const intent = intend();
  const start = home.clock.monotonic();
  const elapsed = (): number => home.clock.monotonic() - start;
  const broker: Broker = {
    ...home.broker,
    openOrders: () => {
      polls.push(elapsed());
      const said = says(elapsed());
      if (said === 'down') return Promise.reject(new BrokerBarred('no word', 'wait'));
      return Promise.resolve(said === 'not open' ? [] : [seenOf(intent, said)]);
    },
    orderByClientId: () => {
      looks.push(elapsed());
      return Promise.resolve(single === undefined ? null : seenOf(intent, single));
    },
    cancel: () => {
      cancels.push(elapsed());
      return Promise.resolve(left.shift() ?? { kind: 'requested' });
    },
  };
  const ports = { ...execution.ports, broker, ...changes?.(home) };
  const order = followUntil(execution, intent.clientOrderId);
  const finished = await followSome({ ...execution, ports }, [order]);
  return { polls, looks, cancels, took: elapsed(), finished: [...finished], order, home };
}

const whole: Partial<BrokerOrder> = {
  filledQuantity: shares(10),
  averagePrice: 100e6 as BrokerOrder['averagePrice'],
  status: 'filled',
};

describe('an order that is followed', () => {
  test('is asked for soon at first, then every second, until it has ended', async () => {
    const { polls, looks, finished, order } = await following((elapsed) => (elapsed > 4_000 ? whole : {}));
    expect(polls).toEqual([100, 300, 700, 1_500, 2_500, 3_500, 4_500]);
    expect({ looks, finished }).toEqual({ looks: [], finished: [order] });
  });

  test('and is in no list any more is asked for by its id, and what that says is booked', async () => {
    const { polls, looks, home } = await following(() => 'not open', { single: whole });
    expect({ polls, looks }).toEqual({ polls: [100], looks: [100] });
    expect(home.books()).toEqual({ core: { X: '10' } });
  });

  test('is cancelled once at the end of its time, and left at the end of the allowance', async () => {
    const { cancels, took, finished, order, home } = await following(() => ({}));
    expect(cancels).toEqual([30_500]);
    expect({ took, finished }).toEqual({ took: 45_500, finished: [order] });
    expect(home.journal.ledger().openOrders.size).toBe(1);
  });

  test('is cancelled at the very end of its time, and left at that of the allowance', async () => {
    const settings = { fillTimeout: 700, cancelAllowance: 800 };
    const { cancels, took } = await following(() => ({}), { settings });
    expect({ cancels, took }).toEqual({ cancels: [700], took: 1_500 });
  });

  test('is to be cancelled again as soon as the broker has said', async () => {
    const answers = [{ kind: 'rate-limited', retryAfter: 800 } as const];
    const settings = { fillTimeout: 700, cancelAllowance: 2_000 };
    const { cancels } = await following(() => ({}), { settings, answers });
    expect(cancels).toEqual([700, 1_500]);
  });

  test('is not asked for before its pause is over, where the broker sends no news', async () => {
    const slowly = (home: TestWorld) => ({
      clock: {
        ...home.clock,
        sleep: async (ms: number): Promise<void> => {
          for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
          home.clock.advance(ms);
        },
      },
    });
    const { polls } = await following((elapsed) => (elapsed > 500 ? whole : {}), { changes: slowly });
    expect(polls).toEqual([100, 300, 700]);
  });

  test('and that nobody shows is left at the end of its time, not cancelled', async () => {
    const { cancels, took } = await following(() => 'not open');
    expect({ cancels, took }).toEqual({ cancels: [], took: 45_500 });
  });

  test('is cancelled as soon as the command is asked to stop', async () => {
    const stop = { requested: () => true, signal: () => 'SIGINT' as const };
    const { cancels } = await following((elapsed) => (elapsed > 2_000 ? whole : {}), {
      changes: () => ({ stop }),
    });
    expect(cancels).toEqual([100]);
  });

  test('is not judged while the broker gives no list', async () => {
    const { polls, looks } = await following((elapsed) => (elapsed < 500 ? 'down' : whole));
    expect({ polls, looks }).toEqual({ polls: [100, 300, 700], looks: [] });
  });

  test('is finished where what is said of it cannot be', async () => {
    const { finished, order, took } = await following(() => ({ quantity: shares(11) }));
    expect({ took, finished }).toEqual({ took: 100, finished: [order] });
  });
});

describe('an open order is called off', () => {
  test.each<[Halt['mode'] | null, string, boolean]>([
    [null, 'NewTarget', false],
    ['hold', 'NewTarget', false],
    ['cancel', 'NewTarget', true],
    ['cancel', 'Flattening', true],
    ['flatten', 'NewTarget', true],
    ['flatten', 'Flattening', false],
  ])('by a halt of mode %j where it is there for %s: %j', async (mode, reason, isOff) => {
    const { home, intend } = await executing();
    const { clientOrderId } = intend({ reason });
    if (mode !== null) home.journal.commit({ type: 'halted', mode, reason: 'drill', by: 'alice' });
    expect(isCalledOff(home.ports, { clientOrderId })).toBe(isOff);
  });

  test('also where nobody knows what it is there for', async () => {
    const { home } = await executing();
    home.journal.commit({ type: 'halted', mode: 'flatten', reason: 'drill', by: 'alice' });
    expect(isCalledOff(home.ports, { clientOrderId: 'unheard-of' })).toBe(true);
  });
});
