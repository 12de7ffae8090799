/** Three trading days of `hgctl run` in one process; `npm run soak` makes it thirty, and looks at the heap, too. */
import { expect, test } from 'vitest';
import { soak } from '../bench/soak.ts';

test('a controller that has converged writes nothing but at slots and at the edges of sessions, and holds on to nothing', async () => {
  const { passes, samples, wroteAt, journal } = await soak({
    sessions: 3,
    samples: [300, 1_200],
    collect: () => undefined,
  });
  expect(passes).toBeGreaterThan(1_200);
  const [first, last] = samples.map(({ handles }) => handles.filter((handle) => handle === 'FSEventWrap'));
  expect(last).toEqual(first);
  expect(first?.length).toBeGreaterThan(0);
  expect(journal).toMatchObject({ kind: 'intact', suspects: [] });
  const minutes = wroteAt.map((time) => time.slice(11, 16));
  // The opening of the books, the start of a session, the exit, the entry, the close.
  expect([...new Set(minutes)].sort()).toEqual(['09:00', '09:30', '09:31', '15:55', '16:00']);
  expect(minutes.filter((minute) => minute === '15:55')).toHaveLength(3);
});
