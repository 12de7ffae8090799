/** What corporate actions leave in the ledger besides lots: targets of the day, and what is remembered while somebody owns it. */
import { describe, expect, test } from 'vitest';
import type { Money, Price, Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import { foldRecords } from '../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { recordsOf } from './support/arbitrary-events.ts';

const AT = 1_764_709_200_000 as Instant;
const DATE = '2025-12-02';
const shares = (count: number): Quantity => (count * 1e9) as Quantity;
const COST = 12_000e6 as Money;
const PRICE = 120e6 as Price;
const anchor = { at: AT, unmanaged: shares(0) };
const base = { fence: 1, symbol: 'X', seenPrice: PRICE, evidence: [], anchor, sessionDate: DATE };

const OPENED: readonly JournalEvent[] = [
  {
    type: 'books-opened',
    source: 'state-file',
    lots: [{ strategy: 'a', symbol: 'X', quantity: shares(10), cost: COST, since: AT, orderId: 'o' }],
    lastExecution: [],
    historySince: AT,
    unmanaged: [],
  },
  {
    type: 'lock-acquired',
    fence: 1,
    lockId: 'l',
    holder: 'a',
    owner: { pid: 1, started: '1', bootId: 'b', host: 'h' },
    acquired: AT,
    expires: AT,
    expiresMonotonic: 0,
  },
  ...[DATE, '2025-12-01'].map((date): JournalEvent => ({
    type: 'slot-started',
    fence: 1,
    slot: `a/${date}/rebalance/1000`,
    strategy: 'a',
    targets: [
      { symbol: 'X', quantity: shares(8), priority: 0 },
      { symbol: 'Y', quantity: shares(8), priority: 0 },
    ],
  })),
  { type: 'break-opened', fence: 1, symbol: 'X', kind: 'split', detail: '' },
];

const SPLIT: JournalEvent = {
  type: 'split-applied',
  ...base,
  splits: [{ date: DATE, ratio: { from: 1, to: 10 } }],
  lots: [{ strategy: 'a', from: shares(10), to: shares(100), cost: COST }],
  unmanaged: { from: shares(0), to: shares(0) },
};
const CHANGE: JournalEvent = {
  type: 'symbol-changed',
  ...base,
  to: 'Z',
  date: DATE,
  lots: [{ strategy: 'a', quantity: shares(10), cost: COST }],
  unmanaged: shares(0),
};

const after = (...events: readonly JournalEvent[]): Ledger => foldRecords(recordsOf([...OPENED, ...events]));

function targets({ slots }: Ledger, date: string): readonly string[] {
  const run = slots.get(`a/${date}/rebalance/1000`);
  return (run?.targets ?? []).map(({ symbol, quantity }) => `${symbol} ${String(quantity / 1e9)}`);
}

describe('a split', () => {
  test('multiplies what the slots of its session want of the symbol, and no other target', () => {
    const ledger = after(SPLIT);
    expect(targets(ledger, DATE)).toEqual(['X 80', 'Y 8']);
    expect(targets(ledger, '2025-12-01')).toEqual(['X 8', 'Y 8']);
  });

  test('recorded twice changes nothing more', () => {
    expect(after(SPLIT, SPLIT).books).toEqual(after(SPLIT).books);
  });

  test('ends the break, keeps cost, time and order, and is no doubt about the price', () => {
    const ledger = after(SPLIT);
    expect(ledger.books.get('a')?.get('X')).toEqual({
      quantity: shares(100),
      cost: COST,
      since: AT,
      orderId: 'o',
    });
    expect(ledger.breaks.size).toBe(0);
    expect(ledger.acceptedPrices.get('X')).toBe(PRICE);
  });

  test('is forgotten with the last share', () => {
    const sold: JournalEvent = {
      type: 'released',
      strategy: 'a',
      symbol: 'X',
      quantity: shares(100),
      reason: '',
      anchor,
    };
    expect(after(SPLIT).splits.get('X')).toEqual({
      date: DATE,
      ratio: { from: 1, to: 10 },
      appliedOn: DATE,
      revision: null,
    });
    expect(after(SPLIT, sold).splits.size).toBe(0);
  });

  test('of another fence is void', () => {
    expect(after({ ...SPLIT, fence: 2 }).books).toEqual(after().books);
  });
});

describe('a change of a symbol', () => {
  test('moves the lot and what today’s slots want, and remembers the name', () => {
    const ledger = after(CHANGE);
    expect([...(ledger.books.get('a') ?? [])]).toEqual([
      ['Z', { quantity: shares(10), cost: COST, since: AT, orderId: 'o' }],
    ]);
    expect(targets(ledger, DATE)).toEqual(['Z 8', 'Y 8']);
    expect([...ledger.formerNames]).toEqual([['Z', ['X']]]);
    expect(ledger.breaks.size).toBe(0);
  });

  test('behind another one remembers both names, and a split of before', () => {
    const more = {
      ...CHANGE,
      symbol: 'Z',
      to: 'W',
      lots: [{ strategy: 'a', quantity: shares(100), cost: COST }],
    };
    const ledger = after(SPLIT, { ...CHANGE, lots: more.lots }, more);
    expect([...ledger.formerNames]).toEqual([['W', ['X', 'Z']]]);
    expect([...ledger.splits.keys()]).toEqual(['W']);
  });
});

describe('an action that is not as the books are', () => {
  test('leaves a lot alone that has another quantity', () => {
    const other = { ...SPLIT, lots: [{ strategy: 'a', from: shares(9), to: shares(90), cost: COST }] };
    expect(after(other).books).toEqual(after().books);
    const change = { ...CHANGE, lots: [{ strategy: 'a', quantity: shares(9), cost: COST }] };
    expect(after(change).books).toEqual(after().books);
  });

  test('by no split, or by more than can be counted together, remembers none', () => {
    const huge = { date: DATE, ratio: { from: 1, to: 2 ** 40 } };
    expect(after({ ...SPLIT, splits: [] }).splits.size).toBe(0);
    const ledger = after({ ...SPLIT, splits: [huge, huge, huge] });
    expect(ledger.splits.size).toBe(0);
    expect(targets(ledger, DATE)).toEqual(['X 8', 'Y 8']);
  });

  test('moves no lot onto another one of the same owner', () => {
    const both: JournalEvent = {
      type: 'adopted',
      strategy: 'a',
      symbol: 'Z',
      quantity: shares(1),
      cost: COST,
      reason: '',
      anchor,
    };
    expect([...(after(both, CHANGE).books.get('a')?.keys() ?? [])]).toEqual(['X', 'Z']);
  });
});

test('a split is of its own date, whenever it was followed', () => {
  const splits = [{ date: '2025-11-28', ratio: { from: 1, to: 10 } }];
  expect(after({ ...SPLIT, splits }).splits.get('X')).toMatchObject({ date: '2025-11-28', appliedOn: DATE });
});

test('two splits at once are one, of the later date; a lot of less than the smallest fraction is gone', () => {
  const splits = [
    { date: '2025-11-20', ratio: { from: 2, to: 3 } },
    { date: '2025-11-28', ratio: { from: 1, to: 4 } },
  ];
  const lots = [{ strategy: 'a', from: shares(10), to: shares(60), cost: COST }];
  const ledger = after({ ...SPLIT, splits, lots });
  expect(ledger.splits.get('X')).toMatchObject({ date: '2025-11-28', ratio: { from: 1, to: 6 } });
  expect(targets(ledger, DATE)).toEqual(['X 48', 'Y 8']);
  const gone = { ...SPLIT, lots: [{ strategy: 'a', from: shares(10), to: shares(0), cost: COST }] };
  expect([...(after(gone).books.get('a')?.keys() ?? [])]).toEqual([]);
});

test('what shrank today under its old name stays shrunk under the new one, whose anchor it gets', () => {
  const shrunk: JournalEvent = {
    type: 'synced',
    fence: 1,
    strategy: 'a',
    symbol: 'X',
    from: shares(11),
    to: shares(10),
    price: PRICE,
    evidence: [],
    anchor: { at: AT, unmanaged: shares(3) },
    sessionDate: DATE,
  };
  const moved = { ...CHANGE, lots: [{ strategy: 'a', quantity: shares(9), cost: COST }] };
  const ledger = after(shrunk, { ...moved, anchor: { at: AT, unmanaged: shares(2) } });
  expect(ledger.shrunkOn.get('Z')).toBe(DATE);
  expect(ledger.anchors.get('X')).toEqual({ at: AT, unmanaged: 0 });
  expect(ledger.anchors.get('Z')).toEqual({ at: AT, unmanaged: shares(2) });
  expect([...after(CHANGE).shrunkOn, ...after(CHANGE).splits]).toEqual([]);
});
