/** Exits that something holds for a while: they go out when it is over, and not only until their slot looked done. */
import { expect, test } from 'vitest';
import { formatLocal, type Instant } from '../../src/domain/instant.ts';
import { resolveSymbol } from '../../src/actions/resolve-symbol.ts';
import { SHARE, type Price, type Quantity } from '../../src/domain/decimal.ts';
import { passOf, runFor } from '../support/control.ts';
import { world, type StrategyFacts, type TestWorld } from '../support/world.ts';

const MINUTE = 60_000;
const at = (text: string): Instant => Date.parse(text) as Instant;
const NIGHT: StrategyFacts = {
  targets: { QQQ: '10' },
  schedule: [{ at: { kind: 'open', offset: MINUTE }, action: 'exit', window: 5 * MINUTE }],
};

const NONE = 0 as Price;
const RESOLUTION = {
  symbol: 'QQQ',
  as: 'books',
  strategy: null,
  price: null,
  reason: 'bought back by hand',
} as const;

function sent({ broker }: TestWorld): string[] {
  return broker
    .state()
    .orders.map(
      ({ side, symbol, submittedAt }) => `${side} ${symbol} ${formatLocal(submittedAt).slice(11, 16)}`,
    );
}

test('An exit without a price goes out when there is one.', async () => {
  const home = await world({
    now: at('2025-12-02T09:00:00-05:00'),
    prices: { QQQ: '100', VTI: '50' },
    settings: { clock: 'exchange' },
    strategies: { night: NIGHT },
    books: { night: { QQQ: '10', VTI: '5' } },
  });
  await home.apply();
  const { broker } = home;
  const positions: typeof broker.positions = async () =>
    (await broker.positions()).map((held) => (held.symbol === 'QQQ' ? { ...held, marketPrice: NONE } : held));
  const market = { ...home.ports.market, quotes: () => Promise.resolve(new Map<string, never>()) };
  const ports = { ...home.ports, broker: { ...broker, positions }, market };
  await runFor(home, 45, { declared: () => ({ pass: { ...passOf(home), ports }, problems: [] }) });
  expect(sent(home)).toEqual(['sell VTI 09:31']);
  await runFor(home, 60);
  expect(sent(home)).toEqual(['sell VTI 09:31', 'sell QQQ 09:45']);
});

test('An exit that a break holds goes out when an operator has resolved it.', async () => {
  const home = await world({
    now: at('2025-12-02T09:00:00-05:00'),
    prices: { QQQ: '100', VTI: '50' },
    settings: { clock: 'exchange' },
    strategies: { night: NIGHT },
    books: { night: { QQQ: '10', VTI: '5' } },
    broker: { QQQ: '-10', VTI: '5' },
  });
  await home.apply();
  await runFor(home, 45);
  expect(sent(home)).toEqual(['sell VTI 09:31']);
  home.broker.tradeOutside({ symbol: 'QQQ', side: 'buy', quantity: (20 * SHARE) as Quantity });
  home.clock.advance(MINUTE);
  await resolveSymbol(home.ports, home.desired, RESOLUTION);
  await runFor(home, 30);
  expect(sent(home)).toContain('sell QQQ 09:46');
  expect(home.books()).toEqual({});
  expect([...home.journal.ledger().slots.values()]).toMatchObject([{ state: 'done' }]);
});
