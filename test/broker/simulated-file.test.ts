import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { parseDocument } from '../../src/broker/simulated-document.ts';
import { simulatedFile } from '../../src/broker/simulated-file.ts';
import { freshState } from '../../src/broker/simulated-state.ts';
import { BrokerUnavailable } from '../../src/reconciler/ports.ts';
import { inTemporaryFolder, SETTINGS, shares, START } from '../support/simulated-world.ts';

/** CommonJS packages inside an ES module bundle use these. */
const BANNER = [
  "import{createRequire}from'node:module';import{fileURLToPath}from'node:url';",
  'const require=createRequire(import.meta.url);const __filename=fileURLToPath(import.meta.url);',
].join('');

const fresh = () => freshState(SETTINGS, START);

test('four processes trade on one file at once, and no trade is lost', () =>
  inTemporaryFolder(async (folder) => {
    const driver = join(folder, 'outside-trades.mjs');
    buildSync({
      entryPoints: ['test/support/outside-trades.ts'],
      outfile: driver,
      bundle: true,
      format: 'esm',
      platform: 'node',
      banner: { js: BANNER },
    });
    const file = join(folder, 'data', 'broker.json');
    const run = () => promisify(execFile)(process.execPath, [driver, file, '25']);
    await Promise.all([run(), run(), run(), run()]);

    const state = parseDocument(readFileSync(file, 'utf8'));
    expect(state.orders).toHaveLength(100);
    expect(state.positions.get('KO')?.quantity).toBe(shares(100));
    const times = state.fills.map((fill) => fill.time);
    expect(new Set(times).size).toBe(100);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(readdirSync(join(folder, 'data'))).toEqual(['broker.json']);
  }));

test('a lock that a killed process left behind is taken over when it is stale', () =>
  inTemporaryFolder(async (folder) => {
    const file = join(folder, 'broker.json');
    mkdirSync(`${file}.lock`);
    const longAgo = Date.now() / 1_000 - 11;
    utimesSync(`${file}.lock`, longAgo, longAgo);
    const store = simulatedFile(file, fresh);
    await store.change((state) => ({ state: { ...state, cash: 5 as typeof state.cash }, answer: null }));
    expect(store.load().cash).toBe(5);
  }));

test('a change by somebody who did not wait for the lock is not overwritten', () =>
  inTemporaryFolder(async (folder) => {
    const file = join(folder, 'broker.json');
    const store = simulatedFile(file, fresh);
    const change = store.change((state) => {
      writeFileSync(file, 'theirs');
      return { state: { ...state }, answer: null };
    });
    await expect(change).rejects.toThrow(BrokerUnavailable);
    expect(readFileSync(file, 'utf8')).toBe('theirs');
    expect(readdirSync(folder)).toEqual(['broker.json']);
  }));

test('a transition that fails changes nothing, and the next one goes on', () =>
  inTemporaryFolder(async (folder) => {
    const file = join(folder, 'broker.json');
    const store = simulatedFile(file, fresh);
    const failing = store.change(() => {
      throw new Error('wrong');
    });
    await expect(failing).rejects.toThrow('wrong');
    await store.change((state) => ({ state: { ...state }, answer: null }));
    expect(readdirSync(folder)).toEqual(['broker.json']);
  }));
