/** What an answer of the broker about one of our orders does to the books, to the journal, and to what people are told. */
import { describe, expect, test } from 'vitest';
import { bookOrder } from '../../src/actions/book-order.ts';
import type { Money, Price } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { BrokerOrder } from '../../src/observed/broker-view.ts';
import type { IntentPayload, JournalEvent } from '../../src/observed/events.ts';
import { valueBooked } from '../../src/observed/ledger.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { executing, seenOf, shares } from '../support/executing.ts';

const at = (dollars: number) => (dollars * 1e6) as Price;
const filled = (count: number, price: number, more: Partial<BrokerOrder> = {}): Partial<BrokerOrder> => ({
  filledQuantity: shares(count),
  averagePrice: at(price),
  status: 'partially_filled',
  updatedAt: count as Instant,
  ...more,
});
const whole = (price: number): Partial<BrokerOrder> => filled(10, price, { status: 'filled' });

/** The answers one after the other: what each did, and what there is behind the last one. */
async function hearing(
  answers: readonly Partial<BrokerOrder>[],
  intent: Partial<IntentPayload> = {},
  books: Readonly<Record<string, string>> = {},
) {
  const written: string[] = [];
  const stateFile = { write: () => undefined, schedule: () => void written.push('state file') };
  const { home, execution, intend } = await executing({ books: { core: books } }, { stateFile });
  const order = intend(intent);
  const before = { records: home.journal.records.length, lines: home.log.length };
  const states = answers.map((answer) => bookOrder(execution, order.clientOrderId, seenOf(order, answer)));
  const ledger = home.journal.ledger();
  const records = home.journal.records.slice(before.records).map(({ event }) => event);
  return {
    states,
    ledger,
    records,
    types: records.map(({ type }) => type),
    books: home.books(),
    log: home.log.slice(before.lines),
    written,
  };
}

describe('an order of which the broker says', () => {
  test('that it is there and has filled nothing, is confirmed once', async () => {
    const { states, types, books, log } = await hearing([{}, {}, { status: 'new' }]);
    expect(states).toEqual(['open', 'open', 'open']);
    expect(types).toEqual(['order-created']);
    expect(books).toEqual({});
    expect(log).toEqual([]);
  });

  test('one fill after the other, is booked by what each has added, at what it added', async () => {
    const { states, records, ledger, books, written } = await hearing([
      filled(4, 100),
      filled(4, 100),
      whole(103),
    ]);
    expect(states).toEqual(['open', 'open', 'ended']);
    expect(records).toMatchObject([
      { type: 'order-created' },
      { type: 'fill', quantity: shares(4), cumulative: shares(4), value: 400e6 },
      { type: 'fill', quantity: shares(6), cumulative: shares(10), value: 630e6 },
      { type: 'order-ended', status: 'filled' },
    ]);
    expect(books).toEqual({ core: { X: '10' } });
    expect([...ledger.endedOrders.values()].map((ended) => [...ended.values()].map(valueBooked))).toEqual([
      [1_030e6],
    ]);
    // One for each fill, and one for the end: nobody waits for the end to see a fill.
    expect(written).toHaveLength(3);
  });

  test('what it costs: the fee grows with the fills, and a fill without one says nothing of it', async () => {
    const { records, ledger } = await hearing([
      filled(2, 100),
      filled(4, 100, { fees: 3_000 as Money }),
      filled(6, 100, { fees: 3_000 as Money }),
      { ...whole(100), fees: 5_000 as Money },
    ]);
    const fees = records.flatMap((event) => (event.type === 'fill' ? [event.fee] : []));
    expect(fees).toEqual([undefined, 3_000, undefined, 2_000]);
    expect(records.filter((event) => 'fee' in event)).toHaveLength(2);
    expect(ledger.fees.get('core')).toBe(5_000);
  });

  test('that it has ended, and not yet at which price, is asked again: the end takes no fill with it', async () => {
    const unpriced: Partial<BrokerOrder> = { ...whole(100), averagePrice: null };
    const { states, types, books } = await hearing([unpriced, unpriced, whole(100)]);
    expect(states).toEqual(['open', 'open', 'ended']);
    expect(types).toEqual(['order-created', 'fill', 'order-ended']);
    expect(books).toEqual({ core: { X: '10' } });
  });

  test('that it has ended without a price for nothing, has ended', async () => {
    const { states, types } = await hearing([{ status: 'canceled' }]);
    expect(states).toEqual(['ended']);
    expect(types).toEqual(['order-created', 'order-ended']);
  });

  test('what is older than what is known, stays as it was', async () => {
    const { states, types, books, log } = await hearing([filled(4, 100), { updatedAt: 3 as Instant }]);
    expect(states).toEqual(['open', 'open']);
    expect(types).toEqual(['order-created', 'fill']);
    expect(books).toEqual({ core: { X: '4' } });
    expect(log).toHaveLength(2);
  });

  test('of the same moment less than is known, stays as it was', async () => {
    const { states } = await hearing([filled(4, 100), filled(3, 100, { updatedAt: 4 as Instant })]);
    expect(states).toEqual(['open', 'open']);
  });

  test('as much as is known, and that it has ended, has ended, whatever its time', async () => {
    const end = filled(4, 100, { status: 'canceled', updatedAt: 3 as Instant });
    const { states, types } = await hearing([filled(4, 100), end]);
    expect(states).toEqual(['open', 'ended']);
    expect(types).toEqual(['order-created', 'fill', 'order-ended']);
  });

  test('later that less of it has filled, is contradicted: a break, and the book stays', async () => {
    const { states, ledger, books, log } = await hearing([
      filled(4, 100),
      filled(3, 100, { updatedAt: 5 as Instant }),
    ]);
    expect(states).toEqual(['open', 'contradicted']);
    expect(books).toEqual({ core: { X: '4' } });
    const detail = 'the filled quantity of hg-1 fell from 4 to 3';
    expect(ledger.breaks.get('X')).toMatchObject({ kind: 'fill-reversed', detail });
    expect(log.at(-1)).toBe(
      `[-] [core] fill-reversed: ${detail}; X takes no order; 'hgctl resolve X --as broker --reason TEXT' (or --as books) ends it`,
    );
  });

  test.each<[string, Partial<BrokerOrder>, string]>([
    ['of another symbol', { symbol: 'Y' }, 'buy 10 Y'],
    ['for the other side', { side: 'sell' }, 'sell 10 X'],
    ['for another quantity', { quantity: shares(11) }, 'buy 11 X'],
  ])('under our id, and %s, is not ours: a break, and nothing is booked', async (_, other, theirs) => {
    const { states, ledger, books, types } = await hearing([{ ...whole(100), ...other }]);
    expect(states).toEqual(['contradicted']);
    expect(books).toEqual({});
    expect(types).toEqual(['order-created', 'break-opened']);
    expect(ledger.breaks.get('X')).toMatchObject({
      kind: 'id-collision',
      detail: `hg-1 is ${theirs} at the broker`,
    });
  });

  test('more than was asked for, is booked as it is, and a break', async () => {
    const { states, ledger, books } = await hearing([filled(11, 100, { status: 'filled' })]);
    expect(states).toEqual(['ended']);
    expect(books).toEqual({ core: { X: '11' } });
    expect(ledger.breaks.get('X')).toMatchObject({
      kind: 'overfill',
      detail: 'hg-1 filled more than was ordered',
    });
  });

  test('again and again what cannot be, is told once', async () => {
    const more = { ...whole(100), quantity: shares(11) };
    const { states, types } = await hearing([more, more]);
    expect(states).toEqual(['contradicted', 'contradicted']);
    expect(types).toEqual(['order-created', 'break-opened']);
  });

  test('anything behind its end, has ended', async () => {
    const { states, types, books } = await hearing([whole(100), whole(100), { status: 'accepted' }]);
    expect(states).toEqual(['ended', 'ended', 'ended']);
    expect(types).toEqual(['order-created', 'fill', 'order-ended']);
    expect(books).toEqual({ core: { X: '10' } });
  });
});

test('A fill that was recorded while ours lost its place in the journal is booked once', async () => {
  const { home, execution, intend } = await executing();
  const order = intend();
  const commit: Ports['journal']['commit'] = (event: JournalEvent) => {
    const committed = home.journal.commit(event);
    return event.type === 'fill' ? { ...committed, kind: 'lost' } : committed;
  };
  const racing = { ...execution, ports: { ...execution.ports, journal: { ...home.journal, commit } } };
  expect(bookOrder(racing, order.clientOrderId, seenOf(order, filled(4, 100)))).toBe('open');
  expect(home.books()).toEqual({ core: { X: '4' } });
});

describe('people are told of a fill', () => {
  const told = async (
    intent: Partial<IntentPayload>,
    answer: Partial<BrokerOrder>,
    owned: Readonly<Record<string, string>> = {},
  ): Promise<readonly string[]> => (await hearing([answer], intent, owned)).log;

  test.each<[string, Partial<IntentPayload>, Partial<BrokerOrder>, string | null, readonly string[]]>([
    [
      'that opens a position',
      { purpose: 'open' },
      whole(1234.5),
      null,
      ['10 shares @ $1,234.50', 'X added to CORE positions'],
    ],
    [
      'that opens a part of one',
      { purpose: 'open' },
      filled(4, 100),
      null,
      ['4 shares @ $100.00 (partial fill)', 'X added to CORE positions'],
    ],
    [
      'that adds to one',
      { purpose: 'increase' },
      whole(100),
      '5',
      ['10 shares @ $100.00', 'X qty raised from 5 to 15'],
    ],
    [
      'that takes from one',
      { purpose: 'reduce', side: 'sell' },
      whole(100),
      '15',
      ['10 shares @ $100.00 (complete fill)', 'X qty reduced from 15 to 5'],
    ],
    [
      'that closes one',
      { purpose: 'close', side: 'sell' },
      whole(100),
      '10',
      ['10 shares @ $100.00 (complete fill)', 'X removed from CORE positions'],
    ],
    [
      'that closes a part of one',
      { purpose: 'close', side: 'sell' },
      filled(4, 100),
      '10',
      ['4 shares @ $100.00 (partial fill)', 'X qty reduced from 10 to 6'],
    ],
    [
      'that adds to a short one',
      { purpose: 'increase', side: 'sell' },
      whole(100),
      '-5',
      ['10 shares @ $100.00', 'X qty raised from -5 to -15'],
    ],
    [
      'that buys back a part of one',
      { purpose: 'reduce', side: 'buy' },
      whole(100),
      '-15',
      ['10 shares @ $100.00 (complete fill)', 'X qty reduced from -15 to -5'],
    ],
  ])('%s', async (_, intent, answer, owned, [fill, state]) => {
    const lines = await told(intent, answer, owned === null ? {} : { X: owned });
    expect(lines).toEqual([`[core] Order filled: ${fill ?? ''}`, `[core] State updated: ${state ?? ''}`]);
  });
});
