/**
 * One pass of one process, from its beginning or from where it was paused. Each call to the world is noted with its answer, so
 * that one run shows every state in which the process may be killed, and every moment at which it may be paused.
 */
import { ManifestsReplaced } from '../../src/actions/guarded.ts';
import { HgctlError } from '../../src/domain/errors.ts';
import type { DesiredState } from '../../src/desired/desired-state.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { reconcile } from '../../src/reconciler/reconcile.ts';
import type { Watch } from './checks.ts';
import type { Outcome } from './outcome.ts';
import { portsOf } from './ports.ts';
import { desiredOf } from './scope.ts';
import type { Answer, Paused, World } from './world.ts';

export interface Submit {
  readonly quantity: number;
  /** The world just before, to tell whether something has happened since. */
  readonly effects: number;
}

/** The world just before a call. */
export interface Moment {
  readonly world: World;
  readonly call: string;
  /** How many calls were answered by then. */
  readonly answers: number;
  /** How many effects there have been by then. */
  readonly effects: number;
}

export interface PassRun {
  /** When it has ended. */
  readonly world: World;
  readonly moments: readonly Moment[];
  readonly answers: readonly Answer[];
  readonly submits: readonly Submit[];
  /** What it may go on with from each moment: itself. */
  readonly pid: number;
  readonly desired: DesiredState;
  readonly acceptedBefore: number | null;
  readonly result: 'nothing' | 'executed' | 'declined' | 'refused';
}

export interface PassOptions {
  readonly watch: Watch;
  /** By number of the request, from the first that is really made in this run; the others are filled. */
  readonly outcomes?: ReadonlyMap<number, Outcome>;
  /** Ports that are not what they should be. */
  readonly plant?: (ports: Ports, pid: number) => Ports;
}

/** What a run notes on its way. */
export class Recorder {
  world: World;
  readonly pid: number;
  readonly desired: DesiredState;
  readonly acceptedBefore: number | null;
  readonly watch: Watch;
  readonly outcomes: ReadonlyMap<number, Outcome>;
  readonly answers: Answer[] = [];
  readonly moments: Moment[] = [];
  readonly submits: Submit[] = [];
  /** What it is about to do, where it was paused. */
  readonly resumesAt: number;
  effects = 0;
  readonly #given: readonly Answer[];

  constructor(world: World, from: Paused | null, { watch, outcomes }: PassOptions) {
    this.pid = from?.pid ?? world.processes + 1;
    this.world =
      from === null ? { ...world, processes: this.pid } : { ...world, paused: null, whilePaused: 0 };
    this.desired = from?.desired ?? desiredOf(world.targets, world.switches);
    this.acceptedBefore = from === null ? (world.ledger.revision?.number ?? null) : from.acceptedBefore;
    this.watch = watch;
    this.outcomes = outcomes ?? new Map<number, Outcome>();
    this.#given = from?.answers.slice(0, from.known) ?? [];
    this.resumesAt = this.#given.length;
  }

  /** The answer that was given before, or the one of now. */
  ask<Value>(call: string, answer: () => Value): Value {
    const given = this.#given[this.answers.length];
    if (given !== undefined) {
      if (given.call !== call) throw new Error(`a replay differs: ${call} where ${given.call} was`);
      this.answers.push(given);
      return given.value as Value;
    }
    this.moments.push({
      world: this.world,
      call,
      answers: this.answers.length,
      effects: this.effects,
    });
    const value = answer();
    this.answers.push({ call, value });
    return value;
  }
}

export async function runPass(world: World, from: Paused | null, options: PassOptions): Promise<PassRun> {
  const recorder = new Recorder(world, from, options);
  const honest = portsOf(recorder);
  const ports = options.plant?.(honest, recorder.pid) ?? honest;
  const result = await passOf(ports, recorder);
  const { pid, desired, acceptedBefore, answers, moments, submits } = recorder;
  return { world: recorder.world, pid, desired, acceptedBefore, answers, moments, submits, result };
}

async function passOf(
  ports: Ports,
  { desired, acceptedBefore, watch }: Recorder,
): Promise<PassRun['result']> {
  const agreed = (): Promise<boolean> => Promise.resolve(true);
  const pass = {
    ports,
    desired,
    manifests: 'accepted',
    resting: new Set<string>(),
    acceptedBefore,
    accountFile: 'account.yaml',
    open: () => Promise.resolve(),
    looked: () => undefined,
  } as const;
  try {
    return (await reconcile(pass, { approve: agreed, approveChange: agreed })).kind;
  } catch (error) {
    watch.exit(error);
    return 'refused';
  }
}

/** What a pass may be refused by: the lock of somebody who lives, and manifests that are newer than its own. */
export function isExpected(error: unknown): boolean {
  if (error instanceof ManifestsReplaced) return true;
  return error instanceof HgctlError && /execution lock/.test(error.message);
}
