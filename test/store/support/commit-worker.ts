/**
 * Commits to a journal until it has so many acknowledgements: `commit-worker FOLDER ACKNOWLEDGED COUNT [DAY]`.
 * `DAY`: so many records are a day of its clock, and the journal turns over to a new segment with each session.
 * Notes `seq hash` in its own file after each one; what that file holds from an earlier life counts.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Instant } from '../../../src/domain/instant.ts';
import type { JournalEvent } from '../../../src/observed/events.ts';
import { systemClock } from '../../../src/store/clocks.ts';
import { openJournal } from '../../../src/store/journal.ts';
import { processes } from '../../../src/store/processes.ts';
import type { Clock } from '../../../src/reconciler/ports.ts';
import { TEST_ACCOUNT } from '../../support/account.ts';

const MONDAY = Date.parse('2026-01-05T12:00:00-05:00');
const DAY = 86_400_000;
const [folder = '', acknowledged = '', count = '0', day] = process.argv.slice(2);
const clock = day === undefined ? systemClock() : byProgress(Number(day));
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

/** The same for all workers that have read as much. */
function byProgress(recordsOfDay: number): Clock {
  return {
    ...systemClock(),
    now: () => (MONDAY + Math.floor(journal.ledger().seq / recordsOfDay) * DAY) as Instant,
  };
}
