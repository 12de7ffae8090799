/** An account as the manifests declare it: every default, on the simulated broker. */
import type { DesiredAccount } from '../../src/desired/desired-state.ts';
import type { Money, Ratio } from '../../src/domain/decimal.ts';

export const TEST_ACCOUNT: DesiredAccount = {
  name: 'test',
  broker: {
    type: 'simulated',
    cash: 100_000_000_000 as Money,
    clock: 'always-open',
    seed: 7,
    multiplier: 1_000_000 as Ratio,
    fillDelay: 1_000,
    partialFills: 250_000 as Ratio,
    faults: null,
  },
  prices: { type: 'synthetic', seed: 7, movement: 'constant' },
  limits: {
    maxOrderValue: null,
    maxOrdersPerDay: null,
    maxOrdersPerSymbol: null,
    priceCollar: 50_000 as Ratio,
    maxGross: null,
  },
  execution: {
    lockWait: 30_000,
    lockTimeout: 240_000,
    snapshotAge: 30_000,
    fillTimeout: 30_000,
    cancelAllowance: 15_000,
    requestTimeout: 10_000,
    clockSkew: 2_000,
    settleWindow: 10_000,
    secondProof: 30_000,
    maxInFlight: 4,
  },
  data: null,
  toggleFile: '/dev/null',
};
