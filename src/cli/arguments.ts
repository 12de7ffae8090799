/** The frame of the command line: every misuse is one line, a hint and exit code 3. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { EXIT, HgctlError, type ExitCode } from '../domain/errors.ts';
import { closest } from '../domain/suggest.ts';

export interface ProgramSettings {
  readonly name: string;
  readonly description: string;
  /** Where help goes: stdout when it was asked for, stderr when it stands for a missing command. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/**
 * An empty program. Add commands with `.command(...)`, which hands these settings on; `.addCommand(...)` does not.
 */
export function program(settings: ProgramSettings): Command {
  return new Command(settings.name)
    .description(settings.description)
    .exitOverride()
    .configureOutput({
      writeOut: settings.stdout,
      writeErr: settings.stderr,
      // Errors are thrown, and printed in one place with all others.
      outputError: () => undefined,
    })
    .showSuggestionAfterError(true)
    .allowExcessArguments(false);
}

/** Parser of an option that must say something. */
export function someText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

/**
 * Runs the action that the arguments name and waits for it. Misuse throws an {@link HgctlError} with exit code 3;
 * what an action throws passes through. The code is 0 after an action or after help that was asked for, and 3 when
 * help was shown for want of a command.
 */
export async function runProgram(root: Command, args: readonly string[]): Promise<ExitCode> {
  try {
    await root.parseAsync(helpAsked(args), { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    if (error.code === 'commander.help') return EXIT.usage;
    throw usageError(root, args, error);
  }
}

/** `help sim serve` is `sim serve --help`: Commander looks at the first name only, and shows the help of `sim`. */
function helpAsked(args: readonly string[]): readonly string[] {
  const [first, ...names] = args;
  return first === 'help' && names.length > 1 ? [...names, '--help'] : args;
}

/** Commander's text is `error: what`, with `(Did you mean this?)` on a second line; it calls `release` like `delete`. */
function usageError(root: Command, args: readonly string[], error: CommanderError): HgctlError {
  const [line = '', suggestion = ''] = error.message.split('\n');
  const given = /'([^']*)'$/.exec(line)?.[1] ?? '';
  const offered = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(suggestion)?.[1]?.split(', ') ?? [];
  const likely = closest(given, offered);
  return new HgctlError(EXIT.usage, line.replace(/^error: /, ''), {
    hint: likely === undefined ? `see ${helpOf(root, args)}` : `did you mean ${likely}?`,
  });
}

/** The help of the command that was meant, as far as the arguments name one. */
function helpOf(root: Command, args: readonly string[]): string {
  const names = [root.name()];
  let at: Command | undefined = root;
  for (const word of args) {
    at = at.commands.find((command) => command.name() === word);
    if (at === undefined) break;
    names.push(at.name());
  }
  return [...names, '--help'].join(' ');
}
