/** What always holds when books follow a corporate action, whatever they hold, and wherever a pass is killed. */
import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import type { CorporateAction } from '../../src/observed/corporate-action.ts';
import { checkpointBehind } from '../../src/observed/checkpoint.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import { decodeLine, encodeRecord } from '../../src/observed/journal-format.ts';
import { foldRecords } from '../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { afterCrash, passUntil } from '../support/crash.ts';
import { world, type StrategyFacts, type TestWorld, type WorldFacts } from '../support/world.ts';

const RUNS = { numRuns: Number(process.env['HGCTL_LAW_RUNS'] ?? 150) };
const CRASHES = { numRuns: Number(process.env['HGCTL_LAW_RUNS'] ?? 60) };
const TODAY = '2025-12-03';
const OWNERS = ['one', 'two', 'three'] as const;

interface Case {
  readonly facts: WorldFacts;
  readonly happens: (home: TestWorld) => void;
  /** What becomes of the symbol X. */
  readonly symbol: string;
  readonly factor: number;
}

/** Shares in thousandths, all on one side. */
const lots = fc.array(fc.integer({ min: 1_000, max: 400_000 }), { minLength: 1, maxLength: OWNERS.length });
const unmanaged = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 90_000 }));
const term = fc.integer({ min: 1, max: 40 });

const quantityOf = (thousandths: number): string => (thousandths / 1_000).toFixed(3);

const arbitraryCase: fc.Arbitrary<Case> = fc
  .record({
    lots,
    unmanaged,
    side: fc.constantFrom(1, 1, 1, -1),
    what: fc.oneof(
      fc.tuple(term, term).filter(([from, to]) => from !== to),
      fc.constant('rename' as const),
    ),
  })
  .map(({ lots: owned, unmanaged: beyond, side, what }) => {
    const books = owned.map((own) => quantityOf(side * own));
    const total = owned.reduce((sum, own) => sum + own, beyond);
    const action: CorporateAction =
      what === 'rename'
        ? { kind: 'symbol-change', date: TODAY, from: 'X', to: 'Z' }
        : { kind: 'split', date: TODAY, ratio: { from: what[0], to: what[1] } };
    const strategies = OWNERS.map((name, at): [string, StrategyFacts] => [
      name,
      { targets: { X: books[at] ?? '0' }, shorts: 'allowed', wholeShares: false },
    ]);
    return {
      facts: {
        prices: { X: '900', Z: '900' },
        cash: '900000000',
        announced: { X: [action] },
        strategies: Object.fromEntries(strategies),
        books: Object.fromEntries(books.map((own, at) => [OWNERS[at] ?? '', { X: own }])),
        broker: { X: quantityOf(side * total) },
      },
      happens: (home) => {
        if (what === 'rename') home.broker.rename({ from: 'X', to: 'Z' });
        else home.broker.split({ symbol: 'X', from: what[0], to: what[1] });
      },
      symbol: what === 'rename' ? 'Z' : 'X',
      factor: what === 'rename' ? 1 : what[1] / what[0],
    };
  });

async function before({ facts, happens }: Case): Promise<TestWorld> {
  const home = await world(facts);
  home.clock.advance(86_400_000);
  happens(home);
  return home;
}

interface Sum {
  readonly quantity: number;
  readonly cost: number;
}

function booked({ books }: Ledger, symbol: string): Sum {
  let [quantity, cost] = [0, 0];
  for (const book of books.values()) {
    quantity += book.get(symbol)?.quantity ?? 0;
    cost += book.get(symbol)?.cost ?? 0;
  }
  return { quantity, cost };
}

/** Books and what is nobody's are what the broker holds; what they have cost stays; a lot has become what the ratio says. */
function expectFollowed(home: TestWorld, { facts, symbol, factor }: Case): void {
  const ledger = home.journal.ledger();
  const { quantity, cost } = booked(ledger, symbol);
  const beyond = ledger.anchors.get(symbol)?.unmanaged ?? 0;
  expect(quantity + beyond).toBe(home.broker.state().positions.get(symbol)?.quantity);
  expect(cost).toBe(booked(foldRecords(home.journal.records.slice(0, 2)), 'X').cost);
  for (const [name, book] of Object.entries(facts.books ?? {})) {
    const lot = ledger.books.get(name)?.get(symbol);
    // Two thousand-millionths at most: of rounding, and of what the broker has rounded.
    expect(Math.abs((lot?.quantity ?? 0) - Number(book['X']) * 1e9 * factor)).toBeLessThanOrEqual(4);
  }
  expect(ledger.realised.size).toBe(0);
  expect(ledger.breaks.size).toBe(0);
  const kinds = home.journal.records.map(({ event }) => event.type);
  expect(kinds.filter((kind) => kind === 'split-applied' || kind === 'symbol-changed')).toHaveLength(1);
}

describe('a corporate action that was announced', () => {
  test.prop([arbitraryCase], RUNS)('is followed exactly, once, and sells and buys nothing', async (given) => {
    const home = await before(given);
    await home.apply();
    expectFollowed(home, given);
    const count = home.journal.records.length;
    await home.apply();
    expect(home.journal.records).toHaveLength(count);
    expect(home.broker.submitted).toEqual([]);
  });

  test.prop([arbitraryCase], RUNS)(
    'gives the same books by replay, and behind a checkpoint anywhere',
    async (given) => {
      const home = await before(given);
      await home.apply();
      const { records } = home.journal;
      const whole = foldRecords(records);
      expect(whole).toEqual(home.journal.ledger());
      for (let at = 2; at < records.length; at += 1) {
        const behind = foldRecords([checkpointAt(records, at), ...records.slice(at)]);
        expect([behind.books, behind.anchors, behind.splits, behind.formerNames]).toEqual([
          whole.books,
          whole.anchors,
          whole.splits,
          whole.formerNames,
        ]);
      }
    },
  );

  test.prop([arbitraryCase, fc.nat({ max: 60 })], CRASHES)(
    'is followed by whoever comes next, wherever a pass was killed',
    async (given, moment) => {
      const home = await before(given);
      await passUntil(home, moment);
      home.clock.advance(600_000);
      await home.apply(afterCrash(home));
      expectFollowed(home, given);
      expect(home.broker.submitted).toEqual([]);
    },
  );
});

/** What a checkpoint says of the first records, as it is written and read. */
function checkpointAt(records: readonly JournalRecord[], at: number): JournalRecord {
  const last = records[at - 1];
  if (last === undefined) throw new Error('no record');
  const { bytes } = encodeRecord(checkpointBehind(last, foldRecords(records.slice(0, at))));
  const decoded = decodeLine(bytes.toString('latin1').trim());
  if (decoded.kind !== 'record') throw new Error(decoded.kind);
  return decoded.record;
}
