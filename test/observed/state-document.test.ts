import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import type { Money, Quantity } from '../../src/domain/decimal.ts';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import {
  lastExecutionsFromForeign,
  lotsFromForeign,
  parseForeign,
} from '../../src/observed/foreign-state.ts';
import { parseJson } from '../../src/observed/json-text.ts';
import { emptyLedger, foldRecords } from '../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import {
  booksOf,
  formatState,
  parseState,
  projectState,
  stateDifferences,
} from '../../src/observed/state-document.ts';
import { formatUtc, parseUtc } from '../../src/observed/utc-text.ts';
import { arbitraryEvents, recordsOf } from './support/arbitrary-events.ts';
import { TEST_ACCOUNT } from '../support/account.ts';

/** The example of the original's documentation. */
const ORIGINAL = `{
  "version": 1,
  "last_updated": "2025-12-02T15:55:00-05:00",
  "execution_lock": null,
  "strategies": {
    "omr": {
      "positions": {
        "TQQQ": {
          "qty": 50,
          "entry_price": 45.20,
          "entry_time": "2025-12-02T15:55:00-05:00",
          "order_id": "abc123"
        }
      },
      "last_execution": "2025-12-02T15:55:30-05:00"
    },
    "mp": {
      "positions": {
        "PLTR": {
          "qty": 100,
          "entry_price": 65.00,
          "entry_time": "2025-12-02T15:55:00-05:00",
          "order_id": "def456"
        }
      },
      "last_execution": "2025-12-02T15:55:30-05:00"
    }
  }
}
`;

const at = parseInstant('2025-12-02T15:55:00-05:00')!;
const arbitraryLedger = arbitraryEvents.map((events) => foldRecords(recordsOf(events)));

function ledgerWith(change: Partial<Ledger>): Ledger {
  return { ...emptyLedger(), seq: 3, hash: 'h3', time: at, ...change };
}

const example = ledgerWith({
  books: new Map([
    [
      'omr',
      new Map([
        ['TQQQ', { quantity: 50e9 as Quantity, cost: 2_260e6 as Money, since: at, orderId: 'abc123' }],
      ]),
    ],
    ['core', new Map()],
  ]),
  lastExecution: new Map([['omr', (at + 30_500) as Instant]]),
  lock: {
    fence: 1,
    lockId: 'l',
    holder: 'omr',
    owner: { pid: 42, started: '1', bootId: 'b', host: 'desk' },
    acquired: at,
    expires: (at + 240_000) as Instant,
    expiresMonotonic: 0,
  },
  revision: {
    number: 1,
    digest: 'd',
    strategies: [{ name: 'vol', lifecycle: 'planned', schedule: [] }],
    account: { file: 'a', name: 'a', settings: TEST_ACCOUNT },
    acceptedAt: at,
  },
});

describe('the document of a ledger', () => {
  test('is the original format, with our key besides', () => {
    const { hgctl, ...visible } = projectState(example);
    expect(visible).toStrictEqual({
      version: 1,
      last_updated: '2025-12-02T15:55:00-05:00',
      execution_lock: {
        holder: 'omr',
        acquired: '2025-12-02T15:55:00-05:00',
        expires: '2025-12-02T15:59:00-05:00',
        owner: 'desk:42',
      },
      strategies: {
        core: { positions: {}, last_execution: null },
        omr: {
          positions: {
            TQQQ: { qty: 50, entry_price: 45.2, entry_time: '2025-12-02T15:55:00-05:00', order_id: 'abc123' },
          },
          last_execution: '2025-12-02T15:55:30.500-05:00',
        },
        vol: { positions: {}, last_execution: null },
      },
    });
    expect(hgctl).toMatchObject({ seq: 3, hash: 'h3' });
    expect(hgctl.books['omr']?.['TQQQ']).toMatchObject({ quantity: '50', cost: '2260.00' });
  });

  test('can be taken over by the original: without our key it is a foreign document of the same lots', () => {
    const { hgctl, ...visible } = projectState(example);
    const parsed = parseState(JSON.stringify(visible));
    if (parsed.kind !== 'foreign') throw new Error(parsed.kind);
    expect(lotsFromForeign(parsed.document)).toStrictEqual([
      { strategy: 'omr', symbol: 'TQQQ', quantity: 50e9, cost: 2_260e6, since: at, orderId: 'abc123' },
    ]);
  });

  test.prop([arbitraryLedger], { numRuns: 1000 })(
    'saved and loaded gives back the exact books and the place in the journal',
    (ledger) => {
      const parsed = parseState(formatState(projectState(ledger)));
      if (parsed.kind !== 'ours') throw new Error(parsed.kind);
      expect(booksOf(parsed.document)).toStrictEqual(ledger.books);
      expect([parsed.seq, parsed.hash]).toStrictEqual([ledger.seq, ledger.hash]);
      expect(stateDifferences(projectState(ledger), parsed.document)).toStrictEqual([]);
    },
  );

  test.prop([arbitraryLedger], { numRuns: 200 })('is the same whatever the order of the books', (ledger) => {
    const reversed = new Map(
      [...ledger.books].reverse().map(([name, book]) => [name, new Map([...book].reverse())]),
    );
    expect(formatState(projectState({ ...ledger, books: reversed }))).toBe(formatState(projectState(ledger)));
  });

  test.prop([fc.integer({ min: -9e15, max: 9e15 }), fc.integer({ min: -9e15, max: 9e15 })], {
    numRuns: 1000,
  })('is exact for any quantity and cost, where JSON numbers are not', (quantity, cost) => {
    fc.pre(quantity !== 0);
    const lot = { quantity: quantity as Quantity, cost: cost as Money, since: at, orderId: null };
    const ledger = ledgerWith({ books: new Map([['core', new Map([['VTI', lot]])]]) });
    const parsed = parseState(formatState(projectState(ledger)));
    expect(parsed.kind === 'ours' && booksOf(parsed.document)).toStrictEqual(ledger.books);
  });
});

describe('an edit from outside', () => {
  const text = formatState(projectState(example));

  test.each([
    ['a quantity', text.replace('"qty": 50', '"qty": 60')],
    ['an exact quantity', text.replace('"quantity": "50"', '"quantity": "60"')],
    ['the head', text.replace('"seq": 3', '"seq": 4')],
    ['the digest', text.replace(/"digest": "."?/, '"digest": "x')],
    ['a field more', text.replace('"version": 1,', '"version": 1, "note": "mine",')],
    ['the lock', text.replace('"holder": "omr"', '"holder": "mp"')],
  ])('of %s is noticed', (_, edited) => {
    expect(edited).not.toBe(text);
    expect(parseState(edited).kind).toBe('edited');
  });

  test('that only lays the text out anew is none', () => {
    expect(parseState(JSON.stringify(JSON.parse(text), null, 7)).kind).toBe('ours');
  });

  test('is shown field by field', () => {
    const edited = parseState(text.replace('"qty": 50', '"qty": 60').replace('"core": {', '"pairs": {'));
    if (edited.kind !== 'edited') throw new Error(edited.kind);
    expect(stateDifferences(projectState(example), edited.raw)).toStrictEqual([
      'strategies.core: {"last_execution":null,"positions":{}} in the journal, nothing in the file',
      'strategies.omr.positions.TQQQ.qty: 50 in the journal, 60 in the file',
      'strategies.pairs: nothing in the journal, {"last_execution":null,"positions":{}} in the file',
    ]);
  });
});

describe('a file of the original', () => {
  test('gives its lots, its last executions and its time', () => {
    const parsed = parseState(ORIGINAL);
    if (parsed.kind !== 'foreign') throw new Error(parsed.kind);
    expect(lotsFromForeign(parsed.document)).toStrictEqual([
      { strategy: 'omr', symbol: 'TQQQ', quantity: 50e9, cost: 2_260_000_000, since: at, orderId: 'abc123' },
      { strategy: 'mp', symbol: 'PLTR', quantity: 100e9, cost: 6_500_000_000, since: at, orderId: 'def456' },
    ]);
    expect(lastExecutionsFromForeign(parsed.document)).toStrictEqual([
      { strategy: 'omr', at: at + 30_000 },
      { strategy: 'mp', at: at + 30_000 },
    ]);
    expect(parsed.document.last_updated).toBe(at);
    expect(parsed.notes).toStrictEqual([]);
  });

  function withPosition(position: unknown): unknown {
    return { strategies: { omr: { positions: { TQQQ: position } } } };
  }

  const entry = { qty: 1, entry_price: 1, entry_time: '2025-12-02T15:55:00.123456-05:00', order_id: null };

  test.each([
    { qty: 50, entry_price: 45.2, quantity: 50e9, cost: 2_260_000_000 },
    { qty: -3, entry_price: 10.1, quantity: -3e9, cost: -30_300_000 },
    { qty: '0.5', entry_price: '45.20', quantity: 0.5e9, cost: 22_600_000 },
    { qty: 3, entry_price: 45.123333333333335, quantity: 3e9, cost: 135_370_000 },
    { qty: 0.30000000000000004, entry_price: 1e-7, quantity: 300_000_000, cost: 0 },
    { qty: 1e3, entry_price: 0, quantity: 1000e9, cost: 0 },
  ])('with $qty at $entry_price costs quantity times price', ({ qty, entry_price, quantity, cost }) => {
    const parsed = parseForeign(withPosition({ ...entry, qty, entry_price }));
    if (parsed.kind === 'invalid') throw new Error(parsed.message);
    expect(lotsFromForeign(parsed.document)).toStrictEqual([
      { strategy: 'omr', symbol: 'TQQQ', quantity, cost, since: at + 123, orderId: null },
    ]);
  });

  test('leaves empty positions out, and says so', () => {
    const parsed = parseForeign(withPosition({ ...entry, qty: 0 }));
    if (parsed.kind === 'invalid') throw new Error(parsed.message);
    expect(lotsFromForeign(parsed.document)).toStrictEqual([]);
    expect(parsed.notes).toStrictEqual(['strategies.omr.positions.TQQQ: quantity 0, skipped']);
  });

  test.each([
    [withPosition({ ...entry, qty: 'many' }), 'strategies.omr.positions.TQQQ.qty: expected a number'],
    [withPosition({ ...entry, qty: null }), 'strategies.omr.positions.TQQQ.qty: expected a number'],
    [withPosition({ ...entry, qty: 1e12 }), 'strategies.omr.positions.TQQQ: too large'],
    [
      withPosition({ ...entry, entry_price: -1 }),
      'strategies.omr.positions.TQQQ.entry_price: expected a price of zero or more',
    ],
    [
      withPosition({ ...entry, entry_time: '2025-12-02T15:55:00' }),
      'strategies.omr.positions.TQQQ.entry_time: expected a time with its offset, as 2025-12-02T15:55:00-05:00',
    ],
    [{ version: 2, strategies: {} }, 'version: only version 1 is known'],
    [
      { strategies: { OMR: { positions: {} } } },
      'strategies.OMR: not a strategy name: a lower case letter, then up to 31 lower case letters, digits or dashes',
    ],
    [
      { strategies: { omr: { positions: { tqqq: entry } } } },
      'strategies.omr.positions.tqqq: not a symbol: upper case letters and digits, as in AAPL or BRK.B',
    ],
  ])('that is wrong is refused with the field: %j', (value, message) => {
    expect(parseForeign(value)).toStrictEqual({ kind: 'invalid', message });
  });

  test.each([{}, [], null, 7, 'text', { strategies: [] }])(
    'that is something else is invalid: %j',
    (value) => {
      expect(parseState(JSON.stringify(value)).kind).toBe('invalid');
    },
  );
});

describe('text that is not JSON', () => {
  test.each([
    ['{"a": x}', '1:7: not JSON: unexpected "x"'],
    ['{\n  "a": 1,\n}', '3:1: not JSON: unexpected "}"'],
    ['{"a": [1, 2', '1:12: not JSON: the text ends too early'],
    ['', '1:1: not JSON: the text ends too early'],
    ['{"a": 1} {', '1:10: not JSON: unexpected "{"'],
    ['[1 2]', '1:4: not JSON: unexpected "2"'],
    ['[1,]', '1:4: not JSON: unexpected "]"'],
    ['{1: 2}', '1:2: not JSON: unexpected "1"'],
  ])('%j is wrong at line and column', (text, message) => {
    expect(parseJson(text)).toStrictEqual({ kind: 'invalid', message });
  });

  test.prop([fc.json(), fc.nat()], { numRuns: 1000 })(
    'is found wrong at its end when it is cut, never before',
    (json, cut) => {
      const text = json.slice(0, cut % (json.length + 1));
      const parsed = parseJson(text);
      if (parsed.kind === 'ok') return;
      const column = Number(parsed.message.split(':')[1]);
      // A word or string that is cut short is wrong where it starts.
      const rest = text.slice(column - 1);
      expect(
        rest === '' || /^(?:"(?:[^"\\]|\\.)*\\?|-?[\d.eE+-]*|[a-z]+|"(?:[^"\\]|\\.)*"\s*)$/s.test(rest),
      ).toBe(true);
    },
  );
});

describe('UTC text', () => {
  test.prop([fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })], {
    numRuns: 1000,
  })('is that of the platform, and reads back', (date) => {
    const instant = date.getTime() as Instant;
    expect(formatUtc(instant)).toBe(date.toISOString());
    expect(parseUtc(date.toISOString())).toBe(instant);
  });

  test.each([
    '2025-02-30T00:00:00.000Z',
    '2025-12-02T24:00:00.000Z',
    '2025-12-02T20:55:00Z',
    '2025-12-02',
    '',
  ])('%j is none of ours', (text) => {
    expect(parseUtc(text)).toBeUndefined();
  });
});
