// Bundles the command line into dist/. Splitting keeps `hgctl --help` from loading what only `apply` needs.
import { build } from 'esbuild';
import { chmodSync, existsSync, rmSync } from 'node:fs';

const bench = process.argv.includes('--bench');
const entryPoints = {
  hgctl: 'src/cli/main.ts',
  // Beside it, so that a test can run the same program without a process for each command.
  'command-line': 'src/cli/command-line.ts',
  'module-runner': 'src/programs/module-runner.ts',
  'typescript-hook': 'src/programs/typescript-hook.ts',
};
if (bench && existsSync('bench/main.ts')) {
  entryPoints['bench/main'] = 'bench/main.ts';
  entryPoints['bench/soak'] = 'bench/soak-main.ts';
}

const proof = process.argv.includes('--proof');
if (proof) entryPoints['proof/main'] = 'proof/main.ts';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  // Has a native program beside it, and is loaded only where a module is in TypeScript.
  external: ['esbuild'],
  target: 'node20',
  outdir: 'dist',
  sourcemap: 'external',
  logLevel: 'warning',
  // CommonJS packages inside an ES module bundle call `require` and name themselves by `__filename`.
  banner: {
    js: [
      "import{createRequire as __requireFrom}from'node:module';",
      "import{fileURLToPath as __pathOf}from'node:url';",
      'const require=__requireFrom(import.meta.url);',
      'const __filename=__pathOf(import.meta.url);',
    ].join(''),
  },
});
chmodSync('dist/hgctl.js', 0o755);
if (proof) await import('./build-machine.mjs');
