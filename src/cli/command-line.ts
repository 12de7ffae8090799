/** The program without its process: arguments in, exit code out. Commands are declared here and loaded only when they run. */
import { EXIT, HgctlError, formatChain, type ExitCode } from '../domain/errors.ts';
import { runProgram } from './arguments.ts';
import { declareCommands } from './commands.ts';
import type { Io } from './io.ts';
import { harmless, printableLines } from './output/printable.ts';

export async function commandLine(args: readonly string[], terminal: Io): Promise<ExitCode> {
  const io = guarded(terminal);
  let exit: ExitCode = EXIT.done;
  const root = declareCommands(io, (code) => {
    exit = code;
  });
  try {
    const usage = await runProgram(root, args);
    return usage === EXIT.done ? exit : usage;
  } catch (error) {
    return explain(error, io.stderr, args.includes('--debug'));
  }
}

/** Messages quote files, people and brokers: none of them reaches a terminal as it is. */
function guarded(terminal: Io): Io {
  return {
    ...(terminal.clock && { clock: terminal.clock }),
    stdout: terminal.stdout,
    stderr: (text) => terminal.stderr(harmless(text)),
    environment: terminal.environment,
    ask: terminal.ask,
    stop: terminal.stop,
    // Asked late, as the terminal itself does.
    get isInteractive() {
      return terminal.isInteractive;
    },
    get stdoutIsTerminal() {
      return terminal.stdoutIsTerminal;
    },
    get columns() {
      return terminal.columns;
    },
  };
}

/** What, why, and what to do next; never a stack trace unless asked. */
function explain(error: unknown, stderr: (text: string) => void, debug: boolean): ExitCode {
  const trouble = error instanceof HgctlError ? error : systemTrouble(error);
  stderr(`${trouble === null ? 'bug' : 'error'}: ${printableLines(formatChain(trouble ?? error))}\n`);
  if (trouble?.hint !== undefined) stderr(`hint: ${printableLines(trouble.hint)}\n`);
  if (trouble === null)
    stderr('hint: this is a defect of hgctl; run the command again with --debug and report what it prints\n');
  if (debug && error instanceof Error && error.stack !== undefined) stderr(`${error.stack}\n`);
  return trouble?.exit ?? EXIT.bug;
}

/** What the operating system refuses is no defect: a full disk, missing permissions, a folder that went away. */
function systemTrouble(error: unknown): HgctlError | null {
  if (!(error instanceof Error) || !('syscall' in error)) return null;
  return new HgctlError(EXIT.refused, `the system refused: ${error.message}`, {
    hint: 'check free space, permissions and the working folder; what was acknowledged is kept',
  });
}
