/**
 * One contender for the execution lock of a data folder, for many rounds: `lock-worker FOLDER [LOCK_TIMEOUT_MS]`. Each
 * line on stdin starts a round: `race` tries to acquire once and answers `won FENCE` or `lost`; `free` releases what was
 * won; `write` records the end of the execution that was won and answers `written` or why not; `die` acquires and ends
 * without a release, by SIGKILL.
 */
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { acquire, release } from '../../../src/actions/execution-lock.ts';
import { LockLost, record, type Execution } from '../../../src/actions/execution.ts';
import { HgctlError } from '../../../src/domain/errors.ts';
import type { Ports } from '../../../src/reconciler/ports.ts';
import { systemClock } from '../../../src/store/clocks.ts';
import { openJournal } from '../../../src/store/journal.ts';
import { processes } from '../../../src/store/processes.ts';
import { stateFile } from '../../../src/store/state-file.ts';
import { TEST_ACCOUNT } from '../../support/account.ts';

const [folder = '', lockTimeout] = process.argv.slice(2);
const clock = systemClock();
const known = processes();
const journal = openJournal({
  folder: join(folder, 'journal'),
  run: String(process.pid),
  clock,
  self: known.self,
});
const quiet = (): void => undefined;
const ports = {
  clock,
  journal,
  processes: known,
  stateFile: stateFile({
    path: join(folder, 'state.json'),
    backups: join(folder, 'backups'),
    clock,
    journal,
    troubled: quiet,
  }),
  report: { info: quiet, warn: quiet, error: quiet },
  newId: () => `lock-${process.pid}-${clock.monotonic()}`,
  stop: { requested: () => false, signal: () => null },
} as unknown as Ports;
// Nobody waits: who does not get the lock at once has lost the round.
const { execution: defaults } = TEST_ACCOUNT;
const settings = {
  ...defaults,
  lockWait: 0,
  requestTimeout: 0,
  lockTimeout: Number(lockTimeout ?? defaults.lockTimeout),
};
let execution: Execution | undefined;

async function race(): Promise<string> {
  try {
    execution = await acquire(ports, settings, 'mp');
    return `won ${execution.fence}`;
  } catch (error) {
    if (error instanceof HgctlError) return 'lost';
    throw error;
  }
}

function write(): string {
  if (execution === undefined) return 'nothing was won';
  const { fence } = execution;
  try {
    record(execution, () => ({ type: 'execution-ended', fence, strategy: 'mp', at: clock.now() }));
    return 'written';
  } catch (error) {
    if (error instanceof LockLost) return error.message;
    throw error;
  }
}

for await (const order of createInterface({ input: process.stdin })) {
  if (order === 'race') process.stdout.write(`${await race()}\n`);
  if (order === 'free') {
    if (execution !== undefined) release(execution, null);
    execution = undefined;
    process.stdout.write('free\n');
  }
  if (order === 'write') process.stdout.write(`${write()}\n`);
  if (order === 'die') {
    process.stdout.write(`${await race()}\n`, () => process.kill(process.pid, 'SIGKILL'));
  }
}
journal.close();
