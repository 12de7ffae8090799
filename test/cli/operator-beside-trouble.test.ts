/** `disable`, `close-orphaned`, `enable` and `unlock` beside a lost journal, or a state file that is not ours. */
import { readdirSync, renameSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

const STATE = 'data/strategy_positions.json';
const TOGGLE = 'manifests/strategy_toggle.yaml';
const TWO = {
  core: { targets: { VTI: '10', BND: '20' } },
  side: { targets: { GLD: '5' } },
};

async function owning(): Promise<Project> {
  const mine = project({ strategies: TWO });
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  return mine.at('2025-12-02T15:40:00-05:00');
}

function edit(mine: Project, from: string, to: string): string {
  const text = mine.read(STATE).replace(from, to);
  mine.write(STATE, text);
  return text;
}

function copies(mine: Project): string[] {
  return readdirSync(mine.path('data')).filter((name) => name.includes('.edited-'));
}

async function positions(mine: Project): Promise<string[]> {
  const { items } = await mine.json<{ items: Record<string, string | null>[] }>(
    'get',
    'positions',
    '-o',
    'json',
  );
  return items.map(
    ({ strategy, symbol, quantity }) => `${strategy ?? '-'} ${symbol ?? ''} ${quantity ?? ''}`,
  );
}

const BOOKS = ['core BND 20', 'core VTI 10', 'side GLD 5'];

describe('beside a lost journal', () => {
  async function lost(): Promise<Project> {
    const mine = await owning();
    renameSync(mine.path('data/journal'), mine.path('elsewhere'));
    return mine;
  }

  test.each([['--close-positions'], ['--force'], []])(
    'disable %s turns the strategy off in the toggle file, and does not claim more (exit 5)',
    async (...options) => {
      const mine = await lost();
      const before = mine.fingerprint('data');
      const { code, stdout, stderr } = await mine.run('disable', 'core', ...options);
      expect(code).toBe(5);
      expect(stdout).toBe('strategy/core is off in the toggle file; nothing could be recorded or closed\n');
      expect(stderr).toContain('records are lost');
      expect(mine.read(TOGGLE)).toMatch(/core:\s+enabled: false\s+shutdown_requested: false/);
      expect(mine.fingerprint('data')).toStrictEqual(before);
    },
  );

  test.each([['close-orphaned'], ['enable'], ['unlock']])('%s core is refused (exit 5)', async (command) => {
    const mine = await lost();
    const before = mine.fingerprint('.');
    const { code, stderr } = await mine.run(command, 'core');
    expect(code).toBe(5);
    expect(stderr).toContain('records are lost');
    expect(mine.fingerprint('.')).toStrictEqual(before);
  });
});

test('Before the books are open, disable turns the strategy off in the toggle file, and says so.', async () => {
  const mine = project({ strategies: TWO });
  const { code, stdout } = await mine.run('disable', 'core');
  expect({ code, stdout }).toStrictEqual({
    code: 0,
    stdout: 'strategy/core is off in the toggle file; there are no books yet, and nothing to close\n',
  });
  expect(mine.read(TOGGLE)).toMatch(/core:\s+enabled: false\s+shutdown_requested: false/);
});

describe('beside an execution lock of another program', () => {
  const LOCK =
    '{"holder":"omr","acquired":"2025-12-02T15:39:00-05:00","expires":"2025-12-02T15:43:00-05:00"}';

  test('enable lifts a shutdown and leaves the lock to be seen: the next apply sends nothing', async () => {
    const mine = await owning();
    await mine.run('disable', 'side', '--close-positions');
    const text = edit(mine, '"execution_lock": null', `"execution_lock": ${LOCK}`);
    expect(await mine.run('enable', 'side')).toMatchObject({ code: 0 });
    expect(mine.read(STATE)).toBe(text);
    expect((await mine.run('apply', '--yes')).code).toBe(8);
    expect(await positions(mine)).toStrictEqual(['core BND 20', 'core VTI 10']);
  });

  test('status and get locks show it', async () => {
    const mine = await owning();
    edit(mine, '"execution_lock": null', `"execution_lock": ${LOCK}`);
    expect((await mine.run('status')).stdout).toContain(
      'Execution Lock: omr (another program, in the state file; until 2025-12-02 15:43:00)\n',
    );
    const { items } = await mine.json<{ items: unknown[] }>('get', 'locks', '-o', 'json');
    expect(items).toMatchObject([
      {
        name: 'state-file',
        holder: 'omr',
        expires: '2025-12-02T15:43:00-05:00',
        lockId: null,
        state: 'held',
      },
    ]);
    expect((await mine.run('get', 'locks')).stdout).toMatch(/^state-file +- +omr +held +- +- /m);
  });

  test('disable of another strategy does not go on with a shutdown that sells', async () => {
    const mine = await owning();
    edit(mine, '"execution_lock": null', `"execution_lock": ${LOCK}`);
    expect(await mine.run('disable', 'side', '--close-positions')).toMatchObject({ code: 7 });
    const { code, stderr } = await mine.run('disable', 'core');
    expect(code).toBe(0);
    expect(stderr).toContain('the rest is left to the next apply');
    expect(await positions(mine)).toStrictEqual(BOOKS);
  });

  test('a state file with a lock without an end stops closing commands (exit 7), and stays as it is', async () => {
    const mine = await owning();
    const text = edit(mine, '"execution_lock": null', '"execution_lock": {"holder":"omr","expires":null}');
    expect(await mine.run('disable', 'side', '--close-positions')).toMatchObject({ code: 7 });
    expect(await mine.run('close-orphaned', 'side')).toMatchObject({ code: 7 });
    expect(mine.read(STATE)).toBe(text);
    expect(await positions(mine)).toStrictEqual(BOOKS);
  });

  test.each([
    ['that is no JSON', '{', ''],
    ['that is cut in the middle', '"last_updated"', '\u0000'],
    ['with a value of the wrong kind, and no lock', '"qty": 5', '"qty": "five"'],
  ])('a state file %s holds no sale up', async (_, from, to) => {
    const mine = await owning();
    const text = edit(mine, from, to);
    expect(await mine.run('disable', 'side', '--close-positions')).toMatchObject({ code: 0 });
    expect(mine.read(STATE)).toBe(text);
    expect(await positions(mine)).toStrictEqual(['core BND 20', 'core VTI 10']);
  });
});

test('An edited state file stays an open question for disable and enable, with one copy and the way out.', async () => {
  const mine = await owning();
  const text = edit(mine, '"qty": 20', '"qty": 15');
  for (const words of [
    ['disable', 'side', '--close-positions'],
    ['enable', 'side'],
  ]) {
    const { code, stderr } = await mine.run(...words);
    expect(code).toBe(0);
    expect(stderr).toContain("'hgctl import state' shows the difference: --accept takes it over, --discard");
  }
  expect(mine.read(STATE)).toBe(text);
  expect(copies(mine)).toHaveLength(1);
  const { code, stdout } = await mine.run('import', 'state');
  expect(code).toBe(1);
  expect(stdout).toContain('strategies.core.positions.BND.qty');
});
