/**
 * Mutation testing.
 *
 *   npm run mutate -- [FILES...]         mutates them, or the whole core, and writes their rows of docs/mutation.md
 *   npm run mutate -- --explain          writes the reasons of survivors there anew, and says which have none
 *   npm run mutate -- --changed [BASE]   what differs from its row there, or from the commit BASE, within 90 s: for CI
 *
 * The second cannot fail by chance, or because a machine is slow. Its tests are those of `npm test` with one seed; time
 * makes it see fewer mutants, never more survivors; and it fails only when so many have survived that the mutants that
 * it has not tried cannot mend it.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { coreFiles } from './mutation/core.mjs';
import { counted, digest, isCurrent, reported, score, unexplained, writeReport } from './mutation/report.mjs';
import { LINES } from './mutation/reporter.mjs';

const THRESHOLD = 90;
const CI_SECONDS = 90;
const SANDBOX = '.stryker-tmp';
const STRYKER = 'node_modules/@stryker-mutator/core/bin/stryker.js';

const git = (...words) => execFileSync('git', words, { encoding: 'utf8' }).trim();
const say = (text) => process.stdout.write(`${text}\n`);

async function mutate(wanted) {
  const core = coreFiles();
  const strange = wanted.filter((file) => !core.includes(file));
  if (strange.length > 0) {
    say(`${strange.join(', ')}: not of the core that is mutated (scripts/mutation/core.mjs).`);
    return 2;
  }
  const files = wanted.length === 0 ? core : wanted;
  // Of before: who mends tests and sources meanwhile does not change what is tried.
  const commit = git('rev-parse', '--short', 'HEAD');
  const sources = new Map(files.map((file) => [file, digest(file)]));
  const { ended, results } = await stryker(files, Infinity);
  if (!ended) return 1;
  writeReport(results, { date: new Date().toISOString().slice(0, 10), commit, sources });
  for (const file of files) sayCounts(counted(file, of(results, file)));
  return 0;
}

async function changed(base) {
  const rows = reported();
  const files = coreFiles().filter(base === undefined ? (file) => differs(rows.get(file)) : since(base));
  const without = coreFiles().filter((file) => !rows.has(file)).length;
  if (without > 0) say(`${without} files of the core have no row in docs/mutation.md yet.`);
  if (files.length === 0) {
    say('No mutated file of the core has changed.');
    return 0;
  }
  const { ended, untried, results } = await stryker(files, CI_SECONDS);
  if (!ended && untried.length === 0) {
    say(`In ${CI_SECONDS} s no mutant was tried of: ${files.join(', ')}`);
    return 0;
  }
  return judge(files, { results, untried, rows });
}

const differs = (row) => row !== undefined && !isCurrent(row);

function explain() {
  writeReport([], { sources: new Map() });
  const { open, unused } = unexplained();
  for (const one of open) say(`no reason: ${one}`);
  for (const one of unused) say(`a reason for nothing: ${one}`);
  return open.length + unused.length === 0 ? 0 : 1;
}

function since(base) {
  const names = git('diff', '--name-only', base, '--').split('\n');
  return (file) => names.includes(file);
}

/** A file whose row is below the threshold may not get worse; the campaign raises it. */
function judge(files, { results, untried, rows }) {
  const counts = files.map((file) => counted(file, of(results, file)));
  counts.forEach(sayCounts);
  if (untried.length > 0) say(`${CI_SECONDS} s were over: ${untried.length} mutants were not tried.`);
  const allowed = counts.map(({ file, mutants }) => {
    const share = Math.min(THRESHOLD, rows.has(file) ? score(rows.get(file)) : THRESHOLD);
    return (mutants + untried.filter((one) => one === file).length) * (1 - share / 100);
  });
  const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
  const alive = sum(counts.map(({ survived, missed }) => survived + missed));
  // Rows give whole counts, so a sum that should be whole is so but for the last digits of a double.
  if (alive <= sum(allowed) + 1e-6) return 0;
  say(
    `${alive} mutants survive where ${sum(allowed).toFixed(1)} may (${THRESHOLD} %, or the row of the file):`,
  );
  for (const one of results.filter(({ status }) => status === 'Survived' || status === 'NoCoverage'))
    say(`  ${one.file}:${one.line}:${one.column} ${one.mutator} ${one.replacement.slice(0, 80)}`);
  say(
    'Write a test that states what they break; CONTRIBUTING.md, "Mutation testing", says what else there is.',
  );
  return 1;
}

const of = (results, file) => results.filter((one) => one.file === file);

const sayCounts = (one) =>
  say(
    `${one.file}: ${score(one).toFixed(1)} % (${one.killed} of ${one.mutants}, ${one.equivalent} equivalent)`,
  );

/** First what is in `domain`: other tests hold it. */
async function stryker(files, seconds) {
  const isDomain = (file) => file.startsWith('src/domain/');
  const parts = [files.filter(isDomain), files.filter((file) => !isDomain(file))].filter(
    (part) => part.length > 0,
  );
  const deadline = performance.now() + seconds * 1_000;
  const runs = [];
  for (const part of parts) runs.push(await run(part, deadline));
  return {
    ended: runs.every((one) => one.ended),
    untried: runs.flatMap((one) => one.untried),
    results: runs.flatMap((one) => one.results),
  };
}

/** In a process group of its own, so that no runner outlives the deadline, or us. */
async function run(files, deadline) {
  mkdirSync('reports/mutation', { recursive: true });
  rmSync(LINES, { force: true });
  const child = spawn(process.execPath, [STRYKER, 'run', '--mutate', files.join(',')], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  setPriority(child.pid, 10);
  const kill = () => process.kill(-child.pid, 'SIGKILL');
  const stop = () => {
    kill();
    rmSync(SANDBOX, { recursive: true, force: true });
    process.exit(130);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const left = Math.max(1, deadline - performance.now());
  const timer = left === Infinity ? undefined : setTimeout(kill, left);
  const [code, signal] = await new Promise((resolve) => child.once('exit', (...how) => resolve(how)));
  clearTimeout(timer);
  process.off('SIGINT', stop).off('SIGTERM', stop);
  rmSync(SANDBOX, { recursive: true, force: true });
  if (code !== 0 && signal === null)
    throw new Error(`Stryker ended with ${code}; what it says stands above.`);
  return { ended: code === 0, ...told() };
}

function told() {
  if (!existsSync(LINES)) return { untried: [], results: [] };
  // A run that was cut short may end in the middle of a line.
  const [plan, ...lines] = readFileSync(LINES, 'utf8').split('\n').slice(0, -1);
  const results = lines.map((line) => JSON.parse(line));
  const known = new Set(results.map(({ id }) => id));
  const untried = JSON.parse(plan ?? '[]').filter(({ id }) => !known.has(id));
  return { untried: untried.map(({ file }) => file), results };
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--explain') process.exitCode = explain();
else process.exitCode = await (first === '--changed' ? changed(rest[0]) : mutate(process.argv.slice(2)));
