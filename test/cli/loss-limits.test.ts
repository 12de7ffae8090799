/** Day marks, loss limits and the report of a day, through the real program and CSV prices that somebody edits. */
import { describe, expect, test } from 'vitest';
import { writeEodReport } from '../../src/cli/eod-files.ts';
import { projectInProcess as project, type Project, type StrategyFacts } from '../support/project.ts';

const DAY = '2025-12-02';
const at = (time: string, date = DAY): string => `${date}T${time}:00-05:00`;

function prices(mine: Project, closes: Readonly<Record<string, string>>): void {
  for (const [symbol, close] of Object.entries(closes))
    mine.write(`prices/${symbol}.csv`, `Date,Close\n2025-12-01,${close}\n`);
}

function declared(
  risk: object,
  targets: Readonly<Record<string, string>> = { VTI: '100' },
): Record<string, StrategyFacts> {
  return { core: { targets, universe: ['VTI', 'BND'], spec: { risk } } };
}

async function owning(limits: object = {}): Promise<Project> {
  const mine = project({
    strategies: declared({ maxDailyLoss: '2%' }),
    account: { broker: { clock: 'exchange' }, prices: { type: 'csv', folder: '../prices' }, limits },
    now: at('10:00'),
  });
  prices(mine, { VTI: '500', BND: '50' });
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  return mine;
}

interface Report {
  readonly account: Record<string, string> | null;
  readonly end: { readonly mark: string } | null;
  readonly strategies: readonly Record<string, unknown>[];
}

describe('a loss limit', () => {
  test('stops entries over restarts and recovery, lets sales go on, and ends by a word with a reason', async () => {
    const mine = await owning();
    prices(mine, { VTI: '475' });
    mine.declare(declared({ maxDailyLoss: '2%' }, { VTI: '100', BND: '10' }));
    const crossed = await mine.at(at('11:00')).run('apply', '--yes');
    expect(crossed.code).toBe(0);
    expect(crossed.stderr).toContain('Loss limit: daily loss of core $2,500.00 on 2025-12-02: 2.5%');
    prices(mine, { VTI: '600' });
    const after = mine.at(at('11:30', '2025-12-03'));
    const plan = await after.json<{ notDone: { reason: string }[]; actions: unknown[] }>(
      'plan',
      '-o',
      'json',
    );
    expect(plan.notDone.map(({ reason }) => reason)).toEqual(['LossLimit']);
    expect(plan.actions).toEqual([]);
    const shown = await after.json<{ items: { conditions: object[] }[] }>('get', 'strategies', '-o', 'json');
    expect(shown.items[0]?.conditions).toContainEqual(
      expect.objectContaining({ type: 'WithinLimits', status: 'False', reason: 'LossLimit' }),
    );
    expect(shown.items[0]?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'False', reason: 'LossLimit' }),
    );
    after.declare(declared({ maxDailyLoss: '2%' }, { VTI: '60', BND: '10' }));
    const sold = await after.run('apply', '--yes');
    expect(sold.stdout).toContain('Apply: 1 done, 0 failed, 0 skipped, 0 not started.');
    expect(await after.run('reset-limit', 'core')).toMatchObject({ code: 3 });
    expect(await after.run('reset-limit', 'core', '--reason', 'looked at it')).toMatchObject({
      code: 0,
      stdout: 'strategy/core loss limit reset: losses are counted from now on\n',
    });
    expect((await after.run('apply', '--yes')).stdout).toContain('Apply: 1 done');
    expect(await after.run('reset-limit', 'core', '--reason', 'again')).toMatchObject({ code: 6 });
  });

  test('survives the loss of the journal', async () => {
    const mine = await owning();
    prices(mine, { VTI: '475' });
    const later = mine.at(at('11:00'));
    await later.run('apply', '--yes');
    mine.remove('data/journal');
    const rebuilt = await later.run('rebuild', '--from-backup', '--yes');
    expect(rebuilt.code, rebuilt.stderr).toBe(0);
    mine.declare(declared({ maxDailyLoss: '2%' }, { VTI: '100', BND: '10' }));
    expect((await mine.at(at('11:10')).run('plan')).stdout).toContain('LossLimit');
  });

  test.each([
    { words: ['reset-limit', '--reason', 'x'], code: 3 },
    { words: ['reset-limit', 'core', '--account', '--reason', 'x'], code: 3 },
    { words: ['reset-limit', 'nobody', '--reason', 'x'], code: 6 },
    { words: ['reset-limit', '--account', '--reason', 'x'], code: 6 },
  ])('$words ends with $code', async ({ words, code }) => {
    const mine = await owning();
    const before = mine.fingerprint('data/journal');
    expect(await mine.run(...words)).toMatchObject({ code });
    expect(mine.fingerprint('data/journal')).toEqual(before);
  });

  test('of the account stops every strategy', async () => {
    const mine = await owning({ maxDrawdown: '10%' });
    prices(mine, { VTI: '390' });
    mine.declare({ core: { targets: { VTI: '100' } }, side: { targets: { BND: '10' } } });
    const crossed = await mine.at(at('11:00')).run('apply', '--yes');
    expect(crossed.stderr).toContain('drawdown of the account $11,000.00');
    const plan = await mine.at(at('11:01')).json<{ notDone: object[] }>('plan', '-o', 'json');
    expect(plan.notDone).toContainEqual(expect.objectContaining({ strategy: 'side', reason: 'LossLimit' }));
  });

  test.each([
    { risk: { maxDailyLoss: '0%' }, says: 'spec.risk.maxDailyLoss: "0%" is out of range' },
    { risk: { maxDrawdown: '101%' }, says: 'spec.risk.maxDrawdown: "101%" is out of range' },
    { risk: { maxWeeklyLoss: '5' }, says: 'spec.risk.maxWeeklyLoss: "5" is no percentage' },
  ])('$risk is invalid', async ({ risk, says }) => {
    const invalid = await project({ strategies: declared(risk) }).run('validate');
    expect(invalid.code).toBe(4);
    expect(invalid.stdout + invalid.stderr).toContain(says);
  });
});

describe('hgctl report eod', () => {
  test('adds up, marks the close once, and says the same ever after', async () => {
    const mine = await owning();
    prices(mine, { VTI: '510' });
    const during = await mine.at(at('12:00')).json<Report>('report', 'eod', '-o', 'json');
    expect(during.end).toMatchObject({ mark: 'interim' });
    expect(during.account).toMatchObject({ change: '1000.00', strategies: '1000.00', residual: '0.00' });
    const evening = mine.at(at('16:05'));
    const first = await evening.run('report', 'eod');
    expect(first).toMatchObject({ code: 0 });
    const closed = mine.fingerprint('data/journal');
    expect((await evening.run('report', 'eod')).stdout).toBe(first.stdout);
    prices(mine, { VTI: '700' });
    const later = mine.at(at('11:00', '2025-12-05'));
    expect((await later.run('report', 'eod', '--date', DAY)).stdout).toBe(first.stdout);
    expect(mine.fingerprint('data/journal')).toEqual(closed);
    const model = await later.json<Report>('report', 'eod', '--date', DAY, '-o', 'json');
    expect(model.end).toMatchObject({ mark: 'close' });
    expect(model.account).toEqual({
      equityStart: '100000.00',
      equityEnd: '101000.00',
      change: '1000.00',
      strategies: '1000.00',
      residual: '0.00',
      residualCauses: { unmanaged: '0.00', cash: '0.00', other: '0.00' },
    });
    expect(model.strategies).toMatchObject([
      { name: 'core', profit: '1000.00', realised: '0.00', fees: '0.00', orders: { filled: 1 } },
    ]);
    const folder = { journal: mine.path('data/journal'), reports: mine.path('data/reports') };
    expect(writeEodReport(folder, DAY)).toHaveLength(2);
    expect(writeEodReport(folder, DAY)).toEqual([]);
    expect(writeEodReport(folder, '2025-11-03')).toEqual([]);
    const asJson = await later.run('report', 'eod', '--date', DAY, '-o', 'json');
    expect(mine.read(`data/reports/eod-${DAY}.json`)).toBe(asJson.stdout);
    const markdown = await later.run('report', 'eod', '--date', DAY, '-o', 'markdown');
    expect(mine.read(`data/reports/eod-${DAY}.md`)).toBe(markdown.stdout);
    expect(markdown.stdout).toContain('| core | 0.00 | 1,000.00 | 1,000.00 | 0.00 | 1,000.00 |');
  });

  test('tells of a day without an order, too', async () => {
    const mine = await owning();
    expect(await mine.at(at('16:05')).run('report', 'eod')).toMatchObject({ code: 0 });
    prices(mine, { VTI: '505' });
    const quiet = mine.at(at('12:00', '2025-12-03'));
    const before = mine.fingerprint('data/journal');
    const during = await quiet.json<Report>('report', 'eod', '-o', 'json');
    expect(during.account).toMatchObject({ equityStart: '100000.00', change: '500.00', residual: '0.00' });
    expect(mine.fingerprint('data/journal')).toEqual(before);
    const evening = mine.at(at('16:05', '2025-12-03'));
    const closed = await evening.json<Report>('report', 'eod', '-o', 'json');
    expect(closed).toMatchObject({ date: '2025-12-03', end: { mark: 'close' } });
    expect(closed.account).toMatchObject({ change: '500.00', strategies: '500.00' });
    expect(closed.strategies).toMatchObject([{ name: 'core', fills: [], orders: {} }]);
  });

  test('marks nothing by the broker of another account', async () => {
    const mine = await owning();
    const broker = JSON.parse(mine.read('data/broker.json')) as Record<string, unknown>;
    mine.write('data/broker.json', JSON.stringify({ ...broker, accountId: 'sim-another' }));
    const before = mine.fingerprint('data/journal');
    const told = await mine.at(at('16:05')).run('report', 'eod');
    expect(told).toMatchObject({ code: 0 });
    expect(told.stderr).toContain('the journal belongs to account');
    expect(mine.fingerprint('data/journal')).toEqual(before);
  });

  test('before the first books there is nothing to report, and nothing is written', async () => {
    const mine = project({ strategies: declared({}) });
    expect(await mine.run('report', 'eod')).toMatchObject({ code: 6, stdout: '' });
    expect(mine.exists('data')).toBe(false);
  });

  test('a night belongs to the day after it', async () => {
    const mine = await owning();
    expect(await mine.at(at('16:05')).run('report', 'eod')).toMatchObject({ code: 0 });
    prices(mine, { VTI: '470' });
    const next = mine.at(at('10:00', '2025-12-03'));
    mine.declare(declared({ maxDailyLoss: '2%' }, { VTI: '100', BND: '10' }));
    expect((await next.run('apply', '--yes')).stderr).toContain('daily loss of core $3,000.00');
    const report = await next.json<Report>('report', 'eod', '-o', 'json');
    expect(report.account).toMatchObject({ equityStart: '100000.00', change: '-3000.00' });
  });

  test.each([
    { words: ['--date', '2025-02-30'], code: 3 },
    { words: ['--date', 'yesterday'], code: 3 },
    { words: ['-o', 'pdf'], code: 3 },
    { words: ['--date', '2025-11-03'], code: 6 },
  ])('$words ends with $code', async ({ words, code }) => {
    const mine = await owning();
    const refused = await mine.run('report', 'eod', ...words);
    expect(refused).toMatchObject({ code, stdout: '' });
  });
});
