/** What is found, and how much was tried. */
import type { Broken, Finding, Report } from '../part.ts';

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

  /** `name`: of a case, as `manifest/17`. */
  add({ invariant, what }: Broken, name: string): void {
    if (this.#findings.filter((known) => known.invariant === invariant).length >= TOLD) return;
    const replay = `--only hostile --seed ${String(this.#seed)} --case ${name}`;
    this.#findings.push({ invariant, what: `${name}: ${what}`, replay });
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
