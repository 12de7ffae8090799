/** `hgctl events` of real files, beside controllers in processes of their own. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

interface Counted {
  readonly type: string;
  readonly reason: string;
  readonly strategy: string | null;
  readonly symbol: string | null;
  readonly object: string | null;
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly message: string;
  readonly seq: number;
}

async function until(check: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (check()) return;
    await delay(50);
  }
  throw new Error('it did not come about within 10 s');
}

/** Two days of one strategy, with a suspension on each. */
async function twoDays(): Promise<Project> {
  const mine = project({ strategies: { core: { targets: { VTI: '5' } }, other: { targets: { BND: '5' } } } });
  expect((await mine.run('apply', '--yes')).code).toBe(0);
  expect((await mine.run('suspend', 'core', '--reason', 'first')).code).toBe(0);
  const later = mine.at('2025-12-03T10:00:00-05:00');
  expect((await later.run('suspend', 'core', '--reason', 'second')).code).toBe(0);
  return later;
}

async function counted(mine: Project, ...words: readonly string[]): Promise<Counted[]> {
  return (await mine.json<{ items: Counted[] }>('events', '-o', 'json', ...words)).items;
}

describe('what happened again', () => {
  test('is one line, with its count, its first and last time, and the words of the newest', async () => {
    const items = await counted(await twoDays());
    const suspended = items.filter(({ type }) => type === 'strategy-suspended');
    expect(suspended).toEqual([
      expect.objectContaining({ strategy: 'core', symbol: null, reason: '', count: 2 }) as Counted,
    ]);
    const [{ firstSeen, lastSeen, message } = {} as Counted] = suspended;
    expect(firstSeen).toMatch(/^2025-12-02T15:30/);
    expect(lastSeen).toMatch(/^2025-12-03T10:00/);
    expect(message).toContain('second');
    expect(items.map(({ seq }) => seq)).toEqual(items.map(({ seq }) => seq).sort((a, b) => a - b));
  });

  test('of another strategy, symbol or reason is another line', async () => {
    const mine = project();
    await mine.run('apply', '--yes');
    const ended = (await counted(mine)).filter(({ type }) => type === 'order-ended');
    expect(ended.map(({ symbol, reason, count }) => `${symbol ?? ''} ${reason} ${count}`).sort()).toEqual([
      'BND filled 1',
      'GLD filled 1',
      'VTI filled 1',
    ]);
  });
});

describe('what is of another order, slot or session', () => {
  const countsOf = (items: readonly Counted[], type: string): string[] =>
    items
      .filter((item) => item.type === type)
      .map(({ strategy, object, count }) => `${strategy ?? '-'} ${object ?? '-'} ${count}`);

  test('is another line', async () => {
    const schedule = [{ at: '15:30', action: 'rebalance', window: '4m' }];
    const core = (quantity: string) => ({ core: { targets: { VTI: quantity }, spec: { schedule } } });
    const first = project({ strategies: core('5') });
    expect((await first.run('apply', '--yes')).code).toBe(0);
    const mine = first.at('2025-12-03T15:30:00-05:00');
    mine.declare(core('8'));
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    const items = await counted(mine);
    const slots = ['core core/2025-12-02/rebalance/1530 1', 'core core/2025-12-03/rebalance/1530 1'];
    expect(countsOf(items, 'slot-started')).toEqual(slots);
    expect(countsOf(items, 'slot-ended')).toEqual(slots);
    for (const type of ['intent', 'order-created', 'order-ended']) {
      const orders = items.filter((item) => item.type === type);
      expect(orders.map(({ strategy, symbol, count }) => [strategy, symbol, count])).toEqual([
        ['core', 'VTI', 1],
        ['core', 'VTI', 1],
      ]);
      expect(new Set(orders.map(({ object }) => object)).size).toBe(2);
    }
    const days = items.filter(({ type, reason }) => type === 'day-marked' && reason === 'start');
    expect(days.map(({ object, count }) => `${object ?? '-'} ${count}`)).toEqual([
      '2025-12-02 1',
      '2025-12-03 1',
    ]);
  });

  test('and a lock is that of its holder, also when it is released', async () => {
    const mine = project({ strategies: { core: { targets: { VTI: '5' } } } });
    await mine.run('apply', '--yes');
    const items = await counted(mine);
    expect(countsOf(items, 'lock-released')).toEqual(countsOf(items, 'lock-acquired'));
    expect(countsOf(items, 'lock-released')).toContain('core - 1');
    const own = (await counted(mine, '--strategy', 'core')).map(({ type }) => type);
    expect(own).toEqual(expect.arrayContaining(['lock-acquired', 'lock-released']));
  });
});

test('--since and --strategy leave out the rest; of an order, also what names its id only', async () => {
  const mine = await twoDays();
  const since = await counted(mine, '--since', '2025-12-03');
  expect(since.map(({ type, count }) => `${type} ${count}`)).toEqual([
    'sealed 1',
    'checkpoint 1',
    'strategy-suspended 1',
  ]);
  const types = (await counted(mine, '--strategy', 'other')).map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(['intent', 'order-created', 'fill', 'order-ended']));
  expect((await counted(mine, '--strategy', 'other')).every(({ strategy }) => strategy === 'other')).toBe(
    true,
  );
});

test('--strategy of what was declared once is known; what nothing has ever named is not: exit 6.', async () => {
  const mine = await twoDays();
  mine.declare({ core: { targets: { VTI: '5' } }, fresh: { targets: { GLD: '5' } } });
  expect(await mine.run('events', '--strategy', 'other')).toMatchObject({ code: 0 });
  expect(await mine.run('events', '--strategy', 'fresh')).toMatchObject({ code: 0, stdout: '' });
  expect(await mine.run('events', '--strategy', 'nope')).toMatchObject({ code: 6, stdout: '' });
  expect(await mine.run('events', '--strategy', 'nope', '-o', 'json')).toMatchObject({ code: 6 });
});

test('The table is for people; without a journal it is empty, and nothing is made.', async () => {
  const mine = project();
  const { code, stdout, stderr } = await mine.run('events');
  expect([code, stdout, mine.exists('data')]).toEqual([0, '', false]);
  expect(stderr).toContain('No events found');
  const later = await twoDays();
  const table = (await later.run('events')).stdout.split('\n');
  expect(table[0]).toMatch(/^LAST SEEN +COUNT +FIRST SEEN +TYPE +REASON +STRATEGY +SYMBOL +MESSAGE$/);
  expect(table.at(-2)).toMatch(
    /^2025-12-03T10:00\S* +2 +2025-12-02T15:30\S* +strategy-suspended +<none> +core +<none> +suspended by/,
  );
});

test.each([
  [['--since', 'soon'], 3, '--since "soon" is no time'],
  [['-o', 'csv'], 3, 'no output format csv'],
])('%j: exit %i', async (words, exit, message) => {
  const { code, stderr } = await project().run('events', ...words);
  expect(code).toBe(exit);
  expect(stderr).toContain(message);
});

test('A damaged journal: exit 5. Invalid manifests: no matter.', async () => {
  const mine = await twoDays();
  mine.write('manifests/account.yaml', 'kind: Acount\n');
  expect((await mine.run('events')).code).toBe(0);
  mine.write('data/journal/0001.jsonl', mine.read('data/journal/0001.jsonl').slice(400));
  expect((await mine.run('events')).code).toBe(5);
});

describe('-w', () => {
  test('prints what comes, also in the next segment, and ends with 130 at Ctrl-C', async () => {
    const mine = project({ strategies: { core: { targets: { VTI: '5' } } } });
    await mine.run('apply', '--yes');
    const running = mine.start('events', '-w', '-o', 'json');
    let stdout = '';
    running.process.stdout?.on('data', (text: string) => (stdout += text));
    await until(() => stdout.includes('"lock-released"'));
    const later = mine.at('2025-12-03T10:00:00-05:00');
    await later.run('suspend', 'core', '--reason', 'one reason');
    await until(() => stdout.includes('one reason'));
    await later.run('suspend', 'core', '--reason', 'another');
    await until(() => stdout.includes('another'));
    running.process.kill('SIGINT');
    const { code, stdout: all } = await running.ended;
    expect(code).toBe(130);
    const events = all
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as Counted);
    expect(events.slice(-4).map(({ type, count }) => `${type} ${count}`)).toEqual([
      'sealed 1',
      'checkpoint 1',
      'strategy-suspended 1',
      'strategy-suspended 2',
    ]);
  });

  test('has one line of headers, and its columns stay where they are', async () => {
    const mine = project({ strategies: { core: { targets: { VTI: '5' } } } });
    await mine.run('apply', '--yes');
    const running = mine.start('events', '-w');
    let stdout = '';
    running.process.stdout?.on('data', (text: string) => (stdout += text));
    await until(() => stdout.includes('lock-released'));
    await mine.run('suspend', 'core', '--reason', 'x');
    await until(() => stdout.includes('suspended by'));
    running.process.kill('SIGTERM');
    const { code, stdout: all } = await running.ended;
    expect(code).toBe(143);
    const [headers = '', ...rows] = all.trimEnd().split('\n');
    expect(all.match(/LAST SEEN/g)).toHaveLength(1);
    const at = headers.indexOf('TYPE');
    for (const row of rows) expect(row.slice(at - 1)).toMatch(/^ [a-z]/);
  });
});
