/** Makes one file of a TypeScript program, so that a test can run it in processes of its own. */
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Returns the path of the bundle, in `folder`. */
export function bundle(entry: string, folder: string): string {
  const outfile = join(folder, 'worker.mjs');
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: {
      js: [
        "import { createRequire as requireFrom } from 'node:module';",
        // Under names that no module of ours has.
        "import { fileURLToPath as pathOfThis } from 'node:url';",
        'const require = requireFrom(import.meta.url);',
        'const __filename = pathOfThis(import.meta.url);',
      ].join('\n'),
    },
  });
  return outfile;
}
