/** Holds each record, each order, and each state of the small world against the invariants of the whole campaign, and against its own. */
import type { Broken } from '../part.ts';
import type { SimulatedState } from '../../src/broker/simulated-state.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import type { OrderRequest } from '../../src/reconciler/ports.ts';
import { INVARIANTS } from '../invariants/all.ts';
import type { Story, Verdict } from '../invariants/invariant.ts';
import { SMALL_INVARIANTS } from '../invariants/small-world.ts';
import type { Taken } from '../machine/watcher.ts';
import { isExpected, type Recorder } from './pass.ts';
import { heldBy, wantedOf } from './shares.ts';
import { accountNow, nowOf, type World } from './world.ts';

/** Told of what a pass does. */
export interface Watch {
  readonly written: (run: Recorder, change: RecordWritten) => void;
  readonly sent: (run: Recorder, sent: Sent) => void;
  readonly exit: (error: unknown) => void;
}

export interface RecordWritten {
  readonly record: JournalRecord;
  readonly before: Ledger;
  readonly after: Ledger;
}

export interface Sent {
  readonly request: OrderRequest;
  /** The account just before. */
  readonly before: SimulatedState;
  readonly isTaken: boolean;
}

/** Collects what does not hold. */
export function watchFor(broken: Broken[]): Watch {
  const note = (invariant: string, what: Verdict): void => {
    if (what !== null) broken.push({ invariant, what });
  };
  return {
    written: (run, change) => {
      // Its records tell of no run, and of what others have done, and of books, it knows what the ledger does.
      const written = {
        ...change,
        account: accountNow(run.world),
        wall: change.record.time,
        lockedBy: null,
        reduced: change.before.shrunkOn,
        owned: null,
      };
      const story = storyOf(run, written.account, null);
      for (const invariant of INVARIANTS)
        if (invariant.at === 'record') note(invariant.name, invariant.check(written, story));
      for (const invariant of SMALL_INVARIANTS)
        if (invariant.at === 'record') note(invariant.name, invariant.check(run, written));
    },
    sent: (run, sent) => {
      const account = run.world.account;
      const order = account.orders.at(-1);
      if (!sent.isTaken || order === undefined) return;
      const { ledger, elapsed } = run.world;
      const taken: Taken = {
        order,
        account,
        ledger,
        durable: ledger.seq,
        monotonic: elapsed,
        wall: nowOf(run.world),
        lookedBefore: null,
      };
      const story = storyOf(run, sent.before, order.symbol);
      for (const invariant of INVARIANTS)
        if (invariant.at === 'order' && !(UNGUARDED.has(invariant.name) && wasInTheRequest(run)))
          note(invariant.name, invariant.check(taken, story));
      for (const invariant of SMALL_INVARIANTS)
        if (invariant.at === 'order' && !(UNGUARDED.has(invariant.name) && wasInTheRequest(run)))
          note(invariant.name, invariant.check(run, sent, order));
    },
    exit: (error) => {
      if (!isExpected(error))
        note('pass-ends-in-order', error instanceof Error ? (error.stack ?? error.message) : String(error));
    },
  };
}

/** What holds of a state, whoever is in the middle of what. */
export function checkState(world: World): Broken[] {
  const broken: Broken[] = [];
  for (const invariant of SMALL_INVARIANTS) {
    const what = invariant.at === 'state' ? invariant.check(world) : null;
    if (what !== null) broken.push({ invariant: invariant.name, what });
  }
  return broken;
}

const UNGUARDED: ReadonlySet<string> = new Set(['sent-under-the-lock', 'by-the-newest-manifests']);

/** Stopped between the last look at the clock and the request, which nothing can guard: the broker's memory of ids must. */
function wasInTheRequest({ resumesAt, answers }: Recorder): boolean {
  return resumesAt > 0 && answers.length === resumesAt;
}

/** What is wanted, and where more than that is held already, what is held. */
function storyOf({ desired, pid, world }: Recorder, before: SimulatedState, symbol: string | null): Story {
  const mostWanted = new Map<string, number>();
  if (symbol !== null)
    mostWanted.set(symbol, Math.max(wantedOf(desired.strategies, symbol), heldBy(before, symbol)));
  return {
    mostWanted,
    leastWanted: new Map(),
    windowOf: () => null,
    isExchange: false,
    isAlive: (identity) => identity.pid === pid || identity.pid === world.paused?.pid,
  };
}
