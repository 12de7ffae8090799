/** Which schedule counts for positions of a strategy that is off, or that no manifest declares. */
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { handleOrphans, isOff } from '../../src/reconciler/rules/orphans.ts';
import { shares } from '../support/executing.ts';
import { behind, heldBy, NOON, planFacts, type FactsOf } from '../support/plan-facts.ts';
import type { StrategyFacts } from '../support/world.ts';

const DAY = 86_400_000;
const EXIT = { at: { kind: 'clock', time: '12:00' }, action: 'exit', window: 60_000 } as const;
const ID = 'a/2025-12-02/exit/1200';
const accepted: Pick<Ledger, 'inventory'> = {
  inventory: new Map([['a', { name: 'a', lifecycle: 'active', schedule: [EXIT], since: 0 as Instant }]]),
};

/** `a` owns ten X, and ten Y that it has bought just now. */
async function handled(own: StrategyFacts | null, of: FactsOf = {}) {
  const lot = (since: number) => ({ quantity: shares(10), cost: 100e6, since, orderId: null }) as never;
  const facts = await planFacts({
    ...of,
    held: { X: 10, Y: 10 },
    declared: { strategies: own === null ? {} : { a: own } },
    ledger: {
      books: new Map([
        [
          'a',
          new Map([
            ['X', lot(NOON - DAY)],
            ['Y', lot(NOON)],
          ]),
        ],
      ]),
      ...of.ledger,
    },
  });
  const draft = behind(handleOrphans, facts);
  return {
    orders: draft.reductions.map(({ id, reason }) => `${id} ${reason}`),
    held: heldBy(draft),
    slots: draft.slots,
  };
}

describe('what a strategy owns that is off', () => {
  test('is said also while the manifests on disk are invalid', async () => {
    const { held } = await handled({ enabled: false }, { input: { manifests: 'invalid' }, ledger: accepted });
    expect(held).toEqual(['a/X: OrphanHeld', 'a/Y: OrphanHeld']);
  });

  test('takes no exit of a schedule that was accepted before', async () => {
    expect(await handled({ enabled: false }, { ledger: accepted })).toMatchObject({
      orders: [],
      slots: [],
    });
  });

  test('is its own business where it is on, or planned without a toggle', async () => {
    expect(await handled({})).toMatchObject({ orders: [], held: [] });
    const { strategies } = await planFacts({ declared: { strategies: { a: {} } } });
    const [own] = [...strategies.values()];
    expect(own && isOff({ ...own, toggle: null })).toBe(false);
  });
});

describe('what a strategy owns that has no manifest', () => {
  test('exits as it was accepted last: what was there before the time of the slot', async () => {
    const { orders, held, slots } = await handled(null, { ledger: accepted });
    expect({ orders, held }).toEqual({ orders: ['close/a/X ExitSlot'], held: ['a/Y: Undeclared'] });
    expect(slots).toMatchObject([{ slot: ID, targets: [{ symbol: 'X' }] }]);
  });
});
