import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { market, priceSource } from '../../src/market/market.ts';
import { dollars, inTemporaryFolder, START } from '../support/simulated-world.ts';

test('a market quotes the symbols that have a price, and leaves out the others', () =>
  inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'KO.csv'), 'date,close\n2025-12-01,70\n');
    const quotes = await market(priceSource({ type: 'csv', folder })).quotes(['KO', 'PEP'], START);
    expect([...quotes.keys()]).toEqual(['KO']);
    expect(quotes.get('KO')?.price).toBe(dollars(70));
  }));

test('a market quotes every symbol from synthetic prices', async () => {
  const source = priceSource({ type: 'synthetic', seed: 7, movement: 'constant' });
  const quotes = await market(source).quotes(['KO', 'PEP'], START);
  expect([...quotes.keys()]).toEqual(['KO', 'PEP']);
});

test('a malformed price file rejects the question', () =>
  inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'KO.csv'), 'date,close\nyesterday,70\n');
    await expect(market(priceSource({ type: 'csv', folder })).quotes(['KO'], START)).rejects.toThrow(
      'KO.csv:2',
    );
  }));
