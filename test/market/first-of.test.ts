import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { DailyClose } from '../../src/observed/bars.ts';
import { immediate, marketOf, type DataSource } from '../../src/market/data-source.ts';
import { firstOf } from '../../src/market/first-of.ts';
import { priceSource } from '../../src/market/market.ts';
import { BrokerUnavailable } from '../../src/reconciler/ports.ts';
import { fc, test } from '../support/law.ts';
import { dollars, inTemporaryFolder, START } from '../support/simulated-world.ts';

const SPAN = { from: '2025-12-01', to: '2025-12-01' };
type Answers = Readonly<Record<string, 'answers' | 'fails' | 'lacks'>>;

/** A source that has symbols at a close of its own, and fails on others. */
function source(
  name: string,
  close: number,
  answers: Answers,
  serves: DataSource['serves'] = null,
): DataSource {
  const ask = <Row>(symbols: readonly string[], row: Row) =>
    Promise.resolve({
      rows: new Map(symbols.filter((symbol) => answers[symbol] === 'answers').map((symbol) => [symbol, row])),
      failed: new Map(
        symbols.filter((symbol) => answers[symbol] === 'fails').map((symbol) => [symbol, `${name} is down`]),
      ),
      instead: new Map<string, string>(),
    });
  const rows: readonly DailyClose[] = [{ date: '2025-12-01', close }];
  return {
    name,
    serves,
    quotes: (symbols) => ask(symbols, { price: dollars(close), asOf: START }),
    closes: (symbols) => ask(symbols, rows),
    bars: (symbols) => ask(symbols, [{ date: '2025-12-01', open: close, close }]),
    minutes: (symbols) => ask(symbols, []),
    actions: (symbols) => ask(symbols, []),
  };
}

async function closesOf(one: DataSource, symbols: readonly string[]) {
  const { rows, failed, instead } = await one.closes(symbols, SPAN);
  const close = (symbol: string): number | undefined => rows.get(symbol)?.[0]?.close;
  return {
    rows: Object.fromEntries(symbols.filter((s) => rows.has(s)).map((s) => [s, close(s)])),
    failed: Object.fromEntries(failed),
    instead: Object.fromEntries(instead),
  };
}

describe('sources in one order', () => {
  test('answer with the first that has a symbol, and say where it was not the first of all.', async () => {
    const one = source('one', 1, { A: 'answers', B: 'fails', C: 'lacks', D: 'lacks', E: 'fails' });
    const two = source('two', 2, { A: 'answers', B: 'answers', C: 'answers', D: 'lacks', E: 'lacks' });
    expect(await closesOf(firstOf([one, two]), ['A', 'B', 'C', 'D', 'E'])).toEqual({
      rows: { A: 1, B: 2, C: 2 },
      instead: {
        B: 'from two instead: one is down',
        C: 'from two instead: one does not have it',
      },
      failed: { E: 'one is down; two does not have it' },
    });
  });

  test('ask a source of certain symbols for those first, and for no other: that is no fallback.', async () => {
    const all = source('all', 1, { A: 'answers', VIX: 'answers' });
    const index = source('index', 2, { A: 'answers', VIX: 'answers' }, new Set(['VIX']));
    expect(await closesOf(firstOf([all, index]), ['A', 'VIX'])).toMatchObject({
      rows: { A: 1, VIX: 2 },
      instead: {},
    });
    const down = source('index', 2, { A: 'answers', VIX: 'fails' }, new Set(['VIX']));
    expect(await closesOf(firstOf([all, down]), ['A', 'VIX'])).toMatchObject({
      rows: { A: 1, VIX: 1 },
      instead: { VIX: 'from all instead: index is down' },
    });
  });

  test('need not all keep a list of corporate actions: only one that fails is stood in for.', async () => {
    const one = source('one', 1, { A: 'lacks', B: 'fails', C: 'lacks' });
    const two = source('two', 2, { A: 'answers', B: 'answers', C: 'lacks' });
    const { rows, failed, instead } = await firstOf([one, two]).actions(['A', 'B', 'C'], SPAN);
    expect([[...rows.keys()], [...failed.keys()]]).toEqual([['A', 'B'], []]);
    expect(Object.fromEntries(instead)).toEqual({ B: 'from two instead: one is down' });
  });

  test('go past a price file that cannot be read, for that symbol alone.', () =>
    inTemporaryFolder(async (folder) => {
      writeFileSync(join(folder, 'KO.csv'), 'date,close\n2025-12-01,n/a\n');
      writeFileSync(join(folder, 'PEP.csv'), 'date,close\n2025-12-01,150\n');
      const files = immediate('csv', priceSource({ type: 'csv', folder }));
      const { rows, instead } = await closesOf(
        firstOf([files, source('two', 2, { KO: 'answers', PEP: 'answers' })]),
        ['KO', 'PEP'],
      );
      expect(rows).toEqual({ KO: 2, PEP: 150 });
      expect(instead['KO']).toContain('KO.csv:2');
    }));

  const answer = fc.constantFrom('answers', 'fails', 'lacks');
  const answers = fc.record({ A: answer, B: answer, C: answer });
  test.prop([fc.array(answers, { minLength: 1, maxLength: 4 })])(
    'answer as soon as one source does, and are silent only where the first one did.',
    async (kinds) => {
      const sources = kinds.map((kind, index) => source(`s${index}`, index + 1, kind));
      const { rows, instead, failed } = await closesOf(firstOf(sources), ['A', 'B', 'C']);
      for (const symbol of ['A', 'B', 'C'] as const) {
        const first = kinds.findIndex((kind) => kind[symbol] === 'answers');
        expect(rows[symbol]).toBe(first < 0 ? undefined : first + 1);
        expect(symbol in instead).toBe(first > 0);
        expect(symbol in failed).toBe(first < 0 && kinds.some((kind) => kind[symbol] === 'fails'));
      }
    },
  );
});

describe('a market over a source', () => {
  const down = source('one', 1, { A: 'answers', B: 'fails' });

  test('has no price where none can be had, and keeps those of others.', async () => {
    const quotes = await marketOf(down, () => undefined).quotes(['A', 'B'], START);
    expect([...quotes.keys()]).toEqual(['A']);
  });

  test('rejects a question for a series that cannot be had, with the reason.', async () => {
    const asked = marketOf(down, () => undefined).closes(['A', 'B'], SPAN);
    await expect(asked).rejects.toThrow(new BrokerUnavailable('no closes of B: one is down'));
  });

  test('tells once what begins, has it among its issues while it lasts, and tells it anew when it returns.', async () => {
    const told: string[] = [];
    const state: Record<string, 'answers' | 'fails'> = { A: 'fails', B: 'fails' };
    const market = marketOf(
      firstOf([source('one', 1, state), source('two', 2, { A: 'answers', B: 'answers' })]),
      (message) => void told.push(message),
    );
    await market.quotes(['A', 'B'], START);
    await market.quotes(['A', 'B'], START);
    expect(told).toEqual(['quotes of A, B: from two instead: one is down']);
    expect(market.issues?.().map(({ symbol, kind }) => [symbol, kind])).toEqual([
      ['A', 'fallback'],
      ['B', 'fallback'],
    ]);
    state['A'] = 'answers';
    await market.quotes(['A', 'B'], START);
    expect(market.issues?.().map(({ symbol }) => symbol)).toEqual(['B']);
    state['A'] = 'fails';
    await market.quotes(['A', 'B'], START);
    expect(told.at(-1)).toBe('quotes of A: from two instead: one is down');
    expect(told).toHaveLength(2);
  });
});
