/** What a simulated overnight strategy is trained on: what was known before its first session. */
import { expect, test } from 'vitest';
import { addDays } from '../../src/domain/days.ts';
import { provenanceOf } from '../../src/strategies/omr-provenance.ts';
import { trainReversionTable, type TrainingAnswer } from '../../src/strategies/omr-training.ts';
import { parseTable, tableText } from '../../src/strategies/omr-table-file.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { SignalFiles } from '../../src/reconciler/ports.ts';
import { priceSource } from '../../src/market/market.ts';
import type { PriceSource } from '../../src/market/price-source.ts';
import { project, type Project } from '../support/project.ts';
import { simulated } from './support.ts';

const FROM = '2025-12-01';
const TO = '2025-12-05';
const SYMBOLS = ['TQQQ', 'SOXL', 'UPRO'];
const PRICES = { type: 'synthetic', seed: 7, movement: 'market' } as const;
const SOURCE = priceSource(PRICES);

function overnight(): Project {
  return project({
    account: {
      broker: { clock: 'exchange' },
      prices: PRICES,
    },
    strategies: {
      omr: {
        universe: SYMBOLS,
        spec: {
          signal: {
            type: 'overnight-mean-reversion',
            params: { minWinRate: '1%', minExpectedReturn: '0.01%' },
          },
          capital: { positionSize: '15%', maxPositions: 3, maxExposure: '45%' },
          schedule: [
            { at: 'open+1m', action: 'exit' },
            { at: 'close-5m', action: 'entry' },
          ],
        },
      },
    },
  });
}

/** A table of real data from `from` to `to`. */
function tableOf(from: string, to: string): Extract<TrainingAnswer, { kind: 'trained' }> {
  const span = { from, to };
  const answer = trainReversionTable({
    bars: new Map(SYMBOLS.map((symbol) => [symbol, SOURCE.bars(symbol, span)])),
    spy: SOURCE.closes('SPY', span),
    vix: SOURCE.closes('VIX', span),
    prices: provenanceOf(PRICES),
    trainedAt: 0 as Instant,
  });
  if (answer.kind !== 'trained') throw new Error(answer.words);
  return answer;
}

function disk(text: string | null): SignalFiles {
  return { table: () => Promise.resolve(text === null ? null : parseTable(text)) };
}

const DISK = /^omr: the table on disk, trained on data up to 20/;
const TRAINED =
  /^omr: trained on data before the first session: \d+ nights from 20\d\d-.* to 2025-11-28, \d+ cells$/;

test('without a table it is trained on the ten years before the first session, and says so.', async () => {
  const { record } = await simulated(overnight(), [FROM, TO], { files: disk(null) });
  expect(record.remarks).toEqual([expect.stringMatching(TRAINED)]);
});

test('what it learned is acted on: it buys in the evening and sells in the morning.', async () => {
  const { record } = await simulated(overnight(), ['2025-07-01', '2025-09-30'], { files: disk(null) });
  const sides = new Set(record.trades.map(({ side }) => side));
  expect(sides).toEqual(new Set(['buy', 'sell']));
});

test('nothing of the simulated days or later is asked for before they come.', async () => {
  let day = '';
  const tooLate: string[] = [];
  const look = (to: string): void => {
    if (to > (day === '' ? addDays(FROM, -1) : day)) tooLate.push(to);
  };
  const prices: PriceSource = {
    priceAt: (symbol, at) => {
      day = new Date(at).toISOString().slice(0, 10);
      return SOURCE.priceAt(symbol, at);
    },
    closes: (symbol, span) => (look(span.to), SOURCE.closes(symbol, span)),
    bars: (symbol, span) => (look(span.to), SOURCE.bars(symbol, span)),
    minutes: () => [],
    actions: () => undefined,
  };
  await simulated(overnight(), [FROM, TO], { prices, files: disk(null) });
  expect(day).toBe(TO);
  expect(tooLate).toEqual([]);
});

test('a table on disk counts where it knows nothing of the simulated days, and was made of the same prices.', async () => {
  const before = tableText(tableOf('2016-01-01', '2025-11-28').table);
  const within = tableText(tableOf('2016-01-01', FROM).table);
  const remarks = async (text: string, isOwnData = true): Promise<readonly string[]> =>
    (await simulated(overnight(), [FROM, TO], { files: disk(text), isOwnData })).record.remarks;
  expect(await remarks(before)).toEqual([expect.stringMatching(DISK)]);
  expect(await remarks(within)).toEqual([expect.stringMatching(TRAINED)]);
  expect(await remarks(before, false)).toEqual([expect.stringMatching(TRAINED)]);
  expect(await remarks('no table')).toEqual([expect.stringMatching(TRAINED)]);
});

test('a table on disk of other prices does not count, either.', async () => {
  const { table } = tableOf('2016-01-01', '2025-11-28');
  const prices = { source: 'csv', invented: false };
  const text = tableText({ ...table, training: { ...table.training, prices } });
  const { record } = await simulated(overnight(), [FROM, TO], { files: disk(text) });
  expect(record.remarks).toEqual([expect.stringMatching(TRAINED)]);
});

test('data that train no table leave the strategy without entries, and the record says so.', async () => {
  const prices: PriceSource = { ...SOURCE, bars: () => [] };
  const { record } = await simulated(overnight(), [FROM, TO], { prices, files: disk(null) });
  expect(record.trades).toEqual([]);
  expect(record.remarks[0]).toMatch(
    /^omr: enters nothing, for want of a table: .* to 2025-11-28 do not train/,
  );
});
