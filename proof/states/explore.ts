/** Breadth first over all states of a scope, each once. */
import { checkState } from './checks.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import type { Broken } from '../part.ts';
import { keyOf } from './normal.ts';
import { passSteps, type Plant, type PassStep } from './passes.ts';
import { Rests } from './rest.ts';
import type { Scope } from './scope.ts';
import { stepsWithoutPasses } from './steps.ts';
import { firstWorld, type World } from './world.ts';

export interface Exploration {
  readonly scope: Scope;
  readonly states: number;
  readonly transitions: number;
  /** Every state so many steps from the start was looked at, and every step from it. */
  readonly depth: number;
  /** Nothing is left to look at. */
  readonly isClosed: boolean;
  readonly violations: readonly Violation[];
}

export interface Violation extends Broken {
  /** Steps from the start, by their labels: no shorter way leads to it. */
  readonly path: readonly string[];
}

export interface ExploreOptions {
  /** Whether there is still time. */
  readonly goesOn: () => boolean;
  readonly plant?: Plant;
  /** Stops with so many violations. */
  readonly most?: number;
}

interface Node {
  readonly key: string;
  readonly world: World;
  readonly parent: Node | null;
  readonly label: string;
}

export async function explore(scope: Scope, options: ExploreOptions): Promise<Exploration> {
  const run = new Explorer(scope, options);
  await run.toTheEnd();
  return run.report();
}

class Explorer {
  readonly #scope: Scope;
  readonly #options: ExploreOptions;
  readonly #plant: Plant | null;
  readonly #rests: Rests;
  /** By its key, the fewest troubles on a way to it: what may follow more of them may follow fewer. */
  readonly #seen = new Map<string, number>();
  readonly #violations: Violation[] = [];
  #level: Node[] = [];
  #next: Node[] = [];
  #transitions = 0;
  #depth = 0;

  constructor(scope: Scope, options: ExploreOptions) {
    this.#scope = scope;
    this.#options = options;
    this.#plant = options.plant ?? null;
    this.#rests = new Rests(this.#plant);
  }

  async toTheEnd(): Promise<void> {
    const world = firstWorld(this.#scope);
    this.#meet({ key: keyOf(world), world, parent: null, label: '' });
    while (this.#next.length > 0) {
      [this.#level, this.#next] = [this.#next, []];
      for (const node of this.#level) {
        if (!this.#mayGoOn()) {
          this.#next.push(node);
          return;
        }
        await this.#expand(node);
      }
      this.#depth += 1;
    }
  }

  report(): Exploration {
    return {
      scope: this.#scope,
      states: this.#seen.size,
      transitions: this.#transitions,
      depth: this.#depth,
      isClosed: this.#next.length === 0,
      violations: this.#violations,
    };
  }

  #mayGoOn(): boolean {
    return this.#options.goesOn() && this.#violations.length < (this.#options.most ?? Infinity);
  }

  async #expand(node: Node): Promise<void> {
    this.#note(node, (await this.#rests.check(node.world, node.key)).broken);
    for (const step of await stepsOf(node.world, this.#plant)) {
      this.#transitions += 1;
      const next = { key: keyOf(step.world), world: step.world, parent: node, label: step.label };
      this.#note(next, step.broken);
      // Behind what does not hold, everything may follow.
      if (step.broken.length === 0) this.#meet(next);
    }
  }

  #meet(node: Node): void {
    const { key, world } = node;
    const before = this.#seen.get(key);
    if (before !== undefined && before <= world.troubles) return;
    this.#seen.set(key, world.troubles);
    if (before === undefined) this.#note(node, checkState(world));
    this.#next.push(node);
  }

  #note(node: Node, broken: readonly Broken[]): void {
    for (const one of broken) this.#violations.push({ ...one, path: pathOf(node) });
  }
}

async function stepsOf(world: World, plant: Plant | null): Promise<PassStep[]> {
  const others = stepsWithoutPasses(world).map((step) => ({ ...step, broken: [] }));
  return [...others, ...(await passSteps(world, plant))];
}

function pathOf(node: Node): string[] {
  const labels: string[] = [];
  for (let at = node; at.parent !== null; at = at.parent) labels.unshift(at.label);
  return labels;
}

export interface Followed {
  readonly broken: readonly Broken[];
  /** Of the way, and of what came to rest behind it. */
  readonly records: readonly JournalRecord[];
}

/**
 * Goes one way again: what does not hold on it, or at its end; null where there is no such way. `path`: labels of steps from the
 * start.
 */
export async function followPath(
  scope: Scope,
  path: readonly string[],
  plant: Plant | null = null,
): Promise<Followed | null> {
  let world: World = { ...firstWorld(scope), records: [] };
  const seen = (broken: readonly Broken[], { records = [] }: World): Followed => ({ broken, records });
  for (const label of path) {
    const step = (await stepsOf(world, plant)).find((one) => one.label === label);
    if (step === undefined) return null;
    if (step.broken.length > 0) return seen(step.broken, step.world);
    world = step.world;
  }
  const rest = await new Rests(plant).check(world, keyOf(world));
  return seen([...checkState(world), ...rest.broken], rest.world);
}
