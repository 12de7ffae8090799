/** The log on disk and `hgctl logs`, on real files. */
import { appendFileSync, readdirSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

const LOG = 'data/logs/hgctl-2025-12-02.jsonl';

interface Line {
  readonly level: string;
  readonly time: string;
  readonly run: string;
  readonly pass: string;
  readonly strategy: string;
  readonly event?: string;
  readonly msg: string;
}

function linesOf(mine: Project, name = LOG): Line[] {
  return mine
    .read(name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

async function until(check: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (check()) return;
    await delay(50);
  }
  throw new Error('it did not come about within 10 s');
}

describe('what is written', () => {
  test('the lines of the terminal, and which manifests were accepted, with the clock of the command', async () => {
    const mine = project();
    const { stderr } = await mine.run('apply', '--yes');
    const lines = linesOf(mine);
    const told = stderr.split('\n').filter((line) => line.startsWith('[CORE]'));
    expect(told.length).toBeGreaterThan(10);
    expect(lines.filter(({ strategy }) => strategy === 'core').map(({ msg }) => `[CORE] ${msg}`)).toEqual(
      told,
    );
    expect(lines.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['books-opened', 'revision-accepted']),
    );
    const run = lines[0]?.run ?? '';
    expect(run).toMatch(/^[0-9a-f]{8}$/);
    for (const line of lines) {
      expect(line).toMatchObject({ level: 'info', run, pass: `${run}-1` });
      expect(line.time).toMatch(/^2025-12-02T15:30:\d\d(\.\d{3})?-05:00$/);
    }
    expect(statSync(mine.path(LOG)).mode & 0o777).toBe(0o600);
  });

  test('the key messages carry their names', async () => {
    const mine = project();
    await mine.run('apply', '--yes');
    await mine.run('disable', 'core');
    mine.write(
      'manifests/strategies/more.yaml',
      mine
        .read('manifests/strategies/core.yaml')
        .replaceAll('core', 'more')
        .replaceAll('VTI', 'QQQ')
        .replaceAll('BND', 'SPY')
        .replaceAll('GLD', 'IAU'),
    );
    mine.write(
      'manifests/strategy_toggle.yaml',
      mine
        .read('manifests/strategy_toggle.yaml')
        .replace('last_modified', '  more: {enabled: true, shutdown_requested: false}\nlast_modified'),
    );
    expect((await mine.run('apply', '--yes')).stderr).toContain(
      '[!] [CORE] DISABLED with orphaned positions:',
    );
    expect(linesOf(mine)).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        strategy: 'core',
        event: 'OrphanedPositions',
        msg: 'DISABLED with orphaned positions:',
      }),
    );
    expect(linesOf(mine)).toContainEqual(
      expect.objectContaining({ strategy: 'core', event: 'drain-requested' }),
    );
  });

  test('nothing, by commands that only look and by one that finds nothing to do', async () => {
    const mine = project();
    await mine.run('apply', '--yes');
    await mine.run('disable', 'core');
    await mine.run('apply', '--yes');
    const before = mine.fingerprint('data');
    for (const words of [
      ['get', 'strategies'],
      ['describe', 'strategy', 'core'],
      ['status'],
      ['plan'],
      ['validate'],
      ['report', 'eod'],
      ['journal', 'verify'],
      ['logs'],
      ['apply', '--yes'],
    ])
      await mine.run(...words);
    expect(mine.fingerprint('data')).toEqual(before);
  });

  test('nothing, where it cannot be: the pass goes on, and that is told once', async () => {
    const mine = project();
    mine.write('data/logs', 'a file in its place');
    const { code, stdout, stderr } = await mine.run('apply', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('Apply: 3 done');
    expect(stderr.match(/cannot be written/g)).toHaveLength(1);
    expect(mine.read('data/logs')).toBe('a file in its place');
  });

  test('as much as the Account says: no digest changes with it', async () => {
    const mine = project();
    await mine.run('apply', '--yes');
    const account = JSON.parse(mine.read('manifests/account.yaml')) as { spec: object };
    mine.write(
      'manifests/account.yaml',
      JSON.stringify({ ...account, spec: { ...account.spec, logs: { maxMegabytes: 1, maxFiles: 2 } } }),
    );
    expect((await mine.run('plan')).stdout).toContain('nothing to do');
    expect((await mine.run('apply', '--yes')).stdout).toContain('Nothing to do.');
    for (const day of ['2025-11-28', '2025-12-01']) mine.write(`data/logs/hgctl-${day}.jsonl`, '');
    await mine.at('2025-12-03T10:00:00-05:00').run('suspend', 'core', '--reason', 'a test');
    expect(readdirSync(mine.path('data/logs'))).toEqual(['hgctl-2025-12-02.jsonl', 'hgctl-2025-12-03.jsonl']);
  });
});

const line = (changes: Partial<Line>): string =>
  `${JSON.stringify({ level: 'info', time: '2025-12-02T15:00:00-05:00', run: 'r', pass: 'r-1', strategy: 'mp', msg: 'hello', ...changes })}\n`;

describe('hgctl logs', () => {
  test('prints lines as the terminal showed them, under one another', async () => {
    const mine = project();
    mine.write(
      LOG,
      line({ msg: 'Lock acquired' }) +
        line({ level: 'warn', msg: 'Shutdown requested - aborting remaining 3 orders' }) +
        line({ level: 'error', strategy: 'omr', msg: 'Failed to close TQQQ: \u001b[31mno\u2028' }),
    );
    const { code, stdout } = await mine.run('logs');
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        '2025-12-02 15:00:00 EST      [MP] Lock acquired',
        '2025-12-02 15:00:00 EST  [!] [MP] Shutdown requested - aborting remaining 3 orders',
        '2025-12-02 15:00:00 EST  [-] [OMR] Failed to close TQQQ: \\u001b[31mno\\u2028',
        '',
      ].join('\n'),
    );
  });

  test.each([
    [['--strategy', 'omr'], ['b']],
    [
      ['--level', 'warn'],
      ['b', 'c'],
    ],
    [['--level', 'error'], ['c']],
    [
      ['--since', '15m'],
      ['b', 'c'],
    ],
    [
      ['--since', '15:20'],
      ['b', 'c'],
    ],
    [['--since', '2025-12-02T15:25:00-05:00'], ['c']],
    [['--since', '15m', '--strategy', 'mp'], ['c']],
  ])('%j selects %j', async (words, expected) => {
    const mine = project();
    mine.write(
      LOG,
      line({ msg: 'a' }) +
        line({ msg: 'b', strategy: 'omr', level: 'warn', time: '2025-12-02T15:20:00-05:00' }) +
        line({ msg: 'c', level: 'error', time: '2025-12-02T15:29:00-05:00' }),
    );
    const { stdout } = await mine.run('logs', ...words, '-o', 'json');
    const lines = stdout.trim().split('\n');
    expect(lines.map((text) => (JSON.parse(text) as Line).msg)).toEqual(expected);
  });

  test('leaves out what is torn, says how much that was, and works with invalid manifests and a damaged journal', async () => {
    const mine = project();
    mine.write(LOG, `${line({ msg: 'one' })}{"torn\n\n"a"\n${line({ msg: 'two' })}{"level":"in`);
    mine.write('manifests/account.yaml', 'kind: Acount\n');
    mine.write('data/journal/0001.jsonl', 'no journal\n');
    const { code, stdout, stderr } = await mine.run('logs');
    expect(code).toBe(0);
    expect(stdout.match(/\[MP\] (one|two)/g)).toEqual(['[MP] one', '[MP] two']);
    expect(stderr).toContain('2 lines');
  });

  test('--strategy of what a log, a manifest or the journal names is known; anything else is not: exit 6', async () => {
    const mine = project({ strategies: { core: { targets: { VTI: '1' } } } });
    await mine.run('apply', '--yes');
    mine.declare({ fresh: { targets: { GLD: '1' } } });
    mine.write('data/logs/hgctl-2025-12-01.jsonl', line({ msg: 'old', strategy: 'gone' }));
    expect(await mine.run('logs', '--strategy', 'gone', '--level', 'error')).toMatchObject({ code: 0 });
    expect(await mine.run('logs', '--strategy', 'fresh')).toMatchObject({ code: 0, stdout: '' });
    expect(await mine.run('logs', '--strategy', 'hgctl', '--level', 'error')).toMatchObject({ code: 0 });
    expect(await mine.run('logs', '--strategy', 'nope')).toMatchObject({ code: 6, stdout: '' });
    mine.remove('data/logs');
    expect(await mine.run('logs', '--strategy', 'core')).toMatchObject({ code: 0 });
    mine.write('data/journal/0001.jsonl', mine.read('data/journal/0001.jsonl').slice(400));
    expect(await mine.run('logs', '--strategy', 'core')).toMatchObject({ code: 0 });
  });

  test('without a log there is nothing to print', async () => {
    const { code, stdout, stderr } = await project().run('logs');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('No log lines found');
  });

  test.each([
    [['--level', 'eror'], 'did you mean error?'],
    [['--since', 'yesterday'], '--since "yesterday" is no time'],
    [['-o', 'yaml'], 'no output format yaml'],
  ])('%j: exit 3', async (words, message) => {
    const { code, stderr } = await project().run('logs', ...words);
    expect(code).toBe(3);
    expect(stderr).toContain(message);
  });

  test('-f follows into the next file and ends with 130 at Ctrl-C', async () => {
    const mine = project();
    mine.write(LOG, line({ msg: 'old' }));
    const running = mine.start('logs', '-f');
    let stdout = '';
    running.process.stdout?.on('data', (text: string) => (stdout += text));
    await until(() => stdout.includes('old'));
    appendFileSync(mine.path(LOG), line({ msg: 'appended' }).slice(0, 20));
    await until(() => stdout.includes('old'));
    appendFileSync(mine.path(LOG), line({ msg: 'appended' }).slice(20));
    mine.write('data/logs/hgctl-2025-12-02.1.jsonl', line({ msg: 'of the next file' }));
    await until(() => stdout.includes('of the next file'));
    mine.remove(LOG);
    mine.write('data/logs/hgctl-2025-12-03.jsonl', line({ msg: 'of the next day' }));
    await until(() => stdout.includes('of the next day'));
    running.process.kill('SIGINT');
    const { code, stdout: all } = await running.ended;
    expect(code).toBe(130);
    expect(all.match(/\[MP\] .*/g)).toEqual([
      '[MP] old',
      '[MP] appended',
      '[MP] of the next file',
      '[MP] of the next day',
    ]);
  });

  test('-f shows what a controller does, pass by pass', async () => {
    const mine = project({
      now: null,
      account: { broker: { fillDelay: '10ms' }, execution: { settleWindow: '0s' } },
      strategies: { core: { targets: { VTI: '10' } } },
    });
    const follower = mine.start('logs', '-f', '-o', 'json');
    let stdout = '';
    follower.process.stdout?.on('data', (text: string) => (stdout += text));
    const controller = mine.start('run');
    await until(() => stdout.includes('VTI added to CORE positions'));
    mine.declare({ core: { targets: { VTI: '12' } } });
    await until(() => stdout.includes('qty raised from 10 to 12') || stdout.includes('BUY 2 VTI'));
    controller.process.kill('SIGTERM');
    await controller.ended;
    await until(() => stdout.includes('Controller stopped'));
    follower.process.kill('SIGTERM');
    expect((await follower.ended).code).toBe(143);
    const lines = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as Line);
    expect(lines[0]?.msg).toMatch(/^Manifests read: revision/);
    expect(new Set(lines.map(({ pass }) => pass)).size).toBeGreaterThan(1);
  });
});
