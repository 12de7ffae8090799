/** A slot that waits costs nothing but the look that finds it waiting: no lock, no record, until what holds it has passed. */
import { describe, expect, test } from 'vitest';
import { parseScheduleTime } from '../../src/domain/schedule.ts';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import { resolveSymbol } from '../../src/actions/resolve-symbol.ts';
import { world, type StrategyFacts, type TestWorld } from '../support/world.ts';

function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`no instant: ${text}`);
  return instant;
}

function slot(time: string, action: 'entry' | 'exit'): NonNullable<StrategyFacts['schedule']> {
  const parsed = parseScheduleTime(time);
  if (parsed === undefined) throw new Error(`no time: ${time}`);
  return [{ at: parsed, action, window: 240_000 }];
}

/** What the passes of the next minute write. */
async function recordedIn(home: TestWorld, passes: number): Promise<number> {
  const before = home.journal.records.length;
  for (let pass = 0; pass < passes; pass += 1) {
    home.clock.advance(20_000);
    await home.apply();
  }
  return home.journal.records.length - before;
}

describe('a slot that has started', () => {
  test('and whose exit a break holds, writes nothing more until the break is over, and then sells', async () => {
    const home = await world({
      now: at('2025-12-02T09:31:10-05:00'),
      settings: { clock: 'exchange' },
      prices: { KO: '50' },
      books: { mp: { KO: '10' } },
      broker: { KO: '4' },
      strategies: { mp: { targets: { KO: '10' }, schedule: slot('open+1m', 'exit') } },
    });
    await home.apply();
    expect(home.journal.ledger().breaks.has('KO')).toBe(true);
    expect(home.journal.ledger().slots.size).toBe(1);
    expect(await recordedIn(home, 3)).toBe(0);
    expect((await home.apply()).kind).toBe('nothing');

    const word = {
      symbol: 'KO',
      as: 'broker',
      strategy: null,
      price: null,
      reason: 'six were given away',
    } as const;
    await resolveSymbol(home.ports, home.desired, word);
    await home.apply();
    expect(home.books()).toEqual({});
  });

  test('and whose entry waits for a fresh price, writes nothing more while its window is open, as long as it is old', async () => {
    const home = await world({
      now: at('2025-12-02T15:55:10-05:00'),
      settings: { clock: 'exchange' },
      prices: { KO: '50' },
      quotes: { KO: { age: 3_600_000 } },
      limits: { quoteAge: 60_000 },
      strategies: { mp: { targets: { KO: '10' }, schedule: slot('close-5m', 'entry') } },
    });
    await home.apply();
    expect(home.journal.ledger().slots.size).toBe(1);
    expect(await recordedIn(home, 3)).toBe(0);
  });
});
