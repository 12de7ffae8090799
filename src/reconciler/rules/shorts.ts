/**
 * Nothing is sold short but by strategies that may go short, and of what the broker says can be borrowed now. A broker that
 * says nothing of a symbol says no; one that does not answer says nothing, and may in a minute. What buys back is no business
 * of these rules.
 */
import { mayGoShort } from '../../desired/desired-state.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import type { OrderAction } from '../plan-types.ts';

/** Before money, so that what cannot be borrowed takes none. */
export function keepShortable(facts: PlanFacts, draft: PlanDraft): void {
  const allowed = draft.entries.filter((entry) => {
    const why = isShort(entry) ? whyNot(facts, entry) : null;
    if (why !== null) hold(draft, entry, why.reason, why.detail);
    return why === null;
  });
  draft.entries.splice(0, draft.entries.length, ...allowed);
  if (facts.input.observed.assets === null)
    draft.toBorrow = allowed.filter(isShort).map(({ symbol }) => symbol);
}

/** Behind everything else: only a plan that comes down to it makes somebody ask the broker. */
export function holdUnasked(_: PlanFacts, draft: PlanDraft): void {
  const unasked = new Set(draft.toBorrow);
  const waiting = draft.entries.filter((entry) => isShort(entry) && unasked.has(entry.symbol));
  if (waiting.length === 0) {
    draft.toBorrow = [];
    return;
  }
  for (const entry of waiting)
    hold(draft, entry, 'BorrowUnknown', `the broker was not asked whether ${entry.symbol} can be sold short`);
  const others = draft.entries.filter((entry) => !waiting.includes(entry));
  draft.entries.splice(0, draft.entries.length, ...others);
}

function isShort({ to }: OrderAction): boolean {
  return to < 0;
}

interface Doubt {
  readonly reason: 'NotShortable' | 'BorrowUnknown';
  readonly detail: string;
}

function whyNot({ input, strategies }: PlanFacts, { strategy, symbol }: OrderAction): Doubt | null {
  const declared = strategies.get(strategy);
  if (declared === undefined || !mayGoShort(declared))
    return no(`${symbol} would be sold short; 'capital.shorts: allowed' lets ${strategy} do so`);
  const { assets } = input.observed;
  if (assets === null) return null;
  if (assets.kind === 'unknown') {
    const detail = `whether ${symbol} can be sold short is not known: ${assets.reason}`;
    return { reason: 'BorrowUnknown', detail };
  }
  const asset = assets.data.get(symbol);
  if (asset === undefined) return no(`the broker says nothing of ${symbol}`);
  return asset.notShortable === null ? null : no(asset.notShortable);
}

function no(detail: string): Doubt {
  return { reason: 'NotShortable', detail };
}
