/** Calls the function of a user's module once, in a process of its own: it can neither hang nor change who calls. */
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModuleRequest, ProgramAnswer } from '../reconciler/ports.ts';
import { runProgram } from './run-program.ts';
import type { RunnerAnswer } from './runner-answer.ts';

/** MB: a module that asks for more ends, and not whatever else runs on this machine. */
const HEAP_MAX = 512;

interface Calling {
  /** The program `module-runner`. */
  readonly runner?: string;
  /** As for `runProgram`. */
  readonly stop?: AbortSignal;
}

/** Never rejects. */
export async function callModule(
  { path, name, input, timeout }: ModuleRequest,
  { runner = fileURLToPath(new URL('./module-runner.js', import.meta.url)), stop }: Calling = {},
): Promise<ProgramAnswer> {
  const flags = [`--max-old-space-size=${HEAP_MAX}`, '--enable-source-maps', '--no-warnings'];
  const argv = [process.execPath, ...flags, runner, path];
  const answer = await runProgram({ argv, folder: dirname(path), input, timeout }, stop);
  if (answer.kind === 'not-run') return answer;
  if (answer.kind === 'failed') return { kind: 'failed', reason: `${name}: ${answer.reason}` };
  const said = readAnswer(answer.output);
  if (said === undefined) return { kind: 'failed', reason: `${name}: it ended its process` };
  if (said.kind === 'returned') return { kind: 'ok', output: said.json };
  return { kind: 'failed', reason: `${shown(said.place, path, name)}: ${said.reason}` };
}

/** Undefined for what the runner has not written. */
function readAnswer(output: string): RunnerAnswer | undefined {
  try {
    return JSON.parse(output) as RunnerAnswer;
  } catch {
    return undefined;
  }
}

/** The module by the name that people gave it, other files as seen from here. */
function shown(place: string, path: string, name: string): string {
  if (place.startsWith(path)) return `${name}${place.slice(path.length)}`;
  const fromHere = relative(process.cwd(), place);
  return fromHere.startsWith('..') ? place : fromHere;
}
