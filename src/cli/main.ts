#!/usr/bin/env node
/** Arguments in, exit code out. Commands are declared here and loaded only when they run. */
import module from 'node:module';
import { EXIT, HgctlError, formatChain, type ExitCode } from '../domain/errors.ts';
import { runProgram } from './arguments.ts';
import { declareCommands } from './commands.ts';
import { processIo } from './process-io.ts';

// Not on Node 20; on later ones it saves a fifth of the start.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

async function main(args: readonly string[]): Promise<ExitCode> {
  const io = processIo();
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

/** What, why, and what to do next; never a stack trace unless asked. */
function explain(error: unknown, stderr: (text: string) => void, debug: boolean): ExitCode {
  const isKnown = error instanceof HgctlError;
  stderr(`${isKnown ? 'error' : 'bug'}: ${formatChain(error)}\n`);
  if (isKnown && error.hint !== undefined) stderr(`hint: ${error.hint}\n`);
  if (!isKnown)
    stderr('hint: this is a defect of hgctl; run the command again with --debug and report what it prints\n');
  if (debug && error instanceof Error && error.stack !== undefined) stderr(`${error.stack}\n`);
  return isKnown ? error.exit : EXIT.bug;
}

process.exitCode = await main(process.argv.slice(2));
