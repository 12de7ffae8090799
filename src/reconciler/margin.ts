/** What entries take of buying power, as far as the broker has said what must be covered by equity. */
import { formatPercent, mulDiv, WHOLE, type Money, type Ratio } from '../domain/decimal.ts';
import { marginFactor } from '../domain/margin.ts';
import type { MarginRequirement } from '../observed/broker-view.ts';
import type { ObservedState } from '../observed/observed-state.ts';

export interface Margins {
  readonly multiplier: Ratio;
  /** By symbol, of those that were asked for. */
  readonly requirements: ReadonlyMap<string, MarginRequirement>;
}

const NOTHING_SAID: ReadonlyMap<string, MarginRequirement> = new Map();

/** Without terms, or without margin, every entry takes its value. */
export function marginsOf({ snapshot, margins }: Pick<ObservedState, 'snapshot' | 'margins'>): Margins {
  const { account } = snapshot;
  const multiplier = account.kind === 'ok' ? (account.data.terms?.multiplier ?? WHOLE) : WHOLE;
  return { multiplier, requirements: margins ?? NOTHING_SAID };
}

interface Entry {
  readonly symbol: string;
  readonly value: Money;
  /** Signed: what is held after it. */
  readonly to: number;
}

/** What an entry takes of buying power. What nobody knows takes its value: the broker's refusal is definite. */
export function takenBy(margins: Margins, entry: Entry): Money {
  const requirement = requirementOf(margins, entry);
  if (requirement === undefined) return entry.value;
  return mulDiv(entry.value, marginFactor(requirement, margins.multiplier), WHOLE) as Money;
}

/** Why it takes more than its value, to put behind what it needs; empty where it does not. */
export function whyMore(margins: Margins, entry: Entry): string {
  const requirement = requirementOf(margins, entry);
  if (requirement === undefined) return '';
  const factor = marginFactor(requirement, margins.multiplier);
  if (factor === WHOLE) return '';
  return ` (${factor / WHOLE} times its value: margin requirement ${formatPercent(requirement)})`;
}

function requirementOf({ requirements }: Margins, { symbol, to }: Entry): Ratio | undefined {
  return requirements.get(symbol)?.[to < 0 ? 'short' : 'long'];
}
