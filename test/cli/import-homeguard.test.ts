/** An installation of the original, taken over: what is written, what is refused, and that nothing is lost or invented. */
import { describe, expect, test } from 'vitest';
import { runImportHomeguard } from '../../src/cli/commands/import-homeguard.ts';
import { HgctlError } from '../../src/domain/errors.ts';
import { BROKER, FULL, install, LIST, MP, OMR, STATE, stateText, TOGGLE } from '../support/homeguard.ts';
import type { Installation } from '../support/homeguard.ts';
import { projectInProcess, type Project } from '../support/project.ts';

const ACCOUNT = `apiVersion: homeguard/v1
kind: Account
metadata: {name: paper}
spec:
  broker: {type: simulated, cash: "100000.00", clock: always-open, seed: 7}
  prices: {type: synthetic, seed: 7}
`;

/** Symbol to quantity at the simulated broker. */
type Holdings = Readonly<Record<string, number>>;

const HELD: Holdings = { TQQQ: 50, PLTR: 100 };

function folder(...parts: readonly Installation[]): Project {
  const mine = projectInProcess();
  mine.remove('manifests');
  install(mine, FULL, ...parts);
  return mine;
}

/** With an Account that is there already, at the simulated broker. */
function world(holdings: Holdings, ...parts: readonly Installation[]): Project {
  const mine = folder(...parts);
  mine.write('manifests/account.yaml', ACCOUNT);
  const positions = Object.entries(holdings).map(([symbol, quantity]) => [
    symbol,
    { quantity: String(quantity), averagePrice: '45.20' },
  ]);
  mine.write(
    'data/broker.json',
    JSON.stringify({
      version: 1,
      accountId: 'SIM-1',
      seed: 7,
      time: '2025-12-02T15:00:00-05:00',
      cash: '100000.00',
      positions: Object.fromEntries(positions) as object,
      orders: [],
      fills: [],
    }),
  );
  return mine;
}

const IMPORT = ['import', 'homeguard', 'homeguard'] as const;
const DO = [...IMPORT, '--yes', '--accept-newly-effective'] as const;

interface Answer {
  readonly result: string;
  readonly manifests: readonly { readonly path: string; readonly state: string; readonly text: string }[];
  readonly settings: readonly { readonly key: string; readonly outcome: string }[];
  readonly lots: readonly object[];
  readonly unmanaged: readonly object[] | null;
  readonly notes: readonly string[];
}

const answer = (mine: Project, ...more: readonly string[]): Promise<Answer> =>
  mine.json<Answer>(...IMPORT, '-o', 'json', ...more);

function textOf({ manifests }: Answer, name: string): string {
  return manifests.find(({ path }) => path.endsWith(name))?.text ?? '';
}

describe('Without --yes', () => {
  test('everything is shown, without a broker, and nothing is written.', async () => {
    const mine = folder();
    const before = mine.fingerprint('.');
    const { code, stdout, stderr } = await mine.run(...IMPORT);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Nothing was written; --yes does it.');
    expect(stdout).toContain('the lots were not compared with the broker: APCA_API_KEY_ID');
    expect(stdout).toMatch(/strategy\.position_size_pct +0\.1 +6\.5% +mp capital\.positionSize/);
    expect(stdout).toMatch(/\* +omr_trading_config\.yaml: strategy\.max_total_exposure_pct +no limit +40%/);
    expect(stdout).toMatch(/strategy\.entry_time +15:50 +close-15m/);
    expect(stdout).toMatch(/omr +TQQQ +50 +45\.20/);
    expect(stdout).toContain('pairs was planned, and traded nothing in the original');
    expect(mine.fingerprint('.')).toEqual(before);
  });

  test('no key is ever shown or written, in any form.', async () => {
    const mine = folder();
    const outputs = [await mine.run(...IMPORT), await mine.run(...IMPORT, '-o', 'json')];
    for (const { stdout, stderr } of outputs) expect(stdout + stderr).not.toContain('PKLITERALSECRET');
    expect(outputs[0]?.stdout).toContain('broker.secret_key is written out; it was not copied');
    expect(outputs[0]?.stdout).toContain('export APCA_API_KEY_ID="$ALPACA_API_KEY"');
  });

  test('every setting of every file has one outcome.', async () => {
    const { settings } = await answer(folder());
    const count = (outcome: string): number => settings.filter((one) => one.outcome === outcome).length;
    expect(new Set(settings.map(({ outcome }) => outcome))).toEqual(
      new Set(['taken', 'newly-effective', 'kept', 'left-out']),
    );
    expect(count('kept')).toBe(1);
    expect(count('newly-effective')).toBe(7);
    expect(settings).toHaveLength(28);
  });

  test('a file that is not there says what follows.', async () => {
    const mine = folder({ [TOGGLE]: null, [BROKER]: null, [LIST]: null });
    const { stdout } = await mine.run(...IMPORT);
    expect(stdout).toContain('switches: omr off, mp off');
    expect(stdout).toMatch(/toggle +<not there> +so: every strategy is off/);
    expect(stdout).toMatch(/universe +<not there> +so: mp has the seven symbols/);
  });
});

describe('With --yes', () => {
  test('manifests are written that validate, and books that are the positions.', async () => {
    const mine = world({ ...HELD, GLD: 3 });
    const { code, stdout } = await mine.run(...DO);
    expect(code).toBe(0);
    expect(stdout).toContain('Opened the books in data: 2 lots.');
    expect(await mine.run('validate')).toMatchObject({ code: 0, stderr: '' });
    expect(mine.read('manifests/account.yaml')).toBe(ACCOUNT);
    const { items } = await mine.json<{ items: Record<string, unknown>[] }>('get', 'positions', '-o', 'json');
    const rows = items.map((item) => [item['strategy'], item['symbol'], item['quantity'], item['class']]);
    expect(rows).toEqual([
      ['mp', 'PLTR', '100', 'owned'],
      ['omr', 'TQQQ', '50', 'owned'],
      [null, 'GLD', '3', 'unmanaged'],
    ]);
    const strategies = await mine.json<{ items: Record<string, unknown>[] }>(
      'get',
      'strategies',
      '-o',
      'json',
    );
    expect(strategies.items.map(({ name, enabled }) => [name, enabled])).toEqual([
      ['omr', true],
      ['mp', false],
    ]);
  });

  test('the installation stays as it is, to the byte and the second.', async () => {
    const mine = world(HELD);
    const before = mine.fingerprint('homeguard');
    expect(await mine.run(...DO)).toMatchObject({ code: 0 });
    expect(mine.fingerprint('homeguard')).toEqual(before);
  });

  test('a second run has nothing to do, also after the switches were used; a changed file is named.', async () => {
    const mine = world(HELD);
    expect(await mine.run(...DO)).toMatchObject({ code: 0 });
    expect(await mine.run('enable', 'mp')).toMatchObject({ code: 0 });
    const before = mine.fingerprint('manifests');
    const again = await mine.run(...DO);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toBe(
      'Nothing to do: the same files were taken over at 2025-12-02T15:30:00-05:00.\n',
    );
    install(mine, { [STATE]: stateText({ omr: { TQQQ: { qty: 51 } } }) });
    const changed = await mine.run(...DO);
    expect(changed.code).toBe(8);
    expect(changed.stdout).toContain(`${STATE} has changed since it was imported`);
    expect(mine.fingerprint('manifests')).toEqual(before);
  });

  test('a run that was stopped between manifests and books goes on.', async () => {
    const mine = world(HELD);
    expect(await mine.run(...DO)).toMatchObject({ code: 0 });
    mine.remove('data/journal');
    mine.remove('data/strategy_positions.json');
    const { code, stdout } = await mine.run(...DO);
    expect({ code, last: stdout.trim().split('\n').slice(-3) }).toEqual({
      code: 0,
      last: [
        'Written: no manifest',
        'Opened the books in data: 2 lots.',
        'Next: hgctl train omr, then hgctl plan',
      ],
    });
  });

  test('what the original ran today does not run again.', async () => {
    const state = stateText({ omr: { TQQQ: { qty: 50 } } }).replace(
      '"last_execution":null',
      '"last_execution":"2025-12-02T15:44:12.5-05:00"',
    );
    const mine = world({ TQQQ: 50 }, { [STATE]: state }).at('2025-12-02T15:46:00-05:00');
    const { code, stdout } = await mine.run(...DO);
    expect(code).toBe(0);
    expect(stdout).toMatch(/omr +2025-12-02 15:45:00 +omr\/2025-12-02\/entry\/1545/);
    const { items } = await mine.json<{ items: { name: string; nextSlot: unknown }[] }>(
      'get',
      'strategies',
      '-o',
      'json',
    );
    expect(JSON.stringify(items.find(({ name }) => name === 'omr')?.nextSlot)).toContain('2025-12-03');
  });

  test('positions of a strategy that hgctl does not know keep their owner, who is not declared.', async () => {
    const mine = world({ XOM: 7 }, { [STATE]: stateText({ my_pairs: { XOM: { qty: 7 } } }) });
    const { code, stdout } = await mine.run(...DO);
    expect(code).toBe(0);
    expect(stdout).toContain('my-pairs is not one that hgctl knows in the original');
    const { items } = await mine.json<{ items: Record<string, unknown>[] }>('get', 'positions', '-o', 'json');
    expect(items).toMatchObject([{ strategy: 'my-pairs', symbol: 'XOM', quantity: '7', class: 'owned' }]);
  });
});

describe('Settings that had no effect', () => {
  test('need a word where they are limits: exit 14 without one, and nothing is written.', async () => {
    const mine = world(HELD);
    const before = mine.fingerprint('.');
    const { code, stderr } = await mine.run(...IMPORT, '--yes');
    expect(code).toBe(14);
    expect(stderr).toContain('--accept-newly-effective writes them, --omit-newly-effective leaves them out');
    expect(mine.fingerprint('.')).toEqual(before);
  });

  test('count with --accept-newly-effective, and are as before with --omit-newly-effective.', async () => {
    const accepted = await answer(folder(), '--accept-newly-effective');
    expect(textOf(accepted, 'omr.yaml')).toContain('maxExposure: "40%"');
    expect(textOf(accepted, 'omr.yaml')).toContain('risk: {maxDailyLoss: "5%"}');
    expect(textOf(accepted, 'omr.yaml')).toContain('at: close-15m, action: entry');
    expect(textOf(accepted, 'account.yaml')).toContain(
      'limits: {maxOrderValue: "50000.00", maxOrdersPerDay: 50}',
    );
    expect(textOf(accepted, 'mp.yaml')).toContain('risk: {maxDrawdown: "20%"}');
    const omitted = await answer(folder(), '--omit-newly-effective');
    expect(textOf(omitted, 'omr.yaml')).toContain('maxExposure: "45%"');
    expect(textOf(omitted, 'omr.yaml')).toContain('risk: {}');
    expect(textOf(omitted, 'omr.yaml')).toContain('at: close-10m, action: entry');
    expect(textOf(omitted, 'account.yaml')).toContain('limits: {}');
    for (const text of [accepted, omitted].map((one) => textOf(one, 'mp.yaml')))
      expect(text).toContain('capital: {positionSize: "6.5%", maxPositions: 10, maxExposure: "65%"}');
  });

  test('are asked for on a terminal; no is exit 14.', async () => {
    const mine = world({ TQQQ: -50 }, { [STATE]: stateText({ omr: { TQQQ: { qty: 50 } } }) });
    const asked: string[] = [];
    const io = (...said: readonly string[]) => ({
      stdout: () => undefined,
      stderr: () => undefined,
      environment: { HGCTL_NOW: '2025-12-02T15:30:00-05:00' },
      isInteractive: true,
      stdoutIsTerminal: false,
      ask: (question: string) => Promise.resolve((asked.push(question), said[asked.length - 1] ?? '')),
      stop: { requested: () => false, signal: () => null, aborted: new AbortController().signal },
    });
    const options = {
      filename: [mine.path('manifests')],
      data: mine.path('data'),
      color: 'never',
      output: 'table',
      yes: true,
    } as const;
    const root = mine.path('homeguard');
    expect(await runImportHomeguard(io('n'), root, options)).toBe(14);
    expect(mine.exists('manifests/strategies')).toBe(false);
    asked.length = 0;
    expect(await runImportHomeguard(io('y', ''), root, options)).toBe(0);
    expect(asked[0]).toContain('3 limits that had no effect');
    expect(asked[1]).toBe('TQQQ: short at the broker, not in the file. Open as short? [Y/n] ');
    const { items } = await mine.json<{ items: object[] }>('get', 'positions', '-o', 'json');
    expect(items).toMatchObject([{ strategy: 'omr', quantity: '-50', class: 'owned' }]);
  });
});

describe('It is refused, and nothing is written,', () => {
  const lock = { holder: 'mp', acquired: '2025-12-02T15:29:00-05:00', expires: '2025-12-02T15:33:00-05:00' };
  const locked = { [STATE]: stateText({ omr: { TQQQ: { qty: 50 } } }, { execution_lock: lock }) };
  const shared = { [STATE]: stateText({ omr: { TQQQ: { qty: 50 } }, mp: { TQQQ: { qty: 100 } } }) };

  test.each<[string, Holdings, Installation, number, string]>([
    [
      'beside a lock that has not ended',
      HELD,
      locked,
      7,
      'execution lock of mp until 2025-12-02T15:33:00-05:00',
    ],
    [
      'where two owners have not what the broker holds',
      { TQQQ: 149 },
      shared,
      5,
      'TQQQ (omr 50, mp 100; broker 149)',
    ],
    ['of broken YAML', HELD, { [OMR]: 'strategy:\n  symbols: [A\n' }, 4, `${OMR}:3:1`],
    [
      'of a wrong value that counted',
      HELD,
      { [OMR]: 'strategy:\n  symbols: [TQQQ]\n  position_size_pct: -7\n' },
      4,
      `${OMR}:3:22 strategy.position_size_pct`,
    ],
    [
      'of settings without symbols',
      HELD,
      { [OMR]: 'strategy: {min_win_rate: 0.5}\n' },
      4,
      'strategy.symbols: is missing',
    ],
    [
      'of a switch that is a word',
      HELD,
      { [TOGGLE]: 'strategies:\n  omr:\n    enabled: "false"\n' },
      4,
      `${TOGGLE}:3:14 strategies.omr.enabled: must be true or false`,
    ],
    ['of a torn state file', HELD, { [STATE]: '{"version": 1' }, 4, `${STATE}:1:14: not JSON`],
    ['of a list that is none', HELD, { [LIST]: 'Ticker\nAAPL\n' }, 4, 'has no column "Symbol"'],
  ])('%s.', async (_, holdings, parts, exit, message) => {
    const mine = world(holdings, parts);
    const before = mine.fingerprint('.');
    const { code, stderr } = await mine.run(...DO);
    expect(stderr).toContain(message);
    expect(code).toBe(exit);
    expect(mine.fingerprint('.')).toEqual(before);
  });

  test('of a torn state file with the names of its copies.', async () => {
    const backup = 'data/trading/strategy_positions.20251201_155500.bak';
    const mine = folder({ [STATE]: '{', [backup]: stateText({}) });
    expect((await mine.run(...IMPORT)).stderr).toContain(`copies of the state file: ${backup}`);
  });

  test('where a manifest of that name says something else, which is shown.', async () => {
    const mine = world(HELD);
    mine.write(
      'manifests/strategy_toggle.yaml',
      'strategies:\n  omr: {enabled: true}\n  mp: {enabled: true}\n',
    );
    const { code, stdout, stderr } = await mine.run(...DO);
    expect(code).toBe(8);
    expect(stderr).toContain('already there, and different: manifests/strategy_toggle.yaml');
    expect(stdout).toContain('-   mp: {enabled: true}');
    expect(mine.exists('manifests/strategies')).toBe(false);
  });

  test('where the books are open already.', async () => {
    const mine = world({});
    mine.write('manifests/strategy_toggle.yaml', 'strategies: {}\n');
    expect(await mine.run('init')).toMatchObject({ code: 0 });
    mine.remove('manifests/strategy_toggle.yaml');
    expect(await mine.run(...DO)).toMatchObject({ code: 8 });
  });

  test('without a broker that answers: exit 11.', async () => {
    const mine = folder();
    const { code, stderr } = await mine.run(...DO);
    expect(code).toBe(11);
    expect(stderr).toContain('the books cannot be opened without the broker');
    expect(mine.exists('manifests')).toBe(false);
  });

  test('of a folder that is no installation: exit 6.', async () => {
    const mine = folder();
    mine.write('empty/readme.md', '');
    expect(await mine.run('import', 'homeguard', 'empty')).toMatchObject({ code: 6 });
    expect(await mine.run('import', 'homeguard', 'nowhere')).toMatchObject({ code: 6 });
  });

  test('but --force goes past the lock, which is not taken over.', async () => {
    const mine = world({ TQQQ: 50 }, locked);
    expect(await mine.run(...DO, '--force')).toMatchObject({ code: 0 });
    expect(JSON.parse(mine.read('data/strategy_positions.json'))).toMatchObject({ execution_lock: null });
  });
});

describe('What is written passes hgctl validate, for', () => {
  const live = { [BROKER]: 'broker: {paper: false, data_feed: iex}\n' };
  const nothing = Object.fromEntries(Object.keys(FULL).map((name) => [name, null]));

  test.each<[string, Installation, readonly string[]]>([
    ['all files', {}, []],
    ['all files, without what had no effect', {}, ['--omit-newly-effective']],
    ['a toggle file alone', { ...nothing, [TOGGLE]: FULL[TOGGLE] ?? '' }, []],
    ['a state file alone', { ...nothing, [STATE]: FULL[STATE] ?? '' }, []],
    ['an empty toggle file', { ...nothing, [TOGGLE]: 'strategies: {}\n' }, []],
    ['lists that overlap', { [LIST]: 'Symbol\nAAPL\nTQQQ\nNVDL\nPLTR\n' }, []],
    ['settings of mp alone', { ...nothing, [MP]: FULL[MP] ?? '' }, []],
    ['an account of real money', live, ['--account-id', '123456789']],
    ['an account of real money without its number', live, []],
  ])('%s.', async (_, parts, more) => {
    const mine = folder(parts);
    const { manifests } = await answer(mine, ...more);
    expect(manifests.length).toBeGreaterThan(1);
    for (const { path, text } of manifests) mine.write(path, text);
    expect(await mine.run('validate')).toMatchObject({ code: 0, stderr: '' });
  });

  test('real money only with the number of its account.', async () => {
    const mine = folder(live);
    const paper = await answer(mine);
    expect(textOf(paper, 'account.yaml')).toContain('environment: paper');
    expect(paper.notes.join('\n')).toContain('for real money: --account-id NUMBER');
    const real = textOf(await answer(mine, '--account-id', '123456789'), 'account.yaml');
    expect(real).toContain('environment: live');
    expect(real).toContain('accountId: "123456789"');
    expect(real).toContain('HGCTL_ALLOW_LIVE');
  });
});

describe('Signs and sums', () => {
  test('a short position without its sign is opened as the broker has it, and said.', async () => {
    const mine = world({ TQQQ: -50 }, { [STATE]: stateText({ omr: { TQQQ: { qty: 50 } } }) });
    const { code, stdout } = await mine.run(...DO);
    expect(code).toBe(0);
    expect(stdout).toContain('omr/TQQQ: 50 in the file, and the broker is short: opened as a short lot');
    expect(stdout).toMatch(/omr +TQQQ +-50 +45\.20/);
  });

  test('a symbol of two strategies that have it together is opened as two lots.', async () => {
    const shared = { [STATE]: stateText({ omr: { TQQQ: { qty: 50 } }, mp: { TQQQ: { qty: 100 } } }) };
    const mine = world({ TQQQ: 150 }, shared);
    expect(await mine.run(...DO)).toMatchObject({ code: 0 });
    expect(JSON.parse(mine.read('data/strategy_positions.json'))).toMatchObject({
      strategies: { omr: { positions: { TQQQ: { qty: 50 } } }, mp: { positions: { TQQQ: { qty: 100 } } } },
    });
  });

  test('a quantity that the broker does not have is said, and judged by the first plan.', async () => {
    const { code, stdout } = await world({ TQQQ: 20, PLTR: 100 }).run(...DO);
    expect(code).toBe(0);
    expect(stdout).toContain('omr/TQQQ: 50 in the file, 20 at the broker: the first plan says what follows');
  });

  test('files in other folders, and what lies beside them.', async () => {
    const mine = folder({
      [TOGGLE]: null,
      'strategy_toggle.yaml': FULL[TOGGLE] ?? '',
      'data/strategy_positions.json': stateText({}),
      'data/trading/strategy_positions.json.tmp': '{',
    });
    const { notes, manifests } = await answer(mine);
    expect(notes).toContain(`data/strategy_positions.json is there, too, and is not read: ${STATE} counts`);
    expect(notes).toContain(
      'data/trading/strategy_positions.json.tmp is not read: left by a write that did not end',
    );
    expect(textOf({ manifests } as Answer, 'toggle.yaml')).toContain('omr:\n    enabled: true');
  });

  test('mp is off without the list of what it may trade, whatever its switch says.', async () => {
    const mine = folder({ [TOGGLE]: 'strategies:\n  mp: {enabled: true}\n', [LIST]: null });
    const found = await answer(mine);
    expect(textOf(found, 'toggle.yaml')).toContain('mp:\n    enabled: false');
    expect(found.notes.join('\n')).toContain('mp: it is off, because the list');
  });

  test('a shutdown that was requested leaves a strategy off.', async () => {
    const mine = folder({ [TOGGLE]: 'strategies:\n  omr: {enabled: true, shutdown_requested: true}\n' });
    const found = await answer(mine);
    expect(textOf(found, 'toggle.yaml')).toContain('omr:\n    enabled: false\n    shutdown_requested: false');
    expect(found.notes.join('\n')).toContain('omr: a shutdown was requested, so it is off');
  });
});

test('A refusal is an error with a way out.', async () => {
  const mine = folder();
  const io = {
    stdout: () => undefined,
    stderr: () => undefined,
    environment: {},
    isInteractive: false,
    stdoutIsTerminal: false,
    ask: () => Promise.resolve(''),
    stop: { requested: () => false, signal: () => null, aborted: new AbortController().signal },
  };
  const options = { filename: ['a', 'b'], color: 'never', output: 'table' } as const;
  const error: unknown = await runImportHomeguard(io, mine.path('homeguard'), options).catch(
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(HgctlError);
  expect(error).toMatchObject({ exit: 3 });
});
