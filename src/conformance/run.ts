/** Runs cases, one after another, each on a harness of its own. */
import type { Clock, StopSignal } from '../reconciler/ports.ts';
import type { ConformanceCase } from './case.ts';
import type { Form, Need } from './harness.ts';
import { reasonOf } from './reason.ts';
import { Scene } from './scene.ts';

export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'not-applicable'; readonly reason: string };

export interface CaseResult {
  readonly case: ConformanceCase;
  readonly outcome: Outcome;
  /** ms. */
  readonly duration: number;
}

export interface RunOptions {
  readonly cases: readonly ConformanceCase[];
  readonly form: Form;
  /** Real time, for durations. */
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly stop: StopSignal;
}

/**
 * A result for each case, as it comes. Ends early where it is asked to stop, which is looked at between two cases; and
 * after a case whose harness could not be cleaned up, because what is left would spoil the next.
 */
export async function* runCases({ cases, form, clock, stop }: RunOptions): AsyncGenerator<CaseResult> {
  for (const one of cases) {
    if (stop.requested()) return;
    const started = clock.monotonic();
    const { outcome, isClean } = await runCase(one, form);
    yield { case: one, outcome, duration: clock.monotonic() - started };
    if (!isClean) return;
  }
}

interface Ending {
  readonly outcome: Outcome;
  readonly isClean: boolean;
}

async function runCase(one: ConformanceCase, form: Form): Promise<Ending> {
  const lacking = one.needs.map((need) => form.lacks.get(need)).find((reason) => reason !== undefined);
  if (lacking !== undefined) return { outcome: { kind: 'not-applicable', reason: lacking }, isClean: true };
  const needs: ReadonlySet<Need> = new Set(one.needs);
  const harness = await form.open(needs);
  const failure = await reasonOf(() => one.run(new Scene(harness)));
  const left = await reasonOf(harness.dispose);
  const reasons = [failure, left].filter((reason) => reason !== null);
  const outcome: Outcome =
    reasons.length === 0 ? { kind: 'passed' } : { kind: 'failed', reason: reasons.join('; ') };
  return { outcome, isClean: left === null };
}
