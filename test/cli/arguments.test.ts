import { InvalidArgumentError, type Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { program, runProgram } from '../../src/cli/arguments.ts';
import { EXIT, HgctlError } from '../../src/domain/errors.ts';

interface Heard {
  readonly out: string[];
  readonly err: string[];
  readonly ran: string[];
}

function sample(): { root: Command; heard: Heard } {
  const heard: Heard = { out: [], err: [], ran: [] };
  const root = program({
    name: 'hgctl',
    description: 'Reconciles strategies',
    stdout: (text) => heard.out.push(text),
    stderr: (text) => heard.err.push(text),
  });
  root
    .command('get')
    .argument('<resource>')
    .argument('[name]')
    .option('-o, --output <format>', 'format')
    .option('--count <n>', 'how many', (text) => {
      if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A whole number is expected.');
      return Number(text);
    })
    .action((resource: string) => {
      heard.ran.push(resource);
    });
  root
    .command('apply')
    .requiredOption('-f, --filename <path>', 'manifests')
    .action(async () => {
      await Promise.resolve();
      heard.ran.push('apply');
    });
  root.command('fail').action(() => {
    throw new HgctlError(EXIT.broker, 'the broker does not answer');
  });
  root.command('crash').action(() => {
    throw new TypeError('a bug');
  });
  root.command('journal').command('verify').requiredOption('--from <date>', 'first day');
  return { root, heard };
}

describe('misuse is one line, a hint and exit code 3', () => {
  test.each([
    ['an unknown command', ['aply'], "unknown command 'aply'", 'did you mean apply?'],
    ['a command like none', ['frobnicate'], "unknown command 'frobnicate'", 'see hgctl --help'],
    [
      'an unknown option',
      ['get', 'orders', '--ouput', 'x'],
      "unknown option '--ouput'",
      'did you mean --output?',
    ],
    ['an unknown short option', ['get', 'orders', '-z'], "unknown option '-z'", 'see hgctl get --help'],
    [
      'a missing option of a command in a group',
      ['journal', 'verify'],
      "required option '--from <date>' not specified",
      'see hgctl journal verify --help',
    ],
    ['a missing argument', ['get'], "missing required argument 'resource'", 'see hgctl get --help'],
    [
      'an excess argument',
      ['get', 'orders', 'a', 'b'],
      "too many arguments for 'get'. Expected 2 arguments but got 3.",
      'see hgctl get --help',
    ],
    [
      'an option without its value',
      ['get', 'orders', '-o'],
      "option '-o, --output <format>' argument missing",
      'see hgctl get --help',
    ],
    [
      'a missing option',
      ['apply'],
      "required option '-f, --filename <path>' not specified",
      'see hgctl apply --help',
    ],
    [
      'a value out of range',
      ['get', 'orders', '--count', 'many'],
      "option '--count <n>' argument 'many' is invalid. A whole number is expected.",
      'see hgctl get --help',
    ],
    [
      'an unknown command of a command',
      ['journal', 'verfy'],
      "unknown command 'verfy'",
      'did you mean verify?',
    ],
  ])('%s', async (_, args, message, hint) => {
    const { root, heard } = sample();
    await expect(runProgram(root, args)).rejects.toMatchObject({
      name: 'HgctlError',
      exit: 3,
      message,
      hint,
    });
    expect(heard).toEqual({ out: [], err: [], ran: [] });
  });

  test.each([[[]], [['journal']]])('%j, a missing command, shows help on stderr', async (args) => {
    const { root, heard } = sample();
    expect(await runProgram(root, args)).toBe(EXIT.usage);
    expect(heard.err.join('')).toContain('Usage: hgctl');
    expect(heard.out).toEqual([]);
  });
});

describe('use', () => {
  test('runs the action, waits for it and is 0', async () => {
    const { root, heard } = sample();
    expect(await runProgram(root, ['apply', '-f', 'manifests'])).toBe(EXIT.done);
    expect(heard).toEqual({ out: [], err: [], ran: ['apply'] });
  });

  test.each([[['--help']], [['help']], [['get', '--help']]])(
    '%j shows help on stdout and is 0',
    async (args) => {
      const { root, heard } = sample();
      expect(await runProgram(root, args)).toBe(EXIT.done);
      expect(heard.out.join('')).toContain('Usage: hgctl');
      expect(heard.err).toEqual([]);
    },
  );

  test('help of a command in a group is that of the command', async () => {
    const { root, heard } = sample();
    expect(await runProgram(root, ['help', 'journal', 'verify'])).toBe(EXIT.done);
    expect(heard.out.join('')).toContain('Usage: hgctl journal verify');
    expect(heard.out.join('')).toContain('--from <date>');
  });

  test('lets the errors of an action through as they are', async () => {
    await expect(runProgram(sample().root, ['fail'])).rejects.toMatchObject({ exit: EXIT.broker });
    await expect(runProgram(sample().root, ['crash'])).rejects.toBeInstanceOf(TypeError);
  });
});
