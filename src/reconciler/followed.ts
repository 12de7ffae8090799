/** The actions of a plan by which books follow what was announced, and the records that they become. */
import type { ActionEvent } from '../observed/action-events.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { Action, SplitAction, SymbolChangeAction } from './plan-types.ts';

export type FollowingAction = SplitAction | SymbolChangeAction;

export function isFollowing(action: Action): action is FollowingAction {
  return action.kind === 'apply-split' || action.kind === 'apply-symbol-change';
}

/** Every symbol that the action is about. */
export function symbolsOf(action: FollowingAction): string[] {
  return action.kind === 'apply-split' ? [action.symbol] : [action.symbol, action.to];
}

export function recordOf(
  action: FollowingAction,
  { fence, sessionDate }: { readonly fence: number; readonly sessionDate: CalendarDate },
): ActionEvent {
  const { symbol, seenPrice, anchor, sources: evidence } = action;
  const base = { fence, symbol, seenPrice, evidence, anchor, sessionDate };
  if (action.kind === 'apply-split') {
    const { splits, lots, unmanaged } = action;
    return { type: 'split-applied', ...base, splits, lots, unmanaged };
  }
  const { to, date, lots, unmanaged } = action;
  return { type: 'symbol-changed', ...base, to, date, lots, unmanaged };
}
