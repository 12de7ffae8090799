/** Entries that wait for a better quote, or for an answer about the borrow: tried while their window is open, and not after. */
import { describe, expect, test } from 'vitest';
import { parsePrice, type Price, type Ratio } from '../../src/domain/decimal.ts';
import { formatLocal, plus, type Instant } from '../../src/domain/instant.ts';
import type { Quote } from '../../src/observed/broker-view.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { runFor } from '../support/control.ts';
import { fault } from '../support/faults.ts';
import { fc, test as law } from '../support/law.ts';
import { outcomesIn, slotsIn } from '../support/outcomes.ts';
import { holdsIn, world, type TestWorld } from '../support/world.ts';

const MINUTE = 60_000;
const at = (time: string): Instant => Date.parse(`2025-12-02T${time}-05:00`) as Instant;
const price = (text: string): Price => parsePrice(text) ?? (0 as Price);

/** From 15:55 to 15:59. */
const WINDOW = { at: { kind: 'close', offset: -5 * MINUTE }, window: 4 * MINUTE } as const;
const SLOT = { entry: 'night/2025-12-02/entry/1555', rebalance: 'night/2025-12-02/rebalance/1555' };

const BAD = {
  SymbolHalted: { halted: true },
  QuoteStale: { age: 2 * MINUTE },
  SpreadTooWide: { bid: price('90'), ask: price('110') },
} as const;
const CODES = Object.keys(BAD) as (keyof typeof BAD)[];
const ACTIONS = ['entry', 'rebalance'] as const;

function night(action: 'entry' | 'rebalance' = 'entry', now = '15:54:50'): Promise<TestWorld> {
  return world({
    now: at(now),
    prices: { QQQ: '100', SPY: '200' },
    settings: { clock: 'exchange', partialFills: 0 as Ratio },
    limits: { quoteAge: MINUTE, maxSpread: 10_000 as Ratio },
    strategies: { night: { targets: { QQQ: '10', SPY: '5' }, schedule: [{ ...WINDOW, action }] } },
  });
}

/** Quotes of QQQ are as `mark` says where `isBad`, which is asked once for each question. */
function quoting(home: TestWorld, mark: Partial<Quote> & { age?: number }, isBad: () => boolean): TestWorld {
  const { market } = home.ports;
  const quotes: Ports['market']['quotes'] = async (symbols, now) => {
    const known = new Map(await market.quotes(symbols, now));
    const quote = known.get('QQQ');
    const { age = 0, ...rest } = mark;
    if (quote !== undefined && isBad()) known.set('QQQ', { ...quote, asOf: plus(now, -age), ...rest });
    return known;
  };
  return { ...home, ports: { ...home.ports, market: { ...market, quotes } } };
}

function badUntil(home: TestWorld, code: keyof typeof BAD, time: string): TestWorld {
  return quoting(home, BAD[code], () => home.clock.now() < at(time));
}

/** `buy QQQ 15:56`, for each order that the broker has taken. */
function sent({ broker }: TestWorld): string[] {
  const { orders } = broker.state();
  return orders.map(
    (order) => `${order.side} ${order.symbol} ${formatLocal(order.submittedAt).slice(11, 16)}`,
  );
}

const toTheClose = (home: TestWorld): Promise<unknown> =>
  runFor(home, (at('16:10:00') - home.clock.now()) / MINUTE);

describe.each(ACTIONS)('while the window is open (%s)', (action) => {
  test.each(CODES)(
    '%s: it is bought once when the quote is good again, and the slot is done',
    async (code) => {
      const home = badUntil(await night(action), code, '15:57:00');
      await toTheClose(home);
      expect(sent(home)).toEqual(['buy SPY 15:55', 'buy QQQ 15:57']);
      expect(home.books()).toEqual({ night: { QQQ: '10', SPY: '5' } });
      expect(slotsIn(home)).toEqual([`${SLOT[action]} done`]);
    },
  );

  test.each(CODES)('%s: a quote that is good when the window has closed buys nothing', async (code) => {
    const home = badUntil(await night(action), code, '15:59:01');
    await toTheClose(home);
    expect(sent(home)).toEqual(['buy SPY 15:55']);
    expect(slotsIn(home)).toEqual([`${SLOT[action]} partial`]);
  });
});

const PART = 40_000;
/** What the quote is like in each sixth of the window; behind it, it is good. */
const weather = fc.array(fc.constantFrom('good' as const, ...CODES), { minLength: 6, maxLength: 6 });

law.prop([weather, fc.constantFrom(...ACTIONS)], { numRuns: 30 })(
  'whatever quotes do, one order goes out if one of them is good within the window, and else none',
  async (parts, action) => {
    const plain = await night(action);
    const now = (): keyof typeof BAD | 'good' =>
      parts[Math.floor((plain.clock.now() - at('15:55:00')) / PART)] ?? 'good';
    const home = CODES.reduce((world_, code) => quoting(world_, BAD[code], () => now() === code), plain);
    await toTheClose(home);
    const first = parts.indexOf('good');
    const bought = home.broker.state().orders.filter(({ symbol }) => symbol === 'QQQ');
    expect(bought).toHaveLength(first === -1 ? 0 : 1);
    for (const { submittedAt } of bought) {
      expect(submittedAt).toBeGreaterThanOrEqual(at('15:55:00') + first * PART);
      expect(submittedAt).toBeLessThanOrEqual(at('15:59:00'));
    }
    expect(slotsIn(home)).toEqual([`${SLOT[action]} ${first === -1 ? 'partial' : 'done'}`]);
  },
);

describe('just before its order', () => {
  const lastCheck = (home: TestWorld, mark: Partial<Quote> & { age?: number }): TestWorld => {
    // The first look and the one under the lock find a good quote, the question before the order a bad one.
    let asked = 0;
    return quoting(home, mark, () => (asked += 1) === 3);
  };

  test.each(CODES)('%s: the slot stays open, and the next pass sends it once', async (code) => {
    const home = await night('entry', '15:55:10');
    const { market } = lastCheck(home, BAD[code]).ports;
    expect(outcomesIn(await home.apply({ market }))).toContain(`open/night/QQQ: skipped ${code}`);
    expect(slotsIn(home)).toEqual([`${SLOT.entry} started`]);
    await home.apply({ market });
    await home.apply({ market });
    expect(sent(home)).toEqual(['buy SPY 15:55', 'buy QQQ 15:55']);
    expect(slotsIn(home)).toEqual([`${SLOT.entry} done`]);
  });

  test('PriceCollar ends the slot: the price of the decision is gone', async () => {
    const home = await night('entry', '15:55:10');
    const { market } = lastCheck(home, { price: price('111') }).ports;
    expect(outcomesIn(await home.apply({ market }))).toContain('open/night/QQQ: skipped PriceCollar');
    expect(slotsIn(home)).toEqual([`${SLOT.entry} partial`]);
  });
});

describe('an entry that sells short', () => {
  const shorting = (answers: number, hardToBorrow: readonly string[] = []): Promise<TestWorld> =>
    world({
      now: at('15:54:50'),
      prices: { QQQ: '100' },
      settings: { clock: 'exchange', partialFills: 0 as Ratio, shorting: { hardToBorrow } },
      strategies: {
        night: { targets: { QQQ: '-10' }, shorts: 'allowed', schedule: [{ ...WINDOW, action: 'entry' }] },
      },
      faults: [fault('assets', { kind: 'unavailable', reason: 'HTTP 503' }, { times: answers })],
    });

  test('goes out once when the broker answers for the borrow again', async () => {
    const home = await shorting(12);
    home.clock.advance(20_000);
    expect(holdsIn(await home.plan())).toEqual(['night/QQQ: BorrowUnknown']);
    await toTheClose(home);
    expect(sent(home)).toHaveLength(1);
    expect(home.books()).toEqual({ night: { QQQ: '-10' } });
    expect(slotsIn(home)).toEqual([`${SLOT.entry} done`]);
  });

  test('never goes out where the broker does not answer before the window closes', async () => {
    const home = await shorting(10_000);
    await toTheClose(home);
    expect(sent(home)).toEqual([]);
    expect(slotsIn(home)).toEqual([`${SLOT.entry} partial`]);
  });

  test('is over where the broker says that the symbol cannot be sold short', async () => {
    const home = await shorting(0, ['QQQ']);
    home.clock.advance(20_000);
    await home.apply();
    expect(slotsIn(home)).toEqual([`${SLOT.entry} partial`]);
    expect(sent(home)).toEqual([]);
  });
});
