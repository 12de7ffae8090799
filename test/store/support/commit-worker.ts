/**
 * Commits to a journal until it has so many acknowledgements: `commit-worker FOLDER ACKNOWLEDGED COUNT`.
 * Notes `seq hash` in its own file after each one; what that file holds from an earlier life counts.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { JournalEvent } from '../../../src/observed/events.ts';
import { systemClock } from '../../../src/store/clocks.ts';
import { openJournal } from '../../../src/store/journal.ts';
import { processes } from '../../../src/store/processes.ts';
import { TEST_ACCOUNT } from '../../support/account.ts';

const [folder = '', acknowledged = '', count = '0'] = process.argv.slice(2);
const clock = systemClock();
const journal = openJournal({ folder, run: `worker-${process.pid}`, clock, self: processes().self });

let done = existsSync(acknowledged) ? readFileSync(acknowledged, 'utf8').split('\n').length - 1 : 0;
journal.refresh();
while (done < Number(count)) {
  const answer = journal.commit(event(`${process.pid}/${done}`));
  if (answer.kind === 'committed') {
    appendFileSync(acknowledged, `${answer.ledger.seq} ${answer.ledger.hash}\n`);
    done += 1;
  } else {
    await clock.sleep(Math.random() * 2);
  }
}

function event(digest: string): JournalEvent {
  const account = { file: 'a.yaml', name: 'paper', settings: TEST_ACCOUNT };
  return { type: 'revision-accepted', digest, strategies: [], account };
}
