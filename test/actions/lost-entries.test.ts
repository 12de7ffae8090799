/** An entry that never reached the broker is sent again inside the window of its slot: under the same id, and no later. */
import { describe, expect, test } from 'vitest';
import type { Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { parseScheduleTime, type ScheduleEntry } from '../../src/domain/schedule.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
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
import { world, type StrategyFacts, type TestWorld, type WorldFacts } from '../support/world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const shares = (count: number) => (count * 1e9) as Quantity;
const at = (time: string) => Date.parse(`2025-12-02T${time}-05:00`) as Instant;
const DOWN = { kind: 'unavailable', reason: 'HTTP 503' } as const;
const PRICES = { KO: '50', VTI: '100' };

function slot(time: string, action: ScheduleEntry['action'] = 'entry'): ScheduleEntry {
  const when = parseScheduleTime(time);
  if (when === undefined) throw new Error('no time');
  return { at: when, action, window: 10 * MINUTE };
}

const omr = (more: StrategyFacts = {}): StrategyFacts => ({
  targets: { KO: '10' },
  schedule: [slot('15:00')],
  ...more,
});

const entering: WorldFacts = {
  now: at('15:01'),
  prices: PRICES,
  strategies: { omr: omr() },
};

async function lost(facts: Partial<WorldFacts> = {}): Promise<{ home: TestWorld; id: string }> {
  const home = await world({ ...entering, ...facts });
  return { home, id: await killedBeforeRequest(home) };
}

describe('an entry that was lost on its way', () => {
  test.each(['entry', 'rebalance'] as const)(
    'of an %s goes out under the same id in the next pass, and nothing stays in doubt',
    async (action) => {
      const { home, id } = await lost({ strategies: { omr: omr({ schedule: [slot('15:00', action)] }) } });
      expect(outcomesIn(await home.apply())).toEqual([`resolve-order/${id}: done`, 'open/omr/KO: done']);
      expect(home.broker.submitted).toEqual([id]);
      expect(home.held()).toEqual({ KO: '10' });
      await home.apply();
      expect(home.journal.ledger().slots.get(`omr/2025-12-02/${action}/1500`)?.state).toBe('done');
      expect(outcomesIn(await home.apply())).toEqual(['nothing']);
    },
  );

  test('also where its own execution could not get it through', async () => {
    const home = await world({ ...entering, faults: [fault('submit', DOWN, { times: 2 })] });
    expect(outcomesIn(await home.apply())).toEqual(['open/omr/KO: in-doubt OrderInDoubt']);
    const id = onlyIntent(home);
    await home.apply();
    expect(home.broker.submitted).toEqual([id]);
    expect(home.books()).toEqual({ omr: { KO: '10' } });
  });

  test('is an order of the plan before it goes out, and says which one it repeats', async () => {
    const { home, id } = await lost();
    expect(await ordersPlanned(home)).toEqual([]);
    await looked(home);
    expect([home.broker.submitted, statusOf(home, id)]).toEqual([[], 'unseen']);
    expect(await ordersPlanned(home)).toMatchObject([
      { id: 'open/omr/KO', side: 'buy', quantity: shares(10), sendsAgain: id, to: shares(10) },
    ]);
  });

  test('is followed by the others of its slot', async () => {
    const { home, id } = await lost({
      strategies: { omr: omr({ targets: { KO: '10', VTI: '5' }, priorities: { KO: 2, VTI: 1 } }) },
    });
    await home.apply();
    expect(home.broker.submitted[0]).toBe(id);
    expect(home.held()).toEqual({ KO: '10', VTI: '5' });
  });

  test('sells short, too', async () => {
    const { home, id } = await lost({
      strategies: { omr: omr({ targets: { KO: '-10' }, shorts: 'allowed' }) },
      settings: { shorting: { hardToBorrow: [] } },
    });
    await home.apply();
    expect([home.broker.submitted, home.held()]).toEqual([[id], { KO: '-10' }]);
  });

  test('has its turn beside others, behind their reductions', async () => {
    const { home, id } = await lost({
      books: { mp: { VTI: '10' } },
      strategies: { omr: omr({ priority: 1 }), mp: { targets: { VTI: '10' }, priority: 2 } },
    });
    const less = home.with({ omr: omr({ priority: 1 }), mp: { targets: { VTI: '4' }, priority: 2 } });
    await less.apply();
    expect(home.broker.submitted[1]).toBe(id);
    expect(home.held()).toEqual({ KO: '10', VTI: '4' });
  });

  test('counts once in every limit', async () => {
    const { home, id } = await lost({
      cash: '500',
      strategies: { omr: omr({ maxPositions: 1 }) },
      limits: { maxGross: null, maxOrdersPerDay: 1, maxOrdersPerSymbol: 1 },
    });
    await home.apply();
    expect([home.broker.submitted, home.held()]).toEqual([[id], { KO: '10' }]);
  });

  test('keeps its money from the others while it does not go out', async () => {
    const { home, id } = await lost({
      cash: '850',
      limits: { maxGross: null },
      strategies: { omr: omr(), mp: { targets: {}, universe: ['VTI'] } },
    });
    await looked(home);
    const limited = home.with(
      { omr: omr(), mp: { targets: { VTI: '4' }, priority: 90 } },
      { maxGross: null, maxOrderValue: 499_000_000 as never },
    );
    const { actions, notDone } = await limited.plan();
    expect(actions.map(({ id: action }) => action)).toEqual([`resolve-order/${id}`]);
    expect(notDone.map(({ symbol, reason }) => [symbol, reason])).toContainEqual(['KO', 'MaxOrderValue']);
    expect(notDone.map(({ symbol, reason }) => [symbol, reason])).toContainEqual([
      'VTI',
      'InsufficientBuyingPower',
    ]);
  });
});

describe('it does not go out', () => {
  test('behind the window of its slot', async () => {
    const { home, id } = await lost();
    home.clock.advance(at('15:10') - home.clock.now() + 1);
    await stays({ home, id });
  });

  test('where the window closes between its plan and its request', async () => {
    const { home, id } = await lost();
    home.clock.advance(at('15:09') - home.clock.now());
    await looked(home);
    const orderByClientId = (asked: string) => {
      home.clock.advance(at('15:10') - home.clock.now() + 1);
      return home.broker.orderByClientId(asked);
    };
    expect(outcomesIn(await home.apply({ broker: { ...home.broker, orderByClientId } }))).toContain(
      `resolve-order/${id}: in-doubt OrderNotSeen`,
    );
    await stays({ home, id });
  });

  test('for another slot than its own', async () => {
    const schedule = [slot('15:00'), slot('15:20')];
    const { home, id } = await lost({ strategies: { omr: omr({ schedule }) } });
    home.clock.advance(at('15:21') - home.clock.now());
    await stays({ home, id });
  });

  test('of a strategy without a schedule: its time was its execution', async () => {
    await stays(await lost({ strategies: { omr: omr({ schedule: [] }) } }));
  });

  test('of a strategy that is switched off meanwhile, or may not hold the symbol any more', async () => {
    const { home, id } = await lost();
    await stays({ home: home.with({ omr: omr({ enabled: false }) }), id });
    await stays({ home: home.with({ omr: omr({ universe: ['VTI'], targets: {} }) }), id });
  });

  test('while the account is halted, or its strategy suspended', async () => {
    const { home, id } = await lost();
    home.journal.commit({ type: 'halted', mode: 'hold', reason: 'test', by: 'test' });
    await stays({ home, id });
  });

  test('where the broker holds shares that nobody owns: it may have filled after all', async () => {
    const { home, id } = await lost();
    home.broker.tradeOutside({ symbol: 'KO', side: 'buy', quantity: shares(10) });
    await stays({ home, id });
  });

  test('where its symbol was reduced outside today', async () => {
    const { home, id } = await lost({ books: { omr: { KO: '5' } } });
    home.broker.tradeOutside({ symbol: 'KO', side: 'sell', quantity: shares(2) });
    await stays({ home, id });
  });

  test('while another order on its symbol is open', async () => {
    const { home, id } = await lost({ settings: { fillDelay: DAY } });
    const byHand = { symbol: 'KO', side: 'buy', quantity: shares(1), reduceOnly: false } as const;
    await home.broker.submit({ clientOrderId: 'by-hand', ...byHand });
    await stays({ home, id }, ['by-hand']);
  });

  test('while the history is not available', async () => {
    await stays(await lost({ faults: [fault('history', DOWN, { times: 99 })] }));
  });

  test('where it was refused when it went out again', async () => {
    const reject = { kind: 'reject', code: 'Refused', message: 'no' } as const;
    const { home, id } = await lost({ faults: [fault('submit', reject, { times: 99 })] });
    expect(outcomesIn(await home.apply())).toEqual([
      `resolve-order/${id}: in-doubt OrderNotSeen`,
      'open/omr/KO: in-doubt OrderInDoubt',
    ]);
    expect(statusOf(home, id)).toBe('declined');
    await stays({ home, id });
  });
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
  expect(home.books()).toEqual({ omr: { KO: '10' } });
});

test('a broker that has it after all, and hides it, takes it no second time', async () => {
  const home = await world({
    ...entering,
    settings: { fillDelay: 3 * MINUTE },
    faults: [fault('submit', { kind: 'answer-lost', hiddenFor: 6 * MINUTE })],
  });
  for (let pass = 0; pass < 12; pass += 1) {
    await home.apply();
    home.clock.advance(MINUTE);
  }
  expect(new Set(home.broker.submitted).size).toBe(1);
  expect(home.books()).toEqual({ omr: { KO: '10' } });
  expect(home.held()).toEqual({ KO: '10' });
});

test('in the next session it never was', async () => {
  const { home, id } = await lost();
  home.clock.advance(DAY);
  await home.apply();
  await home.apply();
  expect(home.journal.ledger().openOrders.has(id)).toBe(false);
  expect(home.held()).toEqual({ KO: '10' });
  expect(home.broker.submitted).toHaveLength(1);
  expect(home.broker.submitted).not.toContain(id);
});
