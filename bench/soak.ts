/** Weeks of `hgctl run` in one process on real files, with a clock that jumps: what it holds on to, and what it writes. */
import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runRun } from '../src/cli/commands/run.ts';
import type { WakeUpOptions, WakeUps } from '../src/cli/wake-ups.ts';
import { wakeUps } from '../src/cli/wake-ups.ts';
import { nextSessionAfter, sessionAtOrAfter } from '../src/domain/calendar.ts';
import { formatInstant, formatLocalZone, parseInstant, plus, type Instant } from '../src/domain/instant.ts';
import { verifyJournal, type JournalVerdict } from '../src/store/journal-check.ts';
import { benchHome, simulatedAccount, type Home } from './home.ts';

/** ms. */
const SETTLED = 1_000;
const START = '2025-01-02T09:00:00-05:00';

export interface SoakOptions {
  readonly sessions: number;
  /** After which passes heap and handles are counted. */
  readonly samples: readonly number[];
  /** Collects all garbage. */
  readonly collect: () => unknown;
}

export interface Sample {
  readonly pass: number;
  /** MB in use after a collection. */
  readonly heap: number;
  /** What keeps the process alive, as Node names it, sorted. */
  readonly handles: readonly string[];
}

export interface SoakReport {
  readonly passes: number;
  readonly samples: readonly Sample[];
  /** New York time of each wait before which books or journal had changed. */
  readonly wroteAt: readonly string[];
  readonly journal: JournalVerdict;
}

/** Two strategies: one that buys at each close and sells at each open, and one that follows its targets. */
export async function soak({ sessions, samples, collect }: SoakOptions): Promise<SoakReport> {
  const home = benchHome(
    [
      {
        name: 'night',
        priority: 1,
        targets: { QQQ: 10, SPY: 5 },
        schedule: ['{at: close-5m, action: entry, window: 4m}', '{at: open+1m, action: exit, window: 5m}'],
      },
      {
        name: 'core',
        priority: 2,
        targets: Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`C${String(n)}`, 7])),
      },
    ],
    simulatedAccount('clock: exchange, fillDelay: 500ms'),
    { HGCTL_NOW: START },
  );
  try {
    const watch = new Watch(home, samples, collect);
    const until = formatInstant(endOf(sessions));
    const code = await runRun(home.io, { ...home.options, until }, (options) => watch.wakeUps(options));
    if (code !== 0) throw new Error(`hgctl run ended with ${String(code)}`);
    const journal = verifyJournal(join(home.options.data ?? '', 'journal'));
    return { passes: watch.passes, samples: watch.taken, wroteAt: watch.wroteAt, journal };
  } finally {
    home.remove();
  }
}

/** An hour after the close of the last session. */
function endOf(sessions: number): Instant {
  let session = sessionAtOrAfter(parseInstant(START) ?? (0 as Instant));
  for (let count = 1; count < sessions; count += 1) session = nextSessionAfter(session.date);
  return plus(session.close, 3_600_000);
}

/** Stands between the loop and its clock: every wait is the end of a pass. */
class Watch {
  passes = 0;
  readonly taken: Sample[] = [];
  readonly wroteAt: string[] = [];
  readonly #home: Home;
  readonly #samples: readonly number[];
  readonly #collect: () => unknown;
  #written = '';

  constructor(home: Home, samples: readonly number[], collect: () => unknown) {
    this.#home = home;
    this.#samples = samples;
    this.#collect = collect;
  }

  async wakeUps(options: WakeUpOptions): Promise<WakeUps> {
    const real = await wakeUps(options);
    const { clock } = options;
    return {
      ...real,
      wait: async (until) => {
        await this.#passed(clock.now());
        await clock.sleep(until - clock.now());
      },
    };
  }

  async #passed(now: Instant): Promise<void> {
    this.passes += 1;
    const written = this.#stamp();
    if (written !== this.#written) this.wroteAt.push(formatLocalZone(now));
    this.#written = written;
    if (!this.#samples.includes(this.passes)) return;
    // What the file system still has to say takes real time.
    await delay(SETTLED);
    this.#collect();
    const heap = process.memoryUsage().heapUsed / 1_048_576;
    this.taken.push({ pass: this.passes, heap, handles: process.getActiveResourcesInfo().sort() });
  }

  /** Of the journal, the state file and the simulated account. */
  #stamp(): string {
    const data = this.#home.options.data ?? '';
    const journal = readdirSync(join(data, 'journal')).map((name) => join(data, 'journal', name));
    const files = [...journal, join(data, 'strategy_positions.json'), join(data, 'broker.json')];
    return files.map((path) => stampOf(path)).join('\n');
  }
}

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? `${path} -` : `${path} ${stats.size} ${stats.mtimeMs} ${stats.ino}`;
}
