/**
 * Who waits after failures, and until when: strategies whose orders fail, and orders without an end that are looked for in vain.
 * It outlives a pass, and dies with its process.
 */
import { MINUTE, SECOND, type Instant } from '../domain/instant.ts';
import type { Outcome } from './outcome.ts';
import { isOrder, type Plan } from '../reconciler/plan-types.ts';
import type { Failures } from '../reconciler/stalled.ts';

const RETRY_FIRST = 5 * SECOND;
const RETRY_LAST = 5 * MINUTE;
/** No failure leaves a strategy alone for longer while a slot of it is due, or a leg of a hedge stands alone. */
const RETRY_URGENT = MINUTE;
/** The longest pause before an order is looked for again of which nobody knows the end: money hangs on it. */
const RETRY_CARE = MINUTE;

interface Pause {
  /** In a row. */
  readonly failures: number;
  readonly until: Instant;
}

export interface EndedPass {
  readonly plan: Pick<Plan, 'actions'>;
  readonly outcomes: readonly Outcome[];
  /** Strategies that have sent nothing in it, because they waited. */
  readonly resting: ReadonlySet<string>;
  /** Strategies with a slot that is due. */
  readonly due: ReadonlySet<string>;
  readonly began: Instant;
  readonly now: Instant;
}

/** ms; twice as long with each failure in a row, up to five minutes. */
export function pauseAfter(failures: number): number {
  return Math.min(RETRY_LAST, RETRY_FIRST * 2 ** (failures - 1));
}

export class BackOff {
  readonly #strategies = new Map<string, Pause>();
  /** By action: each look for such an order takes seconds, under the lock. */
  readonly #care = new Map<string, Pause>();

  /** Strategies that wait. */
  resting(now: Instant): ReadonlySet<string> {
    return waitingAt(this.#strategies, now);
  }

  /** Actions that wait. */
  restingCare(now: Instant): ReadonlySet<string> {
    return waitingAt(this.#care, now);
  }

  hasFailed(strategy: string): boolean {
    return this.#strategies.has(strategy);
  }

  /** By strategy, in a row. */
  failures(): Failures {
    return new Map([...this.#strategies].map(([strategy, { failures }]) => [strategy, failures]));
  }

  /** When somebody has waited long enough who has in a pass that began then; that may have come while it was made. */
  ends(began: Instant): Instant[] {
    const pauses = [...this.#strategies.values(), ...this.#care.values()];
    return pauses.map(({ until }) => until).filter((until) => until > began);
  }

  /** What failed under other manifests says nothing of these: an edit acts at once, and not when a pause is over. */
  forgetStrategies(): void {
    this.#strategies.clear();
  }

  note(ended: EndedPass): void {
    this.#noteDoubts(ended);
    this.#noteFailures(ended);
  }

  /** An order whose end could not be found out is looked for later and later, whatever wakes the loop meanwhile. */
  #noteDoubts({ plan, outcomes, now }: EndedPass): void {
    const ids = new Set(plan.actions.map(({ id }) => id));
    for (const id of this.#care.keys()) if (!ids.has(id)) this.#care.delete(id);
    for (const { action } of outcomes.filter(isDoubt)) {
      const failures = (this.#care.get(action.id)?.failures ?? 0) + 1;
      const until = (now + Math.min(pauseAfter(failures), RETRY_CARE)) as Instant;
      this.#care.set(action.id, { failures, until });
    }
  }

  /**
   * A strategy whose orders fail is tried again later and later; the others go on. One that was not resting and had nothing
   * to do has recovered, but while an order of it is looked for again.
   */
  #noteFailures(ended: EndedPass): void {
    const { plan, outcomes, resting } = ended;
    const doubted = new Set(
      plan.actions.filter(({ id }) => this.#care.has(id)).map(({ strategy }) => strategy),
    );
    const byStrategy = new Map<string, Outcome[]>();
    for (const outcome of outcomes) {
      const { strategy } = outcome.action;
      if (strategy !== null) byStrategy.set(strategy, [...(byStrategy.get(strategy) ?? []), outcome]);
    }
    for (const strategy of this.#strategies.keys())
      if (!resting.has(strategy) && !byStrategy.has(strategy)) byStrategy.set(strategy, []);
    for (const [strategy, own] of byStrategy) {
      const pause = pauseOf(own, this.#strategies.get(strategy), strategy, ended);
      if (pause !== null) this.#strategies.set(strategy, pause);
      else if (!doubted.has(strategy)) this.#strategies.delete(strategy);
    }
  }
}

function waitingAt(pauses: ReadonlyMap<string, Pause>, now: Instant): ReadonlySet<string> {
  return new Set([...pauses].filter(([, { until }]) => until > now).map(([key]) => key));
}

/**
 * Null where nothing has failed. An order that is looked for in vain is a failure, and has a pause of its own: its strategy does
 * not rest for it, else no turn would ever come in which it could go out again.
 */
function pauseOf(
  own: readonly Outcome[],
  known: Pause | undefined,
  strategy: string,
  { due, began, now }: EndedPass,
): Pause | null {
  const failed = own.filter(({ kind }) => kind !== 'done');
  if (failed.length === 0) return null;
  const failures = (known?.failures ?? 0) + 1;
  if (failed.every(isDoubt)) return { failures, until: known?.until ?? began };
  const longest = due.has(strategy) || failed.some(isLeg) ? RETRY_URGENT : RETRY_LAST;
  return { failures, until: (now + Math.min(pauseAfter(failures), longest)) as Instant };
}

function isDoubt({ kind, action }: Outcome): boolean {
  return kind === 'in-doubt' && !isOrder(action);
}

/** What stands without its partner has its full risk until it is closed, or the partner is there. */
function isLeg({ action }: Outcome): boolean {
  return action.reason === 'GroupIncomplete' || (isOrder(action) && action.group !== undefined);
}
