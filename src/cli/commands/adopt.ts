/** `hgctl adopt`: gives unmanaged shares to a strategy. */
import { recover } from '../../reconciler/reconcile.ts';
import { passOf } from '../prepare.ts';
import { adopt } from '../../actions/adopt.ts';
import { formatDollars, formatQuantity } from '../../domain/decimal.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { openWorld } from '../acting.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { priceOption, quantityArgument, symbolArgument } from '../numbers.ts';
import { checkData } from '../prepare.ts';
import { unknownStrategy } from '../known-names.ts';

export interface AdoptOptions extends GlobalOptions {
  readonly strategy: string;
  readonly reason: string;
  readonly quantity?: string;
  readonly price?: string;
}

export async function runAdopt(io: Io, text: string, options: AdoptOptions): Promise<ExitCode> {
  const symbol = symbolArgument(text);
  const quantity = options.quantity === undefined ? null : quantityArgument(options.quantity);
  const price = priceOption(options.price);
  const world = openWorld(io, options);
  try {
    const { desired, ports } = world;
    const strategy = desired.strategies.find(({ name }) => name === options.strategy);
    if (strategy === undefined)
      throw unknownStrategy(
        options.strategy,
        desired.strategies.map(({ name }) => name),
      );
    if (!strategy.universe.has(symbol)) {
      throw new HgctlError(EXIT.refused, `${symbol} is not in the universe of ${strategy.name}`, {
        hint: 'add it to the manifest first',
      });
    }
    requireBooks(ports.journal.ledger().opened, world.paths.folder);
    await checkData(world);
    await recover(passOf(io, world));
    const adopted = await adopt(ports, desired, {
      symbol,
      strategy: strategy.name,
      quantity,
      price,
      reason: options.reason,
    });
    io.stdout(
      `position/${symbol} adopted by ${strategy.name}: ${formatQuantity(adopted.quantity)} shares at $${formatDollars(adopted.price)}\n`,
    );
    return EXIT.done;
  } finally {
    world.close();
  }
}

export function requireBooks(opened: boolean, folder: string): void {
  if (opened) return;
  throw new HgctlError(EXIT.refused, `the books in ${folder} are not open yet`, {
    hint: "run 'hgctl init' or 'hgctl apply' first",
  });
}
