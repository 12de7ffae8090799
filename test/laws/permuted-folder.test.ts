/** The plan of a manifest folder depends on what its documents say, not on where they stand. */
import { fc, test } from '../support/law.ts';
import { expect } from 'vitest';
import { planJson } from '../../src/cli/output/plan-json.ts';
import { makePlan } from '../../src/reconciler/plan.ts';
import { ACCOUNT, loaded, type Texts } from '../desired/manifest-set.ts';
import { world } from '../support/world.ts';

const RUNS = { numRuns: Number(process.env['HGCTL_LAW_RUNS'] ?? 1_000) };
const OWNERS = ['one', 'two', 'three'] as const;
const UNIVERSES = [
  ['AAA', 'BBB', 'CCC'],
  ['DDD', 'EEE', 'FFF'],
  ['GGG', 'HHH'],
] as const;
const PRICES = Object.fromEntries(UNIVERSES.flat().map((symbol, at) => [symbol, String(10 + 7 * at)]));

const strategy = (index: number): fc.Arbitrary<string> =>
  fc
    .record({
      targets: fc.uniqueArray(
        fc.record({
          symbol: fc.constantFrom(...(UNIVERSES[index] ?? ['AAA'])),
          size: fc.oneof(
            fc.integer({ min: 0, max: 40 }).map((part) => `weight: "${part}%"`),
            fc.integer({ min: 0, max: 99 }).map((count) => `quantity: "${count}"`),
          ),
        }),
        { minLength: 1, selector: ({ symbol }) => symbol },
      ),
      priority: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ targets, priority }) => {
      const list = targets.map(({ symbol, size }) => `{symbol: ${symbol}, ${size}}`).join(', ');
      return [
        'apiVersion: homeguard/v1',
        'kind: Strategy',
        `metadata: {name: ${OWNERS[index] ?? ''}}`,
        'spec:',
        `  priority: ${priority}`,
        `  signal: {type: fixed, params: {targets: [${list}]}}`,
        `  universe: {symbols: [${(UNIVERSES[index] ?? []).join(', ')}]}`,
        '  capital: {positionSize: "50%", maxPositions: 3, maxExposure: "90%"}',
        '',
      ].join('\n');
    });

const TOGGLE = `strategies:\n${OWNERS.map((name) => `  ${name}: {enabled: true, shutdown_requested: false}\n`).join('')}`;

const folder = fc.tuple(strategy(0), strategy(1), strategy(2)).chain((strategies) =>
  fc.record({
    documents: fc.constant([ACCOUNT, TOGGLE, ...strategies]),
    order: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
    files: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 5, maxLength: 5 }),
  }),
);

test.prop([folder], RUNS)(
  'the plan of a permuted manifest folder is byte-equal',
  async ({ documents, order, files }) => {
    const plain: Texts = Object.fromEntries(documents.map((text, index) => [`m/plain-${index}.yaml`, text]));
    const permuted: Record<string, string> = {};
    for (const [at, index] of order.entries()) {
      const name = `m/any-${files[at] ?? 0}.yaml`;
      permuted[name] = `${permuted[name] ?? ''}---\n${documents[index] ?? ''}`;
    }
    const { observed } = await (
      await world({ prices: PRICES, strategies: { all: { targets: asTargets() } } })
    ).look();
    const planOf = (texts: Texts): string => {
      const input = {
        desired: loaded(texts).desired,
        observed,
        now: observed.snapshot.takenAt,
        turnTaken: new Set<string>(),
        reductionsOver: false,
        manifests: 'accepted' as const,
      };
      return JSON.stringify(planJson(makePlan(input)));
    };
    expect(planOf(permuted)).toBe(planOf(plain));
  },
);

/** One strategy that wants everything, so that every symbol has a quote. */
function asTargets(): Record<string, string> {
  return Object.fromEntries(UNIVERSES.flat().map((symbol) => [symbol, '1']));
}
