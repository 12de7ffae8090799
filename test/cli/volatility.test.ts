/** The strategy vol-term-structure on a folder of daily closes: entered in calm, held, left, and what it remembers. */
import { expect, test } from 'vitest';
import { nextSessionAfter, sessionsBefore } from '../../src/domain/calendar.ts';
import { projectInProcess as project, type Project, type StrategyFacts } from '../support/project.ts';

const TUESDAY = '2025-12-02';
const BEFORE = sessionsBefore(TUESDAY, 60);

/** Tuesday is 0. */
function sessionAfter(count: number): string {
  const next = (date: string): string => nextSessionAfter(date).date;
  return Array.from({ length: count }).reduce<string>(next, TUESDAY);
}

const DAYS = Array.from({ length: 12 }, (_, count) => sessionAfter(count));

/** What is true of a session; the sessions before Tuesday are calm. */
interface Day {
  readonly vix: number | null;
  readonly ratio: number;
  readonly svxy: number;
}

const CALM: Day = { vix: 16, ratio: 0.85, svxy: 50 };

const VOL: StrategyFacts = {
  universe: ['SVXY'],
  spec: {
    signal: { type: 'vol-term-structure' },
    capital: { positionSize: '10%', maxPositions: 1, maxExposure: '10%' },
    schedule: [{ at: 'close-15m', action: 'rebalance' }],
  },
};

/** `days` from Tuesday on; after them all is calm. */
function market(mine: Project, days: readonly Partial<Day>[]): void {
  const rows = [...BEFORE, ...DAYS].map((date, index) => {
    const day = { ...CALM, ...days[index - BEFORE.length] };
    // Closes must have moved, or their volatility would not be known.
    const svxy = index < BEFORE.length ? day.svxy * (index % 2 === 0 ? 1 : 1.01) : day.svxy;
    return { ...day, svxy, date };
  });
  const write = (symbol: string, valueOf: (day: Day) => number | null): void => {
    const lines = rows.flatMap((day) => {
      const value = valueOf(day);
      return value === null ? [] : [`${day.date},${value.toFixed(4)}`];
    });
    mine.write(`prices/${symbol}.csv`, `Date,Close\n${lines.join('\n')}\n`);
  };
  write('VIX', ({ vix }) => vix);
  write('VIX3M', ({ vix, ratio }) => (vix ?? 16) / ratio);
  write('SVXY', ({ svxy }) => svxy);
}

function trading(days: readonly Partial<Day>[], universe: readonly string[] = ['SVXY']): Project {
  const mine = project({
    account: { prices: { type: 'csv', folder: '../prices' }, broker: { clock: 'exchange' } },
    strategies: { vol: { ...VOL, universe } },
    now: at(0),
  });
  market(mine, days);
  return mine;
}

function at(day: number): string {
  return `${sessionAfter(day)}T15:45:30-05:00`;
}

/** Applies in the slot of each of the first `count` sessions; the book after each. */
async function live(mine: Project, count: number, from = 0): Promise<string[]> {
  const books: string[] = [];
  for (let day = from; day < from + count; day += 1) {
    const today = mine.at(at(day));
    expect(await today.run('apply', '--yes')).toMatchObject({ code: 0 });
    const { items } = await today.json<{ items: { symbol: string; quantity: string }[] }>(
      'get',
      'positions',
      '-o',
      'json',
    );
    books.push(items.map(({ symbol, quantity }) => `${symbol} ${quantity}`).join(' '));
  }
  return books;
}

test('enters in calm, holds whatever the weight becomes, and leaves when the calm is over.', async () => {
  const mine = trading([{}, { svxy: 60 }, { ratio: 0.95, svxy: 60 }, { ratio: 0.95, svxy: 60 }]);
  // A tenth of 100,000 at 50; the median of three passes 0.917 in the second session of 0.95.
  expect(await live(mine, 4)).toEqual(['SVXY 200', 'SVXY 200', 'SVXY 200', '']);
});

test('once a slot: the same session enters nothing a second time.', async () => {
  const mine = trading([]);
  await live(mine, 1);
  expect((await mine.run('apply', '--yes')).stdout).toContain('Nothing to do');
});

test('an emergency is left at once, and remembered for five sessions.', async () => {
  const mine = trading([{}, { vix: 21, ratio: 0.86 }]);
  const books = await live(mine, 8);
  expect(books).toEqual(['SVXY 200', '', '', '', '', '', 'SVXY 200', 'SVXY 200']);
  const why = await mine.at(at(4)).run('why-not', 'vol', 'SVXY', '--date', sessionAfter(4));
  expect(why.stdout).toMatch(/Blocked +ReentryDelay: session 3 of 5 after the emergency of 2025-12-03/);
});

test('of a symbol of its universe that the signal does not know, why says that.', async () => {
  const mine = trading([], ['SVXY', 'UVXY']);
  await live(mine, 1);
  const why = await mine.at(at(0)).run('why-not', 'vol', 'UVXY');
  expect(why.stdout).toMatch(/Blocked +NotTraded: it trades SVXY and VXX alone\n/);
});

test('without the VIX it is held for one session, and left in the second in a row.', async () => {
  expect(await live(trading([{}, { vix: null }, { vix: null }]), 3)).toEqual(['SVXY 200', 'SVXY 200', '']);
});

test('one session without the VIX is forgiven when its close is known the day after.', async () => {
  const mine = trading([{}, { vix: null }]);
  await live(mine, 2);
  market(mine, [{}, {}, {}, { vix: null }]);
  expect(await live(mine, 2, 2)).toEqual(['SVXY 200', 'SVXY 200']);
});

test('without the VIX nothing is entered, and the decision says why.', async () => {
  const mine = trading([{ vix: null }]);
  expect(await live(mine, 1)).toEqual(['']);
  expect((await mine.run('why-not', 'vol', 'SVXY')).stdout).toMatch(
    /Blocked +IndexStale: VIX is \d+ minutes old/,
  );
});

test('what it remembers goes with its name.', async () => {
  const mine = trading([]);
  await live(mine, 1);
  mine.declare({ calm: VOL });
  expect(await mine.run('rename', 'vol', 'calm')).toMatchObject({ code: 0 });
  const next = mine.at(at(1));
  expect(await live(mine, 1, 1)).toEqual(['SVXY 200']);
  expect((await next.run('why', 'calm', 'SVXY')).stdout).toMatch(/Market +state SHORT_VOL, now SHORT_VOL/);
});

test('what was sold by hand is over: it is not bought again the same day.', async () => {
  const mine = trading([]);
  await live(mine, 1);
  const next = mine.at(`${sessionAfter(1)}T12:00:00-05:00`);
  expect(await next.run('disable', 'vol', '--close-positions')).toMatchObject({ code: 0 });
  expect(await next.run('enable', 'vol')).toMatchObject({ code: 0 });
  expect(await live(mine, 2, 1)).toEqual(['', 'SVXY 200']);
});
