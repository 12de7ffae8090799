/** Takes over what somebody wrote into the state file: as the books from now on, without a trade. */
import { averageOf, NO_QUANTITY, subtract, type Quantity } from '../domain/decimal.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { OpeningLot } from '../observed/events.ts';
import { lotOf, type Ledger } from '../observed/ledger.ts';
import type { Ports } from '../reconciler/ports.ts';
import { refuseInDoubt } from './adopt.ts';
import { changedMeanwhile, commitDecision, viewSymbol } from './operator.ts';

/** The lots that differ from the books; a quantity of zero for those that the file no longer has. */
export function changedLots(ledger: Ledger, written: readonly OpeningLot[]): OpeningLot[] {
  const named = new Set(written.map(({ strategy, symbol }) => `${strategy}/${symbol}`));
  const gone = [...ledger.books].flatMap(([strategy, book]) =>
    [...book]
      .filter(([symbol]) => !named.has(`${strategy}/${symbol}`))
      .map(([symbol, lot]): OpeningLot => ({ ...lot, strategy, symbol, quantity: NO_QUANTITY })),
  );
  return [...written.filter((lot) => isChanged(ledger, lot)), ...gone];
}

/** The file shows prices to the cent of a share and times to the second: only what a person can have meant counts. */
function isChanged(ledger: Ledger, { strategy, symbol, quantity, cost }: OpeningLot): boolean {
  const lot = lotOf(ledger, strategy, symbol);
  if (lot?.quantity !== quantity) return true;
  return Math.abs(averageOf(cost, quantity) - averageOf(lot.cost, quantity)) > 1;
}

/** Whatever then differs from the broker is judged by the next pass, like any difference. */
export async function acceptLots(
  ports: Ports,
  desired: DesiredState,
  { lots, reason }: { readonly lots: readonly OpeningLot[]; readonly reason: string },
): Promise<Ledger> {
  const symbols = [...new Set(lots.map(({ symbol }) => symbol))];
  const { books } = ports.journal.ledger();
  const views = await Promise.all(
    symbols.map(async (symbol) => ({ symbol, view: await viewSymbol(ports, desired, symbol) })),
  );
  const anchors = views.map(({ symbol, view }) => {
    const after = bookedAfter(ports.journal.ledger(), lots, symbol);
    return { symbol, anchor: view.anchor(subtract(view.position?.quantity ?? NO_QUANTITY, after)) };
  });
  return commitDecision(ports, (current) => {
    for (const symbol of symbols) refuseInDoubt(current, symbol);
    if (current.books !== books) throw changedMeanwhile();
    return { type: 'lots-set', reason, lots, anchors };
  });
}

function bookedAfter({ books }: Ledger, lots: readonly OpeningLot[], symbol: string): Quantity {
  const set = new Map(lots.filter((lot) => lot.symbol === symbol).map((lot) => [lot.strategy, lot.quantity]));
  const kept = [...books]
    .filter(([strategy]) => !set.has(strategy))
    .map(([, book]) => book.get(symbol)?.quantity ?? 0);
  return [...set.values(), ...kept].reduce<number>((sum, quantity) => sum + quantity, 0) as Quantity;
}
