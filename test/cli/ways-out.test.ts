/** Every state that blocks has a command that leaves it: each is entered here, and left. Real files, real commands. */
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseInstant } from '../../src/domain/instant.ts';
import type { Clock } from '../../src/reconciler/ports.ts';
import { fixedClock } from '../../src/store/clocks.ts';
import { projectInProcess as project, type Project } from '../support/project.ts';

const STATE = 'data/strategy_positions.json';
const TWO = { core: { targets: { VTI: '10', BND: '20' } }, side: { targets: { GLD: '5' } } };

async function owning(): Promise<Project> {
  const mine = project({ strategies: TWO });
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  return mine;
}

async function positions(mine: Project): Promise<string[]> {
  const { items } = await mine.json<{ items: Record<string, string | null>[] }>(
    'get',
    'positions',
    '-o',
    'json',
  );
  return items.map(
    ({ strategy, symbol, quantity }) => `${strategy ?? '-'} ${symbol ?? ''} ${quantity ?? ''}`,
  );
}

const BOOKS = ['core BND 20', 'core VTI 10', 'side GLD 5'];

/** The journal of a minute later than the last fill, so that nothing is settling. */
function later(mine: Project): Project {
  return mine.at('2025-12-02T15:40:00-05:00');
}

describe('hgctl release', () => {
  test('undoes an adoption: the books are what they were', async () => {
    const mine = await owning();
    await mine.run('sim', 'trade', 'buy', '3', 'VTI');
    const after = later(mine);
    expect(await after.run('adopt', 'VTI', '--strategy', 'core', '--reason', 'mine')).toMatchObject({
      code: 0,
    });
    expect(await positions(after)).toStrictEqual(['core BND 20', 'core VTI 13', 'side GLD 5']);
    const released = await after.run(
      'release',
      'VTI',
      '--strategy',
      'core',
      '--quantity',
      '3',
      '--reason',
      'not mine',
    );
    expect(released).toMatchObject({
      code: 0,
      stdout: 'position/VTI released by core: 3 shares are unmanaged\n',
    });
    expect(await positions(after)).toStrictEqual([...BOOKS, '- VTI 3']);
  });

  test('gives up no more than there is, and nothing that is not owned', async () => {
    const mine = later(await owning());
    const more = await mine.run('release', 'VTI', '--strategy', 'core', '--quantity', '11', '--reason', 'x');
    expect(more).toMatchObject({ code: 5 });
    expect(await mine.run('release', 'GLD', '--strategy', 'core', '--reason', 'x')).toMatchObject({
      code: 5,
    });
    expect(await mine.run('release', 'GLD', '--strategy', 'cor', '--reason', 'x')).toMatchObject({ code: 6 });
    expect(await positions(mine)).toStrictEqual(BOOKS);
  });
});

describe('hgctl rename', () => {
  test('moves the book, and the manifests of the new name have nothing to do', async () => {
    const mine = await owning();
    mine.declare({ funds: TWO.core, side: TWO.side });
    expect(await mine.run('rename', 'core', 'funds')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toStrictEqual(['funds BND 20', 'funds VTI 10', 'side GLD 5']);
    expect((await mine.run('apply', '--yes')).stdout).toContain('Nothing to do.');
  });

  test('refuses while a manifest declares the old name, or the new one could not hold the book', async () => {
    const mine = await owning();
    const declared = await mine.run('rename', 'core', 'funds');
    expect(declared).toMatchObject({ code: 5 });
    expect(declared.stderr).toContain('a manifest still declares core');
    mine.declare({ funds: { targets: { VTI: '10' } }, side: TWO.side });
    const outside = await mine.run('rename', 'core', 'funds');
    expect(outside).toMatchObject({ code: 5 });
    expect(outside.stderr).toContain('core holds what is not in the universe of funds: BND');
    expect(await positions(mine)).toStrictEqual(BOOKS);
  });

  test('merges no books, and knows the old name', async () => {
    const mine = await owning();
    expect(await mine.run('rename', 'core', 'side')).toMatchObject({ code: 5 });
    mine.declare({ side: TWO.side });
    const unknown = await mine.run('rename', 'cor', 'funds');
    expect(unknown).toMatchObject({ code: 6 });
    expect(unknown.stderr).toContain('hint: did you mean core? in the books: core, side\n');
    expect(await mine.run('rename', 'core', 'No Name')).toMatchObject({ code: 3 });
    expect(await mine.run('rename', 'core', 'core')).toMatchObject({ code: 3 });
    expect(await positions(mine)).toStrictEqual(BOOKS);
  });
});

describe('a state file that somebody edited', () => {
  async function edited(): Promise<Project> {
    const mine = later(await owning());
    mine.write(STATE, mine.read(STATE).replace('"qty": 20', '"qty": 15'));
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 8 });
    return mine;
  }

  test('is shown, exit 1, and nothing changes', async () => {
    const mine = await edited();
    const { code, stdout } = await mine.run('import', 'state');
    expect(code).toBe(1);
    expect(stdout).toContain('strategies.core.positions.BND.qty');
    expect(await positions(mine)).toStrictEqual(BOOKS);
  });

  test('is discarded: the file is what the journal says', async () => {
    const mine = await edited();
    expect(await mine.run('import', 'state', '--discard')).toMatchObject({ code: 0 });
    expect(mine.read(STATE)).toContain('"qty": 20');
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(readdirSync(mine.path('data')).some((name) => name.includes('.edited-'))).toBe(true);
  });

  test('is accepted: the book is what it says, and the rest at the broker is nobody’s', async () => {
    const mine = await edited();
    expect(await mine.run('import', 'state', '--accept')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toStrictEqual(['core BND 15', 'core VTI 10', 'side GLD 5', '- BND 5']);
    expect(await mine.run('import', 'state')).toMatchObject({ code: 0 });
  });

  test.each(['left out', 'changed'])(
    'in the part that is for hgctl alone (%s): is shown, and either word ends it',
    async (how) => {
      for (const word of ['--discard', '--accept']) {
        const mine = later(await owning());
        const { hgctl, ...visible } = JSON.parse(mine.read(STATE)) as { hgctl: { seq: number } };
        const spoiled =
          how === 'left out' ? visible : { ...visible, hgctl: { ...hgctl, seq: hgctl.seq - 1 } };
        mine.write(STATE, JSON.stringify(spoiled, null, 2));
        expect(await mine.run('apply', '--yes')).toMatchObject({
          code: 8,
          stderr: expect.stringContaining('\n  hgctl: this part') as string,
        });
        expect(await mine.run('import', 'state')).toMatchObject({ code: 1 });
        expect(await mine.run('import', 'state', word)).toMatchObject({ code: 0 });
        expect(await positions(mine)).toStrictEqual(BOOKS);
        expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
      }
    },
  );

  test('does not hold up a disable, and a copy of it is kept', async () => {
    const mine = await edited();
    expect(await mine.run('disable', 'side', '--close-positions')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toStrictEqual(['core BND 20', 'core VTI 10']);
  });

  test('with an execution lock that is not ours stops every trade until it expires', async () => {
    const mine = later(await owning());
    const lock =
      '{"holder":"omr","acquired":"2025-12-02T15:39:00-05:00","expires":"2025-12-02T15:43:00-05:00"}';
    mine.write(STATE, mine.read(STATE).replace('"execution_lock": null', `"execution_lock": ${lock}`));
    const held = await mine.run('disable', 'side', '--close-positions');
    expect(held.code).toBe(7);
    expect(held.stderr).toContain('omr until 2025-12-02T15:43:00-05:00');
    for (const way of [
      ['import', 'state', '--accept'],
      ['import', 'state', '--discard'],
      ['rebuild', '--from-journal', '--yes'],
    ])
      expect(await mine.run(...way)).toMatchObject({ code: 7 });
    expect(mine.read(STATE)).toContain('"holder":"omr"');
    expect(await positions(mine)).toStrictEqual(BOOKS);
    const after = mine.at('2025-12-02T15:44:00-05:00');
    expect(await after.run('close-orphaned', 'side')).toMatchObject({ code: 0 });
  });
});

describe('a journal that is not the one of the state file', () => {
  const refused = { code: 5, stderr: expect.stringContaining('records are lost') as string };

  async function switchOnAndOff(mine: Project): Promise<void> {
    for (const command of ['disable', 'enable', 'disable', 'enable'])
      expect(await mine.run(command, 'core')).toMatchObject({ code: 0 });
  }

  test('is refused for good, also when an older copy of it has grown past the state file', async () => {
    const mine = await owning();
    cpSync(mine.path('data/journal'), mine.path('old-journal'), { recursive: true });
    mine.declare({ ...TWO, core: { targets: { VTI: '12', BND: '20' } } });
    const after = later(mine);
    expect(await after.run('apply', '--yes')).toMatchObject({ code: 0 });
    const state = mine.read(STATE);
    mine.remove('data/journal');
    renameSync(mine.path('old-journal'), mine.path('data/journal'));
    expect(await after.run('apply', '--yes')).toMatchObject(refused);
    // Beside a state file that has seen more, nothing is recorded; without it, the old copy grows.
    expect(await after.run('disable', 'side')).toMatchObject({ code: 5 });
    expect(mine.read(STATE)).toBe(state);
    mine.remove(STATE);
    for (let round = 0; round < 3; round += 1) await switchOnAndOff(after);
    mine.write(STATE, state);
    expect(await after.run('apply', '--yes')).toMatchObject(refused);
    expect(mine.read(STATE)).toBe(state);
    expect(await after.run('rebuild', '--from-backup', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(after)).toStrictEqual(['core BND 20', 'core VTI 12', 'side GLD 5']);
  });

  test('is refused where it is a longer one of the same account', async () => {
    const mine = await owning();
    const other = await owning();
    other.declare({ ...TWO, core: { targets: { VTI: '15', BND: '20' } } });
    await later(other).run('apply', '--yes');
    mine.remove('data/journal');
    cpSync(other.path('data/journal'), mine.path('data/journal'), { recursive: true });
    expect(await later(mine).run('apply', '--yes')).toMatchObject(refused);
  });
});

describe('hgctl rebuild', () => {
  test('--from-journal shows what it would do, and does it with --yes', async () => {
    const mine = await owning();
    mine.remove(STATE);
    expect((await mine.run('rebuild', '--from-journal')).stdout).toContain('Nothing was changed');
    expect(mine.exists(STATE)).toBe(false);
    expect(await mine.run('rebuild', '--from-journal', '--yes')).toMatchObject({ code: 0 });
    expect(mine.read(STATE)).toContain('"qty": 20');
  });

  test('never throws an intact journal away', async () => {
    const mine = await owning();
    for (const from of ['--from-backup', '--from-broker'])
      expect(await mine.run('rebuild', from, '--yes')).toMatchObject({ code: 5 });
    expect(await positions(mine)).toStrictEqual(BOOKS);
  });

  test.each([
    ['lost', (journal: string) => rmSync(journal, { recursive: true })],
    ['cut', (journal: string) => damage(journal, (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)))],
    ['damaged', (journal: string) => damage(journal, (bytes) => (bytes.fill(0x20, 900, 910), bytes))],
  ])('--from-backup opens the books again where the journal is %s', async (_, harm) => {
    const mine = await owning();
    harm(mine.path('data/journal'));
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 5 });
    const shown = await mine.run('rebuild', '--from-backup');
    expect(shown.stdout).toContain('core       BND      20     20');
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 5 });
    const done = await mine.run('rebuild', '--from-backup', '--yes');
    expect(done).toMatchObject({ code: 0 });
    expect(await positions(mine)).toStrictEqual(BOOKS);
    expect((await later(mine).run('apply', '--yes')).stdout).toContain('Nothing to do.');
    expect(
      readdirSync(mine.path('data')).some((name) => name.startsWith('strategy_positions.json.lost-')),
    ).toBe(true);
  });

  test('--from-broker gives each symbol to the strategy of its universe, where nothing else is left', async () => {
    const mine = await owning();
    await mine.run('sim', 'trade', 'buy', '2', 'KO');
    for (const name of ['journal', 'backups', 'strategy_positions.json'])
      rmSync(mine.path(`data/${name}`), { recursive: true, force: true });
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 5 });
    expect(await mine.run('rebuild', '--from-broker', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toStrictEqual([...BOOKS, '- KO 2']);
  });

  test('gives the orders of rebuilt books other ids than those of the lost ones', async () => {
    const mine = await owning();
    rmSync(mine.path('data/journal'), { recursive: true });
    await mine.run('rebuild', '--from-backup', '--yes');
    const after = later(mine);
    await after.run('disable', 'side', '--close-positions');
    await after.run('enable', 'side');
    const again = after.at('2025-12-02T15:50:00-05:00');
    expect(await again.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(again)).toStrictEqual(BOOKS);
    const broker = JSON.parse(again.read('data/broker.json')) as { orders: { clientOrderId: string }[] };
    expect(broker.orders.filter(({ clientOrderId }) => clientOrderId.startsWith('hg-side'))).toHaveLength(3);
  });

  test.each(['--from-backup', '--from-broker'])(
    '%s waits for the end of a lock that the state file of the lost journal shows',
    async (from) => {
      const mine = later(await owning());
      const { hgctl, ...visible } = JSON.parse(mine.read(STATE)) as Record<string, object>;
      const lock = {
        holder: 'omr',
        acquired: '2025-12-02T15:39:00-05:00',
        expires: '2025-12-02T15:43:00-05:00',
      };
      mine.write(STATE, JSON.stringify({ ...visible, execution_lock: lock }));
      mine.remove('data/journal');
      const held = await mine.run('rebuild', from, '--yes');
      expect(held).toMatchObject({ code: 7 });
      expect(held.stderr).toContain('omr until 2025-12-02T15:43:00-05:00');
      expect(mine.exists('data/journal')).toBe(false);
    },
  );

  test('waits for an execution of ours whose journal somebody took away', async () => {
    const mine = project({ strategies: TWO, now: null, account: { broker: { faults: '../faults.yaml' } } });
    mine.write('faults.yaml', 'faults:\n  - {on: submit, effect: order, fillAfter: 4s}\n');
    const running = mine.start('apply', '--yes');
    await running.said('Lock acquired');
    mine.remove('data/journal');
    expect(await mine.run('rebuild', '--from-backup', '--yes')).toMatchObject({ code: 7 });
    expect(mine.exists('data/journal')).toBe(false);
    await running.ended;
  });

  test('--from-backup keeps off what a person has turned off, whatever the toggle file says', async () => {
    const mine = await owning();
    const toggles = mine.read('manifests/strategy_toggle.yaml');
    expect(await mine.run('disable', 'side')).toMatchObject({ code: 0 });
    mine.write('manifests/strategy_toggle.yaml', toggles);
    mine.remove('data/journal');
    const after = later(mine);
    const done = await after.run('rebuild', '--from-backup', '--yes');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toContain(`Books from ${mine.path(STATE)}, of 2025-12-02T15:30:`);
    after.declare({ ...TWO, side: { targets: { GLD: '9' } } });
    expect((await after.run('apply', '--yes')).stdout).toContain('StrategyDisabled');
    expect(await positions(after)).toStrictEqual(BOOKS);
  });

  test('says so where its source does not tell what a person has turned off', async () => {
    const mine = await owning();
    const { hgctl, ...visible } = JSON.parse(mine.read(STATE)) as Record<string, object>;
    mine.write(STATE, JSON.stringify(visible));
    mine.remove('data/journal');
    expect((await later(mine).run('rebuild', '--from-backup')).stderr).toContain('disable them again');
  });

  test('--from-broker is refused while a copy of the books is there', async () => {
    const mine = later(await owning());
    mine.remove('data/journal');
    const refused = await mine.run('rebuild', '--from-broker', '--yes');
    expect(refused).toMatchObject({ code: 5 });
    expect(refused.stderr).toContain('rebuild --from-backup');
    mine.write(STATE, mine.read(STATE).slice(0, 40));
    rmSync(mine.path('data/backups'), { recursive: true, force: true });
    expect(await mine.run('rebuild', '--from-broker', '--yes')).toMatchObject({ code: 0 });
  });

  test('--from-broker gives nothing to a strategy that is off or planned', async () => {
    const mine = later(await owning());
    for (const name of ['journal', 'backups', 'strategy_positions.json'])
      rmSync(mine.path(`data/${name}`), { recursive: true, force: true });
    mine.declare({
      core: { ...TWO.core, spec: { lifecycle: 'planned' } },
      side: { ...TWO.side, enabled: false, spec: { orphans: 'close' } },
    });
    expect(await mine.run('rebuild', '--from-broker', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toStrictEqual(['- BND 20', '- GLD 5', '- VTI 10']);
  });

  test('asks a broker that does not answer three times, then exits 11', async () => {
    const mine = project({ strategies: TWO, account: { broker: { faults: '../faults.yaml' } } });
    mine.write('faults.yaml', 'faults: []\n');
    await mine.run('apply', '--yes');
    for (const name of ['journal', 'backups', 'strategy_positions.json'])
      rmSync(mine.path(`data/${name}`), { recursive: true, force: true });
    mine.write('faults.yaml', 'faults:\n  - {on: positions, effect: unavailable, times: 3}\n');
    expect(await mine.run('rebuild', '--from-broker')).toMatchObject({ code: 11 });
    mine.write('faults.yaml', 'faults:\n  - {on: positions, effect: unavailable, times: 2}\n');
    expect(await mine.run('rebuild', '--from-broker')).toMatchObject({ code: 0 });
  });

  test.each(['positions', 'history'])(
    'takes no journal away that somebody has put back while it asked for the %s',
    async (on) => {
      const mine = project({
        strategies: TWO,
        account: { broker: { faults: '../faults.yaml' } },
        now: null,
      });
      mine.write('faults.yaml', 'faults: []\n');
      await mine.at('2025-12-02T15:30:00-05:00').run('apply', '--yes');
      const [journal, elsewhere] = [mine.path('data/journal'), mine.path('elsewhere')];
      renameSync(journal, elsewhere);
      mine.write('faults.yaml', `faults:\n  - {on: ${on}, effect: unavailable, times: 1}\n`);
      const clock: Clock = {
        ...fixedClock(parseInstant('2025-12-02T15:40:00-05:00')!),
        sleep: () => {
          renameSync(elsewhere, journal);
          return Promise.resolve();
        },
      };
      const slow = mine.timed({ clock, heard: () => undefined });
      expect(await slow.run('rebuild', '--from-backup', '--yes')).toMatchObject({
        code: 5,
        stderr: expect.stringContaining('the journal is intact') as string,
      });
      expect(readdirSync(mine.path('data')).filter((name) => name.includes('.lost-'))).toStrictEqual([]);
      expect(await later(mine).run('apply', '--yes')).toMatchObject({ code: 0 });
    },
  );

  test('is not stopped by what an earlier try has left behind', async () => {
    const mine = await owning();
    cpSync(mine.path('data/journal'), mine.path('data/journal.rebuilt'), { recursive: true });
    mine.remove('data/journal');
    expect(await mine.run('rebuild', '--from-backup', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toStrictEqual(BOOKS);
  });

  test('goes on after an interruption at any of its steps', async () => {
    const mine = await owning();
    const journal = mine.path('data/journal');
    damage(journal, (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)));
    renameSync(journal, `${journal}.lost-20251202_203000`);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 5 });
    expect(await mine.run('rebuild', '--from-backup', '--yes')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toStrictEqual(BOOKS);
  });
});

function damage(journal: string, change: (bytes: Buffer) => Buffer): void {
  const path = `${journal}/${readdirSync(journal).sort()[0] ?? ''}`;
  writeFileSync(path, change(readFileSync(path)));
}

describe('hgctl resolve --as split', () => {
  test('takes a ratio that does not show, and only a ratio', async () => {
    const first = project({ strategies: TWO, account: { broker: { faults: '../faults.yaml' } } });
    first.write('faults.yaml', 'faults: []\n');
    await first.run('apply', '--yes');
    const mine = later(first);
    const split = 'split: {symbol: GLD, from: 1, to: 9}';
    mine.write('faults.yaml', `faults:\n  - {on: positions, effect: split, ${split}}\n`);
    await mine.run('plan');
    const resolve = (...more: readonly string[]) =>
      mine.run('resolve', 'GLD', '--reason', 'nine for one', ...more);
    for (const wrong of ['9', '9:0', '9:9', 'x:1'])
      expect(await resolve('--as', 'split', '--ratio', wrong)).toMatchObject({ code: 3 });
    expect(await resolve('--as', 'broker', '--ratio', '9:1')).toMatchObject({ code: 3 });
    expect(await resolve('--as', 'split')).toMatchObject({ code: 6 });
    expect(await resolve('--as', 'split', '--ratio', '9:1')).toMatchObject({ code: 0 });
    expect(await positions(mine)).toStrictEqual(['core BND 20', 'core VTI 10', 'side GLD 45']);
  });
});

describe('hgctl get breaks and events', () => {
  test('show a break with its way out, and what led to it', async () => {
    const first = project({ strategies: TWO, account: { broker: { faults: '../faults.yaml' } } });
    first.write('faults.yaml', 'faults: []\n');
    await first.run('apply', '--yes');
    const mine = later(first);
    mine.write('faults.yaml', 'faults:\n  - {on: positions, effect: without, symbols: [GLD], times: 99}\n');
    await mine.run('apply', '--yes');
    const { items } = await mine.json<{ items: Record<string, string>[] }>('get', 'breaks', '-o', 'json');
    expect(items).toMatchObject([{ symbol: 'GLD', kind: 'missing-shares', strategy: 'side' }]);
    expect(items[0]?.['wayOut']).toContain('hgctl resolve GLD');
    const events = await mine.json<{ items: Record<string, string>[] }>('get', 'events', '-o', 'json');
    expect(events.items.map(({ type }) => type)).toContain('break-opened');
    const own = await mine.json<{ items: Record<string, string>[] }>('get', 'events', 'core', '-o', 'json');
    expect(new Set(own.items.map(({ strategy }) => strategy))).toStrictEqual(new Set(['core']));
    await mine.run('resolve', 'GLD', '--as', 'broker', '--reason', 'transferred');
    expect((await mine.json<{ items: object[] }>('get', 'breaks', '-o', 'json')).items).toStrictEqual([]);
  });
});
