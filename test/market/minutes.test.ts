/** Minute bars: of files and of synthetic prices, and never of a minute that has not ended. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { sessionOn } from '../../src/domain/calendar.ts';
import { instantAt, MINUTE, plus, type Instant } from '../../src/domain/instant.ts';
import { csvPrices } from '../../src/market/csv-prices.ts';
import { priceSource } from '../../src/market/market.ts';
import { formatMinutes, readMinutes } from '../../src/market/minute-rows.ts';
import type { MinuteBar } from '../../src/observed/bars.ts';
import { fc, test } from '../support/law.ts';
import { at, inTemporaryFolder } from '../support/simulated-world.ts';

/** It ends at 13:00. */
const HALF_DAY = sessionOn('2025-11-28')!;
const WHOLE = { from: HALF_DAY.open, until: HALF_DAY.close };

describe.each(['constant', 'daily', 'market'] as const)('synthetic minutes of %s prices', (movement) => {
  const source = priceSource({ type: 'synthetic', seed: 7, movement });
  const dollarsAt = (moment: Instant): number => source.priceAt('KO', moment)!.price / 1_000_000;

  test('are those of the session, each from the price of its begin to that of its end.', () => {
    const bars = source.minutes('KO', {
      from: instantAt('2025-11-27', '00:00'),
      until: instantAt('2025-11-30', '00:00'),
    });
    expect([bars.length, bars[0]?.at, bars.at(-1)?.at]).toEqual([
      210,
      WHOLE.from,
      plus(WHOLE.until, -MINUTE),
    ]);
    for (const { at: begin, open, high, low, close } of bars) {
      expect([open, close]).toEqual([dollarsAt(begin), dollarsAt(plus(begin, MINUTE))]);
      expect(low).toBeLessThanOrEqual(Math.min(open, close));
      expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
    }
    const [day] = source.bars('KO', { from: HALF_DAY.date, to: HALF_DAY.date });
    expect([bars[0]?.open, bars.at(-1)?.close]).toEqual([day?.open, day?.close]);
  });

  test.prop([fc.integer({ min: -3, max: 213 }), fc.integer({ min: 0, max: 59_999 })], { numRuns: 30 })(
    'that are asked for at a moment have ended by it, and are those that are known later.',
    (minute, rest) => {
      const until = plus(WHOLE.from, minute * MINUTE + rest);
      const known = source.minutes('KO', { ...WHOLE, until });
      expect(known.length).toBe(Math.min(210, Math.max(0, minute)));
      expect(known).toEqual(source.minutes('KO', WHOLE).slice(0, known.length));
    },
  );
});

const HEADER = 'Time,Open,High,Low,Close,Volume';
const ROWS = '2025-12-02T14:30:00Z,10,10.5,9.5,10.25,100\n2025-12-02T09:31:00-05:00,10.25,11,10,11,\n';

describe('a file of minutes', () => {
  const minutesIn = (text: string, from: string, until: string) =>
    inTemporaryFolder((folder) => {
      mkdirSync(join(folder, 'minutes'));
      writeFileSync(join(folder, 'minutes', 'KO.csv'), text);
      const source = csvPrices(folder);
      expect(source.minutes('PEP', { from: at(from), until: at(until) })).toEqual([]);
      return source.minutes('KO', { from: at(from), until: at(until) });
    });

  test.each([
    ['09:30:00', '09:32:00', 2],
    ['09:30:00', '09:31:59', 1],
    ['09:30:01', '09:32:00', 1],
    ['09:30:00', '09:30:59', 0],
  ])('has from %s until %s what has ended: %i bars.', async (from, until, count) => {
    const bars = await minutesIn(
      `${HEADER}\n${ROWS}`,
      `2025-12-02T${from}-05:00`,
      `2025-12-02T${until}-05:00`,
    );
    expect(bars).toHaveLength(count);
  });

  test.each([
    ['Time,Open,High,Low,Volume\n', 'KO.csv:1: the header names no close'],
    ['2025-12-02T14:30:30Z,1,1,1,1,1', 'KO.csv:2: "2025-12-02T14:30:30Z" is not the begin of a minute'],
    ['2025-12-02T14:30:00,1,1,1,1,1', 'is not the begin of a minute'],
    ['2025-12-02T14:30:00Z,0,1,1,1,1', 'a price of 2025-12-02T14:30:00Z is not above zero'],
    ['2025-12-02T14:30:00Z,1,1,1,2,1', 'open and close of 2025-12-02T14:30:00Z are not between low and high'],
    [
      `${ROWS}2025-12-02T14:31:00Z,1,1,1,1,1`,
      'KO.csv:4: 2025-12-02T14:31:00Z does not come after the row before',
    ],
  ])('is refused for %j.', async (rows, message) => {
    const text = rows.startsWith('Time') ? rows : `${HEADER}\n${rows}\n`;
    const [from, until] = ['2025-12-02T09:30:00-05:00', '2025-12-02T16:00:00-05:00'];
    await expect(minutesIn(text, from, until)).rejects.toThrow(message);
  });

  const cents = fc.integer({ min: 100, max: 100_000 }).map((price) => price / 100);
  const bars = fc.array(fc.tuple(cents, cents, cents, cents, fc.option(fc.nat())), { maxLength: 20 });
  test.prop([bars])('is read as it was written.', (facts) => {
    const rows = facts.map(([a, b, c, d, volume], index): MinuteBar => {
      const [low, open, close, high] = [a, b, c, d].sort((x, y) => x - y) as [number, number, number, number];
      const bar = { at: plus(WHOLE.from, index * MINUTE), open, high, low, close };
      return volume === null ? bar : { ...bar, volume };
    });
    expect(readMinutes(formatMinutes(rows))).toEqual(rows);
  });
});
