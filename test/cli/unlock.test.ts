/** `hgctl unlock`: the human's way out of a holder that hangs. */
import { expect, test } from 'vitest';
import { project, type Project } from '../support/project.ts';

function slow(): Project {
  return project({
    now: null,
    account: {
      broker: { fillDelay: '60s', partialFills: '0%' },
      execution: { fillTimeout: '120s', requestTimeout: '1s', settleWindow: '0s' },
    },
    strategies: { core: { targets: { VTI: '10' } } },
  });
}

async function lockOf(mine: Project): Promise<{ id: string; state: string }[]> {
  return (await mine.json<{ items: { id: string; state: string }[] }>('get', 'locks', '-o', 'json')).items;
}

test('a lock that is not there is not found', async () => {
  const mine = project();
  await mine.run('apply', '--yes');
  const { code, stderr } = await mine.run('unlock', 'abc');
  expect(code).toBe(6);
  expect(stderr).toContain('nobody holds the execution lock');
});

test('a living holder keeps its lock, until it is stopped with --kill; its order is resolved by the next apply', async () => {
  const mine = slow();
  const running = mine.start('apply', '--yes');
  await running.said('Submitting order: BUY 10 VTI');
  const id = /"lockId":"([0-9a-f]+)"/.exec(mine.read('data/journal/0001.jsonl'))?.[1] ?? '';
  const refused = await mine.run('unlock', id);
  expect(refused.code).toBe(5);
  expect(refused.stderr).toContain('--kill');
  const wrong = await mine.run('unlock', `${id}x`);
  expect(wrong.code).toBe(6);
  expect(wrong.stderr).toContain(id);
  expect(await mine.run('unlock', id, '--kill')).toMatchObject({ code: 0 });
  expect((await running.ended).code).toBeNull();
  expect((await lockOf(mine)).map(({ state }) => state)).not.toContain('held');
  const account = mine.read('manifests/account.yaml');
  mine.write('manifests/account.yaml', account.replace('"fillDelay": "60s"', '"fillDelay": "10ms"'));
  await mine.run('apply', '--yes');
  await mine.run('apply', '--yes');
  const { items } = await mine.json<{ items: { symbol: string; quantity: string }[] }>(
    'get',
    'positions',
    '-o',
    'json',
  );
  expect(items).toMatchObject([{ symbol: 'VTI', quantity: '10' }]);
});
