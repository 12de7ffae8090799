/** A machine with a guard on which a story is told: who runs, what happens to whom, and how it comes to rest. */
import { Guard } from '../guard.ts';
import type { Story } from '../invariants/invariant.ts';
import type { Limits } from '../invariants/money.ts';
import type { Broken } from '../part.ts';
import type { Effect, Failure } from '../machine/effects.ts';
import { newMachine, type Machine } from '../machine/machine.ts';
import type { SimProcess } from '../machine/process.ts';
import { APPLY, command, misbehave } from '../machine/trader.ts';

/** Tuesday 2 December 2025, 10:00 in New York. */
export const MORNING = Date.parse('2025-12-02T15:00:00Z');
export const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SHARE = 1_000_000_000;
/** Passes until the account has to be at rest. */
const ROUNDS = 12;
/** Passes that are to bring things in order by themselves first. */
const PATIENCE = 3;

export interface Facts {
  readonly seed: number;
  /** When it begins, ms; left out: `MORNING`. */
  readonly start?: number;
  /** By symbol, in shares. */
  readonly mostWanted: Readonly<Record<string, number>>;
  /** Likewise; below zero where something may be short. Left out: nothing. */
  readonly leastWanted?: Readonly<Record<string, number>>;
  /** Behind this moment no entry goes out. */
  readonly closesAt?: number;
  /** Left out: every slot has one window, from the beginning to `closesAt`. */
  readonly windowOf?: Story['windowOf'];
  readonly limits?: Limits;
  /** By symbol, dollars: what a share costs at rest. */
  readonly prices?: Readonly<Record<string, number>>;
  /** Left out: the broker trades at all hours. */
  readonly isExchange?: boolean;
}

export class Scene {
  readonly machine: Machine;
  readonly guard: Guard;
  /** What happens at an effect, besides that the guard sees it. */
  at: (effect: Effect) => void = () => undefined;
  failure: (effect: Effect) => Failure | null = () => null;

  constructor({
    seed,
    start = MORNING,
    mostWanted,
    leastWanted = {},
    closesAt = Infinity,
    windowOf = () => ({ opensAt: start, closesAt, lastStart: closesAt }),
    limits,
    prices,
    isExchange = false,
  }: Facts) {
    this.machine = newMachine(seed, start);
    this.guard = new Guard(this.machine, {
      mostWanted: inUnits(mostWanted),
      leastWanted: inUnits(leastWanted),
      isExchange,
      windowOf,
      ...(limits && { limits }),
      ...(prices && { prices: new Map(Object.entries(prices)) }),
    });
    this.machine.hooks = {
      effect: (effect) => {
        this.guard.sees(effect);
        this.at(effect);
      },
      failure: (effect) => this.failure(effect),
      ended: (process) => this.guard.ended(process),
    };
  }

  async end(...processes: readonly SimProcess[]): Promise<void> {
    await this.machine.loop.until(() => processes.every(({ state }) => state !== 'running'));
  }

  async wait(time: number): Promise<void> {
    await this.machine.loop.passTo(this.machine.loop.now + time);
  }

  /** Nothing goes wrong any more; what the guard has seen until then. */
  async rest(): Promise<readonly Broken[]> {
    const { machine, guard } = this;
    this.at = () => undefined;
    this.failure = () => null;
    misbehave(machine, []);
    for (let round = 1; ; round += 1) {
      const last = await machine.run(APPLY);
      const isDone = last.code === 0 && last.stdout.includes('Nothing to do.');
      if (isDone || round >= ROUNDS) {
        guard.rests(last);
        return guard.broken;
      }
      const symbol = /hgctl resolve (\S+) --as broker/.exec(last.stdout + last.stderr)?.[1];
      if (symbol !== undefined && round >= PATIENCE)
        await machine.run(command('resolve', symbol, '--as', 'broker', '--reason', 'as the broker says'));
      await this.wait(MINUTE);
    }
  }

  /** What the program says of it at rest, besides. */
  async told(): Promise<readonly Broken[]> {
    await this.rest();
    await this.guard.reports(await this.machine.run(APPLY));
    return this.guard.broken;
  }
}

function inUnits(wanted: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  return new Map(Object.entries(wanted).map(([symbol, shares]) => [symbol, shares * SHARE]));
}
