/** What the operator's brakes share: their word is recorded before anything else can fail, and the rest follows it. */
import { commitDecision } from '../actions/operator.ts';
import { isHeld } from '../actions/brakes.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { JournalEvent } from '../observed/events.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { StateFile } from '../reconciler/ports.ts';
import { lookAndPlan, withoutPrograms } from '../reconciler/reconcile.ts';
import type { Plan } from '../reconciler/plan-types.ts';
import { openWorldAnyway } from './acting.ts';
import type { World } from './compose.ts';
import { styleOf, type GlobalOptions, type Io } from './io.ts';
import { planText } from './output/plan-text.ts';
import { passEdited, passOf, recoverIfPossible, refuseOrphanedState } from './prepare.ts';

const NO_STATE_FILE: StateFile = { write: () => undefined, schedule: () => undefined };

/** Works with invalid manifests. Refuses (exit 5) where no journal can record the word. */
export async function braking<Answer>(
  io: Io,
  options: GlobalOptions,
  command: (world: World) => Promise<Answer>,
): Promise<Answer> {
  const world = openWorldAnyway(io, options);
  try {
    refuseOrphanedState(world);
    if (!world.ports.journal.ledger().opened) {
      throw new HgctlError(EXIT.refused, 'there are no books yet, and nothing trades on this account', {
        hint: "'hgctl apply' or 'hgctl init' opens them; to hold a first start back, disable its strategies in the toggle file",
      });
    }
    return await command(world);
  } finally {
    world.close();
  }
}

export interface Word {
  readonly ledger: Ledger;
  /** False where it was so already, and nothing was written. */
  readonly isNew: boolean;
  /** To go on in: a state file that was changed outside is left as it is. */
  readonly world: World;
}

/** Records an operator's word, whatever the state of broker, manifests, state file and lock. Null: it is so already. */
export function say(io: Io, world: World, decide: (ledger: Ledger) => JournalEvent | null): Word {
  const { ports } = world;
  const said = { isNew: false };
  const ledger = commitDecision({ ...ports, stateFile: NO_STATE_FILE }, (current) => {
    const event = decide(current);
    said.isNew = event !== null;
    return event;
  });
  const { isNew } = said;
  try {
    const after = passEdited(io, world);
    // What was so already is shown, or waits for whoever acts next; what follows here shows what it does.
    if (isNew) after.ports.stateFile.write(ledger);
    return { ledger, isNew, world: after };
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    io.stderr(`warning: it is recorded, and the state file does not show it yet: ${error.message}\n`);
    return { ledger, isNew, world: quiet(world) };
  }
}

function quiet(world: World): World {
  return { ...world, ports: { ...world.ports, stateFile: NO_STATE_FILE } };
}

/** Recovery after the word. A running execution looks after its own orders. */
export async function recoverAfter(io: Io, world: World): Promise<void> {
  if (isHeld(world.ports)) io.stderr(`${executingLine(world)}\n`);
  else await recoverIfPossible(io, world);
}

function executingLine({ ports }: World): string {
  const { lock } = ports.journal.ledger();
  return `${lock?.holder ?? 'somebody'} is executing (pid ${lock?.owner.pid ?? 0}): it asks before each order, and looks after those that are sent`;
}

/** What the next `apply` would do now; null, with a warning, where nothing can be said. */
export async function planAhead(io: Io, world: World): Promise<Plan | null> {
  if (world.problems.length > 0) {
    io.stderr('warning: the manifests are invalid or gone, so that no plan can be shown\n');
    return null;
  }
  try {
    return (await lookAndPlan(withoutPrograms(passOf(io, world)), false)).plan;
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    io.stderr(`warning: no plan can be shown: ${error.message}\n`);
    return null;
  }
}

export function planAheadText(
  plan: Plan | null,
  { io, options, world }: { readonly io: Io; readonly options: GlobalOptions; readonly world: World },
): string {
  if (plan === null) return '';
  const text = planText(plan, { style: styleOf(io, options), locate: world.manifests.locate });
  return `\nThe next apply:\n\n${text}\n`;
}
