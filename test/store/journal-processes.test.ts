/** Eight processes, one journal, kill -9 and pauses at random: nothing that was acknowledged may be missing. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { readRecords, verifyJournal } from '../../src/store/journal-check.ts';
import { bundle } from '../support/bundle.ts';
import { temporaryFolder } from './support/journals.ts';

const WORKERS = 8;
/** Records of a day: the time of the workers is how far the journal is, so that every machine sees as many days. */
const DAY = 100;
/** Spread over the work, not over time: a fast machine gets no fewer, and a slow one gets done too. */
const FAULTS = 40;
const LOOK_EVERY = 5;
const PAUSE = 400;

interface Storm {
  kills: number;
  pauses: number;
}

/** Runs one worker to its end, starting it again whenever it is killed. */
async function live(start: () => ChildProcess, alive: Set<ChildProcess>): Promise<void> {
  for (;;) {
    const child = start();
    alive.add(child);
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
      child.once('exit', (exit, by) => resolve([exit, by]));
    });
    alive.delete(child);
    if (code === 0) return;
    if (signal !== 'SIGKILL') throw new Error(`a worker ended with ${String(code ?? signal)}`);
  }
}

/** `progress`: 0 to 1. */
async function storm(alive: ReadonlySet<ChildProcess>, progress: () => number): Promise<Storm> {
  const faults: Storm = { kills: 0, pauses: 0 };
  for (let next = Math.random() / FAULTS; next < 1; next += (0.5 + Math.random()) / FAULTS) {
    while (progress() < next) await delay(LOOK_EVERY);
    const victim = [...alive][Math.floor(Math.random() * alive.size)];
    if (victim === undefined) continue;
    if (Math.random() < 0.7) {
      victim.kill('SIGKILL');
      faults.kills += 1;
    } else {
      victim.kill('SIGSTOP');
      faults.pauses += 1;
      setTimeout(() => victim.kill('SIGCONT'), PAUSE);
    }
  }
  return faults;
}

function acknowledgements(file: string): { readonly seq: number; readonly hash: string }[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => ({ seq: Number(line.split(' ')[0]), hash: line.split(' ')[1] ?? '' }));
}

test.each([
  { of: 'one session', commits: 1_000, day: [] },
  // A new segment every hundred records of a weekday: sealed by whoever comes first, killed while doing so.
  { of: 'many sessions', commits: 500, day: [String(DAY)] },
])(
  'eight processes under kill -9 lose no acknowledged commit of $of and share no sequence number',
  async ({ commits, day }) => {
    const root = temporaryFolder();
    const worker = bundle('test/store/support/commit-worker.ts', root);
    const folder = join(root, 'journal');
    const files = Array.from({ length: WORKERS }, (_, index) => join(root, `acknowledged-${index}`));
    const alive = new Set<ChildProcess>();
    onTestFinished(() => alive.forEach((child) => child.kill('SIGKILL')));
    const start = (file: string) => () =>
      spawn(process.execPath, [worker, folder, file, String(commits), ...day], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    let isOver = false;
    const faults = storm(alive, () =>
      isOver ? 1 : files.flatMap(acknowledgements).length / (WORKERS * commits),
    );
    try {
      await Promise.all(files.map((file) => live(start(file), alive)));
    } finally {
      isOver = true;
    }

    const { kills, pauses } = await faults;
    const hashes = new Map(readRecords(folder).map(({ seq, sum }) => [seq, sum]));
    const acknowledged = files.flatMap(acknowledgements);
    const missing = acknowledged.filter(({ seq, hash }) => hashes.get(seq) !== hash);
    const verdict = verifyJournal(folder);

    expect(missing).toStrictEqual([]);
    expect(acknowledged).toHaveLength(WORKERS * commits);
    expect(new Set(acknowledged.map(({ seq }) => seq)).size).toBe(acknowledged.length);
    expect(verdict.kind).toBe('intact');
    expect(kills).toBeGreaterThan(5);
    const segments = verdict.kind === 'intact' ? verdict.segments : 0;
    if (day.length === 0) expect(segments).toBe(1);
    else expect(segments).toBeGreaterThan(20);
    const voidLines = verdict.kind === 'intact' ? verdict.voidLines : 0;
    console.log(
      `journal: ${acknowledged.length} acknowledged, ${hashes.size} records, ${segments} segments, ${voidLines} void lines, ${kills} kills, ${pauses} pauses`,
    );
  },
  180_000,
);
