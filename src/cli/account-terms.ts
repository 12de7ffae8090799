/** What is said of the terms on which an account trades. Pure. */
import { formatPercent, WHOLE, type Ratio } from '../domain/decimal.ts';
import { compareText } from '../domain/names.ts';
import { mayGoShort, type DesiredState, type FixedTarget } from '../desired/desired-state.ts';
import type { AccountTerms, Asset, BrokerAccount } from '../observed/broker-view.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import { mayFollow } from '../reconciler/rules/targets.ts';

/** A symbol, and whether it is held, or wanted, short. */
export interface Exposed {
  readonly symbol: string;
  readonly isShort: boolean;
}

/** A larger part of a position than this is worth a word: it is what regulation T asks for at most symbols. */
const USUAL = 500_000 as Ratio;

/** Each symbol costs a request, once a day. */
export const ASKED_MAX = 20;

/** `buying power 2x equity, no short sales`. */
export function termsText({ multiplier, mayShort }: AccountTerms): string {
  return `buying power ${multiplier / WHOLE}x equity, ${mayShort ? 'short sales possible' : 'no short sales'}`;
}

/** What to do where a strategy that follows its signal may sell short, and the account may not; null where all is well. */
export function shortTrouble({ terms }: BrokerAccount, { strategies }: DesiredState): string | null {
  if (terms?.mayShort !== false) return null;
  const names = strategies
    .filter((strategy) => mayFollow(strategy) && mayGoShort(strategy))
    .map(({ name }) => name);
  if (names.length === 0) return null;
  return `${names.join(', ')} may sell short, and the account may not: it needs margin, and its setting no_shorting off (simulated: 'shorting: {}' in spec.broker); else take 'capital.shorts: allowed' away`;
}

/** `TQQQ 75%`, of each symbol of which more than half must be covered by equity. */
export function demanding(assets: ReadonlyMap<string, Asset>, exposed: readonly Exposed[]): string[] {
  return exposed.flatMap(({ symbol, isShort }) => {
    const requirement = assets.get(symbol)?.marginRequirement?.[isShort ? 'short' : 'long'];
    return requirement === undefined || requirement <= USUAL
      ? []
      : [`${symbol} ${formatPercent(requirement)}`];
  });
}

/** What strategies hold that follow their signals, by symbol. */
export function heldByActive({ strategies }: DesiredState, { books }: Ledger): Exposed[] {
  const lots = strategies.filter(mayFollow).flatMap(({ name }) => [...(books.get(name) ?? [])]);
  return sorted(lots.map(([symbol, { quantity }]) => ({ symbol, isShort: quantity < 0 })));
}

/** What the account holds, whoever owns it, and behind it what fixed targets name besides. */
export function heldOrWanted({ strategies }: DesiredState, { snapshot }: ObservedState): Exposed[] {
  const positions = snapshot.positions.kind === 'ok' ? [...snapshot.positions.data.values()] : [];
  const held = positions.map(({ symbol, quantity }) => ({ symbol, isShort: quantity < 0 }));
  const isHeld = new Set(held.map(({ symbol }) => symbol));
  const targets = strategies.flatMap(({ signal }) => (signal.type === 'fixed' ? signal.targets : []));
  const wanted = targets
    .filter(({ symbol }) => !isHeld.has(symbol))
    .map(({ symbol, size }) => ({ symbol, isShort: isNegative(size) }));
  return [...sorted(held), ...sorted(wanted)];
}

function isNegative(size: FixedTarget['size']): boolean {
  return (size.kind === 'weight' ? size.weight : size.quantity) < 0;
}

function sorted(exposed: readonly Exposed[]): Exposed[] {
  return [...exposed].sort((a, b) => compareText(a.symbol, b.symbol));
}
