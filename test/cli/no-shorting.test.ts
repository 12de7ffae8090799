/** The setting no_shorting of an account at a broker: looked at by everybody, changed only by those who may act. */
import { describe, expect, test } from 'vitest';
import { faultWorld, type FaultWorld } from '../support/fault-world.ts';
import type { StrategyFacts } from '../support/project.ts';

const WORDS =
  "The account refuses short sales from now on (no_shorting): no strategy makes any; 'noShorting: leave' in spec.broker keeps its setting";
const SAID = `[!] [HGCTL] ${WORDS}`;
const SETTING = /short sales from now on/;
const LONG: Record<string, StrategyFacts> = { core: { targets: { VTI: '10' } } };
const NOTHING: Record<string, StrategyFacts> = { core: { targets: { VTI: '10' }, enabled: false } };

async function at(strategies = LONG): Promise<FaultWorld> {
  const home = await faultWorld({ script: '', requestTimeout: '10s' });
  home.project.declare(strategies);
  return home;
}

function refusesShorts(home: FaultWorld): boolean {
  return home.account().noShorting === true;
}

describe('no_shorting', () => {
  test.each([['plan'], ['status'], ['get positions'], ['health'], ['init --unmanaged']])(
    'is not changed by hgctl %s',
    async (command) => {
      const home = await at();
      const { stderr } = await home.project.run(...command.split(' '));
      expect(stderr).not.toMatch(SETTING);
      expect(refusesShorts(home)).toBe(false);
    },
  );

  test('nor by a command whose word is about the books', async () => {
    const home = await at();
    const { project } = home;
    const account = project.read('manifests/account.yaml');
    project.write('manifests/account.yaml', account.replace('"broker":{', '"broker":{"noShorting":"leave",'));
    expect((await project.run('apply', '--yes')).stdout).not.toMatch(SETTING);
    project.write('manifests/account.yaml', account);
    project.declare({ other: { targets: { VTI: '10' } } });
    const { code, stderr } = await project.run('rename', 'core', 'other');
    expect([code, SETTING.test(stderr)]).toEqual([0, false]);
    expect(home.account().positions.size).toBe(1);
    expect(refusesShorts(home)).toBe(false);
  });

  test('is a part of what apply asks for, and stays where that is declined', async () => {
    const home = await at();
    const { code, stdout, stderr } = await home.project.run('apply');
    expect(code).toBe(14);
    expect(stdout).toContain(`\n\n${WORDS}\n`);
    expect(stderr).not.toContain(SAID);
    expect(refusesShorts(home)).toBe(false);
    expect(home.account().orders).toEqual([]);
  });

  test('is set by an apply that was agreed to, once', async () => {
    const home = await at();
    const first = await home.project.run('apply', '--yes');
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain(WORDS);
    // Before the first order, and under a lock.
    expect(first.stderr).toMatch(
      /Lock acquired\n\[!\] \[HGCTL\] The account refuses short sales[^]*Releasing execution lock\n[^]*Submitting order/,
    );
    expect(refusesShorts(home)).toBe(true);
    const second = await home.project.run('apply', '--yes');
    expect(second.stdout + second.stderr).not.toMatch(SETTING);
  });

  test('is asked for also where nothing else is to be done', async () => {
    const home = await at(NOTHING);
    expect(await home.project.run('apply')).toMatchObject({ code: 14 });
    expect(refusesShorts(home)).toBe(false);
    const { code, stderr } = await home.project.run('apply', '--yes');
    expect(code).toBe(0);
    expect(stderr).toContain(SAID);
    expect(refusesShorts(home)).toBe(true);
    expect(await home.project.run('apply')).toMatchObject({ code: 0 });
  });

  test('is taken back for a strategy that may sell short, before its orders', async () => {
    const home = await at();
    await home.project.run('apply', '--yes');
    home.project.declare({ core: { targets: { VTI: '10' }, spec: { capital: MAY_SHORT } } });
    const { stdout } = await home.project.run('apply', '--yes');
    expect(stdout).toContain(
      'The account takes short sales from now on (no_shorting): a strategy may make some',
    );
    expect(refusesShorts(home)).toBe(false);
  });

  test('is set by hgctl run at its start, which says so', async () => {
    const home = await at(NOTHING);
    const { code, stderr } = await home.project.run('run', '--until', '2025-12-02T10:05:00-05:00');
    expect(code).toBe(0);
    expect(stderr.split(SAID)).toHaveLength(2);
    expect(refusesShorts(home)).toBe(true);
  });
});

const MAY_SHORT = { positionSize: '100%', maxPositions: 20, maxExposure: '100%', shorts: 'allowed' };
