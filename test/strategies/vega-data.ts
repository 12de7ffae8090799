/** Real prices out of the package vega-datasets, read where npm put it: its rows are not ours to copy. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const entry = import.meta.resolve('vega-datasets');

function rowsOf(file: string): string[][] {
  const lines = readFileSync(fileURLToPath(new URL(`../data/${file}`, entry)), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  return lines.map((line) => line.trim().split(','));
}

/** Daily closes of the S&P 500 from 2000-01-03 on. */
export function sp500Closes(count: number): number[] {
  return rowsOf('sp500-2000.csv')
    .slice(0, count)
    .map((row) => Number(row[4]));
}

/** Monthly closes of 2000 to March 2010. */
export function monthlyCloses(symbol: 'MSFT' | 'IBM' | 'AAPL' | 'AMZN'): number[] {
  return rowsOf('stocks.csv')
    .filter(([name]) => name === symbol)
    .map((row) => Number(row[2]));
}
