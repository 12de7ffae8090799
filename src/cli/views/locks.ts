/** The execution lock, seen without trying to take it. */
import { formatInstant } from '../../domain/instant.ts';
import type { ForeignLock } from '../prepare.ts';
import type { ObservedState } from '../../observed/observed-state.ts';
import type { Column } from '../output/formats.ts';

export interface LockItem {
  /** `state-file`: another program's, which the journal does not know. */
  readonly name: 'execution' | 'state-file';
  readonly lockId: string | null;
  readonly holder: string;
  readonly fence: number | null;
  readonly owner: { readonly pid: number; readonly host: string } | null;
  /** Null where another program did not say. */
  readonly acquired: string | null;
  readonly expires: string;
  readonly state: 'held' | 'stale';
}

/** Empty while the lock is free and nobody else's is seen. */
export function lockItems(observed: ObservedState, foreign: ForeignLock | null): LockItem[] {
  return [...ownItems(observed), ...foreignItems(foreign)];
}

function foreignItems(lock: ForeignLock | null): LockItem[] {
  if (lock === null) return [];
  const { holder, acquired, expires } = lock;
  const times = {
    acquired: acquired === undefined || acquired === null ? null : formatInstant(acquired),
    expires: formatInstant(expires),
  };
  return [{ name: 'state-file', lockId: null, holder, fence: null, owner: null, ...times, state: 'held' }];
}

function ownItems({ ledger, lock: view }: ObservedState): LockItem[] {
  const { lock } = ledger;
  if (lock === null) return [];
  return [
    {
      name: 'execution',
      lockId: lock.lockId,
      holder: lock.holder,
      fence: lock.fence,
      owner: { pid: lock.owner.pid, host: lock.owner.host },
      acquired: formatInstant(lock.acquired),
      expires: formatInstant(lock.expires),
      state: view.kind === 'stale' ? 'stale' : 'held',
    },
  ];
}

export const LOCK_COLUMNS: readonly Column<LockItem>[] = [
  { header: 'NAME', value: ({ name }) => name },
  { header: 'LOCK-ID', value: ({ lockId }) => lockId ?? '-' },
  { header: 'HOLDER', value: ({ holder }) => holder },
  { header: 'STATE', value: ({ state }) => state },
  { header: 'PID', align: 'right', value: ({ owner }) => String(owner?.pid ?? '-') },
  { header: 'FENCE', align: 'right', value: ({ fence }) => String(fence ?? '-') },
  { header: 'ACQUIRED', value: ({ acquired }) => acquired ?? '-' },
  { header: 'EXPIRES', value: ({ expires }) => expires },
];

export const LOCK_WIDE: readonly Column<LockItem>[] = [
  { header: 'HOST', value: ({ owner }) => owner?.host ?? '-' },
];
