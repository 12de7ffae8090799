/** What holds of a simulation of all four strategies together. */
import { expect, test } from 'vitest';
import { simulationFiles } from '../../src/cli/output/simulation-files.ts';
import { sha256 } from '../../src/domain/digest.ts';
import { compareText } from '../../src/domain/names.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import { fc, test as law } from '../support/law.ts';
import { project, type Project } from '../support/project.ts';
import { FOUR, fourStrategies, LIVELY, MARGIN } from './four-strategies.ts';
import { eventsOf, simulated, type Finished } from './support.ts';

const MONDAY = '2025-11-24';

function four(...ordered: Parameters<typeof fourStrategies>): Project {
  return project({
    account: { broker: { ...MARGIN, fillDelay: '3s', partialFills: '30%' }, prices: LIVELY },
    strategies: fourStrategies(...ordered),
  });
}

const bytesOf = ({ record, records }: Finished): object => ({
  journal: JSON.stringify(records),
  files: simulationFiles(record),
});

test('the same twice: journal, record and every file of the report, byte for byte.', async () => {
  const mine = four();
  const one = await simulated(mine, [MONDAY, '2025-12-05']);
  expect(new Set(one.record.trades.map(({ strategy }) => strategy))).toEqual(new Set(FOUR));
  expect(bytesOf(await simulated(mine, [MONDAY, '2025-12-05']))).toEqual(bytesOf(one));
});

/** What was decided and done. The rest is where the manifests stand, and what all of it adds up to. */
const told = (records: readonly JournalRecord[]): string[] =>
  records
    .map(({ event }) => event)
    .filter(({ type }) => type !== 'revision-accepted' && type !== 'checkpoint')
    .map((event) => JSON.stringify(event));

law.prop([fc.nat()], { numRuns: 4 })(
  'order: however symbols, pairs and legs are listed, the same is decided, traded and reported.',
  async (shuffle) => {
    const placeOf = (item: unknown): string => sha256(`${shuffle} ${String(item)}`);
    const shuffled = <Item>(items: readonly Item[]): Item[] =>
      items.toSorted((a, b) => compareText(placeOf(a), placeOf(b)));
    const span = [MONDAY, '2025-11-28'] as const;
    const [usual, other] = [await simulated(four(), span), await simulated(four(shuffled), span)];
    expect(eventsOf(usual.records, 'fill').length).toBeGreaterThan(20);
    expect(simulationFiles(other.record)).toEqual(simulationFiles(usual.record));
    expect(told(other.records)).toEqual(told(usual.records));
  },
);
