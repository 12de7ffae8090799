import { describe, expect, test } from 'vitest';
import {
  project as projectOfProcesses,
  projectInProcess as project,
  type Project,
  type ProjectFacts,
} from '../support/project.ts';

const SPAN = ['--from', '2025-12-01', '--to', '2025-12-05'] as const;

function mine(facts: ProjectFacts = {}): Project {
  return project({ now: null, ...facts });
}

interface Simulated {
  readonly seed: number;
  readonly data: string;
  readonly startingEquity: number;
  readonly sessions: readonly { readonly date: string }[];
  readonly strategies: readonly { readonly name: string }[];
  readonly trades: readonly unknown[];
  readonly remarks: readonly string[];
}

function record(home: Project, ...args: readonly string[]): Promise<Simulated> {
  return home.json<Simulated>('simulate', ...SPAN, ...args, '-o', 'json');
}

describe('hgctl simulate', () => {
  test('says what came of each strategy and of the account, and how far it is.', async () => {
    const { code, stdout, stderr } = await mine().run('simulate', ...SPAN, '--data', 'synthetic');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Simulation 2025-12-01 to 2025-12-05: 5 sessions, synthetic prices, seed 7\n/);
    expect(stdout).toMatch(/ exposure +orders +breaks\naccount .*\ncore +[\d.]+% +[1-9]\d* +0\n/);
    expect(stdout).toMatch(/\nn\/a: 5 sessions, 248 needed: CAGR/);
    expect(stderr).toMatch(/^20 %, 1 of 5 sessions, \d+ s left\n/);
    expect(stderr).toMatch(/\n100 %, 5 of 5 sessions, 0 s left\n/);
  });

  test('gives the same bytes again, whatever time it is and wherever it runs, and others for another seed.', async () => {
    const home = projectOfProcesses({ now: null });
    const args = ['simulate', ...SPAN, '--data', 'synthetic', '-o', 'json'] as const;
    const one = (await home.run(...args)).stdout;
    expect(
      (
        await home
          .at('2030-01-01T12:00:00-05:00')
          .copy()
          .run(...args)
      ).stdout,
    ).toBe(one);
    const other = await home.run(...args, '--seed', '8');
    expect(other.stdout).not.toBe(one);
    expect(JSON.parse(other.stdout)).toMatchObject({ seed: 8, data: 'synthetic' });
  });

  test('takes the costs of the Account, and says of what it leaves out and cannot know.', async () => {
    const home = mine({
      account: {
        broker: {
          fees: { perOrder: '1' },
          slippage: { type: 'half-spread', otherwise: '0.05%' },
          faults: 'faults.yaml',
        },
      },
    });
    const { code, stdout, stderr } = await home.run('simulate', ...SPAN, '--data', 'synthetic');
    expect(code).toBe(0);
    expect(stdout).toMatch(/ exposure +fees +slippage +orders/);
    for (const remark of [
      'the fault script of the Account is left out: in a simulation nothing goes wrong\n',
      'synthetic prices have no bid and ask: every fill has 0.05% of slippage\n',
    ])
      expect({ stdout, stderr }).toEqual({
        stdout: expect.stringContaining(remark) as string,
        stderr: expect.stringContaining(remark) as string,
      });
  });

  test('takes its cash and its prices from the Account, unless it is told otherwise.', async () => {
    const home = mine();
    expect(await record(home)).toMatchObject({ startingEquity: '100000.00', seed: 7 });
    const rich = await record(home, '--cash', '250000');
    expect(rich.startingEquity).toBe('250000.00');
    expect(rich.sessions.map(({ date }) => date)).toHaveLength(5);
  });

  test('touches no file: neither data, nor what runs beside it, nor the toggle file.', async () => {
    const home = mine({ now: '2025-12-02T15:30:00-05:00' });
    await home.run('apply', '--yes');
    const before = home.fingerprint('.');
    expect((await home.run('simulate', ...SPAN, '--data', 'synthetic')).code).toBe(0);
    expect(home.fingerprint('.')).toEqual(before);
    const fresh = mine();
    await fresh.run('simulate', ...SPAN);
    expect(fresh.exists('data')).toBe(false);
  });

  test('writes a report folder of its own, again over the one before, and over nothing else.', async () => {
    const home = mine();
    const args = ['simulate', ...SPAN, '--report', 'out'];
    const { code, stderr } = await home.run(...args);
    expect({ code, said: stderr.includes('Report: out/report.html') }).toEqual({ code: 0, said: true });
    const files = ['record.json', 'summary.json', 'sessions.csv', 'trades.csv', 'report.html'];
    const first = files.map((name) => home.read(`out/${name}`));
    expect((await home.run(...args)).code).toBe(0);
    expect(files.map((name) => home.read(`out/${name}`))).toEqual(first);
    home.write('mine/notes.txt', 'keep me');
    const refused = await home.run('simulate', ...SPAN, '--report', 'mine');
    expect(refused).toMatchObject({ code: 5, stdout: '' });
    expect(home.exists('mine/report.html')).toBe(false);
  });

  test('prints the account of each session as CSV.', async () => {
    const { stdout } = await mine().run('simulate', ...SPAN, '-o', 'csv');
    const [header, ...rows] = stdout.trim().split('\n');
    expect(header).toMatch(/^date,equity,cash,return,drawdown,core profit,/);
    expect(rows.map((row) => row.slice(0, 10))).toEqual(
      [1, 2, 3, 4, 5].map((day) => `2025-12-0${String(day)}`),
    );
  });

  test('names the strategies that do not run.', async () => {
    const home = mine({
      strategies: {
        core: { targets: { VTI: '50%' } },
        off: { targets: { KO: '10%' }, enabled: false },
        later: { targets: { IBM: '10%' }, spec: { lifecycle: 'planned' } },
      },
    });
    const { strategies, remarks } = await record(home);
    expect(strategies.map(({ name }) => name)).toEqual(['core']);
    expect(remarks).toEqual(
      expect.arrayContaining(['off does not run: it is turned off', 'later does not run: it is planned']),
    );
    const { stderr } = await home.run('simulate', ...SPAN);
    expect(stderr).toContain('off does not run: it is turned off\n');
  });

  test('says before it starts that a program without a schedule takes long.', async () => {
    const home = mine({
      strategies: {
        slow: {
          universe: ['VTI'],
          spec: { signal: { type: 'command', params: { argv: ['false'] } }, schedule: [] },
        },
      },
    });
    const { code, stderr } = await home.run('simulate', '--from', '2025-12-05', '--to', '2025-12-05');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^slow has no schedule: its program is started every five minutes of each session\n/,
    );
  });

  test('reads the prices of a folder, and says what they do not know.', async () => {
    const home = mine({
      account: { prices: { type: 'csv', folder: '../prices' } },
      strategies: { core: { targets: { KO: '50%' } } },
    });
    const days = [1, 2, 3, 4, 5].map((day) => `2025-12-0${String(day)},${String(60 + day)}`);
    home.write('prices/KO.csv', `Date,Close\n${days.join('\n')}\n`);
    const { data, trades, remarks } = await record(home);
    expect(data).toBe('csv');
    expect(trades.length).toBeGreaterThan(0);
    expect(remarks).toEqual([expect.stringContaining('prices are daily')]);
    const beyond = await home.run('simulate', '--from', '2025-12-01', '--to', '2025-12-08');
    expect(beyond).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('no prices of 2025-12-08') as string,
    });
  });

  test('ends with 130 when it is interrupted, and prints no figures.', async () => {
    const running = mine().start(
      'simulate',
      '--from',
      '2015-01-02',
      '--to',
      '2025-12-05',
      '--data',
      'synthetic',
    );
    await running.said('10 %');
    running.process.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toContain('Stopped: nothing is left of the simulation\n');
  });

  test.each([
    [['--from', 'never', '--to', '2025-12-05'], 3, '--from: "never" is not a date'],
    [['--from', '2025-12-01', '--to', '2025-02-30'], 3, '--to: "2025-02-30" is not a date'],
    [['--from', '2025-12-05', '--to', '2025-12-01'], 3, '--from 2025-12-05 is after --to 2025-12-01'],
    [['--from', '2025-12-06', '--to', '2025-12-07'], 3, 'there is no session from 2025-12-06 to 2025-12-07'],
    [['--to', '2025-12-05'], 3, "required option '--from <date>' not specified"],
    [[...SPAN, '--data', 'replay'], 3, '--data: "replay" is no source of prices'],
    [[...SPAN, '--data', 'csv'], 3, '--data csv: the Account names no folder with prices'],
    [[...SPAN, '--seed', '-1'], 3, '--seed: "-1" is no seed'],
    [[...SPAN, '--cash', 'much'], 3, '--cash: "much" is no amount'],
    [[...SPAN, '-o', 'xml'], 3, 'unknown output format "xml"'],
    [
      ['--from', '2009-12-01', '--to', '2009-12-05', '--data', 'synthetic'],
      4,
      'there are no prices of 2009-12-01',
    ],
  ])('%j is refused with exit %i.', async (args, code, words) => {
    const answer = await mine().run('simulate', ...args);
    expect(answer).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) as string });
  });

  test('manifests that are wrong are refused, as everywhere.', async () => {
    const home = mine();
    home.write('manifests/strategies/core.yaml', 'kind: Strategy\n');
    expect(await home.run('simulate', ...SPAN)).toMatchObject({ code: 4, stdout: '' });
  });
});
