/** One thing that hgctl relies on from every broker. */
import type { Need } from './harness.ts';
import type { Scene } from './scene.ts';

export interface ConformanceCase {
  /** For people who want this one only; never changes. */
  readonly id: string;
  /** What holds, as a sentence. */
  readonly name: string;
  readonly needs: readonly Need[];
  /** Rejects with `Unmet` where it does not hold. Begins with none of the traded symbol held or ordered. */
  readonly run: (scene: Scene) => Promise<void>;
}
