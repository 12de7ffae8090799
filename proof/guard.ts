/** Holds everything that happens on a machine against the invariants, as it happens. */
import type { Broken } from './part.ts';
import { INVARIANTS, type Story } from './invariants.ts';
import type { Effect } from './machine/effects.ts';
import type { Machine } from './machine/machine.ts';
import type { SimProcess } from './machine/process.ts';
import { JOURNAL, STATE_FILE } from './machine/trader.ts';
import { Watcher } from './machine/watcher.ts';
import { ORDER_ID_PREFIX } from '../src/reconciler/rules/orders-in-flight.ts';

/** Left out: nothing is short, and there are no windows. */
type Wanted = Pick<Story, 'mostWanted'> & Partial<Pick<Story, 'leastWanted' | 'windowOf' | 'limits'>>;

export class Guard {
  readonly broken: Broken[] = [];
  readonly watcher: Watcher;
  readonly #machine: Machine;
  readonly #story: Story;

  /** `wanted`: what the story says; its maps may grow. */
  constructor(
    machine: Machine,
    { mostWanted, leastWanted = new Map(), windowOf = () => null, limits }: Wanted,
  ) {
    this.#machine = machine;
    this.#story = {
      ...(limits && { limits }),
      mostWanted,
      leastWanted,
      windowOf,
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
  }

  /** Nothing happens any more, and `last` has looked for something to do. */
  rests(last: SimProcess): void {
    const account = this.watcher.account();
    if (account === undefined) return;
    const file = this.#machine.disk.find(STATE_FILE);
    const stateFile = file?.kind === 'file' ? file.data.toString() : null;
    const rest = { ledger: this.watcher.ledger, account, story: this.#story, stateFile, last };
    for (const { name, ...invariant } of INVARIANTS)
      if (invariant.at === 'rest') this.note(name, invariant.check(rest));
  }
}
