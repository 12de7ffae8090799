/** `hgctl init`: opens the books of a data folder. */
import { openBooks, type Opening } from '../../actions/open-books.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { formatQuantity } from '../../domain/decimal.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import {
  lastExecutionsFromForeign,
  lotsFromForeign,
  type ForeignDocument,
} from '../../observed/foreign-state.ts';
import type { Ledger } from '../../observed/ledger.ts';
import { parseState } from '../../observed/state-document.ts';
import { readState } from '../../store/state-inspection.ts';
import { openWorld } from '../acting.ts';
import type { World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { printable } from '../output/printable.ts';
import { refuseOrphanedState } from '../prepare.ts';

export interface InitOptions extends GlobalOptions {
  readonly fromState?: string;
  readonly unmanaged?: boolean;
}

export async function runInit(io: Io, options: InitOptions): Promise<ExitCode> {
  if (options.fromState !== undefined && options.unmanaged === true) {
    throw new HgctlError(EXIT.usage, '--from-state and --unmanaged exclude each other', {
      hint: 'give one of them',
    });
  }
  const world = openWorld(io, options);
  try {
    const { ports, paths } = world;
    if (ports.journal.ledger().opened) {
      throw new HgctlError(EXIT.conflict, `the books in ${paths.folder} are already open`, {
        hint: "see 'hgctl get positions'",
      });
    }
    refuseOrphanedState(world);
    const opening = openingOf(io, world, options);
    const ledger = await openBooks(ports, opening);
    ports.stateFile.write(ledger);
    io.stdout(`${describe(ledger, paths.folder)}\n`);
    return EXIT.done;
  } finally {
    world.close();
  }
}

function openingOf(io: Io, world: World, { fromState, unmanaged }: InitOptions): Opening {
  if (fromState === undefined) return { kind: unmanaged === true ? 'unmanaged' : 'empty' };
  const state = parseState(readOriginal(fromState));
  if (state.kind === 'invalid') {
    throw new HgctlError(EXIT.invalid, `${fromState}:${state.message}`, {
      hint: 'mend it, or begin with --unmanaged',
    });
  }
  if (state.kind !== 'foreign') {
    throw new HgctlError(EXIT.conflict, `${fromState} is a state file of hgctl, not of the original system`, {
      hint: 'its journal belongs to it: put both back where they were',
    });
  }
  for (const note of state.notes) io.stderr(`note: ${printable(note)}\n`);
  refuseRunningOriginal(state.document, world.ports.clock.now(), fromState);
  return fromDocument(state.document, world.ports.clock.now());
}

function readOriginal(file: string): string {
  const text = readIfThere(file);
  if (text !== undefined) return text;
  throw new HgctlError(EXIT.notFound, `there is no file ${file}`, { hint: 'check the path' });
}

function readIfThere(file: string): string | undefined {
  try {
    return readState(file);
  } catch (cause) {
    throw new HgctlError(EXIT.invalid, `${file} cannot be read`, { cause, hint: 'check the path' });
  }
}

/** Two controllers on one account would trade against each other. */
function refuseRunningOriginal({ execution_lock: lock }: ForeignDocument, now: Instant, file: string): void {
  if (lock === null || lock === undefined || lock.expires <= now) return;
  throw new HgctlError(
    EXIT.lock,
    `${file} shows an execution lock of ${lock.holder} until ${formatInstant(lock.expires)}: its program may be running`,
    {
      hint: 'stop it, then run the command again after that time',
    },
  );
}

function fromDocument(document: ForeignDocument, now: Instant): Opening {
  return {
    kind: 'state-file',
    lots: lotsFromForeign(document),
    lastExecution: lastExecutionsFromForeign(document),
    writtenAt: document.last_updated ?? now,
  };
}

function describe({ account, books }: Ledger, folder: string): string {
  const lines = [...books].map(([strategy, book]) => {
    const positions = [...book].map(([symbol, { quantity }]) => `${symbol} (${formatQuantity(quantity)})`);
    return `  ${strategy}: ${positions.join(', ')}`;
  });
  return [`Opened the books of account ${account?.id ?? ''} in ${folder}`, ...lines].join('\n');
}
