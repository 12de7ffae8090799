/** What a slot needs is asked for before it, and what lacks is told. */
import { describe, expect, test } from 'vitest';
import { parseTable } from '../../src/strategies/omr-table-file.ts';
import { formatLocal } from '../../src/domain/instant.ts';
import type { DailyBar } from '../../src/observed/bars.ts';
import { BrokerUnavailable, type DateSpan, type Market } from '../../src/reconciler/ports.ts';
import { runFor } from '../support/control.ts';
import { declared, TABLE, type SignalName } from '../support/declared-signals.ts';
import { at } from '../support/simulated-world.ts';
import { world, type TestWorld } from '../support/world.ts';

interface Asked {
  readonly time: string;
  readonly series: string;
  readonly symbols: readonly string[];
  readonly span: DateSpan;
}

/** From 15:49 to 15:58; the market answers with `rows` for each symbol. */
async function day(
  name: SignalName,
  {
    isRemote = true,
    rows,
  }: { isRemote?: boolean; rows: (symbol: string, span: DateSpan) => readonly DailyBar[] },
): Promise<{ readonly home: TestWorld; readonly asked: readonly Asked[]; readonly told: readonly string[] }> {
  const home = await world({ now: at('2025-12-02T15:49:00-05:00'), settings: { clock: 'exchange' } });
  const asked: Asked[] = [];
  const ask =
    (series: string) =>
    (symbols: readonly string[], span: DateSpan): Promise<ReadonlyMap<string, readonly DailyBar[]>> => {
      asked.push({ time: formatLocal(home.clock.now()).slice(11), series, symbols, span });
      const found = symbols.map((symbol) => [symbol, rows(symbol, span)] as const);
      return Promise.resolve(new Map(found.filter(([, bars]) => bars.length > 0)));
    };
  const market: Market = {
    quotes: (symbols, now) => home.ports.market.quotes(symbols, now),
    closes: ask('closes'),
    bars: ask('bars'),
    minutes: () => Promise.resolve(new Map()),
    actions: () => Promise.resolve(new Map()),
    ...(isRemote && { isRemote }),
  };
  const files = { table: () => Promise.resolve(parseTable(TABLE)) };
  const desired = { ...home.desired, strategies: [declared(name)] };
  await runFor({ ...home, desired, ports: { ...home.ports, market, signalFiles: files } }, 9);
  return { home, asked, told: home.log.filter((line) => line.includes('Data for')) };
}

const last = (symbol: string, { to }: DateSpan): readonly DailyBar[] => [
  { date: to, open: 10, close: symbol.length },
];
const within = (time: string, [from, to]: readonly [string, string]): boolean => time >= from && time < to;

describe('five minutes before a slot', () => {
  test.each(['mp', 'omr', 'vol', 'pairs'] as const)(
    'every past series that %s reads in it is asked for.',
    async (name) => {
      const { asked, told } = await day(name, { rows: last });
      const past = asked.filter(({ span }) => span.from < '2025-12-02');
      const questions = (times: readonly [string, string]): readonly string[] => {
        const found = past.filter(({ time }) => within(time, times));
        return [...new Set(found.map(({ time: _, ...question }) => JSON.stringify(question)))].sort();
      };
      const before = questions(['15:50:00', '15:55:00']);
      const [first] = asked.filter(({ time }) => time >= '15:55:00');
      expect(first).toBeDefined();
      expect(before.length).toBeGreaterThan(0);
      expect(before).toEqual(questions(['15:55:00', '16:00:00']));
      expect(asked.some(({ time, span }) => time < '15:55:00' && span.from === '2025-12-02')).toBe(false);
      expect(told.join()).not.toContain('closes');
    },
  );

  test('nothing of it is asked for where the prices are at hand.', async () => {
    const { asked } = await day('mp', { isRemote: false, rows: last });
    expect(asked.filter(({ time }) => time < '15:55:00')).toEqual([]);
  });

  test('what lacks, or ends too early, is told and recorded once.', async () => {
    const { told, home } = await day('mp', {
      rows: (symbol, span) => {
        if (symbol === 'AAA') return [];
        return symbol === 'BBB' ? [{ date: '2025-11-28', open: 1, close: 1 }] : last(symbol, span);
      },
    });
    expect(told).toEqual([
      '[!] [mp] Data for rebalance at 2025-12-02 15:55:00 EST: no price of AAA, BBB, SPY, VIX; no closes of AAA; closes that end before 2025-12-01 of BBB',
    ]);
    const events = home.journal.records.filter(({ event }) => event.type === 'data-missing');
    expect(events.map(({ event }) => event)).toMatchObject([
      { missing: ['AAA', 'BBB', 'SPY', 'VIX'], stale: ['BBB'] },
    ]);
  });

  test('a source that does not answer is told, and the slot comes all the same.', async () => {
    const { told, asked } = await day('mp', {
      rows: () => {
        throw new BrokerUnavailable('no closes of AAA: data.example answered 503');
      },
    });
    expect(told).toEqual([expect.stringMatching(/VIX; no closes of AAA: data\.example answered 503$/)]);
    expect(asked.some(({ time }) => time >= '15:55:00')).toBe(true);
  });
});
