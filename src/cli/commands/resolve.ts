/** `hgctl resolve`: an operator ends the doubt about a symbol. */
import { recover } from '../../reconciler/reconcile.ts';
import { passOf } from '../prepare.ts';
import { resolveSymbol } from '../../actions/resolve-symbol.ts';
import { formatQuantity } from '../../domain/decimal.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import type { SplitRatio } from '../../observed/split.ts';
import { openWorld } from '../acting.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { priceOption, symbolArgument } from '../numbers.ts';
import { checkData } from '../prepare.ts';
import { requireBooks } from './adopt.ts';

export interface ResolveOptions extends GlobalOptions {
  readonly as: string;
  readonly reason: string;
  readonly strategy?: string;
  readonly price?: string;
  readonly ratio?: string;
}

export async function runResolve(io: Io, text: string, options: ResolveOptions): Promise<ExitCode> {
  const symbol = symbolArgument(text);
  const price = priceOption(options.price);
  const { as, reason } = options;
  if (as !== 'broker' && as !== 'books' && as !== 'split') {
    throw new HgctlError(EXIT.usage, `--as is ${JSON.stringify(as)}`, {
      hint: 'one of: broker, books, split',
    });
  }
  const ratio = ratioOption(as, options.ratio);
  const world = openWorld(io, options);
  try {
    const { desired, ports } = world;
    requireBooks(ports.journal.ledger().opened, world.paths.folder);
    await checkData(world);
    await recover(passOf(io, world));
    const ledger = await resolveSymbol(ports, desired, {
      symbol,
      as,
      ratio,
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

/** `10:1`: ten new shares for one old. */
function ratioOption(as: string, text: string | undefined): SplitRatio | null {
  if (text === undefined) return null;
  if (as !== 'split') {
    throw new HgctlError(EXIT.usage, '--ratio says nothing here', { hint: 'it goes with --as split' });
  }
  const [, to, from] = /^([1-9]\d{0,3}):([1-9]\d{0,3})$/.exec(text) ?? [];
  if (to !== undefined && from !== undefined && to !== from) return { from: Number(from), to: Number(to) };
  throw new HgctlError(EXIT.usage, `--ratio is ${JSON.stringify(text)}`, {
    hint: 'new shares for old ones: 10:1, or 1:20 for a reverse split',
  });
}
