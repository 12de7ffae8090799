/** The laws of hedges under crashes: both legs or none, within the session, and never a pair again that was undone. */
import { describe, expect } from 'vitest';
import type { Fault } from '../../src/broker/fault-script.ts';
import type { Quantity } from '../../src/domain/decimal.ts';
import { parseScheduleTime } from '../../src/domain/schedule.ts';
import { afterCrash, NEVER, onlyExpected, passUntil } from '../support/crash.ts';
import { fault } from '../support/faults.ts';
import { fc, test } from '../support/law.ts';
import { world, type StrategyFacts, type TestWorld, type WorldFacts } from '../support/world.ts';

const RUNS = { numRuns: Math.ceil(Number(process.env['HGCTL_LAW_RUNS'] ?? 1_000) / 16) };
const SHARE = 1_000_000_000;

const slot = (time: string): NonNullable<StrategyFacts['schedule']> => {
  const at = parseScheduleTime(time);
  if (at === undefined) throw new Error('no time');
  return [{ at, action: 'rebalance', window: 600_000 }];
};

/** 20 KO short against 10 PEP long, and a neighbour that trades beside them. */
function hedge(faults: readonly Fault[]): WorldFacts {
  return {
    prices: { KO: '50', PEP: '100', AAA: '10', BBB: '20' },
    settings: { shorting: { hardToBorrow: ['GME'] }, partialFills: 0 as never },
    books: { other: { AAA: '10' } },
    strategies: {
      other: { targets: { BBB: '5' }, priority: 20 },
      pair: {
        targets: { KO: '-20', PEP: '10' },
        priorities: { KO: 1 },
        groups: [['KO', 'PEP']],
        shorts: 'allowed',
        schedule: slot('15:00'),
      },
    },
    faults,
  };
}

/** What may become of a leg: filled, in part, or refused; and of what closes one. */
const leg = fc.oneof(
  fc.constant(null),
  fc.constant<Fault['effect']>({ kind: 'reject', code: 'Refused', message: 'no' }),
  fc
    .tuple(fc.integer({ min: 0, max: 10 }), fc.constantFrom(0, 9_000))
    .map(([shares, fillAfter]): Fault['effect'] => ({
      kind: 'order',
      hiddenFor: 0,
      fillAfter,
      fills: (shares * SHARE) as Quantity,
    })),
);

const scripts = fc
  .tuple(leg, leg, leg)
  .map(([short, long, closing]) => [
    ...(short === null ? [] : [fault('submit', short, { symbol: 'KO', side: 'sell' })]),
    ...(long === null ? [] : [fault('submit', long, { symbol: 'PEP', side: 'buy' })]),
    ...(closing === null ? [] : [fault('submit', closing, { symbol: 'KO', side: 'buy' })]),
  ]);

const part = fc.nat({ max: 999 });

function parts(home: TestWorld): [short: number, long: number] {
  const { KO, PEP } = { KO: '0', PEP: '0', ...home.held() };
  return [Number(KO) / -20, Number(PEP) / 10];
}

/** The most that was held of each side: what closes a leg is not counted. */
function entered(home: TestWorld, symbol: string, side: string): number {
  const own = home.broker.state().orders.filter((order) => order.symbol === symbol && order.side === side);
  return own.reduce((sum, { filledQuantity }) => sum + filledQuantity, 0) / SHARE;
}

describe('a crash at any await of an execution of two legs', () => {
  test.prop([scripts, part, fc.option(part), fc.constantFrom(20_000, 700_000)], RUNS)(
    'ends with both or none in its session, whatever the broker fills',
    async (faults, first, second, pause) => {
      const moments = await passUntil(await world(hedge(faults)), NEVER);
      const home = await world(hedge(faults));
      await passUntil(home, 1 + Math.floor((first * moments) / 1_000));
      home.clock.advance(pause);
      if (second !== null) {
        await passUntil(home, 1 + Math.floor((second * moments) / 1_000));
        home.clock.advance(20_000);
      }
      for (let pass = 0; pass < 6; pass += 1) {
        await home.apply(afterCrash(home)).catch(onlyExpected);
        home.clock.advance(61_000);
      }
      const [short, long] = parts(home);
      // An entry of which the broker says nothing waits for its end, and so does its partner.
      const isInDoubt = home.journal.ledger().openOrders.size > 0;
      expect(isInDoubt || Math.abs(short - long) <= 0.1 + 1e-9).toBe(true);
      expect(entered(home, 'KO', 'sell')).toBeLessThanOrEqual(20);
      expect(entered(home, 'PEP', 'buy')).toBeLessThanOrEqual(10);
      // What undoes a leg goes out again when it was lost; what was refused then is for a person.
      const lost = [...home.journal.ledger().openOrders.values()].filter(
        ({ status }) => status !== 'declined',
      );
      expect(lost.filter(({ intent }) => intent.reason === 'GroupIncomplete')).toEqual([]);
    },
  );
});
