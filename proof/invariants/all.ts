/** Every invariant that holds on a machine, simulated or real. Those of the small world and of hostile input are in the table, too. */
import type { Invariant } from './invariant.ts';
import { MONEY_INVARIANTS } from './money.ts';
import { ORDER_INVARIANTS } from './orders.ts';
import { RECORD_INVARIANTS } from './records.ts';
import { REPORT_INVARIANTS } from './reports.ts';
import { REST_INVARIANTS } from './rest.ts';
import { SIGNAL_INVARIANTS } from './signals.ts';
import { SLOT_INVARIANTS } from './slots.ts';

export const INVARIANTS: readonly Invariant[] = [
  ...ORDER_INVARIANTS,
  ...RECORD_INVARIANTS,
  ...REST_INVARIANTS,
  ...REPORT_INVARIANTS,
  ...SLOT_INVARIANTS,
  ...MONEY_INVARIANTS,
  ...SIGNAL_INVARIANTS,
];
