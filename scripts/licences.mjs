// Lists the licences of everything that is installed with hgctl, and refuses one that nobody has agreed to.
//   node scripts/licences.mjs           checks, and that docs/licences.md lists the same
//   node scripts/licences.mjs --write   writes docs/licences.md anew
// An argument that is a folder is looked at in the place of this one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whoever uses hgctl may use, change and pass on what is under one of these, if he keeps its notice. */
const ALLOWED = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'PSF-2.0',
]);

const args = process.argv.slice(2);
const root = args.find((arg) => !arg.startsWith('--')) ?? '.';
const list = join(root, 'docs/licences.md');
const packages = installed();
const refused = packages.filter(({ licence }) => !isAllowed(licence));
for (const { name, version, licence } of refused)
  console.error(
    `licences: ${name} ${version} is under ${licence || 'no licence'}, which is not in the list of scripts/licences.mjs`,
  );
if (refused.length > 0) process.exitCode = 1;
else if (args.includes('--write')) writeFileSync(list, document());
else if (!existsSync(list) || readFileSync(list, 'utf8') !== document()) {
  console.error(`licences: ${list} is not what is installed: node scripts/licences.mjs --write`);
  process.exitCode = 1;
} else console.log(`licences: ${packages.length} packages, all allowed`);

/** What the lock file installs without the packages of development. A name may be there in several versions. */
function installed() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, { dev, link }]) => path !== '' && !dev && !link)
    .map(([path, { version, license }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      // What the package itself says goes before what the registry says.
      licence: licenceIn(join(root, path, 'package.json')) ?? license ?? '',
    }))
    .sort((a, b) => (a.name < b.name || (a.name === b.name && a.version < b.version) ? -1 : 1));
}

/** Those for other systems are not there. */
function licenceIn(path) {
  if (!existsSync(path)) return undefined;
  const { license } = JSON.parse(readFileSync(path, 'utf8'));
  return typeof license === 'string' ? license : undefined;
}

/** `(MIT OR CC0-1.0)`: one of them is enough; of `MIT AND ISC` none may be strange. */
function isAllowed(licence) {
  const choices = licence.replace(/^\(|\)$/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((part) => ALLOWED.has(part)));
}

function document() {
  const rows = packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
  return [
    '# Licences',
    '',
    'Everything that is installed with hgctl, and its licence: made by `node scripts/licences.mjs --write` from',
    '`package-lock.json`, held by `test/licences.test.ts`. What is for development only is not part of it. Parts of these',
    'packages are in the bundle in `dist/`. hgctl itself is under the [MIT licence](../LICENSE).',
    '',
    `Allowed are ${[...ALLOWED].sort().join(', ')}.`,
    '',
    '| package | version | licence |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
