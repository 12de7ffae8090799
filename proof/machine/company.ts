/** A company does something with its shares at the broker, of which no execution tells. */
import { renameHolding, type Rename } from '../../src/broker/simulated-rename.ts';
import { splitHolding, type Split } from '../../src/broker/simulated-split.ts';
import type { CorporateChange } from '../../src/broker/simulated-state.ts';
import type { Machine } from './machine.ts';

/** What is held of them is another number, or has another name. Nothing happens before the account was used. */
export function companyActs(machine: Machine, change: Split | Rename): void {
  const [versions] = machine.venue.accounts.values();
  const account = machine.account();
  if (versions === undefined || account === undefined) return;
  const isSplit = 'symbol' in change;
  const next = isSplit ? splitHolding(account, change) : renameHolding(account, change);
  const done: CorporateChange = {
    time: machine.loop.now as CorporateChange['time'],
    ...(isSplit ? { kind: 'split', ...change } : { kind: 'rename', ...change }),
  };
  versions.push({ ...next, changes: [...(account.changes ?? []), done] });
}
