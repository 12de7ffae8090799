/** `hgctl close-orphaned`: sells the positions of a strategy that is off, and leaves it off. */
import { requestShutdown } from '../../actions/shutdown.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { openWorldAnyway } from '../acting.ts';
import type { World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { operatorName } from '../operator-name.ts';
import { passEdited, refuseOrphanedState, refuseWhileForeign } from '../prepare.ts';
import { closePositions, requireKnown } from './close-positions.ts';

export async function runCloseOrphaned(io: Io, name: string, options: GlobalOptions): Promise<ExitCode> {
  const world = openWorldAnyway(io, options);
  try {
    refuseOrphanedState(world);
    requireKnown(world, name);
    return await closeOrphaned(io, passEdited(io, world), name);
  } finally {
    world.close();
  }
}

async function closeOrphaned(io: Io, world: World, name: string): Promise<ExitCode> {
  const { ports } = world;
  refuseEnabled(world, name);
  refuseWhileForeign(world);
  const ledger = ports.journal.ledger();
  // Whoever died behind the last sale has left a shutdown to be ended.
  const isUnderWay = ledger.drains.get(name)?.state === 'pending';
  if (!isUnderWay && (ledger.books.get(name)?.size ?? 0) === 0) {
    io.stdout(`No orphaned positions: ${name} owns nothing.\n`);
    return EXIT.done;
  }
  requestShutdown(ports, { strategy: name, close: true, by: operatorName(io), command: 'close-orphaned' });
  const code = await closePositions(io, world, name);
  const { books, drains } = ports.journal.refresh();
  const left = books.get(name)?.size ?? 0;
  if (left === 0) io.stdout(`All positions of ${name.toUpperCase()} are closed.\n`);
  else if (drains.get(name)?.state === 'pending') {
    io.stdout(
      `The positions of ${name.toUpperCase()} are not all closed yet; the next 'hgctl apply' goes on with it.\n`,
    );
  }
  return code;
}

function refuseEnabled({ desired }: World, name: string): void {
  const strategy = desired.strategies.find((candidate) => candidate.name === name);
  if (strategy?.toggle?.enabled !== true) return;
  throw new HgctlError(EXIT.refused, `${name} is enabled: its positions are not orphaned`, {
    hint: `'hgctl disable ${name} --close-positions' turns it off and closes them`,
  });
}
