import { fc, test } from '../support/law.ts';
import { describe, expect } from 'vitest';
import { addDays } from '../../src/domain/days.ts';
import { instantAt, plus, type Instant } from '../../src/domain/instant.ts';
import { syntheticPrices } from '../../src/market/synthetic.ts';

const seed = fc.nat();
const symbol = fc.stringMatching(/^[A-Z]{1,5}$/);
const moment = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((milliseconds) => milliseconds as Instant);
const movement = fc.constantFrom('constant' as const, 'daily' as const);

function priceOf(
  settings: { seed: number; movement: 'constant' | 'daily' },
  name: string,
  at: Instant,
): number {
  const quote = syntheticPrices(settings).priceAt(name, at);
  if (quote === undefined) throw new Error('no price');
  expect(quote.asOf).toBe(at);
  return quote.price;
}

describe('synthetic prices', () => {
  test.prop([seed, movement, symbol, moment], { numRuns: 1_000 })(
    'are whole cents between $20 and $500, the same for the same question',
    (given, moving, name, at) => {
      const price = priceOf({ seed: given, movement: moving }, name, at);
      expect(price % 10_000).toBe(0);
      expect(price).toBeGreaterThanOrEqual(20_000_000);
      expect(price).toBeLessThanOrEqual(500_000_000);
      expect(priceOf({ seed: given, movement: moving }, name, at)).toBe(price);
    },
  );

  test.prop([seed, symbol, moment, moment])('that are constant do not move', (given, name, a, b) => {
    const settings = { seed: given, movement: 'constant' as const };
    expect(priceOf(settings, name, a)).toBe(priceOf(settings, name, b));
  });

  test.prop([seed, symbol, fc.integer({ min: 0, max: 20_000 })], { numRuns: 1_000 })(
    'that are daily change with the New York date only, by less than 1 %',
    (given, name, days) => {
      const settings = { seed: given, movement: 'daily' as const };
      const date = addDays('2000-01-01', days);
      const [open, next] = [instantAt(date, '00:00'), instantAt(addDays(date, 1), '00:00')];
      const today = priceOf(settings, name, open);
      expect(priceOf(settings, name, plus(next, -1))).toBe(today);
      expect(Math.abs(priceOf(settings, name, next) - today) / today).toBeLessThan(0.01);
    },
  );

  test('that are daily move by a few tenths of a percent on most days', () => {
    const settings = { seed: 7, movement: 'daily' as const };
    const closes = Array.from({ length: 250 }, (_, day) =>
      priceOf(settings, 'SPY', instantAt(addDays('2025-01-01', day), '12:00')),
    );
    const moves = closes.slice(1).map((close, day) => Math.abs(close / (closes[day] ?? 1) - 1));
    const mean = moves.reduce((sum, move) => sum + move, 0) / moves.length;
    expect(mean).toBeGreaterThan(0.001);
    expect(mean).toBeLessThan(0.005);
  });

  test('differ between symbols and between seeds', () => {
    const at = instantAt('2025-12-02', '12:00');
    const names = ['AAPL', 'MSFT', 'KO', 'SPY', 'TQQQ', 'BRK.B'];
    const prices = [1, 2].flatMap((given) =>
      names.map((name) => priceOf({ seed: given, movement: 'constant' }, name, at)),
    );
    expect(new Set(prices).size).toBe(prices.length);
  });

  test('exist for symbols only', () => {
    const source = syntheticPrices({ seed: 7, movement: 'constant' });
    expect(source.priceAt('not a symbol', 0 as Instant)).toBeUndefined();
  });
});
