/** A simulated day: everything that was drawn happens, then faults are over, and the trader brings the account to rest. */
import { createHash } from 'node:crypto';
import { Guard } from '../guard.ts';
import type { Broken } from '../part.ts';
import { chance } from '../machine/chance.ts';
import type { Effect, Failure } from '../machine/effects.ts';
import { newMachine, type Machine } from '../machine/machine.ts';
import type { SimProcess } from '../machine/process.ts';
import { APPLY, command, declare, misbehave, settle, type Targets } from '../machine/trader.ts';
import { NAMES, UNIVERSES, type Event, type Name } from './event.ts';

/** Tuesday 2 December 2025, 10:00 in New York. */
const MORNING = Date.parse('2025-12-02T15:00:00Z');
const DAY = 86_400_000;
const SECOND = 1_000;
const MINUTE = 60_000;
const SHARE = 1_000_000_000;

export interface Day {
  readonly broken: readonly Broken[];
  readonly effects: number;
  readonly orders: number;
  readonly processes: number;
  /** Equal for equal days. */
  readonly trace: string;
  /** All records, a line each. */
  readonly journal: string;
  /** How often the trader had to say what is true of a symbol. */
  readonly resolved: number;
}

export async function liveDay(seed: number, events: readonly Event[], length: number): Promise<Day> {
  const machine = newMachine(seed, MORNING);
  settle(machine, NAMES);
  const story = new Story(seed, machine);
  for (const event of events) {
    await machine.loop.passTo(MORNING + event.at * SECOND);
    story.happens(event);
  }
  await machine.loop.passTo(MORNING + length * SECOND);
  const resolved = await story.comesToRest();
  const { guard } = story;
  const journal = guard.watcher.records.map((record) => JSON.stringify(record)).join('\n');
  const { effects, processes } = machine;
  return {
    broken: guard.broken,
    effects,
    orders: machine.account()?.orders.length ?? 0,
    processes: processes.size,
    trace: createHash('sha1').update(journal).update(String(effects)).digest('hex'),
    journal,
    resolved,
  };
}

interface Strike {
  readonly at: number;
  readonly act: (effect: Effect) => void;
}

class Story {
  readonly guard: Guard;
  readonly #machine: Machine;
  readonly #mostWanted = new Map<string, number>();
  readonly #wanted = new Map<Name, Targets>();
  readonly #seed: number;
  #losses = 0;
  #strikes: Strike[] = [];
  #failures: { readonly from: number; readonly until: number; readonly failure: Failure }[] = [];

  constructor(seed: number, machine: Machine) {
    this.#seed = seed;
    this.#machine = machine;
    this.guard = new Guard(machine, this.#mostWanted);
    machine.hooks = {
      effect: (effect) => this.#sees(effect),
      failure: ({ number }) =>
        this.#failures.find(({ from, until }) => number >= from && number < until)?.failure ?? null,
      ended: (process) => this.guard.ended(process),
    };
  }

  happens(event: Event): void {
    const machine = this.#machine;
    switch (event.kind) {
      case 'edit':
        this.#edit(event.strategy, event.targets);
        break;
      case 'command':
        machine.start(command(...event.args));
        break;
      case 'controller':
        machine.start(command('run'));
        break;
      case 'stop':
        for (const process of machine.processes.values())
          if (process.state === 'running') process.signal = 'SIGTERM';
        break;
      case 'kill':
        this.#strike(event.effects, ({ process }) => machine.kill(process));
        break;
      case 'power':
        this.#strike(event.effects, () => this.#losePower());
        break;
      case 'pause':
        this.#strike(event.effects, ({ process }) => {
          process.pausedUntil = machine.loop.now + event.seconds * SECOND;
        });
        break;
      case 'disk': {
        const from = machine.effects + event.effects;
        this.#failures.push({
          from,
          until: from + event.times,
          failure: { kind: 'error', code: event.code },
        });
        break;
      }
      case 'clock':
        machine.wallOffset += event.seconds * SECOND;
        break;
      case 'broker':
        misbehave(machine, event.faults);
        break;
      case 'trade':
        machine.start(command('sim', 'trade', event.side, String(event.quantity), event.symbol));
        break;
    }
  }

  /** Returns how often the trader had to say what is true. */
  async comesToRest(): Promise<number> {
    const machine = this.#machine;
    this.#strikes = [];
    this.#failures = [];
    misbehave(machine, []);
    for (const process of machine.processes.values()) machine.kill(process);
    // Whoever sees that it is wrong sets it right: no entry goes out before.
    machine.wallOffset = 0;
    await machine.loop.passTo(MORNING + DAY);
    // Where nothing was begun yet, the account may hold what was bought by hand.
    await this.#run('init', '--unmanaged');
    await this.#run('unhalt', '--reason', 'faults are over');
    for (const name of NAMES) {
      await this.#run('resume', name);
      await this.#run('enable', name);
    }
    await this.#buyBack();
    const first = await this.#applyUntilDone();
    // A book that has shrunk from outside gets no entry on that day.
    await machine.loop.passTo(machine.loop.now + DAY);
    const { resolved, last } = await this.#applyUntilDone();
    this.guard.rests(last);
    this.#compareTargets();
    const { code, stderr } = await this.#run('journal', 'verify');
    this.guard.note(
      'journal-is-whole',
      code === 0 ? null : `journal verify: exit ${String(code)}: ${stderr}`,
    );
    return first.resolved + resolved;
  }

  #sees(effect: Effect): void {
    this.guard.sees(effect);
    const due = this.#strikes.filter(({ at }) => effect.number >= at);
    this.#strikes = this.#strikes.filter(({ at }) => effect.number < at);
    for (const { act } of due) act(effect);
  }

  #strike(effects: number, act: Strike['act']): void {
    this.#strikes.push({ at: this.#machine.effects + effects, act });
  }

  #losePower(): void {
    const luck = chance(this.#seed).stream(`loss ${(this.#losses += 1)}`);
    this.#machine.losePower({
      keepsName: () => luck.once(2),
      keepsChanges: (count) => luck.below(count + 1),
      tears: (bytes) => luck.below(bytes + 1),
    });
    this.guard.watcher.lookAgain();
  }

  #edit(strategy: Name, targets: Targets): void {
    declare(this.#machine, strategy, { targets, universe: UNIVERSES[strategy] });
    this.#wanted.set(strategy, targets);
    for (const [symbol, shares] of Object.entries(targets))
      this.#mostWanted.set(symbol, Math.max(this.#mostWanted.get(symbol) ?? 0, shares * SHARE));
  }

  #run(...args: readonly string[]): Promise<SimProcess> {
    return this.#machine.run(command(...args));
  }

  /** What was sold by hand beyond what was there. */
  async #buyBack(): Promise<void> {
    for (const [symbol, { quantity }] of this.#machine.account()?.positions ?? [])
      if (quantity < 0) await this.#run('sim', 'trade', 'buy', String(0 - quantity / SHARE), symbol);
  }

  async #applyUntilDone(): Promise<{ readonly resolved: number; readonly last: SimProcess }> {
    let resolved = 0;
    for (let round = 1; ; round += 1) {
      const last = await this.#machine.run(APPLY);
      const adopted = await this.#adopt(last);
      if ((!adopted && last.code === 0 && last.stdout.includes('Nothing to do.')) || round >= ROUNDS)
        return { resolved, last };
      const symbol = /hgctl resolve (\S+) --as broker/.exec(last.stdout + last.stderr)?.[1];
      if (symbol !== undefined && round >= PATIENCE) {
        await this.#run('resolve', symbol, '--as', 'broker', '--reason', 'as the broker says');
        resolved += 1;
      }
      await this.#machine.loop.passTo(this.#machine.loop.now + MINUTE);
    }
  }

  /** What somebody has bought by hand, and a strategy wants; false where there is nothing of it. */
  async #adopt({ stdout }: SimProcess): Promise<boolean> {
    const [, name, symbol] = /(\S+)\/(\S+) +UnmanagedShares/.exec(stdout) ?? [];
    if (name === undefined || symbol === undefined) return false;
    await this.#run('adopt', symbol, '--strategy', name, '--reason', 'it wants them');
    return true;
  }

  #compareTargets(): void {
    const { books } = this.guard.watcher.ledger;
    for (const [name, targets] of this.#wanted) {
      const book = Object.fromEntries(
        [...(books.get(name) ?? [])].map(([symbol, { quantity }]) => [symbol, quantity / SHARE]),
      );
      const [found, wanted] = [book, targets].map((one) => JSON.stringify(Object.entries(one).sort()));
      this.guard.note(
        'same-end',
        found === wanted ? null : `${name} owns ${String(found)}, and wants ${String(wanted)}`,
      );
    }
  }
}

/** Passes until the account has to be at rest. */
const ROUNDS = 40;
/** Passes that are to bring things in order by themselves first. */
const PATIENCE = 5;
