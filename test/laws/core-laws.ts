/** The laws of the core, on hundreds of random worlds run through the planner and the execution protocol. */
import { fc, test } from '../support/law.ts';
import { describe, expect } from 'vitest';
import { shareOf, valueOf, type Quantity } from '../../src/domain/decimal.ts';
import { attribute } from '../../src/observed/attribution.ts';
import { checkPlan } from '../../src/reconciler/check-plan.ts';
import { planJson } from '../../src/cli/output/plan-json.ts';
import { makePlan } from '../../src/reconciler/plan.ts';
import type { ObservedState } from '../../src/observed/observed-state.ts';
import { allOrders } from '../../src/observed/ledger.ts';
import { isEntry, isOrder, type Plan } from '../../src/reconciler/plan-types.ts';
import type { MakeWorld, TestWorld } from '../support/world.ts';
import { outsideTrades, randomWorld, type OutsideTrade } from './worlds.ts';

/** `runs`: of each law. */
export function coreLaws(world: MakeWorld, runs: { readonly numRuns: number }): void {
  describe('on a healthy broker', () => {
    test.prop([randomWorld({ unmanaged: false })], runs)(
      'one apply converges, and two where a side changes: the next plan has nothing to do',
      async ({ facts }) => {
        const w = await world(facts);
        const changesSide = hasReason(await w.plan(), 'SideChanged');
        await w.apply();
        if (changesSide) await w.apply();
        expect((await w.plan()).actions).toEqual([]);
      },
    );

    test.prop([randomWorld({ unmanaged: true })], runs)(
      'a second apply does nothing and writes nothing, but for the other half of a change of side',
      async ({ facts }) => {
        const w = await world(facts);
        const changesSide = hasReason(await w.plan(), 'SideChanged');
        await w.apply();
        if (changesSide) await w.apply();
        const records = w.journal.records.length;
        const sent = w.broker.submitted.length;
        expect((await w.apply()).kind).toBe('nothing');
        expect(w.journal.records).toHaveLength(records);
        expect(w.broker.submitted).toHaveLength(sent);
      },
    );
  });

  describe('whatever happens outside', () => {
    test.prop([randomWorld({ unmanaged: true }), outsideTrades], runs)(
      'books + settling + unmanaged + missing = broker, before and after',
      async ({ facts }, trades) => {
        const w = await world(facts);
        tradeOutside(w, trades);
        await expectConserved(w);
        await w.apply();
        await expectConserved(w);
      },
    );

    test.prop([randomWorld({ unmanaged: true }), outsideTrades], runs)(
      'no order takes more than its strategy owns, crosses zero, or is short where it may not be',
      async ({ facts }, trades) => {
        const w = await world(facts);
        tradeOutside(w, trades);
        const owned = ownedBySymbol(w);
        await w.apply();
        const orders = allOrders(w.journal.ledger()).sort((a, b) => a.intendedAt - b.intendedAt);
        for (const { intent, filled } of orders) {
          const { symbol, side, quantity, purpose, strategy } = intent;
          const sign = side === 'buy' ? 1 : -1;
          const before = owned.get(symbol) ?? 0;
          const after = before + sign * quantity;
          owned.set(symbol, before + sign * filled);
          expect(before * after).toBeGreaterThanOrEqual(0);
          expect(Math.abs(after) > Math.abs(before)).toBe(isEntry(purpose));
          if (side === 'sell' && isEntry(purpose)) {
            expect(facts.strategies?.[strategy]?.shorts).toBe('allowed');
            expect(facts.settings?.shorting?.hardToBorrow.includes(symbol)).toBe(false);
          }
        }
      },
    );

    test.prop([randomWorld({ unmanaged: true }), outsideTrades], runs)(
      'no order of ours takes the account across zero, and none is refused for its side',
      async ({ facts }, trades) => {
        const w = await world(facts);
        tradeOutside(w, trades);
        const outside = w.broker.state().fills.length;
        const held = new Map(
          [...w.broker.state().positions].map(([symbol, { quantity }]) => [symbol, quantity as number]),
        );
        await w.apply();
        await w.apply();
        for (const { symbol, side, quantity } of w.broker.state().fills.slice(outside)) {
          const before = held.get(symbol) ?? 0;
          const after = before + (side === 'buy' ? 1 : -1) * quantity;
          expect(before * after).toBeGreaterThanOrEqual(0);
          held.set(symbol, after);
        }
        expect(w.log.filter((line) => line.includes('position intent') || line.includes('short'))).toEqual(
          [],
        );
      },
    );

    test.prop([randomWorld({ unmanaged: true })], runs)(
      'shares that nobody owns stay where they are',
      async ({ facts, unmanaged }) => {
        const w = await world(facts);
        await w.apply();
        const { observed } = await w.look();
        if (observed.snapshot.positions.kind !== 'ok') throw new Error('positions unknown');
        const { differences } = attribute(
          observed.ledger,
          observed.snapshot.positions.data,
          observed.snapshot.takenAt,
          0,
        );
        const left = [...differences.values()].map((difference) => [
          difference.symbol,
          difference.unmanaged / 1e9,
        ]);
        expect(Object.fromEntries(left)).toEqual(unmanaged);
      },
    );

    test.prop([randomWorld({ unmanaged: true }), outsideTrades], runs)(
      'every plan passes the second opinion',
      async ({ facts }, trades) => {
        const w = await world(facts);
        tradeOutside(w, trades);
        const { observed, plan } = await w.look();
        const input = {
          desired: w.desired,
          observed,
          now: w.clock.now(),
          turnTaken: new Set<string>(),
          reductionsOver: false,
          manifests: 'accepted' as const,
        };
        expect(checkPlan(plan, input)).toEqual([]);
      },
    );
  });

  describe('limits', () => {
    test.prop([randomWorld({ unmanaged: true })], runs)(
      'hold after an apply, or are no further off than before',
      async ({ facts }) => {
        const w = await world(facts);
        const before = measures(w);
        const grossBefore = grossOf(w, facts.prices);
        const { equity } = await w.broker.account();
        await w.apply();
        const after = measures(w);
        for (const { name, capital } of w.desired.strategies) {
          const was = before.get(name) ?? { exposure: 0, positions: 0 };
          const is = after.get(name) ?? { exposure: 0, positions: 0 };
          expect(is.exposure).toBeLessThanOrEqual(
            Math.max(was.exposure, shareOf(equity, capital.maxExposure)),
          );
          expect(is.positions).toBeLessThanOrEqual(Math.max(was.positions, capital.maxPositions));
        }
        const gross = grossOf(w, facts.prices);
        expect(gross).toBeLessThanOrEqual(Math.max(grossBefore, equity));
      },
    );
  });

  describe('a plan is a function', () => {
    test.prop([randomWorld({ unmanaged: true }), outsideTrades, fc.integer()], runs)(
      'the order of books, positions, orders, strategies and targets does not change one byte of it',
      async ({ facts }, trades, seed) => {
        const w = await world(facts);
        tradeOutside(w, trades);
        const { observed, plan } = await w.look();
        const desired = {
          ...w.desired,
          strategies: w.desired.strategies.map((strategy) => ({
            ...strategy,
            signal:
              strategy.signal.type === 'fixed'
                ? { ...strategy.signal, targets: shuffled(strategy.signal.targets, seed) }
                : strategy.signal,
          })),
        };
        const again = makePlan({
          desired,
          observed: shuffledState(observed, seed),
          now: w.clock.now(),
          turnTaken: new Set(),
          reductionsOver: false,
          manifests: 'accepted',
        });
        expect(JSON.stringify(planJson(again))).toBe(JSON.stringify(planJson(plan)));
      },
    );

    test.prop([randomWorld({ unmanaged: true })], runs)(
      'reported totals equal the account after the orders',
      async ({ facts }) => {
        const w = await world(facts);
        const plan = await w.plan();
        const isBeyond = grossOf(w, facts.prices) > (await w.broker.account()).equity;
        await w.apply();
        if (plan.actions.some((action) => !isOrder(action)) || plan.totals === null) return;
        // The other half of a change of side may come in the same pass, and is in another plan.
        if (hasReason(plan, 'SideChanged')) return;
        // Of an account that is beyond its means, no broker says by how much: what is freed may not suffice.
        if (isBeyond) return;
        const held = [...w.broker.state().positions].map(([symbol, { quantity }]) =>
          valueOf(quantity, priceOf(facts.prices, symbol)),
        );
        expect(plan.totals.gross.after).toBe(held.reduce((sum, value) => sum + Math.abs(value), 0));
        expect(plan.totals.buyingPower.after).toBe((await w.broker.account()).buyingPower);
      },
    );
  });
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

async function expectConserved(w: TestWorld): Promise<void> {
  const { ledger, snapshot } = (await w.look()).observed;
  if (snapshot.positions.kind !== 'ok') throw new Error('positions unknown');
  const { differences } = attribute(ledger, snapshot.positions.data, snapshot.takenAt, 10_000);
  const books = ownedBySymbol(w);
  for (const symbol of new Set([...books.keys(), ...snapshot.positions.data.keys()])) {
    const { settling, unmanaged, missing } = differences.get(symbol) ?? {
      settling: 0,
      unmanaged: 0,
      missing: 0,
    };
    const explained = (books.get(symbol) ?? 0) + settling + unmanaged + missing;
    expect(explained).toBe(snapshot.positions.data.get(symbol)?.quantity ?? 0);
  }
}

function ownedBySymbol(w: TestWorld): Map<string, number> {
  const owned = new Map<string, number>();
  for (const book of w.journal.ledger().books.values()) {
    for (const [symbol, lot] of book) owned.set(symbol, (owned.get(symbol) ?? 0) + lot.quantity);
  }
  return owned;
}

function measures(w: TestWorld): Map<string, { exposure: number; positions: number }> {
  const positions = w.broker.state().positions;
  return new Map(
    [...w.journal.ledger().books].map(([name, book]) => {
      const exposure = [...book].reduce(
        (sum, [symbol, lot]) =>
          sum + Math.abs(valueOf(lot.quantity, positions.get(symbol)?.averagePrice ?? (0 as never))),
        0,
      );
      return [name, { exposure, positions: book.size }];
    }),
  );
}

function grossOf(w: TestWorld, prices: Readonly<Record<string, string>> | undefined): number {
  return [...w.broker.state().positions].reduce(
    (sum, [symbol, { quantity }]) => sum + Math.abs(valueOf(quantity, priceOf(prices, symbol))),
    0,
  );
}

function hasReason(plan: Plan, reason: string): boolean {
  return plan.actions.some((action) => action.reason === reason);
}

function priceOf(prices: Readonly<Record<string, string>> | undefined, symbol: string): never {
  return Math.round(Number(prices?.[symbol] ?? '0') * 1e6) as never;
}

function shuffled<Item>(items: Iterable<Item>, seed: number): Item[] {
  return [...items]
    .map((item, index) => ({ item, rank: Math.imul(seed ^ (index * 2_654_435_761), 1_597_334_677) >>> 0 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

function shuffledState(observed: ObservedState, seed: number): ObservedState {
  const { ledger, snapshot, history } = observed;
  const { positions, openOrders } = snapshot;
  return {
    ...observed,
    ledger: {
      ...ledger,
      books: new Map(
        shuffled(ledger.books, seed).map(([name, book]) => [name, new Map(shuffled(book, seed + 1))]),
      ),
    },
    snapshot: {
      ...snapshot,
      positions:
        positions.kind === 'ok'
          ? { ...positions, data: new Map(shuffled(positions.data, seed + 2)) }
          : positions,
      openOrders:
        openOrders.kind === 'ok' ? { ...openOrders, data: shuffled(openOrders.data, seed + 3) } : openOrders,
    },
    history: history?.kind === 'ok' ? { ...history, data: history.data } : history,
  };
}
