/** A user's module in a process of its own: whatever it does, there is an answer, and it is told where it went wrong. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callModule } from '../../src/programs/call-module.ts';
import type { ProgramAnswer } from '../../src/reconciler/ports.ts';

const RUNNER = fileURLToPath(new URL('../../dist/module-runner.js', import.meta.url));
const NONE = JSON.stringify({ version: 1, targets: [] });

interface Files {
  readonly [name: string]: string;
}

/** Calls the first of the files, which people know as `signals/NAME`. */
async function call(files: Files, input: object = {}, timeout = 30_000): Promise<ProgramAnswer> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hgctl-module-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const [name = ''] = Object.keys(files);
  const answer = await callModule(
    { path: join(folder, name), name: `signals/${name}`, input: JSON.stringify(input), timeout },
    { runner: RUNNER },
  );
  // Files beside the module are shown with their whole path.
  return JSON.parse(JSON.stringify(answer).replaceAll(folder, '<folder>')) as ProgramAnswer;
}

describe('a module that answers', () => {
  test.each([
    ['mine.js', 'export default () => ({ version: 1, targets: [] });'],
    ['mine.mjs', 'export default async () => ({ version: 1, targets: [] });'],
    ['mine.ts', 'export default (_: { readonly now: string }): object => ({ version: 1, targets: [] });'],
    ['mine.mts', 'enum Version { One = 1 }\nexport default () => ({ version: Version.One, targets: [] });'],
  ])('%s: what its function returns is the answer', async (name, text) => {
    expect(await call({ [name]: text })).toStrictEqual({ kind: 'ok', output: NONE });
  });

  test('is handed the context', async () => {
    const files = { 'mine.js': 'export default ({ config }) => config.list;' };
    expect(await call(files, { config: { list: [1, 'two', null] } })).toStrictEqual({
      kind: 'ok',
      output: '[1,"two",null]',
    });
  });

  test('may import files beside it', async () => {
    const files = {
      'mine.ts': "import { none } from './parts.ts';\nexport default () => none;",
      'parts.ts': 'export const none: object = { version: 1, targets: [] };',
    };
    expect(await call(files)).toStrictEqual({ kind: 'ok', output: NONE });
  });

  test('may print as it likes, and leave timers behind', async () => {
    const text = `
      process.stdout.write('{"kind":"returned","json":"[]"}');
      setInterval(() => undefined, 1_000);
      export default () => { console.log('x'.repeat(3_000_000)); return { version: 1, targets: [] }; };`;
    expect(await call({ 'mine.js': text })).toStrictEqual({ kind: 'ok', output: NONE });
  });
});

describe('a module that does not answer is told with its place:', () => {
  const returns = (value: string): string => `export default () => (${value});`;
  test.each<[what: string, files: Files, reason: string]>([
    [
      'TypeScript that is no program',
      { 'mine.ts': 'const a: number = 1;\nexport default (: a) => a;' },
      'signals/mine.ts:2:17: Unexpected ":"',
    ],
    [
      'JavaScript that is no program',
      { 'mine.mjs': 'const a = 1;\nexport default (: a) => a;' },
      'signals/mine.mjs:2:17: Unexpected ":"',
    ],
    [
      'a mistake in a file that it imports',
      { 'mine.ts': "import './parts.ts';\nexport default () => 1;", 'parts.ts': 'const = 1;' },
      '<folder>/parts.ts:1:7: Expected identifier but found "="',
    ],
    [
      'an error of the function',
      {
        'mine.ts':
          "interface None {}\nexport default (context: None) => {\n  throw new RangeError('no data');\n};",
      },
      'signals/mine.ts:3:9: RangeError: no data',
    ],
    [
      'an error of a promise',
      { 'mine.js': "export default async () => {\n  await null;\n  throw new Error('late');\n};" },
      'signals/mine.js:3:9: Error: late',
    ],
    [
      'an error while it is loaded',
      { 'mine.js': 'export default () => 1;\nnull.x;' },
      "signals/mine.js:2:6: TypeError: Cannot read properties of null (reading 'x')",
    ],
    [
      'what is no error',
      { 'mine.js': "export default () => { throw 'a word'; };" },
      'signals/mine.js: it threw a word',
    ],
    [
      'no default export',
      { 'mine.js': 'export const a = 1;' },
      'signals/mine.js: its default export is no function',
    ],
    [
      'another export',
      { 'mine.js': 'export default { a: 1 };' },
      'signals/mine.js: its default export is no function',
    ],
    ['nothing', { 'mine.js': returns('undefined') }, 'signals/mine.js: it returned undefined, no targets'],
    ['NaN', { 'mine.js': returns('{ version: 0 / 0 }') }, 'signals/mine.js: its answer has NaN as "version"'],
    [
      'a change of what it was handed',
      { 'mine.js': 'export default (context) => {\n  context.more = 1;\n};' },
      'signals/mine.js:2:16: TypeError: Cannot add property more, object is not extensible',
    ],
    [
      'the end of its process',
      { 'mine.js': 'export default () => process.exit(0);' },
      'signals/mine.js: it ended its process',
    ],
    [
      'another exit code',
      { 'mine.js': "export default () => { console.error('why'); process.exit(3); };" },
      'signals/mine.js: it ended with exit code 3: why',
    ],
    [
      'an error outside of its function',
      {
        'mine.js':
          "setTimeout(() => { throw new Error('later'); });\nexport default () => new Promise(() => setInterval(() => 1, 50));",
      },
      'signals/mine.js:1:26: Error: later',
    ],
    [
      'an answer without end',
      { 'mine.js': returns("'x'.repeat(2_000_000)") },
      'signals/mine.js: it wrote more than 1048576 bytes',
    ],
  ])('%s', async (_, files, reason) => {
    const answer = await call(files);
    expect(answer.kind).toBe('failed');
    expect('reason' in answer && answer.reason).toContain(reason);
  });

  test.each([
    ['a loop without end', 'export default () => { for (;;); };'],
    [
      'a promise without end',
      'setInterval(() => 1, 50);\nexport default () => new Promise(() => undefined);',
    ],
    ['a loop while it is loaded', 'for (;;);\nexport default () => 1;'],
  ])('%s is ended at the time-out', async (_, text) => {
    expect(await call({ 'mine.js': text }, {}, 1_000)).toStrictEqual({
      kind: 'failed',
      reason: 'signals/mine.js: it did not end within 1 s',
    });
  });

  test('a promise that nothing will settle', async () => {
    const answer = await call({ 'mine.js': 'export default () => new Promise(() => undefined);' });
    expect(answer).toStrictEqual({ kind: 'failed', reason: 'signals/mine.js: its promise is never settled' });
  });

  test('it sees no secret of the environment', async () => {
    process.env['HGCTL_TEST_SECRET'] = 'secret';
    onTestFinished(() => {
      delete process.env['HGCTL_TEST_SECRET'];
    });
    const text = 'export default () => Object.keys(process.env).filter((name) => name.startsWith("HGCTL"));';
    expect(await call({ 'mine.js': text })).toStrictEqual({ kind: 'ok', output: '[]' });
  });
});
