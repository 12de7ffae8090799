/** Sells what a strategy that was shut down still owns, and says position by position what became of it. */
import type { Lot } from '../../observed/book.ts';
import type { Ledger, LedgerOrder } from '../../observed/ledger.ts';
import type { Outcome } from '../../actions/outcome.ts';
import { formatQuantity, NO_QUANTITY } from '../../domain/decimal.ts';
import { EXIT, strongestExit, type ExitCode } from '../../domain/errors.ts';
import { isOrder, type Hold, type OrderAction, type Plan } from '../../reconciler/plan-types.ts';
import { carryOutDrains } from '../../reconciler/reconcile.ts';
import { knownStrategies } from '../../reconciler/standing.ts';
import type { World } from '../compose.ts';
import type { Io } from '../io.ts';
import { printable } from '../output/printable.ts';
import { passOf } from '../prepare.ts';
import { stopExits } from '../stop-exits.ts';
import { outcomeExit } from './apply.ts';
import { unknownStrategy } from '../known-names.ts';
import { holdExits } from './plan.ts';

type Book = ReadonlyMap<string, Lot>;

/** Exit 6 for a strategy that no manifest, no book and no accepted revision knows. */
export function requireKnown(world: World, name: string): void {
  const ledger = world.ports.journal.ledger();
  const known = new Set([...knownStrategies(world, ledger).keys(), ...ledger.inventory.keys()]);
  if (!known.has(name)) throw unknownStrategy(name, [...known]);
}

/** `name` has a drain that closes. Prints the seed's lines, leftovers included. */
export async function closePositions(io: Io, world: World, name: string): Promise<ExitCode> {
  // As the book has it, also after its positions are gone.
  const before: Book = new Map(world.ports.journal.refresh().books.get(name));
  const listed = [...before.keys()];
  const { plan, ...result } = await carryOutDrains(passOf(io, world));
  const all = 'outcomes' in result ? result.outcomes : [];
  const outcomes = all.filter(({ action }) => action.strategy === name);
  const orders = outcomes.flatMap((outcome) =>
    isOrder(outcome.action) ? [{ outcome, order: outcome.action }] : [],
  );
  orders.sort((a, b) => listed.indexOf(a.order.symbol) - listed.indexOf(b.order.symbol));
  // What held a symbol before its orders went out after all says nothing any more.
  const ordered = new Set(orders.map(({ order }) => order.symbol));
  const holds = plan.notDone.filter(
    ({ strategy, symbol }) => strategy === name && symbol !== null && !ordered.has(symbol),
  );
  const lines = [
    ...orders.map(({ outcome, order }) => orderLine(outcome, order)),
    ...outcomes.flatMap(doubtLines),
    ...holds.map(holdLine),
  ];
  if (lines.length > 0) io.stdout(`Closing positions:\n${lines.map((line) => `  ${line}\n`).join('')}\n`);
  io.stdout(leftoverLines(world, name, before));
  for (const detail of unanswered(plan)) io.stderr(`error: ${printable(detail)}\n`);
  return strongestExit([
    ...stopExits(io),
    exitOf({ plan, outcomes, leftovers: leftoversOf(world, name) }, name),
  ]);
}

export function openOrdersOf({ openOrders }: Ledger, name: string): LedgerOrder[] {
  return [...openOrders.values()].filter(({ intent }) => intent.strategy === name);
}

/** What the broker did not answer, in words. */
function unanswered(plan: Plan): string[] {
  const holds = plan.notDone.filter((hold) => holdExits({ ...plan, notDone: [hold] }).includes(EXIT.broker));
  return [...new Set(holds.map(({ detail }) => detail))];
}

/** `VTI: Selling 10 shares... FILLED`. */
export function orderLine(outcome: Outcome, { symbol, side, quantity, from }: OrderAction): string {
  const verb = side === 'sell' ? 'Selling' : 'Buying back';
  const shares = formatQuantity(quantity);
  const whole = Math.abs(from) === quantity ? '' : ` of ${formatQuantity(from)}`;
  return `${symbol}: ${verb} ${shares}${whole} shares... ${resultOf(outcome, shares)}`;
}

function resultOf(outcome: Outcome, ordered: string): string {
  switch (outcome.kind) {
    case 'done':
      return 'FILLED';
    case 'failed':
      if (outcome.filled > 0) return `PARTIAL (${formatQuantity(outcome.filled)}/${ordered})`;
      return `FAILED (${outcome.code}: ${printable(outcome.detail)})`;
    case 'in-doubt':
      return `IN DOUBT (${outcome.code}: ${printable(outcome.detail)})`;
    case 'skipped':
    case 'not-started':
      if (outcome.code === 'NoLongerNeeded') return 'NOT SENT (another execution came first)';
      return `NOT SENT (${outcome.code}: ${printable(outcome.detail)})`;
  }
}

/** An order of before whose end is not known. */
function doubtLines(outcome: Outcome): string[] {
  if (outcome.kind !== 'in-doubt' || !('clientOrderId' in outcome.action)) return [];
  const { symbol, clientOrderId } = outcome.action;
  return [`${symbol}: order ${clientOrderId}... ${resultOf(outcome, '')}`];
}

function holdLine({ symbol, reason, detail }: Hold): string {
  return `${symbol ?? ''}: NOT SENT (${reason}: ${printable(detail)})`;
}

/** Of a shutdown that has ended, whoever has ended it. */
function leftoversOf({ ports }: World, name: string): readonly string[] {
  const drain = ports.journal.refresh().drains.get(name);
  return drain?.state === 'completed' ? drain.leftovers : [];
}

/** Rule 6 of the seed: what is left is an orphaned position. */
function leftoverLines(world: World, name: string, before: Book): string {
  const leftovers = leftoversOf(world, name);
  const book = world.ports.journal.ledger().books.get(name);
  if (leftovers.length === 0) return '';
  const lines = leftovers.map((symbol) => {
    const left = book?.get(symbol)?.quantity ?? NO_QUANTITY;
    const what = left === before.get(symbol)?.quantity ? 'No close of' : 'Partial close for';
    const shares = formatQuantity(left);
    return `WARNING: ${what} ${symbol}\n  ${shares} shares remaining as orphaned position\n`;
  });
  return `${lines.join('\n')}\nTo close orphaned positions:\n  hgctl close-orphaned ${name}\n\n`;
}

/** What stays open because nobody asked to close it. */
export function orphansHint({ ports }: World, name: string): string {
  const book = [...(ports.journal.ledger().books.get(name) ?? [])];
  if (book.length === 0) return '';
  const lines = book.map(([symbol, { quantity }]) => `  ${symbol}: ${formatQuantity(quantity)} shares`);
  return `WARNING: ${name.toUpperCase()} keeps its positions as orphaned positions\n${lines.join('\n')}\n\nTo close orphaned positions:\n  hgctl close-orphaned ${name}\n\n`;
}

interface Closed {
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  readonly leftovers: readonly string[];
}

function exitOf({ plan, outcomes, leftovers }: Closed, name: string): ExitCode {
  const notDone = plan.notDone.filter(({ strategy }) => strategy === name || strategy === null);
  const codes = [
    ...holdExits({ ...plan, notDone }),
    ...outcomes.filter(({ action }) => action.kind !== 'complete-shutdown').map(outcomeExit),
  ];
  const real = codes.filter((code) => code !== EXIT.done);
  if (real.length > 0) return strongestExit(real);
  const isDone = outcomes.every((outcome) => outcomeExit(outcome) === EXIT.done);
  return isDone && leftovers.length === 0 ? EXIT.done : EXIT.partial;
}
