/**
 * Lets Node import TypeScript: `register('hgctl/typescript', import.meta.url)` from `node:module`. Types are taken off
 * and not checked. The same on every Node, so that what runs on one machine runs on the other.
 */
import { readFile } from 'node:fs/promises';
import type { LoadHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transform, type Loader } from 'esbuild';

export const load: LoadHook = async (url, context, next) => {
  if (!/^file:.*\.m?ts$/.test(url)) return next(url, context);
  const file = fileURLToPath(url);
  const source = await toJavaScript(await readFile(file, 'utf8'), file, 'ts');
  return { format: 'module', source, shortCircuit: true };
};

/** Rejects with `file:line:column: what` where the text is no program. */
export async function toJavaScript(text: string, file: string, loader: Loader): Promise<string> {
  try {
    const { code } = await transform(text, {
      loader,
      format: 'esm',
      target: 'node20',
      sourcefile: file,
      sourcemap: 'inline',
      sourcesContent: false,
      logLevel: 'silent',
    });
    return code;
  } catch (error) {
    throw new SyntaxError(whereWrong(error, file), { cause: error });
  }
}

function whereWrong(error: unknown, file: string): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n').slice(1);
  const found = /:(\d+):(\d+): ERROR: (.*)$/.exec(line);
  if (found === null) return `${file}: ${error instanceof Error ? error.message : String(error)}`;
  const [, row = '', column = '', what = ''] = found;
  return `${file}:${row}:${Number(column) + 1}: ${what}`;
}
