import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import type { Money, Quantity, Ratio } from '../../src/domain/decimal.ts';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import {
  lastExecutionsFromForeign,
  lotsFromForeign,
  parseForeign,
  plainPart,
} from '../../src/observed/foreign-state.ts';
import { isTooDeep, parseJson } from '../../src/observed/json-text.ts';
import { emptyLedger, foldRecords } from '../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import {
  booksOf,
  brakesOf,
  drainsOf,
  formatState,
  latchesOf,
  parseState,
  projectState,
  stateDifferences,
  type StateDocument,
} from '../../src/observed/state-document.ts';
import { ACCOUNT } from '../../src/observed/loss-curve.ts';
import { compareText } from '../../src/domain/names.ts';
import { canonicalJson, sha256, type Json } from '../../src/domain/digest.ts';
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
    'saved and loaded gives back the exact books, what is stopped, and the place in the journal',
    (ledger) => {
      const parsed = parseState(formatState(projectState(ledger)));
      if (parsed.kind !== 'ours') throw new Error(parsed.kind);
      expect(booksOf(parsed.document)).toStrictEqual(ledger.books);
      expect([parsed.seq, parsed.hash]).toStrictEqual([ledger.seq, ledger.hash]);
      expect(stateDifferences(projectState(ledger), parsed.document)).toStrictEqual([]);
      const { drains, latches, halt, suspensions } = ledger;
      expect(new Map(drainsOf(parsed.document)?.map((drain) => [drain.strategy, drain]))).toEqual(drains);
      const scoped = latchesOf(parsed.document).map((latch) => [latch.strategy ?? ACCOUNT, latch] as const);
      expect(new Map(scoped)).toEqual(latches);
      expect(brakesOf(parsed.document)).toEqual({
        halt,
        suspensions: [...suspensions.values()].sort((a, b) => compareText(a.strategy, b.strategy)),
      });
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

describe('what is stopped', () => {
  const since = formatUtc(at);
  const drain = { close: true, by: 'me', since, state: 'pending', leftovers: ['KO'] } as const;
  const latch = {
    limit: 'daily',
    session: '2025-12-02',
    loss: '3.00',
    base: '100.00',
    allowed: '2%',
    since,
  } as const;
  const halt = { mode: 'hold', reason: 'r', by: 'me', since } as const;
  const suspension = { strategy: 'mp', reason: 'r', by: 'me', since, until: null };
  const document = (own: Partial<StateDocument['hgctl']>): StateDocument => {
    const { drains, ...hgctl } = projectState(emptyLedger()).hgctl;
    return { ...projectState(emptyLedger()), hgctl: { ...hgctl, ...own } };
  };

  test('is exact in the document, in the order of names', () => {
    const exact = { loss: 3e6 as Money, base: 100e6 as Money, allowed: 20_000 as Ratio, since: at };
    const drains = [{ ...drain, strategy: 'mp', since: at }];
    const latches = [null, 'mp'].map((strategy) => ({ ...latch, ...exact, strategy }));
    const suspensions = [
      { ...suspension, strategy: 'omr', since: at, until: at },
      { ...suspension, strategy: 'mp', since: at, until: null },
    ];
    const stopped = projectState(
      ledgerWith({
        drains: new Map(drains.map((one) => [one.strategy, one])),
        latches: new Map(latches.map((one) => [one.strategy ?? ACCOUNT, one])),
        halt: { ...halt, since: at },
        suspensions: new Map(suspensions.map((one) => [one.strategy, one])),
      }),
    );
    expect(stopped.hgctl).toMatchObject({
      drains: { mp: drain },
      latches: { [ACCOUNT]: latch, mp: latch },
      brakes: { halt, suspensions: [suspension, { ...suspension, strategy: 'omr', until: since }] },
    });
    expect(drainsOf(stopped)).toEqual(drains);
    expect(latchesOf(stopped)).toEqual(latches);
    expect(brakesOf(stopped)).toEqual({
      halt: { ...halt, since: at },
      suspensions: suspensions.toReversed(),
    });
  });

  test('is said where it is a halt alone, or a suspension alone', () => {
    const [halted, suspended] = [
      ledgerWith({ halt: { ...halt, since: at } }),
      ledgerWith({ suspensions: new Map([['mp', { ...suspension, since: at, until: null }]]) }),
    ].map((ledger) => projectState(ledger).hgctl.brakes);
    expect(halted).toEqual({ halt, suspensions: [] });
    expect(suspended).toEqual({ halt: null, suspensions: [suspension] });
  });

  test('has what was realised, by strategy and symbol', () => {
    const realised = new Map([['mp', new Map([['AAPL', 1_500_000 as Money]])]]);
    expect(projectState(ledgerWith({ realised })).hgctl.realised).toEqual({ mp: { AAPL: '1.50' } });
  });

  test('is nothing where the document says nothing; of shutdowns it is not known then', () => {
    const plain = projectState(emptyLedger());
    expect(plain.strategies).toEqual({});
    expect(Object.keys(plain.hgctl)).toEqual(['seq', 'hash', 'books', 'realised', 'drains', 'digest']);
    expect([drainsOf(plain), latchesOf(plain)]).toEqual([[], []]);
    expect(brakesOf(plain)).toEqual({ halt: null, suspensions: [] });
    expect(drainsOf(document({}))).toBeNull();
  });

  const lot = { quantity: '1', cost: '1.00', since, order_id: null };
  test.each<[what: string, read: (document: StateDocument) => unknown, own: Partial<StateDocument['hgctl']>]>(
    [
      ['lot', booksOf, { books: { a: { KO: { ...lot, quantity: 'x' } } } }],
      ['lot', booksOf, { books: { a: { KO: { ...lot, cost: 'x' } } } }],
      ['lot', booksOf, { books: { a: { KO: { ...lot, since: 'x' } } } }],
      ['shutdown', drainsOf, { drains: { a: { ...drain, since: 'x' } } }],
      ['loss limit', latchesOf, { latches: { a: { ...latch, loss: 'x' } } }],
      ['loss limit', latchesOf, { latches: { a: { ...latch, base: 'x' } } }],
      ['loss limit', latchesOf, { latches: { a: { ...latch, allowed: 'x' } } }],
      ['loss limit', latchesOf, { latches: { a: { ...latch, since: 'x' } } }],
      ['time of a halt', brakesOf, { brakes: { halt: { ...halt, since: 'x' }, suspensions: [] } }],
      ['time of a halt', brakesOf, { brakes: { halt: null, suspensions: [{ ...suspension, until: 'x' }] } }],
    ],
  )('is not guessed: a bad %s is an error', (what, read, own) => {
    expect(() => read(document(own))).toThrow(`state file: bad ${what}`);
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

  test('of the version is noticed, whatever the digest', () => {
    const { hgctl, ...visible } = JSON.parse(text) as Record<string, Json>;
    const { digest, ...exact } = hgctl as Record<string, Json>;
    const other = { ...visible, version: 2, hgctl: exact };
    const forged = { ...other, hgctl: { ...exact, digest: sha256(canonicalJson(other)) } };
    expect(parseState(JSON.stringify(forged))).toMatchObject({ kind: 'invalid' });
  });

  test('that cuts it short says where', () => {
    expect(parseState(text.slice(0, 20))).toEqual({
      kind: 'invalid',
      message: '3:3: not JSON: the text ends too early',
    });
  });

  test('of our own key alone is no difference; of everything is one', () => {
    const next = { ...example, seq: 4 };
    expect(stateDifferences(projectState(next), projectState(example))).toEqual([]);
    expect(stateDifferences(projectState(emptyLedger()), 'text')).toEqual([
      expect.stringMatching(/^: \{"execution_lock":null.*\} in the journal, "text" in the file$/),
    ]);
  });

  test('that only lays the text out anew is none', () => {
    expect(parseState(JSON.stringify(JSON.parse(text), null, 7)).kind).toBe('ours');
  });

  test('is shown field by field', () => {
    const edited = parseState(text.replace('"qty": 50', '"qty": 60').replace('"core": {', '"a-pair": {'));
    if (edited.kind !== 'edited') throw new Error(edited.kind);
    expect(stateDifferences(projectState(example), edited.raw)).toStrictEqual([
      'strategies.a-pair: nothing in the journal, {"last_execution":null,"positions":{}} in the file',
      'strategies.core: {"last_execution":null,"positions":{}} in the journal, nothing in the file',
      'strategies.omr.positions.TQQQ.qty: 50 in the journal, 60 in the file',
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

  test('says nothing of executions that it does not have', () => {
    const parsed = parseForeign({
      strategies: {
        omr: { positions: {}, last_execution: null },
        mp: { positions: {} },
        vol: { positions: {}, last_execution: '2025-12-02T15:55:00-05:00' },
      },
    });
    if (parsed.kind === 'invalid') throw new Error(parsed.message);
    expect(lastExecutionsFromForeign(parsed.document)).toEqual([{ strategy: 'vol', at }]);
  });

  test.each([
    ['BRK.B', 'BRK.B'],
    ['a-b_c', 'a-b_c'],
    ['a b', '"a b"'],
    [' a', '" a"'],
    ['a\n', '"a\\n"'],
    ['', '""'],
  ])('has %j as a part of a path on one line', (key, part) => {
    expect(plainPart(key)).toBe(part);
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
    [withPosition({ ...entry, qty: 1e12, entry_price: 0 }), 'strategies.omr.positions.TQQQ: too large'],
    [withPosition({ ...entry, entry_price: 1e12 }), 'strategies.omr.positions.TQQQ: too large'],
    [
      { strategies: {}, execution_lock: { holder: 7, expires: '2025-12-02T15:55:00-05:00' } },
      'execution_lock.holder: Invalid input: expected string, received number',
    ],
    [7, 'Invalid input: expected object, received number'],
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
      'strategies.OMR: not a strategy name: a lower case letter, then up to 31 lower case letters, digits or dashes; not hgctl, constructor or prototype',
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
    ['{x": 1} x', '1:2: not JSON: unexpected "x"'],
    ['{"a" 1}', '1:2: not JSON: unexpected "\\""'],
    ['{"a"\n\t: 1} x', '2:7: not JSON: unexpected "x"'],
    [' \n x', '2:2: not JSON: unexpected "x"'],
    ['1}', '1:2: not JSON: unexpected "}"'],
    ['1]', '1:2: not JSON: unexpected "]"'],
    ['1, 2', '1:2: not JSON: unexpected ","'],
    ['["\\u00"] x', '1:2: not JSON: unexpected "\\""'],
    ['{"\\u00": 1} x', '1:2: not JSON: unexpected "\\""'],
    ['[1} x', '1:3: not JSON: unexpected "}"'],
    ['{"a": 1] x', '1:8: not JSON: unexpected "]"'],
    ['[] x', '1:4: not JSON: unexpected "x"'],
    ['{} x', '1:4: not JSON: unexpected "x"'],
    ['[1] x', '1:5: not JSON: unexpected "x"'],
    ['{"a": {"b": 1, "a": 2}, "b": 3, "a": 4}', '1:33: the key "a" is there twice'],
    ['{"a": 1, "\\u0061": 2}', '1:10: the key "a" is there twice'],
    ['{"\\u00e9": 1, "é": 2}', '1:15: the key "é" is there twice'],
    ['{"a": "\\u00e9", "a": 2}', '1:17: the key "a" is there twice'],
    ['{"a": [1e12, 1E+12, 1e-12, -0.25], "a": 2}', '1:36: the key "a" is there twice'],
    [`{"a":\n${'['.repeat(101)}`, '2:100: the nesting is deeper than 100 levels'],
  ])('%j is wrong at line and column', (text, message) => {
    expect(parseJson(text)).toStrictEqual({ kind: 'invalid', message });
  });

  test('may be nested, to a hundred levels, and have a key in each of its objects', () => {
    expect(parseJson('['.repeat(100) + ']'.repeat(100))).toMatchObject({ kind: 'ok' });
    expect(parseJson('[{"a": 1}, {"a": {"a": 2}}]')).toEqual({
      kind: 'ok',
      value: [{ a: 1 }, { a: { a: 2 } }],
    });
  });

  test('may have a string of any length: no character of it takes a step of the stack', () => {
    const long = JSON.stringify('x\\"'.repeat(3_000_000));
    expect(parseJson(long).kind).toBe('ok');
    expect(parseJson(`{${long}: 1}`).kind).toBe('ok');
  });

  test.prop([fc.json({ maxDepth: 5 }), fc.nat(120)])(
    'is found too deep before it is parsed, whatever stands in its strings',
    (json, around) => {
      const depth = around + deepest(JSON.parse(json));
      for (const [open, close] of [
        ['[', ']'],
        ['{"[\\"{":', '}'],
      ] as const)
        expect(isTooDeep(open.repeat(around) + json + close.repeat(around))).toBe(depth > 100);
    },
  );

  test('that closes what it opens gets no deeper by going on', () => {
    const list = (item: string): string => `[${Array.from({ length: 200 }, () => item).join(',')}]`;
    for (const item of ['[]', '{}', '"["', '"\\\\"', '"{"'])
      expect([item, isTooDeep(list(item))]).toEqual([item, false]);
    expect(isTooDeep('['.repeat(100) + ']'.repeat(100))).toBe(false);
    expect(isTooDeep('['.repeat(101))).toBe(true);
    expect(isTooDeep(`${']'.repeat(50)}"]${'{'.repeat(101)}`)).toBe(false);
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

function deepest(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(deepest));
}

describe('A state file that is larger than any', () => {
  const SIZE = 33_554_432;
  const text = '{"strategies": {}}';

  test('is refused for that, and for nothing else', () => {
    expect(parseState(text.padEnd(SIZE))).toMatchObject({ kind: 'foreign' });
    expect(parseState(text.padEnd(SIZE + 1))).toEqual({
      kind: 'invalid',
      message: 'is larger than 32 MiB: no state file is',
    });
  });
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
