/**
 * Failures of the original about its files, one test each, on real files: R1 to R7 (recovery), C2, C8, C10 (writing),
 * O-5, O-12, O-13.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createFirst } from '../../src/store/journal-file.ts';
import { REAL_FILES } from '../../src/store/journal.ts';
import { accepted, journalIn, temporaryFolder } from '../store/support/journals.ts';
import { project, type Project } from '../support/project.ts';

const STATE = 'data/strategy_positions.json';
const TOGGLES = 'manifests/strategy_toggle.yaml';

async function owning(): Promise<Project> {
  const mine = project({ strategies: { omr: { targets: { TQQQ: '5' } }, mp: { targets: { NVDA: '5' } } } });
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  return mine;
}

async function books(mine: Project): Promise<string[]> {
  const { items } = await mine.json<{ items: Record<string, string>[] }>('get', 'positions', '-o', 'json');
  return items.map(({ strategy, symbol, quantity }) => `${strategy} ${symbol} ${quantity}`);
}

const BOOKS = ['mp NVDA 5', 'omr TQQQ 5'];

function backups(mine: Project): string[] {
  return mine.exists('data/backups') ? readdirSync(mine.path('data/backups')).sort() : [];
}

describe('R1: a torn state file', () => {
  test('is never copied as a backup, and starts after it never begin with empty books', async () => {
    const mine = await owning();
    mine.write(STATE, mine.read(STATE).slice(0, 40));
    const before = backups(mine);
    for (let start = 0; start < 4; start += 1) await mine.run('apply', '--yes');
    for (const name of backups(mine))
      expect(() => void JSON.parse(mine.read(`data/backups/${name}`))).not.toThrow();
    expect(backups(mine)).toStrictEqual(before);
    expect(await books(mine)).toStrictEqual(BOOKS);
  });
});

describe('R2: looking at the status', () => {
  test('makes no backup, however often it is done', async () => {
    const mine = await owning();
    const before = backups(mine);
    for (let look = 0; look < 4; look += 1) await mine.run('status');
    expect(backups(mine)).toStrictEqual(before);
  });
});

describe('R3: what happened since the last backup', () => {
  test('is not lost with the state file: the journal has it', async () => {
    const mine = await owning();
    const before = mine.read(STATE);
    mine.remove(STATE);
    const { stderr } = await mine.run('apply', '--yes');
    expect(stderr).toContain(`Rebuilt ${mine.path(STATE)} from the journal: it was missing`);
    expect(JSON.parse(mine.read(STATE))).toStrictEqual(JSON.parse(before));
  });
});

describe('R4: names of backups', () => {
  test('sort by time also over the hour that comes twice in autumn', async () => {
    const before = project({
      strategies: { mp: { targets: { NVDA: '1' } } },
      now: '2025-11-02T01:00:00-04:00',
    });
    await before.run('apply', '--yes');
    const half = [before.at('2025-11-02T01:30:00-04:00'), before.at('2025-11-02T01:30:00-05:00')];
    for (const [index, mine] of half.entries()) {
      mine.declare({ mp: { targets: { NVDA: String(index + 2) } } });
      expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    }
    const quantities = backups(before).map((name) => ownedIn(before.read(`data/backups/${name}`)));
    expect(backups(before).slice(-2)).toStrictEqual([
      'strategy_positions.20251102_053000.bak',
      'strategy_positions.20251102_063000.bak',
    ]);
    expect(quantities.slice(-2)).toStrictEqual([1, 2]);
  });

  function ownedIn(text: string): number | undefined {
    const state = JSON.parse(text) as { strategies: { mp?: { positions: Record<string, { qty: number }> } } };
    return state.strategies.mp?.positions['NVDA']?.qty;
  }
});

describe('R5, O-13: a state file of the wrong shape', () => {
  test.each([
    ['a list', '[]'],
    [
      'a quantity in words',
      '{"version":1,"strategies":{"mp":{"positions":{"NVDA":{"qty":"ten","entry_price":1,"entry_time":"2025-12-02T15:55:00-05:00"}}}}}',
    ],
    ['no strategies', '{"version":1}'],
  ])('is refused with the place: %s', async (_, text) => {
    const mine = project();
    mine.write('old.json', text);
    const { code, stderr } = await mine.run('init', '--from-state', 'old.json');
    expect(code).toBe(4);
    expect(stderr).toContain('old.json');
    expect(mine.exists('data/journal')).toBe(false);
  });

  test('does not replace the books that there are', async () => {
    const mine = await owning();
    mine.write(STATE, '[]');
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 8 });
    expect(mine.read(STATE)).toBe('[]');
    expect(await books(mine)).toStrictEqual(BOOKS);
  });
});

describe('R6, O-13: a state file of another version', () => {
  test('is refused', async () => {
    const mine = project();
    mine.write('old.json', '{"version":99,"strategies":{}}');
    const { code, stderr } = await mine.run('init', '--from-state', 'old.json');
    expect(code).toBe(4);
    expect(stderr).toContain('only version 1 is known');
  });
});

describe('R7: a broken toggle file', () => {
  test('stops every trade, and no command writes it down to one strategy', async () => {
    const mine = await owning();
    const broken = mine.read(TOGGLES).replace('enabled: true', 'enabled: [true');
    mine.write(TOGGLES, broken);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 4 });
    expect(await mine.run('enable', 'mp')).toMatchObject({ code: 4 });
    expect(await mine.run('disable', 'omr')).toMatchObject({ code: 4 });
    expect(mine.read(TOGGLES)).toBe(broken);
  });
});

describe('O-12: a broken state file and no backup', () => {
  test('stops, and neither starts empty nor takes the file for the truth', async () => {
    const mine = await owning();
    for (const name of backups(mine)) mine.remove(`data/backups/${name}`);
    mine.write(STATE, '{"version": 1, "strategies": {');
    const { code, stderr } = await mine.run('apply', '--yes');
    expect(code).toBe(8);
    expect(stderr).toContain('strategy_positions.json');
    expect(await books(mine)).toStrictEqual(BOOKS);
  });
});

describe('O-5, C8: two people switch two strategies at once', () => {
  test('and both switches hold', async () => {
    const mine = await owning();
    const results = await Promise.all([mine.run('disable', 'omr'), mine.run('disable', 'mp')]);
    expect(results.map(({ code }) => code)).toStrictEqual([0, 0]);
    expect(mine.read(TOGGLES).match(/enabled: false/g)).toHaveLength(2);
  });

  test('and a toggle file that cannot be written fails the command, and the strategy is off all the same', async () => {
    const mine = await owning();
    mine.write(TOGGLES, 'strategies: {mp: {enabled: true}, omr: &o {enabled: true}, more: *o}\n');
    const { code, stderr } = await mine.run('disable', 'mp');
    expect(code).toBe(4);
    expect(stderr).toContain('the journal keeps mp off');
  });
});

describe('C2: two processes write the state file', () => {
  test('and who reads it meanwhile never sees a half of one', async () => {
    const mine = await owning();
    const path = mine.path(STATE);
    const writing = { isOver: false };
    const changes = Promise.all([
      (async () => {
        for (let round = 0; round < 4; round += 1)
          await mine.run('disable', 'omr').then(() => mine.run('enable', 'omr'));
      })(),
      (async () => {
        for (let round = 0; round < 4; round += 1)
          await mine.run('disable', 'mp').then(() => mine.run('enable', 'mp'));
      })(),
    ]).finally(() => {
      writing.isOver = true;
    });
    let reads = 0;
    while (!writing.isOver) {
      expect(() => void JSON.parse(readFileSync(path, 'utf8'))).not.toThrow();
      reads += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await changes;
    expect(reads).toBeGreaterThan(20);
    expect(readdirSync(mine.path('data')).filter((name) => name.includes('stage'))).toStrictEqual([]);
  });
});

describe('C10: what was acknowledged', () => {
  test('has been synced before: a power cut does not take it back', () => {
    const events: string[] = [];
    const watched = {
      ...REAL_FILES,
      createFirst: (folder: string) => {
        const file = createFirst(folder);
        return {
          ...file,
          size: () => file.size(),
          read: (from: number, to: number) => file.read(from, to),
          close: () => file.close(),
          append: (bytes: Buffer) => {
            events.push('append');
            return file.append(bytes);
          },
          sync: () => {
            events.push('sync');
            file.sync();
          },
        };
      },
    };
    const journal = journalIn(temporaryFolder(), watched);
    for (let count = 0; count < 5; count += 1) {
      expect(journal.commit(accepted(`d${count}`)).kind).toBe('committed');
      events.push('acknowledged');
    }
    expect(events.join(' ')).toBe(Array.from({ length: 5 }, () => 'append sync acknowledged').join(' '));
  });

  test('and a file that was cut short by one is found out, not believed', async () => {
    const mine = await owning();
    const path = mine.path(`data/journal/${readdirSync(mine.path('data/journal')).sort()[0] ?? ''}`);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length / 2)));
    const { code, stderr } = await mine.run('apply', '--yes');
    expect(code).toBe(5);
    expect(stderr).toContain('records are lost');
  });
});
