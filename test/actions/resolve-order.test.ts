/** What becomes of orders of earlier executions, by what the broker says of each. */
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/actions/outcome.ts';
import { followLateOrder, resolveOrders } from '../../src/actions/resolve-order.ts';
import type { BrokerOrder } from '../../src/observed/broker-view.ts';
import type { IntentPayload, JournalEvent } from '../../src/observed/events.ts';
import type { LateOrderAction } from '../../src/reconciler/plan-types.ts';
import { BrokerBarred, type Broker } from '../../src/reconciler/ports.ts';
import { careOf, executing, seenOf, shares, type Executing } from '../support/executing.ts';

const UNKNOWN_CLOCK = { kind: 'unknown', reason: 'HTTP 503' } as const;
const filled: Partial<BrokerOrder> = {
  filledQuantity: shares(10),
  averagePrice: 100e6 as BrokerOrder['averagePrice'],
  status: 'filled',
};

const short = (outcome: Outcome): string =>
  outcome.kind === 'done' ? 'done' : `${outcome.kind} ${outcome.code}: ${outcome.detail}`;

/** A broker that says this of orders, by id: as an answer by id, and in its list as long as they are open. */
function saying(
  { home, execution }: Executing,
  says: Readonly<Record<string, BrokerOrder | 'down'>>,
  more: Partial<Broker> = {},
) {
  const asked: string[] = [];
  const cancelled: string[] = [];
  const orders = Object.values(says).flatMap((said) => (said === 'down' ? [] : [said]));
  const broker: Broker = {
    ...home.broker,
    orderByClientId: (id) => {
      asked.push(id);
      const said = says[id];
      if (said === 'down') return Promise.reject(new BrokerBarred('no word', 'wait'));
      return Promise.resolve(said ?? null);
    },
    openOrders: () => Promise.resolve(orders.filter(({ status }) => status === 'accepted')),
    cancel: (id) => {
      cancelled.push(id);
      return Promise.resolve({ kind: 'requested' });
    },
    history: () => Promise.resolve([]),
    ...more,
  };
  return { execution: { ...execution, ports: { ...execution.ports, broker } }, asked, cancelled };
}

const statuses = ({ home }: Executing): Record<string, string> => {
  const { openOrders, endedOrders } = home.journal.ledger();
  const ended = [...endedOrders.values()].flatMap((orders) => [...orders]);
  return Object.fromEntries([...openOrders, ...ended].map(([id, { status }]) => [id, status]));
};

describe('orders without an end', () => {
  test('that have filled are booked, each one named before', async () => {
    const under = await executing();
    const intents = [under.intend(), under.intend({ clientOrderId: 'hg-2', symbol: 'Y' })];
    const says = Object.fromEntries(intents.map((intent) => [intent.clientOrderId, seenOf(intent, filled)]));
    const { execution, asked } = saying(under, says);
    const outcomes = await resolveOrders(execution, intents.map(careOf), UNKNOWN_CLOCK);
    expect(outcomes.map(short)).toEqual(['done', 'done']);
    expect(under.home.books()).toEqual({ core: { X: '10', Y: '10' } });
    expect(asked).toEqual(['hg-1', 'hg-2']);
    expect(under.log).toContain('[core] Resolving order hg-1');
  });

  test('that have ended since the plan are done: nobody asks', async () => {
    const under = await executing();
    const { execution, asked } = saying(under, {});
    const gone = careOf({ clientOrderId: 'hg-gone', strategy: 'core', symbol: 'X' } as IntentPayload);
    expect((await resolveOrders(execution, [gone], UNKNOWN_CLOCK)).map(short)).toEqual(['done']);
    expect({ asked, told: under.log.filter((line) => line.includes('Resolving')) }).toEqual({
      asked: [],
      told: [],
    });
  });

  test('that the broker does not answer for stay in doubt, and hold nothing of the others back', async () => {
    const under = await executing();
    const first = under.intend();
    const second = under.intend({ clientOrderId: 'hg-2', symbol: 'Y' });
    const { execution } = saying(under, { 'hg-1': seenOf(first, filled), 'hg-2': 'down' });
    const outcomes = await resolveOrders(execution, [careOf(second), careOf(first)], UNKNOWN_CLOCK);
    expect(outcomes.map(short)).toEqual([
      'in-doubt BrokerUnavailable: no word',
      'in-doubt BrokerUnavailable: no word',
    ]);
    expect(statuses(under)).toEqual({ 'hg-1': 'intended', 'hg-2': 'intended' });
  });

  test('that nobody knows are looked for three times, and then not seen', async () => {
    const under = await executing();
    const { execution, asked } = saying(under, {});
    const [outcome] = await resolveOrders(execution, [careOf(under.intend())], UNKNOWN_CLOCK);
    expect(outcome).toMatchObject({ kind: 'in-doubt', code: 'OrderNotSeen' });
    expect(asked).toEqual(['hg-1', 'hg-1', 'hg-1']);
  });

  test('that are open are cancelled at once, and what fills until then is booked', async () => {
    const under = await executing();
    const intent = under.intend();
    const open = seenOf(intent, { ...filled, filledQuantity: shares(4), status: 'accepted' });
    const { execution, cancelled } = saying(under, { 'hg-1': open });
    const [outcome] = await resolveOrders(execution, [careOf(intent)], UNKNOWN_CLOCK);
    expect(outcome && short(outcome)).toBe('in-doubt OrderStillOpen: hg-1 is still open at the broker');
    expect(cancelled).toEqual(['broker-hg-1']);
    expect(under.home.books()).toEqual({ core: { X: '4' } });
    expect(under.home.clock.monotonic()).toBeLessThan(17_000);
  });

  test('that are open are all followed, also behind the first of them that has ended', async () => {
    const under = await executing();
    const intents = [under.intend(), under.intend({ clientOrderId: 'hg-2', symbol: 'Y' })];
    const { home } = under;
    const shown = (): BrokerOrder[] =>
      intents.map((intent, index) =>
        seenOf(intent, home.clock.monotonic() > (index + 1) * 1_000 ? filled : {}),
      );
    const { execution } = saying(
      under,
      {},
      {
        openOrders: () => Promise.resolve(shown()),
        orderByClientId: (id) =>
          Promise.resolve(shown().find(({ clientOrderId }) => clientOrderId === id) ?? null),
      },
    );
    const outcomes = await resolveOrders(execution, intents.map(careOf), UNKNOWN_CLOCK);
    expect(outcomes.map(short)).toEqual(['done', 'done']);
    expect(home.books()).toEqual({ core: { X: '10', Y: '10' } });
  });

  test('of which the broker says what cannot be are left to a person, and not followed', async () => {
    const under = await executing();
    const intent = under.intend();
    const { execution } = saying(under, { 'hg-1': seenOf(intent, { ...filled, quantity: shares(11) }) });
    const [outcome] = await resolveOrders(execution, [careOf(intent)], UNKNOWN_CLOCK);
    expect(outcome && short(outcome)).toBe(
      "in-doubt BreakOpen: id-collision: hg-1 is buy 11 X at the broker; 'hgctl resolve X --as broker --reason TEXT' (or --as books) ends it",
    );
    expect(under.home.clock.monotonic()).toBe(0);
  });
});

describe('orders that the broker had no room for', () => {
  const deferred = async (): Promise<Executing & { readonly intent: IntentPayload }> => {
    const under = await executing();
    const intent = under.intend();
    const event = { type: 'order-deferred', fence: 1, clientOrderId: 'hg-1', detail: 'HTTP 429' } as const;
    under.home.journal.commit(event satisfies JournalEvent);
    return { ...under, intent };
  };

  test('never were, where it knows nothing of them: one look is enough', async () => {
    const under = await deferred();
    const { execution, asked } = saying(under, {});
    const outcomes = await resolveOrders(execution, [careOf(under.intent)], UNKNOWN_CLOCK);
    expect(outcomes.map(short)).toEqual(['done']);
    expect(asked).toEqual(['hg-1']);
    expect(statuses(under)).toEqual({ 'hg-1': 'refused' });
    expect(under.home.journal.records.at(-1)?.event).toMatchObject({
      detail: 'its execution ended in the pause that the broker had asked for',
    });
  });

  test('are booked all the same where it has them', async () => {
    const under = await deferred();
    const { execution } = saying(under, { 'hg-1': seenOf(under.intent, filled) });
    expect((await resolveOrders(execution, [careOf(under.intent)], UNKNOWN_CLOCK)).map(short)).toEqual([
      'done',
    ]);
    expect(under.home.books()).toEqual({ core: { X: '10' } });
  });

  test('stay in doubt where it does not answer', async () => {
    const under = await deferred();
    const { execution } = saying(under, { 'hg-1': 'down' });
    const outcomes = await resolveOrders(execution, [careOf(under.intent)], UNKNOWN_CLOCK);
    expect(outcomes.map(short)).toEqual(['in-doubt BrokerUnavailable: no word']);
    expect(statuses(under)).toEqual({ 'hg-1': 'deferred' });
  });
});

describe('an order that had counted as ended', () => {
  const late = async (
    says: (intent: IntentPayload) => Readonly<Record<string, BrokerOrder | 'down'>>,
    { known = true, forgotten = false, reopened = false } = {},
  ) => {
    const under = await executing();
    const intent = under.intend();
    const whole = under.home.journal.ledger();
    const end = {
      type: 'order-ended',
      fence: 1,
      clientOrderId: 'hg-1',
      status: 'canceled',
      detail: '',
    } as const;
    if (!reopened) under.home.journal.commit(end);
    const { execution, cancelled } = saying(under, says(intent));
    const action: LateOrderAction = {
      ...careOf(intent),
      kind: 'reopen-order',
      reason: 'LateOrder',
      brokerOrderId: 'broker-hg-1',
      contained: shares(0),
      containedValue: 0 as LateOrderAction['containedValue'],
      to: 'filled',
    };
    // A ledger forgets what ended some sessions ago; the whole journal has it, or has lost it, too.
    const ledger = () => ({ ...under.home.journal.ledger(), endedOrders: new Map() });
    const journal = forgotten
      ? { ...under.home.journal, refresh: ledger, whole: () => (known ? whole : ledger()) }
      : under.home.journal;
    const outcome = await followLateOrder({ ...execution, ports: { ...execution.ports, journal } }, action);
    const reopening = under.home.journal.records
      .map(({ event }) => event)
      .filter(({ type }) => type === 'order-reopened');
    return { outcome: short(outcome), under, cancelled, reopening };
  };

  test('and that has filled is booked after all', async () => {
    const { outcome, under, reopening } = await late((intent) => ({ 'hg-1': seenOf(intent, filled) }));
    expect(outcome).toBe('done');
    expect(under.home.books()).toEqual({ core: { X: '10' } });
    expect(reopening).toEqual([
      {
        type: 'order-reopened',
        fence: 1,
        clientOrderId: 'hg-1',
        brokerOrderId: 'broker-hg-1',
        contained: 0,
        containedValue: 0,
      },
    ]);
    expect(under.log).toContain('[!] [core] Late order hg-1 found at the broker: filled');
  });

  test('and that is open is cancelled', async () => {
    const { outcome, cancelled } = await late((intent) => ({ 'hg-1': seenOf(intent) }));
    expect(outcome).toBe('in-doubt OrderStillOpen: hg-1 is still open at the broker');
    expect(cancelled).toEqual(['broker-hg-1']);
  });

  test('long ago is taken from the whole journal', async () => {
    const { reopening } = await late((intent) => ({ 'hg-1': seenOf(intent, filled) }), { forgotten: true });
    expect(reopening).toMatchObject([{ order: { intent: { clientOrderId: 'hg-1' } } }]);
    const lost = await late((intent) => ({ 'hg-1': seenOf(intent, filled) }), {
      forgotten: true,
      known: false,
    });
    expect(lost.reopening).toHaveLength(1);
    expect(lost.reopening[0]).not.toHaveProperty('order');
  });

  test('is not taken up twice', async () => {
    const { outcome, reopening } = await late((intent) => ({ 'hg-1': seenOf(intent, filled) }), {
      reopened: true,
    });
    expect({ outcome, reopening }).toEqual({ outcome: 'done', reopening: [] });
  });

  test.each([
    [{}, 'the broker does not know it any more'],
    [{ 'hg-1': 'down' }, 'no word'],
  ] as const)('and of which the broker says nothing then (%j) stays in doubt', async (says, detail) => {
    expect((await late(() => says)).outcome).toBe(`in-doubt BrokerUnavailable: ${detail}`);
  });
});
