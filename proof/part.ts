/** What the parts of the proof have in common: each tries to refute something, and says how hard it tried. */

/** Something that the proof refutes: a defect, of hgctl or of the proof. */
export interface Finding {
  /** Name of the invariant or the expectation that does not hold. */
  readonly invariant: string;
  /** What was seen instead. */
  readonly what: string;
  /** Arguments of `npm run proof --` that show it again. */
  readonly replay: string;
}

/** An invariant that does not hold, and what was seen instead. */
export type Broken = Pick<Finding, 'invariant' | 'what'>;

export interface Report {
  /** How hard it tried: `['crash points', 4112]`. */
  readonly figures: readonly (readonly [what: string, count: number])[];
  readonly findings: readonly Finding[];
}

export interface Effort {
  /** From which everything random comes. */
  readonly seed: number;
  /** The part is over by then, by `performance.now()`: what cannot be cut short is planned to be. ms. */
  readonly deadline: number;
  /** What there is to do at most: `short` is a part of the tests, `full` ends by itself, `long` goes on until the deadline. */
  readonly form: 'short' | 'full' | 'long';
  /** Progress, a line at a time. */
  readonly tell: (line: string) => void;
}

export interface Part {
  /** One word: `npm run proof -- --only NAME`. */
  readonly name: string;
  /** What it tries to refute, in a sentence. */
  readonly sentence: string;
  readonly run: (effort: Effort) => Promise<Report>;
}
