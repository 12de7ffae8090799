/** When an execution lock stops others, and when it may be taken over. */
import { describe, expect, test } from 'vitest';
import { viewLock } from '../../src/actions/lock-view.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { ExecutionLock } from '../../src/observed/ledger.ts';
import type { Processes } from '../../src/reconciler/ports.ts';

const MINUTE = 60_000;
const SELF = { pid: 7, started: '70', bootId: 'boot', host: 'here' };
const ACQUIRED = 1_764_000_000_000;

function lockOf(owner: Partial<typeof SELF>): ExecutionLock {
  return {
    fence: 1,
    lockId: 'id',
    holder: 'mp',
    owner: { ...SELF, pid: 8, ...owner },
    acquired: ACQUIRED as Instant,
    expires: (ACQUIRED + 4 * MINUTE) as Instant,
    expiresMonotonic: 10 * MINUTE,
  };
}

interface Row {
  readonly what: string;
  readonly owner?: Partial<typeof SELF>;
  readonly process?: ReturnType<Processes['lookUp']>;
  /** Minutes after the acquisition, by each clock. */
  readonly wall: number;
  readonly monotonic: number;
  readonly view: string;
}

const rows: readonly Row[] = [
  { what: 'a living holder within its time', wall: 3, monotonic: 3, view: 'held' },
  { what: 'a holder that is gone', process: 'gone', wall: 1, monotonic: 1, view: 'LockHolderGone' },
  { what: 'a living holder past its time', wall: 5, monotonic: 5, view: 'LockExpired' },
  { what: 'a holder that nobody can look up', process: 'unknown', wall: 3, monotonic: 3, view: 'held' },
  { what: 'the same, past its time', process: 'unknown', wall: 5, monotonic: 5, view: 'LockExpired' },
  { what: 'AC-158: a wall clock that jumped ahead by an hour', wall: 63, monotonic: 3, view: 'held' },
  { what: 'AC-158: a wall clock that jumped back by an hour', wall: -55, monotonic: 5, view: 'LockExpired' },
  {
    what: 'a holder on another host, within its time',
    owner: { host: 'there', bootId: 'other' },
    process: 'unknown',
    wall: 3.9,
    monotonic: 900,
    view: 'held',
  },
  {
    what: 'a holder on another host, past its time by less than two clocks may differ',
    owner: { host: 'there', bootId: 'other' },
    process: 'unknown',
    wall: 4.1,
    monotonic: 0,
    view: 'held',
  },
  {
    what: 'a holder on another host, well past its time',
    owner: { host: 'there', bootId: 'other' },
    process: 'unknown',
    wall: 4.5,
    monotonic: 0,
    view: 'LockExpired',
  },
  {
    what: 'a holder whose boot nobody knows: its monotonic clock says nothing',
    owner: { bootId: 'unknown' },
    process: 'unknown',
    wall: 3,
    monotonic: 900,
    view: 'held',
  },
];

describe('an execution lock of', () => {
  test.each(rows)('$what: $view', ({ owner, process, wall, monotonic, view }) => {
    const clock = {
      now: () => (ACQUIRED + wall * MINUTE) as Instant,
      monotonic: () => (6 + monotonic) * MINUTE,
      sleep: () => Promise.resolve(),
    };
    const processes = { self: SELF, lookUp: () => process ?? ('alive' as const) };
    const seen = viewLock({ processes, clock }, lockOf(owner ?? {}), null);
    expect(seen.kind === 'stale' ? seen.why : seen.kind).toBe(view);
  });
});
