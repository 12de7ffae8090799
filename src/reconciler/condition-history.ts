/** When the conditions of strategies have changed, as the controller has seen it. */
import type { Instant } from '../domain/instant.ts';
import type { Condition } from './conditions.ts';

export interface SeenCondition extends Condition {
  /** Since when the controller sees this status. */
  readonly since: Instant;
}

/** By strategy. */
export type ConditionHistory = ReadonlyMap<string, readonly SeenCondition[]>;

/** What is seen now, each with the time of its last change of status; null where neither status nor reason has changed. */
export function advanceHistory(
  before: ConditionHistory,
  seen: ReadonlyMap<string, readonly Condition[]>,
  at: Instant,
): ConditionHistory | null {
  const next = new Map(
    [...seen].map(([name, conditions]) => [
      name,
      conditions.map((condition) => ({ ...condition, since: sinceOf(before, name, condition) ?? at })),
    ]),
  );
  return signature(before) === signature(next) ? null : next;
}

/** Since when a condition has the status that it has; undefined where no controller has seen it so. */
export function sinceOf(
  history: ConditionHistory,
  name: string,
  { type, status }: Condition,
): Instant | undefined {
  const found = history.get(name)?.find((condition) => condition.type === type);
  return found?.status === status ? found.since : undefined;
}

/** Messages count shares and actions: a change of them alone is no news. */
function signature(history: ConditionHistory): string {
  const facts = [...history].map(([name, conditions]) => [
    name,
    conditions.map(({ type, status, reason }) => [type, status, reason]),
  ]);
  return JSON.stringify(facts);
}
