/**
 * A state without what makes no difference: times are classes that the code tells apart, ids are places, and what has ended
 * is forgotten where nothing looks at it any more. Equal normal forms go on alike.
 */
import { createHash } from 'node:crypto';
import { SHARE } from '../../src/domain/decimal.ts';
import { HOUR, dateOf, type Instant } from '../../src/domain/instant.ts';
import type { SimulatedOrder, SimulatedState } from '../../src/broker/simulated-state.ts';
import { isTerminal } from '../../src/observed/broker-view.ts';
import { findOrder, newestEndedOrders, type Ledger, type LedgerOrder } from '../../src/observed/ledger.ts';
import { isOurs, ofOthers, tradesOfOthers } from './shares.ts';
import { EXECUTION, symbolsOf } from './scope.ts';
import { accountNow, isHidden, nowOf, type World } from './world.ts';

export function keyOf(world: World): string {
  return createHash('sha1')
    .update(JSON.stringify(normalOf(world)))
    .digest('base64');
}

export function normalOf(world: World): unknown {
  const { ledger, targets, switches, paused, outsideTrades, scope } = world;
  const account = accountNow(world);
  const now = nowOf(world);
  return [
    targets,
    switches,
    outsideTrades,
    paused?.key ?? null,
    world.whilePaused,
    lockOf(world),
    [...ledger.books]
      .flatMap(([name, book]) =>
        [...book].map(([symbol, { quantity }]) => `${name} ${symbol} ${quantity / SHARE}`),
      )
      .sort(),
    [...ledger.openOrders.values()].map((order) => ledgerOrder(order, account, now)).sort(),
    orders(world, account, now),
    [...account.positions].map(([symbol, { quantity }]) => [symbol, quantity / SHARE]).sort(),
    [...ledger.drains.values()].map(({ strategy, close, state, leftovers }) => [
      strategy,
      close,
      state,
      leftovers,
    ]),
    ledger.halt?.mode ?? null,
    [...ledger.breaks.values()].map(({ symbol, kind }) => [symbol, kind]).sort(),
    [...ledger.shrunkOn].filter(([, date]) => date === dateOf(now)).map(([symbol]) => symbol),
    symbolsOf(scope).map((symbol) => ofOthers(ledger, account, symbol) / SHARE),
    settling(world, now),
    ledger.revision?.digest === JSON.stringify(targets),
    paused === null
      ? null
      : [
          ledger.revision?.digest === paused.desired.digest,
          ledger.revision?.number === paused.acceptedBefore,
        ],
    ledger.lastMark?.session === dateOf(now),
  ];
}

/** Whose it is, and which of the times that matter to its holder has come. */
function lockOf({ ledger: { lock }, paused, elapsed }: World): unknown {
  if (lock === null) return null;
  if (lock.owner.pid !== paused?.pid) return ['gone', lock.holder];
  const age = elapsed - (lock.expiresMonotonic - EXECUTION.lockTimeout);
  return [lock.holder, AGES.filter((limit) => age >= limit).length];
}

/** Facts are too old, no request goes out any more, the lock is over. */
const AGES = [EXECUTION.snapshotAge, EXECUTION.lockTimeout * 0.7, EXECUTION.lockTimeout];

function ledgerOrder(order: LedgerOrder, account: SimulatedState, now: Instant): string {
  const { intent, status, brokerOrderId, filled, intendedAt, updatedAt } = order;
  const since = intendedAt - EXECUTION.settleWindow;
  const mayBeIt = tradesOfOthers(account).some(
    (fill) => fill.symbol === intent.symbol && fill.side === intent.side && fill.time >= since,
  );
  return JSON.stringify([
    intent.strategy,
    intent.symbol,
    intent.side,
    intent.quantity / SHARE,
    intent.purpose,
    intent.reason,
    status,
    brokerOrderId !== null,
    filled / SHARE,
    intent.sessionDate === dateOf(now),
    now - updatedAt >= HOUR,
    mayBeIt,
  ]);
}

/** At the broker: what is open there, and what has ended there and not in the journal, or otherwise. */
function orders(world: World, account: SimulatedState, now: Instant): string[] {
  const { ledger } = world;
  return account.orders
    .filter((order) => isOurs(order) && (!isTerminal(order.status) || isNews(ledger, order)))
    .map((order) =>
      JSON.stringify([
        order.symbol,
        order.side,
        order.quantity / SHARE,
        order.filledQuantity / SHARE,
        order.status,
        isHidden(world, order),
        findOrder(ledger, order.clientOrderId)?.status ?? null,
        order.pending.map(({ kind, at }) => [kind, at - now > 2 * EXECUTION.settleWindow]),
      ]),
    )
    .sort();
}

function isNews(ledger: Ledger, order: SimulatedOrder): boolean {
  const known = findOrder(ledger, order.clientOrderId);
  return (
    known === undefined || ledger.openOrders.has(order.clientOrderId) || known.filled !== order.filledQuantity
  );
}

/**
 * Which symbols have young fills of ours, by side: they explain a difference. Where nobody else trades there is none that is
 * not frozen by its order already, and one trade is explained by one fill as by many.
 */
function settling({ ledger, scope }: World, now: Instant): string[] {
  if (scope.outsideTrades === 0) return [];
  const young = [...ledger.openOrders.values(), ...newestEndedOrders(ledger)]
    .filter(({ fills }) => fills.some(({ at }) => at > now - EXECUTION.settleWindow))
    .map(({ intent }) => `${intent.symbol} ${intent.side}`);
  return [...new Set(young)].sort();
}
