/** Days from a seed, one after another; what breaks is shrunk to the fewest happenings that still break it. */
import { briefJournal } from '../brief.ts';
import type { Broken, Effort, Finding, Part, Report } from '../part.ts';
import { chance } from '../machine/chance.ts';
import { real } from '../machine/real.ts';
import type { Event } from './event.ts';
import { FOUND, type FoundDay } from './found.ts';
import { open } from './open.ts';
import type { Plot } from './plot.ts';
import { sides } from './sides.ts';
import { slots } from './slots.ts';
import type { Day } from './stage.ts';

/** By turns: a seed has one. As many are lived in the short form. */
const PLOTS: readonly Plot[] = [open, slots, sides];
const FULL_DAYS = 1_000;
/** Every so manieth day is lived twice, to be the same. */
const TWICE = 25;

/** What this seed tells. */
function plotOf(seed: number): Plot {
  return PLOTS[seed % PLOTS.length] ?? open;
}

/** The day of this seed, as it is drawn. */
export function liveDay(seed: number): Promise<Day> {
  const plot = plotOf(seed);
  return plot.live(seed, eventsOf(plot, seed));
}

/** A day that has broken something once. */
export function liveFound({ plot: wanted, seed, events }: FoundDay): Promise<Day> {
  const plot = PLOTS.find(({ name }) => name === wanted);
  if (plot === undefined) throw new Error(`there is no plot ${wanted}`);
  return plot.live(seed, events);
}

function eventsOf(plot: Plot, seed: number): readonly Event[] {
  return plot.draw(chance(seed).stream('day'));
}

async function run(effort: Effort): Promise<Report> {
  const most = { short: PLOTS.length, full: FULL_DAYS, long: Infinity }[effort.form];
  const again = await liveAllFound(effort);
  const { figures, findings } = await runDays(effort, most);
  return {
    figures: [['days that have broken something once', FOUND.length], ...figures],
    findings: [...again, ...findings],
  };
}

async function liveAllFound({ seed }: Effort): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const found of FOUND) {
    const { broken, records } = await liveFound(found);
    for (const { invariant, what } of broken)
      findings.push({
        invariant,
        what: `${found.name}: ${what}\n${briefJournal(records)}`,
        replay: `--only days --seed ${seed}`,
      });
  }
  return findings;
}

/** So many days at most, of the seeds from this one on. */
export async function runDays({ seed, deadline, tell }: Effort, most: number): Promise<Report> {
  const now = (): number => real.performance.now();
  const findings: Finding[] = [];
  const total = { effects: 0, orders: 0, processes: 0, resolved: 0, twice: 0 };
  const counts = new Map<string, number>();
  const count = (what: string, more: number): void => void counts.set(what, (counts.get(what) ?? 0) + more);
  for (let number = 0; number < most && now() <= deadline; number += 1) {
    const own = seed + number;
    const day = await liveDay(own);
    count(`days of '${plotOf(own).name}'`, 1);
    for (const [what, more] of Object.entries(day.counts)) count(what, more);
    total.effects += day.effects;
    total.orders += day.orders;
    total.processes += day.processes;
    total.resolved += day.resolved;
    if (number % TWICE === 0) {
      total.twice += 1;
      findings.push(
        ...differences(day, await liveDay(own)).map(({ invariant, what }) => finding(own, invariant, what)),
      );
    }
    if (day.broken.length > 0) findings.push(...(await explain(own, day)));
    if (number % 20 === 19) tell(`days: ${number + 1}, ${findings.length} findings`);
  }
  return {
    figures: [
      ...[...counts].sort(([a], [b]) => (a < b ? -1 : 1)),
      ['lived twice, the same', total.twice],
      ['processes', total.processes],
      ['effects', total.effects],
      ['orders', total.orders],
      ['symbols that the trader had to decide', total.resolved],
    ],
    findings,
  };
}

/** What is wrong where one day was lived twice. */
export async function liveTwice(seed: number): Promise<readonly Broken[]> {
  return differences(await liveDay(seed), await liveDay(seed));
}

function differences(one: Day, other: Day): Broken[] {
  return one.trace === other.trace
    ? []
    : [{ invariant: 'replays-exactly', what: 'two runs of one seed differ' }];
}

function finding(seed: number, invariant: string, what: string): Finding {
  return { invariant, what, replay: `--only days --seed ${seed} --days 1` };
}

async function explain(seed: number, day: Day): Promise<readonly Finding[]> {
  const plot = plotOf(seed);
  const [first] = day.broken;
  if (first === undefined) return [];
  const { invariant } = first;
  const isBroken = async (some: readonly Event[]): Promise<Day | null> => {
    const lived = await plot.live(seed, some);
    return lived.broken.some((one) => one.invariant === invariant) ? lived : null;
  };
  const { few, last } = await shrink(eventsOf(plot, seed), day, isBroken);
  const script = few.map((event) => `    ${JSON.stringify(event)}`).join('\n');
  const what = last.broken.find((one) => one.invariant === invariant)?.what ?? first.what;
  return [finding(seed, invariant, `${what}\n  what happened:\n${script}\n${briefJournal(last.records)}`)];
}

/** Takes away what is not needed, one by one. */
async function shrink(
  events: readonly Event[],
  day: Day,
  isBroken: (some: readonly Event[]) => Promise<Day | null>,
): Promise<{ readonly few: readonly Event[]; readonly last: Day }> {
  let few = events;
  let last = day;
  for (let at = events.length - 1; at >= 0; at -= 1) {
    const fewer = few.filter((_, index) => index !== at);
    const lived = await isBroken(fewer);
    if (lived === null) continue;
    few = fewer;
    last = lived;
  }
  return { few, last };
}

export const days: Part = {
  name: 'days',
  sentence:
    'No day of edits, commands, slots, shorts, splits, two controllers, crashes, bad disks, clocks and answers breaks an invariant.',
  run,
};
