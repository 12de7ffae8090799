/** The execution lock, seen without trying to take it. */
import { formatInstant } from '../../domain/instant.ts';
import type { ObservedState } from '../../observed/observed-state.ts';
import type { Column } from '../output/formats.ts';

export interface LockItem {
  readonly name: 'execution';
  readonly lockId: string;
  readonly holder: string;
  readonly fence: number;
  readonly owner: { readonly pid: number; readonly host: string };
  readonly acquired: string;
  readonly expires: string;
  readonly state: 'held' | 'stale';
}

/** Empty while the lock is free. */
export function lockItems({ ledger, lock: view }: ObservedState): LockItem[] {
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
  { header: 'LOCK-ID', value: ({ lockId }) => lockId },
  { header: 'HOLDER', value: ({ holder }) => holder },
  { header: 'STATE', value: ({ state }) => state },
  { header: 'PID', align: 'right', value: ({ owner }) => String(owner.pid) },
  { header: 'FENCE', align: 'right', value: ({ fence }) => String(fence) },
  { header: 'ACQUIRED', value: ({ acquired }) => acquired },
  { header: 'EXPIRES', value: ({ expires }) => expires },
];

export const LOCK_WIDE: readonly Column<LockItem>[] = [{ header: 'HOST', value: ({ owner }) => owner.host }];
