/** What a durable commit costs, beside the bare append and fdatasync that it cannot do without. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHARE, type Money, type Price } from '../src/domain/decimal.ts';
import type { Instant } from '../src/domain/instant.ts';
import type { EventOf, JournalEvent, ProcessIdentity } from '../src/observed/events.ts';
import type { Clock } from '../src/reconciler/ports.ts';
import { nextSessionAfter, sessionAtOrAfter } from '../src/domain/calendar.ts';
import { fixedClock, systemClock } from '../src/store/clocks.ts';
import { lastSegment } from '../src/store/journal-file.ts';
import { openJournal, type OpenJournal } from '../src/store/journal.ts';

const ROUNDS = 300;
const BARE_BYTES = 300;
const SESSIONS = 252;
const ORDERS_A_DAY = 10;
const STARTS = 15;
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

export interface StartCost {
  /** p50 in ms of opening and reading the journal of one trading day. */
  readonly day: number;
  /** The same of a year of such days: one segment a session. */
  readonly year: number;
  /** p50 in ms of reading all of that year. */
  readonly whole: number;
  readonly segments: number;
}

/** What a start pays for the age of its journal. */
export function benchStart(positions: number): StartCost {
  return inFolder((folder) => {
    const day = tradedDays(join(folder, 'day'), positions, 1);
    const year = tradedDays(join(folder, 'year'), positions, SESSIONS);
    const costs = Array.from({ length: STARTS }, () => ({
      day: timed(() => {
        started(day.folder, day.end);
      }),
      year: timed(() => {
        started(year.folder, year.end);
      }),
    }));
    const whole = Array.from({ length: 3 }, () =>
      timed(() => {
        openedAt(year.folder, year.end, (journal) => journal.whole());
      }),
    );
    return {
      day: median(costs.map((cost) => cost.day)),
      year: median(costs.map((cost) => cost.year)),
      whole: median(whole),
      segments: lastSegment(year.folder),
    };
  });
}

function started(folder: string, now: Instant): void {
  openedAt(folder, now, () => undefined);
}

function openedAt(folder: string, now: Instant, use: (journal: OpenJournal) => unknown): void {
  const journal = openJournal({ folder, run: 'bench', clock: fixedClock(now), self: SELF });
  journal.refresh();
  use(journal);
  journal.close();
}

/** A journal of so many sessions, with some orders in each of them. */
function tradedDays(
  folder: string,
  positions: number,
  sessions: number,
): { readonly folder: string; readonly end: Instant } {
  let session = sessionAtOrAfter(NOW);
  let now = session.open;
  const clock = { ...systemClock(), now: () => now };
  const journal = journalWith(folder, positions, clock);
  for (let day = 1; day <= sessions; day += 1) {
    now = session.open;
    commit(journal, lock(day));
    for (let n = 0; n < ORDERS_A_DAY; n += 1) {
      const order = { clientOrderId: `hg-s0-${session.date}-bench-${n}`, fence: day };
      commit(journal, { ...intent(order.clientOrderId), fence: day, sessionDate: session.date });
      commit(journal, { ...fill(order.clientOrderId), fence: day });
      commit(journal, { type: 'order-ended', ...order, status: 'filled', detail: '' });
    }
    commit(journal, { type: 'lock-released', fence: day });
    session = nextSessionAfter(session.date);
  }
  journal.close();
  return { folder: join(folder, 'journal'), end: now };
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
function journalWith(folder: string, positions: number, clock: Clock = systemClock()): OpenJournal {
  const journal = openJournal({
    folder: join(folder, 'journal'),
    run: 'bench',
    clock,
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

function intent(clientOrderId: string): EventOf<'intent'> {
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

function fill(clientOrderId: string): EventOf<'fill'> {
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
