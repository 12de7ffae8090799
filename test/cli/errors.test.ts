import { mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { project, type Project } from '../support/project.ts';

/** What a person sees of trouble: what it is, at most one hint, and never a stack trace. */
async function trouble(mine: Project, ...words: readonly string[]) {
  const { code, stdout, stderr } = await mine.run(...words);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^error: /m);
  expect(stderr).not.toMatch(/^\s+at .+:\d+/m);
  return { code, stderr };
}

describe('Misuse ends with exit 3 and says what would be right:', () => {
  test.each([
    ['an unknown command', 'aply', 'did you mean apply?'],
    ['an unknown subcommand', 'journal verfy', 'did you mean verify?'],
    ['a command that is called otherwise elsewhere', 'delete strategy core', 'see hgctl --help'],
    ['an unknown option', 'plan --outptu json', 'did you mean --output?'],
    ['an option without its value', 'plan -o', 'argument missing'],
    ['a missing argument', 'get', "missing required argument 'kind'"],
    ['a missing option', 'adopt VTI --strategy core', '--reason'],
    ['an argument too many', 'status core', 'too many arguments'],
    ['an unknown kind', 'get postions', 'did you mean positions?'],
    ['a kind that is near to an abbreviation only', 'get pods', 'hint: one of: strategies, '],
    ['an unknown kind to describe', 'describe position VTI', 'one of: strategy'],
    ['an unknown format', 'get st -o jsn', 'did you mean json?'],
    ['a format that the command lacks', 'plan -o csv', 'one of: table, json'],
    ['a selector that is none', 'get st -l =', 'key=value'],
    ['an unknown colour mode', 'plan --color sometimes', 'auto, always, never'],
    [
      'an unknown colour mode of a command without colours',
      'status --color sometimes',
      'auto, always, never',
    ],
    ['a reason that says nothing', 'adopt VTI --strategy core --reason=', 'must not be empty'],
    ['an unknown manifest kind', 'schema Acount', 'did you mean Account?'],
    ['a side that is none', 'sim trade hold 1 VTI', 'one of: buy, sell'],
    ['a quantity that is none', 'sim trade buy 0 VTI', 'above zero'],
    ['a symbol that is none', 'sim trade buy 1 vti/', 'no symbol'],
    ['a price that is none', 'sim trade buy 1 VTI --price 0', 'above zero'],
    ['a truth that is none', 'resolve VTI --as me --reason x', 'one of: broker, books'],
    ['options that exclude each other', 'init --from-state x --unmanaged', 'exclude each other'],
  ])('%s.', async (_, line, help) => {
    const mine = project();
    const { code, stderr } = await trouble(mine, ...line.split(' '));
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining(help) as string });
    expect(mine.exists('data')).toBe(false);
  });

  test('describe of a name alone: its help shows how it is written.', async () => {
    const { code, stderr } = await trouble(project(), 'describe', 'core');
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('describe --help') as string,
    });
    expect((await project().run('describe', '--help')).stdout).toContain(
      '\n  hgctl describe strategy core\n',
    );
  });

  test('no command at all prints the help on stderr.', async () => {
    const { code, stdout, stderr } = await project().run();
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('Usage: hgctl');
  });

  test.each(['now', '2025-12-02T15:30:00', '2025-13-02T15:30:00Z'])(
    'HGCTL_NOW=%s is no instant.',
    async (now) => {
      const { code, stderr } = await trouble(project({ now }), 'plan');
      expect(code).toBe(3);
      expect(stderr).toContain('HGCTL_NOW');
    },
  );
});

describe('What does not exist ends with exit 6:', () => {
  test.each([
    ['plan -f nowhere', 'there is no file or folder nowhere'],
    ['apply --yes -f manifests -f nowhere.yaml', 'there is no file or folder nowhere.yaml'],
    ['validate -f manifests/account.yaml/x', 'there is no file or folder manifests/account.yaml/x'],
    ['get positions cor', 'did you mean core?'],
    ['describe strategy corr', 'did you mean core?'],
    ['events --strategy cor', 'did you mean core?'],
    ['logs --strategy cor', 'did you mean core?'],
    ['enable croe', 'did you mean core?'],
    ['adopt VTI --strategy cor --reason x', 'did you mean core?'],
    ['init --from-state nowhere.json', 'there is no file nowhere.json'],
  ])('%s.', async (line, help) => {
    const mine = project();
    const { code, stderr } = await trouble(mine, ...line.split(' '));
    expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringContaining(help) as string });
    expect(mine.exists('data')).toBe(false);
  });

  test('the default folder, when there is none.', async () => {
    const mine = project();
    mine.remove('manifests');
    const { code, stderr } = await trouble(mine, 'plan');
    expect(code).toBe(6);
    expect(stderr).toContain('there is no file or folder manifests');
  });
});

describe('Manifests that are not valid end with exit 4:', () => {
  test('all problems of all files at once, with their places.', async () => {
    const mine = project();
    mine.write(
      'manifests/strategies/core.yaml',
      mine
        .read('manifests/strategies/core.yaml')
        .replace('"50%"', '"fifty"')
        .replace('"maxPositions"', '"maxPosition"'),
    );
    mine.write(
      'manifests/account.yaml',
      mine.read('manifests/account.yaml').replace('"always-open"', '"always"'),
    );
    const { code, stderr } = await trouble(mine, 'apply', '--yes');
    expect(code).toBe(4);
    expect(stderr).toMatch(/manifests\/account\.yaml:\d+:\d+ spec\.broker\.clock/);
    expect(stderr).toMatch(/manifests\/strategies\/core\.yaml:\d+:\d+ .*weight: /);
    expect(stderr).toMatch(/manifests\/strategies\/core\.yaml:\d+:\d+ .*did you mean maxPositions/);
    expect(mine.exists('data')).toBe(false);
  });

  test('a symbol in two universes, with both owners.', async () => {
    const mine = project({
      strategies: { core: { targets: { VTI: '10%', XOM: '5%' } }, pairs: { targets: { XOM: '5%' } } },
    });
    const { code, stderr } = await trouble(mine, 'plan');
    expect(code).toBe(4);
    expect(stderr).toMatch(/XOM.*core.*pairs|XOM.*pairs.*core|(core|pairs).*XOM.*(core|pairs)/);
  });

  test('a folder without a manifest.', async () => {
    const mine = project();
    mkdirSync(mine.path('empty'));
    const { code, stderr } = await trouble(mine, 'plan', '-f', 'empty');
    expect(code).toBe(4);
    expect(stderr).toContain('there is no manifest in empty');
  });

  test('manifests without an account.', async () => {
    const { code, stderr } = await trouble(project(), 'plan', '-f', 'manifests/strategies/core.yaml');
    expect(code).toBe(4);
    expect(stderr).toContain('Account');
  });

  test('a missing toggle file.', async () => {
    const mine = project();
    mine.remove('manifests/strategy_toggle.yaml');
    const { code, stderr } = await trouble(mine, 'plan');
    expect(code).toBe(4);
    expect(stderr).toContain('strategy_toggle.yaml');
  });

  test('a link that leads to itself.', async () => {
    const mine = project();
    symlinkSync('loop.yaml', mine.path('loop.yaml'));
    const { code, stderr } = await trouble(mine, 'plan', '-f', 'loop.yaml');
    expect(code).toBe(4);
    expect(stderr).toContain('loop.yaml cannot be read');
  });

  test('a link that leads to itself inside the folder.', async () => {
    const mine = project();
    symlinkSync('loop.yaml', mine.path('manifests/loop.yaml'));
    const { code, stderr } = await trouble(mine, 'plan');
    expect(code).toBe(4);
    expect(stderr).toContain('manifests/loop.yaml');
  });

  test('a price file that is malformed, with its line.', async () => {
    const mine = project({ account: { prices: { type: 'csv', folder: 'prices' } } });
    mine.write('manifests/prices/VTI.csv', 'date,close\n2025-12-01,250\n2025-12-02,much\n');
    const { code, stderr } = await trouble(mine, 'plan');
    expect(code).toBe(4);
    expect(stderr).toMatch(/VTI\.csv:3: "much" is not a price/);
  });
});

test('Manifests come from standard input with -f -.', async () => {
  const mine = project();
  const text = [
    'manifests/account.yaml',
    'manifests/strategies/core.yaml',
    'manifests/strategy_toggle.yaml',
  ].map((name) => mine.read(name));
  const { code, stdout } = await mine.given(text.join('---\n')).run('validate', '-f', '-');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('(core)') as string });
  expect(await mine.given('').run('validate', '-f', '-')).toMatchObject({ code: 4 });
});

test('A stack trace appears with --debug only.', async () => {
  const mine = project();
  expect((await mine.run('get', 'nothing', '--debug')).stderr).toMatch(/^\s+at .+:\d+/m);
});

test('Help and version go to stdout with exit 0.', async () => {
  const mine = project();
  for (const words of [['--help'], ['apply', '--help'], ['help', 'get'], ['version'], ['--version']]) {
    const { code, stdout, stderr } = await mine.run(...words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/hgctl|\d+\.\d+\.\d+/);
  }
});

test('A toggle file that is no YAML is one problem.', async () => {
  const mine = project();
  mine.write('manifests/strategy_toggle.yaml', 'strategies:\n  core: [\n');
  const { code, stderr } = await trouble(mine, 'validate');
  expect(code).toBe(4);
  expect(stderr).toContain('the manifests have 1 problem;');
});
