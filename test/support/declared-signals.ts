/** The strategies of the shipped signals, declared over two shares, and the table that one of them reads. */
import type { DesiredStrategy } from '../../src/desired/desired-state.ts';
import { REGIMES } from '../../src/strategies/omr-regime.ts';
import { tableText } from '../../src/strategies/omr-table-file.ts';
import { BUCKET_NAMES } from '../../src/strategies/omr-table.ts';
import { ACCOUNT, load } from '../desired/manifest-set.ts';

const SIGNALS = {
  mp: 'type: momentum-protection',
  omr: 'type: overnight-mean-reversion, params: {table: table.json}',
  vol: 'type: vol-term-structure',
  pairs: 'type: pairs, params: {pairs: [[AAA, BBB]]}',
} as const;

export type SignalName = keyof typeof SIGNALS;

/** With one slot, five minutes before the close. */
export function declared(name: SignalName): DesiredStrategy {
  const result = load({
    'm/account.yaml': ACCOUNT,
    [`m/${name}.yaml`]: `apiVersion: homeguard/v1
kind: Strategy
metadata: {name: ${name}}
spec:
  signal: {${SIGNALS[name]}}
  universe: {symbols: [AAA, BBB${name === 'vol' ? ', SVXY, VXX' : ''}]}
  capital: {positionSize: "10%", maxPositions: 2, maxExposure: "20%"}
  schedule: [{at: close-5m, action: ${name === 'omr' ? 'entry' : 'rebalance'}}]
`,
    'm/toggle.yaml': `strategies:\n  ${name}: {enabled: true, shutdown_requested: false}\nlast_modified: "2025-12-02T15:55:00-05:00"\nmodified_by: "test"\n`,
  });
  const [strategy] = result.kind === 'ok' ? result.desired.strategies : [];
  if (strategy === undefined) throw new Error(JSON.stringify(result));
  return strategy;
}

/** In each regime and bucket the night has always won. */
export const TABLE = tableText({
  version: 1,
  trainedAt: '2025-11-28T16:00:00-05:00',
  training: {
    firstDate: '2015-01-02',
    lastDate: '2025-11-28',
    rows: 100,
    symbols: [],
    parameters: { rowsNeeded: 30, win: 0.001, spyCloses: 200, vixCloses: 252 },
  },
  cells: ['AAA', 'BBB'].flatMap((symbol) =>
    REGIMES.flatMap((regime) =>
      BUCKET_NAMES.map((bucket) => ({
        symbol,
        regime,
        bucket,
        n: 100,
        winRateLong: 0.95,
        winRateShort: 0.01,
        mean: 0.03,
        standardDeviation: 0.01,
        sharpe: 3,
        confidence: 1,
        percentiles: { p5: 0.01, p25: 0.02, p50: 0.03, p75: 0.04, p95: 0.05 },
      })),
    ),
  ),
});
