/** A simulation in the terminal. */
import { describe, expect } from 'vitest';
import type { Terminal } from '../../../src/cli/output/line-plot.ts';
import { simulationText } from '../../../src/cli/output/simulation-text.ts';
import { styleFor } from '../../../src/cli/output/style.ts';
import { formatDollars } from '../../../src/domain/decimal.ts';
import { summarise } from '../../../src/performance/summary.ts';
import { test } from '../../support/law.ts';
import { dollars, simulated, withCloses } from '../../support/simulation-record.ts';

const terminal: Terminal = { width: 140, charset: 'unicode', style: styleFor(false) };
const wide: Terminal = { ...terminal, width: 200 };
const ascii: Terminal = { ...terminal, charset: 'ascii' };

describe('the text of a simulation', () => {
  test('says what was simulated, and each figure of the account and of every strategy.', () => {
    const text = simulationText(simulated(), terminal);
    expect(text.split('\n')[0]).toBe(
      'Simulation 2024-01-02 to 2026-01-05: 504 sessions, synthetic prices, seed 7',
    );
    expect(text).toMatch(/profit +return +CAGR +Sharpe +Sortino +max drawdown +turnover +hit rate +exposure/);
    for (const name of ['account', 'momentum', 'overnight', 'pairs-short']) {
      expect(text).toMatch(
        new RegExp(`^${name} +-?[\\d,.]+ +[+-][\\d.]+% +[+-][\\d.]+% +-?\\d\\.\\d\\d ±`, 'm'),
      );
    }
    expect(text).toContain('Equity, dollars: ');
    expect(text).toContain('Drawdown: -');
  });

  test('says why a figure is not there, once.', () => {
    const text = simulationText(withCloses(100, [101, 102]), terminal);
    expect(text).toMatch(/^account +2\.00 +\+2\.00% +n\/a +n\/a +n\/a +0\.00% +n\/a +n\/a/m);
    expect(text).toContain('n/a: 2 sessions, 60 needed: Sharpe, Sortino, turnover\n');
    expect(text).toContain('n/a: 2 sessions, 248 needed: CAGR\n');
  });

  test('breaks its table where the terminal is narrow, and has the names again.', () => {
    const text = simulationText(simulated({ sessions: 300 }), { ...terminal, width: 80 });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text.match(/^momentum /gm)).toHaveLength(3);
  });

  test('is plain ASCII where nothing else can be shown.', () => {
    expect(simulationText(simulated(), ascii)).toMatch(/^[ -~\n]*$/);
  });

  test('makes names and remarks harmless, and says what no strategy has made.', () => {
    const base = withCloses(100, [110]);
    const text = simulationText(
      {
        ...base,
        remarks: ['red \u001b[31m'],
        sessions: base.sessions.map((at) => ({ ...at, equity: dollars(120) })),
      },
      ascii,
    );
    expect(text).toContain('red \\u001b[31m\n');
    expect(text).toContain('10.00 dollars of the change of equity are of no strategy.\n');
  });

  test('says what trading cost, where it cost something.', () => {
    const record = simulated({ strategies: ['momentum'] });
    const { fees, slippage } = summarise(record).account;
    const costs = `${formatDollars(fees)} +${formatDollars(slippage)}`;
    expect(simulationText(record, wide)).toMatch(
      new RegExp(` exposure +fees +slippage +orders[^]*^account .* ${costs} `, 'm'),
    );
    const free = record.trades.map((trade) => ({ ...trade, fee: dollars(0), slippage: dollars(0) }));
    const text = simulationText({ ...record, trades: free }, wide);
    expect(text).toMatch(/ exposure +orders/);
    expect(text).not.toMatch(/fees|slippage/);
  });

  test('makes nothing of a micro-dollar by which average prices are rounded.', () => {
    const base = withCloses(100, [110]);
    const sessions = base.sessions.map((at) => ({ ...at, equity: dollars(110.000012) }));
    expect(simulationText({ ...base, sessions }, terminal)).not.toContain('of no strategy');
  });

  test('of no session has figures and no plot.', () => {
    const text = simulationText(withCloses(100, []), terminal);
    expect(text).toContain('0 sessions');
    expect(text).not.toContain('Equity');
  });
});
