/** A new strategy, from `hgctl init strategy` to its orders: docs/adding-a-strategy.md as it stands, and what goes wrong. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BUNDLE } from '../support/cli.ts';
import { project } from '../support/project.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Step {
  readonly command: string;
  readonly printed: readonly string[];
}

/** The commands of a page in their order, and what it says that they print. */
function stepsOf(page: string): Step[] {
  const blocks = [...page.matchAll(/^```console\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = '', ...printed] = text.trimEnd().split('\n');
        return { command, printed };
      }),
  );
}

/** `...` stands for any lines; Node marks its summary in one of two ways. */
function says(output: string, printed: readonly string[]): boolean {
  const escaped = printed.map((line) =>
    line === '...'
      ? '(?:.*\\n)*'
      : `${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/^# /, '(?:#|ℹ) ')}\\n`,
  );
  return new RegExp(`^${escaped.join('')}$`).test(`${output.trimEnd()}\n`);
}

/** A folder with the shipped manifests and nothing else, as a stranger has it. */
function strangersFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hgctl-new-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(ROOT, 'manifests'), join(folder, 'manifests'), { recursive: true });
  return folder;
}

/** Runs a line of a shell in which `npx hgctl` is the built program. */
function shell(folder: string, command: string): { status: number | null; output: string } {
  const bin = mkdtempSync(join(tmpdir(), 'hgctl-bin-'));
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${BUNDLE}" "$@"\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: folder,
      HGCTL_NOW: '2026-01-05T10:00:00-05:00',
    },
  });
  rmSync(bin, { recursive: true });
  return { status, output: `${stdout}${stderr}` };
}

const STEPS = stepsOf(readFileSync(join(ROOT, 'docs/adding-a-strategy.md'), 'utf8'));

describe('docs/adding-a-strategy.md', () => {
  test('has at most three steps.', () => {
    const headings =
      readFileSync(join(ROOT, 'docs/adding-a-strategy.md'), 'utf8').match(/^## \d+\. /gm) ?? [];
    expect(headings).toStrictEqual(['## 1. ', '## 2. ', '## 3. ']);
    expect(STEPS.map(({ command }) => command)).toStrictEqual([
      'npx hgctl init strategy trend',
      'node --test',
      'npx hgctl enable trend',
      'npx hgctl plan',
    ]);
  });

  test('works as it stands, in a folder that has nothing but manifests; the manifests stay valid.', () => {
    const folder = strangersFolder();
    for (const { command, printed } of STEPS) {
      const { status, output } = shell(folder, command);
      expect(status, output).toBe(0);
      expect(says(output, printed), `${command} printed:\n${output}`).toBe(true);
      expect(shell(folder, 'npx hgctl validate').output).toMatch(/^valid: /);
    }
  });
});

describe('a new strategy', () => {
  test('finds hgctl by name where it is installed, and its test names no place of this machine.', () => {
    const folder = strangersFolder();
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules/hgctl'));
    expect(shell(folder, 'npx hgctl init strategy trend').status).toBe(0);
    const text = readFileSync(join(folder, 'test/trend.test.mjs'), 'utf8');
    expect(text).toContain("register('hgctl/typescript', import.meta.url);");
    expect(text).not.toContain('file:');
    expect(shell(folder, 'node --test').output).toMatch(/pass 4\n/);
  });

  test('has a module that passes strict type checks, by the types beside it; a wrong answer does not.', () => {
    const folder = strangersFolder();
    shell(folder, 'npx hgctl init strategy trend');
    const file = join(folder, 'manifests/signals/trend.ts');
    const complaints = (): string[] => {
      const { NodeNext } = ts.ModuleKind;
      const options = {
        strict: true,
        noEmit: true,
        module: NodeNext,
        target: ts.ScriptTarget.ES2022,
        types: [],
      };
      return ts.getPreEmitDiagnostics(ts.createProgram([file], options)).map(({ code }) => String(code));
    };
    expect(complaints()).toStrictEqual([]);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace("'0%'", '0'));
    expect(complaints()).toHaveLength(1);
  });

  test('gets symbols that no other strategy has, also beside the one before.', async () => {
    const mine = project();
    expect((await mine.run('init', 'strategy', 'one')).code).toBe(0);
    expect((await mine.run('init', 'strategy', 'two')).code).toBe(0);
    expect((await mine.run('init', 'strategy', 'three', '--symbols', 'AAA, BBB')).code).toBe(0);
    expect((await mine.run('validate')).stdout).toContain('4 strategies');
    expect(mine.read('manifests/strategies/three.yaml')).toContain('{symbols: [AAA, BBB]}');
  });

  test('is turned off by an entry that leaves the others and the comments of the toggle file alone.', async () => {
    const mine = project();
    mine.write('manifests/strategy_toggle.yaml', `# mine\n${mine.read('manifests/strategy_toggle.yaml')}`);
    await mine.run('init', 'strategy', 'one');
    const text = mine.read('manifests/strategy_toggle.yaml');
    expect(text).toContain('# mine\nstrategies:\n  core:\n    enabled: true\n');
    expect(text).toContain('  one:\n    enabled: false\n');
  });

  test.each<[what: string, args: readonly string[], code: number, words: string]>([
    ['a name that a manifest has', ['core'], 8, 'the name core is taken by manifests/strategies/core.yaml:'],
    ['no name of a strategy', ['Trend'], 3, '"Trend" is no name of a strategy'],
    ['a path', ['../trend'], 3, '"../trend" is no name of a strategy'],
    ['a symbol that another has', ['one', '--symbols', 'AAA,VTI'], 8, 'VTI is in the universe of core'],
    ['no symbol', ['one', '--symbols', 'aaa'], 3, '"aaa" is no symbol'],
    ['no folder of manifests', ['one', '-f', 'manifests/account.yaml'], 3, 'needs one folder of manifests'],
    ['a file that is there', ['mine'], 8, 'already there: test/mine.test.mjs'],
    ['an entry of the toggle file', ['gone'], 8, 'has an entry gone already'],
  ])('is refused for %s, and nothing is written.', async (_, args, code, words) => {
    const mine = project();
    mine.write('test/mine.test.mjs', '// mine');
    mine.write(
      'manifests/strategy_toggle.yaml',
      mine
        .read('manifests/strategy_toggle.yaml')
        .replace('strategies:\n', 'strategies:\n  gone:\n    enabled: false\n'),
    );
    const before = mine.fingerprint('');
    const answer = await mine.run('init', 'strategy', ...args);
    expect(answer.stderr).toContain(words);
    expect(answer.code).toBe(code);
    expect(mine.fingerprint('')).toStrictEqual(before);
  });
});
