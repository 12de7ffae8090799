/** What each fault of a script does, seen by a whole controller. */
import { describe, expect, test } from 'vitest';
import { meet, type Fault } from '../../src/broker/fault-script.ts';
import type { Quantity } from '../../src/domain/decimal.ts';
import { fault } from '../support/faults.ts';
import { project } from '../support/project.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const PRICES = { NVDA: '100', KO: '50' };
const shares = (count: number): Quantity => (count * 1e9) as Quantity;

function wanting(
  target: string,
  faults: readonly Fault[],
  rest: Partial<WorldFacts> = {},
): Promise<TestWorld> {
  return world({ prices: PRICES, strategies: { mp: { targets: { NVDA: target } } }, faults, ...rest });
}

const kinds = (result: Awaited<ReturnType<TestWorld['apply']>>): string[] =>
  result.kind === 'executed' ? result.outcomes.map(({ kind }) => kind) : [result.kind];

describe('an answer that is lost after acceptance', () => {
  test('is looked up by the order id: one order, in the book', async () => {
    const home = await wanting('10', [fault('submit', { kind: 'answer-lost', hiddenFor: 0 })]);
    expect(kinds(await home.apply())).toStrictEqual(['done']);
    expect(home.broker.submitted).toHaveLength(1);
    expect(home.books()).toStrictEqual({ mp: { NVDA: '10' } });
  });

  test('of an order that is shown only 5 s later is found at the second look', async () => {
    const home = await wanting('10', [fault('submit', { kind: 'answer-lost', hiddenFor: 5_000 })]);
    expect(kinds(await home.apply())).toStrictEqual(['done']);
    expect(home.broker.submitted).toHaveLength(1);
  });

  test('of an order that is shown too late leads to the same id again, which the broker takes once', async () => {
    const home = await wanting('10', [fault('submit', { kind: 'answer-lost', hiddenFor: 15_000 })]);
    await home.apply();
    home.clock.advance(30_000);
    await home.apply();
    expect(new Set(home.broker.submitted).size).toBe(1);
    expect(home.broker.state().orders).toHaveLength(1);
    expect(home.books()).toStrictEqual({ mp: { NVDA: '10' } });
  });
});

test('a repeat that is refused proves nothing: the first request shows up late, and is booked', async () => {
  const home = await wanting('10', [
    fault('submit', { kind: 'answer-lost', hiddenFor: 40_000 }),
    fault('submit', { kind: 'reject', code: 'Refused', message: 'no' }, { after: 1 }),
  ]);
  expect(kinds(await home.apply())).toStrictEqual(['in-doubt']);
  home.clock.advance(60_000);
  await home.apply();
  expect(home.books()).toStrictEqual({ mp: { NVDA: '10' } });
  expect(home.broker.state().orders).toHaveLength(1);
});

test('a request that is lost is sent once more under the same id, after two looks', async () => {
  const home = await wanting('10', [fault('submit', { kind: 'unavailable', reason: 'HTTP 503' })]);
  expect(kinds(await home.apply())).toStrictEqual(['done']);
  expect(home.broker.submitted).toHaveLength(1);
  expect(home.clock.monotonic()).toBeGreaterThan(8_000);
});

test('a refusal is final: it is not tried again, and says why', async () => {
  const effect = { kind: 'reject', code: 'Refused', message: 'asset is halted' } as const;
  const home = await wanting('10', [fault('submit', effect, { times: 9 })]);
  const result = await home.apply();
  expect(result.kind === 'executed' && result.outcomes).toMatchObject([
    { detail: 'Refused: asset is halted' },
  ]);
  expect(home.broker.submitted).toHaveLength(0);
});

test('a fill that stops leaves the rest to be cancelled, and a partial close', async () => {
  const half = { kind: 'order', fills: shares(30), fillAfter: 0, hiddenFor: 0 } as const;
  const home = await wanting('0', [fault('submit', half)], { books: { mp: { NVDA: '50' } } });
  const result = await home.apply();
  expect(result.kind === 'executed' && result.outcomes).toMatchObject([
    { kind: 'failed', code: 'PartialFill' },
  ]);
  expect(home.books()).toStrictEqual({ mp: { NVDA: '20' } });
  expect(home.broker.state().orders[0]?.status).toBe('canceled');
});

test('a fill that comes after the cancel was asked for is booked all the same', async () => {
  const late = { kind: 'order', fills: null, fillAfter: 35_000, hiddenFor: 0 } as const;
  const home = await wanting('10', [fault('submit', late), fault('cancel', { kind: 'stuck' }, { times: 9 })]);
  await home.apply();
  home.clock.advance(60_000);
  await home.apply();
  expect(home.books()).toStrictEqual({ mp: { NVDA: '10' } });
});

test('a cancel that is stuck leaves an order in doubt, and no second one on its symbol', async () => {
  const never = { kind: 'order', fills: shares(0), fillAfter: 0, hiddenFor: 0 } as const;
  const home = await wanting('10', [
    fault('submit', never),
    fault('cancel', { kind: 'stuck' }, { times: 99 }),
  ]);
  expect(kinds(await home.apply())).toStrictEqual(['in-doubt']);
  expect(ordersIn(await home.plan())).toStrictEqual([]);
  expect(holdsIn(await home.plan())).toContain('mp/NVDA: PendingOrder');
});

test.each(['positions', 'openOrders', 'account', 'clock'] as const)(
  '%s that do not answer are asked three times, and then nothing is traded',
  async (on) => {
    const twice = await wanting('10', [fault(on, { kind: 'unavailable', reason: 'HTTP 502' }, { times: 2 })]);
    expect(kinds(await twice.apply())).toStrictEqual(['done']);
    const always = await wanting('10', [
      fault(on, { kind: 'unavailable', reason: 'HTTP 502' }, { times: 99 }),
    ]);
    await always.apply();
    expect(always.broker.submitted).toStrictEqual([]);
  },
);

describe('a list that lies', () => {
  test('by being empty shrinks no book', async () => {
    const lies = [fault('positions', { kind: 'without', symbols: 'all' }, { times: 999 })];
    const home = await wanting('10', lies, { books: { mp: { NVDA: '10' } } });
    for (let pass = 0; pass < 3; pass += 1) await home.apply();
    expect(home.books()).toStrictEqual({ mp: { NVDA: '10' } });
    expect(home.broker.submitted).toStrictEqual([]);
  });

  test('by lagging behind our own fills is settling, and no difference', async () => {
    const lag = [fault('positions', { kind: 'stale', by: 8_000 }, { times: 999 })];
    const home = await wanting('10', lag);
    await home.apply();
    const { plan } = await home.look();
    expect(plan.actions).toStrictEqual([]);
    expect(home.books()).toStrictEqual({ mp: { NVDA: '10' } });
  });
});

test('a trade by hand in the middle of an execution is nobody’s, and is not sold', async () => {
  const trade = { kind: 'trade', symbol: 'NVDA', side: 'buy', quantity: shares(3), price: null } as const;
  const home = await wanting('10', [fault('submit', trade)]);
  await home.apply();
  home.clock.advance(60_000);
  expect(home.held()).toStrictEqual({ NVDA: '13' });
  expect(home.books()).toStrictEqual({ mp: { NVDA: '10' } });
  expect(holdsIn(await home.plan())).toContain('*/NVDA: UnmanagedShares');
});

test('a split changes quantity and price, and no execution tells of it', async () => {
  const split = { kind: 'split', symbol: 'NVDA', from: 1, to: 10 } as const;
  const home = await wanting('10', [fault('clock', split)], { books: { mp: { NVDA: '10' } } });
  await home.look();
  expect(home.held()).toStrictEqual({ NVDA: '100' });
  expect(home.broker.state().positions.get('NVDA')?.averagePrice).toBe(10_000_000);
  expect(home.broker.state().fills).toStrictEqual([]);
});

describe('a change of a symbol', () => {
  const rename = fault('clock', { kind: 'rename', from: 'NVDA', to: 'NVX' });

  test('moves what is held as it is, and no execution tells of it', async () => {
    const home = await wanting('10', [rename], { books: { mp: { NVDA: '10' } } });
    const before = home.broker.state();
    await home.look();
    const { positions, fills, cash } = home.broker.state();
    expect([...positions]).toStrictEqual([['NVX', before.positions.get('NVDA')]]);
    expect([fills, cash]).toStrictEqual([[], before.cash]);
  });

  test('into one that the account holds besides is told, and changes nothing', async () => {
    const home = await wanting('10', [rename], {
      books: { mp: { NVDA: '10' } },
      broker: { NVDA: '10', NVX: '1' },
      prices: { NVDA: '100', NVX: '100' },
    });
    await expect(home.look()).rejects.toThrow('NVDA cannot become NVX: the account holds both');
    expect(home.held()).toStrictEqual({ NVDA: '10', NVX: '1' });
  });
});

describe('which calls meet a fault', () => {
  const effect = { kind: 'stuck' } as const;
  const call = {
    operation: 'cancel',
    symbol: 'KO',
    side: 'buy',
    clientOrderId: 'hg-mp-20251202-plan-abc',
  } as const;
  test.each<[string, Partial<Fault>, boolean]>([
    ['all of its operation', {}, true],
    ['none of another operation', { on: 'submit' }, false],
    ['those of its symbol', { symbol: 'KO' }, true],
    ['none of another symbol', { symbol: 'NVDA' }, false],
    ['none of the other side', { side: 'sell' }, false],
    ['those of its strategy', { strategy: 'mp' }, true],
    ['none of another strategy', { strategy: 'm' }, false],
    ['none before its time', { from: 101 as never }, false],
    ['none after its time', { until: 100 as never }, false],
    ['none while earlier ones pass', { after: 1 }, false],
  ])('%s', (_, more, isMet) => {
    expect(meet([fault('cancel', effect, more)], [], call, 100 as never).effect).toBe(isMet ? effect : null);
  });

  test.each([
    ['momentum-core', 'hg-momentum-cor-20251202-plan-abc', true],
    ['momentum', 'hg-momentum-cor-20251202-plan-abc', false],
  ])('of %s, by the order id %s: %s', (strategy, clientOrderId, isMet) => {
    const met = meet([fault('cancel', effect, { strategy })], [], { ...call, clientOrderId }, 0 as never);
    expect(met.effect !== null).toBe(isMet);
  });

  test('as many as it says, counted over all', () => {
    const script = [fault('cancel', effect, { after: 1, times: 2 })];
    let counts: readonly number[] = [];
    const seen = Array.from({ length: 5 }, () => {
      const met = meet(script, counts, call, 0 as never);
      counts = met.counts;
      return met.effect !== null;
    });
    expect(seen).toStrictEqual([false, true, true, false, false]);
  });
});

describe('a fault script in YAML', () => {
  const strategies = { mp: { targets: { NVDA: '50', KO: '10' } } };
  const account = { broker: { faults: '../faults.yaml' } };

  test('counts over processes: the second apply meets the fault, once', async () => {
    const mine = project({ strategies, account });
    mine.write(
      'faults.yaml',
      'faults:\n  - {on: submit, side: sell, symbol: NVDA, effect: order, fills: "30"}\n',
    );
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    const closing = await mine.run('disable', 'mp', '--close-positions');
    expect(closing.code).toBe(10);
    expect(closing.stdout).toContain('  NVDA: Selling 50 shares... PARTIAL (30/50)\n');
    expect(closing.stdout).toContain(
      'WARNING: Partial close for NVDA\n  20 shares remaining as orphaned position\n',
    );
    const rest = await mine.run('close-orphaned', 'mp');
    expect(rest).toMatchObject({ code: 0 });
    expect(rest.stdout).toContain('  NVDA: Selling 20 shares... FILLED\n');
  });

  test('of a lost answer gives one order and exit 0', async () => {
    const mine = project({ strategies: { mp: { targets: { NVDA: '5' } } }, account });
    mine.write('faults.yaml', 'faults:\n  - {on: submit, effect: answer-lost}\n');
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    const { items } = await mine.json<{ items: object[] }>('get', 'orders', '-o', 'json');
    expect(items).toHaveLength(1);
  });

  test('that is wrong is refused with every place', async () => {
    const mine = project({ strategies, account });
    mine.write(
      'faults.yaml',
      'faults:\n  - {on: submitt, effect: order}\n  - {on: cancel, effect: stuck, time: 2}\n',
    );
    const { code, stderr } = await mine.run('apply', '--yes');
    expect(code).toBe(4);
    expect(stderr).toContain('faults.yaml:2:');
    expect(stderr).toContain('faults.yaml:3:');
    expect(mine.exists('data')).toBe(false);
  });

  test('that is wrong is refused by validate as well, and it says what is meant', async () => {
    const mine = project({ strategies, account });
    mine.write(
      'faults.yaml',
      'faults:\n  - {on: submitt, effect: order}\n  - {on: cancel, efect: stuck}\n  - {on: submit, effect: order, fills: x}\n',
    );
    const { code, stderr } = await mine.run('validate');
    expect(code).toBe(4);
    expect(stderr).toContain('"submitt" is not known (allowed account, positions, ');
    expect(stderr).toContain('did you mean submit?');
    expect(stderr).toMatch(/faults\[1\]\.efect: unknown key \(.*did you mean effect\?/);
    expect(stderr).toContain('faults[2].fills');
  });

  test('that is not there is refused', async () => {
    const mine = project({ strategies, account });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 6 });
  });
});

describe('a trade of the script', () => {
  const trade = (part: object): Fault =>
    fault('clock', {
      kind: 'trade',
      symbol: 'NVDA',
      side: 'sell',
      quantity: shares(80),
      price: null,
      ...part,
    });

  test('goes past the rules of the account: a side flip is a break, and is not traded', async () => {
    const home = await wanting('50', [trade({})], { books: { mp: { NVDA: '50' } } });
    for (let pass = 0; pass < 2; pass += 1) {
      await home.apply();
      home.clock.advance(60_000);
    }
    expect((await home.broker.positions()).map(({ quantity }) => quantity)).toStrictEqual([shares(-30)]);
    expect([...home.journal.ledger().breaks.values()]).toMatchObject([{ kind: 'side-flip' }]);
    expect(home.broker.submitted).toStrictEqual([]);
  });

  test('that nobody can make is told, and changes nothing', async () => {
    const account = { broker: { faults: '../faults.yaml' } };
    const mine = project({ account, strategies: { core: { targets: { VTI: '1' } } } });
    mine.write(
      'faults.yaml',
      'faults:\n  - {on: clock, effect: trade, trade: {symbol: KO, side: buy, quantity: "9000000", price: "9000"}}\n',
    );
    const { code, stderr } = await mine.run('apply', '--yes');
    expect({ code, stderr }).toMatchObject({ code: 4 });
    expect(stderr).toContain(
      "the fault script's trade cannot be made: buy 9000000 KO: order value is out of range",
    );
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  });

  test('a split that leaves the range of what can be counted is told, and changes nothing', async () => {
    const split = fault('clock', { kind: 'split', symbol: 'NVDA', from: 1, to: 1_000_000 });
    const home = await wanting('50', [split], { books: { mp: { NVDA: '50000' } } });
    await expect(home.apply()).rejects.toMatchObject({ exit: 4 });
    expect((await home.broker.positions()).map(({ quantity }) => quantity)).toStrictEqual([shares(50_000)]);
  });
});
