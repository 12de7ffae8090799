/** What account and books are worth at one moment, and which mark a session still lacks. */
import { describe, expect, test } from 'vitest';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import type { BrokerPosition, MarketClock, Observed, Quote } from '../../src/observed/broker-view.ts';
import { dueMark, markOf, profitOf, worthOf } from '../../src/observed/day-mark.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import type { DayMark, MarkKind } from '../../src/observed/mark-events.ts';
import type { ObservedState } from '../../src/observed/observed-state.ts';
import { at, DATE, dollars, ledgerAfter, opened, price, shares } from './support/journal-of.ts';

function time(text: string): Instant {
  const instant = parseInstant(`${text}-05:00`);
  if (instant === undefined) throw new Error(text);
  return instant;
}

const session = (date: string) => ({ date, open: time(`${date}T09:30:00`), close: time(`${date}T16:00:00`) });
const OF_DATE = session(DATE);
const NEXT = session('2025-12-03');

describe('a session lacks', () => {
  const open = (now: string, lastSubmit: Instant | null = OF_DATE.close): MarketClock => ({
    now: time(`${DATE}T${now}`),
    isOpen: true,
    session: OF_DATE,
    lastSubmit,
  });
  const closed = (now: string, next = NEXT): MarketClock => ({
    now: time(now),
    isOpen: false,
    session: next,
    lastSubmit: null,
  });
  const marked = (kind: MarkKind, date: string) => ({ session: date, kind, equity: dollars(1) });
  const EVENING = `${DATE}T16:00:00`;

  test.each<[what: string, due: string | null, lastMark: Ledger['lastMark'], clock: MarketClock]>([
    ['its start, before any mark', 'start', null, open('10:00:00')],
    ['its start, after marks of earlier ones', 'start', marked('close', '2025-12-01'), open('10:00:00')],
    ['no second start', null, marked('start', DATE), open('10:00:00')],
    ['nothing after an interim mark', null, marked('interim', DATE), open('15:59:59')],
    ['nothing where the clock went back', null, marked('start', '2025-12-03'), open('10:00:00')],
    [
      'its close in the last minute, where it has no cut-off',
      'close',
      marked('start', DATE),
      open('15:59:00', null),
    ],
    ['no close a moment before that', null, marked('start', DATE), open('15:58:59', null)],
    ['no second close', null, marked('close', DATE), open('15:59:30', null)],
    [
      'no close of an earlier one, where the clock went back',
      null,
      marked('start', '2025-12-03'),
      open('15:59:30', null),
    ],
    ['its close, once it has ended', 'close', marked('start', DATE), closed(EVENING)],
    ['its close, though no other mark was made', 'close', null, closed(EVENING)],
    ['its close, though the day before has one', 'close', marked('close', '2025-12-01'), closed(EVENING)],
    ['no second close in the evening', null, marked('close', DATE), closed(EVENING)],
    ['no close where a later session was marked', null, marked('start', '2025-12-03'), closed(EVENING)],
    ['no close before it has begun', null, null, closed(`${DATE}T09:00:00`, OF_DATE)],
    ['no close before it has ended, whatever the broker says', null, null, closed(`${DATE}T15:59:59`)],
    ['no close while the broker still names it', null, marked('start', DATE), closed(EVENING, OF_DATE)],
    ['no close on a holiday', null, null, closed('2025-12-25T17:00:00', session('2025-12-26'))],
  ])('%s', (_, due, lastMark, clock) => {
    expect(dueMark({ lastMark }, clock)).toBe(due);
  });

  test('no close on a day that the manifests close', () => {
    const calendar = { [DATE]: 'closed' } as const;
    expect(dueMark({ lastMark: null }, closed(EVENING), calendar)).toBeNull();
  });
});

function position(symbol: string, count: number, market: number): BrokerPosition {
  const quantity = shares(count);
  return { symbol, quantity, available: quantity, averagePrice: price(50), marketPrice: price(market) };
}

const ok = <Data>(data: Data): Observed<Data> & { kind: 'ok' } => ({ kind: 'ok', data, asOf: at(9) });
const NO_ANSWER = { kind: 'unknown', reason: 'HTTP 503' } as const;

interface Seen {
  readonly positions?: readonly BrokerPosition[];
  readonly quotes?: Readonly<Record<string, number>>;
  readonly history?: ObservedState['history'];
  readonly snapshot?: Partial<ObservedState['snapshot']>;
  readonly now?: string;
}

function observed(
  ledger: Ledger,
  { positions = [], quotes = {}, history = null, ...more }: Seen,
): ObservedState {
  const { snapshot = {}, now = `${DATE}T12:00:00` } = more;
  const account = { equity: dollars(2_000), cash: dollars(900) };
  const clock: MarketClock = { now: time(now), isOpen: true, session: NEXT, lastSubmit: null };
  const held = new Map(positions.map((one) => [one.symbol, one]));
  const seen = { takenAt: at(9), account: ok(account), positions: ok(held), clock: ok(clock), ...snapshot };
  const priced = Object.entries(quotes).map(([symbol, of]): [string, Quote] => [
    symbol,
    { price: price(of), asOf: at(9) },
  ]);
  return { ledger, snapshot: seen, quotes: new Map(priced), history } as unknown as ObservedState;
}

const LEDGER = ledgerAfter(opened({ a: [10, 500] }));
const mark = (ledger: Ledger, seen: Seen, kind: MarkKind = 'interim'): DayMark | null =>
  markOf(observed(ledger, seen), kind, 10_000);
const valueIn = (ledger: Ledger, seen: Seen) =>
  mark(ledger, seen)?.strategies.map(({ value }) => (value === null ? null : value / 1e6));

describe('a mark', () => {
  test('says what account, positions and books are worth', () => {
    expect(mark(LEDGER, { positions: [position('PEP', 2, 30), position('KO', 10, 60)] })).toEqual({
      session: '2025-12-03',
      kind: 'interim',
      at: at(9),
      equity: dollars(2_000),
      cash: dollars(900),
      positions: [
        { symbol: 'KO', quantity: shares(10), price: price(60) },
        { symbol: 'PEP', quantity: shares(2), price: price(30) },
      ],
      strategies: [{ strategy: 'a', value: dollars(600), cost: dollars(500), realised: 0, carried: 0 }],
    });
  });

  test('of a close is of the day that ends; the session of the broker is the next one by then', () => {
    expect(mark(LEDGER, {}, 'close')?.session).toBe(DATE);
    expect(mark(LEDGER, {}, 'start')?.session).toBe('2025-12-03');
  });

  test.each(['account', 'positions', 'clock'] as const)('is not made while the %s is not known', (part) => {
    expect(mark(LEDGER, { snapshot: { [part]: NO_ANSWER } })).toBeNull();
  });

  test('names what only a book has, without shares, at the price of a quote', () => {
    expect(mark(LEDGER, { quotes: { KO: 60 } })?.positions).toEqual([
      { symbol: 'KO', quantity: 0, price: price(60) },
    ]);
    expect(mark(LEDGER, {})?.positions).toEqual([{ symbol: 'KO', quantity: 0, price: null }]);
    expect(mark(LEDGER, { positions: [position('KO', 10, 0)] })?.positions).toMatchObject([{ price: null }]);
  });

  test('counts realised profit, fees and what came with shares; and every strategy that has, or had, any of it', () => {
    const ledger: Ledger = {
      ...ledgerAfter(opened({ z: [10, 500] })),
      realised: new Map([
        [
          'b',
          new Map([
            ['KO', dollars(3)],
            ['PEP', dollars(4)],
          ]),
        ],
      ]),
      fees: new Map([['c', dollars(2)]]),
      carried: new Map([['d', dollars(1)]]),
      curves: new Map([
        ['e', null],
        ['*', null],
      ]),
      inventory: new Map([['f', {} as never]]),
    };
    const none = { value: 0, cost: 0, realised: 0, carried: 0 };
    expect(mark(ledger, { positions: [position('KO', 10, 60)] })?.strategies).toStrictEqual([
      { ...none, strategy: 'b', realised: dollars(7) },
      { ...none, strategy: 'c', fees: dollars(2) },
      { ...none, strategy: 'd', carried: dollars(1) },
      { ...none, strategy: 'e' },
      { ...none, strategy: 'f' },
      { ...none, strategy: 'z', value: dollars(600), cost: dollars(500) },
    ]);
  });
});

describe('the value of a book', () => {
  test.each<[what: string, seen: Seen, value: number | null]>([
    ['is that of its shares', { positions: [position('KO', 10, 60)] }, 600],
    ['is that of its own, where there are more', { positions: [position('KO', 12, 60)] }, 600],
    ['is not known without a price', { positions: [position('KO', 10, 0)] }, null],
    ['is not known while shares are missing', { positions: [position('KO', 9, 60)] }, null],
    ['is not known on the other side of zero', { positions: [position('KO', -2, 60)] }, null],
  ])('%s', (_, seen, value) => {
    expect(valueIn(LEDGER, seen)).toEqual([value]);
  });

  const repriced = { ...position('KO', 100, 6), averagePrice: price(5) };
  test.each<[what: string, history: ObservedState['history'], held: BrokerPosition, value: number | null]>([
    ['is not known where they may have been split', ok([]), repriced, null],
    ['is not known where nobody can say so', NO_ANSWER, repriced, null],
    ['is not known where nobody was asked', null, repriced, null],
    ['is known where they only cost something else', ok([]), { ...repriced, averagePrice: price(20) }, 60],
  ])('%s', (_, history, held, value) => {
    expect(valueIn(LEDGER, { positions: [held], history })).toEqual([value]);
  });

  test.each([
    ['missing-shares', null],
    ['price-mismatch', 600],
  ] as const)('with a break for %s is %s', (kind, value) => {
    const breaks = new Map([['KO', { symbol: 'KO', kind, detail: '', since: at(1) }]]);
    expect(valueIn({ ...LEDGER, breaks }, { positions: [position('KO', 10, 60)] })).toEqual([value]);
  });

  test('is not known where the price of one symbol is not; its cost is', () => {
    const [lot] = LEDGER.books.get('a')?.values() ?? [];
    if (lot === undefined) throw new Error('no lot');
    const books = new Map([
      [
        'a',
        new Map([
          ['KO', lot],
          ['PEP', lot],
          ['VTI', lot],
        ]),
      ],
    ]);
    const worth = worthOf({ books }, 'a', (symbol) => (symbol === 'PEP' ? undefined : price(60)));
    expect(worth).toEqual({ value: null, cost: dollars(1_500) });
    expect(worthOf({ books }, 'a', () => price(60))).toEqual({ value: dollars(1_800), cost: dollars(1_500) });
    expect(worthOf({ books }, 'b', () => price(60))).toEqual({ value: 0, cost: 0 });
  });
});

test('profit is what was realised and what the book is worth beyond its cost, less fees and what came with shares', () => {
  const own = { value: dollars(600), cost: dollars(500), realised: dollars(30), carried: dollars(7) };
  expect(profitOf(own)).toBe(dollars(123));
  expect(profitOf({ ...own, fees: dollars(2) })).toBe(dollars(121));
  expect(profitOf({ ...own, value: null })).toBeNull();
});
