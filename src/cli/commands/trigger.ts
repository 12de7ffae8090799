/** `hgctl trigger`: runs one slot of today now, by hand. It runs at most once, as by itself. */
import { nextSessionAfter, sessionOn } from '../../domain/calendar.ts';
import { EXIT, HgctlError, strongestExit, type ExitCode } from '../../domain/errors.ts';
import { dateOf, formatLocalZone, timeOf, type Instant } from '../../domain/instant.ts';
import { slotsOn, type Slot } from '../../domain/schedule.ts';
import { commitDecision } from '../../actions/operator.ts';
import type { DesiredStrategy } from '../../desired/desired-state.ts';
import { suspensionAt } from '../../observed/brakes.ts';
import type { Ledger } from '../../observed/ledger.ts';
import { describeHalt, describeSuspension } from '../../reconciler/brakes.ts';
import { reconcile } from '../../reconciler/reconcile.ts';
import { mayFollow } from '../../reconciler/rules/targets.ts';
import { openWorld } from '../acting.ts';
import type { World } from '../compose.ts';
import { styleOf, type GlobalOptions, type Io } from '../io.ts';
import { operatorName } from '../operator-name.ts';
import { planText } from '../output/plan-text.ts';
import { noShortingChange } from '../no-shorting.ts';
import { checkData, passOf } from '../prepare.ts';
import { outcomeExit, outcomeLines } from './apply.ts';
import { stopExits } from '../stop-exits.ts';
import { requireKnown } from './close-positions.ts';
import { holdExits } from './plan.ts';

export interface TriggerOptions extends GlobalOptions {
  readonly slot: string;
  readonly reason: string;
}

export async function runTrigger(io: Io, name: string, options: TriggerOptions): Promise<ExitCode> {
  const world = openWorld(io, options);
  try {
    requireKnown(world, name);
    await checkData(world);
    const slot = slotOf(world, followed(world, name), options.slot);
    record(io, world, slot, options.reason);
    return await run(io, world, { slot, options });
  } finally {
    world.close();
  }
}

/** Refuses (exit 5) a strategy that would send nothing. */
function followed({ desired, ports }: World, name: string): DesiredStrategy {
  const strategy = desired.strategies.find((candidate) => candidate.name === name);
  const ledger = ports.journal.ledger();
  const refused = (why: string, hint: string): HgctlError =>
    new HgctlError(EXIT.refused, `${name} runs no slot: ${why}`, { hint });
  if (!ledger.opened) throw refused('there are no books yet', "'hgctl apply' opens them");
  if (strategy === undefined) throw refused('no manifest declares it', 'put its manifest back');
  if (strategy.lifecycle === 'planned')
    throw refused('it is planned', 'its manifest says lifecycle: planned');
  if (!mayFollow(strategy)) throw refused('it is turned off', `'hgctl enable ${name}' turns it on`);
  if (ledger.halt !== null) throw refused(describeHalt(ledger.halt), 'nothing was recorded');
  const suspension = suspensionAt(ledger, name, ports.clock.now());
  if (suspension !== null) throw refused(describeSuspension(suspension), 'nothing was recorded');
  return strategy;
}

/** Refuses (exit 6) a name that is no slot, or is that of several, and (exit 13) outside the session. */
function slotOf({ desired, ports }: World, { name, schedule }: DesiredStrategy, word: string): Slot {
  const { calendar } = desired.account;
  const now = ports.clock.now();
  const session = sessionOn(dateOf(now), calendar);
  const upcoming =
    session !== null && now < session.close ? session : nextSessionAfter(dateOf(now), calendar);
  const all = slotsOn(name, schedule, upcoming);
  const found = all.filter((slot) => namesOf(slot).includes(word));
  const [slot] = found;
  if (slot === undefined || found.length > 1) {
    const known = all.map(({ id }) => shortName(id)).join(', ');
    throw new HgctlError(
      EXIT.notFound,
      slot === undefined
        ? `${name} has no slot ${word}`
        : `${word} is the name of ${found.length} slots of ${name}`,
      {
        hint: known === '' ? `${name} has no schedule: it is followed on every pass` : `its slots: ${known}`,
      },
    );
  }
  refuseClosed(slot, { now, open: upcoming.open });
  return slot;
}

/** `exit`, `0931`, `09:31`, `exit/0931`, or the whole id. */
function namesOf({ id, action, at }: Slot): string[] {
  return [id, shortName(id), action, timeOf(at), timeOf(at).replace(':', '')];
}

function shortName(id: string): string {
  return id.split('/').slice(2).join('/');
}

function refuseClosed(slot: Slot, { now, open }: { readonly now: Instant; readonly open: Instant }): void {
  if (open <= now && now <= slot.lastStart) return;
  const next =
    now < open ? `the session opens at ${formatLocalZone(open)}` : 'this session takes no more orders';
  throw new HgctlError(EXIT.closed, `${slot.id} cannot run now: ${next}`, {
    hint:
      now < open
        ? `it runs by itself at ${formatLocalZone(slot.at)}`
        : 'nothing was recorded; trigger it in the next session',
  });
}

/** Refuses (exit 8) a slot that has run. */
function record(io: Io, { ports }: World, { id, strategy }: Slot, reason: string): void {
  commitDecision(ports, (ledger) => {
    const run = ledger.slots.get(id);
    if (run?.state === 'done' || run?.state === 'partial') {
      throw new HgctlError(EXIT.conflict, `${id} has run already (${run.state}): a slot runs at most once`, {
        hint: `'hgctl get orders ${strategy}' shows what it sent`,
      });
    }
    if (run?.state === 'started' || ledger.triggers.has(id)) return null;
    return { type: 'slot-triggered', slot: id, strategy, by: operatorName(io), reason };
  });
}

interface Running {
  readonly slot: Slot;
  readonly options: TriggerOptions;
}

/** One pass in which only this strategy trades. A controller that is faster runs the slot instead. */
async function run(io: Io, world: World, { slot, options }: Running): Promise<ExitCode> {
  const { ports, desired, manifests } = world;
  const others = desired.strategies.map(({ name }) => name).filter((name) => name !== slot.strategy);
  const text = { style: styleOf(io, options), locate: manifests.locate };
  const setting = await noShortingChange(world);
  const pass = { ...passOf(io, world), resting: new Set(others) };
  const result = await reconcile(setting === null ? pass : { ...pass, changeSetting: setting.carryOut }, {
    approve: (plan) => {
      io.stdout(`${planText(plan, text)}\n\n`);
      world.liveSaid();
      return Promise.resolve(true);
    },
    approveChange: () => Promise.resolve(true),
  });
  const outcomes = result.kind === 'executed' ? result.outcomes : [];
  if (outcomes.length > 0) io.stdout(`${outcomeLines(outcomes)}\n`);
  const state = stateOf(ports.journal.refresh(), slot);
  io.stdout(`Slot ${slot.id}: ${state}.\n`);
  const codes = [...stopExits(io), ...holdExits(result.plan), ...outcomes.map(outcomeExit)];
  return strongestExit(
    [...codes, state === 'done' ? EXIT.done : EXIT.partial].filter((code) => code !== EXIT.done),
  );
}

function stateOf({ slots }: Ledger, { id }: Slot): string {
  const state = slots.get(id)?.state;
  if (state === undefined)
    return "not started; it runs with the next pass, 'hgctl plan' shows what is in the way";
  return state === 'started' ? 'not finished; the next pass goes on with it' : state;
}
