/** Reads answer in any trouble, and say on stderr what is wrong: silence would pass for "nothing there". */
import { renameSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { project, type Project } from '../support/project.ts';

const JOURNAL = 'data/journal/0001.jsonl';

async function owning(): Promise<Project> {
  const mine = project({ strategies: { core: { targets: { VTI: '10' } } } });
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  return mine.at('2025-12-02T15:40:00-05:00');
}

const READS = [
  ['get', 'positions'],
  ['get', 'locks'],
  ['get', 'strategies'],
  ['status'],
  ['describe', 'strategy', 'core'],
];

const PLANNED: ReadonlySet<string> = new Set(['get strategies', 'describe strategy']);

describe.each(READS.map((words) => [words.join(' '), words] as const))('%s', (_, words) => {
  test('beside a lost journal warns of it', async () => {
    const mine = await owning();
    renameSync(mine.path('data/journal'), mine.path('elsewhere'));
    const { code, stderr } = await mine.run(...words);
    expect(code).toBe(0);
    expect(stderr).toContain('warning: apply will refuse: ');
    expect(stderr).toContain('records are lost');
  });

  test('with the broker of another account warns of it', async () => {
    const mine = await owning();
    mine.remove('data/broker.json');
    const account = mine.read('manifests/account.yaml');
    mine.write('manifests/account.yaml', account.replaceAll('"seed": 7', '"seed": 8'));
    const { code, stderr } = await mine.run(...words);
    // What needs a plan cannot be answered at all.
    expect(code).toBe(PLANNED.has(words.slice(0, 2).join(' ')) ? 5 : 0);
    expect(stderr).toContain('the journal belongs to account');
  });

  test('with invalid manifests answers for the account accepted last', async () => {
    const mine = await owning();
    mine.write('manifests/account.yaml', 'kind: Acount\n');
    const { code, stderr } = await mine.run(...words);
    expect(code).toBe(0);
    expect(stderr).toContain('the account accepted last is used');
  });

  test('with all in order says nothing on the side', async () => {
    const mine = await owning();
    const { code, stderr } = await mine.run(...words);
    expect(code).toBe(0);
    expect(stderr).not.toContain('warning');
  });
});

describe('journal verify', () => {
  test('does not call a journal intact that is not there', async () => {
    const mine = await owning();
    renameSync(mine.path('data/journal'), mine.path('elsewhere'));
    const { code, stdout } = await mine.run('journal', 'verify');
    expect(code).toBe(1);
    expect(stdout).not.toContain('intact');
    expect(stdout).toContain('records are lost');
    expect(stdout).toMatch(/strategy_positions\.json has seen record \d+/);
  });

  test('names the line of a last record that was changed, and so does apply', async () => {
    const mine = await owning();
    const lines = mine.read(JOURNAL).trimEnd().split('\n');
    const last = lines.at(-1) ?? '';
    mine.write(
      JOURNAL,
      `${[...lines.slice(0, -1), last.replace(/\d/, (digit) => (digit === '1' ? '2' : '1'))].join('\n')}\n`,
    );
    const { code, stdout } = await mine.run('journal', 'verify');
    expect(code).toBe(1);
    expect(stdout).toContain(`line ${lines.length}, behind the last record: torn or changed`);
    const applied = await mine.run('apply', '--yes');
    expect(applied.code).toBe(5);
    expect(applied.stderr).toContain(`line ${lines.length} behind its last record: torn or changed`);
  });
});

describe('Step 2 of the recovery', () => {
  function scripted(mine: Project, fault: string): void {
    mine.write('faults.yaml', `faults:\n  - ${fault}\n`);
    const account = mine.read('manifests/account.yaml');
    mine.write(
      'manifests/account.yaml',
      account.replace('"type": "simulated"', '"type": "simulated", "faults": "../faults.yaml"'),
    );
  }

  test('names the symbol of an open break', async () => {
    const mine = await owning();
    scripted(mine, '{on: positions, effect: split, split: {symbol: VTI, from: 1, to: 10}}');
    await mine.run('apply', '--yes');
    expect((await mine.run('get', 'breaks')).stdout).toContain('VTI');
    mine.declare({ core: { targets: { VTI: '11', BND: '1' } } });
    const { stderr } = await mine.run('apply', '--yes');
    expect(stderr).toContain('Sync with the broker: open break on VTI\n');
  });

  test('names the symbol that settles', async () => {
    const mine = (await owning()).at('2025-12-02T15:30:00-05:00');
    scripted(mine, '{on: positions, effect: stale, by: 60s, times: 99}');
    const { stderr } = await mine.run('apply', '--yes');
    expect(stderr).toContain('Sync with the broker: settling in VTI\n');
  });
});
