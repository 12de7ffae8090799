/** Passes as steps: how each may end, be killed, and be paused. */
import { createHash } from 'node:crypto';
import type { Quantity } from '../../src/domain/decimal.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { viewLock } from '../../src/actions/lock-view.ts';
import { watchFor } from './checks.ts';
import type { Broken } from '../part.ts';
import { normalOf } from './normal.ts';
import { otherwise, type Outcome } from './outcome.ts';
import { runPass, type Moment, type PassOptions, type PassRun } from './pass.ts';
import { identityOf, nowOf, type Paused, type World } from './world.ts';
import { asHappened, mayHappen, type Step } from './steps.ts';

export interface PassStep extends Step {
  readonly broken: readonly Broken[];
}

export interface Plant {
  readonly name: string;
  readonly plant: (ports: Ports, pid: number) => Ports;
}

/** Every way in which a pass may go, and in which a paused one goes on or dies. */
export async function passSteps(world: World, plant: Plant | null): Promise<PassStep[]> {
  const begun =
    mayHappen(world) && isFree(world, plant) ? await passesFrom(world, { plant, from: null }) : [];
  if (world.paused === null) return begun;
  const others = begun.map((step) => ({ ...step, world: asHappened(step.world) }));
  const resumed = await passesFrom(world, { plant, from: world.paused });
  const dead = {
    label: 'the paused process dies',
    world: { ...world, paused: null, whilePaused: 0 },
    broken: [],
  };
  return [...others, ...resumed, dead];
}

/** A pass without faults, to its end; null where somebody who lives has the lock. */
export async function cleanPass(
  world: World,
  plant: Plant | null,
): Promise<(PassRun & { readonly broken: readonly Broken[] }) | null> {
  if (world.paused === null && !isFree(world, plant)) return null;
  return watchedPass(world, world.paused, { plant, outcomes: new Map() });
}

/** Who would have to wait for the lock of somebody who lives, gives up. A plant may say otherwise of who lives. */
function isFree(world: World, plant: Plant | null): boolean {
  const { lock } = world.ledger;
  if (plant !== null || lock === null) return true;
  const view = viewLock(
    {
      processes: {
        self: identityOf(0),
        lookUp: ({ pid }) => (pid === world.paused?.pid ? 'alive' : 'gone'),
      },
      clock: { now: () => nowOf(world), monotonic: () => world.elapsed, sleep: () => Promise.resolve() },
    },
    lock,
    null,
  );
  return view.kind !== 'held';
}

interface From {
  readonly plant: Plant | null;
  /** Null: it begins. */
  readonly from: Paused | null;
}

async function passesFrom(world: World, { plant, from }: From): Promise<PassStep[]> {
  const name = from === null ? 'pass' : 'goes on';
  const mayPause = from === null && world.paused === null && world.scope.whilePaused > 0;
  const clean = await watchedPass(world, from, { plant, outcomes: new Map() });
  const steps: PassStep[] = [{ label: name, world: clean.world, broken: clean.broken }];
  if (world.troubles === world.scope.troubles) return steps;
  const wrong = [...killsOf(clean, name, 0)];
  if (mayPause) wrong.push(...pausesOf(clean));
  for (const [number, { quantity }] of clean.submits.entries()) {
    for (const outcome of otherwise({ quantity: quantity as Quantity })) {
      const run = await watchedPass(world, from, { plant, outcomes: new Map([[number, outcome]]) });
      const first = run.submits[number]?.effects ?? 0;
      const label = `${name}, order ${number + 1} ${outcome}`;
      wrong.push({ label, world: run.world, broken: run.broken }, ...killsOf(run, label, first + 1));
    }
  }
  return [...steps, ...wrong.map(asTrouble)];
}

/** Counts it, where it counts. */
function asTrouble(step: PassStep): PassStep {
  const { world } = step;
  if (world.scope.troubles === null) return step;
  return { ...step, world: { ...world, troubles: world.troubles + 1 } };
}

interface Options {
  readonly plant: Plant | null;
  readonly outcomes: ReadonlyMap<number, Outcome>;
}

type Watched = PassRun & { readonly broken: readonly Broken[] };

async function watchedPass(
  world: World,
  from: Paused | null,
  { plant, outcomes }: Options,
): Promise<Watched> {
  const broken: Broken[] = [];
  const options: PassOptions = {
    watch: watchFor(broken),
    outcomes,
    ...(plant && { plant: plant.plant }),
  };
  return { ...(await runPass(world, from, options)), broken };
}

/** What is left of it where it is killed behind one of its effects, from number `first`. */
function* killsOf({ moments }: Watched, name: string, first: number): Generator<PassStep> {
  let seen = -1;
  for (const moment of moments) {
    const { effects } = moment;
    if (effects === seen || effects < Math.max(1, first)) continue;
    seen = effects;
    const label = `${name}, killed before ${moment.call}, behind effect ${effects}`;
    // What does not hold is told of the whole run.
    yield { label, world: moment.world, broken: [] };
  }
}

/**
 * Where it would decide, ask the broker for something, or look for the first time under its lock. Elsewhere it would only note
 * what has happened: who has lost the lock by then does no more than who was killed.
 */
function* pausesOf(run: Watched): Generator<PassStep> {
  let isHolder = false;
  for (const [number, moment] of run.moments.entries()) {
    const { call } = moment;
    const isLook = isHolder && call === 'account';
    if (isLook) isHolder = false;
    if (isLook || DECISIVE.has(call))
      yield {
        label: `pass, paused before ${call}, call ${number}`,
        world: pausedAt(run, moment),
        broken: [],
      };
    isHolder ||= call === 'commit lock-acquired';
  }
}

const DECISIVE: ReadonlySet<string> = new Set([
  'commit revision-accepted',
  'commit lock-acquired',
  'commit intent',
  'commit order-sent-again',
  'commit fill',
  'commit synced',
  'commit drain-completed',
  'switchToggle',
  'submit',
  'cancel',
]);

/** What it knows is what the world is like at that moment, and what it is about to do. */
function pausedAt(run: PassRun, { world, call, answers: known }: Moment): World {
  const { pid, desired, acceptedBefore, answers } = run;
  const key = createHash('sha1')
    .update(JSON.stringify([normalOf(world), call, desired.digest]))
    .digest('base64');
  return { ...world, paused: { pid, desired, acceptedBefore, answers, known, before: call, key } };
}
