/** kill -9 at any moment of `apply` and `run`, again and again; then the same command until nothing is left to do. */
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { anyTargets, newHome, newServedHome, type Home, type HomeFacts } from './home.ts';
import { anyMoment, momentWords, strike, type Moment } from './moment.ts';
import { atAnyMoment, ofAnswer, settle, tradedAt, tradedWith, type Traded } from './rest.ts';
import type { Broken } from '../part.ts';
import type { Bench, Campaign } from './trial.ts';
import type { Ended } from './workshop.ts';

/** In real time nothing may wait for long. */
const QUICK = { requestTimeout: '500ms', settleWindow: '0s', secondProof: '500ms' };
const FACTS: Readonly<Record<'virtual' | 'real', HomeFacts>> = {
  virtual: { time: 'virtual', broker: { fillDelay: '1s' } },
  real: { time: 'real', broker: { fillDelay: '80ms' }, execution: QUICK },
};
const HALF_AN_HOUR = 1_800_000;
/** For a controller in real time, which goes on and on. */
const PATIENCE = 6_000;
const LOOK_EVERY = 100;

type Command = 'apply' | 'run';

export const KILLS: Campaign = {
  name: 'kills',
  cases: { short: 1, full: 1_000, long: 1_000 },
  share: 45,
  lanes: 2,
  missing: () => null,
  attempt,
};

/** One account, and some changes of what it is to hold: each is carried out under kills. */
async function attempt(bench: Bench): Promise<readonly Broken[]> {
  const { workshop, pick, count, form, isOver } = bench;
  const world = form === 'short' ? 'virtual' : pick.pick(['virtual', 'virtual', 'real', 'served'] as const);
  const home =
    world === 'served' ? await newServedHome(workshop, FACTS.real) : newHome(workshop, FACTS[world]);
  for (let change = 0; change < (form === 'short' ? 2 : 3) && !(change > 0 && isOver()); change += 1) {
    const targets = anyTargets(pick);
    const expected = tradedWith(tradedAt(home.account()), home.wanted, targets);
    home.declare(targets);
    const command = pick.pick(['apply', 'run'] as const);
    const moments = Array.from({ length: form === 'short' ? 2 : 2 + pick.below(4) }, () => anyMoment(pick));
    const broken = await underKills(home, {
      command,
      moments,
      expected,
      count: (what) => count(`${what}, ${world}`),
    });
    // In a short form what comes behind the faults is left to `settle`.
    if (form !== 'short') broken.push(...ofAnswer(await again(home, command, expected)));
    const settled = await settle(home, expected);
    count('doubts that an operator ended', settled.doubts);
    broken.push(...settled.broken);
    if (broken.length > 0) {
      const story = [world, command, ...moments.map(momentWords)].join(', ');
      return broken.map(({ invariant, what }) => ({
        invariant,
        what: `change ${change}, ${story}: ${what}`,
      }));
    }
  }
  return [];
}

interface Attack {
  readonly command: Command;
  readonly moments: readonly Moment[];
  readonly expected: Traded;
  readonly count: (what: string) => void;
}

async function underKills(home: Home, { command, moments, expected, count }: Attack): Promise<Broken[]> {
  const broken: Broken[] = [];
  for (const moment of moments) {
    const { running, ended } = strike(home, argumentsOf(home, command), moment, 'SIGKILL');
    const patience = setTimeout(() => running.signal('SIGKILL'), PATIENCE);
    const answer = await ended;
    clearTimeout(patience);
    count(answer.state === 'killed' ? `kills of ${command}` : `${command} ended before its kill`);
    broken.push(...ofAnswer(answer), ...atAnyMoment(home, expected));
  }
  return broken;
}

function argumentsOf(home: Home, command: Command): string[] {
  if (command === 'apply') return ['apply', '--yes'];
  return home.facts.time === 'real' ? ['run'] : ['run', '--until', home.now(HALF_AN_HOUR)];
}

/** The same command, undisturbed. A controller in real time is asked to stop once all is done, or it has had its time. */
async function again(home: Home, command: Command, expected: Traded): Promise<Ended> {
  const running = home.start(argumentsOf(home, command));
  if (command === 'apply' || home.facts.time === 'virtual') return running.ended;
  const end = performance.now() + PATIENCE;
  // Before it has started, a signal to stop is the end of it, and nothing it could say anything of.
  const isDone = (): boolean =>
    running.said().includes('Controller started') && isDeepStrictEqual(tradedAt(home.account()), expected);
  while (performance.now() < end && !isDone()) await delay(LOOK_EVERY);
  running.signal('SIGTERM');
  return running.ended;
}
