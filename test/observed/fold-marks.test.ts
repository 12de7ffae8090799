/** From where losses are counted, as the marks of sessions come in, and what stops entries. */
import { describe, expect, test } from 'vitest';
import type { Ratio } from '../../src/domain/decimal.ts';
import type { EventOf, JournalEvent } from '../../src/observed/events.ts';
import { ACCOUNT } from '../../src/observed/loss-curve.ts';
import type { MarkKind } from '../../src/observed/mark-events.ts';
import { at, DATE, dollars, ledgerAfter, LOCK } from './support/journal-of.ts';

const after = (...events: readonly JournalEvent[]) => ledgerAfter(LOCK, ...events);
const EQUITY = dollars(1_000);

/** Profit of `a` in dollars; null: not known; left out: not in the mark. */
function mark(
  kind: MarkKind,
  profit?: number | null,
  more: Partial<EventOf<'day-marked'>> = {},
): JournalEvent {
  const none = { cost: dollars(0), realised: dollars(0), carried: dollars(0) };
  const value = typeof profit === 'number' ? dollars(profit) : null;
  const strategies = profit === undefined ? [] : [{ strategy: 'a', value, ...none }];
  const seen = { at: at(0), equity: EQUITY, cash: dollars(0), positions: [] };
  return { type: 'day-marked', fence: 1, session: DATE, kind, ...seen, strategies, ...more };
}

const point = (profit: number) => ({ session: DATE, equity: EQUITY, profit: dollars(profit) });
const flat = (profit: number) => ({
  day: point(profit),
  week: point(profit),
  peak: point(profit),
  close: null,
});

describe('the curve of a strategy', () => {
  test.each<[what: string, marks: readonly JournalEvent[], curve: object | null | undefined]>([
    ['is not there before a mark', [mark('start')], undefined],
    ['begins at a start of a session', [mark('start', 5)], flat(5)],
    ['begins at the first mark of all, whatever it is', [mark('interim', 5)], flat(5)],
    [
      'begins at a first mark at a close with that close',
      [mark('close', 5)],
      { ...flat(5), close: point(5) },
    ],
    ['waits for a start while its value is not known', [mark('start', null)], null],
    ['is not there yet by an interim mark', [mark('start', null), mark('interim', 5)], null],
    ['is not there yet by a close', [mark('start', null), mark('close', 5)], null],
    ['begins at the next start that knows it', [mark('start', null), mark('start', 5)], flat(5)],
    [
      'begins at zero where it had nothing at the marks before',
      [mark('start'), mark('interim', 5)],
      {
        ...flat(0),
        peak: point(5),
      },
    ],
    ['counts a close of such a day', [mark('start'), mark('close', -5)], { ...flat(0), close: point(-5) }],
    ['begins at a start although others were marked before', [mark('start'), mark('start', 5)], flat(5)],
    ['goes on by a mark', [mark('start', 5), mark('interim', 7)], { ...flat(5), peak: point(7) }],
    [
      'begins a day with the close before it where its value is not known',
      [mark('start', 5), mark('close', 7), mark('start', null, { session: '2025-12-03' })],
      {
        ...flat(5),
        day: { ...point(7), session: '2025-12-03' },
        peak: point(7),
        close: point(7),
      },
    ],
    [
      'begins no day by a mark behind the start, where its value is not known',
      [mark('start', 5), mark('close', 7), mark('interim', null, { session: '2025-12-03' })],
      { ...flat(5), peak: point(7), close: point(7) },
    ],
    [
      'is not there while no start knows its value',
      [mark('start', null), mark('start', null, { session: '2025-12-03' })],
      null,
    ],
    ['stays as it is while its value is not known', [mark('start', 5), mark('interim', null)], flat(5)],
  ])('%s', (_, marks, curve) => {
    expect(after(...marks).curves.get('a')).toEqual(curve);
  });
});

test('the curve of the account is its equity, and the newest mark is remembered', () => {
  const ledger = after(mark('start'), mark('close', 5, { equity: dollars(1_100) }));
  const [first, last] = [EQUITY, dollars(1_100)].map((equity) => ({ session: DATE, equity, profit: equity }));
  expect(ledger.curves.get(ACCOUNT)).toEqual({ day: first, week: first, peak: last, close: last });
  expect(ledger.lastMark).toEqual({ session: DATE, kind: 'close', equity: dollars(1_100) });
});

describe('a latch', () => {
  const latched = (strategy: string | null, limit: 'daily' | 'weekly'): EventOf<'limit-latched'> => ({
    type: 'limit-latched',
    fence: 1,
    strategy,
    limit,
    session: DATE,
    loss: dollars(3),
    base: dollars(100),
    allowed: 20_000 as Ratio,
  });
  const reset = (strategy: string | null): JournalEvent => ({
    type: 'limit-reset',
    strategy,
    by: 'me',
    reason: '',
    equity: dollars(900),
    profit: dollars(-3),
  });

  test('says what was crossed first, and a later one does not take its place', () => {
    const { type: _, fence: __, ...latch } = latched('a', 'daily');
    const ledger = after(latched('a', 'daily'), latched('a', 'weekly'), latched(null, 'weekly'));
    expect(ledger.latches.get('a')).toEqual({ ...latch, since: at(2) });
    expect(ledger.latches.get(ACCOUNT)).toMatchObject({ strategy: null, limit: 'weekly', since: at(4) });
  });

  test('ends by a word, and nothing is lost from then on', () => {
    const ledger = after(mark('start', 5), latched('a', 'daily'), latched(null, 'daily'), reset('a'));
    expect([...ledger.latches.keys()]).toEqual([ACCOUNT]);
    const now = { session: DATE, equity: dollars(900), profit: dollars(-3) };
    expect(ledger.curves.get('a')).toEqual({ day: now, week: now, peak: now, close: null });
    expect(after(latched(null, 'daily'), reset(null)).latches.size).toBe(0);
  });

  test('that ends where its day could not begin begins it, with the session of the newest mark', () => {
    const ledger = after(mark('start', 5), mark('start', null, { session: '2025-12-03' }), reset('a'));
    const now = { session: '2025-12-03', equity: dollars(900), profit: dollars(-3) };
    expect(ledger.curves.get('a')).toMatchObject({ day: now, week: now });
  });

  test('that ends before any mark was known lets a curve begin', () => {
    const now = (session: string) => ({ session, equity: dollars(900), profit: dollars(-3) });
    expect(after(reset('a')).curves.get('a')?.day).toEqual(now(''));
    expect(after(mark('start', null), reset('a')).curves.get('a')?.day).toEqual(now(DATE));
  });
});
