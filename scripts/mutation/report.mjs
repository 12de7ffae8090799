/**
 * `docs/mutation.md`: a row for each file, of the run that looked at it last, and what survived. Rows of other files
 * stay, so that the core can be gone through in parts.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { explain, reasons } from './survivors.mjs';

const REPORT = 'docs/mutation.md';

const HEAD = `# Mutation testing

Made by \`npm run mutate\`; do not edit. [CONTRIBUTING.md](../CONTRIBUTING.md#mutation-testing) says how it is read.
A score counts the mutants that a test has killed, those that no longer ended among them. *Equivalent* are mutants that
change nothing that can be seen: their reason stands in the source, at \`Stryker disable\`, and below; they do not count.
*Source* is the beginning of the file's SHA-256: a file with another one has changed since.
Why the others are left is said below, line by line, out of \`scripts/mutation/survivors/\`.
`;
const COLUMNS =
  '| file | mutants | killed | survived | not reached | equivalent | score | date | commit | source |';

/** @returns rows by file; empty without a report */
export function reported() {
  if (!existsSync(REPORT)) return new Map();
  const rows = readFileSync(REPORT, 'utf8').matchAll(/^\| (src\/\S+) \| (.+) \|$/gm);
  return new Map([...rows].map(([, file, cells]) => [file, row(file, cells.split(' | '))]));
}

function row(file, [mutants, killed, survived, missed, equivalent, , date, commit, source]) {
  const counts = { mutants, killed, survived, missed, equivalent };
  const numbers = Object.entries(counts).map(([name, text]) => [name, Number(text)]);
  return { file, ...Object.fromEntries(numbers), date, commit, source };
}

/** @param results lines of the reporter, of one file */
export function counted(file, results) {
  const of = (...status) => results.filter((one) => status.includes(one.status)).length;
  const equivalent = of('Ignored');
  return {
    file,
    mutants: results.length - equivalent,
    killed: of('Killed', 'Timeout', 'RuntimeError', 'CompileError'),
    survived: of('Survived'),
    missed: of('NoCoverage'),
    equivalent,
  };
}

export const score = ({ mutants, killed }) => (mutants === 0 ? 100 : (100 * killed) / mutants);

export const digest = (file) => createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);

/** Replaces the rows and lists of the files that are keys of `sources`, which has their digests. */
export function writeReport(results, { date, commit, sources }) {
  const rows = reported();
  const left = listed();
  for (const [file, source] of sources) {
    const own = results.filter((one) => one.file === file);
    rows.set(file, { ...counted(file, own), date, commit, source });
    left.set(file, own.flatMap(line));
  }
  const kept = [...rows.values()].filter(({ file }) => existsSync(file)).toSorted(by);
  const known = reasons();
  const lists = kept.flatMap((row) => section(row, left.get(row.file) ?? [], known.get(row.file)));
  writeFileSync(
    REPORT,
    [HEAD, ...table(kept), '', '## What is left', '', ...lists].join('\n').trimEnd() + '\n',
  );
}

/**
 * @returns what has no reason (`open`), and what gives one for nothing (`unused`), a line of text each, of the files that
 * are as their row has them
 */
export function unexplained() {
  const known = reasons();
  const left = listed();
  const rows = [...reported().values()].filter((row) => existsSync(row.file) && isCurrent(row));
  const of = ({ file }) => explain(left.get(file) ?? [], readFileSync(file, 'utf8'), known.get(file));
  return {
    open: rows.flatMap((row) => of(row).open.map(({ line, mutator }) => `${row.file}:${line} ${mutator}`)),
    unused: rows.flatMap((row) => of(row).unused.map((text) => `${row.file}: ${text}`)),
  };
}

export const isCurrent = ({ file, source }) => source === digest(file);

const by = (a, b) => (a.file < b.file ? -1 : 1);

function table(rows) {
  const sum = (name) => rows.reduce((total, one) => total + one[name], 0);
  const all = { mutants: sum('mutants'), killed: sum('killed'), survived: sum('survived') };
  const total = { ...all, missed: sum('missed'), equivalent: sum('equivalent') };
  const cells = (one) =>
    `${one.mutants} | ${one.killed} | ${one.survived} | ${one.missed} | ${one.equivalent} | ${score(one).toFixed(1)} %`;
  return [
    `**${score(total).toFixed(1)} %** of ${total.mutants} mutants in ${rows.length} files.`,
    '',
    COLUMNS,
    COLUMNS.replaceAll(/[a-z ]+/g, '---'),
    ...rows.map((one) => `| ${one.file} | ${cells(one)} | ${one.date} | ${one.commit} | ${one.source} |`),
  ];
}

function line({ line: at, column, mutator, replacement, status, reason }) {
  const place = `- ${at}:${column} ${mutator} \`${replacement.replaceAll(/\s+/g, ' ').slice(0, 80)}\``;
  if (status === 'Survived') return [place];
  if (status === 'NoCoverage') return [`${place}, not reached`];
  return status === 'Ignored' ? [`${place}, equivalent: ${reason}`] : [];
}

function section(row, lines, entries) {
  if (lines.length === 0) return [];
  return [`### ${row.file}`, '', ...lines, '', ...(isCurrent(row) ? why(row.file, lines, entries) : [])];
}

/** A reason is said once for all survivors of a line that share it. */
function why(file, lines, entries) {
  const { explained } = explain(lines, readFileSync(file, 'utf8'), entries);
  return [...new Set(explained.map((one) => `Line ${one.line}: ${one.why.trim()}`))].flatMap((text) => [
    text,
    '',
  ]);
}

/** The lists of the report as it is, by file. */
function listed() {
  if (!existsSync(REPORT)) return new Map();
  const parts = readFileSync(REPORT, 'utf8').split(/^### /m).slice(1);
  return new Map(
    parts.map((part) => [part.split('\n')[0], part.split('\n').filter((one) => one.startsWith('- '))]),
  );
}
