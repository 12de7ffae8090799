/** How corporate actions change the ledger. Total: a lot that is not as the event says is left alone. */
import type { CalendarDate } from '../domain/instant.ts';
import type { ActionEvent, AnnouncedSplit } from './action-events.ts';
import type { EventOf } from './events.ts';
import { bookOf, noteOwners } from './fold-trade.ts';
import type { WritableLedger } from './ledger.ts';
import { plain } from './plain.ts';
import type { SlotTarget } from './slot-events.ts';
import { afterSplit, splitTwice, type SplitRatio } from './split.ts';

export function applyActionEvent(ledger: WritableLedger, event: ActionEvent): void {
  if (event.type === 'split-applied') applySplit(ledger, event);
  else changeSymbol(ledger, event);
}

function applySplit(ledger: WritableLedger, event: EventOf<'split-applied'>): void {
  const { symbol, splits, lots, seenPrice, anchor, sessionDate } = event;
  for (const { strategy, from, to } of lots) {
    const book = bookOf(ledger, strategy);
    const lot = plain(book.get(symbol));
    if (lot?.quantity !== from) continue;
    if (to === 0) book.delete(symbol);
    else book.set(symbol, { ...lot, quantity: to });
  }
  settle(ledger, { symbol, seenPrice, anchor });
  const ratio = ratioOf(splits.map((split) => split.ratio));
  if (ratio === null) return;
  const date = splits.at(-1)?.date ?? sessionDate;
  rememberSplit(ledger, { symbol, sessionDate, owners: lots }, { date, ratio });
}

/** Its books have followed it: what targets of before say is of old shares. Nothing where nobody owns the symbol any more. */
export function rememberSplit(
  ledger: WritableLedger,
  affected: Affected,
  { date, ratio }: AnnouncedSplit,
): void {
  const { symbol, sessionDate } = affected;
  const revision = ledger.revision?.digest ?? null;
  ledger.splits.set(symbol, { date, ratio, appliedOn: sessionDate, revision });
  // What a slot of today wants is of before it, as its targets are.
  changeTargets(ledger, affected, (target) => ({
    ...target,
    quantity: afterSplit(target.quantity, ratio),
  }));
  noteOwners(ledger, symbol);
}

/** One behind the other; null of none, and where they cannot be counted. */
function ratioOf(ratios: readonly SplitRatio[]): SplitRatio | null {
  const [first = null, ...rest] = ratios;
  return rest.reduce<SplitRatio | null>(
    (known, next) => (known === null ? null : splitTwice(known, next)),
    first,
  );
}

function changeSymbol(ledger: WritableLedger, event: EventOf<'symbol-changed'>): void {
  const { symbol: from, to, lots, seenPrice, anchor, sessionDate } = event;
  for (const { strategy, quantity } of lots) {
    const book = bookOf(ledger, strategy);
    const lot = plain(book.get(from));
    if (lot?.quantity !== quantity || book.has(to)) continue;
    book.delete(from);
    book.set(to, lot);
  }
  const former = [...(plain(ledger.formerNames.get(from)) ?? []), from];
  const split = plain(ledger.splits.get(from));
  settle(ledger, { symbol: to, seenPrice, anchor });
  ledger.breaks.delete(from);
  ledger.acceptedPrices.delete(from);
  ledger.anchors.set(from, { at: anchor.at, unmanaged: 0 as typeof anchor.unmanaged });
  const shrunkOn = ledger.shrunkOn.get(from);
  if (shrunkOn !== undefined) ledger.shrunkOn.set(to, shrunkOn);
  if (split !== undefined) ledger.splits.set(to, split);
  ledger.formerNames.set(to, former);
  changeTargets(ledger, { sessionDate, owners: lots, symbol: from }, (target) => ({ ...target, symbol: to }));
  noteOwners(ledger, from);
  noteOwners(ledger, to);
}

/** What was in doubt about the symbol is not any more. */
function settle(
  ledger: WritableLedger,
  { symbol, seenPrice, anchor }: Pick<EventOf<'split-applied'>, 'symbol' | 'seenPrice' | 'anchor'>,
): void {
  ledger.breaks.delete(symbol);
  ledger.acceptedPrices.set(symbol, seenPrice);
  ledger.anchors.set(symbol, anchor);
}

interface Affected {
  readonly sessionDate: CalendarDate;
  readonly owners: readonly { readonly strategy: string }[];
  readonly symbol: string;
}

function changeTargets(
  ledger: WritableLedger,
  { sessionDate, owners, symbol }: Affected,
  change: (target: SlotTarget) => SlotTarget,
): void {
  const names = new Set(owners.map(({ strategy }) => strategy));
  for (const [id, run] of [...ledger.slots]) {
    const { slot, strategy, targets, ...rest } = plain(run);
    const isToday = slot.startsWith(`${strategy}/${sessionDate}/`);
    if (!isToday || !names.has(strategy)) continue;
    const changed = targets.map((target) => (target.symbol === symbol ? change(target) : target));
    ledger.slots.set(id, { ...rest, slot, strategy, targets: changed });
  }
}
