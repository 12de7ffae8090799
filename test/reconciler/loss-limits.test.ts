/** Loss limits in worlds whose prices move between two passes. */
import { fc, test as lawTest } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { resetLimit } from '../../src/actions/limits.ts';
import { markSession } from '../../src/actions/mark-session.ts';
import type { LossLimits } from '../../src/desired/desired-state.ts';
import type { Ratio } from '../../src/domain/decimal.ts';
import { isOrder, isReduction } from '../../src/reconciler/plan-types.ts';
import { checkPlan } from '../../src/reconciler/check-plan.ts';
import { foldRecords } from '../../src/observed/ledger-fold.ts';
import { dollars } from '../support/simulated-world.ts';
import {
  holdsIn,
  ordersIn,
  world,
  type StrategyFacts,
  type TestWorld,
  type WorldFacts,
} from '../support/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function limits(part: Partial<Record<keyof LossLimits, number>>): LossLimits {
  const of = (percent: number | undefined): Ratio | null =>
    percent === undefined ? null : ((percent * 10_000) as Ratio);
  return { daily: of(part.daily), weekly: of(part.weekly), drawdown: of(part.drawdown) };
}

/** 500 shares at $100 of an account of $100,000; `more` wants more of it. */
const OWNED: StrategyFacts = { targets: { VTI: '500' } };
const MORE: StrategyFacts = { targets: { VTI: '500', BND: '10' }, universe: ['VTI', 'BND'] };

interface Moving {
  readonly w: TestWorld;
  readonly prices: Record<string, string>;
}

async function owning(risk: LossLimits | undefined, settings: WorldFacts['settings'] = {}): Promise<Moving> {
  const prices: Record<string, string> = { VTI: '100', BND: '50' };
  const w = await world({ prices, settings, strategies: { core: { ...OWNED, ...(risk && { risk }) } } });
  await w.apply();
  expect(w.books()).toEqual({ core: { VTI: '500' } });
  return { w, prices };
}

const wantsMore = (w: TestWorld, risk: LossLimits): TestWorld => w.with({ core: { ...MORE, risk } });

describe('a daily limit of 2 %', () => {
  const risk = limits({ daily: 2 });

  test.each([
    { price: '96.02', loss: '$1,990', latched: false },
    { price: '96.00', loss: 'exactly $2,000', latched: true },
    { price: '80.00', loss: '$10,000', latched: true },
    { price: '120.00', loss: 'a profit', latched: false },
  ])('of $100,000, at $loss: latched is $latched', async ({ price, latched }) => {
    const { w, prices } = await owning(risk);
    prices['VTI'] = price;
    const more = wantsMore(w, risk);
    const plan = await more.plan();
    expect(plan.actions.some(({ kind }) => kind === 'latch-limit')).toBe(latched);
    expect(holdsIn(plan)).toEqual(latched ? ['core/BND: LossLimit'] : []);
    expect(ordersIn(plan)).toEqual(latched ? [] : ['buy 10 BND (open)']);
  });

  test.each([
    { perShare: 3.98, latched: false },
    { perShare: 4, latched: true },
  ])('counts fees: at $$perShare a share, latched is $latched', async ({ perShare, latched }) => {
    const none = dollars(0);
    const fees = { perOrder: none, perShare: dollars(perShare), minimum: none, soldPerMillion: none };
    const { w } = await owning(risk, { fees });
    const plan = await wantsMore(w, risk).plan();
    expect(plan.actions.some(({ kind }) => kind === 'latch-limit')).toBe(latched);
    expect(ordersIn(plan)).toEqual(latched ? [] : ['buy 10 BND (open)']);
  });

  test('stays latched when the price recovers, on the next day, and without the limit', async () => {
    const { w, prices } = await owning(risk);
    prices['VTI'] = '95';
    await w.apply();
    prices['VTI'] = '150';
    expect(holdsIn(await wantsMore(w, risk).plan())).toEqual(['core/BND: LossLimit']);
    await w.clock.sleep(DAY);
    expect(holdsIn(await w.with({ core: MORE }).plan())).toEqual(['core/BND: LossLimit']);
    expect([...foldRecords(w.journal.records).latches.keys()]).toEqual(['core']);
  });

  test('a latched strategy sells as it did', async () => {
    const { w, prices } = await owning(risk);
    prices['VTI'] = '95';
    await w.apply();
    const less = w.with({ core: { targets: { VTI: '100' }, risk } });
    expect(ordersIn(await less.plan())).toEqual(['sell 400 VTI (reduce)']);
    await less.apply();
    expect(w.books()).toEqual({ core: { VTI: '100' } });
  });

  test('a pass with nothing but a latch to record records it once', async () => {
    const { w, prices } = await owning(risk);
    prices['VTI'] = '95';
    await w.apply();
    const { length } = w.journal.records;
    expect((await w.apply()).kind).toBe('nothing');
    expect(w.journal.records).toHaveLength(length);
    expect(w.journal.records.filter(({ event }) => event.type === 'limit-latched')).toHaveLength(1);
  });

  test('a reset counts from then on, and the same loss again latches again', async () => {
    const { w, prices } = await owning(risk);
    prices['VTI'] = '95';
    await w.apply();
    await resetLimit(w.ports, w.desired, { strategy: 'core', by: 'me', reason: 'seen' });
    expect(ordersIn(await wantsMore(w, risk).plan())).toEqual(['buy 10 BND (open)']);
    prices['VTI'] = '90.9';
    expect(holdsIn(await wantsMore(w, risk).plan())).toEqual(['core/BND: LossLimit']);
  });

  test('nothing latched is nothing to reset', async () => {
    const { w } = await owning(risk);
    const reset = resetLimit(w.ports, w.desired, { strategy: 'core', by: 'me', reason: 'x' });
    await expect(reset).rejects.toMatchObject({ exit: 6 });
  });

  test('a new day begins anew without a latch', async () => {
    const { w, prices } = await owning(risk);
    prices['VTI'] = '96.5';
    await w.clock.sleep(DAY);
    prices['VTI'] = '93.5';
    // $3,250 since yesterday, and today has not begun before this pass.
    expect(ordersIn(await wantsMore(w, risk).plan())).toEqual(['buy 10 BND (open)']);
  });

  test('a missing price stops entries and latches nothing', async () => {
    const { w, prices } = await owning(risk);
    w.broker.tradeOutside({
      symbol: 'VTI',
      side: 'sell',
      quantity: 500_000_000_000 as never,
      price: undefined,
    });
    delete prices['VTI'];
    const plan = await wantsMore(w, risk).plan();
    expect(holdsIn(plan)).toContain('core/BND: LossUnknown');
    expect(plan.actions.some(({ kind }) => kind === 'latch-limit')).toBe(false);
  });
});

describe('weekly and drawdown limits', () => {
  test('a weekly loss adds up over days that are each within bounds', async () => {
    const risk = limits({ daily: 3, weekly: 4 });
    const { w, prices } = await owning(risk);
    prices['VTI'] = '96';
    await w.clock.sleep(DAY);
    await markSession(w.ports, w.desired);
    expect(ordersIn(await wantsMore(w, risk).plan())).toEqual(['buy 10 BND (open)']);
    prices['VTI'] = '91.9';
    const plan = await wantsMore(w, risk).plan();
    expect(plan.actions.find(({ kind }) => kind === 'latch-limit')?.to).toContain('weekly loss of core');
  });

  test('a drawdown is counted from the highest mark', async () => {
    const risk = limits({ drawdown: 5 });
    const { w, prices } = await owning(risk);
    prices['VTI'] = '120';
    await w.clock.sleep(8 * DAY);
    await markSession(w.ports, w.desired);
    // Five percent of what the account was worth at the peak, $110,000.
    prices['VTI'] = '109.1';
    expect(holdsIn(await wantsMore(w, risk).plan())).toEqual([]);
    prices['VTI'] = '108.9';
    expect(holdsIn(await wantsMore(w, risk).plan())).toEqual(['core/BND: LossLimit']);
  });
});

describe('a limit of the account', () => {
  test('stops the entries of every strategy, and no reduction', async () => {
    const { w, prices } = await owning(undefined);
    prices['VTI'] = '90';
    const both = w.with(
      { core: { targets: { VTI: '100' } }, side: { targets: { BND: '10' } } },
      { loss: limits({ daily: 4 }) },
    );
    const plan = await both.plan();
    expect(ordersIn(plan)).toEqual(['sell 400 VTI (reduce)']);
    expect(holdsIn(plan)).toEqual(['side/BND: LossLimit']);
    await both.apply();
    expect([...w.journal.ledger().latches.keys()]).toEqual(['*']);
    await resetLimit(w.ports, w.desired, { strategy: null, by: 'me', reason: 'seen' });
    expect(ordersIn(await both.plan())).toEqual(['buy 10 BND (open)']);
  });
});

describe('the profit of a strategy', () => {
  test('contains no shares that it was given: an adoption far below cost crosses nothing', async () => {
    const { adopt } = await import('../../src/actions/adopt.ts');
    const risk = limits({ daily: 1 });
    const { w, prices } = await owning(risk);
    w.broker.tradeOutside({
      symbol: 'VTI',
      side: 'buy',
      quantity: 100_000_000_000 as never,
      price: undefined,
    });
    prices['VTI'] = '99.9';
    await adopt(w.ports, w.desired, {
      symbol: 'VTI',
      strategy: 'core',
      quantity: null,
      price: 500_000_000 as never,
      reason: 'mine',
    });
    const plan = await w.with({ core: { ...MORE, targets: { VTI: '600', BND: '10' }, risk } }).plan();
    expect(plan.actions.some(({ kind }) => kind === 'latch-limit')).toBe(false);
  });
});

describe('in every world', () => {
  const percent = fc.integer({ min: 1, max: 30 });
  lawTest.prop([fc.integer({ min: 4_000, max: 14_000 }), percent, fc.integer({ min: 0, max: 900 })], {
    numRuns: 150,
  })(
    'a latch holds entries only, and exactly where the loss has reached the limit',
    async (cents, limit, target) => {
      const risk = limits({ daily: limit });
      const { w, prices } = await owning(risk);
      prices['VTI'] = (cents / 100).toFixed(2);
      const other = w.with({
        core: { targets: { VTI: String(target), BND: '10' }, maxExposure: '100%', risk },
      });
      const { plan, observed } = await other.look();
      const lost = 500 * (100 - cents / 100);
      const isCrossed = lost > 0 && Math.round(lost * 100) >= limit * 100_000;
      expect(plan.actions.some(({ kind }) => kind === 'latch-limit')).toBe(isCrossed);
      const orders = plan.actions.filter(isOrder);
      if (isCrossed) expect(orders.filter((order) => !isReduction(order))).toEqual([]);
      // The band is 1 % of the target: 5 shares leave 495's, 4 stay inside 496's.
      expect(orders.some(isReduction)).toBe(target <= 495);
      const input = { desired: other.desired, observed, now: plan.at, turnTaken: new Set<string>() };
      expect(checkPlan(plan, { ...input, reductionsOver: false, manifests: 'accepted' as const })).toEqual(
        [],
      );
    },
  );

  test('the second opinion finds an entry past a limit that the planner let through', async () => {
    const risk = limits({ daily: 2 });
    const { w, prices } = await owning(risk);
    const without = wantsMore(w, limits({ daily: 50 }));
    prices['VTI'] = '95';
    const { plan, observed } = await without.look();
    const { desired } = wantsMore(w, risk);
    const found = checkPlan(plan, {
      desired,
      observed,
      now: plan.at,
      turnTaken: new Set(),
      reductionsOver: false,
      manifests: 'accepted' as const,
    });
    expect(found.map(({ invariant }) => invariant)).toEqual(['loss-limits-hold']);
  });
});
