import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatPercent } from '../../src/domain/decimal.ts';
import { formatProblem } from '../../src/desired/problem.ts';
import { loadManifests } from '../../src/store/manifest-files.ts';

const MANIFESTS = fileURLToPath(new URL('../../manifests', import.meta.url));
const result = loadManifests([MANIFESTS], { recursive: false });

function shipped() {
  if (result.kind === 'ok') return result.desired;
  throw new Error(result.problems.map(formatProblem).join('\n'));
}

describe('The shipped manifests', () => {
  test('load without a problem and without a warning.', () => {
    expect(shipped().account.name).toBe('paper');
    expect(result.warnings).toEqual([]);
  });

  test("are all in force, and carry the numbers of the original's table, or their own where it says TBD.", () => {
    const rows = shipped().strategies.map(({ name, lifecycle, capital, toggle }) => [
      name,
      lifecycle,
      formatPercent(capital.positionSize),
      capital.maxPositions,
      formatPercent(capital.maxExposure),
      toggle?.enabled,
    ]);
    expect(rows).toEqual([
      ['core', 'active', '60%', 3, '95%', true],
      ['vol', 'active', '10%', 1, '10%', true],
      ['omr', 'active', '15%', 3, '45%', true],
      ['mp', 'active', '6.5%', 10, '65%', true],
      ['pairs', 'active', '10%', 4, '20%', true],
    ]);
  });

  test('schedule exits a minute after the open, entries and rebalances five minutes before the close.', () => {
    const slots = shipped().strategies.map(({ schedule }) =>
      schedule.map(({ at, action }) => ({ ...at, action })),
    );
    expect(slots).toEqual([
      [],
      [{ kind: 'close', offset: -600_000, action: 'rebalance' }],
      [
        { kind: 'open', offset: 60_000, action: 'exit' },
        { kind: 'close', offset: -300_000, action: 'entry' },
      ],
      [{ kind: 'close', offset: -300_000, action: 'rebalance' }],
      [{ kind: 'close', offset: -900_000, action: 'rebalance' }],
    ]);
  });

  test("give OMR exactly the original's six funds, and MP the S&P 500 without the pairs' symbols.", () => {
    const [core, vol, omr, mp, pairs] = shipped().strategies;
    expect(vol?.universe).toEqual(new Set(['SVXY', 'UVXY', 'VXX']));
    expect(pairs?.universe).toEqual(new Set(['CVX', 'KO', 'PEP', 'XOM']));
    expect(core?.universe).toEqual(new Set(['BND', 'GLD', 'VTI']));
    expect(omr?.universe).toEqual(new Set(['FNGU', 'SOXL', 'SPXL', 'TECL', 'TQQQ', 'UPRO']));
    expect(mp?.universe.size).toBeGreaterThanOrEqual(480);
    expect(mp?.universe).toContain('BRK.B');
    expect(['XOM', 'CVX', 'KO', 'PEP'].filter((symbol) => mp?.universe.has(symbol))).toEqual([]);
  });

  const files = readdirSync(MANIFESTS, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yaml'),
  );

  test.each(files)('%s names the schema of its kind in its first line.', (name) => {
    const file = join(MANIFESTS, name);
    const text = readFileSync(file, 'utf8');
    const named = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1] ?? '';
    const { title } = JSON.parse(readFileSync(resolve(dirname(file), named), 'utf8')) as { title: string };
    expect(title).toBe(/^kind: (\w+)$/m.exec(text)?.[1] ?? 'StrategyToggle');
  });
});
