/** From a state, with no more faults: whether a few passes and a night bring everything to rest, and to the targets. */
import type { SimulatedState } from '../../src/broker/simulated-state.ts';
import { isTerminal } from '../../src/observed/broker-view.ts';
import type { LedgerOrder } from '../../src/observed/ledger.ts';
import { SHARE } from '../../src/domain/decimal.ts';
import { checkState } from './checks.ts';
import { isOurs, ofOthers, tradesOfOthers } from './shares.ts';
import type { Broken } from '../part.ts';
import { keyOf } from './normal.ts';
import { cleanPass, type Plant } from './passes.ts';
import { EXECUTION } from './scope.ts';
import { after } from './steps.ts';
import { accountNow, nextSession, type World } from './world.ts';

/** A day has so many passes at most until nothing is left to do. */
const PASSES = 5;
/** An order that nobody knows is given up in the session after its own. */
const DAYS = 2;

/** Remembers what is known to come to rest already. */
export class Rests {
  readonly #plant: Plant | null;
  readonly #known = new Set<string>();

  constructor(plant: Plant | null) {
    this.#plant = plant;
  }

  /** What does not hold on the way from it, or at its end. */
  async check(start: World, key: string): Promise<readonly Broken[]> {
    if (this.#known.has(key)) return [];
    const way: string[] = [key];
    const broken: Broken[] = [];
    let world = start;
    for (let day = 0; day <= DAYS; day += 1) {
      const left = await this.#day(world, way, broken);
      if (left === null || broken.length > 0) break;
      world = left;
      const lacking = whatIsLeft(world);
      if (lacking === null) break;
      if (day === DAYS) broken.push({ invariant: 'small-world-comes-to-rest', what: lacking });
      world = after(world, nextSession(world));
    }
    if (broken.length === 0) for (const known of way) this.#known.add(known);
    return broken;
  }

  /** Passes until one has found nothing to do; null where the rest is known. */
  async #day(start: World, way: string[], broken: Broken[]): Promise<World | null> {
    let world = start;
    for (let count = 0; count < PASSES; count += 1) {
      const run = await cleanPass(world, this.#plant);
      if (run === null) break;
      broken.push(...run.broken);
      if (broken.length > 0) return null;
      // What it has read before may make it write what others have overtaken.
      const isQuiet = world.paused === null && run.result === 'nothing' && run.world.ledger === world.ledger;
      world = { ...run.world, paused: null };
      if (isQuiet) return world;
      broken.push(...checkState(world));
      const key = keyOf(world);
      if (this.#known.has(key)) return null;
      way.push(key);
    }
    return world;
  }
}

/** What is not as it should be when nothing is left to do; null: nothing. */
function whatIsLeft(world: World): string | null {
  const { ledger } = world;
  if (ledger.lock !== null) return `the lock is held by ${ledger.lock.holder}`;
  const order = [...ledger.openOrders.values()].find((one) => !isForPeople(one, accountNow(world)));
  if (order !== undefined) return `${order.intent.clientOrderId} is ${order.status}`;
  const open = accountNow(world).orders.find((one) => isOurs(one) && !isTerminal(one.status));
  if (open !== undefined) return `${open.clientOrderId} is open at the broker`;
  const [broken] = ledger.breaks.values();
  if (broken !== undefined) return `${broken.symbol} is frozen: ${broken.kind}, ${broken.detail}`;
  return offTarget(world);
}

/** A lost order, and a trade of somebody else that may have been it: only a person can tell. */
function isForPeople({ intent, intendedAt, brokerOrderId }: LedgerOrder, account: SimulatedState): boolean {
  const since = intendedAt - EXECUTION.settleWindow;
  const { symbol, side } = intent;
  return (
    brokerOrderId === null &&
    tradesOfOthers(account).some((fill) => fill.symbol === symbol && fill.side === side && fill.time >= since)
  );
}

function offTarget(world: World): string | null {
  const { ledger, targets } = world;
  if (ledger.halt !== null) {
    const owned = [...ledger.books].find(([, book]) => book.size > 0);
    return ledger.halt.mode === 'flatten' && owned !== undefined ? `${owned[0]} still owns shares` : null;
  }
  for (const [strategy, wanted] of Object.entries(targets)) {
    const drain = ledger.drains.get(strategy);
    const isStuck = [...ledger.openOrders.values()].some(({ intent }) => intent.strategy === strategy);
    if (drain?.state === 'pending' && !isStuck) return `${strategy} is still being shut down`;
    if (drain !== undefined || world.switches[strategy]?.enabled !== true) continue;
    const book = ledger.books.get(strategy);
    const symbols = new Set([...Object.keys(wanted), ...(book?.keys() ?? [])]);
    for (const symbol of symbols) {
      const owned = (book?.get(symbol)?.quantity ?? 0) / SHARE;
      const target = wanted[symbol] ?? 0;
      const isFrozen = [...ledger.openOrders.values()].some(({ intent }) => intent.symbol === symbol);
      if (owned !== target && !isFrozen && !isHeldBack(world, strategy, symbol))
        return `${strategy} owns ${owned} ${symbol}, and wants ${target}`;
    }
  }
  return null;
}

/** Nobody enters a symbol of which others hold shares, strategies that are off among them. */
function isHeldBack(world: World, strategy: string, symbol: string): boolean {
  const { ledger } = world;
  const isOthers = [...ledger.books].some(([name, book]) => name !== strategy && book.has(symbol));
  return isOthers || ofOthers(ledger, accountNow(world), symbol) !== 0;
}
