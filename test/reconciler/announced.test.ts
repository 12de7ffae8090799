/** Splits and changes of symbols that were announced: books follow what the account shows exactly, and nothing else. */
import { describe, expect, test } from 'vitest';
import { resolveSymbol } from '../../src/actions/resolve-symbol.ts';
import { parsePrice, parseQuantity, type Price, type Quantity } from '../../src/domain/decimal.ts';
import type { CorporateAction } from '../../src/observed/corporate-action.ts';
import { foldRecords } from '../../src/observed/ledger-fold.ts';
import { checkPlan } from '../../src/reconciler/check-plan.ts';
import { BrokerUnavailable, type Ports } from '../../src/reconciler/ports.ts';
import { fault } from '../support/faults.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const DAY = 86_400_000;
/** The books are opened the day before. */
const TODAY = '2025-12-03';

const split = (from: number, to: number, date = TODAY): CorporateAction => ({
  kind: 'split',
  date,
  ratio: { from, to },
});
const change = (from: string, to: string, date = TODAY): CorporateAction => ({
  kind: 'symbol-change',
  date,
  from,
  to,
});

const base: WorldFacts = {
  prices: { X: '1200', Y: '50', Z: '1200' },
  strategies: { a: { targets: { X: '10' } }, b: { targets: { Y: '8' } } },
  books: { a: { X: '10' }, b: { Y: '8' } },
};

async function nextDay(facts: Partial<WorldFacts>): Promise<TestWorld> {
  const home = await world({ ...base, ...facts });
  home.clock.advance(DAY);
  return home;
}

function shares(text: string): Quantity {
  return parseQuantity(text) ?? (0 as Quantity);
}

/** Quantity and cost of every lot of a symbol. */
function lots(home: TestWorld, symbol = 'X'): Record<string, readonly [number, number]> {
  return Object.fromEntries(
    [...home.journal.ledger().books].flatMap(([name, book]) => {
      const lot = book.get(symbol);
      return lot === undefined ? [] : [[name, [lot.quantity / 1e9, lot.cost / 1e6]] as const];
    }),
  );
}

const kinds = (home: TestWorld): string[] =>
  [...home.journal.ledger().breaks.values()].map(({ symbol, kind }) => `${symbol}: ${kind}`);

const written = (home: TestWorld, type: string): number =>
  home.journal.records.filter(({ event }) => event.type === type).length;

async function actionsOf(home: TestWorld): Promise<string[]> {
  return (await home.plan()).actions.map(({ kind, symbol }) => `${kind} ${symbol ?? ''}`);
}

describe('an announced split', () => {
  test.each([
    { from: 1, to: 10, own: '10', after: 100 },
    { from: 2, to: 3, own: '10', after: 15 },
    { from: 10, to: 1, own: '10', after: 1 },
    { from: 20, to: 21, own: '10', after: 10.5 },
    { from: 1, to: 1.05, own: '10', after: 10.5 },
    { from: 35, to: 1, own: '70', after: 2 },
    { from: 1, to: 4, own: '-10', after: -40 },
  ])('$to for $from makes $own shares $after, at the same cost, at the first look', async (row) => {
    const home = await nextDay({
      announced: { X: [split(row.from, row.to)] },
      strategies: { a: { targets: { X: row.own }, shorts: 'allowed' } },
      books: { a: { X: row.own } },
    });
    const scale = 1_000;
    home.broker.split({ symbol: 'X', from: row.from * scale, to: row.to * scale });
    expect(await actionsOf(home)).toEqual(['apply-split X']);
    await home.apply();
    expect(lots(home)).toEqual({ a: [row.after, Number(row.own) * 1_200] });
    expect(home.journal.ledger().realised.size).toBe(0);
    expect(kinds(home)).toEqual([]);
    const before = home.journal.records.length;
    await home.apply();
    expect(home.journal.records).toHaveLength(before);
    expect(await actionsOf(home)).toEqual([]);
  });

  test('is shown with what was announced and what the broker says', async () => {
    const home = await nextDay({ announced: { X: [split(1, 10)] } });
    home.broker.split({ symbol: 'X', from: 1, to: 10 });
    const [action] = (await home.plan()).actions;
    expect(action).toMatchObject({
      reason: 'SplitAnnounced',
      from: 10e9,
      to: 100e9,
      sources: ['announced: X: 10-for-1 split on 2025-12-03', 'book: a X 10', 'broker: X 100 at $120.00'],
    });
  });

  test('reaches each owner, and what is nobody’s; a fraction that was paid out leaves the largest lot', async () => {
    const home = await nextDay({
      announced: { X: [split(2, 3)] },
      strategies: { a: { targets: { X: '11' } }, b: { targets: { X: '5' } } },
      books: { a: { X: '11' }, b: { X: '5' } },
      broker: { X: '17' },
    });
    // Of 25.5 shares half a one was paid out. The anchor of the opening knows the one share of nobody.
    const rows = (): ReturnType<TestWorld['broker']['positions']> =>
      Promise.resolve([
        {
          symbol: 'X',
          quantity: shares('25'),
          available: shares('25'),
          averagePrice: parsePrice('800') as Price,
          marketPrice: parsePrice('800') as Price,
        },
      ]);
    await home.apply({ broker: { ...home.broker, positions: rows } });
    expect(lots(home)).toEqual({ a: [16, 13_200], b: [7.5, 6_000] });
    expect(home.journal.ledger().anchors.get('X')?.unmanaged).toBe(1.5e9);
  });

  test('that took effect while nobody looked is followed behind an earlier one', async () => {
    const home = await nextDay({ announced: { X: [split(1, 4), split(1, 2, '2025-12-05')] } });
    home.clock.advance(2 * DAY);
    home.broker.split({ symbol: 'X', from: 1, to: 8 });
    await home.apply();
    expect(lots(home)).toEqual({ a: [80, 12_000] });
    expect(home.journal.ledger().splits.get('X')).toMatchObject({
      date: '2025-12-05',
      ratio: { from: 1, to: 8 },
    });
  });

  test('ends a break that had asked for it', async () => {
    const home = await nextDay({ announced: { X: [split(1, 10)] } });
    home.broker.split({ symbol: 'X', from: 1, to: 10 });
    await home.apply(silent(home));
    expect(kinds(home)).toEqual(['X: split']);
    await home.apply();
    expect(kinds(home)).toEqual([]);
    expect(lots(home)).toEqual({ a: [100, 12_000] });
  });

  test('is applied while the market is closed', async () => {
    const home = await nextDay({
      now: Date.parse('2025-12-02T08:00:00-05:00') as never,
      settings: { clock: 'exchange' },
      announced: { X: [split(1, 10)] },
    });
    home.broker.split({ symbol: 'X', from: 1, to: 10 });
    await home.apply();
    expect(lots(home)).toEqual({ a: [100, 12_000] });
  });
});

/** Nobody answers what was announced. */
function silent(home: TestWorld): Partial<Ports> {
  const actions = (): Promise<never> => Promise.reject(new BrokerUnavailable('500'));
  return { market: { ...home.ports.market, actions } };
}

describe('a difference stays a doubt', () => {
  test.each<readonly [string, Partial<WorldFacts>, (home: TestWorld) => void, string]>([
    [
      'where the announced ratio is another one',
      { announced: { X: [split(1, 5)] } },
      (home) => home.broker.split({ symbol: 'X', from: 1, to: 10 }),
      'X: split',
    ],
    [
      'where it takes effect tomorrow',
      { announced: { X: [split(1, 10, '2025-12-04')] } },
      (home) => home.broker.split({ symbol: 'X', from: 1, to: 10 }),
      'X: split',
    ],
    [
      'where it had taken effect before the books were opened',
      { announced: { X: [split(1, 10, '2025-12-02')] } },
      (home) => home.broker.split({ symbol: 'X', from: 1, to: 10 }),
      'X: split',
    ],
    [
      'where shares vanished besides',
      { announced: { X: [split(10, 1)] }, broker: { X: '5', Y: '8' } },
      (home) => home.broker.split({ symbol: 'X', from: 10, to: 1 }),
      'X: missing-shares',
    ],
    [
      'where the symbol was to become another one than is there',
      { announced: { X: [change('X', 'W')] } },
      (home) => home.broker.rename({ from: 'X', to: 'Z' }),
      'X: missing-shares',
    ],
  ])('%s', async (_, facts, happens, expected) => {
    const home = await nextDay(facts);
    happens(home);
    await home.apply();
    expect(kinds(home)).toEqual([expected]);
    expect(lots(home)).toEqual({ a: [10, 12_000] });
  });

  test('where nobody answers: that is not taken for none, and is asked again', async () => {
    const home = await nextDay({ announced: { X: [split(1, 10)] } });
    home.broker.split({ symbol: 'X', from: 1, to: 10 });
    const plan = (await home.plan()).actions;
    expect(plan).toHaveLength(1);
    await home.apply(silent(home));
    expect(kinds(home)).toEqual(['X: split']);
    expect(lots(home)).toEqual({ a: [10, 12_000] });
  });

  test('where a position of the same size and cost is somebody else’s purchase', async () => {
    const home = await nextDay({ announced: { X: [change('X', 'Z')] } });
    home.broker.tradeOutside({ symbol: 'Z', side: 'buy', quantity: shares('10') });
    const rows = async (): ReturnType<TestWorld['broker']['positions']> =>
      (await home.broker.positions()).filter(({ symbol }) => symbol !== 'X');
    await home.apply({ broker: { ...home.broker, positions: rows } });
    expect(kinds(home)).toEqual(['X: missing-shares']);
    expect(lots(home, 'Z')).toEqual({});
  });
});

test('nothing is asked while books and broker agree', async () => {
  const home = await nextDay({ announced: { X: [split(1, 10)] } });
  const actions = (): Promise<never> => Promise.reject(new Error('asked'));
  await home.apply({ market: { ...home.ports.market, actions } });
  expect(home.held()).toEqual({ X: '10', Y: '8' });
});

describe('targets of before a split', () => {
  test('sell nothing on its day, nor later while they count old shares', async () => {
    const home = await nextDay({ announced: { X: [split(1, 10)] } });
    home.broker.split({ symbol: 'X', from: 1, to: 10 });
    await home.apply();
    expect(holdsIn(await home.plan())).toEqual(['a/X: SplitApplied']);
    home.clock.advance(DAY);
    const { notDone } = await home.plan();
    expect(notDone.map(({ detail }) => detail).join()).toContain(
      "the target of 10 may count shares of before its 10-for-1 split of 2025-12-03: change it, or 'hgctl resolve X --as books",
    );
    await home.apply();
    expect(home.held()['X']).toBe('100');
  });

  test('follow a new number, and the old one once an operator has said that it is right', async () => {
    const home = await nextDay({ announced: { X: [split(1, 10)] } });
    home.broker.split({ symbol: 'X', from: 1, to: 10 });
    await home.apply();
    home.clock.advance(DAY);
    const fewer = home.with({ a: { targets: { X: '90' } }, b: { targets: { Y: '8' } } });
    expect(ordersIn(await fewer.plan())).toEqual(['sell 10 X (reduce)']);
    const word = { symbol: 'X', as: 'books', strategy: null, price: null, reason: 'ten it is' } as const;
    await resolveSymbol(home.ports, home.desired, word);
    expect(ordersIn(await home.plan())).toEqual(['sell 90 X (reduce)']);
  });

  test('that close follow a split that comes between the plan and its turn', async () => {
    const home = (
      await nextDay({
        announced: { X: [split(1, 10)] },
        faults: [fault('positions', { kind: 'split', symbol: 'X', from: 1, to: 10 }, { after: 1 })],
      })
    ).with({ a: { targets: { X: '0' } }, b: { targets: { Y: '8' } } });
    await home.apply();
    expect(written(home, 'split-applied')).toBe(1);
    expect(home.held()).toEqual({ Y: '8' });
    expect(home.books()).toEqual({ b: { Y: '8' } });
  });

  test('that close are followed at once, in the same plan', async () => {
    const home = (await nextDay({ announced: { X: [split(1, 10)] } })).with({
      a: { targets: { X: '0' } },
      b: { targets: { Y: '8' } },
    });
    home.broker.split({ symbol: 'X', from: 1, to: 10 });
    expect(ordersIn(await home.plan())).toEqual(['sell 100 X (close)']);
    await home.apply();
    expect(home.books()).toEqual({ b: { Y: '8' } });
    expect(home.held()).toEqual({ Y: '8' });
  });
});

describe('a split that is announced for today, and that the broker has not carried out', () => {
  const pending = (from: number, to: number, more: Partial<WorldFacts> = {}): Promise<TestWorld> =>
    nextDay({ announced: { X: [split(from, to)] }, ...more });

  /** As a controller that has looked ahead knows it. */
  async function knowing(home: TestWorld): Promise<Awaited<ReturnType<TestWorld['look']>>> {
    const actions = await home.ports.market.actions(['X'], { from: TODAY, to: TODAY });
    return home.look(
      undefined,
      new Map([...actions].map(([symbol, data]) => [symbol, { kind: 'ok', data, asOf: home.clock.now() }])),
    );
  }

  test('changes no book, and lets exits go on', async () => {
    const home = (await pending(1, 10)).with({ a: { targets: { X: '0' } }, b: { targets: { Y: '8' } } });
    const { plan } = await knowing(home);
    expect(ordersIn(plan)).toEqual(['sell 10 X (close)']);
    expect(holdsIn(plan)).toEqual(['*/X: SplitPending']);
  });

  test('lets nothing be added', async () => {
    const home = (await pending(1, 10)).with({ a: { targets: { X: '12' } }, b: { targets: { Y: '8' } } });
    const { plan } = await knowing(home);
    expect(ordersIn(plan)).toEqual([]);
    expect(holdsIn(plan)).toEqual(['a/X: SplitPending']);
  });

  test('holds an exit that may reach into shares of others, where there will be fewer', async () => {
    const home = (await pending(10, 1, { broker: { X: '60', Y: '8' } })).with({
      a: { targets: { X: '0' } },
      b: { targets: { Y: '8' } },
    });
    const { plan } = await knowing(home);
    expect(ordersIn(plan)).toEqual([]);
    expect(holdsIn(plan)).toContain('a/X: SplitPending');
  });

  test.each([
    { from: 1, to: 10, held: '90' },
    { from: 10, to: 1, held: '1' },
  ])('never sells more than is owned when it comes between look and order: $to for $from', async (row) => {
    const home = (
      await pending(row.from, row.to, {
        faults: [fault('submit', { kind: 'split', symbol: 'X', from: row.from, to: row.to })],
      })
    ).with({ a: { targets: { X: '0' } }, b: { targets: { Y: '8' } } });
    await home.apply();
    expect(home.held()['X']).toBe(row.held);
    expect(home.broker.state().positions.get('X')?.quantity).toBeGreaterThan(0);
  });
});

describe('an announced change of a symbol', () => {
  const renamed = async (more: Partial<WorldFacts> = {}): Promise<TestWorld> => {
    const home = await nextDay({ announced: { X: [change('X', 'Z')] }, ...more });
    home.broker.rename({ from: 'X', to: 'Z' });
    return home;
  };

  test('moves every lot with its cost, its time and its order', async () => {
    const home = await renamed();
    const before = home.journal.ledger().books.get('a')?.get('X');
    expect(await actionsOf(home)).toEqual(['apply-symbol-change X']);
    await home.apply();
    expect(home.books()).toEqual({ a: { Z: '10' }, b: { Y: '8' } });
    expect(home.journal.ledger().books.get('a')?.get('Z')).toEqual(before);
    expect(kinds(home)).toEqual([]);
    expect(home.log.join('\n')).toContain(
      '[!] [a] Position X is Z since 2025-12-03: 10 shares; its manifest has to name Z',
    );
    const count = home.journal.records.length;
    await home.apply();
    expect(home.journal.records).toHaveLength(count);
  });

  test('sells nothing of the new symbol and buys nothing of the old, until the manifest names it', async () => {
    const home = await renamed();
    await home.apply();
    const { notDone, actions } = await home.plan();
    expect(actions).toEqual([]);
    expect(notDone.map(({ symbol, reason }) => `${symbol ?? ''} ${reason}`)).toEqual([
      'X SymbolChanged',
      'Z SymbolChanged',
    ]);
    expect(notDone[1]?.detail).toContain('until the manifest of a names Z in the place of X');
    const before = home.log.length;
    await home.apply();
    expect(home.log.slice(before)).toEqual([`[!] [a] ${notDone[1]?.detail ?? ''}`]);
    const edited = home.with({ a: { targets: { Z: '4' } }, b: { targets: { Y: '8' } } });
    expect(ordersIn(await edited.plan())).toEqual(['sell 6 Z (reduce)']);
    const removed = home.with({ a: { targets: {}, universe: ['W'] }, b: { targets: { Y: '8' } } });
    expect(ordersIn(await removed.plan())).toEqual(['sell 10 Z (close)']);
  });

  test('takes the shares of nobody with it', async () => {
    const home = await renamed({ broker: { X: '12', Y: '8' } });
    await home.apply();
    expect(home.books()).toEqual({ a: { Z: '10' }, b: { Y: '8' } });
    expect(home.journal.ledger().anchors.get('Z')?.unmanaged).toBe(2e9);
    expect(holdsIn(await home.plan())).toContain('*/Z: UnmanagedShares');
  });

  test('ends the break of what had gone without a trace', async () => {
    const home = await renamed();
    await home.apply(silent(home));
    expect(kinds(home)).toEqual(['X: missing-shares']);
    await home.apply();
    expect(kinds(home)).toEqual([]);
    expect(home.books()).toEqual({ a: { Z: '10' }, b: { Y: '8' } });
  });

  test('stays open where somebody owns the new symbol', async () => {
    const home = await nextDay({
      announced: { X: [change('X', 'Z')] },
      strategies: { a: { targets: { X: '10' } }, c: { targets: { Z: '1' } } },
      books: { a: { X: '10' }, c: { Z: '1' } },
    });
    const rows = async (): ReturnType<TestWorld['broker']['positions']> =>
      (await home.broker.positions())
        .filter(({ symbol }) => symbol === 'Z')
        .map((row) => ({ ...row, quantity: shares('11'), available: shares('11') }));
    await home.apply({ broker: { ...home.broker, positions: rows } });
    expect(kinds(home)).toEqual(['X: missing-shares']);
    expect(home.books()).toEqual({ a: { X: '10' }, c: { Z: '1' } });
  });

  test('keeps the two legs of a hedge together', async () => {
    const home = await renamed({
      settings: { shorting: { hardToBorrow: [] } },
      strategies: {
        a: { targets: { X: '10', Y: '-8' }, groups: [['X', 'Y']], shorts: 'allowed' },
      },
      books: { a: { X: '10', Y: '-8' } },
    });
    await home.apply();
    await home.apply();
    expect(home.books()).toEqual({ a: { Z: '10', Y: '-8' } });
    expect((await home.plan()).actions).toEqual([]);
  });
});

describe('the second opinion', () => {
  test.each<readonly [string, (home: TestWorld) => void]>([
    ['a split', (home) => home.broker.split({ symbol: 'X', from: 1, to: 10 })],
    ['a change of a symbol', (home) => home.broker.rename({ from: 'X', to: 'Z' })],
  ])('refuses %s that nobody has announced, and a lot that is another one', async (_, happens) => {
    const home = await nextDay({ announced: { X: [split(1, 10), change('X', 'Z')] } });
    happens(home);
    const { plan, observed } = await home.look();
    const input = {
      desired: home.desired,
      observed,
      now: home.clock.now(),
      turnTaken: new Set<string>(),
      reductionsOver: false,
      manifests: 'accepted',
    } as const;
    const wrong = (given: typeof input): string[] => checkPlan(plan, given).map(({ invariant }) => invariant);
    expect(wrong(input)).toEqual([]);
    expect(wrong({ ...input, observed: { ...observed, announced: new Map() } })).toEqual([
      'announced-exactly',
    ]);
    const books = new Map(observed.ledger.books).set('c', new Map(observed.ledger.books.get('a')));
    const ledger = { ...observed.ledger, books };
    expect(wrong({ ...input, observed: { ...observed, ledger } })).toContain('announced-exactly');
  });
});

test('a replay of the journal gives the same books', async () => {
  const home = await nextDay({ announced: { X: [split(1, 10)], Y: [change('Y', 'Z')] } });
  home.broker.split({ symbol: 'X', from: 1, to: 10 });
  home.broker.rename({ from: 'Y', to: 'Z' });
  await home.apply();
  expect([written(home, 'split-applied'), written(home, 'symbol-changed')]).toEqual([1, 1]);
  expect(foldRecords(home.journal.records)).toEqual(home.journal.ledger());
});
