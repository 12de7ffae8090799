/** The second opinion on hedges: no leg goes out without its partner. Loops of its own, no rule of the planner. */
import { ordersOn, type LedgerOrder } from '../observed/ledger.ts';
import type { PlanInput } from './draft.ts';
import { isReduction, type OrderAction, type Plan } from './plan-types.ts';

/** What is wrong, in words. */
export function checkGroups(plan: Plan, orders: readonly OrderAction[], input: PlanInput): string[] {
  return orders.flatMap((order) => {
    if (isReduction(order)) return wrongClose(order);
    return order.group === undefined ? alone(order, input) : wrongEntry(order, { plan, orders, input });
  });
}

function wrongClose({ id, reason, to }: OrderAction): string[] {
  return reason === 'GroupIncomplete' && to !== 0
    ? [`${id}: a part of a leg is left without its partner`]
    : [];
}

function alone({ id, strategy }: OrderAction, { desired }: PlanInput): string[] {
  const declared = desired.strategies.find(({ name }) => name === strategy);
  return declared?.groups === undefined ? [] : [`${id}: a strategy of groups, and an order without one`];
}

interface Beside {
  readonly plan: Plan;
  readonly orders: readonly OrderAction[];
  readonly input: PlanInput;
}

function wrongEntry(order: OrderAction, beside: Beside): string[] {
  const { id, strategy, group, symbol } = order;
  const wanted = beside.plan.slots
    .filter((slot) => slot.strategy === strategy)
    .flatMap(({ targets }) => targets);
  const partners = wanted
    .filter((target) => target.group === group && target.symbol !== symbol)
    .map((target) => target.symbol);
  if (partners.length === 0) return [`${id}: a group of one`];
  return [
    ...partners.flatMap((partner) => wrongPartner(order, partner, beside)),
    ...triedToday(order, new Set([symbol, ...partners]), beside),
  ];
}

/** It goes out in the same plan, or is there already. */
function wrongPartner(
  { id, strategy, to }: OrderAction,
  partner: string,
  { orders, input }: Beside,
): string[] {
  const going = orders.find((other) => other.strategy === strategy && other.symbol === partner);
  const { books } = input.observed.ledger;
  const then = going?.to ?? books.get(strategy)?.get(partner)?.quantity ?? 0;
  return then * to < 0 ? [] : [`${id}: ${partner} is not on the other side`];
}

function triedToday(
  { id, strategy }: OrderAction,
  symbols: ReadonlySet<string>,
  { plan, orders, input }: Beside,
): string[] {
  const { groups } = input.desired.strategies.find(({ name }) => name === strategy) ?? {};
  if (plan.session === null || groups === undefined) return [];
  const again = new Set(orders.map(({ sendsAgain }) => sendsAgain));
  const today = ordersOn(input.observed.ledger, plan.session).filter(
    ({ intent }) => intent.strategy === strategy && !again.has(intent.clientOrderId),
  );
  return [...symbols]
    .filter((symbol) => {
      const own = today.filter(({ intent }) => intent.symbol === symbol);
      return (
        own.some(({ intent }) => intent.reason === 'GroupIncomplete') ||
        lacking(own) > groups.maxHedgeError + 1e-6
      );
    })
    .map((symbol) => `${id}: ${symbol} was tried today, and did not fill`);
}

/** Of what its last opening asked for, in parts of one. */
function lacking(orders: readonly LedgerOrder[]): number {
  let wanted = 0;
  let filled = 0;
  for (const { intent, filled: own } of [...orders].sort((a, b) => a.intendedAt - b.intendedAt)) {
    if (intent.purpose !== 'open' && intent.purpose !== 'increase') continue;
    if (wanted === 0 || intent.purpose === 'open') [wanted, filled] = [intent.quantity, 0];
    filled += own;
  }
  return wanted === 0 ? 0 : (wanted - filled) / wanted;
}
