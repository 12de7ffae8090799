/** A week of the real program: one segment a session, and every answer as it was with one. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

const STATE = 'data/strategy_positions.json';
const on = (day: number): string => `2026-01-0${day}T15:55:00-05:00`;

/** Monday to Thursday, one share more every day. */
async function week(): Promise<Project> {
  const mine = project({ strategies: { core: { targets: { VTI: '5' } } } });
  for (const day of [5, 6, 7, 8]) await buy(mine, day);
  return mine;
}

async function buy(mine: Project, day: number): Promise<void> {
  mine.declare({ core: { targets: { VTI: String(day) } } });
  expect(await mine.at(on(day)).run('apply', '--yes')).toMatchObject({ code: 0 });
}

function segments(mine: Project): string[] {
  return readdirSync(mine.path('data/journal')).sort();
}

async function rows(mine: Project, kind: string): Promise<string[]> {
  const { stdout } = await mine.run('get', kind, '-o', 'csv', '--no-headers');
  return stdout.trim().split('\n');
}

describe('a week of sessions', () => {
  test('has one segment each, and all their orders, fills, events and books are shown', async () => {
    const mine = await week();
    const friday = mine.at(on(9));
    expect(segments(mine)).toEqual(['0001.jsonl', '0002.jsonl', '0003.jsonl', '0004.jsonl']);
    expect(await rows(friday, 'orders')).toHaveLength(4);
    const filledOn = (await rows(friday, 'fills')).map((row) => row.slice(0, 10));
    expect([...new Set(filledOn)]).toEqual(['2026-01-05', '2026-01-06', '2026-01-07', '2026-01-08']);
    expect((await rows(friday, 'events')).filter((row) => row.includes('intent'))).toHaveLength(4);
    expect((await friday.run('get', 'positions')).stdout).toMatch(/core\s+VTI\s+8\s/);
    expect((await friday.run('journal', 'verify')).stdout).toMatch(/intact, \d+ records in 4 segments/);
    const before = mine.fingerprint('data');
    expect((await friday.run('apply', '--yes')).stdout).toContain('Nothing to do.');
    expect(mine.fingerprint('data')).toEqual(before);
  });

  test('still tells a sale by hand from the orders that no checkpoint keeps', async () => {
    const mine = await week();
    const friday = mine.at(on(9));
    expect(await friday.run('sim', 'trade', 'sell', '3', 'VTI')).toMatchObject({ code: 0 });
    const { stderr } = await mine.at('2026-01-09T15:56:00-05:00').run('apply', '--yes');
    expect(stderr).toContain('Position VTI: 8 -> 5');
    expect((await friday.run('get', 'breaks')).stdout).toBe('');
    expect(segments(mine)).toHaveLength(5);
  });

  test('lets an operator end a doubt of a later day', async () => {
    const mine = await week();
    const held = JSON.parse(mine.read('data/broker.json')) as {
      positions: Record<string, { quantity: string }>;
    };
    // Thursday's fill comes on top: the file was written before it.
    held.positions['VTI'] = { ...held.positions['VTI'], quantity: '3' };
    mine.write('data/broker.json', JSON.stringify(held));
    const friday = mine.at(on(9));
    await friday.run('apply', '--yes');
    const later = mine.at('2026-01-09T15:57:00-05:00');
    expect((await later.run('get', 'breaks')).stdout).toContain('missing-shares');
    const word = ['VTI', '--as', 'broker', '--reason', 'given away'];
    expect(await later.run('resolve', ...word)).toMatchObject({ code: 0 });
    expect((await later.run('get', 'positions')).stdout).toMatch(/core\s+VTI\s+4\s/);
  });

  test('rebuilds a state file that has seen an older segment only, and misses nothing that was lost', async () => {
    const mine = await week();
    const wednesday = mine.read(STATE);
    await buy(mine, 9);
    mine.write(STATE, wednesday);
    const friday = mine.at(on(9));
    expect((await friday.run('apply', '--yes')).stderr).toContain('it was behind');
    // The newest segment goes: what is left looks sealed, and waiting for it.
    mine.remove('data/journal/0005.jsonl');
    const { code, stderr } = await friday.run('apply', '--yes');
    expect(code).toBe(5);
    expect(stderr).toContain('records are lost');
    expect((await friday.run('journal', 'verify')).code).toBe(1);
  });

  test('names the segment and the line of what is damaged, and the segment that is missing', async () => {
    const mine = await week();
    const friday = mine.at(on(9));
    const file = 'data/journal/0002.jsonl';
    const text = mine.read(file);
    mine.write(file, text.replace('"lock-released"', '"lock-relaxed"'));
    const damaged = await friday.run('journal', 'verify');
    expect(damaged.code).toBe(1);
    expect(damaged.stdout).toMatch(/0002\.jsonl: the journal is damaged: line \d+ is the last valid one/);
    expect((await friday.run('get', 'orders')).code).toBe(5);
    mine.remove(file);
    expect((await friday.run('journal', 'verify')).stdout).toContain('0002.jsonl: the segment is missing');
    expect(await friday.run('apply', '--yes')).toMatchObject({ code: 5 });
  });
});
