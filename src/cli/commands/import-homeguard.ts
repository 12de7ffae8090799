/** `hgctl import homeguard DIR`: manifests and opening books from an installation of the original. A dry run without --yes. */
import { statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { openBooks } from '../../actions/open-books.ts';
import { formatQuantity } from '../../domain/decimal.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { Conflict } from '../../homeguard/compare.ts';
import { newLimits } from '../../homeguard/settings.ts';
import type { OpeningLot } from '../../observed/events.ts';
import { writeImportRecord } from '../../store/import-record.ts';
import { writeNewFiles } from '../../store/new-files.ts';
import { openWith } from '../acting.ts';
import { askBroker, signedLots, type BrokerAnswer } from '../homeguard-broker.ts';
import { hashesOf, isDone, planImport, type ImportPlan, type PlanRequest } from '../homeguard-plan.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { manifestPaths } from '../manifests.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { importJson, type ImportOutcome } from '../output/homeguard-json.ts';
import { importText } from '../output/homeguard-text.ts';
import { refuseOrphanedState } from '../prepare.ts';
import { startClock } from '../start-clock.ts';

export interface ImportHomeguardOptions extends GlobalOptions {
  readonly output: string;
  readonly yes?: boolean;
  readonly acceptNewlyEffective?: boolean;
  readonly omitNewlyEffective?: boolean;
  readonly accountId?: string;
  readonly force?: boolean;
}

export async function runImportHomeguard(
  io: Io,
  root: string,
  options: ImportHomeguardOptions,
): Promise<ExitCode> {
  const format = parseTextOrJson(options.output);
  const plan = planImport(io, options, requestOf(io, root, options));
  const answer = isDone(plan) ? { kind: 'not-needed' as const } : await askBroker(io, options, plan);
  const found = signedLots(plan.draft.positions?.lots ?? [], answer);
  const shown = { format, plan, answer };
  if (isDone(plan)) {
    show(io, shown, { result: 'nothing-to-do', lots: found, refusals: [] });
    return EXIT.done;
  }
  const refusals = refusalsOf(plan, answer, options);
  const [first] = refusals;
  if (first !== undefined) {
    show(io, shown, { result: 'refused', lots: found, refusals });
    throw first;
  }
  if (options.yes !== true) {
    show(io, shown, { result: 'dry-run', lots: found, refusals: [] });
    return EXIT.done;
  }
  if (format === 'table') io.stdout(`${importText(plan, answer, { lots: found, texts: false })}\n`);
  if (!(await mayLimit(io, plan, options))) return EXIT.declined;
  const lots = await chosenSigns(io, plan, answer);
  await write(io, options, plan, lots);
  const outcome: ImportOutcome = { result: 'written', lots, refusals: [] };
  if (format === 'json') io.stdout(renderJson(importJson(plan, answer, outcome)));
  else io.stdout(summaryOf(plan, lots));
  return EXIT.done;
}

function requestOf(io: Io, root: string, options: ImportHomeguardOptions): PlanRequest {
  const { acceptNewlyEffective = false, omitNewlyEffective = false, accountId } = options;
  if (acceptNewlyEffective && omitNewlyEffective) {
    throw new HgctlError(
      EXIT.usage,
      '--accept-newly-effective and --omit-newly-effective exclude each other',
      {
        hint: 'give one of them',
      },
    );
  }
  const [folder, ...others] = manifestPaths(io, options);
  if (
    folder === undefined ||
    others.length > 0 ||
    statSync(folder, { throwIfNoEntry: false })?.isFile() === true
  ) {
    throw new HgctlError(EXIT.usage, 'an import needs one folder of manifests to write to', {
      hint: 'give -f one folder, which need not be there; the default is ./manifests',
    });
  }
  return {
    root,
    folder,
    word: omitNewlyEffective ? 'omit' : 'accept',
    accountId: accountId ?? null,
    now: startClock(io).now(),
  };
}

interface Shown {
  readonly format: 'table' | 'json';
  readonly plan: ImportPlan;
  readonly answer: BrokerAnswer;
}

function show(io: Io, { format, plan, answer }: Shown, outcome: ImportOutcome): void {
  if (format === 'json') {
    io.stdout(renderJson(importJson(plan, answer, outcome)));
    return;
  }
  if (outcome.result === 'nothing-to-do') {
    io.stdout(`Nothing to do: the same files were taken over at ${plan.record?.importedAt ?? ''}.\n`);
    return;
  }
  io.stdout(`${importText(plan, answer, { lots: outcome.lots, texts: true })}\n`);
  if (outcome.result === 'dry-run') io.stdout('Nothing was written; --yes does it.\n');
}

/** Everything that is in the way. */
function refusalsOf(plan: ImportPlan, answer: BrokerAnswer, options: ImportHomeguardOptions): HgctlError[] {
  const { draft, files, opened, paths, record, changed, hasAccount } = plan;
  const held = draft.positions?.heldLock ?? null;
  const different = files.filter(({ state }) => state === 'different').map(({ path }) => path);
  const isOtherBook = opened && draft.positions !== null && (record === null || changed.length > 0);
  return [
    ...(hasAccount && options.accountId !== undefined ? [accountIsThere()] : []),
    ...(held !== null && options.force !== true ? [stillRunning(held)] : []),
    ...(different.length > 0 ? [alreadyThere(different)] : []),
    ...(isOtherBook ? [alreadyOpen(paths.folder)] : []),
    ...brokerRefusals(answer, options.yes === true),
  ];
}

function brokerRefusals(answer: BrokerAnswer, isMeant: boolean): HgctlError[] {
  if (answer.kind === 'not-asked' && isMeant) return [noBroker(answer.reason)];
  const isWrong = answer.kind === 'asked' && answer.comparison.conflicts.length > 0;
  return isWrong ? [sharedWrongly(answer.comparison.conflicts)] : [];
}

function noBroker(reason: string): HgctlError {
  return new HgctlError(EXIT.broker, `the books cannot be opened without the broker: ${reason}`, {
    hint: 'nothing was written; without --yes the command shows all that it can compare',
  });
}

function accountIsThere(): HgctlError {
  return new HgctlError(
    EXIT.usage,
    'there is an Account among the manifests, which is kept: --account-id has no use',
    {
      hint: 'nothing was written; leave it out, or name another folder with -f',
    },
  );
}

function stillRunning(held: string): HgctlError {
  return new HgctlError(
    EXIT.lock,
    `the state file shows an execution lock of ${held}: Homeguard may still be running`,
    {
      hint: 'nothing was written; stop it, then run the command again after that time, or with --force once you know that it is stopped',
    },
  );
}

function alreadyThere(paths: readonly string[]): HgctlError {
  return new HgctlError(EXIT.conflict, `already there, and different: ${paths.join(', ')}`, {
    hint: 'nothing was written; files are never written over: name another folder with -f, or move these away',
  });
}

function alreadyOpen(folder: string): HgctlError {
  return new HgctlError(EXIT.conflict, `the books in ${folder} are already open`, {
    hint: "nothing was written; books are opened once: 'hgctl get positions' shows them, 'hgctl adopt' and 'release' change them",
  });
}

function sharedWrongly(conflicts: readonly Conflict[]): HgctlError {
  const list = conflicts.map(({ symbol, lots, broker }) => {
    const owners = lots.map(({ strategy, quantity }) => `${strategy} ${formatQuantity(quantity)}`).join(', ');
    return `${symbol} (${owners}; broker ${broker === null ? '?' : formatQuantity(broker)})`;
  });
  return new HgctlError(
    EXIT.refused,
    `owned by several strategies, which together do not have what the broker holds: ${list.join('; ')}`,
    { hint: 'nothing was written; correct the quantities in a copy of the installation, and import that' },
  );
}

const YES: ReadonlySet<string> = new Set(['y', 'yes']);

/** Limits that had no effect so far need a word. */
async function mayLimit(io: Io, plan: ImportPlan, options: ImportHomeguardOptions): Promise<boolean> {
  const limits = newLimits(plan.draft.settings);
  if (limits.length === 0 || options.acceptNewlyEffective === true || options.omitNewlyEffective === true)
    return true;
  const ways = '--accept-newly-effective writes them, --omit-newly-effective leaves them out';
  if (!io.isInteractive) {
    io.stderr(
      `error: ${limits.length} limits would be newly effective, and there is no terminal to ask\nhint: ${ways}\n`,
    );
    return false;
  }
  const said = await io.ask(
    `${limits.length} limits that had no effect in the original will have one. Go on? [y/N] `,
  );
  if (YES.has(said.trim().toLowerCase())) return true;
  io.stderr(`Nothing was written; ${ways}.\n`);
  return false;
}

/** The broker's sign, unless somebody says otherwise. */
async function chosenSigns(io: Io, plan: ImportPlan, answer: BrokerAnswer): Promise<readonly OpeningLot[]> {
  const lots = plan.draft.positions?.lots ?? [];
  if (answer.kind !== 'asked' || answer.comparison.unsigned.length === 0 || !io.isInteractive)
    return signedLots(lots, answer);
  const symbols = answer.comparison.unsigned.map(({ symbol }) => symbol).join(', ');
  const said = await io.ask(`${symbols}: short at the broker, not in the file. Open as short? [Y/n] `);
  return ['n', 'no'].includes(said.trim().toLowerCase()) ? lots : signedLots(lots, answer);
}

/** Manifests, then the record, then the books: what was interrupted goes on when it is run again. */
async function write(
  io: Io,
  options: ImportHomeguardOptions,
  plan: ImportPlan,
  lots: readonly OpeningLot[],
): Promise<void> {
  const world = openWith(io, options, plan.manifests);
  try {
    const { ports, paths } = world;
    refuseOrphanedState(world);
    writeNewFiles(plan.files.filter(({ state }) => state === 'new'));
    writeImportRecord(paths.folder, {
      version: 1,
      importedAt: formatInstant(ports.clock.now()),
      sources: hashesOf(plan.sources),
      manifests: plan.files.map(({ path }) => resolve(path)),
    });
    const { positions } = plan.draft;
    if (positions === null || ports.journal.ledger().opened) return;
    const ledger = await openBooks(ports, {
      kind: 'state-file',
      lots,
      lastExecution: plan.stamps,
      writtenAt: positions.writtenAt ?? ports.clock.now(),
    });
    ports.stateFile.write(ledger);
  } finally {
    world.close();
  }
}

function summaryOf({ files, draft, paths }: ImportPlan, lots: readonly OpeningLot[]): string {
  const written = files.filter(({ state }) => state === 'new').map(({ path }) => path);
  const data = relative('', paths.folder) || '.';
  const books =
    draft.positions === null
      ? "No books were opened: 'hgctl init' says how to begin."
      : `Opened the books in ${data}: ${lots.length} lots.`;
  const train = draft.strategies.includes('omr') ? 'hgctl train omr, then ' : '';
  return `Written: ${written.length === 0 ? 'no manifest' : written.join(', ')}\n${books}\nNext: ${train}hgctl plan\n`;
}
