/** When an operator's word on a symbol is taken, and what is recorded of it. */
import { describe, expect, test } from 'vitest';
import { resolveSymbol } from '../../src/actions/resolve-symbol.ts';
import type { Resolution } from '../../src/actions/resolved-lots.ts';
import type { Price } from '../../src/domain/decimal.ts';
import { EXIT } from '../../src/domain/errors.ts';
import type { IntentPayload, JournalEvent } from '../../src/observed/events.ts';
import { BrokerBarred, type Broker, type Ports } from '../../src/reconciler/ports.ts';
import { executing, seenOf, shares, type Executing } from '../support/executing.ts';
import type { TestWorld, WorldFacts } from '../support/world.ts';

const DAY = 86_400_000;
const facts: WorldFacts = {
  prices: { X: '100', Y: '50' },
  books: { other: { Y: '5' }, core: { X: '10' } },
};
const told = (event: object): JournalEvent => event as JournalEvent;
const broken = told({ type: 'break-opened', fence: 1, symbol: 'X', kind: 'overfill', detail: 'so' });
const adopted = told({
  type: 'adopted',
  strategy: 'core',
  symbol: 'X',
  quantity: shares(1),
  cost: 100e6,
  reason: 'mine',
  anchor: { at: 0, unmanaged: 0 },
});
const created = told({ type: 'order-created', fence: 1, clientOrderId: 'hg-1', brokerOrderId: 'b-1' });

interface Case {
  readonly facts?: Partial<WorldFacts>;
  readonly word?: Partial<Resolution>;
  /** Orders of ours without an end. */
  readonly orders?: readonly Partial<IntentPayload>[];
  readonly events?: readonly JournalEvent[];
  /** Whether somebody still executes. */
  readonly held?: boolean;
  /** Whether who executes is there no more. */
  readonly isGone?: boolean;
  readonly before?: (under: Executing) => unknown;
  readonly broker?: (under: Executing) => Partial<Broker>;
  readonly journal?: (home: TestWorld) => Partial<Ports['journal']>;
  readonly later?: number;
}

async function resolving(of: Case) {
  const under = await executing({ ...facts, ...of.facts });
  const { home, intend } = under;
  of.orders?.forEach((order) => intend(order));
  for (const event of of.events ?? []) home.journal.commit(event);
  if (of.held !== true) home.journal.commit({ type: 'lock-released', fence: 1 });
  of.before?.(under);
  home.clock.advance(of.later ?? 60_000);
  const ports = {
    ...home.ports,
    broker: { ...home.broker, ...of.broker?.(under) },
    journal: { ...home.journal, ...of.journal?.(home) },
    ...(of.isGone === true && { processes: { ...home.ports.processes, lookUp: () => 'gone' as const } }),
  };
  const resolution = {
    symbol: 'X',
    as: 'broker',
    strategy: null,
    price: null,
    reason: 'counted',
    ...of.word,
  } as const;
  const before = home.journal.records.length;
  const error = await resolveSymbol(ports, home.desired, resolution).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const event = home.journal.records
    .slice(before)
    .map((record) => record.event)
    .find(({ type }) => type === 'symbol-resolved');
  return { error, event, home };
}

const fewer = { broker: { Y: '5', X: '7' } };

describe('a word on a symbol is taken', () => {
  test.each<[string, Case]>([
    ['where shares are missing', { facts: fewer }],
    ['where there is a break', { events: [broken] }],
    ['where an order of ours has no end', { orders: [{}] }],
  ])('%s', async (_, of) => {
    const { error, event } = await resolving(of);
    expect(error).toBeNull();
    expect(event).toMatchObject({ symbol: 'X', reason: 'counted' });
  });

  test.each<[string, Partial<ReturnType<TestWorld['journal']['ledger']>>]>([
    ['has shrunk from outside', { shrunkOn: new Map([['X', '2025-12-02']]) }],
    ['has followed a split', { splits: new Map([['X', {} as never]]) }],
  ])('where its book %s', async (_, more) => {
    const seen = await resolving({
      journal: ({ journal }) => ({
        refresh: () => ({ ...journal.ledger(), ...more }),
        ledger: () => ({ ...journal.ledger(), ...more }),
      }),
    });
    expect(seen.error).toBeNull();
  });

  test.each<[Partial<Resolution>, string]>([
    [{}, "see 'hgctl plan'"],
    [{ as: 'books' }, "see 'hgctl plan'"],
    [{ as: 'split' }, "'--ratio TO:FROM' says how it was split, where it does not show"],
  ])('and not where nothing is in doubt: %j', async (word, hint) => {
    for (const more of [{}, { orders: [{ symbol: 'Y' }] }, { facts: { broker: { X: '13', Y: '5' } } }])
      expect((await resolving({ word, ...more })).error).toMatchObject({
        exit: EXIT.notFound,
        message: 'nothing about X is in doubt',
        hint,
      });
  });

  test('that says how shares were split, where the broker holds others', async () => {
    const ratio = { from: 10, to: 13 };
    const { event, home } = await resolving({
      word: { as: 'split', ratio },
      facts: { broker: { X: '13', Y: '5' } },
    });
    expect(event).toMatchObject({ split: ratio });
    expect(home.books()['core']).toEqual({ X: '13' });
  });
});

describe('a word is recorded', () => {
  test('with the average cost of what leaves, what the broker says, and from where on history counts', async () => {
    const { event, home } = await resolving({ facts: { ...fewer, prices: { X: '100', Y: '50' } } });
    const session = home.journal.ledger();
    expect(event).toEqual({
      type: 'symbol-resolved',
      symbol: 'X',
      reason: 'counted',
      lots: [{ strategy: 'core', quantity: shares(7), cost: null }],
      price: 100e6,
      seenPrice: 100e6,
      anchor: { at: home.clock.now(), unmanaged: 0 },
      sessionDate: '2025-12-02',
    });
    expect(session.books.get('core')?.get('X')?.quantity).toBe(shares(7));
  });

  test('with that cost, whatever the broker says a share has cost', async () => {
    const { event } = await resolving({
      facts: fewer,
      broker: ({ home }) => ({
        positions: async () =>
          (await home.broker.positions()).map((row) => ({ ...row, averagePrice: 120e6 as Price })),
      }),
    });
    expect(event).toMatchObject({ price: 100e6, seenPrice: 120e6 });
  });

  test('with the price that the operator says', async () => {
    expect((await resolving({ facts: fewer, word: { price: 90e6 as Price } })).event).toMatchObject({
      price: 90e6,
    });
  });

  test('with the broker’s price of what an order may have brought', async () => {
    const { event } = await resolving({
      orders: [{}],
      before: ({ home }) => home.broker.tradeOutside({ symbol: 'X', side: 'buy', quantity: shares(4) }),
      broker: ({ home }) => ({
        positions: async () =>
          (await home.broker.positions()).map((row) => ({ ...row, averagePrice: 120e6 as Price })),
      }),
    });
    expect(event).toMatchObject({ price: 120e6, lots: [{ strategy: 'core', quantity: shares(14) }] });
  });

  test('without any price where nobody owns it and nothing is there', async () => {
    const { event } = await resolving({ facts: { books: {}, broker: {} }, orders: [{}] });
    expect(event).toMatchObject({ price: 0, seenPrice: 0, lots: [] });
  });

  test('with what the broker holds beyond the books', async () => {
    const { event } = await resolving({
      facts: { broker: { X: '14', Y: '5' } },
      events: [broken],
      word: { as: 'books' },
    });
    expect(event).toMatchObject({ anchor: { unmanaged: shares(4) } });
  });
});

describe('an order that is still working', () => {
  const refused = {
    exit: EXIT.refused,
    message: 'an order on X is still working',
    hint: 'wait for its end, or cancel it, then resolve',
  };
  const listing = (symbol: string) => ({
    broker: ({ intend }: Executing) => ({
      openOrders: () => Promise.resolve([seenOf({ ...intend({ clientOrderId: 'theirs', symbol }), symbol })]),
    }),
  });

  test('at the broker comes before every word on its symbol', async () => {
    expect((await resolving({ events: [broken], ...listing('X') })).error).toMatchObject(refused);
    expect((await resolving({ events: [broken], ...listing('Y') })).error).toBeNull();
  });

  test('of somebody who executes likewise', async () => {
    expect((await resolving({ events: [broken], orders: [{}], held: true })).error).toMatchObject(refused);
    expect((await resolving({ events: [broken], orders: [{}] })).error).toBeNull();
    expect((await resolving({ events: [broken], held: true })).error).toBeNull();
    const other = [{ symbol: 'Y' }];
    expect((await resolving({ events: [broken], orders: other, held: true })).error).toBeNull();
  });
});

describe('an order without an end', () => {
  const saying = (answer: 'found' | 'down') => ({
    broker: (): Partial<Broker> => ({
      orderByClientId: (id) =>
        answer === 'down'
          ? Promise.reject(new BrokerBarred('no word', 'wait'))
          : Promise.resolve({ clientOrderId: id, status: 'filled' } as never),
    }),
  });

  test('that the broker knows is left to apply', async () => {
    expect((await resolving({ orders: [{}], ...saying('found') })).error).toMatchObject({
      exit: EXIT.refused,
      message: 'the broker knows hg-1 (filled)',
      hint: "'hgctl apply' books it and brings it to its end",
    });
  });

  test('of which the broker says nothing is left in doubt', async () => {
    expect((await resolving({ orders: [{}], ...saying('down') })).error).toMatchObject({ exit: EXIT.broker });
  });

  test('of another symbol is no matter, and none is where there is a break', async () => {
    const other = { orders: [{ symbol: 'Y' }], facts: fewer };
    expect((await resolving({ ...other, ...saying('down') })).error).toBeNull();
    expect((await resolving({ orders: [{}], events: [broken], ...saying('down') })).error).toBeNull();
  });

  test('that the broker has confirmed may come back until its session is over', async () => {
    expect((await resolving({ orders: [{}], events: [created] })).error).toMatchObject({
      exit: EXIT.refused,
      message: 'the broker has confirmed hg-1 today, and does not show it now',
      hint: "'hgctl apply' asks for it again; after its session it can be resolved",
    });
    expect((await resolving({ orders: [{}], events: [created], later: DAY })).error).toBeNull();
    expect((await resolving({ orders: [{}] })).error).toBeNull();
  });
});

test('A word waits for the clock of the broker: it is of a session', async () => {
  const clock = (): Promise<never> => Promise.reject(new BrokerBarred('no clock', 'wait'));
  expect((await resolving({ facts: fewer, broker: () => ({ clock }) })).error).toMatchObject({
    exit: EXIT.broker,
  });
});

describe('what was recorded while the operator looked', () => {
  /** `event` is there once the word is about to be recorded. */
  const meanwhile = (event: JournalEvent) => {
    let looks = 0;
    return resolving({
      facts: fewer,
      orders: [{}, { clientOrderId: 'hg-2', symbol: 'Y' }],
      held: true,
      isGone: true,
      journal: ({ journal }) => ({
        refresh: () => {
          looks += 1;
          return looks === 1 ? journal.refresh() : journal.commit(event).ledger;
        },
      }),
    });
  };
  const changed = { exit: EXIT.conflict, message: 'the books changed meanwhile' };

  test.each<[string, JournalEvent, boolean]>([
    ['a break', broken, true],
    [
      'the end of its order',
      told({ type: 'order-ended', fence: 1, clientOrderId: 'hg-1', status: 'canceled', detail: '' }),
      true,
    ],
    ['that its order is not seen', told({ type: 'order-unseen', fence: 1, clientOrderId: 'hg-1' }), true],
    [
      'that an order of another symbol is not seen',
      told({ type: 'order-unseen', fence: 1, clientOrderId: 'hg-2' }),
      false,
    ],
    ['another book', adopted, true],
    ['a halt', told({ type: 'halted', mode: 'hold', reason: 'drill', by: 'alice' }), false],
  ])('%s: the word is %j another one', async (_, event, isChanged) => {
    const { error } = await meanwhile(event);
    if (isChanged) expect(error).toMatchObject(changed);
    else expect(error).toBeNull();
  });
});
