/** Short positions from the manifest to the last screen, on real files and the real program. */
import { describe, expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

const CAPITAL = { positionSize: '50%', maxPositions: 5, maxExposure: '200%', shorts: 'allowed' };
const PAIR = { pair: { targets: { KO: '-20', PEP: '10' }, spec: { capital: CAPITAL } } };
const SHORTING = { broker: { shorting: { hardToBorrow: ['GME'] } } };

async function short(): Promise<Project> {
  const mine = project({ strategies: PAIR, account: SHORTING });
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  return mine;
}

interface Position {
  readonly strategy: string | null;
  readonly symbol: string;
  readonly quantity: string;
}

async function positions(mine: Project): Promise<string[]> {
  const { items } = await mine.json<{ items: Position[] }>('get', 'positions', '-o', 'json');
  return items.map(({ strategy, symbol, quantity }) => `${strategy ?? '-'} ${symbol} ${quantity}`);
}

describe('a short position', () => {
  test('is planned as a sale, listed below zero, and a second apply has nothing to do', async () => {
    const mine = project({ strategies: PAIR, account: SHORTING });
    const plan = await mine.run('plan');
    expect(plan.stdout).toMatch(/pair\/KO +SELL +20/);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual(['pair KO -20', 'pair PEP 10']);
    expect((await mine.run('get', 'positions')).stdout).toMatch(/KO\s+-20/);
    expect((await mine.run('plan', '--detailed-exitcode')).code).toBe(0);
  });

  test('is below zero in the state file, and the file is rebuilt to the same bytes', async () => {
    const mine = await short();
    const before = mine.read('data/strategy_positions.json');
    const state = JSON.parse(before) as {
      strategies: { pair: { positions: Record<string, { qty: number }> } };
    };
    expect(state.strategies.pair.positions['KO']?.qty).toBe(-20);
    mine.remove('data/strategy_positions.json');
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(mine.read('data/strategy_positions.json')).toBe(before);
  });

  test('that somebody bought back by hand leaves the book', async () => {
    const mine = await short();
    await mine.run('sim', 'trade', 'buy', '5', 'KO');
    const later = mine.at('2025-12-02T15:31:00-05:00');
    expect((await later.run('apply', '--yes')).code).toBe(0);
    expect(await positions(later)).toEqual(['pair KO -15', 'pair PEP 10']);
  });

  test('is bought back by disable --close-positions', async () => {
    const mine = await short();
    const { code, stdout } = await mine.run('disable', 'pair', '--close-positions');
    expect(code).toBe(0);
    expect(stdout).toContain('  KO: Buying back 20 shares... FILLED');
    expect(stdout).toContain('  PEP: Selling 10 shares... FILLED');
    expect(await positions(mine)).toEqual([]);
  });

  test('is an orphan of a disabled strategy, and close-orphaned buys it back', async () => {
    const mine = await short();
    expect((await mine.run('disable', 'pair')).code).toBe(0);
    expect((await mine.run('status')).stdout).toContain('KO');
    expect(await mine.run('close-orphaned', 'pair')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual([]);
  });

  test('is bought back by kill --flatten, beside what nobody owns', async () => {
    const mine = await short();
    await mine.run('sim', 'trade', 'sell', '3', 'KO');
    const { code } = await mine.run('kill', '--flatten', '--reason', 'test');
    expect(await positions(mine)).toEqual(['- KO -3']);
    expect(code).toBe(0);
  });

  test('is in the report of the day with its profit, and the causes add up', async () => {
    const mine = await short();
    expect((await mine.run('disable', 'pair', '--close-positions')).code).toBe(0);
    const report = await mine.run('report', 'eod', '--date', '2025-12-02', '-o', 'json');
    expect(report.code).toBe(0);
    const { account } = JSON.parse(report.stdout) as { account: { change: string; residual: string } | null };
    expect(account).toMatchObject({ change: '0.00', residual: '0.00' });
  });
});

describe('is not opened', () => {
  test.each([
    ['what cannot be borrowed', { GME: '-5' }, 'cannot be sold short'],
    ['what is held long by nobody', { KO: '-5' }, 'UnmanagedShares'],
  ])('%s: the plan says why', async (what, targets, words) => {
    const mine = project({
      strategies: {
        pair: { targets: { PEP: '1' }, universe: ['KO', 'GME', 'PEP'], spec: { capital: CAPITAL } },
      },
      account: SHORTING,
    });
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    if (what.includes('nobody')) await mine.run('sim', 'trade', 'buy', '5', 'KO');
    mine.declare({
      pair: { targets: { PEP: '1', ...targets }, universe: ['KO', 'GME', 'PEP'], spec: { capital: CAPITAL } },
    });
    const { stdout } = await mine.run('plan');
    expect(stdout).toContain(words);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect((await positions(mine)).filter((line) => line.endsWith('-5'))).toEqual([]);
  });
});
