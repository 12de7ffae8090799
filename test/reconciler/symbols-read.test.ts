/** What a strategy reads decides whose condition tells of data that did not come from where they should. */
import { expect, test } from 'vitest';
import type { Ratio } from '../../src/domain/decimal.ts';
import type { DesiredSignal } from '../../src/desired/desired-state.ts';
import { DEFAULT_PAIRS_PARAMETERS } from '../../src/desired/pairs-parameters.ts';
import { DEFAULT_VOL_PARAMETERS } from '../../src/desired/vol-parameters.ts';
import { symbolsRead } from '../../src/reconciler/symbols-read.ts';

const SIGNALS: readonly (readonly [signal: DesiredSignal, besides: readonly string[]])[] = [
  [{ type: 'fixed', targets: [], band: null, wholeShares: true, unlisted: 'close' }, []],
  [
    {
      type: 'momentum-protection',
      formation: 252,
      skip: 21,
      vixAbove: 30,
      drawdown: 100_000 as Ratio,
      peakWindow: 252,
      reducedExposure: 500_000 as Ratio,
      benchmark: 'QQQ',
      band: null,
      wholeShares: true,
    },
    ['QQQ', 'VIX'],
  ],
  [
    {
      type: 'overnight-mean-reversion',
      table: '/table.json',
      minWinRate: 0 as Ratio,
      minExpectedReturn: 0 as Ratio,
      band: null,
      wholeShares: true,
    },
    ['SPY', 'VIX'],
  ],
  [{ type: 'pairs', parameters: DEFAULT_PAIRS_PARAMETERS, band: null, wholeShares: true }, []],
  [
    {
      type: 'vol-term-structure',
      parameters: { ...DEFAULT_VOL_PARAMETERS, shortVolSymbol: 'SVIX' },
      band: null,
      wholeShares: true,
    },
    ['SVIX', 'VIX', 'VIX3M'],
  ],
  [
    {
      type: 'module',
      file: 'own.ts',
      path: '/own.ts',
      name: 'own.ts',
      timeout: 1_000,
      history: 0,
      reads: ['TLT'],
      config: {},
      band: null,
      wholeShares: true,
    },
    ['TLT'],
  ],
];

test.each(SIGNALS)('%o reads its universe, and what it looks at besides.', (signal, besides) => {
  expect(symbolsRead({ universe: new Set(['AAA']), signal })).toEqual(['AAA', ...besides]);
});
