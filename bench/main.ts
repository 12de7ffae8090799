/** `npm run bench`: the budgets of ARCHITECTURE.md as ratios measured in one run. Reports, never fails. */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benchCold, benchPlanCold } from './cold.ts';
import { bench1555, benchMemory, benchNoOp, benchReaction } from './loop.ts';
import { benchSync } from './python.ts';
import { benchCommit, benchLockCycle, benchStart } from './journal.ts';
import { benchPlan, scorePlan } from './plan.ts';
import { benchRequests, type RequestCount } from './requests.ts';
import { benchSimulatedYear } from './simulation.ts';
import { formatTable } from '../src/cli/output/table.ts';

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly budget: string;
  readonly within: boolean;
}

// A certificate file in the environment costs Node 20 some 40 ms at every start.
delete process.env['NODE_EXTRA_CA_CERTS'];
const program = fileURLToPath(new URL('../hgctl.js', import.meta.url));
const manifests = fileURLToPath(new URL('../../manifests', import.meta.url));
const rows: Row[] = [
  ...planRows(),
  ...journalRows(),
  startRow(),
  ...coldRows(),
  ...(await planColdRows()),
  ...(await noOpRows()),
  ...(await syncRows()),
  await sequenceRow(),
  await reactionRow(),
  await memoryRow(),
  await simulationRow(),
];
const columns = [{ header: 'WHAT' }, { header: 'MEASURED' }, { header: 'BUDGET' }, { header: '' }];
const cells = rows.map(({ what, measured, budget, within }) => [
  what,
  measured,
  budget,
  within ? 'within' : 'OVER',
]);
process.stdout.write(
  `Node ${process.version}, ${cpus().length} cores, medians\n\n${formatTable(columns, cells)}`,
);
progress('requests to an account at Alpaca');
process.stdout.write(`\nRequests to an account at Alpaca\n\n${requestTable(await benchRequests())}`);

function requestTable(counts: readonly RequestCount[]): string {
  const names = [...new Set(counts.flatMap(({ requests }) => Object.keys(requests)))].sort();
  const sum = (requests: RequestCount['requests']): number =>
    Object.values(requests).reduce((total, sent) => total + sent, 0);
  return formatTable(
    [{ header: 'REQUEST' }, ...counts.map(({ what }) => ({ header: what, align: 'right' as const }))],
    [
      ...names.map((name) => [name, ...counts.map(({ requests }) => String(requests[name] ?? 0))]),
      ['all of them', ...counts.map(({ requests }) => String(sum(requests)))],
      ['in', ...counts.map(({ took }) => `${(took / 1_000).toFixed(2)} s`)],
    ],
  );
}

function planRows(): Row[] {
  const sizes = [
    { strategies: 50, positions: 100, budget: 0.5 },
    { strategies: 100, positions: 500, budget: 5 },
  ];
  return sizes.flatMap(({ budget, ...size }) => {
    progress(`plan ${size.strategies} x ${size.positions}`);
    const { plan, check } = benchPlan(size);
    const score = scorePlan(size, 10);
    const name = `${size.strategies} x ${size.positions}`;
    return [
      {
        what: `plan in memory, ${name}`,
        measured: `${ms(plan)} (check ${ms(check)})`,
        budget: `<= ${ms(budget)}`,
        within: plan <= budget,
      },
      {
        what: `planted drifts, ${name}`,
        measured: `${score.right} of ${score.planted} right`,
        budget: 'all',
        within: score.right === score.planted,
      },
    ];
  });
}

function journalRows(): Row[] {
  return [26, 5_000].flatMap((positions) => {
    progress(`journal at ${positions} positions`);
    const { commit, bare } = benchCommit(positions);
    const cycle = benchLockCycle(positions);
    return [
      {
        what: `commit a fill, ${positions} positions`,
        measured: `${ms(commit)}, ${(commit / bare).toFixed(2)} x bare append + fdatasync (${ms(bare)})`,
        budget: '<= 1.00 ms, <= 2.50 x',
        within: commit <= 1 && commit / bare <= 2.5,
      },
      {
        what: `lock cycle, ${positions} positions`,
        measured: `${ms(cycle)}, ${(cycle / bare).toFixed(2)} x bare`,
        budget: '<= 3.00 ms',
        within: cycle <= 3,
      },
    ];
  });
}

function startRow(): Row {
  progress('start with a year of sessions');
  const { day, year, whole, segments } = benchStart(26);
  return {
    what: `start with ${segments} segments, 26 positions`,
    measured: `${ms(year)}, ${(year / day).toFixed(2)} x one day (${ms(day)}); all of it: ${ms(whole)}`,
    budget: 'one day + 1.00 ms',
    within: year - day <= 1,
  };
}

function coldRows(): Row[] {
  const sizes = [
    { positions: 26, budget: 40 },
    { positions: 1_000, budget: 60 },
  ];
  return sizes.flatMap(({ positions, budget }) => {
    progress(`cold start at ${positions} positions`);
    const { bare, get, strategies } = benchCold(program, positions);
    const row = (what: string, time: number): Row => ({
      what: `${what} cold, ${positions} positions`,
      measured: `bare node + ${ms(time - bare)} (${(time / bare).toFixed(2)} x ${ms(bare)})`,
      budget: `bare node + ${ms(budget)}`,
      within: time - bare <= budget,
    });
    return [row('get positions', get), row('get strategies', strategies)];
  });
}

async function planColdRows(): Promise<Row[]> {
  const sizes = [
    { strategies: 2, positions: 13, budget: 60 },
    { strategies: 100, positions: 500, budget: 400 },
  ];
  const rows: Row[] = [];
  for (const { budget, ...size } of sizes) {
    const name = `${String(size.strategies)} x ${String(size.positions)}`;
    progress(`plan cold ${name}`);
    const { bare, plan } = await benchPlanCold(program, size);
    rows.push({
      what: `plan cold, ${name}`,
      measured: `bare node + ${ms(plan - bare)} (${(plan / bare).toFixed(2)} x ${ms(bare)})`,
      budget: `bare node + ${ms(budget)}`,
      within: plan - bare <= budget,
    });
  }
  return rows;
}

async function noOpRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const positions of [26, 1_000]) {
    progress(`a pass without work at ${positions} positions`);
    const { time, requests } = await benchNoOp(positions);
    rows.push({
      what: `no-op pass, ${positions} positions`,
      measured: `${ms(time)} (${(1_000 / time).toFixed(0)} a second), ${requests} requests`,
      budget: '<= 4 requests',
      within: requests <= 4,
    });
  }
  return rows;
}

/** For comparison: the transcription has no lock, no journal, no evidence, and no broker to ask. */
async function syncRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const positions of [26, 1_000]) {
    progress(`a sale by hand at ${positions} positions`);
    const { ours, python } = await benchSync(positions);
    const ratio =
      python === null ? 'no python3 here' : `${(ours / python).toFixed(2)} x plain Python, ${ms(python)}`;
    rows.push({
      what: `sync pass, ${positions} positions`,
      measured: `${ms(ours)} (${ratio})`,
      budget: '',
      within: true,
    });
  }
  return rows;
}

async function sequenceRow(): Promise<Row> {
  progress('the 15:55 sequence');
  const took = await bench1555();
  return {
    what: '15:55: 5 entries, then 5 exits and 5 entries',
    measured: `${(took / 1_000).toFixed(2)} s at 100 ms a request, 500 ms a fill`,
    budget: '<= 3 s',
    within: took <= 3_000,
  };
}

async function reactionRow(): Promise<Row> {
  progress('an edit to its order');
  const took = await benchReaction(program);
  return {
    what: 'edit of a manifest to the intent',
    measured: ms(took),
    budget: '<= 500 ms',
    within: took <= 500,
  };
}

async function memoryRow(): Promise<Row> {
  progress('memory at 10000 positions');
  const resident = await benchMemory(program, 10_000);
  return {
    what: 'memory of run, 10000 positions',
    measured: `${resident.toFixed(0)} MB resident`,
    budget: '<= 120 MB',
    within: resident <= 120,
  };
}

async function simulationRow(): Promise<Row> {
  progress('a simulated year');
  const { took, computed, orders } = await benchSimulatedYear(manifests);
  const sent = Object.entries(orders).map(([strategy, count]) => `${strategy} ${count}`);
  return {
    what: 'simulate, one year, 4 strategies, 500 symbols',
    measured: `${(took / 1_000).toFixed(2)} s (${(computed / 1_000).toFixed(2)} s of CPU), orders: ${sent.join(', ')}`,
    budget: '<= 10 s',
    within: took <= 10_000,
  };
}

function ms(time: number): string {
  return `${time.toFixed(2)} ms`;
}

function progress(what: string): void {
  process.stderr.write(`measuring ${what} ...\n`);
}
