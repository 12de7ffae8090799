/** `hgctl wait`: until strategies have a condition, as kubectl does. Writes nothing. */
import { stopExit } from '../../actions/interrupted.ts';
import { waitUnlessStopped } from '../../actions/wait.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { closest } from '../../domain/suggest.ts';
import { CONDITION_TYPES, statusOf, type Condition } from '../../reconciler/conditions.ts';
import { lookAndPlan, withoutPrograms } from '../../reconciler/reconcile.ts';
import { openWorldAnyway } from '../compose.ts';
import { seenByController } from '../condition-file.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { readTimeout } from '../moments.ts';
import { passOf } from '../prepare.ts';
import { startClock, type CommandClock } from '../start-clock.ts';
import { strategyItems, type StrategyItem } from '../views/strategies.ts';
import { unknownStrategy } from '../known-names.ts';

export interface WaitOptions extends GlobalOptions {
  readonly for: string;
  readonly all?: boolean;
  readonly timeout: string;
}

const TICK = 1_000;

export async function runWait(io: Io, subjects: readonly string[], options: WaitOptions): Promise<ExitCode> {
  const wanted = parseWanted(options.for);
  const names = readNames(subjects, options.all ?? false);
  const clock = startClock(io);
  const deadline = clock.monotonic() + readTimeout(options.timeout);
  const met = new Set<string>();
  for (let isFirst = true; ; isFirst = false) {
    // Warnings of each look are those of the first.
    const quiet = isFirst ? io : { ...io, stderr: () => undefined };
    const strategies = selected(await look(quiet, options, clock), names);
    const missing = strategies.filter(
      ({ conditions }) => statusOf(conditions, wanted.type) !== wanted.status,
    );
    for (const { name } of strategies.filter((strategy) => !missing.includes(strategy))) {
      if (!met.has(name)) io.stdout(`strategy/${name} condition met\n`);
      met.add(name);
    }
    if (missing.length === 0) return EXIT.done;
    const left = deadline - clock.monotonic();
    if (left <= 0) throw timedOut(missing, wanted);
    await waitUnlessStopped({ clock, stop: io.stop }, Math.min(left, TICK));
    if (io.stop.requested()) return stopExit(io.stop);
  }
}

/** Everything is opened anew with each look: manifests and switches may change meanwhile. */
async function look(io: Io, options: GlobalOptions, clock: CommandClock): Promise<readonly StrategyItem[]> {
  const world = openWorldAnyway(io, options, clock);
  try {
    const { plan, observed } = await lookAndPlan(withoutPrograms(passOf(io, world)), false);
    const { desired, problems } = world;
    const seen = seenByController(world.paths, world.ports.processes);
    return strategyItems({ desired, problems, ledger: observed.ledger, plan, seen });
  } finally {
    world.close();
  }
}

/** Null: all. */
function selected(
  strategies: readonly StrategyItem[],
  names: readonly string[] | null,
): readonly StrategyItem[] {
  if (names === null) return strategies;
  return names.map((name) => {
    const found = strategies.find((strategy) => strategy.name === name);
    if (found !== undefined) return found;
    throw unknownStrategy(
      name,
      strategies.map((strategy) => strategy.name),
    );
  });
}

function readNames(subjects: readonly string[], all: boolean): readonly string[] | null {
  const hint = 'write strategy/NAME, one or more of them, or --all';
  if (all && subjects.length === 0) return null;
  if (all) throw new HgctlError(EXIT.usage, '--all takes no names', { hint });
  if (subjects.length === 0) throw new HgctlError(EXIT.usage, 'say which strategy to wait for', { hint });
  return subjects.map((subject) => {
    const name = /^(?:strategy|strategies|strat|st)\/(.+)$/.exec(subject)?.[1];
    if (name !== undefined) return name;
    throw new HgctlError(EXIT.usage, `there is nothing to wait for in ${JSON.stringify(subject)}`, { hint });
  });
}

interface Wanted {
  readonly type: Condition['type'];
  readonly status: Condition['status'];
}

const STATUSES: readonly Condition['status'][] = ['True', 'False', 'Unknown'];

/** `condition=NAME`, `condition=NAME=false`; upper and lower case are one. */
function parseWanted(text: string): Wanted {
  const [, name = '', value = 'true'] = /^condition=([^=]+)(?:=([^=]+))?$/.exec(text) ?? [];
  const type = CONDITION_TYPES.find((known) => known.toLowerCase() === name.toLowerCase());
  const status = STATUSES.find((known) => known.toLowerCase() === value.toLowerCase());
  if (type !== undefined && status !== undefined) return { type, status };
  const likely = closest(name, CONDITION_TYPES);
  const question = likely === undefined || type !== undefined ? '' : `did you mean ${likely}? `;
  throw new HgctlError(EXIT.usage, `--for ${JSON.stringify(text)} names no condition`, {
    hint: `${question}write condition=NAME or condition=NAME=false; NAME is one of: ${CONDITION_TYPES.join(', ')}`,
  });
}

function timedOut(missing: readonly StrategyItem[], { type, status }: Wanted): HgctlError {
  const [first, ...others] = missing;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const found = first?.conditions.find((condition) => condition.type === type);
  const details = [found?.reason, found?.message].filter((text) => text !== undefined && text !== '');
  const why = found === undefined ? '' : ` (it is ${found.status}: ${details.join(', ')})`;
  return new HgctlError(
    EXIT.timeout,
    `timed out waiting for ${type}=${status} of strategy/${first?.name ?? ''}${more}${why}`,
    { hint: `see 'hgctl describe strategy ${first?.name ?? ''}'; --timeout waits longer` },
  );
}
