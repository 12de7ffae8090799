/** The report of a session day, from worlds in memory whose prices move. */
import { fc, test as lawTest } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { adopt } from '../../src/actions/adopt.ts';
import { observe } from '../../src/actions/observe.ts';
import { releaseShares } from '../../src/actions/release.ts';
import { eodJson } from '../../src/cli/output/eod-json.ts';
import { eodMarkdown, eodText } from '../../src/cli/output/eod-text.ts';
import type { Quantity, Ratio } from '../../src/domain/decimal.ts';
import { HgctlError } from '../../src/domain/errors.ts';
import { dateOf } from '../../src/domain/instant.ts';
import { markOf } from '../../src/observed/day-mark.ts';
import { eodReport, type EodReport } from '../../src/observed/eod-report.ts';
import { windowOf } from '../../src/observed/eod-window.ts';
import { outsideTrades, randomWorld, type OutsideTrade } from '../laws/worlds.ts';
import { dollars } from '../support/simulated-world.ts';
import { world, type TestWorld } from '../support/world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

async function reportNow(w: TestWorld): Promise<EodReport> {
  const observed = await observe(w.ports, w.desired, { ownFence: null, earlier: null });
  const live = markOf(observed, 'interim', w.desired.account.execution.settleWindow);
  return reportOf(w, dateOf(w.clock.now()), live);
}

function reportOf({ journal }: TestWorld, date: string, live: ReturnType<typeof markOf> = null): EodReport {
  const window = windowOf(journal.records, date, live);
  if (window === null) throw new Error(`nothing of ${date}`);
  return eodReport(window);
}

function tradeOutside({ broker }: TestWorld, trades: readonly OutsideTrade[]): void {
  for (const { symbol, side, count } of trades) {
    try {
      broker.tradeOutside({ symbol, side, quantity: (count * 1e9) as Quantity, price: undefined });
    } catch {
      // The account cannot: nothing happens.
    }
  }
}

/** An operator's word that is refused changes nothing. */
async function ifPossible(word: Promise<unknown>): Promise<void> {
  await word.catch((error: unknown) => {
    if (!(error instanceof HgctlError)) throw error;
  });
}

const movement = fc.array(fc.integer({ min: 50, max: 160 }), { minLength: 9, maxLength: 9 });

const FEES = {
  perOrder: dollars(1),
  perShare: dollars(0.005),
  minimum: dollars(2),
  soldPerMillion: dollars(27.8),
};
const SLIPPAGE = { type: 'fixed', rate: 500 as Ratio } as const;
const costs = fc.constantFrom({}, { fees: FEES }, { fees: FEES, slippage: SLIPPAGE });

describe('in every world', () => {
  /** In most worlds there is something to add up: those without count as none, and too many of them fail the law. */
  const adding = { numRuns: 300, maxSkipsPerRun: 1 };
  lawTest.prop([randomWorld({ unmanaged: true }), outsideTrades, movement, costs], adding)(
    'profits + residual = change of equity, and the causes are the residual, to the micro-dollar',
    async ({ facts }, trades, factors, cost) => {
      const prices = { ...facts.prices };
      const w = await world({ ...facts, prices, settings: { ...facts.settings, ...cost } });
      await w.apply();
      const symbols = Object.keys(prices);
      symbols.forEach((symbol, at) => {
        prices[symbol] = ((Number(prices[symbol]) * (factors[at] ?? 100)) / 100).toFixed(4);
      });
      await w.clock.sleep(MINUTE);
      tradeOutside(w, trades);
      for (const symbol of symbols.slice(0, 3)) {
        const reason = 'law';
        await ifPossible(
          adopt(w.ports, w.desired, { symbol, strategy: 'one', quantity: null, price: null, reason }),
        );
        await ifPossible(
          releaseShares(w.ports, w.desired, { symbol, strategy: 'two', quantity: null, reason }),
        );
      }
      await w.apply();
      await w.clock.sleep(MINUTE);
      const { account, strategies } = await reportNow(w);
      // A pass that had nothing to do has marked nothing; shares in doubt have no worth.
      fc.pre(account !== null);
      const { change, profit, residual, causes } = account;
      expect(change).toBe(account.equityEnd - account.equityStart);
      if (profit === null || residual === null || causes === null) {
        expect(strategies.map((own) => own.profit)).toContain(null);
        return fc.pre(false);
      }
      expect(profit + residual).toBe(change);
      expect(causes.unmanaged + causes.cash + causes.other).toBe(residual);
      expect(causes.other).toBe(0);
      for (const own of strategies)
        expect(own.realised + (own.unrealisedChange ?? 0) - own.fees).toBe(own.profit);
    },
  );

  lawTest.prop([randomWorld({ unmanaged: true }), movement], { numRuns: 100 })(
    'later days change no byte of the report of a day that is over',
    async ({ facts }, factors) => {
      const prices = { ...facts.prices };
      const w = await world({ ...facts, prices });
      await w.apply();
      const date = dateOf(w.clock.now());
      const render = (): string => {
        const report = reportOf(w, date);
        return JSON.stringify(eodJson(report)) + eodText(report) + eodMarkdown(report);
      };
      const before = render();
      await w.clock.sleep(DAY);
      Object.keys(prices).forEach((symbol, at) => {
        prices[symbol] = ((Number(prices[symbol]) * (factors[at] ?? 100)) / 100).toFixed(4);
      });
      await w.with({ one: { targets: { AAA: '1' } } }).apply();
      expect(render()).toBe(before);
    },
  );
});

describe('what moves equity', () => {
  const OWNED = { core: { targets: { VTI: '100' } } };

  async function owning(): Promise<{ w: TestWorld; prices: Record<string, string> }> {
    const prices: Record<string, string> = { VTI: '100', GLD: '50' };
    const w = await world({ prices, strategies: OWNED });
    await w.apply();
    await w.clock.sleep(MINUTE);
    return { w, prices };
  }

  test('a price of what a strategy owns is its profit', async () => {
    const { w, prices } = await owning();
    prices['VTI'] = '103';
    const { account, strategies } = await reportNow(w);
    expect(strategies).toMatchObject([{ strategy: 'core', realised: 0, profit: 300e6, unrealised: 300e6 }]);
    expect(account).toMatchObject({ change: 300e6, profit: 300e6, residual: 0 });
  });

  test('AC-115: fees of its fills are less profit, and neither cost nor residual; a fill without one costs none', async () => {
    for (const [fees, charged] of [
      [{ fees: FEES }, 2e6],
      [{}, 0],
    ] as const) {
      const w = await world({ prices: { VTI: '100' }, strategies: OWNED, settings: fees });
      await w.apply();
      await w.clock.sleep(MINUTE);
      const { account, strategies } = await reportNow(w);
      expect(strategies).toMatchObject([{ realised: 0, unrealised: 0, fees: charged, profit: 0 - charged }]);
      expect(account).toMatchObject({ change: 0 - charged, residual: 0, causes: { cash: 0 } });
      expect(w.journal.ledger().books.get('core')?.get('VTI')?.cost).toBe(10_000e6);
    }
  });

  test('a sale turns it into realised profit, and the sum stays', async () => {
    const { w, prices } = await owning();
    prices['VTI'] = '103';
    await w.with({ core: { targets: { VTI: '40' } } }).apply();
    const { strategies } = await reportNow(w);
    expect(strategies).toMatchObject([
      { realised: 180e6, unrealisedChange: 120e6, profit: 300e6, orders: [{ status: 'filled', count: 2 }] },
    ]);
  });

  test('a price of shares that nobody owns is residual', async () => {
    const { w, prices } = await owning();
    w.broker.tradeOutside({ symbol: 'GLD', side: 'buy', quantity: 10e9 as Quantity, price: undefined });
    prices['GLD'] = '55';
    const { account } = await reportNow(w);
    expect(account).toMatchObject({
      change: 50e6,
      profit: 0,
      residual: 50e6,
      causes: { unmanaged: 550e6, cash: -500e6, other: 0 },
    });
  });

  test('an adoption moves worth to the strategy, and no profit', async () => {
    const { w, prices } = await owning();
    w.broker.tradeOutside({ symbol: 'VTI', side: 'buy', quantity: 10e9 as Quantity, price: undefined });
    prices['VTI'] = '110';
    const adoption = { symbol: 'VTI', strategy: 'core', quantity: null, price: null, reason: 'mine' };
    await adopt(w.ports, w.desired, adoption);
    prices['VTI'] = '111';
    const { account } = await reportNow(w);
    // 100 shares by $11, and the ten that were adopted by $1; the other $100 were made before.
    expect(account).toMatchObject({ change: 1_210e6, profit: 1_110e6, residual: 100e6 });
  });

  test('a day without a second mark knows its fills, and no profit', async () => {
    const { w } = await owning();
    const records = w.journal.records.filter(
      ({ event }) => event.type !== 'day-marked' || event.kind === 'start',
    );
    const window = windowOf(records, '2025-12-02', null);
    if (window === null) throw new Error('nothing of the day');
    const report = eodReport(window);
    expect(report.account).toBeNull();
    expect(report.strategies).toMatchObject([{ profit: null, realised: 0, fills: [{ symbol: 'VTI' }] }]);
    expect(eodText(report)).toContain('<unknown>');
  });
});
