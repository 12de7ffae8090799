/** A morning exit that is late when the entry of its strategy is due: the loop was away from one to the other. */
import { expect, test } from 'vitest';
import type { Quantity, Ratio } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { runFor } from '../support/control.ts';
import { fault } from '../support/faults.ts';
import { slotsIn } from '../support/outcomes.ts';
import { world, type TestWorld, type WorldFacts } from '../support/world.ts';

const MINUTE = 60_000;
const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF'];
const PRICES = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, '10']));
const at = (text: string): Instant => Date.parse(`2025-12-02T${text}-05:00`) as Instant;
const EXIT = { at: { kind: 'open', offset: MINUTE }, action: 'exit', window: 5 * MINUTE } as const;
const ENTRY = { at: { kind: 'close', offset: -5 * MINUTE }, action: 'entry', window: 4 * MINUTE } as const;

/** It holds what it wants, has known its schedule since the morning, and comes back at 15:55. */
async function back(
  targets: Readonly<Record<string, string>>,
  more: Partial<WorldFacts> = {},
): Promise<TestWorld> {
  const home = await world({
    now: at('09:25:00'),
    prices: PRICES,
    settings: { clock: 'exchange', partialFills: 0 as Ratio },
    books: { day: targets },
    ...more,
    strategies: { day: { targets, priority: 1, schedule: [EXIT, ENTRY] }, ...more.strategies },
  });
  await home.apply();
  home.clock.advance(at('15:55:05') - home.clock.now());
  return home;
}

/** `sell AAA`, as they were sent. */
function traded({ broker }: TestWorld): string[] {
  return broker.state().orders.map(({ side, symbol }) => `${side} ${symbol}`);
}

const SLOTS = (exit: string, entry: string): string[] => [
  `day/2025-12-02/exit/0931 ${exit}`,
  `day/2025-12-02/entry/1555 ${entry}`,
];

test('It sells once what was held, and keeps what the entry buys.', async () => {
  const home = await back({ AAA: '10' });
  await runFor(home, 4);
  expect(traded(home)).toEqual(['sell AAA', 'buy AAA']);
  expect(home.books()).toEqual({ day: { AAA: '10' } });
  expect(slotsIn(home)).toEqual(SLOTS('done', 'done'));
});

test('Likewise where another strategy trades in the same pass, so that reductions of all go first.', async () => {
  const home = await back({ AAA: '10' }, { strategies: { x: { targets: { CCC: '1' }, schedule: [ENTRY] } } });
  await runFor(home, 4);
  expect(traded(home).filter((order) => order.endsWith('AAA'))).toEqual(['sell AAA', 'buy AAA']);
  expect(home.books()).toEqual({ day: { AAA: '10' }, x: { CCC: '1' } });
  expect(slotsIn(home)).toEqual(expect.arrayContaining(SLOTS('done', 'done')));
});

test('What it could not sell before the entry began, and the entry wants, is kept; the exit is no success.', async () => {
  const home = await back(
    { AAA: '10', BBB: '5' },
    { faults: [fault('submit', { kind: 'unavailable', reason: 'HTTP 503' }, { symbol: 'AAA', times: 2 })] },
  );
  const { passes } = await runFor(home, 4);
  const held = passes
    .flatMap(({ plan }) => plan?.notDone ?? [])
    .filter(({ reason }) => reason === 'WantedSince');
  expect(held.map(({ strategy, symbol }) => `${strategy ?? ''}/${symbol ?? ''}`)).toContain('day/AAA');
  expect(home.books()).toEqual({ day: { AAA: '10', BBB: '5' } });
  expect(traded(home)).toEqual(['sell BBB', 'buy BBB']);
  expect(slotsIn(home)).toEqual(SLOTS('partial', 'done'));
});

test('What it could not sell, and the entry does not want, it goes on to sell.', async () => {
  const home = await back(
    { AAA: '10', BBB: '5' },
    { faults: [fault('submit', { kind: 'unavailable', reason: 'HTTP 503' }, { symbol: 'AAA', times: 2 })] },
  );
  const edited = home.with({
    day: { targets: { BBB: '5' }, universe: ['AAA', 'BBB'], schedule: [EXIT, ENTRY] },
  });
  await runFor(edited, 4);
  expect(edited.books()).toEqual({ day: { BBB: '5' } });
  expect(traded(edited)).toEqual(['sell BBB', 'buy BBB', 'sell AAA']);
  expect(slotsIn(edited)).toEqual(SLOTS('done', 'done'));
});

test('It sells to the end, also where its fills take longer than a look is good for.', async () => {
  const all = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, '1']));
  const slow = { kind: 'order', fills: null as Quantity | null, fillAfter: 40_000, hiddenFor: 0 } as const;
  const home = await back(all, {
    execution: { fillTimeout: MINUTE },
    faults: [fault('submit', slow, { times: 4 })],
  });
  await runFor(home, 4);
  const sold = traded(home).filter((order) => order.startsWith('sell'));
  expect(sold.sort()).toEqual(SYMBOLS.map((symbol) => `sell ${symbol}`));
  expect(home.books()).toEqual({ day: all });
});
