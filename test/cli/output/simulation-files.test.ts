/** What is in the files of a report. */
import { describe, expect } from 'vitest';
import { simulationFiles } from '../../../src/cli/output/simulation-files.ts';
import { thinned } from '../../../src/cli/output/thinned.ts';
import type { SimulationRecord } from '../../../src/performance/record.ts';
import { fc, test } from '../../support/law.ts';
import { simulated, withCloses } from '../../support/simulation-record.ts';

const fileOf = (record: SimulationRecord, name: string): string =>
  simulationFiles(record).find((file) => file.name === name)?.text ?? '';
const rowsOf = (csv: string): string[][] =>
  csv
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));

describe('csv', () => {
  const record = simulated({ sessions: 120 });

  test('sessions have what a reader needs to work the figures out again.', () => {
    const [headers = [], ...rows] = rowsOf(fileOf(record, 'sessions.csv'));
    expect(headers.slice(0, 6)).toEqual(['date', 'equity', 'cash', 'return', 'drawdown', 'momentum profit']);
    expect(rows).toHaveLength(120);
    let equity = 100_000;
    for (const row of rows) {
      expect(Number(row[3])).toBeCloseTo(Number(row[1]) / equity - 1, 5);
      equity = Number(row[1]);
      const profits = [5, 8, 11].reduce((sum, column) => sum + Number(row[column]), 0);
      expect(equity).toBeCloseTo(100_000 + profits, 4);
      const net = [6, 9, 12].reduce((sum, column) => sum + Number(row[column]) - Number(row[column + 1]), 0);
      expect(equity).toBeCloseTo(Number(row[2]) + net, 4);
    }
  });

  test('trades are all there, with value and fee.', () => {
    const [headers = [], ...rows] = rowsOf(fileOf(record, 'trades.csv'));
    expect(headers).toEqual([
      'time',
      'strategy',
      'symbol',
      'side',
      'quantity',
      'price',
      'value',
      'fee',
      'slippage',
      'realised',
    ]);
    expect(rows).toHaveLength(record.trades.length);
    for (const row of rows) expect(Number(row[6])).toBeCloseTo(Number(row[4]) * Number(row[5]), 4);
  });

  test('no name is a formula for a spreadsheet.', () => {
    const text = fileOf(simulated({ sessions: 40, strategies: ['=cmd|x'] }), 'trades.csv');
    expect(text).toContain(",'=cmd|x,");
  });
});

describe('json', () => {
  test('a figure that is not there is null with its reason.', () => {
    const summary = JSON.parse(fileOf(simulated({ sessions: 12 }), 'summary.json')) as {
      account: Record<string, unknown>;
    };
    expect(summary.account['sharpe']).toEqual({ value: null, reason: '12 sessions, 60 needed' });
    expect(summary.account['totalReturn']).toEqual({ value: -0.003812 });
  });

  test('the record has every session, trade and amount as text.', () => {
    const record = simulated({ sessions: 12 });
    const document = JSON.parse(fileOf(record, 'record.json')) as {
      sessions: { equity: string }[];
      trades: { time: string; price: string }[];
      startingEquity: string;
    };
    expect(document.startingEquity).toBe('100000.00');
    expect(document.sessions).toHaveLength(12);
    expect(document.trades).toHaveLength(record.trades.length);
    expect(document.trades[0]?.time).toMatch(/^2024-01-\d\dT15:5\d:00-05:00$/);
  });
});

describe('the page', () => {
  test('escapes what comes from names, descriptions, details and remarks.', () => {
    const evil = `<img src=x onerror="alert('1')">&`;
    const base = simulated({ sessions: 30, strategies: [evil] });
    const page = fileOf(
      {
        ...base,
        strategies: [{ name: evil, description: evil }],
        remarks: [evil, 'hidden \u202e\u0007'],
        breaks: [{ date: base.from, strategy: evil, symbol: evil, kind: evil, detail: evil }],
      },
      'report.html',
    );
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
    expect(page).toContain('hidden \\u202e\\u0007');
    expect(page).not.toContain('<script');
  });

  test('has the newest 300 fills, and says where the others are.', () => {
    const record = simulated({ sessions: 1200 });
    const page = fileOf(record, 'report.html');
    expect(page).toContain(
      `The newest 300 of ${record.trades.length} fills, newest first; all are in trades.csv.`,
    );
    expect(page.match(/<tr>\s*<td class="text">\d{4}-\d\d-\d\d \d\d:/g)).toHaveLength(300);
  });

  test('has no figure that is NaN or infinite, whatever the record.', () => {
    const records = [
      withCloses(100, []),
      withCloses(100, [0, 0]),
      withCloses(0, [0, 5]),
      withCloses(100, [100]),
      simulated({ sessions: 3, strategies: [] }),
    ];
    for (const record of records) expect(fileOf(record, 'report.html')).not.toMatch(/NaN|Infinity|undefined/);
  });
});

test.prop([
  fc.array(fc.option(fc.integer({ min: -50, max: 50 }), { freq: 20 }), { maxLength: 400 }),
  fc.integer({ min: 1, max: 50 }),
])('a thinned curve keeps its ends, its extremes and its gaps, and is short.', (values, columns) => {
  const runs = thinned(values, columns);
  const points = runs.flat();
  for (const { index, value } of points) expect(values[index]).toBe(value);
  const there = values.filter((value) => value !== null);
  const kept = points.map(({ value }) => value);
  expect(Math.max(...kept)).toBe(Math.max(...there));
  expect(Math.min(...kept)).toBe(Math.min(...there));
  expect(kept[0]).toBe(there[0]);
  expect(kept.at(-1)).toBe(there.at(-1));
  expect(runs).toHaveLength(
    values.filter((value, at) => value !== null && (values[at - 1] ?? null) === null).length,
  );
  expect(points.length).toBeLessThanOrEqual(4 * (columns + runs.length));
});
