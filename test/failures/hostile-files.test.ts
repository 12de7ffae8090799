/**
 * Files that are not what they should be: pipes, devices, folders, links, bombs and giants in the place of each file that
 * hgctl reads. None hangs, crashes or executes anything, and what a link points to stays as it was. Beside these:
 * manifests and universes (test/store/manifest-files.test.ts), the journal as a link (test/store/journal.test.ts), the state
 * file as one (test/store/state-file.test.ts), the log as one (test/store/log-files.test.ts), YAML bombs and prototype keys
 * (test/desired/yaml-document.test.ts), keys and addresses that others may read (test/cli/alpaca-keys.test.ts,
 * test/cli/notifier.test.ts, test/cli/sim-serve.test.ts).
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { signalFiles } from '../../src/cli/signal-files.ts';
import { parseInstant, type CalendarDate, type Instant } from '../../src/domain/instant.ts';
import { csvPrices } from '../../src/market/csv-prices.ts';
import { readCsvRows } from '../../src/market/csv-rows.ts';
import { parseJson } from '../../src/observed/json-text.ts';
import { projectInProcess, type Project } from '../support/project.ts';

const STATE = 'data/strategy_positions.json';
const SEGMENT = 'data/journal/0001.jsonl';

/** Owns 5 VTI, and wants 9: an execution would be seen. */
async function wanting(): Promise<Project> {
  const mine = projectInProcess({ strategies: { core: { targets: { VTI: '5' } } } });
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  mine.declare({ core: { targets: { VTI: '9' } } });
  return mine;
}

const LOOKS = ['status', 'events', 'journal verify'];

/** Exit code of `apply`; none of the commands ends with 70. */
async function tried(mine: Project): Promise<{ readonly code: number | null; readonly stderr: string }> {
  for (const look of LOOKS) {
    const { code, stderr } = await mine.run(...look.split(' '));
    expect([look, code, stderr]).not.toEqual([look, 70, stderr]);
  }
  return mine.run('apply', '--yes');
}

type Kind = 'pipe' | 'device' | 'folder';

function put(mine: Project, kind: Kind, name: string): void {
  rmSync(mine.path(name), { recursive: true, force: true });
  if (kind === 'pipe') execFileSync('mkfifo', [mine.path(name)]);
  else if (kind === 'device') symlinkSync('/dev/zero', mine.path(name));
  else mkdirSync(mine.path(name));
}

describe('What is no file is refused by its name, and nothing is executed:', () => {
  const places: readonly (readonly [name: string, exit: number, said: string])[] = [
    [STATE, 5, 'strategy_positions.json cannot be read'],
    [SEGMENT, 5, ''],
    ['data/broker.json', 11, 'broker.json'],
    ['manifests/strategy_toggle.yaml', 4, 'strategy_toggle.yaml'],
    // A folder of that name is no manifest, and then there is no account.
    ['manifests/account.yaml', 4, 'ccount'],
  ];
  const cases = places.flatMap(([name, exit, said], n) => {
    // Each place as a pipe, which is what hangs; the others take turns.
    const kinds: readonly Kind[] = ['pipe', n % 2 === 0 ? 'folder' : 'device'];
    return kinds.map((kind) => ({ kind, name, exit, said }));
  });

  test.each(cases)('a $kind as $name', async ({ kind, name, exit, said }) => {
    const mine = await wanting();
    const before = mine.read('data/broker.json');
    put(mine, kind, name);
    const { code, stderr } = await tried(mine);
    expect([code, stderr]).toEqual([exit, expect.stringContaining(said)]);
    if (name !== 'data/broker.json') expect(mine.read('data/broker.json')).toBe(before);
  });

  test('a pipe as a price file', async () => {
    const mine = projectInProcess({ account: { prices: { type: 'csv', folder: 'prices' } } });
    mkdirSync(mine.path('manifests/prices'));
    put(mine, 'pipe', 'manifests/prices/VTI.csv');
    const { code, stderr } = await mine.run('plan');
    expect([code, stderr]).toEqual([5, expect.stringContaining('VTI.csv is not a regular file')]);
  });
});

describe('What hgctl can do without holds nothing up:', () => {
  test.each<readonly [Kind, string]>([
    ['pipe', 'data/controller.json'],
    ['pipe', 'data/execution.queue'],
    ['folder', 'data/notices.json'],
    ['pipe', 'data/logs/hgctl-2025-12-02.jsonl'],
    ['pipe', 'data/backups'],
  ])('a %s as %s', async (kind, name) => {
    const mine = await wanting();
    put(mine, kind, name);
    expect(await tried(mine)).toMatchObject({ code: 0 });
    const { items } = await mine.json<{ items: object[] }>('get', 'positions', '-o', 'json');
    expect(items).toMatchObject([{ symbol: 'VTI', quantity: '9' }]);
  });
});

describe('A link leads hgctl to change nothing behind it:', () => {
  test.each([
    [STATE, 5],
    [SEGMENT, 5],
    ['data/journal', 5],
    ['data/execution.queue', 0],
    ['data/toggle.lock', 0],
    ['data/logs/hgctl-2025-12-02.jsonl', 0],
    ['data/logs', 0],
    ['data/backups', 0],
  ])('%s as a link to one elsewhere', async (name, exit) => {
    const mine = await wanting();
    mkdirSync(mine.path('elsewhere'));
    const target = mine.path('elsewhere/target');
    if (existsSync(mine.path(name))) renameSync(mine.path(name), target);
    else mkdirSync(target);
    const before = mine.fingerprint('elsewhere');
    symlinkSync(target, mine.path(name));
    expect(await tried(mine)).toMatchObject({ code: exit });
    await mine.run('disable', 'core');
    expect(mine.fingerprint('elsewhere')).toEqual(before);
  });
});

describe('A journal folder that everybody may write in', () => {
  test('is no journal of ours: anybody could have written it', async () => {
    const mine = await wanting();
    chmodSync(mine.path('data/journal'), 0o777);
    expect(await tried(mine)).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/journal can be written by everybody[\s\S]*chmod o-w/) as string,
    });
  });

  test('nor is one in a data folder where anybody could put another in its place', async () => {
    const mine = await wanting();
    chmodSync(mine.path('data'), 0o777);
    expect(await tried(mine)).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/data can be written by everybody[\s\S]*chmod o-w/) as string,
    });
    // As /tmp is: there nobody can.
    chmodSync(mine.path('data'), 0o1777);
    expect(await tried(mine)).toMatchObject({ code: 0 });
  });

  test('is not what hgctl makes, whatever it is told of permissions', async () => {
    const mine = await wanting();
    const modes = ['data', 'data/journal', 'data/logs'].map((name) =>
      execFileSync('stat', ['-c', '%a', mine.path(name)], { encoding: 'utf8' }).trim(),
    );
    expect(modes).toEqual(['700', '700', '700']);
    const files = readdirSync(mine.path('data'), { recursive: true, encoding: 'utf8', withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile()))
      expect(
        execFileSync('stat', ['-c', '%a', `${file.parentPath}/${file.name}`], { encoding: 'utf8' }),
      ).toBe('600\n');
  });
});

describe('A state file that is a bomb', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);

  test.each([
    [
      'deep',
      (text: string) => text.replace('"version": 1', `"version": 1, "deep": ${deep}`),
      'the nesting is deeper',
    ],
    ['deep and cut', () => '{"a":'.repeat(200_000), 'the nesting is deeper than 100 levels'],
    [
      'large',
      (text: string) => text.replace('"version": 1', `"version": 1, "x": "${'x'.repeat(3_000_000)}"`),
      '',
    ],
  ])('is told and stops everything: %s', async (_, spoil, said) => {
    const mine = await wanting();
    const before = mine.read('data/broker.json');
    mine.write(STATE, spoil(mine.read(STATE)));
    expect(await tried(mine)).toMatchObject({ code: 8, stderr: expect.stringContaining(said) as string });
    expect(mine.read('data/broker.json')).toBe(before);
  });

  test('is found at the place where it gets too deep', () => {
    expect(parseJson(`{"a":\n${'['.repeat(200)}`)).toEqual({
      kind: 'invalid',
      message: '2:100: the nesting is deeper than 100 levels',
    });
    expect(parseJson('['.repeat(100) + ']'.repeat(100))).toMatchObject({ kind: 'ok' });
  });
});

describe('A file that is good but for its size is refused for that, and nothing is executed:', () => {
  const MIB = 1_048_576;
  /** What stands behind the text makes it no worse. */
  const pad = (mine: Project, name: string, size: number, by: string): void =>
    mine.write(name, mine.read(name).padEnd(size, by));

  test('a state file', async () => {
    const mine = await wanting();
    const before = mine.read('data/broker.json');
    pad(mine, STATE, 32 * MIB + 1, ' ');
    expect(await tried(mine)).toMatchObject({
      code: 8,
      stderr: expect.stringContaining('strategy_positions.json: is larger than 32 MiB') as string,
    });
    expect(mine.read('data/broker.json')).toBe(before);
    expect(await mine.run('import', 'state', '--discard')).toMatchObject({ code: 0 });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  });

  test('a simulated account', async () => {
    const mine = await wanting();
    truncateSync(mine.path('data/broker.json'), 256 * MIB + 1);
    expect(await tried(mine)).toMatchObject({
      code: 11,
      stderr: expect.stringContaining('broker.json is larger than 256 MiB') as string,
    });
  });

  test.each([
    ['VTI.csv', 'Date,Close\n2025-12-01,100\n', 8],
    ['corporate-actions.csv', 'Date,Symbol,Kind,From,To\n', 8],
    ['minutes/VTI.csv', 'Time,Open,High,Low,Close,Volume\n', 256],
  ])('the price file %s', async (name, text, most) => {
    const mine = projectInProcess({
      account: { prices: { type: 'csv', folder: 'prices' } },
      strategies: { core: { targets: { VTI: '5' } } },
    });
    mine.write('manifests/prices/VTI.csv', 'Date,Close\n2025-12-01,100\n');
    mine.write(`manifests/prices/${name}`, text);
    // A hole: it takes no room, and nobody reads it.
    truncateSync(mine.path(`manifests/prices/${name}`), most * MIB + 1);
    const prices = csvPrices(mine.path('manifests/prices'));
    const from = '2025-12-01' as CalendarDate;
    const at = parseInstant('2025-12-01T16:00:00-05:00') as Instant;
    const ask = {
      'VTI.csv': () => prices.priceAt('VTI', at),
      'corporate-actions.csv': () => prices.actions('VTI', { from, to: from }),
      'minutes/VTI.csv': () => prices.minutes('VTI', { from: at, until: at }),
    };
    expect(ask[name as keyof typeof ask]).toThrow(`${name} is larger than ${String(most)} MiB`);
    if (name === 'VTI.csv') expect(await mine.run('plan')).toMatchObject({ code: 5 });
  });

  test('a table that a signal reads, which holds nobody else', async () => {
    const mine = await wanting();
    mine.write('table.json', '{}');
    truncateSync(mine.path('table.json'), 256 * MIB + 1);
    expect(await signalFiles.table(mine.path('table.json'))).toMatchObject({
      kind: 'malformed',
      reason: expect.stringContaining('table.json is larger than 256 MiB') as string,
    });
    put(mine, 'pipe', 'table.json');
    expect(await signalFiles.table(mine.path('table.json'))).toMatchObject({
      kind: 'malformed',
      reason: expect.stringContaining('is not a regular file') as string,
    });
    expect(await signalFiles.table(mine.path('nothing.json'))).toBeNull();
  });
});

test('A price file of nothing but bad lines is not remembered line by line.', () => {
  const { rows, faults } = readCsvRows(`Date,Close\n${'x\n'.repeat(5_000)}2025-12-01,100\n`);
  expect([rows.length, faults.length, faults.at(-1)?.line]).toEqual([0, 1_000, 1_001]);
});

test('A simulated account that is deep is told, and is no empty account.', async () => {
  const mine = await wanting();
  mine.write('data/broker.json', '{"version":1,"positions":'.repeat(50_000));
  expect(await tried(mine)).toMatchObject({
    code: 11,
    stderr: expect.stringContaining('is not a simulated account: the nesting is too deep') as string,
  });
});

test.each(['../../../etc/passwd', '/dev/zero', '..'])(
  'A path that leads elsewhere is read by no signal, no calendar and no module: %s',
  async (path) => {
    const account = { calendar: { file: path } };
    const mine = projectInProcess({
      account: account as object,
      strategies: {
        listed: { spec: { universe: { file: path } }, targets: { VTI: '1' } },
      },
    });
    const { code, stderr } = await mine.run('apply', '--yes');
    expect(code).toBe(4);
    expect(stderr).not.toContain('root:');
    expect(readFileSync('/etc/passwd', 'utf8')).toContain('root:');
    expect(mine.exists('data')).toBe(false);
  },
);
