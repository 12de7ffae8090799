/** `hgctl enable`: turns a strategy on in the toggle file, in place, and lifts what an operator has shut down. */
import { commitDecision } from '../../actions/operator.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { viewLock } from '../../actions/lock-view.ts';
import { suspensionAt } from '../../observed/brakes.ts';
import type { Ledger } from '../../observed/ledger.ts';
import { describeHalt, describeSuspension } from '../../reconciler/brakes.ts';
import { printable } from '../output/printable.ts';
import { passEdited, recoverIfPossible, refuseOrphanedState } from '../prepare.ts';
import { setSwitches } from '../../store/toggle-switches.ts';
import { openWorldAnyway } from '../acting.ts';
import type { World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { requireKnown } from './close-positions.ts';
import { unknownStrategy } from '../known-names.ts';
import { operatorName } from '../operator-name.ts';

export async function runEnable(io: Io, name: string, options: GlobalOptions): Promise<ExitCode> {
  const world = openWorldAnyway(io, options);
  try {
    refuseOrphanedState(world);
    return await enable(io, passEdited(io, world), name);
  } finally {
    world.close();
  }
}

async function enable(io: Io, world: World, name: string): Promise<ExitCode> {
  const { manifests, ports, problems } = world;
  const { strategies, account } = manifests.desired;
  const isDrained = ports.journal.ledger().drains.has(name);
  const strategy = strategies.find((candidate) => candidate.name === name);
  if (!isDrained && strategy === undefined) refuseUndeclared(world, name);
  if (strategy?.toggle?.enabled === true && !strategy.toggle.shutdownRequested && !isDrained) {
    io.stdout(`strategy/${name} already enabled\n`);
    return EXIT.done;
  }
  await recoverIfPossible(io, world);
  if (isDrained) lift(io, world, name);
  if (world.shadow !== null) {
    io.stdout(
      `${isDrained ? `The shutdown of ${name} is lifted in the shadow` : 'Nothing is to be lifted'}; the toggle file stays as it is\n`,
    );
    return EXIT.done;
  }
  const on = { enabled: true, shutdownRequested: false, modifiedAt: ports.clock.now() };
  // The toggle file has entries of declared strategies only; beside a stand-in nobody knows which these are.
  const file = { path: account.toggleFile, lock: world.paths.toggleLock };
  await setSwitches(file, { strategy: name, ...on, insert: strategy !== undefined });
  io.stdout(
    strategy === undefined && problems.length === 0
      ? `The shutdown of ${name} is lifted; no manifest declares it\n`
      : `strategy/${name} enabled\n`,
  );
  warnOfBrakes(io, world, name);
  return EXIT.done;
}

/** What goes before the toggle file, and goes on stopping the strategy. */
function warnOfBrakes(io: Io, { ports }: World, name: string): void {
  const ledger = ports.journal.ledger();
  const suspension = suspensionAt(ledger, name, ports.clock.now());
  if (ledger.halt !== null) io.stderr(`warning: the account is ${printable(describeHalt(ledger.halt))}\n`);
  if (suspension !== null) io.stderr(`warning: ${name} is ${printable(describeSuspension(suspension))}\n`);
}

function refuseUndeclared(world: World, name: string): void {
  if (world.problems.length > 0) {
    requireKnown(world, name);
    return;
  }
  const { strategies } = world.manifests.desired;
  throw unknownStrategy(
    name,
    strategies.map((candidate) => candidate.name),
  );
}

/** The toggle file is edited after this: a crash between the two leaves the strategy off. */
function lift(io: Io, world: World, strategy: string): void {
  commitDecision(world.ports, (ledger) => {
    refuseExecuting(world, ledger, strategy);
    return { type: 'drain-lifted', strategy, by: operatorName(io) };
  });
}

function refuseExecuting({ ports }: World, { lock }: Ledger, strategy: string): void {
  if (lock?.holder !== strategy || viewLock(ports, lock, null).kind !== 'held') return;
  throw new HgctlError(EXIT.lock, `${strategy} is executing: its shutdown cannot be lifted now`, {
    hint: "wait for it to end; see 'hgctl get locks'",
  });
}
