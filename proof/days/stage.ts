/** The machine on which a day is lived: what was drawn happens on it, a guard looks on, and in the end the trader brings it to rest. */
import { createHash } from 'node:crypto';
import type { JournalRecord } from '../../src/observed/events.ts';
import { Guard } from '../guard.ts';
import type { Story } from '../invariants/invariant.ts';
import type { Broken } from '../part.ts';
import type { Rename } from '../../src/broker/simulated-rename.ts';
import type { Split } from '../../src/broker/simulated-split.ts';
import { chance } from '../machine/chance.ts';
import { companyActs } from '../machine/company.ts';
import type { Effect, Failure } from '../machine/effects.ts';
import { newMachine, type Machine } from '../machine/machine.ts';
import type { SimProcess } from '../machine/process.ts';
import {
  APPLY,
  command,
  CONTROLLER_PLACE,
  declare,
  declareAccount,
  misbehave,
  type AccountFacts,
  type Declared,
} from '../machine/trader.ts';
import type { Limits } from '../invariants/money.ts';
import { NO_LIMITS } from './limits.ts';
import type { Event } from './event.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
export const SHARE = 1_000_000_000;
/** Passes until the account has to be at rest. */
const ROUNDS = 40;
/** Passes that are to bring things in order by themselves first. */
const PATIENCE = 5;

export interface Day {
  readonly broken: readonly Broken[];
  readonly effects: number;
  readonly orders: number;
  readonly processes: number;
  /** Equal for equal days. */
  readonly trace: string;
  readonly records: readonly JournalRecord[];
  /** How often the trader had to say what is true of a symbol. */
  readonly resolved: number;
  /** What else was counted. */
  readonly counts: Readonly<Record<string, number>>;
}

interface Strike {
  readonly at: number;
  readonly act: (effect: Effect) => void;
}

export interface StageFacts {
  readonly seed: number;
  /** ms. */
  readonly start: number;
  readonly windowOf?: Story['windowOf'];
  /** Left out: the broker trades at all hours. */
  readonly isExchange?: boolean;
  /** What the account limits, until that is lifted; left out: nothing. */
  readonly limits?: Limits;
}

export class Stage {
  readonly machine: Machine;
  readonly guard: Guard;
  /** By strategy, as it was declared last. */
  readonly wanted = new Map<string, Declared>();
  /** How often the trader had to say what is true. */
  resolved = 0;
  readonly counts: Record<string, number> = {};
  readonly #mostWanted = new Map<string, number>();
  readonly #leastWanted = new Map<string, number>();
  readonly #seed: number;
  readonly #limits: { -readonly [Name in keyof Limits]: Limits[Name] };
  #losses = 0;
  #strikes: Strike[] = [];
  #failures: { readonly from: number; readonly until: number; readonly failure: Failure }[] = [];

  constructor({ seed, start, windowOf, isExchange = false, limits = NO_LIMITS }: StageFacts) {
    this.#seed = seed;
    this.#limits = { ...limits };
    this.machine = newMachine(seed, start);
    const wanted = { mostWanted: this.#mostWanted, leastWanted: this.#leastWanted, isExchange };
    this.guard = new Guard(this.machine, { ...wanted, limits: this.#limits, ...(windowOf && { windowOf }) });
    this.machine.hooks = {
      effect: (effect) => this.#sees(effect),
      failure: ({ number }) =>
        this.#failures.find(({ from, until }) => number >= from && number < until)?.failure ?? null,
      ended: (process) => this.guard.ended(process),
    };
  }

  happens(event: Event): void {
    const { machine } = this;
    switch (event.kind) {
      case 'edit':
        this.#edit(event.strategy, event.declared);
        break;
      case 'command':
        machine.start(command(...event.args));
        break;
      case 'controller':
        machine.start(command('run'));
        break;
      case 'rival':
        this.startRival();
        break;
      case 'stop':
        for (const process of this.running()) process.signal = 'SIGTERM';
        break;
      case 'calm':
        this.endFaults();
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

  /** A controller beside the one that runs. The place is a convenience: what keeps money safe must do without it. */
  startRival(): SimProcess {
    const { disk } = this.machine;
    if (disk.find(CONTROLLER_PLACE) !== undefined)
      disk.remove(CONTROLLER_PLACE, 'unlink', this.machine.wallNow());
    return this.machine.start(command('run'));
  }

  running(): SimProcess[] {
    return [...this.machine.processes.values()].filter(({ state }) => state === 'running');
  }

  /** Nothing goes wrong from now on; whoever is paused is gone. */
  endFaults(): void {
    const { machine } = this;
    this.#strikes = [];
    this.#failures = [];
    misbehave(machine, []);
    for (const process of this.running())
      if ((process.pausedUntil ?? 0) > machine.loop.now) machine.kill(process);
    // Whoever sees that it is wrong sets it right: no entry goes out before.
    machine.wallOffset = 0;
  }

  /** The account limits nothing any more. */
  liftLimits(facts: AccountFacts): void {
    Object.assign(this.#limits, NO_LIMITS);
    declareAccount(this.machine, facts);
  }

  killAll(): void {
    for (const process of this.running()) this.machine.kill(process);
  }

  run(...args: readonly string[]): Promise<SimProcess> {
    return this.machine.run(command(...args));
  }

  passTo(moment: number): Promise<void> {
    return this.machine.loop.passTo(moment);
  }

  /** What somebody has stopped goes on. */
  async putInOrder(): Promise<void> {
    // Where nothing was begun yet, the account may hold what was bought by hand.
    await this.run('init', '--unmanaged');
    await this.run('unhalt', '--reason', 'faults are over');
    for (const name of this.wanted.keys()) {
      await this.run('resume', name);
      await this.run('enable', name);
    }
  }

  /** What was sold by hand beyond what was there comes back. */
  async buyBack(): Promise<void> {
    for (const [symbol, { quantity }] of this.machine.account()?.positions ?? [])
      if (quantity < 0) await this.run('sim', 'trade', 'buy', String(0 - quantity / SHARE), symbol);
  }

  /** Passes until one finds nothing to do: the last of them. */
  async applyUntilDone(): Promise<SimProcess> {
    for (let round = 1; ; round += 1) {
      const last = await this.machine.run(APPLY);
      const adopted = await this.#adopt(last);
      if ((!adopted && last.code === 0 && last.stdout.includes('Nothing to do.')) || round >= ROUNDS)
        return last;
      if (round >= PATIENCE) await this.resolve(last);
      await this.passTo(this.machine.loop.now + MINUTE);
    }
  }

  /** As the program proposes it. */
  async resolve({ stdout, stderr }: SimProcess): Promise<void> {
    const text = stdout + stderr;
    const [, symbol, as, ratio] =
      /hgctl resolve (\S+) --as (broker|split)(?: --ratio ([\d:]+))?/.exec(text) ?? [];
    if (symbol === undefined || as === undefined) return;
    const of = ratio === undefined ? [] : ['--ratio', ratio];
    await this.run('resolve', symbol, '--as', as, ...of, '--reason', 'as the broker says');
    this.resolved += 1;
  }

  /** `last`: the pass that was to find nothing to do. */
  async rests(last: SimProcess): Promise<void> {
    const { guard } = this;
    guard.rests(last);
    await guard.reports(last);
    const { code, stderr } = await this.run('journal', 'verify');
    guard.note('journal-is-whole', code === 0 ? null : `journal verify: exit ${String(code)}: ${stderr}`);
  }

  /** `rounded`: of shares. */
  compare(name: string, wanted: Declared['targets'], rounded = (shares: number) => shares): void {
    const book = [...(this.guard.watcher.ledger.books.get(name) ?? [])];
    const owned = book.map(([symbol, { quantity }]) => [symbol, rounded(quantity / SHARE)] as const);
    const [found, text] = [textOf(owned), textOf(Object.entries(wanted))];
    this.guard.note('same-end', found === text ? null : `${name} owns ${found}, and wants ${text}`);
  }

  day(): Day {
    const { guard, machine, resolved, counts } = this;
    const { records } = guard.watcher;
    this.#countMoney();
    const journal = records.map((record) => JSON.stringify(record)).join('\n');
    return {
      broken: guard.broken,
      effects: machine.effects,
      orders: machine.account()?.orders.length ?? 0,
      processes: machine.processes.size,
      trace: createHash('sha1').update(journal).update(String(machine.effects)).digest('hex'),
      records,
      resolved,
      counts,
    };
  }

  count(what: string, more = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + more;
  }

  /** What the invariants of money have seen. */
  #countMoney(): void {
    const { ledger, records } = this.guard.watcher;
    const isCharged = [...ledger.fees.values()].some((fees) => fees > 0);
    if (isCharged) this.count('days on which fees were charged');
    const profits = [...ledger.realised.values()].flatMap((profit) => [...profit.values()]);
    this.count('profits and losses that were realised', profits.filter((profit) => profit !== 0).length);
    for (const { event } of records)
      if (event.type === 'synced' && this.#isWanted(event.strategy, event.symbol, event.to))
        this.count('sales by hand of what is still wanted');
  }

  #isWanted(strategy: string, symbol: string, left: number): boolean {
    const target = this.wanted.get(strategy)?.targets[symbol];
    return typeof target === 'number' && target * SHARE > left;
  }

  #sees(effect: Effect): void {
    this.guard.sees(effect);
    const due = this.#strikes.filter(({ at }) => effect.number >= at);
    this.#strikes = this.#strikes.filter(({ at }) => effect.number < at);
    for (const { act } of due) act(effect);
  }

  #strike(effects: number, act: Strike['act']): void {
    this.#strikes.push({ at: this.machine.effects + effects, act });
  }

  #losePower(): void {
    const luck = chance(this.#seed).stream(`loss ${(this.#losses += 1)}`);
    this.machine.losePower({
      keepsName: () => luck.once(2),
      keepsChanges: (count) => luck.below(count + 1),
      tears: (bytes) => luck.below(bytes + 1),
    });
    this.guard.watcher.lookAgain();
  }

  #edit(strategy: string, declared: Declared): void {
    declare(this.machine, strategy, declared);
    this.wanted.set(strategy, declared);
    for (const [symbol, shares] of Object.entries(declared.targets))
      if (typeof shares === 'number') this.allow(symbol, shares);
  }

  /** From now on so many shares may be held, too. */
  allow(symbol: string, shares: number): void {
    const [most, least] = [this.#mostWanted, this.#leastWanted];
    most.set(symbol, Math.max(most.get(symbol) ?? 0, shares * SHARE));
    least.set(symbol, Math.min(least.get(symbol) ?? 0, shares * SHARE));
  }

  companyActs(change: Split | Rename): void {
    companyActs(this.machine, change);
  }

  /** What somebody has bought by hand, and a strategy wants; false where there is nothing of it. */
  async #adopt({ stdout }: SimProcess): Promise<boolean> {
    const [, name, symbol] = /(\S+)\/(\S+) +UnmanagedShares/.exec(stdout) ?? [];
    if (name === undefined || symbol === undefined) return false;
    await this.run('adopt', symbol, '--strategy', name, '--reason', 'it wants them');
    return true;
  }
}

function textOf(entries: readonly (readonly [string, unknown])[]): string {
  return JSON.stringify([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
