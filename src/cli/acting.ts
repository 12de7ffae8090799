/** Worlds of commands that change something: as those of compose.ts, and what happens in them goes into the log. */
import { DEFAULT_LOGS } from '../desired/desired-state.ts';
import type { JournalEvent } from '../observed/events.ts';
import type { Journal, Report } from '../reconciler/ports.ts';
import { CONTROLLER } from '../domain/names.ts';
import * as compose from './compose.ts';
import type { GlobalOptions, Io } from './io.ts';
import { openLog, type Log } from './log.ts';
import type { Manifests } from './manifests.ts';
import type { CommandClock } from './start-clock.ts';

export interface ActingWorld extends compose.World {
  readonly log: Log;
}

export function openWorld(io: Io, options: GlobalOptions, clock?: CommandClock): ActingWorld {
  return withLog(io, compose.openWorld(io, options, clock));
}

export function openWorldAnyway(io: Io, options: GlobalOptions, clock?: CommandClock): ActingWorld {
  return withLog(io, compose.openWorldAnyway(io, options, clock));
}

export function openWith(io: Io, options: GlobalOptions, manifests: Manifests): ActingWorld {
  return withLog(io, compose.openWith(io, options, manifests));
}

export function openForRebuild(io: Io, options: GlobalOptions): ActingWorld {
  return withLog(io, compose.openForRebuild(io, options));
}

function withLog(io: Io, world: compose.World): ActingWorld {
  const { ports, desired, paths, run } = world;
  const { report, clock } = ports;
  const log = openLog({
    folder: paths.logs,
    settings: desired.account.logs ?? DEFAULT_LOGS,
    clock,
    run,
    troubled: (message) => io.stderr(`warning: ${message}\n`),
  });
  // The terminal hears it already.
  world.onData.add((message) => log.report.warn(CONTROLLER, message));
  return {
    ...world,
    log,
    ports: {
      ...ports,
      report: both(report, log.report),
      journal: telling(ports.journal, log.committed),
    },
    close: () => {
      world.close();
      log.close();
    },
  };
}

function both(one: Report, other: Report): Report {
  return {
    info: (...line) => {
      one.info(...line);
      other.info(...line);
    },
    warn: (...line) => {
      one.warn(...line);
      other.warn(...line);
    },
    error: (...line) => {
      one.error(...line);
      other.error(...line);
    },
  };
}

function telling(journal: Journal, committed: (event: JournalEvent) => void): Journal {
  return {
    ledger: () => journal.ledger(),
    refresh: () => journal.refresh(),
    whole: () => journal.whole(),
    hashAt: (seq) => journal.hashAt(seq),
    commit: (event) => {
      const answer = journal.commit(event);
      if (answer.kind === 'committed') committed(event);
      return answer;
    },
  };
}
