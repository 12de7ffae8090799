/** Copies of the state file: `strategy_positions.YYYYMMDD_HHMMSS[.n].bak` (UTC), the newest three that are whole. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compareText } from '../domain/names.ts';
import { parseJson } from '../observed/json-text.ts';
import { formatStamp, type Instant } from '../domain/instant.ts';
import { ensureOwnFolder } from './folders.ts';
import { keepCopy } from './keep-copy.ts';
import { codeOf } from './system-error.ts';

const KEPT = 3;
const NAME = /^strategy_positions\.(\d{8}_\d{6})(?:\.(\d+))?\.bak$/;

/** Paths of the backups in a folder, newest first. */
export function listBackups(folder: string): readonly string[] {
  return backupsIn(folder).map(({ name }) => join(folder, name));
}

/**
 * Keeps a copy durably, then removes all but the newest three, and what a full disk or a crash has left of others; the new
 * one stays even if the clock went back.
 */
export function keepBackup(folder: string, text: string, now: Instant): string {
  const stamp = formatStamp(now);
  // Behind the newest of this second, though the numbers of older ones may be free again.
  const newest = backupsIn(folder).find((backup) => backup.stamp === stamp);
  const first = newest === undefined ? 0 : newest.n + 1;
  ensureOwnFolder(folder);
  const kept = keepCopy(folder, (n) => nameOf(stamp, first + n), text);
  const others = backupsIn(folder).flatMap(({ name }) => (name === kept ? [] : [join(folder, name)]));
  const of = (condition: Condition): string[] => others.filter((path) => conditionOf(path) === condition);
  for (const path of [...of('torn'), ...of('whole').slice(KEPT - 1)]) rmSync(path, { force: true });
  return join(folder, kept);
}

type Condition = 'whole' | 'torn' | 'unreadable';

/** A torn copy must not take the place of one that can be used. Of one that cannot be read nobody knows whether it is torn. */
function conditionOf(path: string): Condition {
  try {
    return parseJson(readFileSync(path, 'utf8')).kind === 'ok' ? 'whole' : 'torn';
  } catch {
    return 'unreadable';
  }
}

function nameOf(stamp: string, n: number): string {
  return `strategy_positions.${stamp}${n === 0 ? '' : `.${n}`}.bak`;
}

interface Backup {
  readonly name: string;
  readonly stamp: string;
  readonly n: number;
}

/** Newest first. */
function backupsIn(folder: string): Backup[] {
  const found = namesIn(folder).flatMap((name): Backup[] => {
    const match = NAME.exec(name);
    return match === null ? [] : [{ name, stamp: match[1] ?? '', n: Number(match[2] ?? 0) }];
  });
  return found.sort((a, b) => compareText(b.stamp, a.stamp) || b.n - a.n);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
