/** Symbols of which more must be covered by equity than margin leaves: through planner, protocol and broker. */
import { describe, expect } from 'vitest';
import { checkPlan } from '../../src/reconciler/check-plan.ts';
import type { Ratio } from '../../src/domain/decimal.ts';
import type { MakeWorld, StrategyFacts, TestWorld, WorldFacts } from '../support/world.ts';
import { world } from '../support/world.ts';
import { servedWorld } from '../support/served-world.ts';
import { fault } from '../support/faults.ts';
import { fc, test } from '../support/law.ts';

const TWICE = 2_000_000 as Ratio;
/** The broker says nothing of symbols. */
const NO_ASSETS = [fault('assets', { kind: 'unavailable', reason: 'HTTP 503' }, { times: 99 })];
const FUND = { TQQQ: 750_000 as Ratio };

function core(targets: Readonly<Record<string, string>>): StrategyFacts {
  return { targets, positionSize: '400%', maxExposure: '400%', shorts: 'allowed' };
}

/** $10,000, twice that as buying power, and a fund of which 75 % must be covered. */
function facts(targets: Readonly<Record<string, string>>, changes: Partial<WorldFacts> = {}): WorldFacts {
  return {
    cash: '10000',
    prices: { TQQQ: '100', VTI: '100', SPXU: '100' },
    strategies: { core: core(targets) },
    settings: {
      clock: 'exchange',
      multiplier: TWICE,
      marginRequirements: FUND,
      shorting: { hardToBorrow: [] },
    },
    ...changes,
  };
}

const reasons = async (home: TestWorld): Promise<string[]> =>
  (await home.plan()).notDone.map(({ symbol, reason, detail }) => `${symbol} ${reason} ${detail}`);

describe.each<[string, MakeWorld]>([
  ['embedded', world],
  ['served, through the adapter', servedWorld],
])('At the simulated broker, %s,', (_, make) => {
  test('what would be refused is not sent, and says what it needs', async () => {
    const home = await make(facts({ TQQQ: '134' }));
    expect(await reasons(home)).toEqual([
      'TQQQ InsufficientBuyingPower Needed: $20,100.00 (1.5 times its value: margin requirement 75%), Available: $20,000.00',
    ]);
    expect(await home.apply()).toMatchObject({ kind: 'nothing' });
  });

  test('what fits is taken, and takes that much; the next one is tried', async () => {
    const home = await make(facts({ TQQQ: '120', VTI: '21', SPXU: '19' }));
    expect(await reasons(home)).toEqual([
      'VTI InsufficientBuyingPower Needed: $2,100.00, Available: $100.00',
    ]);
    expect((await home.plan()).totals?.buyingPower).toMatchObject({ now: 20_000e6, after: 100e6 });
    await home.apply();
    expect(home.held()).toEqual({ SPXU: '19', TQQQ: '120' });
    expect((await home.healthy.account()).buyingPower).toBe(100e6);
    expect(home.log.join('\n')).toContain('$18,000 needed');
  });

  test('a short sale takes as much', async () => {
    const home = await make(facts({ TQQQ: '-134' }));
    expect(await reasons(home)).toEqual([
      expect.stringContaining('1.5 times its value: margin requirement 75%'),
    ]);
    const less = home.with({ core: core({ TQQQ: '-133' }) });
    await less.apply();
    expect(less.held()).toEqual({ TQQQ: '-133' });
  });
});

/** Every question about assets, in order. */
async function questions(given: WorldFacts): Promise<string[][]> {
  const home = await world(given);
  const asked: string[][] = [];
  const { broker } = home.ports;
  const assets: typeof broker.assets = (symbols) => {
    asked.push([...symbols]);
    return broker.assets(symbols);
  };
  const told = new Proxy(broker, {
    get: (target, name) => {
      const value: unknown = name === 'assets' ? assets : Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  await home.apply({ broker: told });
  return asked;
}

test('Only entries are asked for, and only on an account with margin.', async () => {
  const targets = { TQQQ: '10' };
  const asked = await questions(facts(targets));
  expect(new Set(asked.map(String))).toEqual(new Set(['TQQQ']));
  expect(await questions(facts(targets, { books: { core: { TQQQ: '10' } } }))).toEqual([]);
  expect(await questions(facts(targets, { books: { core: { TQQQ: '20' } } }))).toEqual([]);
  const settings = { marginRequirements: FUND };
  expect(await questions(facts(targets, { settings }))).toEqual([]);
});

test('Without an answer an entry goes out as ever, and the broker refuses what is too much.', async () => {
  const faults = NO_ASSETS;
  const fits = await world(facts({ VTI: '150' }, { faults }));
  await fits.apply();
  expect(fits.held()).toEqual({ VTI: '150' });
  const more = await world(facts({ TQQQ: '134' }, { faults }));
  const result = await more.apply();
  expect(result).toMatchObject({
    kind: 'executed',
    outcomes: [
      { kind: 'failed', code: 'OrderRefused', detail: expect.stringContaining('buying power') as string },
    ],
  });
  expect(more.held()).toEqual({});
});

test('The second opinion knows of it, too.', async () => {
  const home = await world(facts({ TQQQ: '134' }));
  const { observed } = await home.look();
  const { margins, ...unasked } = observed;
  expect(margins?.get('TQQQ')).toEqual({ long: 750_000, short: 750_000 });
  const given = {
    desired: home.desired,
    now: home.clock.now(),
    turnTaken: new Set<string>(),
    reductionsOver: false,
    manifests: 'accepted' as const,
  };
  const { plan } = await (await world(facts({ TQQQ: '134' }, { faults: NO_ASSETS }))).look();
  expect(plan.actions).toHaveLength(1);
  expect(checkPlan(plan, { ...given, observed: unasked })).toEqual([]);
  expect(checkPlan(plan, { ...given, observed }).map(({ invariant }) => invariant)).toEqual([
    'buying-power-holds',
  ]);
});

const quantity = fc.integer({ min: -150, max: 150 }).map(String);

test.prop([
  fc.record({ TQQQ: quantity, VTI: quantity, SPXU: quantity }),
  fc.constantFrom(1, 1.5, 2, 4),
  fc.record({ TQQQ: fc.integer({ min: 1, max: 100 }), SPXU: fc.integer({ min: 1, max: 100 }) }),
])(
  'No order that is planned is refused, and buying power is never overdrawn',
  async (targets, times, covered) => {
    const marginRequirements = Object.fromEntries(
      Object.entries(covered).map(([symbol, percent]) => [symbol, (percent * 10_000) as Ratio]),
    );
    const settings = {
      multiplier: (times * 1e6) as Ratio,
      marginRequirements,
      shorting: { hardToBorrow: [] },
    };
    const home = await world(facts(targets, { settings }));
    const result = await home.apply();
    const outcomes = result.kind === 'executed' ? result.outcomes : [];
    expect(outcomes.filter(({ kind }) => kind !== 'done')).toEqual([]);
    expect((await home.healthy.account()).buyingPower).toBeGreaterThanOrEqual(0);
  },
);
