/** What several commands take, and how they end. */
import type { Command } from 'commander';
import type { ExitCode } from '../domain/errors.ts';

/** Runs a command; its exit code goes to `exit`. */
export type Exit = (code: ExitCode) => void;

function withData(command: Command): Command {
  return command.option(
    '--data <folder>',
    'data folder (default: HGCTL_DATA, store.data of the Account, ./data)',
  );
}

export function withManifests(command: Command): Command {
  return withFiles(command, '-f, --filename <path>');
}

/** For commands to whose users `-f` means to follow, as in kubectl and tail. */
export function withManifestsByName(command: Command): Command {
  return withFiles(command, '--filename <path>');
}

function withFiles(command: Command, flags: string): Command {
  return withManifestFiles(withData(command), flags);
}

/** For a command that does without manifests, too: then `instead` stands in, and nothing is kept. */
export function withManifestsOr(command: Command, instead: string): Command {
  const kept = command.option(
    '--data <folder>',
    'data folder (default: HGCTL_DATA, store.data of the Account, ./data; without an Account: memory)',
  );
  return withManifestFiles(kept, '-f, --filename <path>', instead);
}

/** For commands that have no data folder. */
export function withManifestFiles(
  command: Command,
  flags = '-f, --filename <path>',
  otherwise = './manifests',
): Command {
  return command
    .option(
      flags,
      `file, folder or - with manifests, repeatable (default: HGCTL_MANIFESTS, ${otherwise})`,
      (path: string, before: readonly string[] | undefined) => [...(before ?? []), path],
    )
    .option('-R, --recursive', 'read folders with all that is in them');
}
