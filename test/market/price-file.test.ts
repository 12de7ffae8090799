import { describe, expect } from 'vitest';
import type { Price } from '../../src/domain/decimal.ts';
import {
  fileRows,
  formatPriceFile,
  mergeRows,
  readPriceFile,
  spanToAsk,
  type FileRow,
} from '../../src/market/price-file.ts';
import { fc, test } from '../support/law.ts';
import { dollars } from '../support/simulated-world.ts';

const day = (n: number): string => `2025-03-${String(n).padStart(2, '0')}`;
const row = (n: number, close: number): FileRow => ({
  date: day(n),
  open: undefined,
  close: dollars(close),
  volume: undefined,
});
const rowsOf = (...closes: readonly (readonly [number, number])[]): FileRow[] =>
  closes.map(([n, close]) => row(n, close));

describe('what a pull writes', () => {
  test('is read again as it was.', () => {
    const rows = fileRows(
      [
        { date: day(3), close: 71.1234567 },
        { date: day(4), close: 0.000001 },
      ],
      [{ date: day(3), open: 70, close: 71.1234567, volume: 1_000 }],
    );
    const text = formatPriceFile(typeof rows === 'string' ? [] : rows);
    expect(text).toBe('Date,Open,Close,Volume\n2025-03-03,70.00,71.123457,1000\n2025-03-04,,0.000001,\n');
    expect(readPriceFile(text)).toMatchObject(rows as object);
  });

  test.each([0, 1e-9, 1e22])('is no price that a file cannot have: %d.', (close) => {
    expect(fileRows([{ date: day(3), close }], [])).toMatch(/is no price that a file can have/);
  });

  test('is not merged into what would lose something, or what nobody understands.', () => {
    expect(readPriceFile('Date,High,Close,bid\n')).toBe(
      'it has columns that a pull does not fill: High, bid',
    );
    expect(readPriceFile('date,close\n2025-03-03,x\n')).toBe('line 2: "x" is not a price above zero');
    expect(readPriceFile('date,close\n2025-03-03,1\n2025-03-03,1\n')).toBe('it has two rows of 2025-03-03');
  });
});

describe('a pull into rows that are there', () => {
  test('keeps what it did not bring, and replaces what it did.', () => {
    const have = rowsOf([3, 10], [4, 11], [5, 12]);
    expect(mergeRows(have, rowsOf([4, 11], [5, 12.5], [6, 13]))).toEqual({
      rows: rowsOf([3, 10], [4, 11], [5, 12.5], [6, 13]),
      added: 1,
      changed: 1,
    });
  });

  test.each<readonly [string, readonly FileRow[], readonly FileRow[]]>([
    ['rows before it', rowsOf([3, 10], [4, 11]), rowsOf([4, 5.5], [5, 6])],
    ['rows after it', rowsOf([4, 11], [5, 12]), rowsOf([3, 5], [4, 5.5])],
    ['rows between its own', rowsOf([3, 10], [4, 11], [5, 12]), rowsOf([3, 5], [5, 6])],
  ])('is refused, with the span to pull, where %s would be of another adjustment.', (_, have, pulled) => {
    expect(mergeRows(have, pulled)).toEqual({ from: have[0]?.date, to: have.at(-1)?.date });
  });

  test('of the whole file takes all of a split.', () => {
    expect(mergeRows(rowsOf([3, 10], [4, 11]), rowsOf([3, 5], [4, 5.5]))).toMatchObject({ changed: 2 });
  });

  test('asks for the five rows on each side, too, so that both can be compared.', () => {
    const have = rowsOf(...[3, 4, 5, 6, 7, 10, 11, 12].map((n) => [n, 10] as const));
    expect(spanToAsk(have, { from: day(14), to: day(20) })).toEqual({ from: day(6), to: day(20) });
    expect(spanToAsk(have, { from: day(1), to: day(4) })).toEqual({ from: day(1), to: day(11) });
    expect(spanToAsk([], { from: day(1), to: day(4) })).toEqual({ from: day(1), to: day(4) });
  });

  const series = fc
    .uniqueArray(fc.integer({ min: 1, max: 31 }), { maxLength: 12 })
    .map((days) => days.sort((a, b) => a - b).map((n) => row(n, 10 + n)));

  test.prop([series, series])(
    'of one series is their union, and a second time changes nothing.',
    (have, pulled) => {
      const once = mergeRows(have, pulled);
      if (!('rows' in once)) throw new Error('it was refused');
      expect(once.rows.map(({ date }) => date)).toEqual(
        [...new Set([...have, ...pulled].map(({ date }) => date))].sort(),
      );
      expect(mergeRows(once.rows, pulled)).toEqual({ rows: once.rows, added: 0, changed: 0 });
    },
  );

  test.prop([series, series])('after a split leaves no row of before it, or is refused.', (have, pulled) => {
    const last = have.at(-1)?.date ?? '';
    const split = pulled.map((r) => (r.date <= last ? { ...r, close: (r.close / 2) as Price } : r));
    const hasCommon = have.some(({ date }) => pulled.some((r) => r.date === date));
    const isWhole = have.every(({ date }) => pulled.some((r) => r.date === date));
    const merged = mergeRows(have, split);
    if (hasCommon) expect('rows' in merged).toBe(isWhole);
    if (isWhole) expect(merged).toMatchObject({ rows: split });
  });
});
