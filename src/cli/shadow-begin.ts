/** The first start of a shadow: books and money of the account as they are, and from there on paper. */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lookAtAccount, type AccountLook } from '../actions/account-look.ts';
import { openBooks } from '../actions/open-books.ts';
import { openingOf } from '../actions/opening-of.ts';
import { shadowState } from '../broker/shadow.ts';
import { formatDocument } from '../broker/simulated-document.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { later, MINUTE, plus } from '../domain/instant.ts';
import type { Beginning } from '../broker/shadow-beginning.ts';
import { ensureFolder } from '../store/folders.ts';
import { openJournal } from '../store/journal.ts';
import { processes } from '../store/processes.ts';
import { replaceFile } from '../store/replace-file.ts';
import { moveIntoPlace } from '../store/set-aside.ts';
import { stateFile } from '../store/state-file.ts';
import { openShadowParts, type ShadowParts } from './compose.ts';
import type { GlobalOptions, Io } from './io.ts';
import { pathsIn } from './places.ts';
import { findBeginning, shadowFolder, writeBeginning } from './shadow-place.ts';
import type { CommandClock } from './start-clock.ts';

/**
 * The data folder of the account's shadow, which begins now where there is none. It is made under another name and gets its
 * own when it is whole: who is killed on the way has begun nothing. Refuses (exit 11) where the account does not answer.
 */
export async function startedShadow(io: Io, options: GlobalOptions, clock: CommandClock): Promise<string> {
  const folder = shadowFolder(io, options);
  if (findBeginning(folder) !== null) return folder;
  if (isInTheWay(folder)) throw notAShadow(folder);
  removeUnfinished(folder);
  const stage = `${folder}${UNFINISHED}${String(process.pid)}.${randomUUID().slice(0, 8)}`;
  try {
    ensureFolder(stage);
    const parts = openShadowParts(io, options, { clock, market: pathsIn(stage).market });
    await prepare(stage, parts, clock);
    take(stage, folder);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  return folder;
}

const UNFINISHED = '.unfinished.';

/** Everything of a shadow, in a folder that nobody knows yet. */
async function prepare(
  stage: string,
  { real, settings, paper }: ShadowParts,
  clock: CommandClock,
): Promise<void> {
  const look = await lookAtAccount(clock, { ...real, since: plus(clock.now(), -MINUTE) });
  if (look.ledger.openOrders.size > 0) throw inFlight(look);
  const beginning = beginningOf(look);
  // All that the shadow does is later than its beginning, by the clock, too.
  clock.notBefore([beginning.at]);
  await clock.sleep(1);
  const paths = pathsIn(stage);
  replaceFile(paths.broker, formatDocument(shadowState(beginning, settings)));
  const journal = openJournal({ folder: paths.journal, run: '', clock, self: processes().self });
  try {
    const ledger = await openBooks(
      { clock, journal, broker: paper(paths.broker) },
      openingOf(look.ledger, beginning.at),
    );
    stateFile({
      path: paths.stateFile,
      backups: paths.backups,
      clock,
      journal,
      troubled: () => undefined,
    }).write(ledger);
  } finally {
    journal.close();
  }
  writeBeginning(stage, beginning);
}

/** What the account held includes every fill that it told of then, also one of a clock that is ahead. */
function beginningOf({ asked, account, positions, fills }: AccountLook): Beginning {
  const { id, environment, cash, equity } = account;
  return {
    at: fills.reduce((newest, { time }) => later(newest, time), asked),
    account: { id, environment, cash, equity },
    positions: positions.map(({ symbol, quantity, averagePrice }) => ({ symbol, quantity, averagePrice })),
  };
}

/** One of several that begin at once is first; the others find it begun. */
function take(stage: string, folder: string): void {
  try {
    moveIntoPlace(stage, folder);
  } catch (error) {
    if (findBeginning(folder) === null) throw error;
  }
}

/** A folder that is empty is nobody's. */
function isInTheWay(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}

/** Of processes that were killed; one that is at work makes its own again, and fails if it is taken away. */
function removeUnfinished(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) return;
  const prefix = `shadow${UNFINISHED}`;
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('.')[0]) : NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function notAShadow(folder: string): HgctlError {
  return new HgctlError(EXIT.refused, `${folder} is there and is no shadow`, {
    hint: 'move it away: hgctl run --shadow makes this folder',
  });
}

function inFlight({ ledger }: AccountLook): HgctlError {
  const ids = [...ledger.openOrders.keys()].join(', ');
  return new HgctlError(EXIT.conflict, `orders of the account have no end yet: ${ids}`, {
    hint: 'what they fill would be in neither: begin when they have ended',
  });
}
