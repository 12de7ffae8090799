/** The manifests of a program that goes on while they are edited. */
import { HgctlError } from '../domain/errors.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { Report } from '../reconciler/ports.ts';
import { manifestStamp } from '../store/manifest-files.ts';
import { openWorld, openWorldAnyway, type ActingWorld } from './acting.ts';
import type { GlobalOptions, Io } from './io.ts';
import { manifestPaths, ManifestsInvalid } from './manifests.ts';
import type { CommandClock } from './start-clock.ts';

export interface DeclaredManifests {
  /** Of the manifests that are in force. */
  world(): ActingWorld;
  /** Of that world, whichever it is when a line comes. */
  readonly report: Report;
  /** Reads them again where they have changed. `problems`: why those on disk are not in force; empty where they are. */
  read(): { readonly world: ActingWorld; readonly problems: readonly string[] };
  /** Every file that was read, and the script of the simulated broker's faults. */
  files(): readonly string[];
  /** Something that is different after a manifest has changed. */
  stamp(): string;
  close(): void;
}

/** Throws exit 4 where they are invalid and none were ever accepted. */
export function declaredBy(io: Io, options: GlobalOptions, clock: CommandClock): DeclaredManifests {
  const paths = manifestPaths(io, options);
  const stampOf = (files: readonly string[]): string =>
    manifestStamp(paths, files, { recursive: options.recursive ?? false });
  const before = stampOf([]);
  let { world, problems, files } = start(io, options, clock);
  // What has changed while it was read is read again.
  let read = stampOf([]) === before ? stampOf(files) : before;
  tell(world, [], problems);
  const readAgain = (): void => {
    const earlier = problems;
    const next = reopen(io, { options, clock, world, files });
    files = next.files;
    problems = next.problems;
    world = next.world;
    tell(world, earlier, problems);
  };
  return {
    world: () => world,
    report: {
      info: (...line) => world.ports.report.info(...line),
      warn: (...line) => world.ports.report.warn(...line),
      error: (...line) => world.ports.report.error(...line),
    },
    read: () => {
      const now = stampOf(files);
      if (now !== read) {
        readAgain();
        // Taken before the reading: what changes meanwhile is read again.
        read = now;
      }
      return { world, problems };
    },
    files: () => files,
    stamp: () => stampOf(files),
    close: () => world.close(),
  };
}

interface InForce {
  readonly world: ActingWorld;
  readonly problems: readonly string[];
  readonly files: readonly string[];
}

function start(io: Io, options: GlobalOptions, clock: CommandClock): InForce {
  try {
    const world = openWorld(io, options, clock);
    return { world, problems: [], files: filesOf(world) };
  } catch (error) {
    if (!(error instanceof ManifestsInvalid)) throw error;
    const world = openWorldAnyway(io, options, clock);
    return { world, problems: world.problems, files: error.files };
  }
}

function reopen(
  io: Io,
  {
    options,
    clock,
    world,
    files: before,
  }: {
    readonly options: GlobalOptions;
    readonly clock: CommandClock;
    readonly world: ActingWorld;
    readonly files: readonly string[];
  },
): InForce {
  try {
    const next = openWorld(io, options, clock);
    const files = filesOf(next);
    if (next.paths.folder !== world.paths.folder) {
      next.close();
      const problem = `store.data has become ${next.paths.folder}: stop hgctl run, and start it again`;
      return { world, problems: [problem], files };
    }
    world.close();
    return { world: next, problems: [], files };
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    if (error instanceof ManifestsInvalid) return { world, problems: error.problems, files: error.files };
    // Whatever was read before may be what is to be mended.
    return { world, problems: [error.message], files: before };
  }
}

/** What goes wrong at a simulated broker is no part of the manifests, but read with them. */
function filesOf({ manifests: { files }, desired: { account } }: ActingWorld): readonly string[] {
  const { broker } = account;
  const script = broker.type === 'simulated' ? broker.faults : null;
  return script === null ? files : [...files, script];
}

function tell(
  { ports: { report }, desired }: ActingWorld,
  before: readonly string[],
  now: readonly string[],
): void {
  if (now.length === 0) {
    report.info(CONTROLLER, `Manifests read: revision ${desired.digest.slice(0, 12)}`);
    return;
  }
  if (before.join('\n') === now.join('\n')) return;
  report.warn(CONTROLLER, 'ManifestsInvalid: the last accepted ones stay in force, and open nothing');
  for (const problem of now) report.warn(CONTROLLER, `  ${problem}`);
}
