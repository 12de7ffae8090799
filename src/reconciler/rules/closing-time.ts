/** Entries that cannot all be sent and followed before the session ends are told so before the first of them starts. */
import { formatLocalZone, plus, type Instant } from '../../domain/instant.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import { orderHours } from '../order-hours.ts';
import type { OrderAction } from '../plan-types.ts';

/**
 * Orders go out in waves of `maxInFlight`, one strategy after the other, the reductions of all before the entries of any.
 * A wave counts with the longest time that it may take: `fillTimeout` and `cancelAllowance`. An entry whose wave would
 * begin after the last submit time is not started; reductions always are.
 */
export function keepClosingTime({ market, input }: PlanFacts, draft: PlanDraft): void {
  const { execution, calendar } = input.desired.account;
  const last = market === null ? null : orderHours(market.clock, calendar).lastSubmit;
  if (last === null) return;
  const wave = execution.fillTimeout + execution.cancelAllowance;
  const waves = (orders: number): number => Math.ceil(orders / execution.maxInFlight);
  const reductions = [...byStrategy(draft.reductions).values()];
  let begins = plus(input.now, wave * reductions.reduce((sum, own) => sum + waves(own.length), 0));
  const late = new Set<OrderAction>();
  for (const all of inTurns(input.desired.strategies, draft.entries)) {
    const own = withoutLateGroups(all, { begins, last, wave, waves }, late);
    const fit = begins > last ? 0 : (Math.floor((last - begins) / wave) + 1) * execution.maxInFlight;
    own.slice(fit).forEach((order) => late.add(order));
    begins = plus(begins, wave * waves(Math.min(own.length, fit)));
  }
  stop(draft, late, last);
}

interface Clock {
  readonly begins: Instant;
  readonly last: Instant;
  readonly wave: number;
  readonly waves: (orders: number) => number;
}

/** Legs of groups go out one after the other, and what undoes them must still be in time: all of them, or none. */
function withoutLateGroups(
  own: readonly OrderAction[],
  { begins, last, wave, waves }: Clock,
  late: Set<OrderAction>,
): readonly OrderAction[] {
  const legs = own.filter(({ group }) => group !== undefined);
  if (plus(begins, wave * 2 * waves(legs.length)) <= last) return own;
  legs.forEach((leg) => late.add(leg));
  return own.filter(({ group }) => group === undefined);
}

function stop(draft: PlanDraft, late: ReadonlySet<OrderAction>, last: Instant): void {
  const detail = `the orders before it may take until after ${formatLocalZone(last)}, when the last one goes out`;
  for (const order of late) hold(draft, order, 'NoTimeBeforeClose', detail);
  draft.entries.splice(0, draft.entries.length, ...draft.entries.filter((order) => !late.has(order)));
}

/** As strategies execute: by priority. Within one, as its entries are sent. */
function inTurns(
  strategies: readonly { readonly name: string }[],
  entries: readonly OrderAction[],
): OrderAction[][] {
  const own = byStrategy(entries);
  return strategies.map(({ name }) => own.get(name) ?? []);
}

function byStrategy(orders: readonly OrderAction[]): Map<string, OrderAction[]> {
  const all = new Map<string, OrderAction[]>();
  for (const order of orders) {
    const own = all.get(order.strategy);
    if (own === undefined) all.set(order.strategy, [order]);
    else own.push(order);
  }
  return all;
}
