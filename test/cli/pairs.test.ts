/** The strategy pairs on a folder of daily closes: entered, held, left, and undone where a leg cannot be had. */
import { expect, test } from 'vitest';
import { nextSessionAfter, sessionsBefore } from '../../src/domain/calendar.ts';
import { DEFAULT_PAIRS_PARAMETERS } from '../../src/desired/pairs-parameters.ts';
import { estimatePair } from '../../src/strategies/pairs-estimate.ts';
import { alignWindow, type PairSymbol } from '../../src/strategies/pairs-history.ts';
import { logX, logY } from '../strategies/golden-pair.ts';
import { projectInProcess as project, type Project, type StrategyFacts } from '../support/project.ts';

const TUESDAY = '2025-12-02';
const BEFORE = sessionsBefore(TUESDAY, 260);

/** Tuesday is 0. */
function sessionAfter(count: number): string {
  const next = (date: string): string => nextSessionAfter(date).date;
  return Array.from({ length: count }).reduce<string>(next, TUESDAY);
}

const PAIRS: StrategyFacts = {
  universe: ['XOM', 'CVX'],
  spec: {
    signal: { type: 'pairs', params: { pairs: [['XOM', 'CVX']] } },
    capital: { positionSize: '10%', maxPositions: 2, maxExposure: '20%' },
    schedule: [{ at: 'close-15m', action: 'rebalance' }],
  },
};

interface Row {
  readonly date: string;
  readonly y: number;
  readonly x: number;
}

const HISTORY: readonly Row[] = BEFORE.map((date, t) => ({
  date,
  y: Math.exp(logY(t)),
  x: Math.exp(logX(t)),
}));

/** CVX is y or x, whichever the regression takes; z is that of the estimate of Tuesday. */
function rowsOf(zs: readonly number[]): Row[] {
  const symbolOf = (of: (row: Row) => number): PairSymbol => ({
    bars: HISTORY.map((row) => ({ date: row.date, close: of(row), volume: 1e6 })),
    price: null,
    shortable: true,
    doubt: null,
  });
  const closes = alignWindow(
    BEFORE,
    symbolOf((row) => row.y),
    symbolOf((row) => row.x),
    DEFAULT_PAIRS_PARAMETERS,
  );
  if ('code' in closes) throw new Error(closes.words);
  const estimate = estimatePair(['CVX', 'XOM'], closes, DEFAULT_PAIRS_PARAMETERS);
  if (estimate === null) throw new Error('no estimate');
  const { alpha, beta, mean, deviation } = estimate;
  return zs.map((z, day) => {
    const x = Math.exp(logX(BEFORE.length + day));
    const spread = mean + z * deviation;
    const y =
      estimate.y === 'CVX'
        ? Math.exp(alpha + beta * Math.log(x) + spread)
        : Math.exp((Math.log(x) - alpha - spread) / beta);
    return { date: sessionAfter(day), y, x };
  });
}

/** `zs` from Tuesday on. */
function trading(zs: readonly number[], account: object = {}, strategy = PAIRS): Project {
  const mine = project({
    account: {
      prices: { type: 'csv', folder: '../prices' },
      broker: { clock: 'exchange', shorting: { hardToBorrow: [] }, ...account },
    },
    strategies: { pairs: strategy },
    now: at(0),
  });
  const write = (symbol: string, of: (row: Row) => number): void => {
    const lines = [...HISTORY, ...rowsOf(zs)].map((row) => {
      const price = of(row).toFixed(4);
      return `${row.date},${price},${price},2000000`;
    });
    mine.write(`prices/${symbol}.csv`, `Date,Open,Close,Volume\n${lines.join('\n')}\n`);
  };
  write('CVX', ({ y }) => y);
  write('XOM', ({ x }) => x);
  return mine;
}

function at(day: number): string {
  return `${sessionAfter(day)}T15:45:30-05:00`;
}

/** The sign of each position, after `apply` in the slot of each of the first sessions. */
async function live(mine: Project, count: number): Promise<string[]> {
  const books: string[] = [];
  for (let day = 0; day < count; day += 1) {
    const today = mine.at(at(day));
    await today.run('apply', '--yes');
    books.push(await positions(today));
  }
  return books;
}

async function positions(mine: Project): Promise<string> {
  const { items } = await mine.json<{ items: { symbol: string; quantity: string }[] }>(
    'get',
    'positions',
    '-o',
    'json',
  );
  return items.map(({ symbol, quantity }) => `${quantity.startsWith('-') ? '-' : '+'}${symbol}`).join(' ');
}

test('sells the dear share short and buys the cheap one, holds both, and leaves both at the mean.', async () => {
  const mine = trading([-2.5, -1.5, 0, 0]);
  const [first, second, third, fourth] = await live(mine, 4);
  expect(['-XOM +CVX', '+CVX -XOM', '+XOM -CVX', '-CVX +XOM']).toContain(first);
  expect([second, third, fourth]).toEqual([first, '', '']);
});

test('the plan shows both legs, the short one first, and what they hang on.', async () => {
  const mine = trading([-2.5]);
  const plan = await mine.json<{ actions: { side: string; group?: string; kind: string }[] }>(
    'plan',
    '-o',
    'json',
  );
  expect(plan.actions.map(({ side, group }) => [side, group])).toEqual([
    ['sell', 'CVX/XOM'],
    ['buy', 'CVX/XOM'],
  ]);
  expect((await mine.run('plan')).stdout).toMatch(
    /SELL .* NewTarget, first leg of CVX\/XOM, both or none[^]*BUY .* second leg of CVX\/XOM/,
  );
});

test('nothing is entered near the mean, and the decision says why.', async () => {
  const mine = trading([1]);
  expect(await live(mine, 1)).toEqual(['']);
  expect((await mine.run('why-not', 'pairs', 'CVX')).stdout).toMatch(
    /Blocked +SpreadNearMean: CVX\/XOM: z is 1\.00, and the entry is 2/,
  );
});

test('nothing is entered of what cannot be borrowed.', async () => {
  const mine = trading([-2.5], { shorting: { hardToBorrow: ['CVX', 'XOM'] } });
  expect(await live(mine, 1)).toEqual(['']);
  expect((await mine.run('why-not', 'pairs', 'XOM')).stdout).toContain('NotShortable');
});

test.each([
  [
    '2025-12-02,XOM,split,1,2',
    'CorporateAction: CVX/XOM: XOM: prices do not compare: 2-for-1 split on 2025-12-02',
  ],
  ['2025-12-02,XOM,merger,,', 'ActionsUnknown: CVX/XOM: CVX: its corporate actions are not known: '],
])('nothing is entered beside the corporate action %s.', async (line, why) => {
  const mine = trading([-2.5]);
  mine.write('prices/corporate-actions.csv', `Date,Symbol,Kind,From,To\n${line}\n`);
  expect(await live(mine, 1)).toEqual(['']);
  expect((await mine.run('why-not', 'pairs', 'XOM')).stdout).toContain(why);
});

test('a broker that does not answer about the borrow for a moment costs no evening.', async () => {
  const mine = trading([-2.5], { faults: '../faults.yaml' });
  // One question is three requests: that of the signal, and that of the first plan.
  mine.write('faults.yaml', 'faults: [{on: assets, effect: unavailable, times: 6}]\n');
  const first = await mine.run('plan');
  expect(first.stdout).toContain('BorrowUnknown');
  await mine.run('apply', '--yes');
  expect(await positions(mine)).not.toBe('');
});

test('a leg that is refused undoes the other one in the same apply, which does not end well.', async () => {
  const mine = trading([-2.5], { faults: '../faults.yaml' });
  mine.write(
    'faults.yaml',
    'faults: [{on: submit, symbol: CVX, effect: reject, code: Refused, message: "not now"}]\n',
  );
  const { code, stdout, stderr } = await mine.run('apply', '--yes');
  expect(code).not.toBe(0);
  expect(stdout).toContain('Apply: 2 done, 1 failed');
  expect(stderr).toContain('XOM is closed: its group is not complete');
  expect(await positions(mine)).toBe('');
  await mine.run('apply', '--yes');
  expect(await positions(mine)).toBe('');
});

test('a pair that is configured no longer is left.', async () => {
  const mine = trading([-2.5, -2.4, -2.4]);
  await live(mine, 1);
  mine.declare({
    pairs: {
      ...PAIRS,
      universe: ['XOM', 'CVX', 'KO', 'PEP'],
      spec: {
        ...PAIRS.spec,
        signal: { type: 'pairs', params: { pairs: [['KO', 'PEP']] } },
      },
    },
  });
  const next = mine.at(at(1));
  expect(await next.run('apply', '--yes')).toMatchObject({ code: 0 });
  expect(await positions(next)).toBe('');
});
