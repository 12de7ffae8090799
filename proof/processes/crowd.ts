/** Two controllers and several applies at once on one folder, killed and started again at random, while targets rise. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Chance } from '../machine/chance.ts';
import { newHome, raised, type Home, type HomeFacts } from './home.ts';
import { atAnyMoment, ofAnswer, settle, tradedAt, tradedWith } from './rest.ts';
import type { Broken } from '../part.ts';
import type { Bench, Campaign, Count, Form } from './trial.ts';
import type { Running } from './workshop.ts';

const FACTS: HomeFacts = {
  time: 'real',
  broker: { fillDelay: '100ms' },
  execution: { requestTimeout: '500ms', settleWindow: '0s', secondProof: '500ms', lockWait: '3s' },
};
const CONTROLLER = ['run', '--wait'];
const APPLY = ['apply', '--yes'];
const ACTORS: Readonly<Record<Form, readonly (readonly string[])[]>> = {
  short: [CONTROLLER, APPLY],
  full: [CONTROLLER, CONTROLLER, APPLY, APPLY, APPLY],
  long: [CONTROLLER, CONTROLLER, APPLY, APPLY, APPLY],
};
/** What happens to the crowd, and how long there is nothing then, ms. */
const BLOWS: Readonly<Record<Form, number>> = { short: 3, full: 24, long: 24 };
const PAUSE = 500;

export const CROWD: Campaign = {
  name: 'crowd',
  cases: { short: 1, full: 6, long: 100 },
  share: 9,
  lanes: 1,
  missing: () => null,
  attempt,
};

async function attempt({ workshop, pick, count, form, isOver }: Bench): Promise<readonly Broken[]> {
  const home = newHome(workshop, FACTS);
  home.declare(raised({}, pick));
  const crowd = new Crowd(home, ACTORS[form], count);
  const broken: Broken[] = [];
  const all = () => tradedWith(tradedAt(null), {}, home.wanted);
  for (let blow = 0; blow < BLOWS[form] && broken.length === 0 && !isOver(); blow += 1) {
    await delay(pick.below(PAUSE));
    if (pick.once(3)) home.declare(raised(home.wanted, pick));
    else crowd.strikeOne(pick);
    broken.push(...atAnyMoment(home, all()));
  }
  broken.push(...(await crowd.end()));
  const settled = await settle(home, all());
  count('doubts that an operator ended', settled.doubts);
  return [...broken, ...settled.broken];
}

/** Each place in it is taken again once its process has ended, until the end. */
class Crowd {
  readonly #places: Running[] = [];
  readonly #lives: Promise<void>[];
  readonly #broken: Broken[] = [];
  #isOver = false;

  constructor(home: Home, actors: readonly (readonly string[])[], count: Count) {
    this.#lives = actors.map(async (args, place) => {
      while (!this.#isOver) {
        const running = home.start(args);
        this.#places[place] = running;
        const answer = await running.ended;
        count(answer.state === 'killed' ? 'killed' : `ended with ${String(answer.code)}`);
        this.#broken.push(...ofAnswer(answer));
      }
    });
  }

  strikeOne(pick: Chance): void {
    this.#places[pick.below(this.#places.length)]?.signal('SIGKILL');
  }

  /** Nobody is there any more. */
  async end(): Promise<readonly Broken[]> {
    this.#isOver = true;
    for (const running of this.#places) running.signal('SIGKILL');
    await Promise.all(this.#lives);
    return this.#broken;
  }
}
