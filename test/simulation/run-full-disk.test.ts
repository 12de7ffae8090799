/** What a pass leaves on a disk that refuses it, half a line of the journal, must not wake the next one: it would never wait again. */
import { truncateSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runRun } from '../../src/cli/commands/run.ts';
import { project } from '../support/project.ts';
import { optionsOf, quietIo } from './support.ts';

test('What a pass has changed itself is no news after the disk has refused it, and the next one waits.', async () => {
  const mine = project({ now: null });
  const said: string[] = [];
  let waits = 0;
  const io = {
    ...quietIo({ HGCTL_NOW: '2025-12-02T10:00:00-05:00' }),
    stop: { requested: () => waits >= 2, signal: () => null, aborted: new AbortController().signal },
  };
  await runRun(io, optionsOf(mine), () =>
    Promise.resolve({
      mark: () => void said.push('mark'),
      wait: () => {
        said.push('wait');
        waits += 1;
        // From now on no pass can go on with the journal.
        truncateSync(mine.path('data/journal/0001.jsonl'), 10);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    }),
  );
  // Each pass begins with a mark; the one that is refused ends with one, too.
  const refused = said.slice(said.indexOf('wait') + 1);
  expect(refused.slice(0, 3)).toEqual(['mark', 'mark', 'wait']);
});
