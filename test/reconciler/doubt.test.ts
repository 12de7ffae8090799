/** How much it takes before books follow the broker, and what stops entries everywhere. */
import { describe, expect, test } from 'vitest';
import { sightingOf } from '../../src/actions/observe.ts';
import type { Quantity } from '../../src/domain/decimal.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { holdsIn, ordersIn, world, type TestWorld } from '../support/world.ts';

const shares = (count: number): Quantity => (count * 1e9) as Quantity;

function actionsIn({ actions }: { readonly actions: readonly { readonly id: string }[] }): string[] {
  return actions.map(({ id }) => id);
}

test('An open order with our prefix that the journal does not know stops entries of every symbol, and no reduction.', async () => {
  const home = await world({
    prices: { X: '10', Y: '10', Z: '10' },
    strategies: { core: { targets: { X: '5', Z: '1' } } },
    books: { core: { Z: '4' } },
    settings: { fillDelay: 3_600_000 },
  });
  await home.broker.submit({
    clientOrderId: 'hg-other-20251202-pass-abcdefghijklmnop',
    symbol: 'Y',
    side: 'buy',
    quantity: shares(1),
    reduceOnly: false,
  });
  const plan = await home.plan();
  expect(ordersIn(plan)).toEqual(['sell 3 Z (reduce)']);
  expect(holdsIn(plan)).toContain('core/X: ForeignController');
});

describe('a position that shrank', () => {
  const owning = (): Promise<TestWorld> =>
    world({
      prices: { X: '10' },
      strategies: { core: { targets: { X: '10' } } },
      books: { core: { X: '10' } },
    });

  test('by another quantity than the trades of the account say is a break, not a sync', async () => {
    const home = await owning();
    const before = await home.broker.positions();
    home.clock.advance(60_000);
    home.broker.tradeOutside({ symbol: 'X', side: 'sell', quantity: shares(10) });
    home.clock.advance(60_000);
    const positions: Ports['broker']['positions'] = () =>
      Promise.resolve(before.map((position) => ({ ...position, quantity: shares(3) })));
    await home.apply({ broker: { ...home.broker, positions } });
    expect(home.books()).toEqual({ core: { X: '10' } });
    expect(home.journal.ledger().breaks.get('X')?.kind).toBe('missing-shares');
  });

  test.each([
    [29_999, 'Unconfirmed'],
    [30_000, 'report-break'],
  ])('and is seen again %i ms later: %s', async (pause, answer) => {
    const home = await world({
      prices: { X: '10' },
      strategies: { core: { targets: { X: '10' } } },
      books: { core: { X: '10' } },
      broker: { X: '3' },
    });
    const { observed } = await home.look();
    home.clock.advance(pause);
    const { plan } = await home.look(sightingOf(observed, home.desired.account.execution.settleWindow));
    const told = [
      ...actionsIn(plan).map((id) => id.split('/')[0]),
      ...plan.notDone.map(({ reason }) => reason),
    ];
    expect(told).toContain(answer);
  });
});

test('Four of twenty-five positions are no mass: with trades that explain them, they are synced at once.', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `S${String.fromCharCode(65 + index)}`);
  const each = (value: string): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, value]));
  const home = await world({
    prices: each('10'),
    strategies: { core: { targets: each('10') } },
    books: { core: each('10') },
  });
  home.clock.advance(60_000);
  for (const symbol of names.slice(0, 4))
    home.broker.tradeOutside({ symbol, side: 'sell', quantity: shares(4) });
  home.clock.advance(60_000);
  const plan = await home.plan();
  expect(plan.needsSecondLook).toBe(false);
  expect(actionsIn(plan).filter((id) => id.startsWith('sync-position'))).toHaveLength(4);
});
