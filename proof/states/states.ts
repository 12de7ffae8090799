/** The states of a small world, all of them: as far as the time allows, and it says how far that is. */
import type { JournalRecord } from '../../src/observed/events.ts';
import { briefJournal } from '../brief.ts';
import type { Effort, Finding, Part, Report } from '../part.ts';
import { explore, followPath, type Exploration, type Violation } from './explore.ts';
import { boundsOf, SCOPES, type Scope } from './scope.ts';

export const states: Part = {
  name: 'states',
  sentence:
    'In a world of a few symbols and shares, no way of edits, passes, crashes, pauses, answers and trades of others leads to a wrong order or a wrong book, or to where nothing comes to rest.',
  run: ({ deadline, form, tell }: Effort): Promise<Report> => runStates(SCOPES_OF[form], deadline, tell),
};

const named = (...names: readonly string[]): readonly Scope[] =>
  SCOPES.filter(({ name }) => names.includes(name));

/** Those that close come first, so that the others have what time they leave. */
const SCOPES_OF: Readonly<Record<Effort['form'], readonly Scope[]>> = {
  short: named('quantities'),
  // It takes a quarter of an hour.
  full: SCOPES.filter(({ name }) => name !== 'troubled-neighbours'),
  long: SCOPES,
};

/** The scopes one after the other: each but the last may take three quarters of the time that is left. */
async function runStates(scopes: readonly Scope[], deadline: number, tell: Effort['tell']): Promise<Report> {
  const findings: Finding[] = [];
  const figures: (readonly [string, number])[] = [];
  let closed = 0;
  for (const [index, scope] of scopes.entries()) {
    const now = performance.now();
    const isLast = index === scopes.length - 1;
    const until = isLast ? deadline : now + Math.max(0, deadline - now) * SHARE_OF_TIME;
    const found = await explore(scope, { goesOn: () => performance.now() < until, most: MOST_FINDINGS });
    for (const line of linesOf(found)) tell(line);
    figures.push(...figuresOf(found));
    if (found.isClosed) closed += 1;
    for (const violation of found.violations) findings.push(await explained(scope, violation));
  }
  return { figures: [[`scopes that closed, of ${scopes.length}`, closed], ...figures], findings };
}

const MOST_FINDINGS = 20;
const SHARE_OF_TIME = 0.75;

export function linesOf(found: Exploration): string[] {
  const { scope, states: count, transitions, depth, isClosed } = found;
  const how = isClosed ? `closed at depth ${depth}` : `not closed; complete to depth ${depth}`;
  return [
    `states/${scope.name}: ${boundsOf(scope)}`,
    `states/${scope.name}: ${count} states, ${transitions} transitions, ${how}, ${found.violations.length} findings`,
  ];
}

function figuresOf({ scope, states: count, transitions, depth, isClosed }: Exploration): Report['figures'] {
  return [
    [`states of '${scope.name}'`, count],
    [`transitions of '${scope.name}'`, transitions],
    [
      isClosed ? `depth at which '${scope.name}' closed` : `depth to which '${scope.name}' is complete`,
      depth,
    ],
  ];
}

/** With the journal of its way. */
async function explained(scope: Scope, violation: Violation): Promise<Finding> {
  const followed = await followPath(scope, violation.path);
  return findingOf(scope, violation, followed?.records ?? []);
}

function findingOf(
  scope: Scope,
  { invariant, what, path }: Violation,
  records: readonly JournalRecord[],
): Finding {
  const replay = `--only states --scope ${scope.name} --path '${path.join(' > ')}'`;
  return { invariant, what: `${what}\n${briefJournal(records)}`, replay };
}

/** One way again, named as a finding names it. */
export async function replayStates(name: string, path: string): Promise<Report> {
  const scope = SCOPES.find((one) => one.name === name);
  if (scope === undefined) throw new Error(`there is no scope ${name}`);
  const steps = path.split(' > ').filter((step) => step !== '');
  const followed = await followPath(scope, steps);
  if (followed === null) throw new Error(`there is no such way in ${name}: ${path}`);
  return {
    figures: [['steps', steps.length]],
    findings: followed.broken.map((one) => findingOf(scope, { ...one, path: steps }, followed.records)),
  };
}
