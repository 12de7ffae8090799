/** A reduction that never reached the broker is sent again in its session: under the same id, and after every check anew. */
import { describe, expect, test } from 'vitest';
import { resolveSymbol } from '../../src/actions/resolve-symbol.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Quantity } from '../../src/domain/decimal.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import { doubtfulOrders } from '../../src/reconciler/conditions.ts';
import { fault } from '../support/faults.ts';
import {
  killedBeforeRequest,
  looked,
  onlyIntent,
  ordersPlanned,
  statusOf,
  stays,
} from '../support/lost-orders.ts';
import { outcomesIn } from '../support/outcomes.ts';
import { world, type TestWorld, type WorldFacts } from '../support/world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const shares = (count: number) => (count * 1e9) as Quantity;
const DOWN = { kind: 'unavailable', reason: 'HTTP 503' } as const;

const reducing: WorldFacts = {
  prices: { KO: '50' },
  books: { mp: { KO: '10' } },
  strategies: { mp: { targets: { KO: '4' } } },
};

async function lost(facts: Partial<WorldFacts> = {}): Promise<{ home: TestWorld; id: string }> {
  const home = await world({ ...reducing, ...facts });
  return { home, id: await killedBeforeRequest(home, 5 * MINUTE) };
}

describe('a reduction that was lost on its way', () => {
  test('goes out under the same id in the next pass, and nothing stays in doubt', async () => {
    const { home, id } = await lost();
    expect(outcomesIn(await home.apply())).toEqual([`resolve-order/${id}: done`, 'reduce/mp/KO: done']);
    expect(home.broker.submitted).toEqual([id]);
    expect(home.books()).toEqual({ mp: { KO: '4' } });
    expect(home.held()).toEqual({ KO: '4' });
    expect(outcomesIn(await home.apply())).toEqual(['nothing']);
  });

  test('also where its own execution could not get it through', async () => {
    const home = await world({ ...reducing, faults: [fault('submit', DOWN, { times: 2 })] });
    expect(outcomesIn(await home.apply())).toEqual(['reduce/mp/KO: in-doubt OrderInDoubt']);
    const id = onlyIntent(home);
    await home.apply();
    expect(home.books()).toEqual({ mp: { KO: '4' } });
    expect(home.broker.submitted).toEqual([id]);
  });

  test('is an order of the plan before it goes out, and says which one it repeats', async () => {
    const { home, id } = await lost();
    expect(await ordersPlanned(home)).toEqual([]);
    await looked(home);
    expect(home.broker.submitted).toEqual([]);
    expect(statusOf(home, id)).toBe('unseen');
    expect(await ordersPlanned(home)).toMatchObject([
      { id: 'reduce/mp/KO', side: 'sell', quantity: shares(6), sendsAgain: id },
    ]);
  });

  test('keeps its quantity where more is wanted by now; the rest follows', async () => {
    const { home, id } = await lost();
    const flat = home.with({ mp: { targets: { KO: '0' } } });
    await flat.apply();
    expect(home.books()).toEqual({ mp: { KO: '4' } });
    await flat.apply();
    expect(home.books()).toEqual({});
    expect(home.broker.submitted).toHaveLength(2);
    expect(home.broker.submitted[0]).toBe(id);
  });

  test('is sold once by its drain, too', async () => {
    const { home, id } = await lost({ strategies: { mp: { targets: { KO: '0' } } } });
    const off = home.with({ mp: { targets: { KO: '0' }, enabled: false, orphans: 'close' } });
    await off.apply();
    expect(home.broker.submitted).toEqual([id]);
    expect(home.books()).toEqual({});
  });

  test('is a part of the sale of everything, which does not call it off', async () => {
    const { home, id } = await lost();
    home.journal.commit({ type: 'halted', mode: 'flatten', reason: 'test', by: 'test' });
    expect(outcomesIn(await home.apply())).toEqual([`resolve-order/${id}: done`, 'close/mp/KO: done']);
    expect(home.books()).toEqual({ mp: { KO: '4' } });
    await home.apply();
    expect(home.books()).toEqual({});
  });

  test('goes out later where no time was left between its record and its request', async () => {
    const { home, id } = await lost();
    const commit = (event: JournalEvent): ReturnType<TestWorld['journal']['commit']> => {
      if (event.type === 'order-sent-again') home.clock.jump(MINUTE);
      return home.journal.commit(event);
    };
    await home.apply({ journal: { ...home.journal, commit } });
    expect(home.broker.submitted).toEqual([]);
    await home.apply();
    expect(home.broker.submitted).toEqual([id]);
    expect(home.books()).toEqual({ mp: { KO: '4' } });
  });
});

describe('it does not go out', () => {
  test('where less is wanted by now', async () => {
    const { home, id } = await lost();
    await stays({ home: home.with({ mp: { targets: { KO: '7' } } }), id });
  });

  test('while another order on its symbol is open', async () => {
    const { home, id } = await lost({ settings: { fillDelay: DAY } });
    const byHand = { symbol: 'KO', side: 'buy', quantity: shares(1), reduceOnly: false } as const;
    await home.broker.submit({ clientOrderId: 'by-hand', ...byHand });
    await stays({ home, id }, ['by-hand']);
  });

  test('where shares are missing: it may have filled after all', async () => {
    const { home, id } = await lost();
    home.broker.tradeOutside({ symbol: 'KO', side: 'sell', quantity: shares(6) });
    await stays({ home, id });
  });

  test('while the history is not available', async () => {
    await stays(await lost({ faults: [fault('history', DOWN, { times: 99 })] }));
  });

  test('while the account is halted', async () => {
    const { home, id } = await lost();
    home.journal.commit({ type: 'halted', mode: 'hold', reason: 'test', by: 'test' });
    await stays({ home, id });
  });

  test('in the last thirty seconds of its session, or after it', async () => {
    const { home, id } = await lost({
      settings: { clock: 'exchange' },
      now: Date.parse('2025-12-02T15:54:00-05:00') as Instant,
    });
    home.clock.advance(45_000);
    await stays({ home, id });
  });
});

test('in the next session it never was, and the same sale is another order', async () => {
  const { home, id } = await lost();
  home.clock.advance(DAY);
  await home.apply();
  await home.apply();
  expect(home.books()).toEqual({ mp: { KO: '4' } });
  expect(home.broker.submitted).toHaveLength(1);
  expect(home.broker.submitted).not.toContain(id);
});

test('a broker that has it after all, and hides it, takes it no second time', async () => {
  const home = await world({
    ...reducing,
    settings: { fillDelay: 9 * MINUTE },
    faults: [fault('submit', { kind: 'answer-lost', hiddenFor: 30 * MINUTE })],
  });
  for (let pass = 0; pass < 40; pass += 1) {
    await home.apply();
    home.clock.advance(MINUTE);
  }
  expect(new Set(home.broker.submitted).size).toBe(1);
  expect(home.broker.submitted.length).toBeGreaterThan(1);
  expect(home.books()).toEqual({ mp: { KO: '4' } });
  expect(home.held()).toEqual({ KO: '4' });
});

test('one that is refused when it goes out again is not sent a third time, and stays in doubt', async () => {
  const reject = { kind: 'reject', code: 'Refused', message: 'no' } as const;
  const { home, id } = await lost({ faults: [fault('submit', reject, { times: 99 })] });
  expect(outcomesIn(await home.apply())).toEqual([
    `resolve-order/${id}: in-doubt OrderNotSeen`,
    'reduce/mp/KO: in-doubt OrderInDoubt',
  ]);
  expect(statusOf(home, id)).toBe('declined');
  expect(outcomesIn(await home.apply())).toEqual([`resolve-order/${id}: in-doubt OrderNotSeen`]);
  expect(statusOf(home, id)).toBe('declined');
});

test('killed again after it went out, it is found, and booked once', async () => {
  const { home, id } = await lost();
  const commit = (event: JournalEvent): ReturnType<TestWorld['journal']['commit']> => {
    if (event.type === 'order-created') throw new Error('killed');
    return home.journal.commit(event);
  };
  await expect(home.apply({ journal: { ...home.journal, commit } })).rejects.toThrow('killed');
  home.clock.advance(5 * MINUTE);
  await home.apply();
  await home.apply();
  expect(home.broker.submitted).toEqual([id]);
  expect(home.books()).toEqual({ mp: { KO: '4' } });
});

test('a broker that does not answer the last look gets no order of this execution any more', async () => {
  const looks = fault('orderByClientId', DOWN, { after: 3, times: 3 });
  const strategies = { mp: { targets: { KO: '4', VTI: '2' } } };
  const home = await world({ ...reducing, prices: { KO: '50', VTI: '100' }, strategies, faults: [looks] });
  const id = await killedBeforeRequest(home, 5 * MINUTE);
  expect(outcomesIn(await home.apply())).toEqual([
    `resolve-order/${id}: in-doubt OrderNotSeen`,
    'reduce/mp/KO: in-doubt BrokerUnavailable',
    'open/mp/VTI: not-started PendingOrder',
  ]);
  expect(home.broker.submitted).toEqual([]);
});

test('sent again as its session ends, it is not taken for never sent an hour after its intent', async () => {
  const { home, id } = await lost({
    now: Date.parse('2025-12-02T22:00:00-05:00') as Instant,
    settings: { fillDelay: 40 * MINUTE },
    faults: [fault('submit', { kind: 'answer-lost', hiddenFor: 50 * MINUTE })],
  });
  home.clock.advance(Date.parse('2025-12-02T23:59:40-05:00') - home.clock.now());
  for (let pass = 0; pass < 90; pass += 1) {
    await home.apply();
    home.clock.advance(MINUTE);
  }
  expect(new Set(home.broker.submitted)).toEqual(new Set([id]));
  expect(home.books()).toEqual({ mp: { KO: '4' } });
});

test("is not an operator's to resolve once it has gone out again", async () => {
  const { home, id } = await lost({
    faults: [fault('submit', { kind: 'answer-lost', hiddenFor: 5 * MINUTE })],
  });
  await looked(home);
  const orderByClientId = async (): Promise<null> => {
    await home.apply();
    return null;
  };
  const ports = { ...home.ports, broker: { ...home.broker, orderByClientId } };
  const word = { symbol: 'KO', as: 'books', strategy: null, price: null, reason: 'test' } as const;
  await expect(resolveSymbol(ports, home.desired, word)).rejects.toMatchObject({ exit: 8 });
  expect(home.broker.submitted).toContain(id);
  expect(home.journal.ledger().openOrders.has(id)).toBe(true);
});

test('is in doubt for people, too, until it has an end', async () => {
  const reject = { kind: 'reject', code: 'Refused', message: 'no' } as const;
  const { home, id } = await lost({ faults: [fault('submit', reject, { times: 99 })] });
  await looked(home);
  expect(doubtfulOrders(home.journal.ledger(), 'mp')).toEqual([id]);
  await home.apply();
  expect(statusOf(home, id)).toBe('declined');
  expect(doubtfulOrders(home.journal.ledger(), 'mp')).toEqual([id]);
});
