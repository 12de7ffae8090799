/** What a durable commit costs, beside the bare append and fdatasync that it cannot do without. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHARE, type Money, type Price } from '../src/domain/decimal.ts';
import type { Instant } from '../src/domain/instant.ts';
import type { JournalEvent, ProcessIdentity } from '../src/observed/events.ts';
import { systemClock } from '../src/store/clocks.ts';
import { openJournal, type OpenJournal } from '../src/store/journal.ts';

const ROUNDS = 300;
const BARE_BYTES = 300;
const NOW = 1_764_709_200_000 as Instant;
const SELF: ProcessIdentity = { pid: 1, started: '1', bootId: 'bench', host: 'bench' };

export interface CommitCost {
  /** p50 in ms of committing one fill. */
  readonly commit: number;
  /** p50 in ms of a bare append and fdatasync, taken in turns with the commits. */
  readonly bare: number;
}

/** One fill, on books with so many positions. */
export function benchCommit(positions: number): CommitCost {
  return inFolder((folder) => {
    const journal = journalWith(folder, positions);
    commit(journal, lock(1));
    const bare = openSync(join(folder, 'bare'), 'a');
    const costs = Array.from({ length: ROUNDS }, (_, n) => {
      const clientOrderId = `hg-s0-20251202-bench-${n}`;
      commit(journal, intent(clientOrderId));
      const cost = {
        commit: timed(() => commit(journal, fill(clientOrderId))),
        bare: timed(() => appendBare(bare)),
      };
      commit(journal, { type: 'order-ended', fence: 1, clientOrderId, status: 'filled', detail: '' });
      return cost;
    });
    closeSync(bare);
    journal.close();
    return { commit: median(costs.map((cost) => cost.commit)), bare: median(costs.map((cost) => cost.bare)) };
  });
}

/** p50 in ms of taking and releasing the execution lock, both durable, on books with so many positions. */
export function benchLockCycle(positions: number): number {
  return inFolder((folder) => {
    const journal = journalWith(folder, positions);
    const costs = Array.from({ length: ROUNDS }, (_, n) =>
      timed(() => {
        commit(journal, lock(n + 1));
        commit(journal, { type: 'lock-released', fence: n + 1 });
      }),
    );
    journal.close();
    return median(costs);
  });
}

function inFolder<Result>(measure: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-bench-'));
  try {
    return measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Books of ten strategies. */
function journalWith(folder: string, positions: number): OpenJournal {
  const journal = openJournal({
    folder: join(folder, 'journal'),
    run: 'bench',
    clock: systemClock(),
    self: SELF,
  });
  const lots = Array.from({ length: positions }, (_, n) => ({
    strategy: `s${n % 10}`,
    symbol: `S${n}`,
    quantity: SHARE,
    cost: 100_000_000 as Money,
    since: NOW,
    orderId: null,
  }));
  const opened = { source: 'state-file', lastExecution: [], historySince: NOW, unmanaged: [] } as const;
  commit(journal, { type: 'genesis', accountId: 'SIM', environment: 'simulated', broker: 'simulated' });
  commit(journal, { type: 'books-opened', ...opened, lots });
  return journal;
}

function commit(journal: OpenJournal, event: JournalEvent): void {
  if (journal.commit(event).kind === 'lost')
    throw new Error('somebody else writes to the journal of the benchmark');
}

function appendBare(fd: number): void {
  writeSync(fd, Buffer.alloc(BARE_BYTES, 'x'));
  fdatasyncSync(fd);
}

function timed(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function lock(fence: number): JournalEvent {
  const times = { acquired: NOW, expires: NOW, expiresMonotonic: 0 };
  return { type: 'lock-acquired', fence, lockId: 'bench', holder: 's0', owner: SELF, ...times };
}

function intent(clientOrderId: string): JournalEvent {
  return {
    type: 'intent',
    clientOrderId,
    fence: 1,
    strategy: 's0',
    symbol: 'S0',
    side: 'buy',
    quantity: SHARE,
    purpose: 'increase',
    reason: 'TargetRaised',
    estimate: 100_000_000 as Price,
    sessionDate: '2025-12-02',
    key: clientOrderId,
  };
}

function fill(clientOrderId: string): JournalEvent {
  return {
    type: 'fill',
    fence: 1,
    clientOrderId,
    brokerOrderId: 'b',
    quantity: SHARE,
    value: 100_000_000 as Money,
    cumulative: SHARE,
    averagePrice: 100_000_000 as Price,
    at: NOW,
    reportedAt: NOW,
  };
}
