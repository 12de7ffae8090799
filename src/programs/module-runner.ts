/**
 * The process that a user's module runs in: `module-runner.js FILE`, context on standard input, one answer on standard
 * output. What the module prints goes to standard error, so that it cannot be taken for the answer.
 */
import { Console } from 'node:console';
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RunnerAnswer } from './runner-answer.ts';

const STDIN = 0;

const answerOnce = process.stdout.write.bind(process.stdout);
Object.assign(process.stdout, { write: process.stderr.write.bind(process.stderr) });
globalThis.console = new Console(process.stderr, process.stderr);

const [, , file = ''] = process.argv;
/** Whatever the module has begun and not ended, ends here. */
function reply(answer: RunnerAnswer): void {
  answerOnce(JSON.stringify(answer), () => process.exit(0));
}

async function answer(): Promise<RunnerAnswer> {
  try {
    const context: unknown = JSON.parse(readFileSync(STDIN, 'utf8'));
    const main = await defaultExport();
    if (typeof main !== 'function')
      return { kind: 'failed', place: file, reason: 'its default export is no function' };
    return { kind: 'returned', json: jsonOf(await (main as Signal)(frozen(context))) };
  } catch (error) {
    return { kind: 'failed', ...(await describe(error)) };
  }
}

type Signal = (context: unknown) => unknown;

async function defaultExport(): Promise<unknown> {
  if (/ts$/.test(file)) register('./typescript-hook.js', import.meta.url);
  const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  return module.default;
}

/** Everybody reads the same: a function that changes what it was handed throws. */
function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

class BadAnswer extends Error {}

/** `JSON.stringify` alone would make `null` of what is no number. */
function jsonOf(answered: unknown): string {
  const text = JSON.stringify(answered, (key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new BadAnswer(`its answer has ${String(value)} as ${JSON.stringify(key)}`);
    return value;
  }) as string | undefined;
  if (text === undefined) throw new BadAnswer(`it returned ${typeof answered}, no targets`);
  return text;
}

interface Trouble {
  readonly place: string;
  readonly reason: string;
}

async function describe(error: unknown): Promise<Trouble> {
  if (!(error instanceof Error)) return { place: file, reason: `it threw ${String(error)}` };
  if (error instanceof BadAnswer) return { place: file, reason: error.message };
  if (error.name === 'SyntaxError') return syntaxTrouble(error);
  return { place: placeIn(error.stack ?? '') ?? file, reason: `${error.name}: ${error.message}` };
}

/** Node does not say where a JavaScript file is wrong; the compiler does. */
async function syntaxTrouble({ message }: Error): Promise<Trouble> {
  const known = placed(message);
  if (known !== undefined) return known;
  if (/ts$/.test(file)) return { place: file, reason: message };
  try {
    const { toJavaScript } = await import('./typescript-hook.ts');
    await toJavaScript(readFileSync(file, 'utf8'), file, 'js');
  } catch (error) {
    const found = error instanceof Error ? placed(error.message) : undefined;
    if (found !== undefined) return found;
  }
  return { place: file, reason: message };
}

function placed(message: string): Trouble | undefined {
  const found = /^(\/.*?:\d+:\d+): (.*)$/s.exec(message);
  return found === null ? undefined : { place: found[1] ?? file, reason: found[2] ?? '' };
}

/** The first line of the stack that is the user's: neither Node's nor this program's. */
function placeIn(stack: string): string | undefined {
  const own = fileURLToPath(import.meta.url);
  for (const [, path = '', position = ''] of stack.matchAll(
    /^ +at .*?((?:file:\/\/)?\/[^():]*)(:\d+:\d+)\)?$/gm,
  )) {
    const place = path.startsWith('file:') ? fileURLToPath(path) : path;
    if (place !== own && !place.includes('/node_modules/')) return `${place}${position}`;
  }
  return undefined;
}

process.once(
  'uncaughtException',
  (error) => void describe(error).then((trouble) => reply({ kind: 'failed', ...trouble })),
);
process.once('beforeExit', () =>
  reply({ kind: 'failed', place: file, reason: 'its promise is never settled' }),
);
reply(await answer());
