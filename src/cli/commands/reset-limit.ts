/** `hgctl reset-limit`: lifts a loss limit that was crossed; losses are counted from then on. */
import { resetLimit } from '../../actions/limits.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { recover } from '../../reconciler/reconcile.ts';
import { openWorld } from '../acting.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { operatorName } from '../operator-name.ts';
import { checkData, passOf } from '../prepare.ts';
import { requireBooks } from './adopt.ts';
import { requireKnown } from './close-positions.ts';

export interface ResetLimitOptions extends GlobalOptions {
  readonly account?: boolean;
  readonly reason: string;
}

/** `name`: a strategy; undefined with `--account`. */
export async function runResetLimit(
  io: Io,
  name: string | undefined,
  options: ResetLimitOptions,
): Promise<ExitCode> {
  const strategy = subjectOf(name, options.account === true);
  const world = openWorld(io, options);
  try {
    const { desired, ports, paths } = world;
    if (strategy !== null) requireKnown(world, strategy);
    requireBooks(ports.journal.ledger().opened, paths.folder);
    await checkData(world);
    await recover(passOf(io, world));
    await resetLimit(ports, desired, { strategy, by: operatorName(io), reason: options.reason });
    const subject = strategy === null ? 'account' : `strategy/${strategy}`;
    io.stdout(`${subject} loss limit reset: losses are counted from now on\n`);
    return EXIT.done;
  } finally {
    world.close();
  }
}

/** Null: the account. */
function subjectOf(name: string | undefined, isAccount: boolean): string | null {
  if (isAccount && name === undefined) return null;
  if (!isAccount && name !== undefined) return name;
  throw new HgctlError(EXIT.usage, 'which loss limit?', {
    hint: "either 'hgctl reset-limit STRATEGY' or 'hgctl reset-limit --account'",
  });
}
