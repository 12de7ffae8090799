/** The strategy overnight-mean-reversion on a folder of daily bars: trained, entered before the close, left in the morning. */
import { describe, expect, test } from 'vitest';
import { sessionsBefore } from '../../src/domain/calendar.ts';
import { projectInProcess as project, type Project, type StrategyFacts } from '../support/project.ts';

const TUESDAY = '2025-12-02';
const WEDNESDAY = '2025-12-03';
/** Four years and today. */
const DATES = [...sessionsBefore(TUESDAY, 1_000), TUESDAY];

/** AAA falls by two percent every third day, and rises by one over the night after it; BBB hardly moves. */
function bars(mine: Project, symbol: string, { fall, night }: { fall: number; night: number }): void {
  const rows: string[] = [];
  let open = 100;
  DATES.forEach((date, day) => {
    // The last day is one of a fall.
    const isFall = (DATES.length - 1 - day) % 3 === 0;
    const close = open * (isFall ? 1 - fall : 1.001);
    rows.push(`${date},${open.toFixed(4)},${close.toFixed(4)}`);
    open = close * (isFall ? 1 + night : 1.004);
  });
  mine.write(`prices/${symbol}.csv`, `Date,Open,Close\n${rows.join('\n')}\n`);
}

function index(mine: Project, symbol: string, valueOn: (day: number, date: string) => number | null): void {
  const rows = DATES.flatMap((date, day) => {
    const value = valueOn(day, date);
    return value === null ? [] : [`${date},${value.toFixed(2)}`];
  });
  mine.write(`prices/${symbol}.csv`, `Date,Close\n${rows.join('\n')}\n`);
}

const NIGHT: StrategyFacts = {
  universe: ['AAA', 'BBB'],
  spec: {
    signal: { type: 'overnight-mean-reversion', params: { table: '../tables/night.json' } },
    capital: { positionSize: '15%', maxPositions: 3, maxExposure: '45%' },
    schedule: [
      { at: 'open+1m', action: 'exit' },
      { at: 'close-5m', action: 'entry' },
    ],
  },
};

function overnight(broker: object = {}, prices: object = { type: 'csv', folder: '../prices' }): Project {
  const mine = project({
    account: { prices, broker: { clock: 'exchange', ...broker } },
    strategies: { night: NIGHT },
    now: `${TUESDAY}T15:55:30-05:00`,
  });
  mine.write('manifests/tables/.keep', '');
  bars(mine, 'AAA', { fall: 0.02, night: 0.01 });
  bars(mine, 'BBB', { fall: 0.001, night: 0.01 });
  index(mine, 'SPY', (day) => 400 * 1.0004 ** day);
  index(mine, 'VIX', (day) => 15 + 2 * Math.sin(day / 9));
  return mine;
}

async function trained(): Promise<Project> {
  const mine = overnight();
  expect(await mine.run('train', 'night')).toMatchObject({ code: 0 });
  return mine;
}

async function book(mine: Project): Promise<Record<string, string>> {
  const { items } = await mine.json<{ items: { symbol: string; quantity: string }[] }>(
    'get',
    'positions',
    '-o',
    'json',
  );
  return Object.fromEntries(items.map(({ symbol, quantity }) => [symbol, quantity]));
}

const TABLE = 'manifests/tables/night.json';

test('is trained on request, on what was known before today, and says of what.', async () => {
  const mine = overnight();
  const { code, stdout } = await mine.run('train', 'night');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^SYMBOL +NIGHTS +NO REGIME +NO NEXT +NO PRICE +CELLS\nAAA +748 +251 +0 +0 +\d+\n/);
  expect(stdout).toMatch(/1,?496 nights from 2022-\d\d-\d\d to 2025-12-01/);
  expect(stdout).toContain('tables/night.json');
  const table = JSON.parse(mine.read(TABLE)) as { trainedAt: string; training: { lastDate: string } };
  expect(table).toMatchObject({
    trainedAt: '2025-12-02T15:55:30-05:00',
    training: { lastDate: '2025-12-01' },
  });
  const before = mine.read(TABLE);
  await mine.run('train', 'night');
  expect(mine.read(TABLE)).toBe(before);
});

test('says what the table knows, from which prices, and how old that is.', async () => {
  const mine = await trained();
  const facts = async (at: Project): Promise<string> =>
    (await at.run('describe', 'strategy', 'night')).stdout;
  const TRAINED =
    / nights from 2022-\d\d-\d\d to 2025-12-01, 0 sessions before today; prices: csv; trained 2025/;
  expect(await facts(mine)).toMatch(TRAINED);
  expect(await facts(mine.at(`${WEDNESDAY}T12:00:00-05:00`))).toContain('2025-12-01, 1 session before today');
  mine.remove(TABLE);
  expect(await facts(mine)).toMatch(/Table: +there is no reversion table; 'hgctl train night' writes/);
});

test('enters what has a record of rising after such a day, and leaves it in the morning.', async () => {
  const mine = await trained();
  const { code, stdout } = await mine.run('apply', '--yes');
  expect(stdout).toMatch(/night\/AAA +BUY/);
  expect(code).toBe(0);
  expect(Object.keys(await book(mine))).toEqual(['AAA']);
  const morning = mine.at(`${WEDNESDAY}T09:31:30-05:00`);
  expect((await morning.run('apply', '--yes')).stdout).toContain('ExitSlot');
  expect(await book(mine)).toEqual({});
});

test('with both sides enters short what has a record of falling, and buys it back in the morning.', async () => {
  const mine = overnight({ shorting: {} });
  bars(mine, 'AAA', { fall: 0.02, night: -0.01 });
  const both = (sides: object): Record<string, StrategyFacts> => ({
    night: {
      ...NIGHT,
      spec: {
        ...NIGHT.spec,
        signal: { type: 'overnight-mean-reversion', params: { table: '../tables/night.json', ...sides } },
        capital: { positionSize: '15%', maxPositions: 3, maxExposure: '45%', shorts: 'allowed' },
      },
    },
  });
  mine.declare(both({ sides: 'both' }));
  expect(await mine.run('train', 'night')).toMatchObject({ code: 0 });
  mine.declare(both({}));
  expect((await mine.run('plan')).stdout).not.toMatch(/night\/AAA/);
  mine.declare(both({ sides: 'both' }));
  const { code, stdout } = await mine.run('apply', '--yes');
  expect(stdout).toMatch(/night\/AAA +SELL/);
  expect(code).toBe(0);
  expect((await book(mine))['AAA']).toMatch(/^-\d+$/);
  const morning = mine.at(`${WEDNESDAY}T09:31:30-05:00`);
  expect((await morning.run('apply', '--yes')).stdout).toContain('ExitSlot');
  expect(await book(mine)).toEqual({});
});

test('is left in the morning by a controller that cannot read the prices of another strategy, which it tells once.', async () => {
  const mine = await trained();
  await mine.run('apply', '--yes');
  mine.declare({ night: NIGHT, core: { targets: { KO: '3' } } });
  mine.write('prices/KO.csv', 'Date,Close\n2025-12-02,much\n');
  const { code, stderr } = await mine
    .at(`${WEDNESDAY}T09:30:30-05:00`)
    .run('run', '--until', `${WEDNESDAY}T09:34:00-05:00`);
  expect(code).toBe(0);
  expect(stderr.match(/KO\.csv:2: "much" is not a price/g)).toHaveLength(1);
  mine.remove('prices/KO.csv');
  expect(await book(mine)).toEqual({});
});

test('says which table a new one takes the place of.', async () => {
  const mine = await trained();
  expect((await mine.run('train', 'night')).stdout).toMatch(
    /Written: .*night\.json, in place of the table that was trained 2025-12-02T\S+ on data up to 2025-12-01\n$/,
  );
});

test('says of each symbol what kept it out, and of an order why.', async () => {
  const mine = await trained();
  await mine.run('apply', '--yes');
  const bought = (await mine.run('why', 'night', 'AAA')).stdout;
  expect(bought).toMatch(/Rank +1 of 1, score 0\.\d{6}; \d are wanted\n/);
  expect(bought).toMatch(/Market +regime [A-Z_]+, confidence \d\.\d{4}\n/);
  expect(bought).toMatch(/Table +trained 2025-12-02T\d\d:\d\d\S*, up to 2025-12-01, on csv\n/);
  expect((await mine.run('why-not', 'night', 'BBB')).stdout).toMatch(/Blocked +MoveTooSmall: it moved /);
});

describe('enters nothing, and says why,', () => {
  async function refusal(mine: Project, words: RegExp): Promise<void> {
    expect((await mine.run('plan')).stdout).toMatch(words);
    await mine.run('apply', '--yes');
    expect(await book(mine)).toEqual({});
  }

  test('without a table: it is never trained silently.', async () => {
    const mine = overnight();
    await refusal(
      mine,
      /SignalFailed +overnight-mean-reversion enters nothing: there is no reversion table; 'hgctl train night'/,
    );
    expect(mine.exists(TABLE)).toBe(false);
  });

  test('with a table that somebody has damaged.', async () => {
    const mine = await trained();
    mine.write(TABLE, mine.read(TABLE).replace('"version": 1', '"version": 2'));
    await refusal(mine, /night\.json is no reversion table: version/);
  });

  test('with a table of prices that were made up, and with a made-up market and a table of real ones.', async () => {
    const mine = await trained();
    const real = mine.read(TABLE);
    expect(real).toContain('"source": "csv"');
    mine.write(
      TABLE,
      real
        .replace('"source": "csv"', '"source": "synthetic seed 7 market"')
        .replace('"invented": false', '"invented": true'),
    );
    await refusal(
      mine,
      /made of other prices \(synthetic seed 7 market\) than those of today \(csv\).*; 'hgctl train night' makes/,
    );
    expect((await mine.run('health')).stdout).toMatch(
      /tables +WARN +night enters nothing: the reversion table was made/,
    );
    mine.write(TABLE, real);
    const made = overnight({}, { type: 'synthetic', seed: 7, movement: 'market' });
    made.write(TABLE, real);
    await refusal(made, /made of other prices \(csv\) than those of today \(synthetic seed 7 market\)/);
  });

  test('with a table that is a folder.', async () => {
    const mine = overnight();
    mine.write(`${TABLE}/.keep`, '');
    await refusal(mine, /night\.json is no reversion table: .* is not a regular file/);
  });

  test('with a VIX of yesterday.', async () => {
    const mine = await trained();
    index(mine, 'VIX', (day, date) => (date === TUESDAY ? null : 15 + 2 * Math.sin(day / 9)));
    await refusal(mine, /StaleData: the latest value of VIX is of 2025-12-01, not of 2025-12-02/);
  });

  test('with less than a year of the VIX: that is not calm weather.', async () => {
    const mine = await trained();
    index(mine, 'VIX', (day) => (day < DATES.length - 30 ? null : 15));
    await refusal(mine, /VixHistoryShort/);
  });

  test('and after its slot the journal still knows why, once.', async () => {
    const mine = await trained();
    expect((await mine.at('2025-12-02T12:00:00-05:00').run('apply', '--yes')).code).toBe(0);
    index(mine, 'VIX', (day) => (day < DATES.length - 30 ? null : 15));
    await mine.run('apply', '--yes');
    const later = mine.at('2025-12-02T16:30:00-05:00');
    expect((await later.run('why-not', 'night', 'AAA')).stdout).toMatch(
      /Decided +2025-12-02 15:55:30 EST, night\/2025-12-02\/entry\/1555\n +Blocked +SignalFailed: .*\n +Order +none/,
    );
    const events = (await later.run('get', 'events')).stdout.match(/signal-failed/g) ?? [];
    expect(events).toHaveLength(1);
  });
});

test('a training that finds nothing leaves the table as it was, exit 5.', async () => {
  const mine = await trained();
  const before = mine.read(TABLE);
  const { code, stderr } = await mine.run('train', 'night', '--from', '2025-11-01');
  expect(code).toBe(5);
  expect(stderr).toContain('nothing was trained');
  expect(mine.read(TABLE)).toBe(before);
});

test.each([
  [['train', 'core'], 6, 'there is no strategy "core"'],
  [['train', 'night', '--to', TUESDAY], 3, 'is not over yet'],
  [['train', 'night', '--from', '2025-11-01', '--to', '2024-01-01'], 3, 'is after'],
  [['train', 'night', '--from', 'never'], 3, 'is not a date'],
])('%j is refused.', async (args, code, words) => {
  expect(await overnight().run(...args)).toMatchObject({
    code,
    stderr: expect.stringContaining(words) as string,
  });
});
