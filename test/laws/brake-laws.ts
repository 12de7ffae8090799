/** What operators have stopped stays stopped, in every world. */
import { fc, test } from '../support/law.ts';
import { describe, expect } from 'vitest';
import type { HaltMode } from '../../src/observed/brakes.ts';
import type { Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { checkPlan } from '../../src/reconciler/check-plan.ts';
import { isOrder, isReduction, type Plan } from '../../src/reconciler/plan-types.ts';
import { makePlan } from '../../src/reconciler/plan.ts';
import type { MakeWorld, TestWorld } from '../support/world.ts';
import { outsideTrades, randomWorld, type OutsideTrade } from './worlds.ts';

const suspended = fc.subarray(['one', 'two', 'three']);

function halt(w: TestWorld, mode: HaltMode): void {
  w.journal.commit({ type: 'halted', mode, reason: 'test', by: 'me' });
}

function suspend(w: TestWorld, names: readonly string[], until: Instant | null = null): void {
  for (const strategy of names)
    w.journal.commit({ type: 'strategy-suspended', strategy, reason: 'test', by: 'me', until });
}

function tradeOutside(w: TestWorld, trades: readonly OutsideTrade[]): void {
  for (const { symbol, side, count } of trades) {
    try {
      w.broker.tradeOutside({ symbol, side, quantity: (count * 1e9) as Quantity });
    } catch {
      // Refused for want of money or shares: then it did not happen.
    }
  }
}

async function checked(w: TestWorld): Promise<Plan> {
  const { observed, plan } = await w.look();
  const rest = {
    now: w.clock.now(),
    turnTaken: new Set<string>(),
    reductionsOver: false,
    manifests: 'accepted' as const,
  };
  expect(checkPlan(plan, { desired: w.desired, observed, ...rest })).toEqual([]);
  return plan;
}

/** `runs`: of each law. */
export function brakeLaws(world: MakeWorld, runs: { readonly numRuns: number }): void {
  describe('a suspended strategy', () => {
    test.prop([randomWorld({ unmanaged: true }), suspended, outsideTrades], runs)(
      'has no entry in any plan, and all its reductions',
      async ({ facts }, names, trades) => {
        const w = await world(facts);
        tradeOutside(w, trades);
        const before = (await w.plan()).actions.filter(isOrder).filter(isReduction);
        suspend(w, names);
        const orders = (await checked(w)).actions.filter(isOrder);
        expect(orders.filter((order) => !isReduction(order) && names.includes(order.strategy))).toEqual([]);
        expect(orders.filter(isReduction)).toEqual(before);
      },
    );

    test.prop([randomWorld({ unmanaged: false }), suspended], runs)(
      'buys nothing, and a second apply writes nothing',
      async ({ facts }, names) => {
        const w = await world(facts);
        suspend(w, names);
        const owned = w.books();
        const changesSide = (await w.plan()).actions.some(({ reason }) => reason === 'SideChanged');
        await w.apply();
        if (changesSide) await w.apply();
        for (const name of names)
          for (const [symbol, quantity] of Object.entries(w.books()[name] ?? {}))
            expect(Math.abs(Number(quantity))).toBeLessThanOrEqual(
              Math.abs(Number(owned[name]?.[symbol] ?? 0)),
            );
        const records = w.journal.records.length;
        expect((await w.apply()).kind).toBe('nothing');
        expect(w.journal.records).toHaveLength(records);
      },
    );

    test.prop([randomWorld({ unmanaged: true }), suspended], runs)(
      'is as if it had never been once its time is over',
      async ({ facts }, names) => {
        const w = await world(facts);
        const before = await w.plan();
        suspend(w, names, w.clock.now());
        expect((await w.plan()).actions).toEqual(before.actions);
      },
    );
  });

  describe('a halted account', () => {
    test.prop(
      [randomWorld({ unmanaged: true }), outsideTrades, fc.constantFrom<HaltMode>('hold', 'cancel')],
      runs,
    )(
      'has no order in any plan, says so of each that waits, and sends none',
      async ({ facts }, trades, mode) => {
        const w = await world(facts);
        tradeOutside(w, trades);
        const wanted = (await w.plan()).actions.filter(isOrder);
        halt(w, mode);
        const plan = await checked(w);
        expect(plan.actions.filter(isOrder)).toEqual([]);
        // A short sale that nobody asks the broker about may stand in the place of what would go out.
        const mayShort = Object.values(facts.strategies ?? {}).some(({ shorts }) => shorts === 'allowed');
        const why = mayShort ? {} : { reason: 'Halted' };
        for (const { strategy, symbol } of wanted)
          expect(plan.notDone).toContainEqual(expect.objectContaining({ strategy, symbol, ...why }));
        const sent = w.broker.submitted.length;
        await w.apply();
        expect(w.broker.submitted).toHaveLength(sent);
      },
    );

    test.prop([randomWorld({ unmanaged: true })], runs)(
      'that is to be flat sells what strategies own, and leaves what nobody owns',
      async ({ facts, unmanaged }) => {
        const w = await world(facts);
        halt(w, 'flatten');
        await checked(w);
        await w.apply();
        expect(w.books()).toEqual({});
        const held = Object.entries(w.held()).map(([symbol, text]) => [symbol, Number(text)]);
        expect(Object.fromEntries(held)).toEqual(unmanaged);
        expect((await w.apply()).kind).toBe('nothing');
      },
    );
  });

  describe('the second opinion', () => {
    test.prop([randomWorld({ unmanaged: true }), suspended], runs)(
      'refuses the plan of before a halt, and entries of before a suspension',
      async ({ facts }, names) => {
        const w = await world(facts);
        const before = await w.look();
        const orders = before.plan.actions.filter(isOrder);
        const input = (observed: typeof before.observed): Parameters<typeof checkPlan>[1] => ({
          desired: w.desired,
          observed: { ...observed, assets: before.observed.assets },
          now: w.clock.now(),
          turnTaken: new Set<string>(),
          reductionsOver: false,
          manifests: 'accepted' as const,
        });
        suspend(w, names);
        const entries = orders.filter((order) => !isReduction(order) && names.includes(order.strategy));
        const suspensionsFound = checkPlan(before.plan, input((await w.look()).observed));
        expect(suspensionsFound.map(({ detail }) => detail).sort()).toEqual(
          entries.map(({ id }) => `${id}: suspended`).sort(),
        );
        halt(w, 'flatten');
        const { observed } = await w.look();
        const found = checkPlan(before.plan, input(observed)).filter(
          ({ invariant }) => invariant === 'halted-sends-nothing',
        );
        expect(found).toHaveLength(orders.length);
        const flat = makePlan(input(observed));
        const lifted = checkPlan(flat, input(before.observed)).map(({ invariant }) => invariant);
        expect(lifted.filter((one) => one === 'halted-sends-nothing')).toHaveLength(
          flat.actions.filter(isOrder).length,
        );
      },
    );
  });
}
