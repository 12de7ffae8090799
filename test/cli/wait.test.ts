/** `hgctl wait`, in real processes. */
import { describe, expect, test } from 'vitest';
import { project, type Project } from '../support/project.ts';

const TWO = { core: { targets: { VTI: '5' } }, other: { targets: { BND: '5' } } };

/** In real time. */
function live(): Project {
  return project({
    now: null,
    account: { broker: { fillDelay: '10ms' }, execution: { settleWindow: '0s' } },
    strategies: TWO,
  });
}

describe('what is so already', () => {
  test.each([
    [['--for', 'condition=Ready', 'strategy/core'], 'strategy/core condition met\n'],
    [['--for=condition=ready=True', '--all'], 'strategy/core condition met\nstrategy/other condition met\n'],
    [
      ['--for', 'condition=Synced=false', 'strategy/core', 'st/other'],
      'strategy/core condition met\nstrategy/other condition met\n',
    ],
    [['--for', 'condition=Suspended=false', 'strategy/core'], 'strategy/core condition met\n'],
  ])('%j: exit 0, and nothing is written', async (words, stdout) => {
    const mine = project({ strategies: TWO });
    expect(await mine.run('wait', ...words)).toMatchObject({ code: 0, stdout });
    expect(mine.exists('data')).toBe(false);
  });
});

describe('what comes about', () => {
  test('ends the wait', async () => {
    const mine = live();
    const waiting = mine.start('wait', '--for', 'condition=Synced', '--all', '--timeout', '10m');
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    expect(await waiting.ended).toMatchObject({
      code: 0,
      stdout: 'strategy/core condition met\nstrategy/other condition met\n',
    });
  });

  test('also by an edit of the manifests and a word of an operator', async () => {
    const mine = live();
    await mine.run('apply', '--yes');
    const edited = mine.start('wait', '--for', 'condition=Synced=false', 'strategy/core', '--timeout', '10m');
    const word = mine.start('wait', '--for', 'condition=Suspended', 'strategy/other', '--timeout', '10m');
    mine.declare({ ...TWO, core: { targets: { VTI: '9' } } });
    await mine.run('suspend', 'other', '--reason', 'a test');
    expect((await edited.ended).code).toBe(0);
    expect((await word.ended).code).toBe(0);
  });
});

test('What does not come about: exit 9 at the timeout of the clock, with what there is instead.', async () => {
  const mine = project({ strategies: TWO });
  const { code, stdout, stderr } = await mine.run(
    'wait',
    '--for',
    'condition=Synced',
    '--all',
    '--timeout',
    '90s',
  );
  expect([code, stdout]).toEqual([9, '']);
  expect(stderr).toContain(
    'timed out waiting for Synced=True of strategy/core and 1 more (it is False: ActionsDue',
  );
  expect(stderr).toContain("see 'hgctl describe strategy core'");
});

test('What is not there has no words: the reason is all that is said.', async () => {
  const mine = project({ strategies: TWO });
  const wait = ['wait', '--for', 'condition=Suspended', 'strategy/core', '--timeout', '0s'];
  expect((await mine.run(...wait)).stderr).toContain('(it is False: NothingFound)\n');
});

test('Ctrl-C ends it with 130.', async () => {
  const mine = live();
  await mine.run('apply', '--yes');
  await mine.run('suspend', 'core', '--reason', 'a test');
  const waiting = mine.start('wait', '--for', 'condition=Suspended', '--all', '--timeout', '10m');
  const isWaiting = new Promise((resolve) => waiting.process.stdout?.once('data', resolve));
  await isWaiting;
  waiting.process.kill('SIGINT');
  expect(await waiting.ended).toMatchObject({ code: 130, stdout: 'strategy/core condition met\n' });
});

test.each([
  [['--for', 'condition=Sinced', 'strategy/core'], 3, 'did you mean Synced?'],
  [['--for', 'delete', 'strategy/core'], 3, 'names no condition'],
  [['--for', 'condition=Ready=maybe', 'strategy/core'], 3, 'names no condition'],
  [['--for', 'condition=Ready'], 3, 'say which strategy'],
  [['--for', 'condition=Ready', 'core'], 3, 'write strategy/NAME'],
  [['--for', 'condition=Ready', '--all', 'strategy/core'], 3, '--all takes no names'],
  [['--for', 'condition=Ready', 'strategy/core', '--timeout', 'long'], 3, '--timeout "long"'],
  [['strategy/core'], 3, '--for'],
  [['--for', 'condition=Ready', 'strategy/cor'], 6, 'did you mean core?'],
])('%j: exit %i', async (words, exit, message) => {
  const { code, stderr } = await project({ strategies: TWO }).run('wait', ...words);
  expect(code).toBe(exit);
  expect(stderr).toContain(message);
});
