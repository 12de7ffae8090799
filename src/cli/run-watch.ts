/** What `hgctl run` lets the world know of itself: conditions, notices and the heartbeat address. None of it stops a pass. */
import { join } from 'node:path';
import type { Look } from '../actions/look.ts';
import { formatChain } from '../domain/errors.ts';
import { CONTROLLER } from '../domain/names.ts';
import { alertsOf, happened, missedSlots } from '../reconciler/alerts.ts';
import type { PassReport } from '../reconciler/controller.ts';
import type { LeaseHolder } from '../store/controller-lease.ts';
import { watchConditions } from './condition-watch.ts';
import type { DeclaredManifests } from './declared.ts';
import type { Io } from './io.ts';
import { Notifier } from './notifier.ts';
import { startPings } from './pings.ts';
import { isRehearsal } from './start-clock.ts';

export interface RunWatch {
  /** `problems`: why the manifests on disk are not in force. */
  looked(look: Look, problems: readonly string[]): void;
  passed(pass: PassReport): void;
  close(): Promise<void>;
}

/** A stop waits so long for notices that are on their way, ms. */
const GRACE = 5_000;

/** `after`: a controller that is gone without having given its place back. */
export function watchRun(io: Io, declared: DeclaredManifests, after: LeaseHolder | null): RunWatch {
  const { ports, paths } = declared.world();
  const { report, clock } = ports;
  const account = () => declared.world().desired.account;
  const conditions = watchConditions(paths.folder);
  const notifier = new Notifier({ io, file: join(paths.folder, 'notices.json'), account, report });
  // A rehearsal must not tell anybody that the real one is well.
  const pings = isRehearsal(io) ? null : startPings({ io, account, report });
  let said = '';
  if (after !== null) notifier.post(happened(crashOf(after), clock.now()));
  return {
    looked: (look, problems) => {
      try {
        conditions.looked({ desired: declared.world().desired, problems }, look);
        said = '';
      } catch (error) {
        const trouble = formatChain(error);
        if (trouble !== said) report.warn(CONTROLLER, `The conditions cannot be kept: ${trouble}`);
        said = trouble;
      }
    },
    passed: (pass) => {
      const stalled = conditions.passed(pass);
      const ledger = declared.world().ports.journal.ledger();
      notifier.tell(alertsOf({ ledger, problems: pass.problems, stalled }), clock.now());
      for (const missed of missedSlots(pass.outcomes)) notifier.post(happened(missed, clock.now()));
      pings?.passed(pass);
    },
    close: async () => {
      pings?.close();
      await notifier.close(GRACE);
    },
  };
}

function crashOf({ identity: { pid, host }, since }: LeaseHolder): Parameters<typeof happened>[0] {
  const message = `the controller before this one (pid ${pid} on ${host}, since ${since}) ended without a word; this one goes on`;
  return { kind: 'ControllerCrashed', strategy: null, symbol: null, message };
}
