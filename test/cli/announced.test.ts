/** A position over night, and a corporate action that takes effect in the morning: its exit goes out at its time all the same. */
import { expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

const [TUESDAY, WEDNESDAY] = ['2025-12-02', '2025-12-03'];

interface Night {
  /** A line of corporate-actions.csv. */
  readonly announced: string;
  /** What the account does before the open, as a fault script says it. */
  readonly happens: string;
  /** Prices of Wednesday, by symbol. */
  readonly prices: Readonly<Record<string, string>>;
  /** Left out: it is sold in the morning, and bought in the evening. */
  readonly schedule?: readonly object[];
}

const SCHEDULE = [
  { at: 'open+1m', action: 'exit' },
  { at: 'close-5m', action: 'entry' },
];

/** AAA is bought in the evening, ten shares of it. */
async function overnight({ announced, happens, prices, schedule = SCHEDULE }: Night): Promise<Project> {
  const mine = project({
    account: {
      prices: { type: 'csv', folder: '../prices' },
      broker: { clock: 'exchange', faults: '../faults.yaml' },
    },
    strategies: {
      night: {
        targets: { AAA: '10' },
        spec: { schedule },
      },
    },
    now: `${TUESDAY}T15:55:30-05:00`,
  });
  const early = `from: "${WEDNESDAY}T04:00:00-05:00"`;
  mine.write('faults.yaml', `faults:\n  - {on: positions, ${early}, ${happens}}\n`);
  const rows = new Map([['AAA', `${TUESDAY},1200\n`]]);
  for (const [symbol, price] of Object.entries(prices))
    rows.set(symbol, `${rows.get(symbol) ?? ''}${WEDNESDAY},${price}\n`);
  for (const [symbol, text] of rows) mine.write(`prices/${symbol}.csv`, `Date,Close\n${text}`);
  mine.write('prices/corporate-actions.csv', `Date,Symbol,Kind,From,To\n${announced}\n`);
  expect((await mine.run('apply', '--yes')).code).toBe(0);
  return mine;
}

interface Item {
  readonly time: string;
  readonly type: string;
  readonly message: string;
}

async function events(mine: Project, type: string): Promise<readonly Item[]> {
  const { items } = await mine.json<{ items: readonly Item[] }>('get', 'events', '-o', 'json');
  return items.filter((item) => item.type === type);
}

async function exits(mine: Project): Promise<readonly string[]> {
  interface Order {
    readonly side: string;
    readonly quantity: string;
    readonly symbol: string;
    readonly status: string;
  }
  const { items } = await mine.json<{ items: readonly Order[] }>('get', 'orders', '-o', 'json');
  return items
    .filter(({ side }) => side === 'sell')
    .map(({ symbol, quantity, status }) => `${quantity} ${symbol} ${status}`);
}

const NIGHTS: Readonly<Record<'split' | 'change', Night>> = {
  split: {
    announced: `${WEDNESDAY},AAA,split,1,10`,
    happens: 'effect: split, split: {symbol: AAA, from: 1, to: 10}',
    prices: { AAA: '121' },
  },
  change: {
    announced: `${WEDNESDAY},AAA,symbol-change,AAA,NEW`,
    happens: 'effect: rename, rename: {from: AAA, to: NEW}',
    prices: { NEW: '1210' },
  },
};

test.each([
  {
    what: 'a split',
    night: NIGHTS.split,
    type: 'split-applied',
    message: '10-for-1 split of 2025-12-03: night 10 -> 100',
    exit: '100 AAA filled',
  },
  {
    what: 'a change of the symbol',
    night: NIGHTS.change,
    type: 'symbol-changed',
    message: 'AAA is NEW since 2025-12-03: night 10',
    exit: '10 NEW filled',
  },
])('$what is followed before the open, and the exit goes out at 9:31.', async (row) => {
  const mine = await overnight(row.night);
  const { code } = await mine
    .at(`${WEDNESDAY}T09:12:00-05:00`)
    .run('run', '--until', `${WEDNESDAY}T09:34:00-05:00`);
  expect(code).toBe(0);
  const morning = mine.at(`${WEDNESDAY}T09:34:00-05:00`);
  const [followed] = await events(morning, row.type);
  expect(followed?.message).toBe(row.message);
  expect((followed?.time ?? '') < `${WEDNESDAY}T09:30`).toBe(true);
  expect(await exits(morning)).toEqual([row.exit]);
  const sold = (await events(morning, 'fill')).at(-1);
  expect(sold?.time.slice(0, 16)).toBe(`${WEDNESDAY}T09:31`);
  expect(await morning.json('get', 'positions', '-o', 'json')).toMatchObject({ items: [] });
  expect((await morning.run('journal', 'verify')).code).toBe(0);
});

test('one pass at the slot shows both, and does both.', async () => {
  const mine = (await overnight(NIGHTS.split)).at(`${WEDNESDAY}T09:31:10-05:00`);
  const { stdout } = await mine.run('plan');
  expect(stdout).toMatch(
    /apply-split +night\/AAA +10 -> 100 +SplitAnnounced \(announced: AAA: 10-for-1 split on 2025-12-03; broker: AAA 100 at \$120\.00\)/,
  );
  expect(stdout).toMatch(/night\/AAA +SELL +100 +100 -> 0/);
  expect(stdout).toContain('1 split to follow');
  const plan = await mine.json<{ actions: readonly object[] }>('plan', '-o', 'json');
  expect(plan.actions[0]).toMatchObject({
    kind: 'apply-split',
    splits: [{ date: WEDNESDAY, from: 1, to: 10 }],
    lots: [{ strategy: 'night', from: '10', to: '100', cost: '12000.00' }],
    unmanaged: { from: '0', to: '0' },
    reason: 'SplitAnnounced',
  });
  expect((await mine.run('apply', '--yes')).code).toBe(0);
  expect(await exits(mine)).toEqual(['100 AAA filled']);
});

test('without an announcement the symbol is frozen, and a person decides.', async () => {
  const mine = await overnight({ ...NIGHTS.split, announced: '' });
  await mine.at(`${WEDNESDAY}T09:12:00-05:00`).run('run', '--until', `${WEDNESDAY}T09:29:00-05:00`);
  const morning = mine.at(`${WEDNESDAY}T09:31:10-05:00`);
  await morning.run('apply', '--yes');
  expect(await exits(morning)).toEqual([]);
  expect((await morning.run('get', 'breaks')).stdout).toContain('as after a 10-for-1 split');
});

test('what a person says of a split trades nothing: a target in old shares waits, as after an announced one.', async () => {
  const mine = await overnight({ ...NIGHTS.split, announced: '', schedule: [] });
  const morning = mine.at(`${WEDNESDAY}T09:40:00-05:00`);
  await morning.run('apply', '--yes');
  const said = await morning.run('resolve', 'AAA', '--as', 'split', '--reason', 'ten for one');
  expect(said.stdout).toBe('symbol/AAA resolved; books: night 100\n');
  const { code, stdout } = await morning.run('apply', '--yes');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /! night\/AAA +SplitApplied +the books have followed its 10-for-1 split of 2025-12-03 today/,
  );
  const later = morning.at('2025-12-04T09:40:00-05:00');
  expect((await later.run('apply', '--yes')).stdout).toMatch(
    /! night\/AAA +SplitApplied +the target of 10 may count shares of before its 10-for-1 split of 2025-12-03/,
  );
  expect(await exits(later)).toEqual([]);
  await later.run('resolve', 'AAA', '--as', 'books', '--reason', 'ten it is');
  await later.run('apply', '--yes');
  expect(await exits(later)).toEqual(['90 AAA filled']);
});

test('a night without either leaves the morning before the open without a record.', async () => {
  const mine = await overnight({ announced: '', happens: 'effect: unavailable', prices: { AAA: '1210' } });
  const before = mine.read('data/journal/0001.jsonl');
  await mine.at(`${WEDNESDAY}T09:12:00-05:00`).run('run', '--until', `${WEDNESDAY}T09:29:00-05:00`);
  expect(mine.read('data/journal/0001.jsonl')).toBe(before);
  expect(mine.exists('data/journal/0002.jsonl')).toBe(false);
});

test('who applies by hand is told before the open, too, what the account has still to carry out.', async () => {
  const mine = await overnight(NIGHTS.split);
  mine.write('faults.yaml', 'faults: []\n');
  const early = mine.at(`${WEDNESDAY}T09:14:00-05:00`);
  expect((await early.run('plan')).stdout).not.toContain('SplitPending');
  const morning = mine.at(`${WEDNESDAY}T09:20:00-05:00`);
  for (const command of [['plan'], ['apply', '--yes']])
    expect((await morning.run(...command)).stdout).toMatch(
      /! AAA +SplitPending +AAA: 10-for-1 split on 2025-12-03 is announced/,
    );
  expect(await exits(morning)).toEqual([]);
});
