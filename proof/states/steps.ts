/** What may happen next in a state: what people do, what others trade, how time passes. Passes are in passes.ts. */
import { tradeOutside } from '../../src/broker/simulated-orders.ts';
import { SHARE } from '../../src/domain/decimal.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import { EXECUTION, symbolsOf, VENUE, type Switches, type Targets } from './scope.ts';
import { accountNow, nextSession, nowOf, withRecord, type World } from './world.ts';

export interface Step {
  /** Tells it apart from every other step of its state. */
  readonly label: string;
  readonly world: World;
}

export function stepsWithoutPasses(world: World): Step[] {
  const happening = mayHappen(world) ? [...edits(world), ...operators(world), ...outside(world)] : [];
  return [...happening.map((step) => ({ ...step, world: asHappened(step.world) })), ...passing(world)];
}

/** While a process is paused, not without end. */
export function mayHappen({ paused, whilePaused, scope }: World): boolean {
  return paused === null || whilePaused < scope.whilePaused;
}

/** Counts it, while a process is paused. */
export function asHappened(world: World): World {
  return world.paused === null ? world : { ...world, whilePaused: world.whilePaused + 1 };
}

function edits(world: World): Step[] {
  const { targets, scope } = world;
  const changed = Object.entries(targets).flatMap(([name, wanted]) =>
    Object.entries(wanted).flatMap(([symbol, count]) =>
      Array.from({ length: scope.most + 1 }, (_, other) => other)
        .filter((other) => other !== count)
        .map((other) => ({
          label: `${name} wants ${other} ${symbol}`,
          world: { ...world, targets: { ...targets, [name]: { ...wanted, [symbol]: other } } },
        })),
    ),
  );
  return [...changed, ...moves(world)];
}

/** The symbol changes its strategy, and takes its target along. */
function moves(world: World): Step[] {
  const { moving } = world.scope;
  if (moving === null || world.targets[moving.to]?.[moving.symbol] !== undefined) return [];
  const { symbol, to } = moving;
  let taken = 0;
  const without = Object.fromEntries(
    Object.entries(world.targets).map(([name, { [symbol]: count, ...rest }]) => {
      taken += count ?? 0;
      return [name, rest];
    }),
  );
  const targets: Targets = { ...without, [to]: { ...without[to], [symbol]: taken } };
  return [{ label: `${symbol} moves to ${to}`, world: { ...world, targets } }];
}

function operators(world: World): Step[] {
  const { ledger, targets, scope } = world;
  const say = (label: string, event: JournalEvent, from: World = world): Step => ({
    label,
    world: withRecord(from, event).world,
  });
  const halts =
    ledger.halt === null
      ? HALTS.map((mode) => say(`halt, ${mode}`, { type: 'halted', mode, reason: 'doubt', by: 'ann' }))
      : [say('unhalt', { type: 'unhalted', reason: 'fine', by: 'ann' })];
  const switched = Object.keys(targets).flatMap((strategy) => {
    const isOff = world.switches[strategy]?.enabled === false || ledger.drains.has(strategy);
    const off = withSwitches(world, strategy, { enabled: true, shutdownRequested: true });
    const on = withSwitches(world, strategy, { enabled: true, shutdownRequested: false });
    const disable = (close: boolean): Step =>
      say(
        `${close ? 'close' : 'disable'} ${strategy}`,
        { type: 'drain-requested', strategy, close, by: 'ann' },
        off,
      );
    if (!isOff) return [disable(false), disable(true)];
    const isExecuting = ledger.lock?.holder === strategy && ledger.lock.owner.pid === world.paused?.pid;
    return isExecuting ? [] : [say(`enable ${strategy}`, { type: 'drain-lifted', strategy, by: 'ann' }, on)];
  });
  return [
    ...(scope.operators.has('halts') ? halts : []),
    ...(scope.operators.has('shutdowns') ? switched : []),
  ];
}

const HALTS = ['hold', 'flatten'] as const;

function withSwitches(world: World, strategy: string, switches: Switches): World {
  return { ...world, switches: { ...world.switches, [strategy]: switches } };
}

/** Somebody else trades one share of something. */
function outside(world: World): Step[] {
  if (world.outsideTrades >= world.scope.outsideTrades) return [];
  return symbolsOf(world.scope).flatMap((symbol) =>
    (['buy', 'sell'] as const).flatMap((side) => {
      const trade = { symbol, side, quantity: SHARE };
      const { state, answer } = tradeOutside(world.account, trade, nowOf(world), VENUE);
      if (answer.kind !== 'created') return [];
      const after = { ...world, account: state, outsideTrades: world.outsideTrades + 1 };
      return [{ label: `somebody else ${side}s 1 ${symbol}`, world: after }];
    }),
  );
}

function passing(world: World): Step[] {
  const { elapsed, paused, scope, ledger } = world;
  const steps = [
    { label: 'the settle window passes', world: after(world, elapsed + EXECUTION.settleWindow + 1) },
  ];
  const { lock } = ledger;
  if (lock !== null && lock.owner.pid === paused?.pid && elapsed < lock.expiresMonotonic)
    steps.push({ label: 'the lock expires', world: after(world, lock.expiresMonotonic) });
  // A request that is late by a session is bounded by no program.
  if (scope.nights && paused === null)
    steps.push({ label: 'a night passes', world: after(world, nextSession(world)) });
  return steps;
}

export function after(world: World, elapsed: number): World {
  const later = { ...world, elapsed };
  return { ...later, account: accountNow(later) };
}
