import { expect, test } from 'vitest';
import type { Ratio } from '../../src/domain/decimal.ts';
import { marginFactor } from '../../src/domain/margin.ts';

test.each([
  ['30%', 0.3, 1, 1],
  ['100%', 1, 1, 1],
  ['30%', 0.3, 2, 1],
  ['50%', 0.5, 2, 1],
  ['75%', 0.75, 2, 1.5],
  ['100%', 1, 2, 2],
  ['25%', 0.25, 4, 1],
  ['30%', 0.3, 4, 1.2],
  ['75%', 0.75, 4, 3],
  ['75.5%', 0.755, 1.5, 1.1325],
  ['0%', 0, 4, 1],
])('%s to be covered (%d) takes, at %dx, %d times its value', (_, requirement, multiplier, factor) => {
  expect(marginFactor((requirement * 1e6) as Ratio, (multiplier * 1e6) as Ratio)).toBe(factor * 1e6);
});
