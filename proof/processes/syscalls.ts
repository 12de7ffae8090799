/** kill -9 at exactly one system call, for each by which a command changes the disk. */
import { anyTargets, MINUTE, newHome, type Home, type HomeFacts, type Targets } from './home.ts';
import { atAnyMoment, ofAnswer, settle, tradedAt, tradedWith, type Traded } from './rest.ts';
import type { Broken } from '../part.ts';
import { missingTracer, pointsOf, striking, type Point } from './tracer.ts';
import type { Bench, Campaign, Count } from './trial.ts';

const FACTS: HomeFacts = { time: 'virtual', broker: { fillDelay: '1s' } };
const APPLY = ['apply', '--yes'];
/** Cases of a stage: together they try all points. */
const PARTS = 12;
const DAY = 86_400_000;

/** What an apply does: it begins, or it sells and buys in the next session, which begins a segment of the journal. */
const STAGES = ['first', 'change'] as const;

export const SYSCALLS: Campaign = {
  name: 'syscalls',
  cases: { short: 1, full: STAGES.length * PARTS, long: STAGES.length * PARTS },
  share: 25,
  lanes: 2,
  missing: missingTracer,
  attempt,
};

async function attempt(bench: Bench, number: number): Promise<readonly Broken[]> {
  const { count, form, pick, workshop, isOver } = bench;
  const stage = STAGES[number % STAGES.length] ?? 'first';
  const part = Math.floor(number / STAGES.length) % PARTS;
  const start = newHome(workshop, FACTS);
  start.declare(anyTargets(pick));
  let before: Targets = {};
  if (stage === 'change') {
    await start.inside(...APPLY);
    before = start.wanted;
    start.declare(anyTargets(pick));
    start.ahead = DAY;
  }
  const expected = tradedWith(tradedAt(start.account()), before, start.wanted);
  const all = await pointsOf(start.copy(), APPLY);
  if (part === 0) count(`calls that change the disk, ${stage}`, all.length);
  const mine = all.filter((_, index) => index % PARTS === part);
  const broken: Broken[] = [];
  for (const point of form === 'short' ? [pick.pick(mine)] : mine) {
    if (isOver()) break;
    const found = await killedAt(start.copy(), point, { expected, count });
    broken.push(
      ...found.map(({ invariant, what }) => ({ invariant, what: `${stage}, ${wordsOf(point)}: ${what}` })),
    );
  }
  return broken;
}

function wordsOf({ call, number }: Point): string {
  return `killed at ${call} ${number}`;
}

interface Expectation {
  readonly expected: Traded;
  readonly count: Count;
}

async function killedAt(home: Home, point: Point, { expected, count }: Expectation): Promise<Broken[]> {
  const answer = await home.start(APPLY, striking(point, 'KILL')).ended;
  count(answer.state === 'killed' ? `kills at ${point.call}` : 'ended before their kill');
  const broken = [...ofAnswer(answer), ...atAnyMoment(home, expected)];
  home.ahead = MINUTE;
  const settled = await settle(home, expected);
  count('doubts that an operator ended', settled.doubts);
  return [...broken, ...settled.broken];
}
