/** Real journals in temporary folders. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Money, Price, Quantity } from '../../../src/domain/decimal.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import type { JournalEvent, ProcessIdentity } from '../../../src/observed/events.ts';
import { fixedClock } from '../../../src/store/clocks.ts';
import type { JournalFiles } from '../../../src/store/journal.ts';
import { openJournal, type OpenJournal } from '../../../src/store/journal.ts';
import { TEST_ACCOUNT } from '../../support/account.ts';

export const NOW = 1_764_709_200_123 as Instant;
const SELF: ProcessIdentity = { pid: 7, started: '1', bootId: 'boot', host: 'here' };

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A journal that is closed when the test ends. */
export function journalIn(folder: string, files?: JournalFiles): OpenJournal {
  const journal = openJournal({ folder, run: 'run', clock: fixedClock(NOW), self: SELF }, files);
  onTestFinished(() => journal.close());
  return journal;
}

/** An operator's event: it carries no fence. */
export function accepted(digest: string): JournalEvent {
  return {
    type: 'revision-accepted',
    digest,
    strategies: [{ name: 'core', lifecycle: 'active', schedule: [] }],
    account: { file: 'account.yaml', name: 'paper', settings: TEST_ACCOUNT },
  };
}

/** A short history with a lock, an order in two fills and text beyond ASCII. */
export const HISTORY: readonly JournalEvent[] = [
  { type: 'genesis', accountId: 'SIM-1', environment: 'simulated', broker: 'simulated' },
  {
    type: 'books-opened',
    source: 'empty',
    lots: [],
    lastExecution: [],
    historySince: NOW,
    unmanaged: [{ symbol: 'AAPL', quantity: 3_000_000_000 as Quantity }],
  },
  accepted('Überblick 概要 😀'),
  {
    type: 'lock-acquired',
    fence: 1,
    lockId: 'lock-1',
    holder: 'core',
    owner: SELF,
    acquired: NOW,
    expires: NOW,
    expiresMonotonic: 240_000,
  },
  {
    type: 'intent',
    clientOrderId: 'hg-core-20251202-pass-a',
    fence: 1,
    strategy: 'core',
    symbol: 'VTI',
    side: 'buy',
    quantity: 5_000_000_000 as Quantity,
    purpose: 'open',
    reason: 'NewTarget',
    estimate: 300_000_000 as Price,
    sessionDate: '2025-12-02',
    key: 'core|VTI|buy',
  },
  { type: 'order-created', fence: 1, clientOrderId: 'hg-core-20251202-pass-a', brokerOrderId: 'b-1' },
  fillOf(2),
  fillOf(3),
  { type: 'order-ended', fence: 1, clientOrderId: 'hg-core-20251202-pass-a', status: 'filled', detail: '' },
  { type: 'execution-ended', fence: 1, strategy: 'core', at: NOW },
  { type: 'lock-released', fence: 1 },
  accepted('second'),
];

function fillOf(shares: number): JournalEvent {
  return {
    type: 'fill',
    fence: 1,
    clientOrderId: 'hg-core-20251202-pass-a',
    brokerOrderId: 'b-1',
    quantity: (shares * 1e9) as Quantity,
    value: (shares * 300e6) as Money,
    cumulative: 5_000_000_000 as Quantity,
    averagePrice: 300_000_000 as Price,
    at: NOW,
    reportedAt: NOW,
  };
}

/** Commits a whole history, and fails the test where one event is lost. */
export function commitAll(journal: OpenJournal, events: readonly JournalEvent[] = HISTORY): void {
  journal.refresh();
  for (const event of events) {
    if (journal.commit(event).kind !== 'committed') throw new Error(`lost: ${event.type}`);
  }
}
