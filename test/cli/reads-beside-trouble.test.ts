/** Reads answer in any trouble, and say on stderr what is wrong: silence would pass for "nothing there". */
import { renameSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

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

interface Shown {
  readonly name: string;
  readonly standing: string;
  readonly state: string;
  readonly lifecycle: string;
  readonly enabled: boolean;
  readonly generation: number;
  readonly nextSlot: { readonly action: string } | null;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
    readonly observedGeneration: number;
  }[];
}

async function shown(mine: Project): Promise<readonly Shown[]> {
  return (await mine.json<{ items: readonly Shown[] }>('get', 'strategies', '-o', 'json')).items;
}

const conditionOf = (item: Shown | undefined, type: string): string => {
  const found = item?.conditions.find((condition) => condition.type === type);
  return `${found?.status ?? 'none'} ${found?.reason ?? ''}`;
};

describe('With invalid manifests the strategies are those of the accepted revision', () => {
  const NIGHTLY = { schedule: [{ at: 'close-5m', action: 'entry', window: '4m' }] };
  const ALL = {
    core: { targets: { VTI: '10' } },
    night: { targets: { BND: '5' }, spec: NIGHTLY },
    off: { targets: { GLD: '5' }, enabled: false },
    later: { targets: { XOM: '5' }, spec: { lifecycle: 'planned' } },
  };

  /** `gone` has a book, and the accepted revision does not declare it. */
  async function invalid(): Promise<Project> {
    const mine = project({ strategies: { ...ALL, gone: { targets: { IBM: '1' } } } });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    mine.declare(ALL);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    mine.write('manifests/strategies/core.yaml', 'kind: Stratgy\n');
    return mine;
  }

  test('by name, state and next slot; only what it does not declare is undeclared', async () => {
    const items = await shown(await invalid());
    const facts = items.map(({ name, standing, state, lifecycle, enabled, nextSlot }) =>
      [name, standing, state, lifecycle, enabled, nextSlot?.action ?? '-'].join(' '),
    );
    expect(facts.sort()).toEqual([
      'core accepted Enabled active true -',
      'gone undeclared Undeclared undeclared false -',
      'later accepted Planned planned false -',
      'night accepted Enabled active true entry',
      'off accepted Disabled active false -',
    ]);
  });

  test('with the condition ManifestsInvalid, which says what is wrong', async () => {
    const [core, ...others] = await shown(await invalid());
    expect(conditionOf(core, 'ManifestsInvalid')).toBe('True LastAcceptedInForce');
    expect(conditionOf(core, 'Undeclared')).toBe('False NothingFound');
    expect(conditionOf(core, 'Ready')).toBe('False ManifestsInvalid');
    expect(conditionOf(core, 'Synced')).toBe('Unknown ManifestsInvalid');
    expect(others.every((item) => conditionOf(item, 'ManifestsInvalid').startsWith('True'))).toBe(true);
    const idle = others.filter(({ name }) => name === 'off' || name === 'later');
    expect(idle.map((item) => conditionOf(item, 'Synced'))).toEqual(['True NothingToDo', 'True NothingToDo']);
    const message = core?.conditions.find(({ type }) => type === 'ManifestsInvalid')?.message;
    expect(message).toContain('manifests/strategies/core.yaml:1');
    // What is on disk is not what is in force.
    expect(core?.generation).toBe((core?.conditions[0]?.observedGeneration ?? 0) + 1);
  });

  test('in every view, and what the journal has not kept is unknown', async () => {
    const mine = await invalid();
    const table = (await mine.run('get', 'strategies')).stdout;
    expect(table).toMatch(/^core +Enabled +False +Unknown +1 +\S+ +<unknown> /m);
    const described = (await mine.run('describe', 'strategy', 'core')).stdout;
    expect(described).toMatch(/^Signal: +<unknown>$/m);
    expect(described).toMatch(/^Schedule: +every pass$/m);
    expect(described).toMatch(/^ {2}ManifestsInvalid +True /m);
    expect(described).not.toContain('Undeclared');
    const { stdout } = await mine.run('status');
    expect(stdout).toContain('CORE: ENABLED\n');
    expect(stdout).toContain('OFF: DISABLED\n');
    expect(stdout).toContain('LATER: PLANNED\n');
    expect(stdout).toContain('GONE: UNDECLARED\n');
  });

  test('also for wait, and when they are gone', async () => {
    const mine = await invalid();
    const wait = (condition: string): ReturnType<Project['run']> =>
      mine.run('wait', '--for', `condition=${condition}`, 'strategy/core', '--timeout', '0s');
    expect(await wait('ManifestsInvalid')).toMatchObject({ code: 0 });
    expect(await wait('Undeclared')).toMatchObject({ code: 9 });
    mine.remove('manifests');
    expect(await wait('ManifestsInvalid')).toMatchObject({ code: 0 });
  });

  test('and what only the running controller knows is what it has seen', async () => {
    const mine = project({
      now: null,
      account: { broker: { fillDelay: '10ms' }, execution: { settleWindow: '0s' } },
      strategies: { core: { targets: { VTI: '10' } } },
    });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    const running = mine.start('run');
    await running.said('Controller started');
    mine.write('manifests/strategies/core.yaml', 'kind: Stratgy\n');
    await running.said('ManifestsInvalid: the last accepted ones stay in force');
    const seen = (): string => (mine.exists('data/conditions.json') ? mine.read('data/conditions.json') : '');
    for (let tries = 0; tries < 200 && !seen().includes('LastAcceptedInForce'); tries += 1) await delay(50);
    const [core] = await shown(mine);
    expect(core?.standing).toBe('accepted');
    expect(conditionOf(core, 'Synced')).toBe('True NothingToDo');
    expect(conditionOf(core, 'ManifestsInvalid')).toBe('True LastAcceptedInForce');
    expect(core?.conditions.find(({ type }) => type === 'ManifestsInvalid')).toHaveProperty(
      'lastTransitionTime',
    );
    running.process.kill('SIGTERM');
    await running.ended;
  });
});
