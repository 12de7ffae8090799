/** `npm run proof`: every part of it, two at a time, and what it has found. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatTable } from '../src/cli/output/table.ts';
import { hostile, replayHostile } from './hostile/part.ts';
import { invariantTable } from './invariants/table.ts';
import type * as Simulated from './machine/main.ts';
import type { Effort, Part, Report } from './part.ts';
import { planted } from './planted/part.ts';
import { processes, runProcesses } from './processes/processes.ts';
import { replayStates, states } from './states/states.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    form: { type: 'string', default: 'full' },
    minutes: { type: 'string' },
    /** A file whose figures are written anew. */
    write: { type: 'string' },
    json: { type: 'boolean', default: false },
    days: { type: 'string' },
    step: { type: 'string' },
    case: { type: 'string' },
    scope: { type: 'string' },
    path: { type: 'string' },
    fault: { type: 'string', multiple: true, default: [] },
  },
});

const MINUTE = 60_000;
/** Of `full`, the parts that share one of two lanes; min. */
const LANES: readonly (readonly (readonly [name: string, minutes: number])[])[] = [
  [
    ['crashes', 7.1],
    ['processes', 2.4],
  ],
  [
    ['planted', 4.6],
    ['hostile', 1.4],
    ['days', 0.8],
    ['states', 2.8],
  ],
];
/** min. */
const LONGEST = Math.max(...LANES.map(minutesOf));
const simulated = (await import(new URL('./machine.js', import.meta.url).href)) as typeof Simulated;
const PARTS: readonly Part[] = [simulated.crashes, simulated.days, states, processes, hostile, planted];

const seed = Number(values.seed);
const form = formOf(values.form);
const report = values.only === undefined ? await runAll() : await runOne(values.only);
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
else process.stdout.write(textOf(report));
if (values.write !== undefined) writeFigures(values.write, report);
process.exitCode = report.some(({ findings }) => findings.length > 0) ? 1 : 0;

interface Named extends Report {
  readonly name: string;
  readonly sentence: string;
  /** s. */
  readonly took: number;
}

function formOf(text: string): Effort['form'] {
  if (text === 'short' || text === 'full' || text === 'long') return text;
  throw new Error(`--form is short, full or long, not ${text}`);
}

async function runOne(name: string): Promise<readonly Named[]> {
  const part = PARTS.find((one) => one.name === name);
  if (part === undefined)
    throw new Error(`no part is called ${name}: ${PARTS.map((one) => one.name).join(', ')}`);
  const begun = performance.now();
  const deadline = values.minutes === undefined ? Infinity : begun + Number(values.minutes) * MINUTE;
  const effort = {
    seed,
    form,
    deadline,
    tell: (line: string): void => void process.stderr.write(`${line}\n`),
  };
  const found = await runPart(part, effort);
  return [{ name, sentence: part.sentence, ...found, took: Math.round((performance.now() - begun) / 1_000) }];
}

function runPart(part: Part, effort: Effort): Promise<Report> {
  if (values.step !== undefined) return simulated.replayCrash(seed, values.step, values.fault);
  if (values.days !== undefined) return simulated.runDays(effort, Number(values.days));
  if (values.case !== undefined && part === hostile) return replayHostile(effort, values.case);
  if (values.case !== undefined) return runProcesses(effort, values.case);
  if (values.scope !== undefined) return replayStates(values.scope, values.path ?? '');
  return part.run(effort);
}

async function runAll(): Promise<readonly Named[]> {
  const share = (minutes: number): number => {
    const all = values.minutes === undefined ? 1 : Number(values.minutes) / LONGEST;
    return minutes * all;
  };
  const lanes = LANES.map(async (lane) => {
    const found: Named[] = [];
    const end = performance.now() + share(minutesOf(lane)) * MINUTE;
    for (const [index, [name]] of lane.entries()) {
      // What earlier parts have not needed is there for the later ones.
      const left = (end - performance.now()) / MINUTE - share(minutesOf(lane.slice(index + 1)));
      found.push(...(await runApart(name, left)));
    }
    return found;
  });
  return (await Promise.all(lanes)).flat();
}

function minutesOf(lane: (typeof LANES)[number]): number {
  return lane.reduce((sum, [, minutes]) => sum + minutes, 0);
}

/** In a process of its own: each part has one core. */
function runApart(name: string, minutes: number): Promise<readonly Named[]> {
  const own = [
    '--only',
    name,
    '--seed',
    String(seed),
    '--form',
    form,
    '--minutes',
    String(minutes),
    '--json',
  ];
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...own], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const took = Math.round((performance.now() - begun) / 1_000);
      resolve(
        code !== null && code <= 1 && text !== '' ? (JSON.parse(text) as Named[]) : failed(name, code, took),
      );
    });
  });
}

/** A part that did not come to its end is a finding, and the others go on. */
function failed(name: string, code: number | null, took: number): Named[] {
  const what = `the part ended with ${String(code)} and no report; what it said stands above`;
  const finding = { invariant: 'no-defect', what, replay: `--only ${name} --seed ${seed}` };
  const sentence = PARTS.find((part) => part.name === name)?.sentence ?? '';
  return [{ name, sentence, figures: [], findings: [finding], took }];
}

function textOf(reports: readonly Named[]): string {
  const findings = reports.flatMap(({ findings: some }) => some);
  const told = findings.map(
    ({ invariant, what, replay }) => `\n${invariant}\n  ${what}\n  again: npm run proof -- ${replay}\n`,
  );
  return `${figures(reports)}\n${told.join('')}\nseed ${seed}: ${findings.length} findings\n`;
}

function figures(reports: readonly Named[]): string {
  const columns = [{ header: 'PART' }, { header: 'WHAT' }, { header: 'COUNT', align: 'right' as const }];
  const rows = reports.flatMap(({ name, figures: some, findings, took }) => [
    ...some.map(([what, count], index) => [index === 0 ? name : '', what, count.toLocaleString('en-US')]),
    ['', 'findings', String(findings.length)],
    ['', 'seconds', String(took)],
  ]);
  return formatTable(columns, rows);
}

/** Into the place that is marked for what was asked: `full`, `long`, `long processes`, `long processes kills`. */
function writeFigures(file: string, reports: readonly Named[]): void {
  const today = new Date().toISOString().slice(0, 10);
  const machine = `${today}, seed ${seed}, Node ${process.version}, ${cpus().length} cores`;
  const own = [form, values.only, values.case].filter((word) => word !== undefined).join(' ');
  const blocks = {
    [own]: `\`\`\`text\n${machine}\n\n${figures(reports)}\`\`\``,
    invariants: invariantTable(),
  };
  let text = readFileSync(file, 'utf8');
  for (const [name, block] of Object.entries(blocks)) {
    const between = new RegExp(`<!-- ${name} -->[^]*<!-- end of ${name} -->`);
    if (!between.test(text)) throw new Error(`${file} has no place for ${name}: <!-- ${name} -->`);
    text = text.replace(between, () => `<!-- ${name} -->\n\n${block}\n\n<!-- end of ${name} -->`);
  }
  writeFileSync(file, text);
}
