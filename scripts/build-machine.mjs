// Bundles the program into a simulated machine: its files, timers, clock, chance and broker are those of the simulation.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(`../proof/machine/${path}`, import.meta.url));

const REPLACED = {
  fs: 'modules/fs.ts',
  'fs/promises': 'modules/fs.ts',
  'graceful-fs': 'modules/fs.ts',
  'timers/promises': 'modules/timers-promises.ts',
  crypto: 'modules/crypto.ts',
  os: 'modules/os.ts',
  chokidar: 'modules/chokidar.ts',
};

const simulated = {
  name: 'simulated',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path, importer }) => {
      if (importer.includes('/proof/machine/')) return undefined;
      const replaced = REPLACED[path.replace(/^node:/, '')];
      if (replaced !== undefined) return { path: here(replaced) };
      const [, broker] = /\/(simulated(?:-file)?[.]ts)$/.exec(path) ?? [];
      return broker === undefined ? undefined : { path: here(`modules/${broker}`) };
    });
  },
};

await build({
  entryPoints: { machine: 'proof/machine/main.ts' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  external: ['esbuild'],
  target: 'node20',
  outdir: 'dist/proof',
  sourcemap: 'external',
  logLevel: 'warning',
  inject: [here('globals.ts')],
  plugins: [simulated],
  banner: {
    js: [
      "import{createRequire as __requireFrom}from'node:module';",
      "import{fileURLToPath as __pathOf}from'node:url';",
      'const require=__requireFrom(import.meta.url);',
      'const __filename=__pathOf(import.meta.url);',
    ].join(''),
  },
});
