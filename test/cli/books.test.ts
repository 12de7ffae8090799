/** Beginnings, what others do to the account, and damage to what hgctl keeps. */
import { appendFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

interface Position {
  readonly strategy: string | null;
  readonly symbol: string;
  readonly quantity: string;
  readonly class: string;
}

/** `core/VTI 200 owned`. */
async function positions(mine: Project): Promise<string[]> {
  const { items } = await mine.json<{ items: Position[] }>('get', 'positions', '-o', 'json');
  return items
    .map(({ strategy, symbol, quantity, class: kind }) => `${strategy ?? '-'}/${symbol} ${quantity} ${kind}`)
    .sort();
}

const TEN = { strategies: { core: { targets: { VTI: '10' }, universe: ['VTI', 'GLD'] } } };
/** Our own fills explain no difference any more. */
const LATER = '2025-12-02T15:31:00-05:00';
const CORE = 'manifests/strategies/core.yaml';

async function applied(): Promise<Project> {
  const mine = project(TEN);
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  return mine;
}

/** Books of 10 VTI beside a broker that has 6, and no trace of the others in its history. */
async function shortOfFour(): Promise<Project> {
  const mine = project(TEN);
  const time = '2025-12-01T15:55:00-05:00';
  const lot = { qty: 10, entry_price: 250.5, entry_time: time, order_id: null };
  mine.write(
    'original.json',
    JSON.stringify({
      version: 1,
      last_updated: time,
      execution_lock: null,
      strategies: { core: { positions: { VTI: lot }, last_execution: time } },
    }),
  );
  mine.write(
    'data/broker.json',
    JSON.stringify({
      version: 1,
      accountId: 'SIM-SHORT',
      seed: 7,
      time,
      cash: '100000.00',
      positions: { VTI: { quantity: '6', averagePrice: '250.50' } },
      orders: [],
      fills: [],
    }),
  );
  expect(await mine.run('init', '--from-state', 'original.json')).toMatchObject({ code: 0 });
  return mine;
}

describe('On an account that is not empty', () => {
  async function holding(): Promise<Project> {
    const mine = project(TEN);
    expect(await mine.run('sim', 'trade', 'buy', '7', 'GLD', '--price', '200')).toMatchObject({
      code: 0,
      stdout: 'buy 7 GLD filled at $200.00\n',
    });
    return mine;
  }

  test('the first apply is refused with exit 5 and names both ways on; nothing is written.', async () => {
    const mine = await holding();
    const before = mine.fingerprint('data');
    const { code, stderr } = await mine.run('apply', '--yes');
    expect(code).toBe(5);
    expect(stderr).toContain('GLD 7');
    expect(stderr).toContain("'hgctl init --from-state FILE' or 'hgctl init --unmanaged'");
    expect(mine.fingerprint('data')).toEqual(before);
  });

  test('init --unmanaged leaves its shares alone until adopt gives them to a strategy.', async () => {
    const mine = await holding();
    expect(await mine.run('init', '--unmanaged')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual(['-/GLD 7 unmanaged']);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual(['-/GLD 7 unmanaged', 'core/VTI 10 owned']);
    const adopted = await mine.run(
      'adopt',
      'GLD',
      '--strategy',
      'core',
      '--quantity',
      '3',
      '--reason',
      'mine',
    );
    expect(adopted).toMatchObject({
      code: 0,
      stdout: 'position/GLD adopted by core: 3 shares at $200.00\n',
    });
    expect(await positions(mine)).toEqual(['-/GLD 4 unmanaged', 'core/GLD 3 owned', 'core/VTI 10 owned']);
    const more = await mine.run('adopt', 'GLD', '--strategy', 'core', '--quantity', '5', '--reason', 'x');
    expect(more).toMatchObject({ code: 5 });
    // GLD is no target of core: its three shares are sold, the four others are not.
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual(['-/GLD 4 unmanaged', 'core/VTI 10 owned']);
  });

  test('init cannot begin twice.', async () => {
    const mine = await holding();
    await mine.run('init', '--unmanaged');
    expect(await mine.run('init', '--unmanaged')).toMatchObject({ code: 8 });
    expect(await mine.run('init')).toMatchObject({ code: 8 });
  });

  test('adopt takes nothing before the books are open.', async () => {
    const mine = await holding();
    const { code, stderr } = await mine.run('adopt', 'GLD', '--strategy', 'core', '--reason', 'x');
    expect(code).toBe(5);
    expect(stderr).toContain('not open yet');
  });
});

describe('A trade by hand', () => {
  test('that sells leaves the book with a warning, is not bought back today, and is tomorrow.', async () => {
    const mine = (await applied()).at(LATER);
    await mine.run('sim', 'trade', 'sell', '4', 'VTI');
    const synced = await mine.run('apply', '--yes');
    expect(synced).toMatchObject({ code: 0 });
    expect(synced.stderr).toContain('[!] [CORE] Position VTI: 10 -> 6\n');
    expect(await positions(mine)).toEqual(['core/VTI 6 owned']);
    const again = await mine.run('apply', '--yes');
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain('EntryFrozenExternalReduction');
    const tomorrow = mine.at('2025-12-03T10:00:00-05:00');
    expect(await tomorrow.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(tomorrow)).toEqual(['core/VTI 10 owned']);
  });

  test('that buys is unmanaged: shown, never sold.', async () => {
    const mine = (await applied()).at(LATER);
    await mine.run('sim', 'trade', 'buy', '5', 'VTI');
    await mine.run('apply', '--yes');
    expect(await positions(mine)).toEqual(['-/VTI 5 unmanaged', 'core/VTI 10 owned']);
  });

  test('that the simulated broker refuses ends with exit 5.', async () => {
    const mine = project(TEN);
    expect(await mine.run('sim', 'trade', 'sell', '1', 'VTI')).toMatchObject({ code: 5 });
    expect(await mine.run('sim', 'trade', 'buy', '1000000', 'VTI')).toMatchObject({ code: 5 });
  });
});

describe('Shares that are gone without a trace', () => {
  test('are looked at twice, then a break that takes no order until resolve ends it.', async () => {
    const mine = await shortOfFour();
    expect((await mine.run('plan')).stdout).toContain('Unconfirmed');
    const broken = await mine.run('apply', '--yes');
    expect(broken).toMatchObject({ code: 0 });
    expect(broken.stderr).toContain('looking again in 30 s');
    expect(await positions(mine)).toEqual(['core/VTI 10 break']);
    mine.write(CORE, mine.read(CORE).replace('"quantity": "10"', '"quantity": "20"'));
    const frozen = await mine.run('apply', '--yes');
    expect(frozen.stdout).toContain('BreakOpen');
    expect(await positions(mine)).toEqual(['core/VTI 10 break']);
    expect(await mine.run('resolve', 'VTI', '--as', 'broker', '--reason', 'sold elsewhere')).toMatchObject({
      code: 0,
      stdout: 'symbol/VTI resolved; books: core 6\n',
    });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual(['core/VTI 6 owned']);
    await mine.run('resolve', 'VTI', '--as', 'books', '--reason', 'buy it back');
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual(['core/VTI 20 owned']);
  });
});

describe('resolve', () => {
  test('of a symbol without a doubt ends with exit 6: there is nothing to end.', async () => {
    const mine = await applied();
    expect(await mine.run('resolve', 'VTI', '--as', 'broker', '--reason', 'x')).toMatchObject({ code: 6 });
    expect(await mine.run('resolve', 'XYZ', '--as', 'broker', '--reason', 'x')).toMatchObject({ code: 6 });
  });
});

describe('The state file', () => {
  const STATE = 'data/strategy_positions.json';

  test('is rebuilt from the journal when it was removed, and that is said.', async () => {
    const mine = await applied();
    const before = mine.read(STATE);
    mine.remove(STATE);
    expect(await positions(mine)).toEqual(['core/VTI 10 owned']);
    expect(mine.exists(STATE)).toBe(false);
    const { code, stderr } = await mine.run('apply', '--yes');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Rebuilt') as string });
    expect(mine.read(STATE)).toBe(before);
  });

  test.each([
    ['edited by hand', (text: string) => text.replace('"qty": 10', '"qty": 90')],
    ['that is no JSON any more', (text: string) => text.slice(0, 40)],
    ['that another program wrote', (text: string) => text.replace(/,\s*"hgctl": [^]*$/, '\n}\n')],
  ])('%s stops what would change something with exit 8 and is kept; reads go on.', async (_, edit) => {
    const mine = await applied();
    const edited = edit(mine.read(STATE));
    mine.write(STATE, edited);
    for (const words of [
      ['apply', '--yes'],
      ['adopt', 'VTI', '--strategy', 'core', '--reason', 'x'],
    ]) {
      const { code, stderr } = await mine.run(...words);
      expect(code).toBe(8);
      expect(stderr).toContain('was changed outside hgctl');
    }
    const copies = readdirSync(mine.path('data')).filter((name) => name.includes('.edited-'));
    expect(copies.map((name) => mine.read(`data/${name}`))).toEqual([edited]);
    expect(await positions(mine)).toEqual(['core/VTI 10 owned']);
    for (const words of [['status'], ['plan'], ['get', 'st'], ['journal', 'verify']])
      expect(await mine.run(...words)).toMatchObject({ code: 0 });
    // The hint's way out.
    mine.remove(STATE);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  });

  test('without its journal is refused with exit 5: nobody trades on from empty books.', async () => {
    const mine = await applied();
    mine.remove('data/journal');
    const { code, stderr } = await mine.run('apply', '--yes');
    expect(code).toBe(5);
    expect(stderr).toContain('records are lost');
    expect(mine.exists('data/journal')).toBe(false);
  });
});

describe('The journal', () => {
  const JOURNAL = 'data/journal/0001.jsonl';

  test('is intact after an apply, and stays so behind a torn end.', async () => {
    const mine = await applied();
    const verdict = await mine.run('journal', 'verify');
    expect(verdict).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/intact, \d+ records/) as string,
    });
    appendFileSync(mine.path(JOURNAL), '\n{"v":1,"seq":');
    expect(await mine.run('journal', 'verify')).toMatchObject({ code: 0 });
    mine.declare({ core: { targets: { VTI: '12' } } });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual(['core/VTI 12 owned']);
  });

  test('that was changed in the middle is damaged: verify ends with 1, apply with 5 and no order.', async () => {
    const mine = await applied();
    const lines = mine.read(JOURNAL).split('\n');
    const middle = lines.findIndex((line) => line.includes('"intent"'));
    lines[middle] = (lines[middle] ?? '').replace('VTI', 'VTX');
    mine.write(JOURNAL, lines.join('\n'));
    const broker = mine.read('data/broker.json');
    const verdict = await mine.run('journal', 'verify');
    expect(verdict).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`line ${middle + 1}`) as string,
    });
    mine.declare({ core: { targets: { VTI: '12' } } });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 5 });
    expect(mine.read('data/broker.json')).toBe(broker);
  });

  test('of another account is refused with exit 5.', async () => {
    const mine = await applied();
    mine.write('data/broker.json', mine.read('data/broker.json').replace(/"SIM-\w+"/, '"SIM-OTHER"'));
    const { code, stderr } = await mine.run('apply', '--yes');
    expect(code).toBe(5);
    expect(stderr).toContain('SIM-OTHER');
  });
});

describe('A broker file that cannot be understood', () => {
  test.each([
    ['garbage', 'garbage'],
    ['an empty file', ''],
    ['another version', '{"version": 2}'],
  ])('(%s) is no empty account: apply ends with 11, and the file stays as it is.', async (_, text) => {
    const mine = await applied();
    const journal = mine.read('data/journal/0001.jsonl');
    mine.write('data/broker.json', text);
    mine.declare({ core: { targets: { VTI: '12' } } });
    const { code, stderr } = await mine.run('apply', '--yes');
    expect(code).toBe(11);
    expect(stderr).toContain('broker.json');
    expect(mine.read('data/broker.json')).toBe(text);
    expect(mine.read('data/journal/0001.jsonl')).toBe(journal);
    expect(await mine.run('plan')).toMatchObject({ code: 11 });
    expect(await mine.run('get', 'positions')).toMatchObject({ code: 0 });
    expect(await mine.run('sim', 'trade', 'buy', '1', 'VTI')).toMatchObject({ code: 5 });
  });

  test('on a first start opens no books.', async () => {
    const mine = project(TEN);
    mine.write('data/broker.json', 'garbage');
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 11 });
    expect(await mine.run('init', '--unmanaged')).toMatchObject({ code: 11 });
    expect(mine.exists('data/journal')).toBe(false);
  });
});
