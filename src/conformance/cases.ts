/** Every case of the kit, in the order in which they run. */
import type { ConformanceCase } from './case.ts';
import { CANCELS } from './cases/cancels.ts';
import { DUPLICATES } from './cases/duplicates.ts';
import { HISTORY } from './cases/history.ts';
import { ORDERS } from './cases/orders.ts';
import { POSITIONS } from './cases/positions.ts';
import { REFUSALS } from './cases/refusals.ts';
import { SHORTS } from './cases/shorts.ts';

export const CASES: readonly ConformanceCase[] = [
  ...POSITIONS,
  ...ORDERS,
  ...DUPLICATES,
  ...REFUSALS,
  ...CANCELS,
  ...SHORTS,
  ...HISTORY,
];
