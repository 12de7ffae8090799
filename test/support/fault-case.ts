/** One thing that goes wrong at a broker, as data: what happens there, what is run, and what is seen of it. */
import type { StrategyFacts } from './project.ts';

export interface FaultCase {
  readonly id: string;
  readonly title: string;
  /** What the broker does, and what hgctl does about it: for the page. */
  readonly story: string;
  /** Entries of a fault script, met from {@link FAULTY} on. */
  readonly script: string;
  /** Of real time: short where no answer comes. */
  readonly requestTimeout?: string;
  readonly turns: readonly Turn[];
  /** What a person has to do: for the page. */
  readonly todo: string;
}

export interface Turn {
  /** What hgctl was about to do: for the page. */
  readonly of: string;
  /** Quantities that `core` holds before anything goes wrong. */
  readonly held: Quantities;
  /** Quantities that it wants from then on. */
  readonly wanted: Quantities;
  readonly steps: readonly Step[];
  /** Orders of ours at the broker behind the last step, in the order of submission: `buy VTI: filled 10 of 10`. */
  readonly orders: readonly string[];
  /** The same by the journal. Left out: as at the broker. */
  readonly journal?: readonly string[];
  /** What the books hold behind the last step. */
  readonly books: Quantities;
  /** What is still in the way of the strategy once nothing goes wrong any more. Left out: nothing. */
  readonly rest?: Rest;
}

export type Quantities = Readonly<Record<string, string>>;

export interface Rest {
  /** When the first command without faults is run. */
  readonly at: 'same day' | 'next session';
  /** Run before it: what a person has to say, or one `apply` more. */
  readonly first?: string;
}

export type Step =
  | {
      readonly hgctl: string;
      readonly exit: number;
      /** A whole line of its answer, or of what it tells. */
      readonly says: string;
      /** While it runs: so long after its start, ms. */
      readonly meanwhile?: readonly Meanwhile[];
    }
  | { readonly server: 'gone' | 'back' };

export type Meanwhile =
  | { readonly after: number; readonly server: 'gone' | 'back' }
  | { readonly after: number; readonly wanted: Quantities }
  /** Time stands until hgctl, or the server, has said it: the stream lives in real time. */
  | { readonly after: number; readonly heard: string };

export function purchase(given: Partial<Turn> & Pick<Turn, 'steps'>): Turn {
  return {
    of: 'a purchase',
    held: {},
    wanted: { VTI: '10' },
    orders: ['buy VTI: filled 10 of 10'],
    books: { VTI: '10' },
    ...given,
  };
}

export function sale(given: Partial<Turn> & Pick<Turn, 'steps'>): Turn {
  return {
    of: 'a sale',
    held: { VTI: '10' },
    wanted: { VTI: '4' },
    orders: ['sell VTI: filled 6 of 6'],
    books: { VTI: '4' },
    ...given,
  };
}

/** Both, with the same command and end. */
export function both(exit: number, bought: string, sold: string): readonly Turn[] {
  return [purchase({ steps: [apply(exit, bought)] }), sale({ steps: [apply(exit, sold)] })];
}

export function apply(exit: number, says: string): Step {
  return { hgctl: 'apply --yes', exit, says };
}

/** So many shares of each; every symbol of the turn may be traded all along. */
export function strategies(
  targets: Quantities,
  { held, wanted, steps }: Turn,
): Record<string, StrategyFacts> {
  const later = steps.flatMap((step) => ('hgctl' in step ? (step.meanwhile ?? []) : []));
  const all = [held, wanted, ...later.map((one) => ('wanted' in one ? one.wanted : {}))];
  return { core: { targets, universe: [...new Set(all.flatMap((some) => Object.keys(some)))] } };
}
