/** Real processes on a real file system: killed, stopped, without space, in a wrong time, and many at once. */
import type { Effort, Finding, Part, Report } from '../part.ts';
import { CLOCK_JUMPS, FAKETIME, NOW_JUMPS } from './clocks.ts';
import { CROWD } from './crowd.ts';
import { FULL_DISK, SMALL_FILES } from './full-disk.ts';
import { KILLS } from './kills.ts';
import { STOPPED } from './stopped.ts';
import { SYSCALLS } from './syscalls.ts';
import { tryAll, tryCase, type Campaign, type Trying } from './trial.ts';

const CAMPAIGNS: readonly Campaign[] = [
  KILLS,
  SYSCALLS,
  FULL_DISK,
  SMALL_FILES,
  STOPPED,
  NOW_JUMPS,
  CLOCK_JUMPS,
  FAKETIME,
  CROWD,
];

/** For all campaigns of a `full` form together; ms. */
const FULL = 270_000;

/** `only`: one case, as findings name it (`kills/17`), or a campaign (`kills`). */
export async function runProcesses(effort: Effort, only: string | null = null): Promise<Report> {
  const { seed, form, deadline, tell } = effort;
  const figures = new Map<string, number>();
  const findings: Finding[] = [];
  const end = form === 'full' ? Math.min(deadline, performance.now() + FULL) : deadline;
  const todo = CAMPAIGNS.filter(({ name }) => only === null || only.split('/')[0] === name);
  for (const [index, campaign] of todo.entries()) {
    const { name } = campaign;
    const missing = campaign.missing();
    if (missing !== null) {
      figures.set(`${name}, not run: ${missing}`, 0);
      tell(`processes: ${name} is not run: ${missing}`);
      continue;
    }
    const trying: Trying = {
      seed,
      form,
      deadline: timeFor(todo.slice(index), end),
      count: (what, by = 1) =>
        void figures.set(`${name}: ${what}`, (figures.get(`${name}: ${what}`) ?? 0) + by),
    };
    const number = only?.split('/')[1];
    findings.push(
      ...(number === undefined
        ? await tryAll(campaign, trying)
        : await tryCase(campaign, Number(number), trying)),
    );
    tell(`processes: ${name} is over, ${findings.length} findings`);
  }
  return { figures: [...figures], findings };
}

/** Of the time that is left, the first one has as much as its share of all that are left. */
function timeFor([first, ...others]: readonly Campaign[], end: number): number {
  const now = performance.now();
  const share = first?.share ?? 0;
  const all = others.reduce((sum, campaign) => sum + campaign.share, share);
  return now + ((end - now) * share) / all;
}

export const processes: Part = {
  name: 'processes',
  sentence:
    'Real processes that are killed, stopped, out of space, in a wrong time or many at once lose no order and double none.',
  run: (effort) => runProcesses(effort),
};
