/** `npm run bench`: the budgets of ARCHITECTURE.md as ratios measured in one run. Reports, never fails. */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benchCold } from './cold.ts';
import { benchCommit, benchLockCycle, benchStart } from './journal.ts';
import { benchPlan, scorePlan } from './plan.ts';
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
const rows: Row[] = [...planRows(), ...journalRows(), startRow(), ...coldRows()];
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

function ms(time: number): string {
  return `${time.toFixed(2)} ms`;
}

function progress(what: string): void {
  process.stderr.write(`measuring ${what} ...\n`);
}
