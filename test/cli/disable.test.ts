/** `hgctl disable` and `hgctl close-orphaned` on real files and processes (rules 5 to 7 of the seed). */
import { describe, expect, test } from 'vitest';
import { project, type Project } from '../support/project.ts';

interface Position {
  readonly strategy: string | null;
  readonly symbol: string;
  readonly quantity: string;
}

const TWO = {
  core: { targets: { VTI: '10', BND: '20' } },
  side: { targets: { GLD: '5' } },
};

async function owning(): Promise<Project> {
  const mine = project({ strategies: TWO });
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  return mine;
}

async function positions(mine: Project): Promise<string[]> {
  const { items } = await mine.json<{ items: Position[] }>('get', 'positions', '-o', 'json');
  return items.map(({ strategy, symbol, quantity }) => `${strategy ?? '-'} ${symbol} ${quantity}`);
}

describe('hgctl disable', () => {
  test('turns the strategy off in journal and toggle file, and keeps its positions as orphans', async () => {
    const mine = await owning();
    const { code, stdout } = await mine.run('disable', 'core');
    expect(code).toBe(0);
    expect(stdout).toContain('Setting shutdown_requested flag...\n');
    expect(stdout).toContain('Waiting for current execution to complete... done\n');
    expect(stdout).toContain('hgctl close-orphaned core');
    expect(stdout).toMatch(/CORE strategy disabled\.\n$/);
    expect(mine.read('manifests/strategy_toggle.yaml')).toMatch(
      /core:\s+enabled: false\s+shutdown_requested: false/,
    );
    expect(await positions(mine)).toStrictEqual(['core BND 20', 'core VTI 10', 'side GLD 5']);
    expect((await mine.run('status')).stdout).toContain('Orphaned Positions:\n  CORE: ');
  });

  test('O-15: with --close-positions sells what the strategy owns, and nothing else', async () => {
    const mine = await owning();
    await mine.run('sim', 'trade', 'buy', '3', 'VTI');
    // In the order of the book, which is that of the fills.
    const sales = ['  BND: Selling 20 shares... FILLED', '  VTI: Selling 10 shares... FILLED'];
    const { code, stdout } = await mine.run('disable', 'core', '--close-positions');
    if (stdout.indexOf('VTI') < stdout.indexOf('BND')) sales.reverse();
    expect({ code, stdout }).toStrictEqual({
      code: 0,
      stdout: [
        'Disabling CORE strategy...',
        'Setting shutdown_requested flag...',
        'Waiting for current execution to complete... done',
        '',
        'Closing positions:',
        ...sales,
        '',
        'CORE strategy disabled.',
        '',
      ].join('\n'),
    });
    expect(await positions(mine)).toStrictEqual(['side GLD 5', '- VTI 3']);
  });

  test('holds against a later edit of the toggle file, until enable lifts it', async () => {
    const mine = await owning();
    const before = mine.read('manifests/strategy_toggle.yaml');
    await mine.run('disable', 'core', '--close-positions');
    mine.write('manifests/strategy_toggle.yaml', before);
    expect((await mine.run('apply', '--yes')).stdout).toContain('Nothing to do.');
    expect(await positions(mine)).toStrictEqual(['side GLD 5']);
    expect(await mine.run('enable', 'core')).toMatchObject({ code: 0, stdout: 'strategy/core enabled\n' });
    await mine.run('apply', '--yes');
    expect(await positions(mine)).toStrictEqual(['core BND 20', 'core VTI 10', 'side GLD 5']);
  });

  test('works while the manifests are invalid, with the account of the last accepted ones', async () => {
    const mine = await owning();
    mine.write('manifests/account.yaml', 'kind: Acount\n');
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 4 });
    const { code, stdout, stderr } = await mine.run('disable', 'core', '--close-positions');
    expect(code).toBe(0);
    expect(stderr).toContain('warning: the account accepted last is used');
    expect(stderr).not.toContain('nothing was executed');
    expect(stdout).toContain('  VTI: Selling 10 shares... FILLED\n');
    expect(mine.read('manifests/strategy_toggle.yaml')).toMatch(/core:\s+enabled: false/);
  });

  test('keeps the strategy off also where the toggle file cannot be edited, and says so', async () => {
    const mine = await owning();
    mine.write('manifests/strategy_toggle.yaml', 'strategies: [core]\n');
    const { code, stderr } = await mine.run('disable', 'core', '--close-positions');
    expect(code).toBe(4);
    expect(stderr).toContain('the journal keeps core off');
    expect(mine.read('manifests/strategy_toggle.yaml')).toBe('strategies: [core]\n');
    const { stdout } = await mine.run('close-orphaned', 'core');
    expect(stdout).toBe('No orphaned positions: core owns nothing.\n');
  });

  test('run twice says that it is off already, and writes nothing', async () => {
    const mine = await owning();
    await mine.run('disable', 'core');
    const before = mine.fingerprint('.');
    expect(await mine.run('disable', 'core')).toMatchObject({
      code: 0,
      stdout: 'strategy/core already disabled\n',
    });
    expect(mine.fingerprint('.')).toStrictEqual(before);
  });

  test('knows only strategies that there are', async () => {
    const mine = await owning();
    const { code, stderr } = await mine.run('disable', 'cor');
    expect(code).toBe(6);
    expect(stderr).toContain('did you mean core?');
  });

  test('from a second terminal stops a running execution before its next order', async () => {
    const mine = project({
      strategies: { core: { targets: { VTI: '10', BND: '20', GLD: '5' } } },
      account: { broker: { fillDelay: '2s', partialFills: '0%' }, execution: { maxInFlight: 1 } },
      now: null,
    });
    const running = mine.start('apply', '--yes');
    await running.said('Submitting order');
    const { code, stdout } = await mine.run('disable', 'core');
    expect(code).toBe(0);
    expect(stdout).toContain('Waiting for current execution to complete... done\n');
    const applied = await running.ended;
    // On a slow machine the second order may have gone before the word came.
    const sent = applied.stderr.split('Submitting order').length - 1;
    expect(applied.stderr).toContain(
      `[!] [CORE] Shutdown requested - aborting remaining ${String(3 - sent)} orders\n`,
    );
    expect(applied.stderr).toContain('[CORE] Execution aborted gracefully\n');
    expect(applied.code).toBe(10);
    expect(await positions(mine)).toHaveLength(sent);
  });
});

test('AC-160: disable --force waits for nobody: off at once, and the running execution sends no further order', async () => {
  const mine = project({
    now: null,
    strategies: { core: { targets: { AAA: '1', BBB: '1', CCC: '1' } } },
    account: {
      broker: { fillDelay: '3s', partialFills: '0%', faults: '../faults.yaml' },
      execution: { maxInFlight: 1 },
    },
  });
  mine.write('faults.yaml', 'faults:\n  - {on: submit, effect: order, fillAfter: 3s, times: 9}\n');
  const running = mine.start('apply', '--yes');
  await running.said('Submitting order');
  const forced = await mine.run('disable', 'core', '--force');
  expect(forced.stdout).not.toContain('Waiting for current execution');
  expect(mine.read('manifests/strategy_toggle.yaml')).toMatch(/core:\s+enabled: false/);
  const { code, stderr } = await running.ended;
  expect(code).toBe(10);
  expect(stderr.match(/Submitting order/g)).toHaveLength(1);
});

test('AC-162: enable in the middle of a shutdown lifts it: what is not sold yet is kept', async () => {
  const closed = { broker: { clock: 'exchange' } };
  const mine = project({ strategies: { core: TWO.core }, account: closed });
  await mine.run('apply', '--yes');
  const evening = mine.at('2025-12-02T17:00:00-05:00');
  expect(await evening.run('disable', 'core', '--close-positions')).toMatchObject({ code: 13 });
  expect(await evening.run('enable', 'core')).toMatchObject({ code: 0 });
  const morning = mine.at('2025-12-03T10:00:00-05:00');
  expect((await morning.run('apply', '--yes')).stdout).toContain('Nothing to do.');
  expect(await positions(morning)).toStrictEqual(['core BND 20', 'core VTI 10']);
});

test('a shutdown that waits for the market alone is that to apply, as to plan', async () => {
  const mine = project({ strategies: { core: TWO.core }, account: { broker: { clock: 'exchange' } } });
  await mine.run('apply', '--yes');
  const evening = mine.at('2025-12-02T17:00:00-05:00');
  await evening.run('disable', 'core', '--close-positions');
  expect(await evening.run('plan')).toMatchObject({ code: 13 });
  const { code, stdout } = await evening.run('apply', '--yes');
  expect(stdout).toContain('not-started: complete-shutdown/core: ShutdownPending');
  expect(code).toBe(13);
});

test('the summary of a plan counts in words: orphans and shutdowns', async () => {
  const mine = project({ strategies: TWO, account: { broker: { clock: 'exchange' } } });
  await mine.run('apply', '--yes');
  const evening = mine.at('2025-12-02T17:00:00-05:00');
  await evening.run('disable', 'core', '--close-positions');
  await evening.run('disable', 'side', '--close-positions');
  const morning = mine.at('2025-12-03T10:00:00-05:00');
  expect((await morning.run('plan')).stdout).toContain('Plan: 3 orphans to close, 2 shutdowns to complete');
});

describe('hgctl close-orphaned', () => {
  test('refuses a strategy that is on', async () => {
    const mine = await owning();
    const { code, stderr } = await mine.run('close-orphaned', 'core');
    expect(code).toBe(5);
    expect(stderr).toContain('hgctl disable core --close-positions');
  });

  test('sells the orphans, and leaves the switch to the toggle file', async () => {
    const mine = await owning();
    mine.declare({ ...TWO, core: { ...TWO.core, enabled: false } });
    const { code, stdout } = await mine.run('close-orphaned', 'core');
    expect(code).toBe(0);
    expect(stdout).toContain('  BND: Selling 20 shares... FILLED\n');
    expect(await positions(mine)).toStrictEqual(['side GLD 5']);
    mine.declare(TWO);
    await mine.run('apply', '--yes');
    expect(await positions(mine)).toStrictEqual(['core BND 20', 'core VTI 10', 'side GLD 5']);
  });

  test('works for a strategy without a manifest', async () => {
    const mine = await owning();
    mine.declare({ side: TWO.side });
    const { code } = await mine.run('close-orphaned', 'core');
    expect(code).toBe(0);
    expect(await positions(mine)).toStrictEqual(['side GLD 5']);
  });
});
