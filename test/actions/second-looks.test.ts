/** What one pass has missed at the broker, and which later pass may confirm it. */
import { describe, expect, test } from 'vitest';
import type { Look } from '../../src/actions/look.ts';
import { announce, SecondLooks } from '../../src/actions/second-looks.ts';
import type { Price } from '../../src/domain/decimal.ts';
import { shares } from '../support/executing.ts';
import { world, type TestWorld } from '../support/world.ts';

const SECOND = 1_000;

async function watching() {
  const home = await world({
    prices: { X: '100', Y: '50' },
    books: { core: { X: '10', Y: '5' } },
    strategies: { core: { targets: { X: '10', Y: '5' } } },
  });
  const settings = home.desired.account.execution;
  const looks = new SecondLooks(home.clock);
  const prices = new Map<string, Price>();
  return {
    home,
    /** The broker says that a share has cost so much. */
    reprice: (symbol: string, dollars: number) => void prices.set(symbol, (dollars * 1e6) as Price),
    /** Somebody takes shares away, and no history tells of it. */
    lose: (symbol: string, count: number) =>
      home.broker.tradeOutside({ symbol, side: 'sell', quantity: shares(count) }),
    regain: (symbol: string, count: number) =>
      home.broker.tradeOutside({ symbol, side: 'buy', quantity: shares(count) }),
    note: async () => looks.note(await lookAt(home, prices), settings),
    earlier: () => looks.earlier(settings, home.clock.now()),
    due: () => looks.due(settings),
  };
}

/** A look that leaves open whatever is missing: no history tells of it. */
async function lookAt(home: TestWorld, prices: ReadonlyMap<string, Price>): Promise<Look> {
  const { observed, plan } = await home.look();
  const { positions } = observed.snapshot;
  if (positions.kind !== 'ok') throw new Error('no positions');
  const held = [...positions.data.values()].map(({ quantity }) => quantity);
  const needsSecondLook = held.toString() !== [shares(10), shares(5)].toString() || prices.size > 0;
  const data = new Map(
    [...positions.data].map(([symbol, position]) => {
      const averagePrice = prices.get(symbol) ?? position.averagePrice;
      return [symbol, { ...position, averagePrice }] as const;
    }),
  );
  const snapshot = { ...observed.snapshot, positions: { ...positions, data } };
  return { observed: { ...observed, snapshot }, plan: { ...plan, needsSecondLook } };
}

describe('a second look', () => {
  test('is none where nothing is missing', async () => {
    const { note, earlier, due } = await watching();
    expect(await note()).toBe(false);
    expect({ earlier: earlier(), due: due() }).toEqual({ earlier: null, due: null });
  });

  test('is due half a minute behind the first, and not before', async () => {
    const { home, lose, note, earlier, due } = await watching();
    lose('X', 3);
    const first = home.clock.now();
    expect(await note()).toBe(true);
    expect(due()).toBe(first + 30 * SECOND);
    home.clock.advance(30 * SECOND - 1);
    expect(earlier()).toBeNull();
    home.clock.advance(1);
    expect(earlier()).toMatchObject({ at: first, gaps: new Map([['X', shares(-3)]]) });
  });

  test('is none of a clock that was set forward: that is no time', async () => {
    const { home, lose, note, earlier, due } = await watching();
    home.clock.advance(60 * SECOND);
    lose('X', 3);
    await note();
    home.clock.jump(60 * SECOND);
    expect({ earlier: earlier(), due: due() }).toEqual({ earlier: null, due: null });
  });

  test('keeps its time where a look between sees the same', async () => {
    const { home, lose, note, due } = await watching();
    lose('X', 3);
    await note();
    const before = due();
    home.clock.advance(10 * SECOND);
    expect(await note()).toBe(false);
    expect(due()).toBe(before);
  });

  test('keeps its time for a quantity and a price likewise', async () => {
    const { home, lose, reprice, note, earlier, due } = await watching();
    lose('X', 3);
    reprice('Y', 70);
    await note();
    const before = due();
    home.clock.advance(10 * SECOND);
    expect(await note()).toBe(false);
    expect(due()).toBe(before);
    home.clock.advance(20 * SECOND);
    expect(earlier()).toMatchObject({
      gaps: new Map([['X', shares(-3)]]),
      costDoubts: new Set(['Y']),
    });
  });

  test('confirms only what the looks between have seen as well', async () => {
    const { home, lose, regain, note, earlier } = await watching();
    lose('X', 3);
    lose('Y', 1);
    await note();
    home.clock.advance(10 * SECOND);
    regain('Y', 1);
    expect(await note()).toBe(false);
    home.clock.advance(20 * SECOND);
    expect(earlier()?.gaps).toEqual(new Map([['X', shares(-3)]]));
  });

  test('waits anew where a look between sees something else', async () => {
    const { home, lose, note, due } = await watching();
    lose('X', 3);
    await note();
    home.clock.advance(10 * SECOND);
    lose('X', 1);
    expect(await note()).toBe(true);
    expect(due()).toBe(home.clock.now() + 30 * SECOND);
  });

  test('waits anew behind the one that was due', async () => {
    const { home, lose, note, due } = await watching();
    lose('X', 3);
    await note();
    home.clock.advance(30 * SECOND);
    expect(await note()).toBe(true);
    expect(due()).toBe(home.clock.now() + 30 * SECOND);
  });

  test('is forgotten once nothing is missing any more', async () => {
    const { home, lose, regain, note, earlier, due } = await watching();
    lose('X', 3);
    await note();
    regain('X', 3);
    expect(await note()).toBe(false);
    home.clock.advance(60 * SECOND);
    expect({ earlier: earlier(), due: due() }).toEqual({ earlier: null, due: null });
  });
});

test('People are told when it is looked again', () => {
  const said: string[] = [];
  const report = {
    info: () => undefined,
    warn: (who: string, what: string) => void said.push(`${who}: ${what}`),
    error: () => undefined,
  };
  announce(report, { settleWindow: 10 * SECOND, secondProof: 30 * SECOND });
  expect(said).toEqual([
    expect.stringMatching(/: Something is missing at the broker; looking again in 30 s$/),
  ]);
});
