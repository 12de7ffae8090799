/** The tests of the core as one module, with what they test, and with the words of `harness.mjs` for those of vitest. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';

/** Folders whose tests run in one process and change nothing of it. */
const FOLDERS = ['acceptance', 'actions', 'laws', 'observed', 'reconciler'];
/** Those that talk to a server. */
const SERVED = ['test/acceptance/margin.test.ts'];

/** What `domain` does is stated by its own tests; elsewhere nearly every test reaches it, and each would be run. */
const foldersFor = (mutated) =>
  mutated.every((file) => file.includes('/src/domain/')) ? ['domain'] : FOLDERS;

const words = `export const { describe, expect, test, it, afterEach, onTestFinished, fc } = globalThis.mutationTests.words;`;

const ours = {
  name: 'words of the harness',
  setup(of) {
    of.onResolve({ filter: /^(vitest|@fast-check\/vitest)$/ }, () => ({ path: 'words', namespace: 'words' }));
    of.onLoad({ filter: /.*/, namespace: 'words' }, () => ({ contents: words }));
    of.onLoad({ filter: /\.test\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: `globalThis.mutationTests.of(${JSON.stringify(path)});${readFileSync(path, 'utf8')}`,
    }));
  },
};

/**
 * @param {string} to the file of the bundle, relative to the working folder, whose tests are taken
 * @param {readonly string[]} mutated absolute paths
 */
export async function bundleTests(to, mutated) {
  const files = foldersFor(mutated).flatMap((folder) =>
    readdirSync(`test/${folder}`)
      .filter((name) => name.endsWith('.test.ts'))
      .toSorted()
      .map((name) => `test/${folder}/${name}`)
      .filter((file) => !SERVED.includes(file)),
  );
  await build({
    stdin: {
      contents: files.map((file) => `import ${JSON.stringify(resolve(file))};`).join('\n'),
      resolveDir: process.cwd(),
    },
    // Stryker enters its sandbox after this has been loaded, and esbuild remembers the folder of before.
    absWorkingDir: process.cwd(),
    outfile: to,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    plugins: [ours],
  });
}
