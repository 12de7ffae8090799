/** Absence is not deletion: a strategy without a manifest stays, until `apply --prune` forgets it. */
import { expect, test } from 'vitest';
import { projectInProcess as project } from '../support/project.ts';

const ONE = { core: { targets: { VTI: '10' } } };
const TWO = { ...ONE, side: { targets: { GLD: '5' } } };

test('an undeclared strategy keeps its book and its place, and is pruned only once it owns nothing', async () => {
  const mine = project({ strategies: TWO });
  await mine.run('apply', '--yes');
  mine.declare(ONE);
  await mine.run('apply', '--yes');
  const names = async (): Promise<string[]> =>
    (await mine.json<{ items: { name: string }[] }>('get', 'strategies', '-o', 'json')).items.map(
      ({ name }) => name,
    );
  expect(await names()).toStrictEqual(['core', 'side']);
  const kept = await mine.run('apply', '--yes', '--prune');
  expect(kept.code).toBe(0);
  expect(kept.stderr).toContain('side is declared no more and is kept: it owns 1 position');
  expect(await mine.run('disable', 'side', '--close-positions')).toMatchObject({ code: 0 });
  expect(await names()).toStrictEqual(['core', 'side']);
  const unasked = await mine.run('apply', '--prune');
  expect(unasked.code).toBe(14);
  expect(unasked.stdout).toBe('  - prune strategy/side\n');
  expect(unasked.stderr).toContain('Nothing was done.');
  expect(await names()).toStrictEqual(['core', 'side']);
  expect((await mine.run('apply', '--yes', '--prune')).stdout).toBe(
    '  - prune strategy/side\nstrategy/side pruned\n',
  );
  expect(await names()).toStrictEqual(['core']);
});

test('what an operator has disabled stays disabled through a prune', async () => {
  const mine = project({ strategies: TWO });
  await mine.run('apply', '--yes');
  expect(await mine.run('disable', 'side', '--close-positions')).toMatchObject({ code: 0 });
  mine.declare(ONE);
  const { pruned } = await mine.json<{ pruned: string[] }>('apply', '--yes', '--prune', '-o', 'json');
  expect(pruned).toStrictEqual(['side']);
  mine.declare(TWO);
  expect((await mine.run('apply', '--yes')).stdout).toContain('StrategyDisabled');
  const { items } = await mine.json<{ items: { strategy: string }[] }>('get', 'positions', '-o', 'json');
  expect(items.map(({ strategy }) => strategy)).toStrictEqual(['core']);
  expect(await mine.run('enable', 'side')).toMatchObject({ code: 0 });
  expect((await mine.run('apply', '--yes')).stdout).toContain('1 done');
});
