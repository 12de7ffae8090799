/** The test that `hgctl init strategy` writes: plain Node runs it. */

export interface TestFacts {
  readonly name: string;
  /** One of its universe. */
  readonly symbol: string;
  readonly weight: string;
  /** From the test's folder. */
  readonly module: string;
  /** What lets Node read TypeScript: a name that the test's folder can resolve, or an address. */
  readonly hook: string;
}

export function testText({ name, symbol, weight, module, hook }: TestFacts): string {
  return `/** Run it with: node --test */
import assert from 'node:assert/strict';
import { register } from 'node:module';
import { test } from 'node:test';

// Lets this Node read TypeScript, as hgctl does.
register('${hook}', import.meta.url);
const { default: signal } = await import('${module}');

const symbol = '${symbol}';

/** What hgctl hands over for one symbol, with its price now and its closes before. */
function context(price, closes) {
  return {
    version: 1,
    strategy: '${name}',
    now: '2025-12-02T15:55:00-05:00',
    equity: '100000.00',
    positions: [],
    universe: [symbol],
    config: { weight: '${weight}' },
    sessions: closes.map((_, index) => \`2025-11-\${index + 10}\`),
    closes: { [symbol]: closes },
    prices: price === null ? {} : { [symbol]: { price, asOf: '2025-12-02T15:55:00-05:00' } },
  };
}

test('holds what has not fallen', () => {
  const { targets } = signal(context(105, [100, 90]));
  assert.deepEqual(targets, [{ symbol, weight: '${weight}' }]);
});

test('closes what has fallen', () => {
  const { targets } = signal(context(95, [100, 90]));
  assert.deepEqual(targets, [{ symbol, weight: '0%' }]);
});

test('does not name what it does not know', () => {
  assert.deepEqual(signal(context(null, [100, 90])).targets, []);
  assert.deepEqual(signal(context(105, [])).targets, []);
});

test('gives the same answer to the same question', () => {
  const question = Object.freeze(context(105, [100, 90]));
  assert.deepEqual(signal(question), signal(question));
});
`;
}
