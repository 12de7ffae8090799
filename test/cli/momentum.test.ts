/** The strategy momentum-protection on a folder of daily prices: ranked, sized, protected, and held where data is missing. */
import { expect, test } from 'vitest';
import { previousSessionBefore } from '../../src/domain/calendar.ts';
import { projectInProcess as project, type Project, type StrategyFacts } from '../support/project.ts';

const TUESDAY = '2025-12-02';
const WEDNESDAY = '2025-12-03';
/** Drift a day: EEE is the strongest, AAA the weakest. */
const DRIFTS = { AAA: 0.001, BBB: 0.002, CCC: 0.003, DDD: 0.004, EEE: 0.005 } as const;
const NAMES = Object.keys(DRIFTS) as (keyof typeof DRIFTS)[];

/** The last 300 sessions up to and with this one. */
function sessionsUpTo(last: string): string[] {
  const dates = [last];
  while (dates.length < 300) dates.unshift(previousSessionBefore(dates[0] ?? '').date);
  return dates;
}

const DATES = sessionsUpTo(WEDNESDAY);

function prices(mine: Project, symbol: string, priceOn: (day: number, date: string) => number | null): void {
  const rows = DATES.flatMap((date, day) => {
    const price = priceOn(day, date);
    return price === null ? [] : [`${date},${price.toFixed(2)}`];
  });
  mine.write(`prices/${symbol}.csv`, `Date,Close\n${rows.join('\n')}\n`);
}

function growing(mine: Project, symbol: keyof typeof DRIFTS, without: readonly string[] = []): void {
  prices(mine, symbol, (day, date) =>
    without.includes(date) ? null : 50 * (1 + DRIFTS[symbol]) ** (day - DATES.length),
  );
}

interface Facts {
  readonly vix?: (date: string) => number | null;
  readonly params?: object;
  readonly prices?: object;
}

function momentum(params: object): StrategyFacts {
  return {
    universe: NAMES,
    spec: {
      signal: { type: 'momentum-protection', params },
      capital: { positionSize: '10%', maxPositions: 2, maxExposure: '20%' },
      schedule: [{ at: 'close-5m', action: 'rebalance' }],
    },
  };
}

function trading({ vix = () => 15, params = {}, prices: source }: Facts = {}): Project {
  const mine = project({
    account: { prices: source ?? { type: 'csv', folder: '../prices' } },
    strategies: { mp: momentum(params) },
    now: `${TUESDAY}T15:55:30-05:00`,
  });
  for (const name of NAMES) growing(mine, name);
  prices(mine, 'SPY', () => 600);
  prices(mine, 'VIX', (_, date) => vix(date));
  return mine;
}

const wednesday = (mine: Project): Project => mine.at(`${WEDNESDAY}T15:55:30-05:00`);

async function book(mine: Project): Promise<Record<string, number>> {
  const list = await mine.json<{ items: { symbol: string; quantity: string }[] }>(
    'get',
    'positions',
    '-o',
    'json',
  );
  return Object.fromEntries(list.items.map(({ symbol, quantity }) => [symbol, Number(quantity)]));
}

test('buys the strongest names at their weight, in its slot, and once.', async () => {
  const mine = trading();
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  // A tenth of 100,000 each, at 49.50 and 49.60.
  expect(await book(mine)).toEqual({ EEE: 202, DDD: 201 });
  expect((await mine.run('apply', '--yes')).stdout).toContain('Nothing to do');
});

test('reduces what it holds when the market is in danger.', async () => {
  const mine = trading({ vix: (date) => (date === WEDNESDAY ? 40 : 15) });
  await mine.run('apply', '--yes');
  const before = await book(mine);
  const { code, stdout } = await wednesday(mine).run('apply', '--yes');
  expect(code).toBe(0);
  expect(stdout).toContain('TargetLowered');
  const after = await book(mine);
  for (const [symbol, quantity] of Object.entries(before)) {
    expect(after[symbol]).toBeGreaterThan(0.48 * quantity);
    expect(after[symbol]).toBeLessThan(0.52 * quantity);
  }
});

test('sells what has lost its rank, and buys what has won it.', async () => {
  const mine = trading();
  await mine.run('apply', '--yes');
  prices(mine, 'DDD', (_, date) => (date === WEDNESDAY ? 30 : 49.8));
  await wednesday(mine).run('apply', '--yes');
  expect(Object.keys(await book(mine)).sort()).toEqual(['CCC', 'EEE']);
});

test('holds everything, and says why, when the VIX is not known: it is not taken for calm.', async () => {
  const mine = trading({ vix: (date) => (date === WEDNESDAY ? null : 15) });
  await mine.run('apply', '--yes');
  const before = await book(mine);
  const { stdout } = await wednesday(mine).run('plan');
  expect(stdout).toMatch(
    /mp +SignalFailed +momentum-protection holds everything: the volatility index is not known today/,
  );
  await wednesday(mine).run('apply', '--yes');
  expect(await book(mine)).toEqual(before);
});

test('holds a name whose price of today is missing, although others rank before it now.', async () => {
  const mine = trading();
  await mine.run('apply', '--yes');
  growing(mine, 'DDD', [WEDNESDAY]);
  await wednesday(mine).run('apply', '--yes');
  expect(await book(mine)).toMatchObject({ DDD: 201 });
});

test('a file that cannot be read holds this strategy, says where, and stops no other.', async () => {
  const mine = trading();
  await mine.run('apply', '--yes');
  const before = await book(mine);
  mine.declare({
    mp: momentum({}),
    core: { targets: { KO: '3' } },
  });
  prices(mine, 'KO', () => 60);
  mine.write('prices/AAA.csv', 'Date,Close\n2025-12-03,much\n');
  const { code, stdout } = await wednesday(mine).run('apply', '--yes');
  expect(stdout).toMatch(
    /mp +SignalFailed +momentum-protection holds everything: .*AAA\.csv:2: "much" is not a price/,
  );
  expect(code).toBe(0);
  expect(await book(mine)).toEqual({ ...before, KO: 3 });
});

test('trades on a synthetic market, which has a VIX.', async () => {
  const mine = trading({ prices: { type: 'synthetic', seed: 7, movement: 'market' } });
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  const held = Object.keys(await book(mine));
  expect(held).toHaveLength(2);
  expect(NAMES).toEqual(expect.arrayContaining(held));
});

test('opens nothing on other synthetic prices, which have no VIX.', async () => {
  const { stdout } = await trading({ prices: { type: 'synthetic', seed: 7 } }).run('plan');
  expect(stdout).toContain('the volatility index is not known today');
});

test.each([
  ['a skip that is no part of the formation', { formation: 5, skip: 5 }, 'skip'],
  ['a peak within one session', { peakWindow: 1 }, 'peakWindow'],
  ['a parameter that nothing reads', { topN: 10 }, 'topN'],
])('%s is refused, with its place.', async (_, params, field) => {
  const { code, stderr } = await trading({ params }).run('validate');
  expect(code).toBe(4);
  expect(stderr).toMatch(new RegExp(`mp\\.yaml:\\d+:\\d+.*${field}`));
});

test('why and why-not explain an order, a low rank, a missing price, and money that was short.', async () => {
  const mine = trading({ vix: () => 40 });
  growing(mine, 'AAA', [TUESDAY]);
  await mine.run('apply', '--yes');
  const bought = await mine.run('why', 'mp', 'EEE');
  expect(bought.code).toBe(0);
  expect(bought.stdout).toMatch(/^mp\/EEE\n/);
  expect(bought.stdout).toMatch(/Decided +2025-12-02 15:55:30 EST, mp\/2025-12-02\/rebalance\/1555\n/);
  expect(bought.stdout).toMatch(/Rank +1 of 4, score 0\.\d{6}; 2 are wanted\n/);
  expect(bought.stdout).toMatch(/Target +5% of 100,000\.00 equity\n/);
  expect(bought.stdout).toMatch(/Market +the VIX is 40\.00, above 25\n/);
  expect(bought.stdout).toMatch(/Order +BUY 101: 101 filled @ 49\.50, filled \(hg-mp-20251202-rebal1555-/);
  const low = await mine.run('why-not', 'mp', 'BBB');
  expect(low.stdout).toMatch(/Blocked +RankTooLow: rank 4 of 4, and 2 are wanted\n +Order +none\n/);
  const missing = await mine.run('why-not', 'mp', 'AAA');
  expect(missing.stdout).toMatch(/Blocked +NoRank: no price of AAA today\n/);
  const stranger = await mine.run('why-not', 'mp', 'TSLA');
  expect(stranger.stdout).toMatch(/Blocked +OutsideUniverse: TSLA is not in its universe\n/);
  expect(await mine.json('why', 'mp', 'EEE', '-o', 'json')).toMatchObject({ rank: 1, ranked: 4, wanted: 2 });
});

test('why says what it does not know: another day, and strategies whose targets stand in the manifest.', async () => {
  const mine = trading();
  await mine.run('apply', '--yes');
  expect(await mine.run('why', 'mp', 'EEE', '--date', '2025-12-01')).toMatchObject({ code: 6 });
  expect(await mine.run('why', 'core', 'VTI')).toMatchObject({
    code: 6,
    stderr: expect.stringContaining("those of 'fixed' stand in the manifest") as string,
  });
  expect(await mine.run('why', 'mp', 'EEE', '--date', 'monday')).toMatchObject({ code: 3 });
});

test('the same data give the same digest of inputs, other data another.', async () => {
  const digest = async (mine: Project): Promise<string> => {
    await mine.run('apply', '--yes');
    const { inputs } = await mine.json<{ inputs: string }>('why', 'mp', 'EEE', '-o', 'json');
    return inputs;
  };
  const one = await digest(trading());
  expect(await digest(trading())).toBe(one);
  const other = trading();
  prices(other, 'AAA', () => 51);
  expect(await digest(other)).not.toBe(one);
});
