import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { project, type Project } from '../support/project.ts';

const SHIPPED = fileURLToPath(new URL('../../manifests', import.meta.url));

interface List<Item> {
  readonly kind: string;
  readonly items: readonly Item[];
}
interface PlanJson {
  readonly actions: readonly Record<'id' | 'kind' | 'quantity' | 'from' | 'to', string>[];
  readonly notDone: readonly Record<'reason', string>[];
}

/** One line of `-o json` for each action, with what matters of it. */
async function planned(mine: Project): Promise<string[]> {
  const { actions } = await mine.json<PlanJson>('plan', '-o', 'json');
  return actions.map(({ id, quantity, from, to }) => `${id}: ${quantity} (${from} -> ${to})`);
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

describe('The shipped manifests on a fresh account', () => {
  function shipped(): Project {
    // Outside of every slot: whoever runs this shortly before a close would see more orders.
    const mine = project({ now: '2026-01-05T10:00:00-05:00' });
    mine.remove('manifests');
    cpSync(SHIPPED, mine.path('manifests'), { recursive: true });
    return mine;
  }

  test('apply fills their orders; strategies and positions show them; a second apply has nothing to do.', async () => {
    const mine = shipped();
    const first = await mine.run('apply', '-f', 'manifests', '--yes');
    expect(first).toMatchObject({ code: 0 });
    expect(lastLine(first.stdout)).toBe('Apply: 3 done, 0 failed, 0 skipped, 0 not started.');
    const strategies = await mine.json<List<{ name: string; positions: number }>>('get', 'st', '-o', 'json');
    expect(strategies.kind).toBe('List');
    expect(strategies.items.map(({ name, positions }) => [name, positions])).toEqual([
      ['core', 3],
      ['vol', 0],
      ['omr', 0],
      ['mp', 0],
      ['pairs', 0],
    ]);
    const positions = await mine.json<List<Record<string, unknown>>>('get', 'positions', '-o', 'json');
    expect(positions.items.map(({ symbol, class: kind }) => [symbol, kind]).sort()).toEqual([
      ['BND', 'owned'],
      ['GLD', 'owned'],
      ['VTI', 'owned'],
    ]);
    for (const { quantity, averageCost, marketValue } of positions.items)
      expect([quantity, averageCost, marketValue]).toEqual(Array(3).fill(expect.stringMatching(/^[\d.]+$/)));
    const second = await mine.run('apply', '--yes');
    expect(second).toMatchObject({ code: 0 });
    expect(lastLine(second.stdout)).toBe('Nothing to do.');
  });
});

describe('An account that is as the manifests want it', () => {
  test('is left alone: another apply writes no byte and touches no file.', async () => {
    const mine = project();
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    const before = mine.fingerprint('.');
    const untouched = { code: 0, stderr: expect.stringMatching(/^Recovery\n( {2}\d\. .*\n){5}$/) as string };
    expect(await mine.run('apply', '--yes')).toMatchObject(untouched);
    expect(await mine.run('apply')).toMatchObject(untouched);
    expect(mine.fingerprint('.')).toEqual(before);
  });

  test('is left alone by a comment in a manifest too.', async () => {
    const mine = project();
    await mine.run('apply', '--yes');
    const before = mine.fingerprint('data');
    mine.write('manifests/account.yaml', `# the one account\n${mine.read('manifests/account.yaml')}`);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(mine.fingerprint('data')).toEqual(before);
  });

  test('gets a plan of exactly the difference after an edit.', async () => {
    const prices = { type: 'csv', folder: 'prices' };
    const mine = project({
      account: { prices },
      strategies: { core: { targets: { VTI: '50%', BND: '30%', GLD: '12' } } },
    });
    for (const [symbol, price] of Object.entries({ VTI: 250, BND: 75, GLD: 200 }))
      mine.write(`manifests/prices/${symbol}.csv`, `date,close\n2025-12-01,${price}\n`);
    await mine.run('apply', '--yes');
    expect(await planned(mine)).toEqual([]);
    mine.declare({ core: { targets: { VTI: '40%', BND: '30%', GLD: '14' } } });
    expect(await planned(mine)).toEqual([
      'reduce/core/VTI: 40 (200 -> 160)',
      'increase/core/GLD: 2 (12 -> 14)',
    ]);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await planned(mine)).toEqual([]);
  });
});

describe('apply without a terminal', () => {
  test('shows the plan, ends with 14 and writes nothing unless --yes is given.', async () => {
    const mine = project();
    const { code, stdout, stderr } = await mine.run('apply');
    expect(code).toBe(14);
    expect(stdout).toContain('core/VTI');
    expect(stderr).toContain('--yes');
    expect(mine.exists('data')).toBe(false);
  });

  test('takes no yes from a pipe.', async () => {
    const mine = project();
    expect(await mine.given('y\n').run('apply')).toMatchObject({ code: 14 });
    expect(mine.exists('data')).toBe(false);
  });
});

test('Commands that read write nothing, not even a data folder.', async () => {
  const mine = project();
  for (const words of ['plan', 'status', 'get strategies', 'describe strategy core', 'journal verify'])
    expect(await mine.run(...words.split(' '))).toMatchObject({ code: 0 });
  expect(mine.exists('data')).toBe(false);
});

test('plan --detailed-exitcode is 2 while there is something to do, and 0 when there is not.', async () => {
  const mine = project();
  expect(await mine.run('plan')).toMatchObject({ code: 0 });
  expect(await mine.run('plan', '--detailed-exitcode')).toMatchObject({ code: 2 });
  await mine.run('apply', '--yes');
  expect(await mine.run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
});

test('apply -o json prints one document: the plan and what became of each action.', async () => {
  const mine = project();
  const result = await mine.json<{
    readonly kind: string;
    readonly plan: PlanJson;
    readonly outcomes: readonly { readonly outcome: string; readonly action: { readonly id: string } }[];
  }>('apply', '--yes', '-o', 'json');
  expect(result.kind).toBe('ApplyResult');
  expect(result.outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
  expect(result.outcomes.map(({ action }) => action.id).sort()).toEqual(
    result.plan.actions.map(({ id }) => id).sort(),
  );
});

describe('On a Saturday, with the hours of the exchange,', () => {
  const SATURDAY = '2025-12-06T11:00:00-05:00';
  const closed = () => project({ now: SATURDAY, account: { broker: { clock: 'exchange' } } });

  test('plan and apply say when the market opens, send nothing and end with 13.', async () => {
    const mine = closed();
    for (const words of [['plan'], ['apply', '--yes']]) {
      const { code, stdout } = await mine.run(...words);
      expect(code).toBe(13);
      expect(stdout).toContain('MarketClosed');
      expect(stdout).toContain('next open 2025-12-08 09:30:00 EST');
    }
    expect(mine.exists('data/broker.json')).toBe(false);
  });

  test('nothing executable is no change: --detailed-exitcode stays at 13.', async () => {
    expect(await closed().run('plan', '--detailed-exitcode')).toMatchObject({ code: 13 });
  });

  test('the plan goes out once the market is open.', async () => {
    const mine = closed();
    await mine.run('apply', '--yes');
    expect(await mine.at('2025-12-08T09:30:00-05:00').run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(
      await mine.at('2025-12-08T09:40:00-05:00').json<List<unknown>>('get', 'pos', '-o', 'json'),
    ).toMatchObject({ items: [{}, {}, {}] });
  });
});

describe('get', () => {
  test.each(['strategies', 'positions', 'orders', 'fills', 'locks'])(
    '%s come in every format.',
    async (kind) => {
      const mine = project();
      await mine.run('apply', '--yes');
      const outputs = await Promise.all(
        ['table', 'wide', 'json', 'yaml', 'name', 'csv'].map((format) => mine.run('get', kind, '-o', format)),
      );
      expect(outputs.map(({ code }) => code)).toEqual(Array(6).fill(0));
      const [table, wide, json, yaml, name, csv] = outputs.map(({ stdout }) => stdout);
      const count = (JSON.parse(json ?? '') as List<unknown>).items.length;
      expect(yaml).toMatch(/^kind: List\nitems:/);
      expect(name?.split('\n').length).toBe(count + 1);
      expect(csv?.split('\r\n').length).toBe(count + 2);
      expect(table?.split('\n').length).toBe(count === 0 ? 1 : count + 2);
      expect((wide ?? '').length).toBeGreaterThanOrEqual((table ?? '').length);
    },
  );

  test('lists nothing with exit 0, and says so on stderr.', async () => {
    const mine = project();
    expect(await mine.run('get', 'positions')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'No positions found.\n',
    });
    expect(await mine.json('get', 'positions', '-o', 'json')).toEqual({ kind: 'List', items: [] });
  });

  test('leaves headers out, and selects by name and by label.', async () => {
    const mine = project({
      strategies: {
        core: { targets: { VTI: '10%' }, labels: { book: 'long' } },
        side: { targets: { GLD: '5' }, labels: { book: 'short' } },
      },
    });
    await mine.run('apply', '--yes');
    const names = async (...words: string[]) => (await mine.run('get', ...words, '-o', 'name')).stdout;
    expect(await names('st', '-l', 'book=long')).toBe('strategy/core\n');
    expect(await names('pos', '-l', 'book!=long')).toBe('position/side/GLD\n');
    expect(await names('pos', 'core')).toBe('position/core/VTI\n');
    const { stdout } = await mine.run('get', 'pos', 'core', '--no-headers');
    expect(stdout).toMatch(/^core {3}VTI/);
  });
});

test('Orders that do not fill in time are cancelled: exit 10, a line for each, and a later apply sends new ones.', async () => {
  const mine = project({
    account: { broker: { fillDelay: '10m', partialFills: '0%' }, execution: { fillTimeout: '5s' } },
    strategies: { core: { targets: { VTI: '10' } } },
  });
  const { code, stdout } = await mine.run('apply', '--yes');
  expect(code).toBe(10);
  expect(stdout).toContain('failed: open/core/VTI: NotFilled: 0 of 10 filled, 10 left (canceled)\n');
  expect(lastLine(stdout)).toBe('Apply: 0 done, 1 failed, 0 skipped, 0 not started.');
  const account = mine.read('manifests/account.yaml');
  mine.write('manifests/account.yaml', account.replace('"10m"', '"1s"'));
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  const ids = (await mine.run('get', 'orders', '-o', 'name')).stdout.trimEnd().split('\n');
  expect(new Set(ids).size).toBe(2);
});
