/** What a module is told of minutes: those of today that have ended by now, whatever the files have besides. */
import { expect, test } from 'vitest';
import { sessionOn } from '../../src/domain/calendar.ts';
import { MINUTE, plus } from '../../src/domain/instant.ts';
import { formatMinutes } from '../../src/market/minute-rows.ts';
import { project, type Project } from '../support/project.ts';
import { simulated } from './support.ts';

const DAYS = ['2025-12-01', '2025-12-02'] as const;

function withMinutes(params: object): Project {
  const mine = project({
    account: { prices: { type: 'csv', folder: '../prices' } },
    strategies: {},
  });
  mine.write('manifests/signals/mine.ts', 'export default () => ({ version: 1, targets: [] });');
  mine.declare({
    own: {
      universe: ['KO'],
      spec: {
        signal: { type: 'module', params: { file: '../signals/mine.ts', ...params } },
        schedule: [{ at: 'close-5m', action: 'rebalance' }],
      },
    },
  });
  mine.write('prices/KO.csv', `Date,Close\n${DAYS.map((date) => `${date},70`).join('\n')}\n`);
  const bars = DAYS.flatMap((date) => {
    const { open } = sessionOn(date)!;
    return Array.from({ length: 390 }, (_, minute) => {
      const price = 70 + minute / 100;
      return { at: plus(open, minute * MINUTE), open: price, high: price, low: price, close: price };
    });
  });
  mine.write('prices/minutes/KO.csv', formatMinutes(bars));
  return mine;
}

interface Told {
  readonly now: string;
  readonly minutes?: { readonly KO: readonly { readonly at: string; readonly close: number }[] };
}

async function toldIn(params: object): Promise<readonly Told[]> {
  const told: Told[] = [];
  await simulated(withMinutes(params), ['2025-12-02', '2025-12-02'], {
    programs: {
      run: () => Promise.resolve({ kind: 'not-run' }),
      callModule: ({ input }) => {
        told.push(JSON.parse(input) as Told);
        return Promise.resolve({ kind: 'ok', output: '{"version": 1, "targets": []}' });
      },
    },
  });
  return told;
}

test('as many as it asks for, up to the one that has ended last.', async () => {
  const [told] = await toldIn({ minutes: 3 });
  expect(told?.now).toBe('2025-12-02T15:55:00-05:00');
  expect(told?.minutes?.KO.map(({ at }) => at)).toEqual([
    '2025-12-02T15:52:00-05:00',
    '2025-12-02T15:53:00-05:00',
    '2025-12-02T15:54:00-05:00',
  ]);
});

test('none of another day, however many it asks for.', async () => {
  const [told] = await toldIn({ minutes: 960 });
  expect(told?.minutes?.KO).toHaveLength(385);
  expect(told?.minutes?.KO[0]).toMatchObject({ at: '2025-12-02T09:30:00-05:00', close: 70 });
});

test('nothing where it does not ask.', async () => {
  const [told] = await toldIn({});
  expect(told).not.toHaveProperty('minutes');
});
