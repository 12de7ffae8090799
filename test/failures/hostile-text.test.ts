/** Text that would make a terminal lie, wherever hgctl reads text: nothing that it prints does what the text says. */
import { describe, expect, test } from 'vitest';
import { harmless, printable, printableLines } from '../../src/cli/output/printable.ts';
import { renderJson, renderYaml } from '../../src/cli/output/formats.ts';
import { projectInProcess, type Project } from '../support/project.ts';

/** Clears the screen, turns text around, rings, colours, forges a line, goes back to its start, hides a letter. */
const EVIL = '\u001b[2J\u202eX\u0007\u009b31m\nerror: forged\r\u200bZ';

/** What of it must not reach a terminal. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]|^(?:error|hint): forged/m;

const COMMAND = (script: string): object => ({
  signal: { type: 'command', params: { argv: ['sh', '-c', script, EVIL] } },
});

async function everywhere(): Promise<Project> {
  const mine = projectInProcess({
    strategies: {
      core: { targets: { VTI: '5' }, labels: { team: EVIL, [EVIL]: 'x' }, spec: { description: EVIL } },
      words: { universe: ['BND'], spec: COMMAND('cat words >&2; exit 3') },
      symbols: { universe: ['GLD'], spec: COMMAND('cat symbols') },
    },
  }).with({ USER: EVIL });
  mine.write('manifests/strategies/words', EVIL);
  mine.write(
    'manifests/strategies/symbols',
    JSON.stringify({ version: 1, targets: [{ symbol: EVIL, quantity: '1' }] }),
  );
  const toggles = 'manifests/strategy_toggle.yaml';
  mine.write(toggles, mine.read(toggles).replace('"test"', JSON.stringify(EVIL)));
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  await mine.run('suspend', 'core', '--reason', EVIL);
  await mine.run('halt', '--reason', EVIL);
  return mine;
}

async function expectHarmless(mine: Project, commands: readonly (readonly string[])[]): Promise<void> {
  for (const args of commands) {
    const { code, stdout, stderr } = await mine.run(...args);
    expect({ args, code, stdout, stderr }).not.toMatchObject({ code: 70 });
    // Lines of csv end by CR LF.
    for (const text of [stdout.replaceAll('\r\n', '\n'), stderr])
      expect(OBEYED.exec(text), `${args.join(' ')}: ${JSON.stringify(text)}`).toBeNull();
  }
}

const words = (text: string): string[] => text.split(' ');

test('Text of manifests, operators and programs is shown and never obeyed, by any command that shows it.', async () => {
  const mine = await everywhere();
  const looks = [
    ...['table', 'wide', 'yaml', 'json', 'csv', 'name'].map((format) => `get st -o ${format}`),
    ...['describe strategy core', 'describe strategy words', 'describe strategy symbols', 'status', 'plan'],
    ...['get events', 'events -o json', 'logs', 'logs -o json', 'why words BND', 'health', 'report eod'],
    ...['apply --yes', 'resume core', 'unhalt --reason x'],
  ];
  await expectHarmless(mine, looks.map(words));
});

test('What was typed is shown and never obeyed when it is refused.', async () => {
  const mine = projectInProcess();
  await expectHarmless(mine, [
    ['plan', '-f', EVIL],
    ['plan', '--data', EVIL],
    ['plan', '-o', EVIL],
    ['get', EVIL],
    ['get', 'st', '-l', EVIL],
    ['enable', EVIL],
    ['describe', 'strategy', EVIL],
    ['logs', '--strategy', EVIL],
    ['events', '--since', EVIL],
    ['init', '--from-state', EVIL],
    ['adopt', EVIL, '--strategy', 'core', '--reason', 'x'],
    [EVIL],
    [`--${EVIL}`],
  ]);
});

describe('A file of the data folder that somebody has written in', () => {
  const looks = ['status', 'plan', 'apply --yes', 'import-state', 'rebuild --from-journal', 'health'].map(
    words,
  );

  test.each<readonly [what: string, file: string, text: (before: string) => string]>([
    [
      'names no position',
      'strategy_positions.json',
      (before) => before.replace('"VTI": {', `"VTI": {}, ${JSON.stringify(EVIL)}: {`),
    ],
    [
      'has other keys',
      'strategy_positions.json',
      (before) => `{${JSON.stringify(EVIL)}: 1,${before.slice(1)}`,
    ],
    ['is no JSON', 'strategy_positions.json', () => `{"a": ${EVIL}`],
    ['is no account', 'broker.json', () => EVIL],
  ])('and that %s', async (_, file, text) => {
    const mine = projectInProcess({ strategies: { core: { targets: { VTI: '5' } } } });
    await mine.run('apply', '--yes');
    mine.write(`data/${file}`, text(mine.read(`data/${file}`)));
    await expectHarmless(mine, looks);
  });

  test('and that is a line of the log', async () => {
    const mine = projectInProcess();
    const line = { level: 'info', time: '2025-12-02T15:30:00-05:00', strategy: EVIL, msg: EVIL };
    mine.write('data/logs/hgctl-2025-12-02.jsonl', `${JSON.stringify(line)}\n${EVIL}\n`);
    await expectHarmless(mine, [['logs'], ['logs', '-o', 'json']]);
    expect((await mine.run('logs')).stdout).toContain('\\u001b[2J\\u202eX');
  });
});

test('A manifest whose file has such a name is told by a name that is plain.', async () => {
  const mine = projectInProcess();
  mine.write('manifests/strategies/a\u001b[2J\nerror: forged.yaml', 'kind: [');
  await expectHarmless(mine, ['validate', 'plan', 'status', 'apply --yes', 'halt --reason x'].map(words));
});

describe('the last look before a terminal', () => {
  test.each([
    ['plain text with lines', 'a\n  b\r\n', 'a\n  b\r\n'],
    ['our colours', '\u001b[31m- x\u001b[39m', '\u001b[31m- x\u001b[39m'],
    ['a line that is drawn again', '\r\u001b[K10 %', '\r\u001b[K10 %'],
    ['a colour that hides', '\u001b[8mx', '\\u001b[8mx'],
    ['a return to the start of the line', 'real\rfake', 'real\\rfake'],
    ['another erasure', '\u001b[K\u001b[2K', '\\u001b[K\\u001b[2K'],
    ['letters that nobody sees', 'a\u{e0041}\u200b', 'a\\udb40\\udc41\\u200b'],
  ])('of %s', (_, text, seen) => {
    expect(harmless(text)).toBe(seen);
  });

  test('lets no text pass for a line of ours', () => {
    expect(printableLines('no file x\nhint: all is well\n  y')).toBe('no file x\n  hint: all is well\n  y');
  });

  test('and data for programs read back as they were', async () => {
    const value = { [EVIL]: [EVIL, 'a\u{e0041}\u2067b'] };
    for (const text of [renderJson(value), await renderYaml(value)]) {
      expect(JSON.parse(text)).toEqual(value);
      expect(printable(text.replaceAll('\n', ''))).toBe(text.replaceAll('\n', ''));
    }
  });
});
