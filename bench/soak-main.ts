/**
 * `npm run soak [SESSIONS]`: 30 trading days by default. Reports, and ends with 1 where a bound is broken. V8 compiles
 * nothing for speed meanwhile (`--no-opt`): such code grows for hours, and nobody holds on to it.
 */
import { formatTable } from '../src/cli/output/table.ts';
import { soak } from './soak.ts';

const sessions = Number(process.argv[2] ?? 30);
const { gc } = globalThis;
if (gc === undefined) throw new Error('run it with node --expose-gc');
const [early, late] = sessions >= 30 ? [1_000, 10_000] : [300, sessions * 330];
process.stderr.write(`${String(sessions)} trading days ...\n`);
const start = performance.now();
const report = await soak({ sessions, samples: [early, late], collect: gc });
const [first, last] = report.samples;
if (first === undefined || last === undefined)
  throw new Error(`it made ${String(report.passes)} passes only`);
const growth = last.heap / first.heap;
const isSame = first.handles.join() === last.handles.join();
const { journal } = report;
const isBroken = growth > 1.1 || !isSame || journal.kind !== 'intact';
const mb = (heap: number): string => `${heap.toFixed(2)} MB`;
const rows = [
  ['passes', String(report.passes), ''],
  [`heap after pass ${String(first.pass)}`, mb(first.heap), ''],
  [`heap after pass ${String(last.pass)}`, `${mb(last.heap)}, ${growth.toFixed(3)} x`, '<= 1.1 x'],
  ['handles', `${String(first.handles.length)}, then ${String(last.handles.length)}`, 'the same'],
  [
    'passes that wrote',
    `${String(report.wroteAt.length)}, ${(report.wroteAt.length / sessions).toFixed(1)} a day`,
    '',
  ],
  [
    'journal',
    journal.kind === 'intact' ? `intact, ${String(journal.records)} records` : journal.kind,
    'intact',
  ],
  ['took', `${((performance.now() - start) / 1_000).toFixed(1)} s`, ''],
];
process.stdout.write(formatTable([{ header: 'WHAT' }, { header: 'MEASURED' }, { header: 'BOUND' }], rows));
if (!isSame) process.stdout.write(`\nfirst: ${first.handles.join(' ')}\nlast:  ${last.handles.join(' ')}\n`);
if (isBroken) process.exitCode = 1;
