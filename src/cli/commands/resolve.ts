/** `hgctl resolve`: an operator ends the doubt about a symbol. */
import { resolveSymbol } from '../../actions/resolve-symbol.ts';
import { formatQuantity } from '../../domain/decimal.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { openWorld } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { priceOption, symbolArgument } from '../numbers.ts';
import { checkData } from '../prepare.ts';
import { requireBooks } from './adopt.ts';

export interface ResolveOptions extends GlobalOptions {
  readonly as: string;
  readonly reason: string;
  readonly strategy?: string;
  readonly price?: string;
}

export async function runResolve(io: Io, text: string, options: ResolveOptions): Promise<ExitCode> {
  const symbol = symbolArgument(text);
  const price = priceOption(options.price);
  const { as, reason } = options;
  if (as !== 'broker' && as !== 'books') {
    throw new HgctlError(EXIT.usage, `--as is ${JSON.stringify(as)}`, { hint: 'one of: broker, books' });
  }
  const world = openWorld(io, options);
  try {
    const { desired, ports } = world;
    requireBooks(ports.journal.ledger().opened, world.paths.folder);
    await checkData(world);
    const ledger = await resolveSymbol(ports, desired, {
      symbol,
      as,
      strategy: options.strategy ?? null,
      price,
      reason,
    });
    const books = [...ledger.books].flatMap(([strategy, book]) => {
      const lot = book.get(symbol);
      return lot === undefined ? [] : [`${strategy} ${formatQuantity(lot.quantity)}`];
    });
    io.stdout(`symbol/${symbol} resolved; books: ${books.join(', ') || 'none'}\n`);
    return EXIT.done;
  } finally {
    world.close();
  }
}
