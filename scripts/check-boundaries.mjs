// Holds the import table of ARCHITECTURE.md. A cruiser that saw no modules reports no violations either,
// so this first asserts that every TypeScript file of src was seen.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const files = readdirSync('src', { recursive: true }).filter((name) => String(name).endsWith('.ts'));
const args = [
  'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
  '--config',
  '.dependency-cruiser.cjs',
];
let text;
try {
  text = execFileSync(process.execPath, [...args, '--output-type', 'json', 'src'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
} catch (error) {
  text = error.stdout;
  if (!text) throw error;
}
const { modules, summary } = JSON.parse(text);
const seen = new Set(
  modules.map((module) => module.source).filter((source) => /^src\/.*[.]ts$/.test(source)),
);
const unseen = files
  .map((name) => `src/${String(name).replaceAll('\\', '/')}`)
  .filter((name) => !seen.has(name));
if (files.length === 0 || unseen.length > 0) {
  console.error(
    `boundaries: the check did not see ${unseen.length} of ${files.length} modules: ${unseen.join(', ')}`,
  );
  process.exit(1);
}
const errors = summary.violations.filter((violation) => violation.rule.severity === 'error');
for (const { rule, from, to } of errors) console.error(`boundaries: ${rule.name}: ${from} -> ${to}`);
if (errors.length > 0) process.exit(1);
console.log(
  `boundaries: ${seen.size} modules, ${summary.totalDependenciesCruised} dependencies, no violation`,
);
