/** `hgctl disable`: turns a strategy off, and sells what it holds if asked to; the seed's screen. */
import { viewLock } from '../../actions/lock-view.ts';
import { requestShutdown, waitForExecution } from '../../actions/shutdown.ts';
import { EXIT, HgctlError, strongestExit, type ExitCode } from '../../domain/errors.ts';
import { carryOutDrains } from '../../reconciler/reconcile.ts';
import { openWorldAnyway } from '../acting.ts';
import type { World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { operatorName } from '../operator-name.ts';
import { lossOfJournal, passEdited, passOf, refuseWhileForeign } from '../prepare.ts';
import { stopExits } from '../stop-exits.ts';
import { closePositions, openOrdersOf, orphansHint, requireKnown } from './close-positions.ts';

export interface DisableOptions extends GlobalOptions {
  readonly closePositions?: boolean;
  readonly force?: boolean;
}

export async function runDisable(io: Io, name: string, options: DisableOptions): Promise<ExitCode> {
  const world = openWorldAnyway(io, options);
  try {
    const lost = lossOfJournal(world);
    if (lost !== null) throw await disableWithout(lost, io, world, name);
    requireKnown(world, name);
    return await disable(io, passEdited(io, world), {
      name,
      close: options.closePositions ?? false,
      force: options.force ?? false,
    });
  } finally {
    world.close();
  }
}

const OFF = { enabled: false, shutdownRequested: false } as const;

/** Nothing can be recorded, and nobody knows what is owned: the toggle file is all that there is. Returns the trouble. */
async function disableWithout(
  lost: HgctlError,
  io: Io,
  { manifests, ports }: World,
  name: string,
): Promise<HgctlError> {
  if (!manifests.desired.strategies.some((strategy) => strategy.name === name)) return lost;
  try {
    await ports.switchToggle(name, OFF);
    io.stdout(`strategy/${name} is off in the toggle file; nothing could be recorded or closed\n`);
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    io.stderr(`error: ${error.message}\nhint: ${name} is not off: ${error.hint ?? 'mend the file'}\n`);
  }
  return lost;
}

interface Order {
  readonly name: string;
  readonly close: boolean;
  readonly force: boolean;
}

async function disable(io: Io, world: World, order: Order): Promise<ExitCode> {
  const { name, close, force } = order;
  const { ports } = world;
  const holdings = ports.journal.ledger().books.get(name)?.size ?? 0;
  if (isOffAlready(world, name) && !(close && holdings > 0)) {
    io.stdout(`strategy/${name} already disabled\n`);
    return EXIT.done;
  }
  const title = name.toUpperCase();
  if (!ports.journal.ledger().opened) {
    await ports.switchToggle(name, OFF);
    io.stdout(`strategy/${name} is off in the toggle file; there are no books yet, and nothing to close\n`);
    return EXIT.done;
  }
  io.stdout(`Disabling ${title} strategy...\n`);
  // The journal first: whatever goes wrong from here on, the strategy stays off.
  requestShutdown(ports, { strategy: name, close, by: operatorName(io), command: 'disable' });
  io.stdout('Setting shutdown_requested flag...\n');
  const trouble = await setFlag(io, world, order);
  if (!force) await waitForEnd(io, world, name);
  io.stdout('\n');
  const code = await finish(io, world, order);
  if (!close) io.stdout(orphansHint(world, name));
  io.stdout(`${title} strategy ${endOf(world, order)}.\n`);
  return strongestExit([code, ...trouble].filter((one) => one !== EXIT.done));
}

function endOf({ ports }: World, { name, close }: Order): string {
  const ledger = ports.journal.ledger();
  if (ledger.drains.get(name)?.state !== 'pending') return 'disabled';
  if (close) return "is shut down; its positions are not all closed yet, the next 'hgctl apply' goes on";
  const symbols = openOrdersOf(ledger, name).map(({ intent }) => intent.symbol);
  const orders = symbols.length === 0 ? '' : `orders on ${symbols.join(', ')} have no end yet, and `;
  return `is off; ${orders}the next 'hgctl apply' ends its shutdown`;
}

function isOffAlready({ ports, manifests }: World, name: string): boolean {
  const { drains, opened } = ports.journal.ledger();
  const declared = manifests.desired.strategies.find((strategy) => strategy.name === name);
  const isFileOff = declared !== undefined && declared.toggle?.enabled !== true;
  if (!opened) return isFileOff;
  return drains.get(name)?.state === 'completed' && (declared === undefined || isFileOff);
}

/** A file that cannot be written does not keep the strategy running; it fails the command at its end. */
async function setFlag(io: Io, { ports }: World, { name, force }: Order): Promise<ExitCode[]> {
  try {
    await ports.switchToggle(name, force ? OFF : { shutdownRequested: true });
    return [];
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    io.stderr(
      `error: ${error.message}\nhint: the journal keeps ${name} off; ${error.hint ?? 'mend the file'}\n`,
    );
    return [error.exit];
  }
}

async function waitForEnd(io: Io, { ports }: World, name: string): Promise<void> {
  io.stdout('Waiting for current execution to complete... ');
  const isHeld = (): boolean => viewLock(ports, ports.journal.ledger().lock, null).kind === 'held';
  const hasEnded = await waitForExecution(ports, name, isHeld);
  io.stdout(hasEnded ? 'done\n' : 'still running\n');
  if (hasEnded) return;
  const [stopped] = stopExits(io);
  if (stopped !== undefined) {
    throw new HgctlError(stopped, `interrupted while ${name} executes; its shutdown stays requested`, {
      hint: 'it sends no new order; run the command again',
    });
  }
  throw new HgctlError(EXIT.timeout, `${name} still executes after 60 s; its shutdown stays requested`, {
    hint: `it sends no new order; run the command again, or 'hgctl disable ${name} --force'`,
  });
}

/** Recovery, the positions if they are to be sold, and the end of the shutdown. */
async function finish(io: Io, world: World, { name, close }: Order): Promise<ExitCode> {
  if (close) {
    refuseWhileForeign(world);
    return closePositions(io, world, name);
  }
  try {
    // The pass goes on with the shutdowns of others, too, and these may sell.
    refuseWhileForeign(world);
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    io.stderr(`warning: the rest is left to the next apply: ${error.message}\n`);
    return EXIT.done;
  }
  await carryOutDrains(passOf(io, world));
  return strongestExit(stopExits(io));
}
