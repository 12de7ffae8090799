/** Day marks of a controller: the first pass of a session, and the first after its close. */
import { describe, expect, test } from 'vitest';
import { markSession } from '../../src/actions/mark-session.ts';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import type { MarkKind } from '../../src/observed/mark-events.ts';
import { world, type TestWorld } from '../support/world.ts';

function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`no instant: ${text}`);
  return instant;
}

async function owning(now: string, clock: 'exchange' | 'always-open' = 'exchange'): Promise<TestWorld> {
  return world({
    now: at(now),
    prices: { VTI: '100' },
    strategies: { core: { targets: { VTI: '10' } } },
    books: { core: { VTI: '10' } },
    settings: { clock },
  });
}

function marks({ journal }: TestWorld): string[] {
  return journal.records.flatMap(({ event }) =>
    event.type === 'day-marked' ? [`${event.kind} ${event.session}`] : [],
  );
}

interface Step {
  readonly now: string;
  readonly marks: MarkKind | null;
}

describe('markSession', () => {
  test.each<{ what: string; clock?: 'always-open'; steps: readonly Step[] }>([
    {
      what: 'marks a session once, and its close once',
      steps: [
        { now: '2025-12-02T09:00:00-05:00', marks: null },
        { now: '2025-12-02T09:30:00-05:00', marks: 'start' },
        { now: '2025-12-02T12:00:00-05:00', marks: null },
        { now: '2025-12-02T16:00:00-05:00', marks: 'close' },
        { now: '2025-12-02T18:00:00-05:00', marks: null },
        { now: '2025-12-03T09:31:00-05:00', marks: 'start' },
      ],
    },
    {
      what: 'knows a close at 13:00',
      steps: [
        { now: '2025-11-28T10:00:00-05:00', marks: 'start' },
        { now: '2025-11-28T12:59:59-05:00', marks: null },
        { now: '2025-11-28T13:00:00-05:00', marks: 'close' },
      ],
    },
    {
      what: 'marks the close of a session that it did not see',
      steps: [{ now: '2025-12-02T17:00:00-05:00', marks: 'close' }],
    },
    {
      what: 'takes no price of the next morning for a close',
      steps: [
        { now: '2025-12-02T10:00:00-05:00', marks: 'start' },
        { now: '2025-12-03T08:00:00-05:00', marks: null },
        { now: '2025-12-03T10:00:00-05:00', marks: 'start' },
      ],
    },
    {
      what: 'marks nothing on holidays and at weekends',
      steps: [
        { now: '2025-11-27T17:00:00-05:00', marks: null },
        { now: '2025-11-29T17:00:00-05:00', marks: null },
      ],
    },
    {
      what: 'marks the end of a session that is never closed in its last minute',
      clock: 'always-open',
      steps: [
        { now: '2025-11-29T03:00:00-05:00', marks: 'start' },
        { now: '2025-11-29T16:00:00-05:00', marks: null },
        { now: '2025-11-29T23:58:59-05:00', marks: null },
        { now: '2025-11-29T23:59:00-05:00', marks: 'close' },
        { now: '2025-11-29T23:59:30-05:00', marks: null },
        { now: '2025-11-30T00:00:00-05:00', marks: 'start' },
      ],
    },
  ])('$what', async ({ steps, clock }) => {
    const w = await owning(steps[0]?.now ?? '', clock);
    for (const step of steps) {
      await w.clock.sleep(Math.max(0, at(step.now) - w.clock.now()));
      const { length } = w.journal.records;
      expect(await markSession(w.ports, w.desired), step.now).toBe(step.marks);
      // A lock, the mark, the end of the lock; or nothing at all.
      expect(w.journal.records.length - length, step.now).toBe(step.marks === null ? 0 : 3);
    }
  });

  test('an apply that has something to do marks the start before its orders, and what it leaves behind', async () => {
    const w = (await owning('2025-12-02T10:00:00-05:00')).with({ core: { targets: { VTI: '30' } } });
    await w.apply();
    expect(marks(w)).toEqual(['start 2025-12-02', 'interim 2025-12-02']);
    const types = w.journal.records.map(({ event }) => event.type);
    expect(types.indexOf('day-marked')).toBeLessThan(types.indexOf('intent'));
    expect(await markSession(w.ports, w.desired)).toBeNull();
  });

  test('an apply that has nothing to do marks nothing', async () => {
    const w = await owning('2025-12-02T10:00:00-05:00');
    await w.apply();
    const { length } = w.journal.records;
    await w.apply();
    expect(w.journal.records).toHaveLength(length);
    expect(marks(w)).toEqual([]);
  });
});
