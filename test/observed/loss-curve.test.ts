/** From where losses are counted. */
import { describe, expect, test } from 'vitest';
import type { Money } from '../../src/domain/decimal.ts';
import {
  afterMark,
  afterReset,
  afterUnknownStart,
  lossesOf,
  newCurve,
  type Basis,
  type LossCurve,
} from '../../src/observed/loss-curve.ts';
import type { MarkKind } from '../../src/observed/mark-events.ts';

const point = (session: string, profit: number): Basis => ({
  session,
  equity: 100_000 as Money,
  profit: profit as Money,
});

type Step = readonly [MarkKind, session: string, profit: number];

function curveOf([first, ...rest]: readonly [Step, ...Step[]]): LossCurve {
  return rest.reduce(
    (curve, [kind, session, profit]) => afterMark(curve, kind, point(session, profit)),
    newCurve(point(first[1], first[2])),
  );
}

// 2025-12-01 is a Monday, 2025-11-28 the Friday before it.
test.each<{ what: string; marks: readonly [Step, ...Step[]]; now: Basis; losses: readonly number[] }>([
  {
    what: 'a day begins at its first mark',
    marks: [['start', '2025-12-02', 100]],
    now: point('2025-12-02', 70),
    losses: [30, 30, 30],
  },
  {
    what: 'a day begins at the close before it, so that a night counts',
    marks: [
      ['start', '2025-12-02', 0],
      ['close', '2025-12-02', 100],
      ['start', '2025-12-03', 80],
    ],
    now: point('2025-12-03', 70),
    losses: [30, -70, 30],
  },
  {
    what: 'a close that is not of the session before begins no day',
    marks: [
      ['start', '2025-12-01', 0],
      ['close', '2025-12-01', 100],
      ['start', '2025-12-03', 80],
    ],
    now: point('2025-12-03', 70),
    losses: [10, -70, 30],
  },
  {
    what: 'a week begins on Monday, at the close of Friday',
    marks: [
      ['start', '2025-11-28', 500],
      ['close', '2025-11-28', 400],
      ['start', '2025-12-01', 390],
      ['close', '2025-12-01', 380],
      ['start', '2025-12-02', 380],
    ],
    now: point('2025-12-02', 350),
    losses: [30, 50, 150],
  },
  {
    what: 'Sunday, where there is trade on it, is of the week that Monday began',
    marks: [
      ['start', '2025-12-05', 100],
      ['start', '2025-12-07', 90],
    ],
    now: point('2025-12-07', 70),
    losses: [20, 30, 30],
  },
  {
    what: 'a peak between the marks of a day counts for the drawdown only',
    marks: [
      ['start', '2025-12-02', 0],
      ['interim', '2025-12-02', 90],
    ],
    now: point('2025-12-02', 40),
    losses: [-40, -40, 50],
  },
])('$what', ({ marks, now, losses }) => {
  const found = lossesOf(curveOf(marks), now).map(({ loss }) => Number(loss));
  expect(found).toEqual(losses);
});

test('A peak is where it was reached first.', () => {
  const first = { ...point('2025-12-02', 90), equity: 100_090 as Money };
  const again = { ...point('2025-12-03', 90), equity: 50_090 as Money };
  expect(afterMark(newCurve(first), 'interim', again).peak).toEqual(first);
});

describe('a start at which nobody can say what there is', () => {
  const closed = curveOf([
    ['start', '2025-12-05', 0],
    ['close', '2025-12-05', 90],
  ]);

  test('begins its day, and its week, with the close before it', () => {
    const monday = afterUnknownStart(closed, '2025-12-08');
    expect(lossesOf(monday, point('2025-12-08', 70)).map(({ loss }) => Number(loss))).toEqual([20, 20, 20]);
    expect(monday.day.session).toBe('2025-12-08');
  });

  test('begins no day where that was not marked', () => {
    expect(afterUnknownStart(closed, '2025-12-09')).toEqual(closed);
    const open = curveOf([['start', '2025-12-05', 0]]);
    expect(afterUnknownStart(open, '2025-12-08')).toEqual(open);
  });
});

describe('a reset', () => {
  test('begins the day that could not be begun with its session', () => {
    const before = curveOf([['start', '2025-12-05', 0]]);
    const { day, week } = afterReset(before, point('2025-12-08', -50));
    expect([day, week]).toEqual([point('2025-12-08', -50), point('2025-12-08', -50)]);
  });

  test('moves the close before the next day as well', () => {
    const closed = curveOf([
      ['start', '2025-12-02', 0],
      ['close', '2025-12-02', 90],
    ]);
    const after = afterReset(closed, point('2025-12-02', -50));
    const nextDay = afterMark(after, 'start', point('2025-12-03', -60));
    expect(lossesOf(nextDay, point('2025-12-03', -65)).map(({ loss }) => Number(loss))).toEqual([15, 15, 15]);
  });

  test('moves every point to now, and the next day and week begin when they would have', () => {
    const before = curveOf([
      ['start', '2025-12-02', 0],
      ['interim', '2025-12-02', 90],
    ]);
    const after = afterReset(before, point('2025-12-02', -50));
    expect(lossesOf(after, point('2025-12-02', -50)).map(({ loss }) => loss + 0)).toEqual([0, 0, 0]);
    const nextWeek = afterMark(after, 'start', point('2025-12-08', -60));
    expect(lossesOf(nextWeek, point('2025-12-08', -65)).map(({ loss }) => loss + 0)).toEqual([5, 5, 15]);
  });
});
