/**
 * One commit on the day after the journal's newest record, killed (SIGKILL) before its STEP-th call that changes files:
 * `segments-worker FOLDER NOW STEP`. A write that is cut short is half written first. Ends with 0 where it had fewer steps.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Instant } from '../../../src/domain/instant.ts';
import { fixedClock } from '../../../src/store/clocks.ts';
import { openJournal } from '../../../src/store/journal.ts';
import { TEST_ACCOUNT } from '../../support/account.ts';

const [folder = '', now = '0', step = '0'] = process.argv.slice(2);
const STEPS = ['openSync', 'writeSync', 'fsyncSync', 'fdatasyncSync', 'linkSync', 'rmSync'] as const;
const real = fs.writeSync;
let count = 0;

for (const name of STEPS) {
  const call = fs[name] as (...args: unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      count += 1;
      if (count < Number(step)) return call(...args);
      const [fd, bytes] = args;
      if (name === 'writeSync' && Buffer.isBuffer(bytes)) real(fd as number, bytes, 0, bytes.length >> 1);
      process.kill(process.pid, 'SIGKILL');
      throw new Error('unreachable');
    },
  });
}
syncBuiltinESMExports();

const self = { pid: process.pid, started: '1', bootId: 'boot', host: 'here' };
const journal = openJournal({ folder, run: 'worker', clock: fixedClock(Number(now) as Instant), self });
journal.refresh();
const event = { digest: 'worker', strategies: [], account: { file: 'a', name: 'p', settings: TEST_ACCOUNT } };
const answer = journal.commit({ type: 'revision-accepted', ...event });
process.stdout.write(`${answer.kind} ${answer.ledger.seq} ${answer.ledger.hash}\n`);
