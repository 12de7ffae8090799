/** One look at the world: journal, broker, prices, and who holds the lock. */
import type { DesiredState } from '../desired/desired-state.ts';
import { attribute, type Difference } from '../observed/attribution.ts';
import type { BrokerFill, BrokerPosition, Observed, Quote, Snapshot } from '../observed/broker-view.ts';
import { historyNeededSince } from '../observed/evidence.ts';
import type { ExecutionLock, Ledger } from '../observed/ledger.ts';
import type { LockView, ObservedState, Sighting } from '../observed/observed-state.ts';
import { BrokerUnavailable, type Ports } from '../reconciler/ports.ts';

/** Reads are tried three times, one second apart and then two. */
const READ_BACKOFF = [1_000, 2_000] as const;

export interface LookOptions {
  /** Fence of the execution that looks; null outside executions. */
  readonly ownFence: number | null;
  readonly earlier: Sighting | null;
}

export async function observe(
  ports: Ports,
  desired: DesiredState,
  options: LookOptions,
): Promise<ObservedState> {
  const snapshot = await takeSnapshot(ports);
  // After the broker was asked: what was booked meanwhile is then "settling", never "missing".
  const ledger = ports.journal.refresh();
  return {
    ledger,
    snapshot,
    history: await historyIfMissing(ports, desired, ledger, snapshot),
    quotes: await quotesFor(ports, desired, snapshot),
    lock: viewLock(ports, ledger.lock, options.ownFence),
    earlier: options.earlier,
  };
}

/** What this look saw missing, to compare a second one with. */
export function sightingOf({ ledger, snapshot }: ObservedState, settleWindow: number): Sighting {
  const missing = new Map(
    [...differencesOf(ledger, snapshot, settleWindow)].map(([symbol, difference]) => [
      symbol,
      difference.missing,
    ]),
  );
  return { at: snapshot.takenAt, missing };
}

async function takeSnapshot({ broker, clock }: Ports): Promise<Snapshot> {
  const takenAt = clock.now();
  const [account, positions, openOrders, marketClock] = await Promise.all([
    read(clock, () => broker.account()),
    read(clock, async () => positionsBySymbol(await broker.positions())),
    read(clock, () => broker.openOrders()),
    read(clock, () => broker.clock()),
  ]);
  return { takenAt, account, positions, openOrders, clock: marketClock };
}

/** A list that names a symbol twice is malformed; rows of zero say nothing. */
function positionsBySymbol(rows: readonly BrokerPosition[]): ReadonlyMap<string, BrokerPosition> {
  const positions = new Map<string, BrokerPosition>();
  for (const row of rows) {
    if (row.quantity === 0) continue;
    if (positions.has(row.symbol)) throw new BrokerUnavailable(`the position list names ${row.symbol} twice`);
    positions.set(row.symbol, row);
  }
  return positions;
}

/** The answer, or why there is none after three tries. Anything but an unavailable broker is a bug and goes on up. */
export async function read<Data>(clock: Ports['clock'], ask: () => Promise<Data>): Promise<Observed<Data>> {
  for (let attempt = 0; ; attempt += 1) {
    const asOf = clock.now();
    try {
      return { kind: 'ok', data: await ask(), asOf };
    } catch (error) {
      if (!(error instanceof BrokerUnavailable)) throw error;
      const pause = READ_BACKOFF[attempt];
      if (pause === undefined) return { kind: 'unknown', reason: error.message };
      await clock.sleep(pause);
    }
  }
}

function differencesOf(
  ledger: Ledger,
  snapshot: Snapshot,
  settleWindow: number,
): ReadonlyMap<string, Difference> {
  if (snapshot.positions.kind !== 'ok') return new Map();
  return attribute(ledger, snapshot.positions.data, snapshot.takenAt, settleWindow).differences;
}

async function historyIfMissing(
  { broker, clock }: Ports,
  desired: DesiredState,
  ledger: Ledger,
  snapshot: Snapshot,
): Promise<Observed<readonly BrokerFill[]> | null> {
  const differences = differencesOf(ledger, snapshot, desired.account.execution.settleWindow);
  const symbols = [...differences.values()]
    .filter(({ missing, settling }) => missing !== 0 || settling !== 0)
    .map(({ symbol }) => symbol);
  if (symbols.length === 0) return null;
  const since = historyNeededSince(ledger, symbols);
  return read(clock, () => broker.history(since));
}

async function quotesFor(
  { market, clock }: Ports,
  desired: DesiredState,
  snapshot: Snapshot,
): Promise<ReadonlyMap<string, Quote>> {
  const held = snapshot.positions.kind === 'ok' ? snapshot.positions.data : new Map<string, BrokerPosition>();
  const wanted = new Set<string>();
  for (const { signal } of desired.strategies) {
    if (signal.type !== 'fixed') continue;
    for (const { symbol } of signal.targets) if (!held.has(symbol)) wanted.add(symbol);
  }
  return wanted.size === 0 ? new Map<string, Quote>() : market.quotes([...wanted].sort(), clock.now());
}

/** Whether the recorded lock stops others: its holder's process and the monotonic clock of its boot decide. */
export function viewLock(
  { processes, clock }: Pick<Ports, 'processes' | 'clock'>,
  lock: ExecutionLock | null,
  ownFence: number | null,
): LockView {
  if (lock === null) return { kind: 'free' };
  if (lock.fence === ownFence) return { kind: 'own' };
  const holder = processes.lookUp(lock.owner);
  if (holder === 'gone') return { kind: 'stale', why: 'LockHolderGone' };
  const isSameBoot = lock.owner.bootId === processes.self.bootId;
  const isOver = isSameBoot ? clock.monotonic() >= lock.expiresMonotonic : clock.now() >= lock.expires;
  return isOver ? { kind: 'stale', why: 'LockExpired' } : { kind: 'held' };
}
