/** The signs of life of `hgctl run`: with each pass, with each wait, and at real intervals between them. */
import type { Outcome } from '../actions/outcome.ts';
import { formatChain } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { PassReport } from '../reconciler/controller.ts';
import type { Ports } from '../reconciler/ports.ts';
import { BEAT_EVERY, writeHeartbeat, type Heartbeat, type LastPass } from '../store/heartbeat.ts';

export interface BeatOptions extends Pick<Ports, 'clock' | 'processes' | 'report'> {
  /** The data folder. */
  readonly folder: string;
  readonly mode: Heartbeat['mode'];
  readonly release: string;
  /** Digest of the manifests in force, now. */
  readonly revision: () => string;
}

export interface Beats {
  looking(): void;
  passed(pass: PassReport): void;
  waiting(until: Instant): void;
  /** The controller has ended as it should. */
  stopped(): void;
  /** Ends the intervals; what was said last stays. */
  close(): void;
}

export function startBeats(options: BeatOptions): Beats {
  const { folder, mode, release, revision, clock, processes, report } = options;
  let last: Pick<Heartbeat, 'state' | 'lastPass' | 'nextWake' | 'manifests'> = {
    state: 'running',
    lastPass: null,
    nextWake: null,
    manifests: 'accepted',
  };
  const startedAt = clock.now();
  let isBroken = false;

  const beat = (): void => {
    const { self: identity } = processes;
    const times = { startedAt, beatAt: clock.now(), monotonic: clock.monotonic() };
    try {
      writeHeartbeat(folder, {
        version: 1,
        identity,
        release,
        mode,
        ...times,
        revision: revision(),
        ...last,
      });
      isBroken = false;
    } catch (error) {
      // Nobody trades the less for it; whoever watches will say that it is silent.
      if (!isBroken) report.warn(CONTROLLER, `The heartbeat cannot be written: ${formatChain(error)}`);
      isBroken = true;
    }
  };
  const say = (news: Partial<typeof last>): void => {
    last = { ...last, ...news };
    beat();
  };

  beat();
  const timer = setInterval(beat, BEAT_EVERY);
  timer.unref();
  return {
    looking: () => say({ nextWake: null }),
    passed: (pass) =>
      say({
        lastPass: lastPassOf(pass, clock.now()),
        nextWake: null,
        manifests: pass.problems.length === 0 ? 'accepted' : 'invalid',
      }),
    waiting: (until) => say({ nextWake: until }),
    stopped: () => say({ state: 'stopped', nextWake: null }),
    close: () => clearInterval(timer),
  };
}

function lastPassOf({ outcomes, trouble }: PassReport, at: Instant): LastPass {
  if (trouble !== null) return { at, outcome: 'failed', detail: trouble };
  if (outcomes.length === 0) return { at, outcome: 'quiet', detail: 'nothing to do' };
  const done = outcomes.filter(isDone).length;
  const detail = `${done} of ${outcomes.length} done`;
  return { at, outcome: done === outcomes.length ? 'done' : 'partly', detail };
}

function isDone({ kind }: Outcome): boolean {
  return kind === 'done';
}
