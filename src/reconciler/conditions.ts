/** The conditions of a strategy, as the last look shows them. */
import type { DesiredStrategy } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';
import { isOrder, type Plan } from './plan-types.ts';
import { isOff } from './rules/orphans.ts';

export interface Condition {
  readonly type: 'Ready' | 'Synced' | 'Healthy' | 'OrphanedPositions' | 'Undeclared';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export interface ConditionInput {
  readonly name: string;
  /** Undefined for a book without a manifest. */
  readonly strategy: DesiredStrategy | undefined;
  readonly ledger: Ledger;
  readonly plan: Plan;
}

export function conditionsOf(input: ConditionInput): Condition[] {
  const conditions = [ready(input), synced(input), healthy(input)];
  const { strategy, ledger, name } = input;
  const held = ledger.books.get(name)?.size ?? 0;
  if (strategy !== undefined && isOff(strategy) && held > 0) {
    conditions.push({
      type: 'OrphanedPositions',
      status: 'True',
      reason: 'StrategyDisabled',
      message: `${held} positions`,
    });
  }
  if (strategy === undefined) {
    conditions.push({
      type: 'Undeclared',
      status: 'True',
      reason: 'NoManifest',
      message: 'the book is kept, nothing is opened',
    });
  }
  return conditions;
}

function ready({ strategy }: ConditionInput): Condition {
  const no = (reason: string, message: string): Condition => ({
    type: 'Ready',
    status: 'False',
    reason,
    message,
  });
  if (strategy === undefined) return no('Undeclared', 'it has no manifest');
  if (strategy.lifecycle === 'planned') return no('Planned', 'lifecycle planned: it opens nothing yet');
  if (isOff(strategy)) return no('Disabled', 'it is disabled in the toggle file');
  if (strategy.toggle?.shutdownRequested === true) return no('ShutdownRequested', 'a shutdown is requested');
  return { type: 'Ready', status: 'True', reason: 'Enabled', message: 'its targets are followed' };
}

function synced({ name, plan }: ConditionInput): Condition {
  if (plan.totals === null)
    return {
      type: 'Synced',
      status: 'Unknown',
      reason: 'BrokerUnknown',
      message: 'the account is not known',
    };
  const open = plan.actions.filter((action) => action.strategy === name);
  if (open.length === 0)
    return { type: 'Synced', status: 'True', reason: 'NothingToDo', message: 'the book is as wanted' };
  const orders = open.filter(isOrder).length;
  const message = `${open.length} actions are due, ${orders} of them orders`;
  return { type: 'Synced', status: 'False', reason: 'ActionsDue', message };
}

/** False while a symbol of the strategy is frozen for everything. */
function healthy({ name, ledger, plan }: ConditionInput): Condition {
  const symbols = new Set(ledger.books.get(name)?.keys());
  const broken = [...ledger.breaks.values()].filter(({ symbol }) => symbols.has(symbol));
  if (broken.length > 0) {
    const message = broken.map(({ symbol, kind }) => `${symbol}: ${kind}`).join(', ');
    return { type: 'Healthy', status: 'False', reason: 'BreakOpen', message };
  }
  const doubtful = [...ledger.openOrders.values()].filter(({ intent }) => intent.strategy === name);
  if (doubtful.length > 0) {
    const message = doubtful.map(({ intent }) => intent.clientOrderId).join(', ');
    return { type: 'Healthy', status: 'False', reason: 'OrderUnresolved', message };
  }
  if (plan.totals === null)
    return {
      type: 'Healthy',
      status: 'Unknown',
      reason: 'BrokerUnknown',
      message: 'the account is not known',
    };
  return { type: 'Healthy', status: 'True', reason: 'AsExpected', message: 'no doubt about any symbol' };
}
