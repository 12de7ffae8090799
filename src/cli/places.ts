/** Where a command reads and writes. */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { GlobalOptions, Io } from './io.ts';

export interface DataPaths {
  readonly folder: string;
  readonly journal: string;
  readonly stateFile: string;
  readonly backups: string;
  readonly reports: string;
  readonly logs: string;
  readonly broker: string;
  readonly brokerFaults: string;
  /** Copies of market data that may be lost. */
  readonly market: string;
  readonly queue: string;
  readonly toggleLock: string;
  /** Who runs as controller. */
  readonly controller: string;
  readonly controllerLock: string;
  /** Passes that a running controller is asked for. */
  readonly requests: string;
}

/**
 * `--data`, else `HGCTL_DATA`, else `declared` (the manifest's `store.data`), else `./data`. Refuses what is there and
 * is no folder; a folder that is missing is made with the first write.
 */
export function dataPaths(io: Io, options: GlobalOptions, declared: string | null): DataPaths {
  if (options.data === '')
    throw new HgctlError(EXIT.usage, '--data is empty', { hint: 'give it the path of a folder' });
  const folder = resolve(options.data ?? variable(io, 'HGCTL_DATA') ?? declared ?? 'data');
  const paths = pathsIn(folder);
  refuseFile(folder);
  refuseFile(paths.journal);
  return paths;
}

/** Names in a data folder. */
export function pathsIn(folder: string): DataPaths {
  return {
    folder,
    journal: join(folder, 'journal'),
    stateFile: join(folder, 'strategy_positions.json'),
    backups: join(folder, 'backups'),
    reports: join(folder, 'reports'),
    logs: join(folder, 'logs'),
    broker: join(folder, 'broker.json'),
    brokerFaults: join(folder, 'broker-faults.json'),
    market: join(folder, 'market'),
    queue: join(folder, 'execution.queue'),
    toggleLock: join(folder, 'toggle.lock'),
    controller: join(folder, 'controller.lease'),
    requests: join(folder, 'requests'),
    controllerLock: join(folder, 'controller.lock'),
  };
}

/** An environment variable; one that is empty counts as not set. */
export function variable(io: Pick<Io, 'environment'>, name: string): string | undefined {
  const text = io.environment[name];
  return text === '' ? undefined : text;
}

/** A real broker has one time only. */
export function refuseRehearsal(io: Pick<Io, 'environment'>): void {
  if (variable(io, 'HGCTL_NOW') === undefined) return;
  throw new HgctlError(EXIT.usage, 'HGCTL_NOW is for the simulated broker only', {
    hint: 'unset it: the account at the broker has the time of the exchange',
  });
}

function refuseFile(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== false) return;
  } catch (cause) {
    throw new HgctlError(EXIT.refused, `${path} cannot be used as a data folder`, {
      cause,
      hint: GIVE_FOLDER,
    });
  }
  throw new HgctlError(EXIT.refused, `${path} is no folder`, { hint: GIVE_FOLDER });
}

const GIVE_FOLDER = 'point --data, or store.data of the Account, to a folder';
