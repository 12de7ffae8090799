/** The short form of the part `planted` of the proof: bugs that are put into hgctl on purpose are found. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { INVARIANTS } from '../../proof/invariants/all.ts';
import { BUGS } from '../../proof/planted/bugs.ts';
import { bundler, cleanMachine, huntFor } from '../../proof/planted/part.ts';

const SEED = 1;

test('Every text that a planted bug replaces is in src exactly once.', async () => {
  const { replaceOnce } = await bundler();
  const misplaced = BUGS.flatMap(({ name, changes }) => {
    const texts = new Map<string, string>();
    return changes.flatMap((change) => {
      const text = texts.get(change.file) ?? readFileSync(`src/${change.file}`, 'utf8');
      try {
        texts.set(change.file, replaceOnce(text, change));
        return [];
      } catch (error) {
        return [`${name}: ${String(error)}`];
      }
    });
  });
  expect(misplaced).toEqual([]);
  expect(() => replaceOnce('a b a', { file: 'x.ts', there: 'a', instead: '' })).toThrow(
    'src/x.ts has 2 times',
  );
  expect(() => replaceOnce('b', { file: 'x.ts', there: 'a', instead: '' })).toThrow('src/x.ts has 0 times');
});

test('Each planted bug has a name of its own, and an invariant that is there.', () => {
  expect(new Set(BUGS.map(({ name }) => name)).size).toBe(BUGS.length);
  const names = INVARIANTS.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(BUGS.map(({ invariant }) => invariant)));
});

test('Of each invariant a planted bug shows that it is not idle.', () => {
  const shown = new Set(BUGS.map(({ invariant }) => invariant));
  expect(INVARIANTS.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
});

test('No story finds anything where no bug is planted.', async () => {
  const { STORIES } = await cleanMachine();
  for (const { name, tell } of STORIES) expect(await tell(SEED, 0), name).toEqual([]);
  const told = BUGS.flatMap(({ look }) => (look.by === 'story' ? [look.story] : []));
  expect(STORIES.map(({ name }) => name).sort()).toEqual([...new Set(told)].sort());
});

/** Of this seed it takes one run, or three. */
const FEW = 20;

test.each(['retry-with-a-new-id', 'truncate-a-torn-tail'])('It is caught: %s', async (name) => {
  const bug = BUGS.find((one) => one.name === name);
  if (bug === undefined) throw new Error(`no bug is called ${name}`);
  const hunt = await huntFor(bug, { seed: SEED, deadline: Infinity });
  expect(hunt.caught?.broken).toContainEqual(expect.objectContaining({ invariant: bug.invariant }));
  expect(hunt.runs).toBeLessThan(FEW);
});
