/** Turning a strategy off, so that it stays off: the journal says so first, then everything else follows. */
import { SECOND } from '../domain/instant.ts';
import { HgctlError } from '../domain/errors.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { Ports } from '../reconciler/ports.ts';
import type { ShutdownAction } from '../reconciler/plan-types.ts';
import { commitDecision } from './operator.ts';
import type { Outcome } from './outcome.ts';

/** How long a running execution is waited for (rule 6 of the seed). */
const SHUTDOWN_WAIT = 60 * SECOND;
const POLL = 250;

/**
 * `disable` ends with `enable` only. `close-orphaned` ends by itself, and leaves a shutdown from before, or one that
 * somebody requests meanwhile, as it is.
 */
export type ShutdownCommand = 'disable' | 'close-orphaned';

export interface Shutdown {
  readonly strategy: string;
  /** Whether its positions are sold. */
  readonly close: boolean;
  readonly by: string;
  readonly command: ShutdownCommand;
}

/** Commits the drain: from here on no order of the strategy goes out but those that close it, whoever executes. */
export function requestShutdown(ports: Ports, { strategy, close, by, command }: Shutdown): Ledger {
  return commitDecision(ports, ({ drains }) => {
    const before = drains.get(strategy);
    const endsItself = command === 'close-orphaned' && (before === undefined || before.ends === 'when-done');
    return { type: 'drain-requested', strategy, close, by, ...(endsItself ? { ends: 'when-done' } : {}) };
  });
}

/** True once no execution of the strategy runs; false when one still runs after 60 s. */
export async function waitForExecution(
  ports: Ports,
  strategy: string,
  isHeld: () => boolean,
): Promise<boolean> {
  const until = ports.clock.monotonic() + SHUTDOWN_WAIT;
  for (;;) {
    const { lock } = ports.journal.refresh();
    if (lock?.holder !== strategy || !isHeld()) return true;
    if (ports.clock.monotonic() >= until || ports.stop.requested()) return false;
    await ports.clock.sleep(POLL);
  }
}

/**
 * Ends a drain when nothing is left to try: what could not be closed stays behind as orphaned positions. A drain that
 * did not get its turn (closed market, lost lock, doubt) stays, and the next execution goes on with it.
 */
export async function completeShutdown(
  ports: Ports,
  action: ShutdownAction,
  outcomes: readonly Outcome[],
): Promise<Outcome> {
  const { strategy } = action;
  const ledger = ports.journal.refresh();
  const drain = ledger.drains.get(strategy);
  if (drain?.state !== 'pending') return { kind: 'done', action };
  const leftovers = symbolsOf(ledger, strategy);
  // A sale that our own stop has cut short is no answer of the broker.
  const isStopped = ports.stop.requested();
  const untried = drain.close
    ? leftovers.filter((symbol) => isStopped || !isTried(outcomes, strategy, symbol))
    : [];
  const isOrdered = [...ledger.openOrders.values()].some(({ intent }) => intent.strategy === strategy);
  if (untried.length > 0 || (drain.close && isOrdered)) {
    const detail = `${untried.join(', ') || 'an order'} of ${strategy} is not closed yet: the next execution goes on`;
    return { kind: 'not-started', action, code: 'ShutdownPending', detail };
  }
  const trouble = await switchedOff(ports, strategy);
  const after = commitDecision(ports, (now) => {
    // Somebody may have asked for more while the file was written.
    const current = now.drains.get(strategy);
    if (current?.state !== 'pending' || current.close !== drain.close) return null;
    return { type: 'drain-completed', strategy, leftovers: symbolsOf(now, strategy) };
  });
  if (after.drains.get(strategy)?.state === 'pending') {
    const detail = `${strategy} was shut down once more meanwhile: the next execution goes on`;
    return { kind: 'not-started', action, code: 'ShutdownPending', detail };
  }
  if (trouble === null) return { kind: 'done', action };
  return { kind: 'skipped', action, code: 'ToggleNotWritten', detail: trouble };
}

function symbolsOf(ledger: Ledger, strategy: string): string[] {
  return [...(ledger.books.get(strategy)?.keys() ?? [])].sort();
}

/** An order of this pass has had its final answer, and it was not enough. */
function isTried(outcomes: readonly Outcome[], strategy: string, symbol: string): boolean {
  return outcomes.some(
    ({ kind, action }) => kind === 'failed' && action.strategy === strategy && action.symbol === symbol,
  );
}

/** The journal keeps the strategy off, also where the file cannot be written. */
async function switchedOff(ports: Ports, strategy: string): Promise<string | null> {
  try {
    await ports.switchToggle(strategy, { enabled: false, shutdownRequested: false });
    return null;
  } catch (error) {
    if (error instanceof HgctlError) return error.message;
    throw error;
  }
}
