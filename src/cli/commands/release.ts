/** `hgctl release`: takes shares out of a strategy's book; nobody owns them then. */
import { releaseShares } from '../../actions/release.ts';
import { formatQuantity } from '../../domain/decimal.ts';
import { EXIT, type ExitCode } from '../../domain/errors.ts';
import { recover } from '../../reconciler/reconcile.ts';
import { openWorld } from '../acting.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { quantityArgument, symbolArgument } from '../numbers.ts';
import { checkData, passOf } from '../prepare.ts';
import { requireBooks } from './adopt.ts';
import { requireKnown } from './close-positions.ts';

export interface ReleaseOptions extends GlobalOptions {
  readonly strategy: string;
  readonly reason: string;
  readonly quantity?: string;
}

export async function runRelease(io: Io, text: string, options: ReleaseOptions): Promise<ExitCode> {
  const symbol = symbolArgument(text);
  const quantity = options.quantity === undefined ? null : quantityArgument(options.quantity);
  const { strategy, reason } = options;
  const world = openWorld(io, options);
  try {
    const { desired, ports, paths } = world;
    requireKnown(world, strategy);
    requireBooks(ports.journal.ledger().opened, paths.folder);
    await checkData(world);
    await recover(passOf(io, world));
    const released = await releaseShares(ports, desired, { symbol, strategy, quantity, reason });
    io.stdout(
      `position/${symbol} released by ${strategy}: ${formatQuantity(released)} shares are unmanaged\n`,
    );
    return EXIT.done;
  } finally {
    world.close();
  }
}
