/** The budget of requests as laws: whatever is asked for, and whatever the broker says. */
import { describe, expect } from 'vitest';
import {
  decide,
  hear,
  newBudget,
  spend,
  type Budget,
  type Purpose,
} from '../../../src/broker/alpaca/budget.ts';
import { MINUTE } from '../../../src/domain/instant.ts';
import { fc, test } from '../../support/law.ts';

const PURPOSES: readonly Purpose[] = ['urgent', 'read', 'entry'];
const purpose = fc.constantFrom(...PURPOSES);
const perMinute = fc.integer({ min: 10, max: 300 });
/** Something that happens so many ms after the last: a request that is asked for, or what an answer says. */
const step = fc.record({
  pause: fc.oneof(fc.nat(50), fc.nat(5_000)),
  purpose,
  heard: fc.option(
    fc.record({ limit: fc.integer({ min: 10, max: 300 }), remaining: fc.nat(300), wait: fc.nat(90_000) }),
    { freq: 3 },
  ),
});

interface Run {
  readonly budget: Budget;
  readonly now: number;
  /** When requests went out. */
  readonly sent: readonly number[];
}

function run(
  most: number,
  steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[],
): Run {
  let budget = newBudget(most);
  let now = 1_000_000;
  const sent: number[] = [];
  for (const { pause, purpose: of, heard } of steps) {
    now += pause;
    if (heard !== null) budget = hear(budget, { ...heard, now });
    if (decide(budget, of, now).kind !== 'go') continue;
    budget = spend(budget, now);
    sent.push(now);
  }
  return { budget, now, sent };
}

const steps = fc.array(step, { maxLength: 400 });

describe('the budget of requests', () => {
  test.prop([perMinute, steps])('is never exceeded in any minute', (most, given) => {
    const { sent } = run(most, given);
    for (const [index, at] of sent.entries()) {
      const before = sent.slice(0, index + 1).filter((other) => other > at - MINUTE);
      expect(before.length).toBeLessThanOrEqual(most);
    }
  });

  test.prop([perMinute, steps])('lets exits go before reads, and reads before entries', (most, given) => {
    const { budget, now } = run(most, given);
    const [urgent, read, entry] = PURPOSES.map((of) => decide(budget, of, now).kind === 'go');
    if (entry === true) expect(read).toBe(true);
    if (read === true) expect(urgent).toBe(true);
  });

  test.prop([perMinute, steps, purpose])(
    'says a wait after which the request may go out',
    (most, given, of) => {
      const { budget, now } = run(most, given);
      const decision = decide(budget, of, now);
      if (decision.kind === 'go') return;
      expect(decision.milliseconds).toBeGreaterThan(0);
      expect(decision.milliseconds).toBeLessThanOrEqual(MINUTE);
      expect(decide(budget, of, now + decision.milliseconds)).toEqual({ kind: 'go' });
    },
  );

  test.prop([perMinute, steps, fc.nat(30), fc.integer({ min: 1, max: 60_000 })])(
    'never lets more out than the broker says that it still takes',
    (most, given, remaining, wait) => {
      const before = run(most, given);
      let budget = hear(before.budget, { limit: 200, remaining, wait, now: before.now });
      let count = 0;
      for (; decide(budget, 'urgent', before.now).kind === 'go'; count += 1)
        budget = spend(budget, before.now);
      expect(count).toBeLessThanOrEqual(remaining);
    },
  );

  test('is used to the last request by exits, and reads and entries leave a part of it', () => {
    const counts = PURPOSES.map((of) => {
      let budget = newBudget(200);
      let count = 0;
      for (; decide(budget, of, 0).kind === 'go'; count += 1) budget = spend(budget, 0);
      return count;
    });
    expect(counts).toEqual([200, 170, 140]);
  });

  test('counts with the limit of the broker where that is the smaller one', () => {
    const told = hear(newBudget(10_000), { limit: 200, remaining: 180, wait: 30_000, now: 0 });
    expect(decide(told, 'entry', 0)).toEqual({ kind: 'go' });
    expect(decide({ ...told, told: { remaining: 60, resetAt: 30_000 } }, 'entry', 0)).toEqual({
      kind: 'wait',
      milliseconds: 30_000,
    });
  });

  test('answers that come out of order do not give back what was counted', () => {
    const one = hear(newBudget(200), { limit: 200, remaining: 3, wait: 20_000, now: 0 });
    const late = hear(one, { limit: 200, remaining: 9, wait: 19_500, now: 500 });
    expect(late.told?.remaining).toBe(3);
    expect(hear(late, { limit: 200, remaining: 199, wait: 59_000, now: 21_000 }).told?.remaining).toBe(199);
  });
});
