/** What is known of each strategy: all that its manifest says, what the journal has kept of it, or its book alone. */
import type { DesiredState, DesiredStrategy } from '../desired/desired-state.ts';
import type { KnownStrategy, Ledger } from '../observed/ledger.ts';
import { isOff } from './rules/orphans.ts';

export type Standing =
  | { readonly kind: 'declared'; readonly strategy: DesiredStrategy }
  /** The manifests on disk are not in force: the last accepted revision declares it, and the journal has this of it. */
  | { readonly kind: 'accepted'; readonly entry: KnownStrategy }
  /** A book without a manifest. */
  | { readonly kind: 'undeclared' };

export interface ManifestsInForce {
  readonly desired: DesiredState;
  /** Why the manifests on disk are not in force; empty where they are. */
  readonly problems: readonly string[];
}

/** Declared strategies in their order, then books without a manifest. */
export function knownStrategies(
  { desired, problems }: ManifestsInForce,
  ledger: Ledger,
): ReadonlyMap<string, Standing> {
  const known = new Map<string, Standing>(
    desired.strategies.map((strategy) => [strategy.name, { kind: 'declared', strategy }]),
  );
  const accepted = problems.length === 0 ? [] : acceptedStrategies(ledger);
  for (const entry of accepted)
    if (!known.has(entry.name)) known.set(entry.name, { kind: 'accepted', entry });
  const owning = [...ledger.books].filter(([, book]) => book.size > 0).map(([name]) => name);
  const undeclared = new Set([...ledger.inventory.keys(), ...owning].filter((name) => !known.has(name)));
  for (const name of [...undeclared].sort()) known.set(name, { kind: 'undeclared' });
  return known;
}

/** In the order of the revision; one that was renamed since is last. */
function acceptedStrategies({ inventory, revision }: Ledger): KnownStrategy[] {
  const order = (revision?.strategies ?? []).map(({ name }) => name);
  const place = ({ name }: KnownStrategy): number =>
    order.includes(name) ? order.indexOf(name) : order.length;
  return [...inventory.values()]
    .filter(({ absent }) => absent === undefined)
    .sort((a, b) => place(a) - place(b));
}

/**
 * Whether a strategy is switched off. Of an accepted one the journal does not tell `enabled: false` from a shutdown that
 * was requested: neither follows targets.
 */
export function isSwitchedOff(standing: Standing, { drains }: Ledger): boolean {
  switch (standing.kind) {
    case 'declared':
      return isOff(standing.strategy);
    case 'accepted': {
      const { name, lifecycle, follows } = standing.entry;
      return drains.has(name) || (lifecycle === 'active' && follows === false);
    }
    case 'undeclared':
      return false;
  }
}
