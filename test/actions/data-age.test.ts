/** How old data may be (docs/market-data.md): what is older by one step enters nothing, and the answer says why. */
import { describe, expect, test } from 'vitest';
import { askSignals } from '../../src/actions/signals.ts';
import { parseTable } from '../../src/strategies/omr-table-file.ts';
import { sessionsBefore } from '../../src/domain/calendar.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import type { DailyBar } from '../../src/observed/bars.ts';
import type { SignalAnswer } from '../../src/observed/observed-state.ts';
import type { Market } from '../../src/reconciler/ports.ts';
import { declared, TABLE, type SignalName } from '../support/declared-signals.ts';
import { at, dollars } from '../support/simulated-world.ts';
import { world } from '../support/world.ts';

/** A Tuesday; the slot is at 15:55. */
const NOW = at('2025-12-02T15:55:30-05:00');
const TODAY = '2025-12-02';
const SESSIONS = sessionsBefore(TODAY, 300);
const MINUTE = 60_000;
const LEVELS: Readonly<Record<string, number>> = { VIX: 15, VIX3M: 18 };

interface Facts {
  /** When the price of a symbol is of; now where left out. */
  readonly quotes?: Readonly<Record<string, Instant>>;
  /** The last session that the closes of a symbol have; that before today where left out. */
  readonly lastClose?: Readonly<Record<string, string>>;
  /** Of the bar of today. */
  readonly barDate?: string;
  /** The last session that a series of bars has. */
  readonly lastBar?: string;
}

/** All is known and calm but for `facts`. */
function marketOf({ quotes = {}, lastClose = {}, barDate = TODAY, lastBar = TODAY }: Facts): Market {
  const priceOf = (symbol: string, index: number): number =>
    (LEVELS[symbol] ?? 100) * (1 + 0.002 * Math.sin(index));
  const rows = (symbol: string): DailyBar[] =>
    SESSIONS.filter((date) => date <= (lastClose[symbol] ?? TODAY)).map((date, index) => {
      const price = priceOf(symbol, index);
      return { date, open: price, close: price };
    });
  return {
    quotes: (symbols) =>
      Promise.resolve(
        new Map(
          symbols.map((symbol) => [
            symbol,
            { price: dollars(LEVELS[symbol] ?? 100), asOf: quotes[symbol] ?? NOW },
          ]),
        ),
      ),
    closes: (symbols) => Promise.resolve(new Map(symbols.map((symbol) => [symbol, rows(symbol)]))),
    bars: (symbols, { from }) => {
      const past = (symbol: string): DailyBar[] => rows(symbol).filter(({ date }) => date <= lastBar);
      const today = [{ date: barDate, open: 104, close: 100 }];
      return Promise.resolve(
        new Map(symbols.map((symbol) => [symbol, from === TODAY ? today : past(symbol)])),
      );
    },
  };
}

async function ask(name: SignalName, facts: Facts): Promise<SignalAnswer | undefined> {
  const home = await world({ now: NOW, settings: { clock: 'exchange' } });
  const { observed } = await home.look();
  const ports = {
    ...home.ports,
    market: marketOf(facts),
    signalFiles: { table: () => Promise.resolve(parseTable(TABLE)) },
  };
  const desired = { ...home.desired, strategies: [declared(name)] };
  return (await askSignals(ports, desired, observed)).get(name);
}

/** Symbols that are entered, and all that is said of the others. */
function entries(answer: SignalAnswer | undefined): readonly [readonly string[], string] {
  if (answer === undefined) throw new Error('it was not asked');
  if (answer.kind !== 'targets') return [[], `${answer.reason}: ${answer.detail}`];
  const entered = answer.targets.filter(({ size }) => size.kind !== 'weight' || size.weight !== 0);
  const said =
    answer.decision?.unranked.map(({ symbol, reason, why }) => `${symbol} ${reason}: ${why}`) ?? [];
  return [entered.map(({ symbol }) => symbol).sort(), said.join('; ')];
}

const YESTERDAY = at('2025-12-01T16:00:00-05:00');
const NOT_YET = SESSIONS.at(-2) ?? '';

describe('a value at its limit counts', () => {
  test.each<readonly [SignalName, Facts, readonly string[]]>([
    ['mp', {}, ['AAA', 'BBB']],
    ['mp', { quotes: { VIX: at('2025-12-02T09:30:00-05:00') } }, ['AAA', 'BBB']],
    ['omr', {}, ['AAA', 'BBB']],
    ['vol', {}, ['SVXY']],
    ['vol', { quotes: { VIX: plus(NOW, -20 * MINUTE), VIX3M: plus(NOW, -20 * MINUTE) } }, ['SVXY']],
  ])('%s, %j', async (name, facts, symbols) => {
    expect(entries(await ask(name, facts))[0]).toEqual(symbols);
  });
});

describe('a value beyond it enters nothing', () => {
  test.each<readonly [SignalName, string, Facts, string]>([
    [
      'mp',
      'the VIX of another day',
      { quotes: { VIX: YESTERDAY } },
      'the volatility index is not known today',
    ],
    ['mp', 'the benchmark of another day', { quotes: { SPY: YESTERDAY } }, 'no price of SPY today'],
    ['mp', 'prices of another day', { quotes: { AAA: YESTERDAY, BBB: YESTERDAY } }, 'no price of AAA today'],
    [
      'mp',
      'closes of the benchmark that end too early',
      { lastClose: { SPY: NOT_YET } },
      'no close of SPY on 2025-12-01',
    ],
    [
      'omr',
      'SPY of another day',
      { quotes: { SPY: YESTERDAY } },
      'StaleData: the latest value of SPY is of 2025-12-01',
    ],
    [
      'omr',
      'the VIX of another day',
      { quotes: { VIX: YESTERDAY } },
      'StaleData: the latest value of VIX is of 2025-12-01',
    ],
    [
      'omr',
      'closes of SPY that end too early',
      { lastClose: { SPY: NOT_YET } },
      'StaleData: the last close of SPY',
    ],
    [
      'omr',
      'closes of the VIX that end too early',
      { lastClose: { VIX: NOT_YET } },
      'StaleData: the last close of VIX',
    ],
    [
      'omr',
      'prices of another day',
      { quotes: { AAA: YESTERDAY, BBB: YESTERDAY } },
      'AAA StaleData: its price is of 2025-12-01',
    ],
    ['omr', 'opens of another day', { barDate: '2025-12-01' }, 'AAA StaleData: its open is of 2025-12-01'],
    [
      'pairs',
      'closes of a leg that end too early',
      { lastBar: NOT_YET },
      'RecentGap: AAA/BBB: 2025-12-01, one of the last 5',
    ],
    [
      'vol',
      'the VIX of 21 minutes ago',
      { quotes: { VIX: plus(NOW, -21 * MINUTE) } },
      'IndexStale: VIX is 21 minutes old',
    ],
    [
      'vol',
      'VIX3M of 21 minutes ago',
      { quotes: { VIX3M: plus(NOW, -21 * MINUTE) } },
      'IndexStale: VIX3M is 21 minutes old',
    ],
    [
      'vol',
      'closes of the VIX that end too early',
      { lastClose: { VIX: NOT_YET } },
      'IndexHistoryMissing: a close of VIX or VIX3M',
    ],
    [
      'vol',
      'closes of VIX3M that end too early',
      { lastClose: { VIX3M: NOT_YET } },
      'IndexHistoryMissing: a close of VIX or VIX3M',
    ],
  ])('%s: %s', async (name, _, facts, why) => {
    const [symbols, said] = entries(await ask(name, facts));
    expect(symbols).toEqual([]);
    expect(said).toContain(why);
  });
});
