/** When the broker is asked for an order of which nobody knows the end, and what its answers amount to. */
import { describe, expect, test } from 'vitest';
import { findLateOrders } from '../../src/actions/late-orders.ts';
import { lookUp, lookUpAfterDoubt, lookUpAll, lookUpOnce, type LookUp } from '../../src/actions/look-up.ts';
import type { Execution } from '../../src/actions/execution.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Difference } from '../../src/observed/attribution.ts';
import type { BrokerOrder, OrderStatus, Snapshot } from '../../src/observed/broker-view.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { LedgerOrder } from '../../src/observed/ledger.ts';
import { BrokerBarred, BrokerRateLimited, type Ports } from '../../src/reconciler/ports.ts';
import { shares } from '../support/executing.ts';
import { virtualClock } from '../support/virtual-clock.ts';

type Answer = 'found' | 'absent' | 'down';

/** A broker that answers for each order as it is told, one answer after the other, and then as the last time. */
function asking(script: Readonly<Record<string, readonly Answer[]>>) {
  const clock = virtualClock(0 as Instant);
  const asked: string[] = [];
  const left = new Map(Object.entries(script).map(([id, answers]) => [id, [...answers]]));
  const orderByClientId = (id: string): Promise<BrokerOrder | null> => {
    asked.push(`${id} at ${clock.monotonic() / 1_000}`);
    const answers = left.get(id) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === 'down') return Promise.reject(new BrokerBarred(`no word on ${id}`, 'wait'));
    return Promise.resolve(answer === 'found' ? ({ clientOrderId: id } as BrokerOrder) : null);
  };
  const ports = { clock, broker: { orderByClientId } } as unknown as Ports;
  return { execution: { ports, releaseBy: 1e9 } as Execution, ports, asked };
}

const kinds = (answers: ReadonlyMap<string, LookUp>): Record<string, string> =>
  Object.fromEntries([...answers].map(([id, { kind }]) => [id, kind]));

describe('an order whose answer was lost', () => {
  test.each<[readonly Answer[], LookUp['kind'], readonly number[]]>([
    [['found'], 'found', [2]],
    [['absent', 'found'], 'found', [2, 8]],
    [['down', 'found'], 'found', [2, 8]],
    [['absent', 'absent'], 'absent', [2, 8]],
    [['down', 'absent'], 'unreachable', [2, 8]],
    [['absent', 'down'], 'unreachable', [2, 8]],
    [['down', 'down'], 'unreachable', [2, 8]],
  ])('of which the broker says %j, is %s', async (script, kind, times) => {
    const { execution, asked } = asking({ a: script });
    expect((await lookUpAfterDoubt(execution, 'a')).kind).toBe(kind);
    expect(asked).toEqual(times.map((time) => `a at ${time}`));
  });
});

describe('many orders', () => {
  test('are asked for at once and twice again, each until it is found', async () => {
    const { execution, asked } = asking({ a: ['found'], b: ['absent', 'found'], c: ['absent'] });
    const answers = await lookUpAll(execution, ['a', 'b', 'c']);
    expect(kinds(answers)).toEqual({ a: 'found', b: 'found', c: 'absent' });
    expect(asked).toEqual(['a at 0', 'b at 0', 'c at 0', 'b at 2', 'c at 2', 'c at 8']);
  });

  test('that are all found keep nobody waiting', async () => {
    const { execution, ports } = asking({ a: ['found'], b: ['found'] });
    expect(kinds(await lookUpAll(execution, ['a', 'b']))).toEqual({ a: 'found', b: 'found' });
    expect(ports.clock.monotonic()).toBe(0);
  });

  test('are not asked for behind one for which the broker does not answer; at the next moment they are', async () => {
    const { execution, asked } = asking({ a: ['found'], b: ['down', 'absent'], c: ['found'] });
    expect(kinds(await lookUpAll(execution, ['a', 'b', 'c']))).toEqual({
      a: 'found',
      b: 'unreachable',
      c: 'found',
    });
    expect(asked).toEqual(['a at 0', 'b at 0', 'b at 2', 'c at 2', 'b at 8']);
  });

  test('where a miss is no surprise are asked for once', async () => {
    const { execution, asked } = asking({ a: ['absent'], b: ['found'] });
    expect(kinds(await lookUpOnce(execution, ['a', 'b']))).toEqual({ a: 'absent', b: 'found' });
    expect(asked).toEqual(['a at 0', 'b at 0']);
  });

  test('are none where nobody is asked for', async () => {
    const { execution, ports } = asking({});
    expect(kinds(await lookUpAll(execution, []))).toEqual({});
    expect(ports.clock.monotonic()).toBe(0);
  });
});

test('No pause that the broker asks for goes on beyond the time of the asker, who is told why', async () => {
  const clock = virtualClock(0 as Instant);
  const orderByClientId = (): Promise<never> => Promise.reject(new BrokerRateLimited('HTTP 429', 20_000));
  const broker = { orderByClientId } as unknown as Ports['broker'];
  expect(await lookUp({ broker, clock }, 'a', 19_999)).toEqual({
    kind: 'unreachable',
    reason: 'HTTP 429; it asks for a pause of 20 s',
  });
  expect(clock.monotonic()).toBe(0);
  await lookUp({ broker, clock }, 'a');
  expect(clock.monotonic()).toBe(20_000);
});

describe('orders that had counted as ended', () => {
  const TODAY = '2025-12-02';
  const ended = (status: LedgerOrder['status'], filled = 0, symbol = 'X'): LedgerOrder =>
    ({ intent: { clientOrderId: status, symbol }, status, filled: shares(filled) }) as LedgerOrder;
  const seen = (id: string, status: OrderStatus, filled = 0): BrokerOrder =>
    ({ clientOrderId: id, status, filledQuantity: shares(filled) }) as BrokerOrder;

  /** Which of them come back, and which the broker was asked for. */
  async function late(
    orders: readonly LedgerOrder[],
    answers: readonly BrokerOrder[],
    {
      open = [] as readonly BrokerOrder[] | 'unknown',
      differs = ['X'],
      date = TODAY,
      days = [] as readonly string[],
    } = {},
  ) {
    const asked: string[] = [];
    const orderByClientId = (id: string): Promise<BrokerOrder | null> => {
      asked.push(id);
      return Promise.resolve(answers.find(({ clientOrderId }) => clientOrderId === id) ?? null);
    };
    const ports = { clock: virtualClock(0 as Instant), broker: { orderByClientId } } as unknown as Ports;
    const own = new Map(orders.map((order) => [order.intent.clientOrderId, order]));
    const endedOrders = new Map([[date, own], ...days.map((day) => [day, new Map()] as const)]);
    const found = await findLateOrders(
      ports,
      { ...emptyLedger(), endedOrders },
      {
        snapshot: {
          openOrders:
            open === 'unknown' ? { kind: 'unknown', reason: 'HTTP 503' } : { kind: 'ok', data: open },
        } as unknown as Snapshot,
        differences: new Map(differs.map((symbol) => [symbol, {} as Difference])),
        until: undefined,
      },
    );
    return { late: found.map(({ clientOrderId }) => clientOrderId), asked };
  }

  test('give themselves away where they are open; nobody has to ask, and no other one comes back so', async () => {
    const known = [ended('canceled'), ended('filled', 10)];
    const open = [seen('canceled', 'accepted'), seen('filled', 'accepted'), seen('foreign', 'accepted')];
    expect(await late(known, [], { open, differs: [] })).toEqual({ late: ['canceled'], asked: [] });
    expect(await late(known, [seen('canceled', 'accepted')], { open })).toEqual({
      late: ['canceled'],
      asked: [],
    });
  });

  test('that are open keep no other one from being asked for', async () => {
    const known = [ended('canceled'), ended('expired')];
    const open = [seen('canceled', 'accepted')];
    expect(await late(known, [seen('expired', 'filled', 3)], { open })).toEqual({
      late: ['canceled', 'expired'],
      asked: ['expired'],
    });
  });

  test('are asked for also where the broker gives no list', async () => {
    expect(await late([ended('canceled')], [seen('canceled', 'filled', 3)], { open: 'unknown' })).toEqual({
      late: ['canceled'],
      asked: ['canceled'],
    });
  });

  test.each<[LedgerOrder['status'], boolean]>([
    ['resolved', true],
    ['not-created', true],
    ['canceled', true],
    ['expired', true],
    ['filled', false],
    ['rejected', false],
    ['replaced', false],
    ['refused', false],
  ])('as %s are asked for where books and broker differ: %j', async (status, isAsked) => {
    const expected = isAsked ? [status] : [];
    expect(await late([ended(status)], [seen(status, 'filled', 3)])).toEqual({
      late: expected,
      asked: expected,
    });
  });

  test('are asked for only where books and broker differ in their symbol', async () => {
    const orders = [ended('canceled', 0, 'X'), ended('expired', 0, 'Y')];
    const answers = [seen('canceled', 'filled', 3), seen('expired', 'filled', 3)];
    expect(await late(orders, answers, { differs: ['Y'] })).toEqual({
      late: ['expired'],
      asked: ['expired'],
    });
    expect(await late(orders, answers, { differs: [] })).toEqual({ late: [], asked: [] });
  });

  test('come back where they have filled more, or still may', async () => {
    const known = [ended('canceled', 4)];
    expect((await late(known, [seen('canceled', 'canceled', 5)])).late).toEqual(['canceled']);
    expect((await late(known, [seen('canceled', 'accepted', 4)])).late).toEqual(['canceled']);
    expect((await late(known, [seen('canceled', 'canceled', 4)])).late).toEqual([]);
    expect((await late(known, [])).late).toEqual([]);
  });

  test('of the two newest sessions are asked for, and older ones not', async () => {
    const of = (days: readonly string[]) =>
      late([ended('canceled')], [seen('canceled', 'accepted')], { date: '2025-11-28', days });
    expect((await of(['2025-12-01'])).late).toEqual(['canceled']);
    expect((await of(['2025-12-01', '2025-12-02'])).late).toEqual([]);
  });
});
