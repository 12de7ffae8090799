/** A plan as JSON: quantities and money as decimal strings, times with offset. */
import { formatMoney, formatQuantity, type Quantity } from '../../domain/decimal.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { Json } from '../../domain/digest.ts';
import type { FollowingAction } from '../../reconciler/followed.ts';
import { isOrder, type Action, type Plan, type Total, type Totals } from '../../reconciler/plan-types.ts';

export function planJson(plan: Plan): Json {
  return {
    kind: 'Plan',
    formatVersion: plan.formatVersion,
    ...(plan.environment && { environment: plan.environment }),
    revision: plan.revision,
    at: formatInstant(plan.at),
    session: plan.session,
    actions: plan.actions.map(actionJson),
    notDone: plan.notDone.map(({ strategy, symbol, reason, detail }) => ({
      strategy,
      symbol,
      reason,
      detail,
    })),
    slots: plan.slots.map(({ targets, ...slot }) => slot),
    totals: plan.totals === null ? null : totalsJson(plan.totals),
    needsSecondLook: plan.needsSecondLook,
  };
}

export function actionJson(action: Action): Json {
  const { id, kind, strategy, symbol, reason, sources } = action;
  const base = { id, kind, strategy, symbol };
  if (isOrder(action)) {
    return {
      ...base,
      side: action.side,
      quantity: formatQuantity(action.quantity),
      price: formatMoney(action.price),
      value: formatMoney(action.value),
      from: formatQuantity(action.from),
      to: formatQuantity(action.to),
      priority: action.priority,
      slot: action.slot,
      sendsAgain: action.sendsAgain,
      ...(action.group !== undefined && { group: action.group }),
      reason,
      sources,
    };
  }
  switch (action.kind) {
    case 'sync-position':
      return {
        ...base,
        price: formatMoney(action.price),
        from: formatQuantity(action.from),
        to: formatQuantity(action.to),
        reason,
        sources,
      };
    case 'apply-split':
    case 'apply-symbol-change':
      return { ...base, ...followingJson(action), reason, sources };
    case 'report-break':
      return {
        ...base,
        break: action.breakKind,
        from: formatQuantity(action.from),
        to: formatQuantity(action.to),
        reason,
        sources,
      };
    default:
      return { ...base, from: action.from, to: action.to, reason, sources };
  }
}

/** Books that follow what was announced: every lot, before and after. */
function followingJson(action: FollowingAction): Record<string, Json> {
  if (action.kind === 'apply-split') {
    const { splits, lots, unmanaged, from, to } = action;
    return {
      splits: splits.map(({ date, ratio }) => ({ date, from: ratio.from, to: ratio.to })),
      lots: lots.map(({ strategy, cost, ...lot }) => ({
        strategy,
        ...changeJson(lot),
        cost: formatMoney(cost),
      })),
      unmanaged: changeJson(unmanaged),
      ...changeJson({ from, to }),
    };
  }
  const { date, lots, unmanaged, from, to } = action;
  return {
    date,
    lots: lots.map(({ strategy, quantity, cost }) => ({
      strategy,
      quantity: formatQuantity(quantity),
      cost: formatMoney(cost),
    })),
    unmanaged: formatQuantity(unmanaged),
    from,
    to,
  };
}

function changeJson({ from, to }: { readonly from: Quantity; readonly to: Quantity }): {
  from: string;
  to: string;
} {
  return { from: formatQuantity(from), to: formatQuantity(to) };
}

function totalsJson({ equity, gross, net, buyingPower, strategies }: Totals): Json {
  return {
    equity: formatMoney(equity),
    gross: totalJson(gross),
    net: totalJson(net),
    buyingPower: totalJson(buyingPower),
    strategies: strategies.map(({ strategy, exposure }) => ({ strategy, ...totalJson(exposure) })),
  };
}

function totalJson({ now, after, limit }: Total): { now: string; after: string; limit: string | null } {
  return {
    now: formatMoney(now),
    after: formatMoney(after),
    limit: limit === null ? null : formatMoney(limit),
  };
}
