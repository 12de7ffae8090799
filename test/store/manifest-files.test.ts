import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXIT, HgctlError } from '../../src/domain/errors.ts';
import { formatProblem } from '../../src/desired/problem.ts';
import { loadManifests, type LoadOptions } from '../../src/store/manifest-files.ts';
import { ACCOUNT, CORE, MP, TOGGLE } from '../desired/manifest-set.ts';

let home: string;
let before: string;

beforeEach(() => {
  before = process.cwd();
  home = realpathSync(mkdtempSync(join(tmpdir(), 'hgctl-manifests-')));
  process.chdir(home);
});

afterEach(() => {
  process.chdir(before);
  rmSync(home, { recursive: true });
});

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), content);
  }
}

/** The strategies, or the problems. */
function outcome(paths: readonly string[], options: Partial<LoadOptions> = {}): string[] {
  const result = loadManifests(paths, { recursive: false, ...options });
  if (result.kind === 'invalid') return result.problems.map(formatProblem);
  return result.desired.strategies.map(({ name, universe }) => `${name}: ${[...universe].join(' ')}`);
}

function thrown(paths: readonly string[]): HgctlError {
  try {
    loadManifests(paths, { recursive: false });
  } catch (error) {
    if (error instanceof HgctlError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const FOLDER = {
  'm/account.yml': ACCOUNT,
  'm/strategy_toggle.yaml': TOGGLE,
  'm/strategies/core.yaml': CORE,
  'm/strategies/mp.yaml': MP.replace('big.csv', '../universes/big.csv'),
  'm/universes/big.csv': 'Symbol\nAAPL\nMSFT\n',
};
const BOTH = ['core: GLD VTI', 'mp: AAPL MSFT'];

describe('What -f names', () => {
  test('A folder is read with its strategies and universes, and nothing else of it.', () => {
    write({
      ...FOLDER,
      'm/notes/x.yaml': 'kind: [',
      'm/.hidden.yaml': 'kind: [',
      'm/strategies/old/y.yaml': 'kind: [',
    });
    expect(outcome(['m'])).toEqual(BOTH);
    expect(outcome([join(home, 'm/')])).toEqual(BOTH);
    expect(outcome(['m'], { recursive: true })).toEqual([
      expect.stringContaining('m/notes/x.yaml:1:8: '),
      expect.stringContaining('m/strategies/old/y.yaml:1:8: '),
    ]);
  });

  test('Several files and folders, each file once, and universes of any of their folders.', () => {
    write(FOLDER);
    const files = [
      'm/account.yml',
      'm/strategies/core.yaml',
      'm/strategies',
      './m/strategies/../account.yml',
    ];
    expect(outcome(files)).toEqual(BOTH);
    expect(outcome([...files, 'm'])).toEqual(BOTH);
  });

  test('A single file finds the toggle file beside it.', () => {
    write({ 'one.yaml': `${ACCOUNT}---\n${CORE}`, 'strategy_toggle.yaml': TOGGLE });
    const result = loadManifests(['one.yaml'], { recursive: false });
    if (result.kind === 'invalid') throw new Error('invalid');
    expect(result.desired.account.toggleFile).toBe(join(home, 'strategy_toggle.yaml'));
    expect(result.accountFile).toBe(join(home, 'one.yaml'));
    expect(result.locate('strategy/core')).toBe('one.yaml:10');
  });

  test('Standard input is relative to the working folder.', () => {
    write({ 'strategy_toggle.yaml': TOGGLE, 'big.csv': 'Symbol\nAAPL\n' });
    const readStdin = (): string => `${ACCOUNT}---\n${CORE}---\n${MP}`;
    expect(outcome(['-'], { readStdin })).toEqual(['core: GLD VTI', 'mp: AAPL']);
    expect(outcome(['-'], { readStdin: () => 'kind: [' })).toEqual([expect.stringMatching(/^<stdin>:1:8: /)]);
  });

  test('Problems name the files as the user did.', () => {
    write({ ...FOLDER, 'm/strategies/core.yaml': CORE.replace('"50%"', '50') });
    expect(outcome(['./m'])[0]).toMatch(/^m\/strategies\/core\.yaml:10:33 /);
    expect(outcome([join(home, 'm')])[0]?.startsWith(`${home}/m/strategies/core.yaml:10:33 `)).toBe(true);
  });
});

describe('What cannot be read', () => {
  test('A path that does not exist is not found.', () => {
    const error = thrown(['m/nowhere']);
    expect([error.exit, error.message]).toEqual([EXIT.notFound, 'there is no file or folder m/nowhere']);
    expect(error.hint).toContain('-f');
  });

  test('A folder without manifests is invalid.', () => {
    write({ 'm/readme.txt': 'x', 'm/deep/core.yaml': CORE });
    const error = thrown(['m']);
    expect([error.exit, error.message]).toEqual([EXIT.invalid, 'there is no manifest in m']);
    expect(error.hint).toContain('-R');
  });

  test.each<[string, string | Uint8Array, string]>([
    ['a large file', 'x'.repeat(1_048_577), 'is larger than 1 MiB'],
    ['bytes that are no UTF-8', new Uint8Array([0x61, 0xff]), 'is not UTF-8 text'],
  ])('%s is refused, alone and in a folder', (_what, content, reason) => {
    write({ ...FOLDER, 'm/bad.yaml': content });
    expect(thrown(['m/bad.yaml']).message).toBe(`m/bad.yaml ${reason}`);
    expect(outcome(['m'])).toEqual([`m/bad.yaml:1:1: ${reason}`]);
  });

  test('A named pipe is refused, and nobody waits for its writer.', () => {
    write(FOLDER);
    execFileSync('mkfifo', ['m/pipe.yaml']);
    expect(outcome(['m'])).toEqual(['m/pipe.yaml:1:1: is not a regular file']);
    expect(thrown(['m/pipe.yaml']).message).toBe('m/pipe.yaml is not a regular file');
  });

  test('A link is followed inside its folder, and refused when it leads out of it or nowhere.', () => {
    write({ ...FOLDER, 'out/core.yaml': CORE });
    rmSync('m/strategies/core.yaml');
    symlinkSync('../parts', 'm/strategies/core.yaml');
    expect(outcome(['m'])).toEqual(['m/strategies/core.yaml:1:1: does not exist']);
    write({ 'm/parts': CORE });
    expect(outcome(['m'])).toEqual(BOTH);
    rmSync('m/strategies/core.yaml');
    symlinkSync('../../out/core.yaml', 'm/strategies/core.yaml');
    expect(outcome(['m'])).toEqual(['m/strategies/core.yaml:1:1: is outside the manifest folder m']);
  });
});

describe('Universe files stay in the manifest folder', () => {
  const FILE = 'm/strategies/mp.yaml:7:20 spec.universe.file: the universe file';

  test.each([
    ['by dots', '../../out.csv', 'out.csv'],
    ['by an absolute path', '/etc/passwd', '/etc/passwd'],
  ])('A path that leads out of it %s is refused.', (_what, file, shown) => {
    write({ ...FOLDER, 'out.csv': 'Symbol\nAAPL\n', 'm/strategies/mp.yaml': MP.replace('big.csv', file) });
    expect(outcome(['m'])).toEqual([`${FILE} ${shown} is outside the manifest folder m`]);
  });

  test('So is a link, a folder and a file that is too large.', () => {
    write({ ...FOLDER, 'out.csv': 'Symbol\nAAPL\n' });
    const shown = `${FILE} m/universes/big.csv`;
    rmSync('m/universes/big.csv');
    symlinkSync('../../out.csv', 'm/universes/big.csv');
    expect(outcome(['m'])).toEqual([`${shown} is outside the manifest folder m`]);
    rmSync('m/universes/big.csv');
    mkdirSync('m/universes/big.csv');
    expect(outcome(['m'])).toEqual([`${shown} is not a regular file`]);
    rmSync('m/universes/big.csv', { recursive: true });
    write({ 'm/universes/big.csv': `Symbol\n${'A\n'.repeat(600_000)}` });
    expect(outcome(['m'])).toEqual([`${shown} is larger than 1 MiB`]);
  });
});
