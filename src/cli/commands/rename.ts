/** `hgctl rename`: a strategy goes on under another name, with its book, orders and slots. */
import { viewLock } from '../../actions/lock-view.ts';
import { commitDecision } from '../../actions/operator.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { isStrategyName, STRATEGY_RULE } from '../../domain/names.ts';
import { closest } from '../../domain/suggest.ts';
import type { Ledger } from '../../observed/ledger.ts';
import { openWorldAnyway } from '../acting.ts';
import type { World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { checkData, recoverIfPossible } from '../prepare.ts';
import { requireBooks } from './adopt.ts';

interface Names {
  readonly from: string;
  readonly to: string;
}

/** The manifests come first. Works with invalid ones: while a strategy is being renamed in them, they often are. */
export async function runRename(io: Io, names: Names, options: GlobalOptions): Promise<ExitCode> {
  const { from, to } = names;
  if (!isStrategyName(to)) {
    throw new HgctlError(EXIT.usage, `${JSON.stringify(to)} is no name of a strategy`, {
      hint: STRATEGY_RULE,
    });
  }
  if (from === to) throw new HgctlError(EXIT.usage, `${from} is called ${to} already`);
  const world = openWorldAnyway(io, options);
  try {
    const { ports, paths } = world;
    requireBooks(ports.journal.ledger().opened, paths.folder);
    await checkData(world);
    await recoverIfPossible(io, world);
    commitDecision(ports, (ledger) => {
      refuseUnknown(ledger, from);
      refuseTaken(ledger, to);
      refuseDeclared(world, ledger, names);
      refuseWhileExecuting(world, ledger, from);
      return { type: 'strategy-renamed', from, to };
    });
    io.stdout(`strategy/${from} renamed to ${to}\n`);
    if (!isDeclared(world, to))
      io.stderr(
        `note: no manifest declares ${to} yet: change metadata.name, and its entry in the toggle file\n`,
      );
    return EXIT.done;
  } finally {
    world.close();
  }
}

function refuseUnknown({ inventory, books }: Ledger, name: string): void {
  const known = [...new Set([...inventory.keys(), ...books.keys()])].sort();
  if (known.includes(name)) return;
  const likely = closest(name, known);
  const question = likely === undefined ? '' : `did you mean ${likely}? `;
  throw new HgctlError(EXIT.notFound, `there is no strategy ${JSON.stringify(name)}`, {
    hint: `${question}in the books: ${known.join(', ') || 'none'}`,
  });
}

/** A new manifest of that name may have been accepted already; a book of its own cannot be merged. */
function refuseTaken({ books, openOrders }: Ledger, name: string): void {
  const isOrdered = [...openOrders.values()].some(({ intent }) => intent.strategy === name);
  if ((books.get(name)?.size ?? 0) === 0 && !isOrdered) return;
  throw new HgctlError(EXIT.refused, `${name} has positions or orders of its own`, {
    hint: 'choose a name that nobody has, or release its positions first',
  });
}

/** Under a manifest of its own, the old name would buy anew what the new one has taken along. */
function refuseDeclared({ manifests }: World, { books }: Ledger, { from, to }: Names): void {
  const { strategies } = manifests.desired;
  if (strategies.some(({ name }) => name === from)) {
    throw new HgctlError(EXIT.refused, `a manifest still declares ${from}`, {
      hint: `change its metadata.name to ${to}, and its entry in the toggle file, then run the command again`,
    });
  }
  const universe = strategies.find(({ name }) => name === to)?.universe;
  const outside = [...(books.get(from)?.keys() ?? [])].filter((symbol) => universe?.has(symbol) === false);
  if (outside.length === 0) return;
  throw new HgctlError(
    EXIT.refused,
    `${from} holds what is not in the universe of ${to}: ${outside.join(', ')}`,
    {
      hint: `add it to the universe of ${to}, or choose another name`,
    },
  );
}

function refuseWhileExecuting({ ports }: World, { lock }: Ledger, name: string): void {
  if (lock?.holder !== name || viewLock(ports, lock, null).kind !== 'held') return;
  throw new HgctlError(EXIT.lock, `${name} is executing`, { hint: 'wait for it to end' });
}

function isDeclared({ manifests }: World, name: string): boolean {
  return manifests.desired.strategies.some((strategy) => strategy.name === name);
}
