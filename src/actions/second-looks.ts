/**
 * Second looks of whoever makes many passes: what one pass has missed at the broker, a later one confirms. Nobody waits for
 * it inside a pass, so that everything else goes on.
 */
import type { ExecutionSettings } from '../desired/desired-state.ts';
import { plus, type Instant } from '../domain/instant.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { Sighting } from '../observed/observed-state.ts';
import type { Clock, Report } from '../reconciler/ports.ts';
import type { Look } from './look.ts';
import { agreedSighting, sightingOf } from './observe.ts';

type ProofSettings = Pick<ExecutionSettings, 'settleWindow' | 'secondProof'>;

export function announce(report: Report, { secondProof }: ProofSettings): void {
  const wait = `${String(secondProof / 1_000)} s`;
  report.warn(CONTROLLER, `Something is missing at the broker; looking again in ${wait}`);
}

export class SecondLooks {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #first: { readonly sighting: Sighting; readonly monotonic: number } | null = null;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** What this look may confirm; null where it is too early, also by the monotonic clock: one that is set forward is no time. */
  earlier({ secondProof }: ProofSettings, now: Instant): Sighting | null {
    if (this.#first === null) return null;
    const { sighting, monotonic } = this.#first;
    if (now < plus(sighting.at, secondProof)) return null;
    if (this.#clock.monotonic() - monotonic < secondProof) this.#first = null;
    return this.#first?.sighting ?? null;
  }

  /** Takes down what this look leaves open; true where a new wait has begun. */
  note({ plan, observed }: Look, { settleWindow, secondProof }: ProofSettings): boolean {
    const first = this.#first;
    if (!plan.needsSecondLook) {
      this.#first = null;
      return false;
    }
    const isEarly = first !== null && observed.snapshot.takenAt < plus(first.sighting.at, secondProof);
    const agreed = isEarly ? agreedSighting({ ...observed, earlier: first.sighting }, settleWindow) : null;
    if (first !== null && agreed !== null && agreed.gaps.size + agreed.costDoubts.size > 0) {
      this.#first = { ...first, sighting: agreed };
      return false;
    }
    this.#first = { sighting: sightingOf(observed, settleWindow), monotonic: this.#clock.monotonic() };
    return true;
  }

  /** When the look that decides is due; null while none is. */
  due({ secondProof }: ProofSettings): Instant | null {
    return this.#first === null ? null : plus(this.#first.sighting.at, secondProof);
  }
}
