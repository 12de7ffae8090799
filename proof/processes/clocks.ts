/** A wall clock that jumps an hour forward or back: between commands, and while they run. */
import { existsSync, writeFileSync } from 'node:fs';
import type { Chance } from '../machine/chance.ts';
import { anyTargets, MINUTE, newHome, type Home, type HomeFacts } from './home.ts';
import { atAnyMoment, ofAnswer, settle, tradedAt, tradedWith } from './rest.ts';
import type { Broken } from '../part.ts';
import type { Bench, Campaign } from './trial.ts';
import type { Ended } from './workshop.ts';

/** Where the clock goes back an hour, the account fills nothing meanwhile: each order is waited for to its end. */
const QUICK = { requestTimeout: '500ms', fillTimeout: '5s', settleWindow: '0s', secondProof: '500ms' };
const REAL: HomeFacts = { time: 'real', broker: { fillDelay: '50ms' }, execution: QUICK };
const VIRTUAL: HomeFacts = { time: 'virtual', broker: { fillDelay: '1s' } };
const APPLY = ['apply', '--yes'];
const HOUR = 3_600_000;
const COMMANDS = 4;

/** HGCTL_NOW is another hour with each command, and earlier than what was recorded. */
export const NOW_JUMPS: Campaign = {
  name: 'now-jumps',
  cases: { short: 0, full: 20, long: 200 },
  share: 4,
  lanes: 2,
  missing: () => null,
  attempt: (bench) =>
    jumping(bench, newHome(bench.workshop, VIRTUAL), (home) => {
      home.ahead = bench.pick.pick([HOUR, -HOUR, MINUTE]);
      const answer = home.run(...APPLY);
      home.ahead = MINUTE;
      return answer;
    }),
};

/** The clock that JavaScript reads is another one from its so manieth question on. */
export const CLOCK_JUMPS: Campaign = {
  name: 'clock-jumps',
  cases: { short: 1, full: 30, long: 300 },
  share: 5,
  lanes: 2,
  missing: () => null,
  attempt: (bench) =>
    jumping(
      bench,
      newHome(bench.workshop, REAL),
      (home) =>
        home.start(APPLY, {
          env: { NODE_OPTIONS: `--import ${PRELOAD}`, PROOF_JUMPS: someJumps(bench.pick) },
        }).ended,
    ),
};

/** The clock of the C library is another one from the so manieth line on that the process says. */
export const FAKETIME: Campaign = {
  name: 'faketime',
  cases: { short: 0, full: 20, long: 200 },
  share: 4,
  lanes: 2,
  missing: () => (libfaketime() === undefined ? 'no libfaketime' : null),
  attempt: (bench) =>
    jumping(bench, newHome(bench.workshop, REAL), (home) => underFaketime(home, bench.pick)),
};

/** Some commands, each for other targets, in a time that jumps; behind each, all must be as if it had not. */
async function jumping(
  { pick, count, form, isOver }: Bench,
  home: Home,
  command: (home: Home) => Promise<Ended>,
): Promise<readonly Broken[]> {
  for (let at = 0; at < (form === 'short' ? 1 : COMMANDS) && !(at > 0 && isOver()); at += 1) {
    const targets = anyTargets(pick);
    const expected = tradedWith(tradedAt(home.account()), home.wanted, targets);
    home.declare(targets);
    const answer = await command(home);
    count('commands in a time that jumps');
    if (answer.code !== 0) count('of which ended with a reason');
    const broken = [...ofAnswer(answer), ...atAnyMoment(home, expected)];
    const settled = await settle(home, expected);
    count('doubts that an operator ended', settled.doubts);
    broken.push(...settled.broken);
    if (broken.length > 0)
      return broken.map(({ invariant, what }) => ({ invariant, what: `command ${at}: ${what}` }));
  }
  return [];
}

/** `QUESTION:MS`: with its so manieth question the clock is so much further on. */
const PRELOAD = `data:text/javascript;base64,${Buffer.from(
  `const jumps = process.env.PROOF_JUMPS.split(',').map((jump) => jump.split(':').map(Number));
   const Real = Date;
   let questions = 0;
   let offset = 0;
   const now = () => {
     questions += 1;
     for (const [at, by] of jumps) if (at === questions) offset += by;
     return Real.now() + offset;
   };
   globalThis.Date = class Date extends Real {
     constructor(...args) {
       if (args.length === 0) super(now());
       else super(...args);
     }
     static now() {
       return now();
     }
   };`,
).toString('base64')}`;

/** An apply asks about so often. */
const QUESTIONS = 120;

function someJumps(pick: Chance): string {
  const jumps = Array.from({ length: 1 + pick.below(3) }, () => [
    1 + pick.below(QUESTIONS),
    pick.pick([HOUR, -HOUR]),
  ]);
  return jumps.map((jump) => jump.join(':')).join(',');
}

const LIBRARIES = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
].map((folder) => `${folder}/faketime/libfaketimeMT.so.1`);

function libfaketime(): string | undefined {
  return LIBRARIES.find((path) => existsSync(path));
}

const LINES = 20;

function underFaketime(home: Home, pick: Chance): Promise<Ended> {
  const file = home.path('offset');
  writeFileSync(file, '+0');
  const line = pick.below(LINES);
  const jump = pick.pick(['+3600', '-3600']);
  const env = {
    LD_PRELOAD: libfaketime() ?? '',
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return home.start(APPLY, {
    env,
    heard: (running) => {
      if (running.said().split('\n').length > line) writeFileSync(file, jump);
    },
  }).ended;
}
