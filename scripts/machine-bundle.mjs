// The program in a simulated machine: its files, timers, clock, chance and broker are those of the simulation.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const here = (path) => join(root, 'proof/machine', path);

const REPLACED = {
  fs: 'modules/fs.ts',
  'fs/promises': 'modules/fs.ts',
  'graceful-fs': 'modules/fs.ts',
  'timers/promises': 'modules/timers-promises.ts',
  crypto: 'modules/crypto.ts',
  os: 'modules/os.ts',
  chokidar: 'modules/chokidar.ts',
};

/** What esbuild need not ask about: it asks for each import, of some thousand files. */
const NAMES = Object.keys(REPLACED).join('|');
const REPLACEABLE = new RegExp(`^(node:)?(${NAMES})$|/(simulated(-file)?|programs)[.]ts$`);

const simulated = {
  name: 'simulated',
  setup({ onResolve }) {
    onResolve({ filter: REPLACEABLE }, ({ path, importer }) => {
      if (importer.includes('/proof/machine/')) return undefined;
      const replaced = REPLACED[path.replace(/^node:/, '')];
      if (replaced !== undefined) return { path: here(replaced) };
      const [, own] = /\/((?:simulated(?:-file)?|programs)[.]ts)$/.exec(path) ?? [];
      return own === undefined ? undefined : { path: here(`modules/${own}`) };
    });
  },
};

/**
 * `changes`: `{ file, there, instead }`, files below src. Each text has to be there once, and only once: who changes src
 * is told, and takes no planted bug out unseen.
 */
function planted(changes) {
  const files = new Map();
  for (const change of changes) {
    const path = join(root, 'src', change.file);
    files.set(path, [...(files.get(path) ?? []), change]);
  }
  return {
    name: 'planted',
    setup({ onLoad, onEnd }) {
      const seen = new Set();
      for (const [path, own] of files)
        onLoad({ filter: new RegExp(`^${path.replace(/[^\w/]/g, '[$&]')}$`) }, () => {
          seen.add(path);
          return { contents: own.reduce(replaceOnce, readFileSync(path, 'utf8')), loader: 'ts' };
        });
      onEnd(() => {
        const missed = [...files.keys()].filter((path) => !seen.has(path));
        return { errors: missed.map((path) => ({ text: `${path} is not a part of the machine` })) };
      });
    },
  };
}

export function replaceOnce(text, { file, there, instead }) {
  const parts = text.split(there);
  if (parts.length === 2) return parts.join(instead);
  throw new Error(`src/${file} has ${parts.length - 1} times, and not once:\n${there}`);
}

/** Writes the bundle to `outfile`, of this repository. */
export async function bundleMachine(outfile, changes = []) {
  await build({
    absWorkingDir: root,
    entryPoints: ['proof/machine/main.ts'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Neither runs on a simulated machine; both are large.
    external: ['esbuild', '@alpacahq/alpaca-trade-api'],
    target: 'node20',
    outfile,
    sourcemap: changes.length === 0 ? 'external' : false,
    logLevel: 'warning',
    inject: [here('globals.ts')],
    plugins: [simulated, planted(changes)],
    banner: {
      js: [
        "import{createRequire as __requireFrom}from'node:module';",
        "import{fileURLToPath as __pathOf}from'node:url';",
        'const require=__requireFrom(import.meta.url);',
        'const __filename=__pathOf(import.meta.url);',
      ].join(''),
    },
  });
}
