/** `suspend`, `resume`, `halt`, `unhalt` and `kill` on real files, also beside trouble and beside processes at work. */
import { readdirSync, statSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  project as projectOfProcesses,
  projectInProcess as project,
  type Project,
  type ProjectFacts,
  type StrategyFacts,
} from '../support/project.ts';

const STATE = 'data/strategy_positions.json';
const LATER = '2025-12-02T15:40:00-05:00';
const WHY = ['--reason', 'bad data'] as const;
const TWO = { core: { targets: { VTI: '10', BND: '20' } }, side: { targets: { GLD: '5' } } };
const SENT = 'Submitting order';

async function owning(
  strategies: Readonly<Record<string, StrategyFacts>> = TWO,
  account: ProjectFacts['account'] = {},
): Promise<Project> {
  const mine = project({
    strategies,
    account: { ...account, broker: { faults: '../faults.yaml', ...account.broker } },
  });
  faults(mine);
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  return mine.at(LATER);
}

function faults(mine: Project, ...lines: readonly string[]): void {
  mine.write('faults.yaml', `faults: [${lines.join(', ')}]\n`);
}

/** All but the count of the faults that the tests have scripted. */
function written(mine: Project): readonly string[] {
  return mine.fingerprint('data').filter((line) => !line.startsWith('broker-faults.json'));
}

interface Strategy {
  readonly name: string;
  readonly state: string;
  readonly suspension: object | null;
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
}

async function strategy(mine: Project, name: string): Promise<Strategy> {
  const { items } = await mine.json<{ items: Strategy[] }>('get', 'strategies', '-o', 'json');
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new Error(`no strategy ${name}`);
  return found;
}

/** What other tools read of the books. */
function booksIn(mine: Project): string[] {
  const { strategies } = JSON.parse(mine.read(STATE)) as {
    strategies: Record<string, { positions: Record<string, { qty: number }> }>;
  };
  return Object.entries(strategies).flatMap(([name, { positions: owned }]) =>
    Object.entries(owned).map(([symbol, { qty }]) => `${name} ${symbol} ${qty}`),
  );
}

async function types(mine: Project): Promise<string[]> {
  const { items } = await mine.json<{ items: { type: string }[] }>('get', 'events', '-o', 'json');
  return items.map(({ type }) => type);
}

async function positions(mine: Project): Promise<string[]> {
  const { items } = await mine.json<{ items: Record<string, string | null>[] }>(
    'get',
    'positions',
    '-o',
    'json',
  );
  return items.map(
    ({ strategy: owner, symbol, quantity }) => `${owner ?? '-'} ${symbol ?? ''} ${quantity ?? ''}`,
  );
}

describe('hgctl suspend', () => {
  test('stops entries, lets the rest go on, and shows who, why and until when', async () => {
    const mine = (await owning()).with({ USER: 'ada' });
    const { code, stdout } = await mine.run('suspend', 'core', ...WHY, '--until', '17:30');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'strategy/core suspended until 2025-12-02 17:30:00 EST: bad data\n',
    });
    mine.declare({ core: { targets: { VTI: '7', BND: '25' } }, side: { targets: { GLD: '6' } } });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual(['core BND 20', 'core VTI 7', 'side GLD 6']);
    const core = await strategy(mine, 'core');
    expect(core).toMatchObject({
      state: 'Suspended',
      suspension: { reason: 'bad data', by: 'ada', until: '2025-12-02T17:30:00-05:00' },
    });
    expect(core.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'False', reason: 'Suspended' }),
    );
    expect(core.conditions).toContainEqual(expect.objectContaining({ type: 'Suspended', status: 'True' }));
    expect((await mine.run('get', 'st', '-o', 'wide')).stdout).toContain('2025-12-02T17:30:00-05:00');
    expect((await mine.run('status')).stdout).toContain('Entries: suspended by ada since');
    const after = mine.at('2025-12-02T17:30:00-05:00');
    expect(await strategy(after, 'core')).toMatchObject({ state: 'Enabled', suspension: null });
    expect(await after.run('resume', 'core')).toMatchObject({
      code: 0,
      stdout: 'strategy/core is not suspended\n',
    });
    expect(await after.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(after)).toContain('core BND 25');
  });

  test('said again writes nothing; another reason or end takes its place', async () => {
    const mine = await owning();
    const said = ['suspend', 'core', ...WHY, '--until', '2025-12-03'];
    await mine.run(...said);
    const before = written(mine);
    const again = await mine.run(...said);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain(
      'strategy/core already suspended by operator since 2025-12-02 15:40:00 EST',
    );
    expect(written(mine)).toEqual(before);
    expect(await mine.json('suspend', 'core', ...WHY, '-o', 'json')).toMatchObject({
      kind: 'Suspension',
      strategy: 'core',
      suspended: true,
      changed: true,
      until: null,
    });
  });

  test('enable does not lift it, and says so', async () => {
    const mine = await owning();
    await mine.run('disable', 'core');
    await mine.run('suspend', 'core', ...WHY);
    const { code, stderr } = await mine.run('enable', 'core');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: core is suspended by operator since .*'hgctl resume core' ends it$/m);
    expect((await strategy(mine, 'core')).state).toBe('Suspended');
  });

  test('resume shows the plan that follows, once', async () => {
    const mine = await owning();
    await mine.run('suspend', 'core', ...WHY);
    mine.declare({ ...TWO, core: { targets: { VTI: '11', BND: '20' } } });
    const { stdout } = await mine.run('resume', 'core');
    expect(stdout).toMatch(/^strategy\/core resumed\n\nThe next apply:\n/);
    expect(stdout).toMatch(/core\/VTI +BUY +1 /);
    const before = written(mine);
    expect(await mine.json('resume', 'core', '-o', 'json')).toEqual({
      kind: 'Resumption',
      strategy: 'core',
      changed: false,
      plan: null,
    });
    expect(written(mine)).toEqual(before);
  });

  test.each([
    ['without a reason', ['core'], 3],
    ['with an empty reason', ['core', '--reason', ' '], 3],
    ['of an unknown strategy', ['cor', ...WHY], 6],
    ['until what is no time', ['core', ...WHY, '--until', 'soon'], 3],
    ['until a time that is over', ['core', ...WHY, '--until', '2025-12-02T15:40'], 3],
    ['in a format that it does not have', ['core', ...WHY, '-o', 'csv'], 3],
  ])('%s is refused, and changes nothing', async (_, words, code) => {
    const mine = await owning();
    const before = written(mine);
    const refused = await mine.run('suspend', ...words);
    expect(refused).toMatchObject({ code, stdout: '' });
    expect(refused.stderr).toMatch(/^error: .*\nhint: /);
    expect(written(mine)).toEqual(before);
  });
});

describe('hgctl halt', () => {
  test('holds every order, reductions too; a pass that finds it writes nothing; unhalt shows the plan', async () => {
    const mine = await owning();
    expect(await mine.run('halt', ...WHY)).toMatchObject({
      code: 0,
      stdout: 'The account is halted: no order goes out (bad data)\n',
    });
    mine.declare({ core: { targets: { VTI: '7', BND: '25' } }, side: TWO.side });
    const applied = await mine.run('apply', '--yes');
    expect(applied.code).toBe(0);
    expect(applied.stdout).toMatch(/! - +Halted +halted by /);
    expect(applied.stdout).toMatch(/! core\/BND +Halted +buy 5 BND waits/);
    expect(applied.stdout).toMatch(/! core\/VTI +Halted +sell 3 VTI waits/);
    expect(applied.stdout).toMatch(/Nothing to do\.\n$/);
    const before = written(mine);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await mine.run('halt', '--reason', 'again')).toMatchObject({ code: 0 });
    expect(written(mine)).toEqual(before);
    expect((await strategy(mine, 'side')).state).toBe('Halted');
    expect((await mine.run('status')).stdout).toContain('Account: halted by operator since');
    const { stdout } = await mine.run('unhalt', '--reason', 'it is back');
    expect(stdout).toMatch(/^The halt is lifted\n\nThe next apply:\n/);
    expect(stdout).toMatch(/core\/VTI +SELL +3 /);
    const lifted = written(mine);
    expect(await mine.run('unhalt', '--reason', 'x')).toMatchObject({
      code: 0,
      stdout: 'The account is not halted\n',
    });
    expect(written(mine)).toEqual(lifted);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual(['core BND 25', 'core VTI 7', 'side GLD 5']);
  });

  test('as JSON says all that stands', async () => {
    const mine = (await owning()).with({ USER: 'ada' });
    expect(await mine.json('halt', ...WHY, '--cancel-open', '-o', 'json')).toEqual({
      kind: 'Halt',
      halted: true,
      mode: 'cancel',
      reason: 'bad data',
      by: 'ada',
      since: LATER,
      changed: true,
      openOrders: [],
    });
    expect(await mine.json('halt', ...WHY, '-o', 'json')).toMatchObject({ mode: 'cancel', changed: false });
  });

  test.each<[string, (mine: Project) => void]>([
    [
      'while the broker does not answer',
      (mine) =>
        faults(
          mine,
          '{on: account, effect: unavailable, times: 99}',
          '{on: openOrders, effect: unavailable, times: 99}',
        ),
    ],
    ["while the broker's file cannot be read", (mine) => mine.write('data/broker.json', '{')],
    ['while the manifests are invalid', (mine) => mine.write('manifests/more.yaml', 'kind: Strategy\n')],
    ['while the manifests are gone', (mine) => mine.remove('manifests')],
    [
      'while the toggle file is broken',
      (mine) => mine.write('manifests/strategy_toggle.yaml', 'strategies: ['),
    ],
    [
      'beside a state file that was changed',
      (mine) => mine.write(STATE, mine.read(STATE).replace('"qty": 20', '"qty": 15')),
    ],
    ['beside a state file that cannot be read', (mine) => mine.write(STATE, '{')],
  ])('is recorded %s, and so are suspend and kill', async (_, trouble) => {
    const mine = await owning();
    trouble(mine);
    expect((await mine.run('halt', ...WHY)).code).toBe(0);
    expect(await mine.run('suspend', 'core', ...WHY)).toMatchObject({ code: 0 });
    expect([0, 10, 12]).toContain((await mine.run('kill', ...WHY, '--flatten')).code);
    const said = (await types(mine)).filter((type) => /halted|suspended/.test(type));
    expect(said).toEqual(['halted', 'strategy-suspended', 'halted']);
    expect((await mine.run('unhalt', ...WHY)).stdout).toMatch(/^The halt is lifted\n/);
    expect((await mine.run('resume', 'core')).stdout).toMatch(/^strategy\/core resumed\n/);
  });

  test('leaves a state file that was changed as it is', async () => {
    const mine = await owning();
    const text = mine.read(STATE).replace('"qty": 20', '"qty": 15');
    mine.write(STATE, text);
    const { stderr } = await mine.run('halt', ...WHY);
    expect(stderr).toContain('was changed outside hgctl, and is left as it is');
    expect(mine.read(STATE)).toBe(text);
    expect(readdirSync(mine.path('data')).filter((name) => name.includes('.edited-'))).toHaveLength(1);
  });

  test('shows itself in the state file, which stays for its owner alone, and outlives a lost journal', async () => {
    const mine = await owning();
    await mine.run('suspend', 'side', ...WHY, '--until', '3d');
    await mine.run('halt', ...WHY, '--cancel-open');
    expect(statSync(mine.path(STATE)).mode & 0o777).toBe(0o600);
    mine.remove('data/journal');
    expect(await mine.run('halt', ...WHY)).toMatchObject({ code: 5 });
    expect(await mine.run('rebuild', '--from-backup', '--yes')).toMatchObject({ code: 0 });
    expect(await mine.json('halt', ...WHY, '-o', 'json')).toMatchObject({ mode: 'cancel', changed: false });
    await mine.run('unhalt', ...WHY);
    expect(await strategy(mine, 'side')).toMatchObject({
      state: 'Suspended',
      suspension: { until: '2025-12-05T15:40:00-05:00' },
    });
  });

  test('is refused before there are books, and says what to do', async () => {
    const mine = project({ strategies: TWO });
    const { code, stderr } = await mine.run('halt', ...WHY);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^error: there are no books yet.*\nhint: /);
    expect(mine.exists('data')).toBe(false);
  });
});

const EIGHT = {
  core: {
    targets: Object.fromEntries(
      ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'HHH'].map((s) => [s, '1']),
    ),
  },
};

/**
 * In real time: an execution of eight orders that has sent the first of them. The account draws how much of `fillDelay` each
 * takes: where nothing is to fill, it is an hour.
 */
async function executing(
  fillDelay: string,
): Promise<{ mine: Project; holder: ReturnType<Project['start']> }> {
  const mine = projectOfProcesses({
    strategies: EIGHT,
    now: null,
    account: { broker: { fillDelay, partialFills: '0%' }, execution: { maxInFlight: 2 } },
  });
  const holder = mine.start('apply', '--yes');
  onTestFinished(() => void holder.process.kill('SIGKILL'));
  await holder.said(SENT);
  return { mine, holder };
}

/** Of the journal's records behind the first of this type. */
async function typesAfter(mine: Project, type: string): Promise<string[]> {
  const { items } = await mine.json<{ items: { type: string }[] }>('get', 'events', '-o', 'json');
  const types = items.map((item) => item.type);
  expect(types).toContain(type);
  return types.slice(types.indexOf(type) + 1);
}

const sentBy = (text: string): number => text.split(SENT).length - 1;

describe('From another terminal, during an execution of eight orders,', () => {
  test('halt answers at once; what is out fills, and nothing is sent after its word', async () => {
    const { mine, holder } = await executing('1500ms');
    const halted = await mine.run('halt', ...WHY);
    expect(halted.code).toBe(0);
    expect(halted.stderr).toContain('core is executing (pid');
    const { code, stdout, stderr } = await holder.ended;
    expect(code).toBe(10);
    const sent = sentBy(stderr);
    // However slow this machine is: an order that came before the word is one of those that were out.
    expect(await typesAfter(mine, 'halted')).not.toContain('intent');
    expect(stdout.match(/^not-started: open\/core\/\w+: Halted: halted by /gm)).toHaveLength(8 - sent);
    expect(stdout).toContain(`Apply: ${sent} done, 0 failed, 0 skipped, ${8 - sent} not started.\n`);
    expect(stderr).toContain(`Halted - aborting remaining ${8 - sent} orders`);
    expect(await positions(mine)).toHaveLength(sent);
    expect(mine.read(STATE)).toContain('"last_execution": "2');
    expect((await mine.run('apply', '--yes')).stdout).toMatch(/Nothing to do\.\n$/);
  });

  test('halt --cancel-open cancels what is out, and waits for its end', async () => {
    const { mine, holder } = await executing('1h');
    expect(await mine.run('halt', ...WHY, '--cancel-open')).toMatchObject({ code: 0 });
    const { code, stderr } = await holder.ended;
    expect(code).toBe(10);
    expect(sentBy(stderr)).toBeLessThanOrEqual(2);
    expect(await positions(mine)).toEqual([]);
    const { items } = await mine.json<{ items: { status: string }[] }>('get', 'orders', '-o', 'json');
    expect(new Set(items.map(({ status }) => status))).toEqual(new Set(['canceled']));
  });

  test('kill cancels at the broker though the holder hangs; it finds out when it goes on', async () => {
    const { mine, holder } = await executing('1h');
    holder.process.kill('SIGSTOP');
    // On a clock that stands still the 60 s are over at once.
    const still = mine.at(new Date().toISOString());
    const killed = await still.run('kill', ...WHY);
    expect(killed.code).toBe(12);
    const sold = await still.run('kill', ...WHY, '--flatten');
    expect(sold.code).toBe(12);
    expect(sold.stderr).toMatch(/core \(pid \d+\) still holds the execution lock\nhint: 'hgctl unlock /);
    expect(killed.stdout).toMatch(/core: buy 1 AAA has no end yet/);
    holder.process.kill('SIGCONT');
    const { stderr } = await holder.ended;
    expect(sentBy(stderr)).toBeLessThanOrEqual(2);
    expect(await mine.run('kill', ...WHY, '--flatten')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual([]);
  });

  test('kill --flatten stops it and sells what it has bought', async () => {
    const { mine, holder } = await executing('400ms');
    await holder.said('Order filled');
    const { code, stdout } = await mine.run('kill', ...WHY, '--flatten');
    await holder.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/core\/\w+: Selling 1 shares\.\.\. FILLED/);
    expect(stdout).toMatch(/Flat: no strategy owns anything, and no order of ours is open\.\n$/);
    expect(await positions(mine)).toEqual([]);
  });
});

describe('hgctl kill --flatten', () => {
  test('sells what strategies own, leaves the rest alone, says so, and is done when said again', async () => {
    const mine = await owning();
    await mine.run('sim', 'trade', 'buy', '3', 'VTI');
    await mine.run('sim', 'trade', 'buy', '4', 'XOM');
    await mine.run('disable', 'side');
    const { code, stdout } = await mine.run('kill', ...WHY, '--flatten');
    expect(code).toBe(0);
    expect(stdout).toContain('  core/VTI: Selling 10 shares... FILLED\n');
    expect(stdout).toContain('  side/GLD: Selling 5 shares... FILLED\n');
    expect(stdout).toContain('  not ours, untouched: 3 VTI\n  not ours, untouched: 4 XOM\n');
    const after = mine.at('2025-12-02T15:50:00-05:00');
    expect(await positions(after)).toEqual(['- VTI 3', '- XOM 4']);
    const before = written(after);
    expect(await after.json('kill', ...WHY, '--flatten', '-o', 'json')).toMatchObject({
      kind: 'Kill',
      mode: 'flatten',
      changed: false,
      flat: true,
      outcomes: [],
      leftovers: [],
      unmanaged: [
        { symbol: 'VTI', quantity: '3' },
        { symbol: 'XOM', quantity: '4' },
      ],
    });
    expect(written(after)).toEqual(before);
    expect((await after.run('apply', '--yes')).stdout).toMatch(/Nothing to do\.\n$/);
  });

  describe('with an order at the broker that the journal does not know', () => {
    const HOUR = '2025-12-02T16:30:00-05:00';
    async function beside(clientOrderId: string, facts: object = {}): Promise<Project> {
      const mine = await owning();
      const book = JSON.parse(mine.read('data/broker.json')) as { orders: object[] };
      const order = { clientOrderId, symbol: 'VTI', side: 'sell', quantity: '7', filledQuantity: '0' };
      const pending = [{ kind: 'fill', at: HOUR, quantity: '7', price: '250.00' }];
      const times = { submittedAt: '2025-12-02T15:00:00-05:00', updatedAt: '2025-12-02T15:00:00-05:00' };
      const more = { brokerOrderId: 'unknown-1', filledValue: '0', status: 'accepted', pending, ...times };
      book.orders.push({ ...order, ...more, ...facts });
      mine.write('data/broker.json', JSON.stringify(book));
      return mine;
    }

    test('one that bears our prefix is cancelled, and the account is flat', async () => {
      const mine = await beside('hg-core-20251201-plan-lost');
      const { code, stdout } = await mine.run('kill', ...WHY, '--flatten');
      expect(stdout).toContain('core/VTI: Selling 10 shares... FILLED');
      expect(stdout).toContain('Flat: ');
      expect(code).toBe(0);
      expect(mine.read('data/broker.json')).toMatch(/"hg-core-20251201-plan-lost"[^}]*"canceled"/);
    });

    test('while it cannot be cancelled, the account is not known to be flat', async () => {
      const mine = await beside('hg-core-20251201-plan-lost', { symbol: 'XOM', side: 'buy' });
      mine.write('faults.yaml', 'faults:\n  - {on: cancel, effect: stuck, times: 99}\n');
      const account = JSON.parse(mine.read('manifests/account.yaml')) as { spec: { broker: object } };
      account.spec.broker = { ...account.spec.broker, faults: '../faults.yaml' };
      mine.write('manifests/account.yaml', JSON.stringify(account));
      const { code, stdout } = await mine.run('kill', ...WHY, '--flatten');
      expect(stdout).toContain(
        'left: order hg-core-20251201-plan-lost (buy 7 XOM): it is open at the broker, and not in the journal',
      );
      expect(code).toBe(12);
    });

    test("somebody else's is left alone, and named", async () => {
      const mine = await beside('by-hand-1', { symbol: 'XOM', side: 'buy' });
      const { code, stdout } = await mine.run('kill', ...WHY, '--flatten');
      expect(stdout).toContain('not ours, untouched: order by-hand-1 (buy 7 XOM)');
      expect(code).toBe(0);
    });
  });

  test('two owners of one symbol sell one after the other', async () => {
    const mine = project({ strategies: TWO });
    const time = '2025-12-01T15:55:00-05:00';
    const positions = (qty: number): object => ({
      positions: { VTI: { qty, entry_price: 250.5, entry_time: time, order_id: null } },
      last_execution: time,
    });
    const strategies = { core: positions(4), side: positions(6) };
    mine.write(
      'original.json',
      JSON.stringify({ version: 1, last_updated: time, execution_lock: null, strategies }),
    );
    const held = { VTI: { quantity: '10', averagePrice: '250.50' } };
    const base = { version: 1, accountId: 'SIM-TEST', seed: 7, time, cash: '100000.00' };
    mine.write('data/broker.json', JSON.stringify({ ...base, positions: held, orders: [], fills: [] }));
    expect(await mine.run('init', '--from-state', 'original.json')).toMatchObject({ code: 0 });
    const { code, stdout } = await mine.run('kill', ...WHY, '--flatten');
    expect(stdout).toMatch(
      /core\/VTI: Selling 4 shares\.\.\. FILLED\n +side\/VTI: Selling 6 shares\.\.\. FILLED/,
    );
    expect(code).toBe(0);
  });

  test('works while the manifests are gone', async () => {
    const mine = await owning();
    mine.remove('manifests');
    expect(await mine.run('kill', ...WHY, '--flatten')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toEqual([]);
  });

  test('exit 10: a sale that filled in part leaves the rest, named; the next kill goes on', async () => {
    const mine = await owning();
    faults(mine, '{on: submit, symbol: BND, effect: order, fills: "8"}');
    const { code, stdout } = await mine.run('kill', ...WHY, '--flatten');
    expect(code).toBe(10);
    expect(stdout).toContain('core/BND: Selling 20 shares... PARTIAL (8/20)');
    expect(stdout).toMatch(/left: 12 BND of core: PartialFill/);
    expect(stdout).toMatch(/Not flat\. The account stays halted/);
    expect(booksIn(mine)).toEqual(['core BND 12']);
    expect(await mine.run('kill', ...WHY, '--flatten')).toMatchObject({ code: 0 });
    expect(booksIn(mine)).toEqual([]);
  });

  test('said again, it leaves a state file that was changed as it is', async () => {
    const mine = await owning();
    faults(mine, '{on: submit, symbol: BND, effect: order, fills: "8"}');
    await mine.run('kill', ...WHY, '--flatten');
    const text = mine.read(STATE).replace('"qty": 12', '"qty": 11');
    mine.write(STATE, text);
    const { code, stderr } = await mine.run('kill', ...WHY, '--flatten');
    expect(code).toBe(0);
    expect(stderr).toContain('was changed outside hgctl, and is left as it is');
    expect(mine.read(STATE)).toBe(text);
  });

  test('exit 10: a refused sale, as JSON', async () => {
    const mine = await owning();
    faults(mine, '{on: submit, symbol: GLD, effect: reject, code: Refused, message: "not now", times: 9}');
    const { code, stdout } = await mine.run('kill', ...WHY, '--flatten', '-o', 'json');
    expect(code).toBe(10);
    expect(JSON.parse(stdout)).toMatchObject({
      flat: false,
      leftovers: [{ strategy: 'side', symbol: 'GLD', quantity: '5', reason: 'OrderRefused' }],
    });
  });

  test.each([
    ['an answer that is lost', '{on: submit, symbol: GLD, effect: answer-lost, hiddenFor: 600s}'],
    ['a broker that does not answer', '{on: positions, effect: unavailable, times: 999}'],
  ])('exit 12: %s', async (_, line) => {
    const mine = await owning();
    faults(mine, line);
    const { code, stdout } = await mine.run('kill', ...WHY, '--flatten');
    expect(stdout).toMatch(/Not known to be flat/);
    expect(code).toBe(12);
    expect((await strategy(mine, 'core')).state).toBe('Halted');
  });

  test('exit 12: a break on a symbol is not sold over', async () => {
    const mine = await owning();
    const broker = JSON.parse(mine.read('data/broker.json')) as {
      positions: Record<string, { quantity: string }>;
    };
    if (broker.positions['VTI'] !== undefined) broker.positions['VTI'].quantity = '6';
    mine.write('data/broker.json', JSON.stringify(broker));
    await mine.run('apply', '--yes');
    const { code, stdout } = await mine.run('kill', ...WHY, '--flatten');
    expect(stdout).toMatch(/left: 10 VTI of core: BreakOpen/);
    expect(code).toBe(12);
    expect(mine.read('data/broker.json')).toContain('"quantity": "6"');
  });

  test('exit 13: the market is closed; halted all the same, and the next session sells', async () => {
    const mine = project({
      strategies: TWO,
      now: '2025-12-02T11:00:00-05:00',
      account: { broker: { clock: 'exchange' } },
    });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    const night = mine.at('2025-12-02T17:00:00-05:00');
    const { code, stdout } = await night.run('kill', ...WHY, '--flatten');
    expect(code).toBe(13);
    expect(stdout).toMatch(/left: 20 BND of core: MarketClosed/);
    expect((await strategy(night, 'core')).state).toBe('Halted');
    const morning = mine.at('2025-12-03T10:00:00-05:00');
    expect(await morning.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(morning)).toEqual([]);
  });

  test('a halt stops what is still to be sold', async () => {
    const mine = project({
      strategies: TWO,
      now: '2025-12-02T11:00:00-05:00',
      account: { broker: { clock: 'exchange' } },
    });
    await mine.run('apply', '--yes');
    await mine.at('2025-12-02T17:00:00-05:00').run('kill', ...WHY, '--flatten');
    const morning = mine.at('2025-12-03T10:00:00-05:00');
    expect(await morning.run('kill', ...WHY)).toMatchObject({ code: 0 });
    expect((await morning.run('plan')).stdout).toContain('Flattening');
    expect(await morning.run('halt', ...WHY)).toMatchObject({ code: 0 });
    await morning.run('apply', '--yes');
    expect(await positions(morning)).toEqual(['core BND 20', 'core VTI 10', 'side GLD 5']);
  });
});
