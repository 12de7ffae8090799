/**
 * The control loop: looks, acts, and waits until there is reason to look again. Level-triggered: what woke it decides
 * nothing, and a wake-up that is lost costs time and never a decision.
 */
import { EXIT, HgctlError, type ExitCode } from '../domain/errors.ts';
import { MINUTE, SECOND, type CalendarDate, type Instant } from '../domain/instant.ts';
import { CONTROLLER } from '../domain/names.ts';
import { nextSlot } from '../domain/schedule.ts';
import { BackOff, pauseAfter } from '../actions/back-off.ts';
import { neverMade, stopExit } from '../actions/interrupted.ts';
import { LockLost } from '../actions/execution.ts';
import { markSession } from '../actions/mark-session.ts';
import { preload } from '../actions/preload.ts';
import { SecondLooks } from '../actions/second-looks.ts';
import type { Outcome } from '../actions/outcome.ts';
import { warningText, type PassWarning } from './pass-warnings.ts';
import type { Plan } from './plan-types.ts';
import { JournalFailed, type Clock, type Report, type StopSignal } from './ports.ts';
import { reconcile, type Pass } from './reconcile.ts';
import type { Failures } from './stalled.ts';
import { mayFollow } from './rules/targets.ts';
import { edgeAt, endedAt, nextOwnEdge } from './session-edges.ts';
import { dueSlot, isLate, undeclaredExits, type Scheduled } from './slots.ts';
import { nextEdge, preloadAt } from './wake-times.ts';

/** The manifests in force, and what is wrong with those on disk. */
export interface Declared {
  readonly pass: Pass;
  /** Why the manifests on disk are not in force; empty where they are. One problem a line. */
  readonly problems: readonly string[];
}

export interface Controlled {
  readonly clock: Clock;
  readonly stop: StopSignal;
  readonly report: Report;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** When to look again although nothing is known to have happened. Left out: within five minutes. */
  readonly nextLook?: (now: Instant) => Instant;
  /** Reads the manifests again where they have changed. */
  readonly declared: () => Declared;
  /** Refuses a pass on data that somebody else has changed or lost. */
  readonly checkData: () => Promise<void>;
  /** Returns at `until` at the latest, earlier where something has changed. */
  readonly wait: (until: Instant) => Promise<void>;
  /** Shows the orders of a pass before they are sent. */
  readonly show: (plan: Plan) => void;
  /** Told that a session is over and marked: then, and at a start after it. */
  readonly closed: (date: CalendarDate) => void;
  /** Told of every pass that has ended. */
  readonly passed: (pass: PassReport) => void;
  /** When the loop ends by itself; null: never. */
  readonly until: Instant | null;
}

export interface PassReport {
  readonly outcomes: readonly Outcome[];
  readonly problems: readonly string[];
  /** What kept the pass from being made; null where it was made. */
  readonly trouble: string | null;
  /** In a row: of each strategy whose orders have failed, and of passes (`hgctl`) that could not be made. */
  readonly failures: Failures;
  /** Of the trouble; 0 without. */
  readonly exit: ExitCode;
  /** Null where there was trouble. */
  readonly plan: Plan | null;
}

export const RESYNC = 5 * MINUTE;
/** Passes of many controllers should not all come at one moment. */
const JITTER = 0.1;
/** The longest pause while a slot is due. */
const RETRY_DUE = 20 * SECOND;
/** And while it could not begin: its signal is asked again each time. */
const RETRY_BEGIN = MINUTE;
/** And while an exit goes on behind its window. */
const RETRY_LATE = MINUTE;

/** What the loop remembers from pass to pass; the rest is in the journal. */
interface Memory {
  /** Failed passes in a row. */
  failures: number;
  readonly backOff: BackOff;
  /** Of the last pass. */
  revision: string;
  /** What was said last, so that it is said once. */
  said: string;
  /** The warnings of the last pass. */
  warned: string;
  /** The start or close that was looked after last. */
  marked: string;
  /** Slots of which the prices have been asked for. */
  readonly preloaded: Set<string>;
  readonly secondLooks: SecondLooks;
  /** Slots, each with why its signal could not decide. */
  readonly failuresTold: Set<string>;
}

/** Ends with 130 or 143 when it was asked to stop, with 0 at `until`, with 5 where its journal has failed. */
export async function control(controlled: Controlled): Promise<ExitCode> {
  const { clock, stop, until } = controlled;
  const memory: Memory = {
    failures: 0,
    backOff: new BackOff(),
    revision: '',
    said: '',
    warned: '',
    marked: '',
    preloaded: new Set(),
    secondLooks: new SecondLooks(clock),
    failuresTold: new Set(),
  };
  for (;;) {
    if (stop.requested()) return stopExit(stop);
    if (until !== null && clock.now() >= until) return EXIT.done;
    const next = await once(controlled, memory);
    if (next === null) return EXIT.refused;
    const wake = (until === null ? next : Math.min(next, until)) as Instant;
    if (wake > clock.now() && !stop.requested()) await controlled.wait(wake);
  }
}

/** One pass; says when the next one is due. Null: never in this process. */
async function once(controlled: Controlled, memory: Memory): Promise<Instant | null> {
  const { clock, report } = controlled;
  const started = clock.now();
  const { pass, problems } = controlled.declared();
  forgetOtherManifests(memory, pass.desired.digest);
  const rest = resting(memory, pass, started);
  const ended = endedSlots(pass);
  try {
    await controlled.checkData();
    const result = await reconcile(
      {
        ...pass,
        manifests: problems.length === 0 ? 'accepted' : 'invalid',
        resting: rest,
        restingCare: memory.backOff.restingCare(started),
        secondLooks: memory.secondLooks,
        failuresTold: memory.failuresTold,
        isWorthSaying: (warnings, plan) => isNews(memory, warnings, plan),
      },
      {
        approve: (plan) => {
          controlled.show(plan);
          return Promise.resolve(true);
        },
        approveChange: () => Promise.resolve(true),
      },
    );
    if (result.kind === 'declined') throw neverMade(controlled.stop);
    memory.failures = 0;
    const outcomes = result.kind === 'executed' ? result.outcomes : [];
    const { plan } = result;
    const now = clock.now();
    memory.backOff.note({ plan, outcomes, resting: rest, due: due(pass, now), began: started, now });
    // What was done is told before anything else can fail.
    controlled.passed({
      outcomes,
      problems,
      trouble: null,
      exit: EXIT.done,
      plan,
      failures: failuresOf(memory),
    });
    await markEdge(controlled, pass, memory);
    await preloadNext(controlled, pass, memory);
    say(report, memory, '');
    // What the pass has changed may have made something else possible.
    const hasMoved = outcomes.some(({ kind }) => kind === 'done') || endedSlots(pass) > ended;
    if (hasMoved) return clock.now();
    return nextWake(controlled, pass, memory, started);
  } catch (error) {
    const { message: trouble, exit, hint } = troubleOf(error);
    if (!controlled.stop.requested()) memory.failures += 1;
    controlled.passed({ outcomes: [], problems, trouble, exit, plan: null, failures: failuresOf(memory) });
    if (controlled.stop.requested()) return clock.now();
    say(report, memory, `${trouble}${hint === undefined ? '' : ` (${hint})`}`);
    return error instanceof JournalFailed ? null : nextTry(controlled, pass, memory);
  }
}

/** Throws what is a defect. A lock that somebody else took ends a pass, and the next one begins with all that is known. */
function troubleOf(error: unknown): HgctlError {
  if (error instanceof HgctlError) return error;
  if (error instanceof LockLost) return new HgctlError(EXIT.lock, error.message);
  throw error;
}

/** A slot without an order ends, too, and the next one of its strategy may be due. */
function endedSlots({ ports: { journal } }: Pass): number {
  return [...journal.ledger().slots.values()].filter(({ state }) => state !== 'started').length;
}

/** The start and the close of each session are marked once, also on a day without a trade. */
async function markEdge(
  { clock, closed }: Controlled,
  { ports, desired }: Pass,
  memory: Memory,
): Promise<void> {
  const { account } = desired;
  const edge = edgeAt(account, clock.now());
  if (edge === null || `${edge.date} ${edge.kind}` === memory.marked) return;
  const before = ports.journal.ledger().lastMark;
  await markSession(ports, desired);
  memory.marked = `${edge.date} ${edge.kind}`;
  // Whoever has marked it: an execution, or a controller that was killed before it could tell.
  const ended = endedAt(account, edge, { before, after: ports.journal.ledger().lastMark });
  if (ended !== null) closed(ended);
}

/** Five minutes before a slot that may open something, its prices are asked for. */
async function preloadNext(
  { clock }: Controlled,
  { ports, desired }: Pass,
  { preloaded }: Memory,
): Promise<void> {
  const { calendar } = desired.account;
  for (const strategy of desired.strategies.filter(mayFollow)) {
    const now = clock.now();
    const slot = nextSlot(strategy.name, strategy.schedule, now, calendar);
    const due = slot === null ? null : preloadAt(slot);
    if (slot === null || due === null || due > now || preloaded.has(slot.id)) continue;
    preloaded.add(slot.id);
    await preload(ports, strategy, slot, calendar);
  }
}

/** `began`: when the last pass did. What has come since, while it was made, is looked after at once. */
function nextWake(
  { clock, random, nextLook }: Controlled,
  pass: Pass,
  memory: Memory,
  began: Instant,
): Instant {
  const now = clock.now();
  const resync = nextLook?.(now) ?? now + RESYNC * (1 - JITTER * random());
  const retries = memory.backOff.ends(began);
  const { calendar, execution } = pass.desired.account;
  const edge = nextEdge(scheduled(pass), began, calendar);
  const second = memory.secondLooks.due(execution) ?? resync;
  const own = nextOwnEdge(pass.desired.account, began);
  const due = now + pauseOfDue(pass, memory, now);
  const ahead = pass.announcements?.nextLook(pass.ports, calendar) ?? resync;
  return Math.floor(Math.min(resync, due, edge, own, second, ahead, ...retries)) as Instant;
}

/**
 * How long a due slot waits for the next look: one that has begun for a better quote, one that could not begin for data that
 * its signal lacks, and a late exit for what holds it. One that failed has a pause of its own.
 */
function pauseOfDue(pass: Pass, { backOff }: Memory, now: Instant): number {
  const { ports, desired } = pass;
  const ledger = ports.journal.ledger();
  const following = new Set(desired.strategies.filter(mayFollow).map(({ name }) => name));
  const pauses = scheduled(pass).flatMap((strategy) => {
    const slot = dueSlot(ledger, strategy, now, desired.account.calendar);
    if (slot === null || backOff.hasFailed(strategy.name)) return [];
    if (isLate(slot, now)) return [RETRY_LATE];
    if (ledger.slots.has(slot.id)) return [RETRY_DUE];
    return following.has(strategy.name) ? [RETRY_BEGIN] : [];
  });
  return Math.min(...pauses);
}

/** What keeps passes from being made may be over when a slot begins, and must not outlast the one that is due. */
function nextTry({ clock }: Controlled, pass: Pass, { failures }: Memory): Instant {
  const now = clock.now();
  const { calendar } = pass.desired.account;
  const ledger = pass.ports.journal.ledger();
  const isDue = scheduled(pass).some((strategy) => dueSlot(ledger, strategy, now, calendar) !== null);
  const pause = isDue ? Math.min(RETRY_DUE, pauseAfter(failures)) : pauseAfter(failures);
  return Math.min(now + pause, nextEdge(scheduled(pass), now, calendar)) as Instant;
}

/** With those that have lost their manifest: their exits go on. */
function scheduled({ ports, desired: { strategies } }: Pass): readonly Scheduled[] {
  return [...strategies, ...undeclaredExits(ports.journal.ledger(), strategies)];
}

function forgetOtherManifests(memory: Memory, revision: string): void {
  if (memory.revision !== revision) memory.backOff.forgetStrategies();
  memory.revision = revision;
}

/** A slot that begins is no try again: it does not wait for what has failed before. */
function resting({ backOff }: Memory, pass: Pass, now: Instant): ReadonlySet<string> {
  const ledger = pass.ports.journal.ledger();
  const begins = scheduled(pass).filter((strategy) => {
    const slot = dueSlot(ledger, strategy, now, pass.desired.account.calendar);
    return slot !== null && !ledger.slots.has(slot.id);
  });
  const starting = new Set(begins.map(({ name }) => name));
  return new Set([...backOff.resting(now)].filter((strategy) => !starting.has(strategy)));
}

function due(pass: Pass, now: Instant): ReadonlySet<string> {
  const ledger = pass.ports.journal.ledger();
  const own = scheduled(pass).filter(
    (strategy) => dueSlot(ledger, strategy, now, pass.desired.account.calendar) !== null,
  );
  return new Set(own.map(({ name }) => name));
}

function failuresOf({ failures, backOff }: Memory): Failures {
  const all = backOff.failures();
  return failures === 0 ? all : new Map([...all, [CONTROLLER, failures]]);
}

/** Rule 7 of the seed has orphans said at a start and in each trading cycle; what changes is said at once. */
function isNews(memory: Memory, warnings: readonly PassWarning[], { slots }: Plan): boolean {
  const now = warningText(warnings);
  const isNew = now !== memory.warned;
  memory.warned = now;
  return isNew || slots.length > 0;
}

/** The same trouble is told once, and its end too. */
function say(report: Report, memory: Memory, trouble: string): void {
  if (trouble === memory.said) return;
  if (trouble === '') report.info(CONTROLLER, 'The trouble is over');
  else report.error(CONTROLLER, trouble);
  memory.said = trouble;
}
