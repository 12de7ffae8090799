/** When somebody has to be woken because no controller is there. */
import { expect, test } from 'vitest';
import { plus, type Instant } from '../../src/domain/instant.ts';
import type { Slot } from '../../src/domain/schedule.ts';
import { NEEDED_BEFORE, watchdogAlarm, type ControllerState } from '../../src/reconciler/watchdog.ts';

const AT = Date.parse('2025-12-02T15:55:00-05:00') as Instant;
const SLOT: Slot = {
  id: 'omr/2025-12-02/entry/1555',
  strategy: 'omr',
  date: '2025-12-02',
  action: 'entry',
  at: AT,
  opensAt: AT,
  closesAt: plus(AT, 240_000),
  lastStart: plus(AT, 240_000),
};
const NONE: ControllerState = { kind: 'none' };
const SILENT: ControllerState = { kind: 'silent', why: 'it hangs' };
const NEAR = 'no controller runs; omr entry begins at 2025-12-02 15:55:00 EST';

test.each<[string, ControllerState, Slot | null, number, boolean, string | null]>([
  ['none runs, and a slot begins in five minutes', NONE, SLOT, -NEEDED_BEFORE, false, NEAR],
  ['none runs, and a slot begins in a little more', NONE, SLOT, -NEEDED_BEFORE - 1, false, null],
  [
    'none runs, and the window is open',
    NONE,
    SLOT,
    1,
    false,
    'no controller runs; omr entry began at 2025-12-02 15:55:00 EST',
  ],
  [
    'none runs at the moment that its window opens',
    NONE,
    SLOT,
    0,
    false,
    'no controller runs; omr entry began at 2025-12-02 15:55:00 EST',
  ],
  ['none runs, and no slot is in sight', NONE, null, 0, false, null],
  ['none runs since an alarm', NONE, null, 0, true, 'no controller runs'],
  ['one is silent, far from any slot', SILENT, null, 0, false, 'it hangs'],
  ['one is alive in an open window', { kind: 'alive' }, SLOT, 1, true, null],
])('%s', (_, controller, slot, fromSlot, wasAlarmed, alarm) => {
  expect(watchdogAlarm({ controller, slot, wasAlarmed, now: plus(AT, fromSlot) })).toBe(alarm);
});
