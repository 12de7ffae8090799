/** What is found, and how much was tried. */
import type { Finding, Report } from '../part.ts';

/** Most that are told of one invariant: the first ones are as good as all. */
const TOLD = 5;

export class Found {
  readonly #seed: number;
  readonly #findings: Finding[] = [];
  readonly #figures = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  count(what: string): void {
    this.#figures.set(what, (this.#figures.get(what) ?? 0) + 1);
  }

  add(one: { readonly invariant: string; readonly what: string }, caseName: string): void {
    if (this.#findings.filter(({ invariant }) => invariant === one.invariant).length >= TOLD) return;
    const replay = `--only hostile --seed ${String(this.#seed)}`;
    this.#findings.push({ invariant: one.invariant, what: `${caseName}: ${one.what}`, replay });
  }

  slowest(ms: number): void {
    const known = this.#figures.get(SLOWEST) ?? 0;
    if (ms > known) this.#figures.set(SLOWEST, Math.round(ms));
  }

  report(): Report {
    return { figures: [...this.#figures], findings: this.#findings };
  }
}

const SLOWEST = 'ms of processor time for the slowest case';
