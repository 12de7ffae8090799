/**
 * Writes that are refused: on a file system that is really full, at each level of what is left; and, since not everybody
 * may mount one, of files that may not grow beyond a size (`ulimit -f`).
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { anyTargets, newHome, type Home, type HomeFacts, type Targets } from './home.ts';
import { atAnyMoment, ofAnswer, settle, tradedAt, tradedWith } from './rest.ts';
import type { Broken } from '../part.ts';
import type { Bench, Campaign } from './trial.ts';
import type { Ended } from './workshop.ts';

const FACTS: HomeFacts = { time: 'virtual', broker: { fillDelay: '1s' } };
const HALF_AN_HOUR = 1_800_000;
const PAGE = 4096;
const SIZE = 1024;
/** An apply of this size never needs as many pages, so the last levels are not full at all. */
const LEVELS = 26;
/** Below these there is hardly a command that finds all the space it needs. */
const FULL_LEVELS = 9;

interface Attempted {
  readonly name: string;
  readonly args: (home: Home) => readonly string[];
  /** Whether it goes on from what another apply has done. */
  readonly isLater: boolean;
  /** What takes back what it did, once there is space; none: the targets are what is wanted. */
  readonly undo?: readonly string[];
}

const COMMANDS: readonly Attempted[] = [
  { name: 'first apply', args: () => ['apply', '--yes'], isLater: false },
  { name: 'apply', args: () => ['apply', '--yes'], isLater: true },
  { name: 'run', args: (home) => ['run', '--until', home.now(HALF_AN_HOUR)], isLater: true },
  {
    name: 'halt',
    args: () => ['halt', '--reason', 'proof'],
    isLater: true,
    undo: ['unhalt', '--reason', 'proof'],
  },
  {
    name: 'suspend',
    args: () => ['suspend', 'core', '--reason', 'proof'],
    isLater: true,
    undo: ['resume', 'core'],
  },
  { name: 'disable', args: () => ['disable', 'core', '--close-positions'], isLater: true },
];

export const FULL_DISK: Campaign = {
  share: 8,
  lanes: 2,
  name: 'full-disk',
  cases: { short: 1, full: LEVELS * COMMANDS.length, long: LEVELS * COMMANDS.length },
  missing: () => (canMount() ? null : 'nothing can be mounted'),
  attempt: (bench, number) => attempt(bench, number, tinyDisk),
};

export const SMALL_FILES: Campaign = {
  share: 8,
  lanes: 2,
  name: 'small-files',
  cases: { short: 1, full: LEVELS * COMMANDS.length, long: LEVELS * COMMANDS.length },
  missing: () => (process.platform === 'linux' ? null : 'no Linux'),
  attempt: (bench, number) => attempt(bench, number, smallFiles),
};

/** Runs a command with space for so much only; then there is space again. */
type Shortage = (home: Home) => (level: number, args: readonly string[]) => Promise<Ended>;

/** A case is a command at a level, those with the least space first. */
async function attempt(bench: Bench, number: number, shortage: Shortage): Promise<readonly Broken[]> {
  const { pick, workshop, count, form } = bench;
  // Where there are few cases, they are others with another seed, and of those in which something goes wrong.
  const at = form === 'short' ? pick.below(FULL_LEVELS * COMMANDS.length) : number;
  const command = COMMANDS[at % COMMANDS.length];
  const level = Math.floor(at / COMMANDS.length);
  if (command === undefined) throw new Error(`there is no command ${at}`);
  const { name, args, isLater, undo } = command;
  const home = newHome(workshop, FACTS);
  const withSpaceFor = shortage(home);
  const first = anyTargets(pick);
  home.declare(first);
  if (isLater) {
    await home.inside('apply', '--yes');
    home.declare(anyTargets(pick));
  }
  const expected = tradedWith(tradedAt(home.account()), isLater ? first : {}, endOf(home.wanted, command));
  const answer = await withSpaceFor(level, args(home));
  count(answer.code === 0 ? 'commands that got through' : 'commands that had no space');
  const broken = [...ofAnswer(answer), ...atAnyMoment(home, expected)];
  if (answer.code !== 0 && !hasReason(answer))
    broken.push({
      invariant: 'answer-is-true',
      what: `no reason is given: ${answer.stderr}${answer.stdout}`,
    });
  for (const again of [args(home), undo])
    if (again !== undefined) broken.push(...ofAnswer(await home.inside(...again)));
  const settled = await settle(home, expected);
  count('doubts that an operator ended', settled.doubts);
  return [...broken, ...settled.broken].map(({ invariant, what }) => ({
    invariant,
    what: `${name} with space for ${level}: ${what}`,
  }));
}

function endOf(wanted: Targets, { name }: Attempted): Targets {
  return name === 'disable' ? { ...wanted, core: { VTI: 0, GLD: 0 } } : wanted;
}

/** What a person reads, beside the exit code. */
function hasReason({ stdout, stderr }: Ended): boolean {
  return /^(error|hint|warning): /m.test(stderr) || /: OrderRefused: |in-doubt: /.test(stdout);
}

/** True when the system lets us mount, which a container may not. */
function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function tinyDisk(home: Home): ReturnType<Shortage> {
  const path = home.path('data');
  const filler = home.path('data', '.filler');
  mkdirSync(path);
  home.workshop.mount(path, SIZE);
  return async (pages, args) => {
    writeFileSync(filler, Buffer.alloc((statfsSync(path).bavail - pages) * PAGE, 1));
    const answer = await home.run(...args);
    rmSync(filler);
    return answer;
  };
}

/** Where the signal of a file that is too large is ignored, the write is refused. */
const SMALL = 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"';

function smallFiles(home: Home): ReturnType<Shortage> {
  return (kilobytes, args) =>
    home.start(args, { before: ['bash', '-c', SMALL, '-', String(kilobytes)] }).ended;
}
