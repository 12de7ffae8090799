/** Holds everything that happens on a machine against the invariants, as it happens. */
import type { Broken } from './part.ts';
import { INVARIANTS } from './invariants/all.ts';
import type { Rest, Story } from './invariants/invariant.ts';
import type { Effect } from './machine/effects.ts';
import type { Machine } from './machine/machine.ts';
import type { SimProcess } from './machine/process.ts';
import { command, declaredOn, JOURNAL, STATE_FILE } from './machine/trader.ts';
import { Watcher } from './machine/watcher.ts';
import { QUESTIONS, type Told } from './invariants/reports.ts';
import { ORDER_ID_PREFIX } from '../src/reconciler/rules/orders-in-flight.ts';

/** Left out: nothing is short, there are no windows, and the broker trades at all hours. */
type Wanted = Pick<Story, 'mostWanted'> &
  Partial<Pick<Story, 'leastWanted' | 'windowOf' | 'isExchange' | 'limits' | 'prices'>>;

export class Guard {
  readonly broken: Broken[] = [];
  readonly watcher: Watcher;
  readonly #machine: Machine;
  readonly #story: Story;

  /** `wanted`: what the story says; its maps may grow. */
  constructor(
    machine: Machine,
    {
      mostWanted,
      leastWanted = new Map(),
      windowOf = () => null,
      isExchange = false,
      limits,
      prices,
    }: Wanted,
  ) {
    this.#machine = machine;
    this.#story = {
      ...(limits && { limits }),
      ...(prices && { prices }),
      mostWanted,
      leastWanted,
      windowOf,
      isExchange,
      isAlive: ({ pid, bootId }) =>
        bootId === machine.bootId() && machine.processes.get(pid)?.state === 'running',
    };
    this.watcher = new Watcher(machine, JOURNAL, {
      written: (written) => {
        for (const { name, ...invariant } of INVARIANTS)
          if (invariant.at === 'record') this.note(name, invariant.check(written, this.#story));
      },
      taken: (taken) => {
        if (!taken.order.clientOrderId.startsWith(ORDER_ID_PREFIX)) return;
        for (const { name, ...invariant } of INVARIANTS)
          if (invariant.at === 'order') this.note(name, invariant.check(taken, this.#story));
      },
      damaged: (what) => this.note('journal-is-whole', what),
    });
  }

  /** `what`: null where nothing is wrong. */
  note(invariant: string, what: string | null): void {
    if (what !== null) this.broken.push({ invariant, what });
  }

  sees(effect: Effect): void {
    this.watcher.sees(effect);
  }

  /** A process has come to its end. */
  ended(process: SimProcess): void {
    for (const { name, ...invariant } of INVARIANTS)
      if (invariant.at === 'exit') this.note(name, invariant.check(process));
    const isAlone = [...this.#machine.processes.values()].every(({ state }) => state !== 'running');
    if (process.code === 0 && process.args.includes('--flatten')) this.#holds('flat', process);
    if (process.code === 0 && isAlone && this.watcher.writer === process) this.#holds('zero', process);
  }

  /** Nothing happens any more, and `last` has looked for something to do. */
  rests(last: SimProcess): void {
    this.#holds('rest', last);
  }

  #holds(at: 'rest' | 'zero' | 'flat', last: SimProcess): void {
    const rest = this.#rest(last);
    if (rest === null) return;
    for (const { name, ...invariant } of INVARIANTS)
      if (invariant.at === at) this.note(name, invariant.check(rest));
  }

  /** Likewise: the program is asked what there is. */
  async reports(last: SimProcess): Promise<void> {
    const rest = this.#rest(last);
    if (rest === null) return;
    const asked = { ...rest, declared: declaredOn(this.#machine) };
    const told = await this.#ask();
    for (const { name, ...invariant } of INVARIANTS)
      if (invariant.at === 'report') this.note(name, invariant.check(told, asked));
  }

  /** Null where nothing was ever begun. */
  #rest(last: SimProcess): Rest | null {
    const account = this.watcher.account();
    if (account === undefined) return null;
    const file = this.#machine.disk.find(STATE_FILE);
    const stateFile = file?.kind === 'file' ? file.data.toString() : null;
    return { ledger: this.watcher.ledger, account, story: this.#story, stateFile, last };
  }

  async #ask(): Promise<Told> {
    const ask = (question: keyof Told): Promise<SimProcess> =>
      this.#machine.run(command(...QUESTIONS[question]));
    return {
      positions: await ask('positions'),
      orders: await ask('orders'),
      fills: await ask('fills'),
      strategies: await ask('strategies'),
      status: await ask('status'),
    };
  }
}
