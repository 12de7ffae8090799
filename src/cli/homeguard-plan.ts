/** What `hgctl import homeguard` would do: read from the installation, compared with what is here already. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { formatProblem, sortProblems } from '../desired/problem.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { draftImport, type Draft } from '../homeguard/draft.ts';
import {
  isLeftOver,
  SOURCE_PLANS,
  type SourceName,
  type Sources,
  type SourceText,
} from '../homeguard/installation.ts';
import { manifestsOf, type ManifestFile } from '../homeguard/manifests.ts';
import { stampsOf, type Stamp } from '../homeguard/positions.ts';
import { keepingAccount, type Word } from '../homeguard/settings.ts';
import { findInstallation, namesIn, type FoundFile } from '../store/homeguard-files.ts';
import { readImportRecord, type ImportRecord } from '../store/import-record.ts';
import { declaresAccount } from '../store/manifest-files.ts';
import { readText } from '../store/read-text.ts';
import { readLedger } from './read-ledger.ts';
import type { GlobalOptions, Io } from './io.ts';
import { readPlanned, type Manifests } from './manifests.ts';
import { printable } from './output/printable.ts';
import { dataPaths, type DataPaths } from './places.ts';
import { startClock } from './start-clock.ts';

export interface PlannedManifest extends ManifestFile {
  /** As it is written: below the folder that was named. */
  readonly path: string;
  readonly state: 'new' | 'unchanged' | 'different';
  /** Of a file that is there already. */
  readonly found: string | null;
}

export interface ImportPlan {
  readonly sources: readonly FoundFile[];
  readonly draft: Draft;
  readonly files: readonly PlannedManifest[];
  /** With what is there already. */
  readonly manifests: Manifests;
  readonly paths: DataPaths;
  readonly stamps: readonly Stamp[];
  /** Whether the books of the data folder are open. */
  readonly opened: boolean;
  /** Of an earlier import; null where there was none. */
  readonly record: ImportRecord | null;
  /** Files of the installation that are not what they were at the earlier import. */
  readonly changed: readonly string[];
  /** Whether the folder had an Account, which is kept. */
  readonly hasAccount: boolean;
  readonly notes: readonly string[];
}

export interface PlanRequest {
  readonly root: string;
  /** Of the manifests; it need not be there. */
  readonly folder: string;
  readonly word: Word;
  readonly accountId: string | null;
  readonly now: Instant;
}

/** Refuses (exit 4) with every problem of every file, (exit 6) a folder that is no installation. */
export function planImport(io: Io, options: GlobalOptions, request: PlanRequest): ImportPlan {
  const found = findInstallation(request.root, SOURCE_PLANS);
  const hasAccount = declaresAccount(request.folder);
  const read = draftOf(found, request);
  const draft = hasAccount ? { ...read, settings: keepingAccount(read.settings) } : read;
  const choice = { ...request, hasAccount };
  const files = manifestsOf(draft, choice).map((file) => planned(request.folder, file));
  const manifests = readPlanned(io, request.folder, files);
  const { desired } = manifests;
  const paths = dataPaths(io, options, desired.account.data);
  const record = readImportRecord(paths.folder);
  const executions = draft.positions?.lastExecution ?? [];
  return {
    sources: found,
    draft,
    files,
    manifests,
    paths,
    stamps: stampsOf(executions, desired.strategies, desired.account.calendar),
    opened: readLedger(startClock(io), paths, 'newest').opened,
    record,
    changed: record === null ? [] : changedSince(record, found),
    hasAccount,
    notes: [...placeNotes(request.root, found), ...draft.notes, ...accountNotes(draft, choice)],
  };
}

/** Whether the same files were taken over before, and all that followed is there. */
export function isDone({ record, changed, files, opened, draft }: ImportPlan): boolean {
  const isThere = record?.manifests.every((path) => existsSync(path)) === true;
  return (
    isThere &&
    changed.length === 0 &&
    files.every(({ state }) => state !== 'new') &&
    (opened || draft.positions === null)
  );
}

export function hashesOf(sources: readonly FoundFile[]): Record<string, string> {
  return Object.fromEntries(
    sources.flatMap(({ file, sha256 }) => (file === null || sha256 === null ? [] : [[file, sha256]])),
  );
}

function draftOf(found: readonly FoundFile[], { root, now }: PlanRequest): Draft {
  const unreadable = found.flatMap(({ file, content }) =>
    content?.kind === 'unreadable' ? [`${file ?? ''} ${content.reason}`] : [],
  );
  const sources: Sources = Object.fromEntries(
    found.flatMap(({ name, file, content }): [SourceName, SourceText][] =>
      file !== null && content?.kind === 'text' ? [[name as SourceName, { file, text: content.text }]] : [],
    ),
  );
  const isInstallation = ['toggle', 'positions', 'omr', 'mp'].some((name) => Object.hasOwn(sources, name));
  if (!isInstallation && unreadable.length === 0) throw noInstallation(root);
  const result = draftImport(sources, now);
  const problems =
    result.kind === 'ok' ? [] : [...sortProblems(result.problems).map(formatProblem), ...result.messages];
  if (result.kind === 'ok' && unreadable.length === 0) return result.draft;
  const list = [...unreadable, ...problems].map((line) => `  ${printable(line)}`).join('\n');
  throw new HgctlError(EXIT.invalid, `the installation in ${root} cannot be taken over:\n${list}`, {
    hint: `nothing was written; mend a copy of it, and import that${backupHint(root, found, list)}`,
  });
}

/** A state file that is torn has copies, where the original was started again. */
function backupHint(root: string, found: readonly FoundFile[], list: string): string {
  const file = found.find(({ name }) => name === 'positions')?.file ?? null;
  if (file === null || !list.includes(file)) return '';
  const backups = leftOversBeside(root, file).filter((name) => name.endsWith('bak'));
  return backups.length === 0 ? '' : `; copies of the state file: ${backups.join(', ')}`;
}

function planned(folder: string, file: ManifestFile): PlannedManifest {
  const path = join(folder, file.name);
  if (!existsSync(path)) return { ...file, path, state: 'new', found: null };
  const content = readText(path);
  const found = content.kind === 'text' ? content.text : null;
  return { ...file, path, state: found === file.text ? 'unchanged' : 'different', found };
}

function changedSince({ sources }: ImportRecord, found: readonly FoundFile[]): string[] {
  const now = hashesOf(found);
  const names = [...new Set([...Object.keys(sources), ...Object.keys(now)])].sort();
  return names.filter((name) => sources[name] !== now[name]);
}

function placeNotes(root: string, found: readonly FoundFile[]): string[] {
  const twice = found.flatMap(({ file, others }) =>
    others.map((other) => `${other} is there, too, and is not read: ${file ?? ''} counts`),
  );
  const state = found.find(({ name }) => name === 'positions')?.file ?? null;
  const leftOvers = state === null ? [] : leftOversBeside(root, state);
  return [...twice, ...leftOvers.map((file) => `${file} is not read: ${isLeftOver(basename(file)) ?? ''}`)];
}

function leftOversBeside(root: string, file: string): string[] {
  const folder = dirname(file);
  const names = namesIn(root, folder).filter((name) => isLeftOver(name) !== undefined);
  return names.map((name) => relative('', join(folder, name)));
}

function accountNotes(
  draft: Draft,
  { hasAccount, accountId }: { hasAccount: boolean; accountId: string | null },
): string[] {
  if (hasAccount) return ['the Account that is there is kept: nothing of broker_alpaca.yaml is taken over'];
  const limits = draft.settings.some(
    (one) => one.outcome !== 'left-out' && one.to.startsWith('account limits'),
  );
  const shared = limits
    ? ['account limits: they come from the file of omr, and hold for all strategies together']
    : [];
  return [...shared, ...environmentNotes(draft, accountId)];
}

function environmentNotes(draft: Draft, accountId: string | null): string[] {
  if (draft.isPaper) return [];
  if (accountId === null)
    return [
      'broker.paper is false, and the original traded on paper all the same: so does the Account; for real money: --account-id NUMBER',
    ];
  return ['the Account is one of real money: no order goes out unless HGCTL_ALLOW_LIVE names it'];
}

function noInstallation(root: string): HgctlError {
  return new HgctlError(
    EXIT.notFound,
    `${root} is no installation of Homeguard: it has no toggle file, state file or settings of a strategy`,
    {
      hint: 'give its root: the folder that has config/trading/strategy_toggle.yaml',
    },
  );
}
