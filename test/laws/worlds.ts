/** Random worlds: a few strategies with disjoint universes, long and short, books, shares of nobody, and manual trades. */
import { fc } from '../support/law.ts';
import type { StrategyFacts, WorldFacts } from '../support/world.ts';

const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'HHH', 'III'] as const;
const OWNERS = ['one', 'two', 'three'] as const;

/** The universe of each strategy: every third symbol. */
function universeOf(index: number): string[] {
  return SYMBOLS.filter((_, at) => at % OWNERS.length === index);
}

const price = fc.integer({ min: 500, max: 90_000 }).map((cents) => (cents / 100).toFixed(2));
const size = fc.oneof(
  fc.integer({ min: 0, max: 400 }).map((tenths) => `${tenths / 10}%`),
  fc.integer({ min: 0, max: 150 }).map(String),
);
const percent = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((value) => `${value}%`);

/** One of four is short. */
const side = fc.constantFrom('', '', '', '-');

function strategy(index: number): fc.Arbitrary<StrategyFacts> {
  return fc
    .constantFrom<StrategyFacts['shorts']>(undefined, 'allowed')
    .chain((shorts) => strategyWith(index, shorts))
    .map(({ shorts, ...rest }) => ({ ...rest, ...(shorts && { shorts }) }));
}

function strategyWith(
  index: number,
  shorts: StrategyFacts['shorts'],
): fc.Arbitrary<Omit<StrategyFacts, 'shorts'> & { readonly shorts: StrategyFacts['shorts'] | null }> {
  const universe = universeOf(index);
  const sizes =
    shorts === undefined ? size : fc.tuple(fc.constantFrom('', '-'), size).map((parts) => parts.join(''));
  return fc.record({
    shorts: fc.constant(shorts ?? null),
    targets: fc.dictionary(fc.constantFrom(...universe), sizes, { maxKeys: 3, noNullPrototype: true }),
    priorities: fc.dictionary(fc.constantFrom(...universe), fc.integer({ min: 0, max: 5 }), {
      noNullPrototype: true,
    }),
    universe: fc.constant(universe),
    wholeShares: fc.constant(true),
    positionSize: percent(5, 60),
    maxPositions: fc.integer({ min: 1, max: 3 }),
    maxExposure: percent(10, 100),
    enabled: fc.boolean().map((off) => !off || index > 0),
    orphans: fc.constantFrom('hold', 'close'),
    priority: fc.integer({ min: 1, max: 3 }),
  });
}

const book = (index: number): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(
    fc.constantFrom(...universeOf(index)),
    fc.tuple(side, fc.integer({ min: 1, max: 80 })).map((parts) => parts.join('')),
    { maxKeys: 3, noNullPrototype: true },
  );

export interface RandomWorld {
  readonly facts: WorldFacts;
  /** Symbol -> shares that no strategy owns, on the side of the book where there is one. */
  readonly unmanaged: Readonly<Record<string, number>>;
}

/** `unmanaged`: whether the broker may hold shares that nobody owns. */
export function randomWorld({ unmanaged }: { readonly unmanaged: boolean }): fc.Arbitrary<RandomWorld> {
  return fc
    .record({
      prices: fc.tuple(...SYMBOLS.map(() => price)),
      cash: fc.integer({ min: 0, max: 200_000 }).map(String),
      strategies: fc.tuple(strategy(0), strategy(1), strategy(2)),
      books: fc.tuple(book(0), book(1), book(2)),
      extra: unmanaged
        ? fc.dictionary(
            fc.constantFrom(...SYMBOLS),
            fc.tuple(side, fc.integer({ min: 1, max: 50 })).map((parts) => Number(parts.join(''))),
            { maxKeys: 3, noNullPrototype: true },
          )
        : fc.constant({}),
      hardToBorrow: fc.option(fc.subarray([...SYMBOLS], { maxLength: 3 }), { nil: null, freq: 4 }),
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      maxGross: fc.option(fc.integer({ min: 300_000, max: 1_200_000 }), { nil: null }),
    })
    .map(({ extra, ...drawn }) => ({ ...drawn, extra: besideBooks(extra, drawn.books) }))
    .map(({ prices, cash, strategies, books, extra, hardToBorrow, seed, maxGross }) => ({
      unmanaged: extra,
      facts: {
        cash,
        prices: Object.fromEntries(SYMBOLS.map((symbol, at) => [symbol, prices[at] ?? '1'])),
        strategies: Object.fromEntries(OWNERS.map((name, at) => [name, strategies[at] ?? {}])),
        books: Object.fromEntries(OWNERS.map((name, at) => [name, books[at] ?? {}])),
        broker: merged([
          ...books,
          Object.fromEntries(Object.entries(extra).map(([symbol, count]) => [symbol, String(count)])),
        ]),
        limits: { maxGross: maxGross as never },
        settings: { seed, ...(hardToBorrow !== null && { shorting: { hardToBorrow } }) },
      },
    }));
}

/** On the other side they would be missing from the book, not beyond it. */
function besideBooks(
  extra: Readonly<Record<string, number>>,
  books: readonly Readonly<Record<string, string>>[],
): Record<string, number> {
  const booked = merged(books);
  return Object.fromEntries(
    Object.entries(extra).map(([symbol, count]) => {
      const owned = Number(booked[symbol] ?? count);
      return [symbol, Math.sign(owned) * Math.abs(count)];
    }),
  );
}

function merged(holdings: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const sums: Record<string, number> = {};
  for (const holding of holdings) {
    for (const [symbol, count] of Object.entries(holding)) sums[symbol] = (sums[symbol] ?? 0) + Number(count);
  }
  return Object.fromEntries(Object.entries(sums).map(([symbol, count]) => [symbol, String(count)]));
}

export interface OutsideTrade {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly count: number;
}

export const outsideTrades: fc.Arbitrary<OutsideTrade[]> = fc.array(
  fc.record({
    symbol: fc.constantFrom(...SYMBOLS),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    count: fc.integer({ min: 1, max: 60 }),
  }),
  { maxLength: 4 },
);
