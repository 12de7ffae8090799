/** Bugs of when the loop looks, and of what has to end before other orders go out. A part of the table in bugs.ts. */
import type { Bug } from './bugs.ts';
import { AHEAD_FOR_GOOD, CANCEL_MAY_BOOK } from './changes.ts';

export const LOOP_BUGS: readonly Bug[] = [
  {
    name: 'awake-for-the-data-alone',
    sentence: 'The loop wakes when the data of an entry is asked for, and sleeps when its slot begins.',
    changes: [
      {
        file: 'reconciler/wake-times.ts',
        there: '[...ends, preloadAt(next) ?? next.opensAt, next.opensAt];',
        instead: '[...ends, preloadAt(next) ?? next.opensAt];',
      },
    ],
    look: { by: 'story', story: 'waiting for the open' },
    invariant: 'a-slot-begins-in-time',
  },
  {
    name: 'asleep-at-the-open',
    sentence:
      'What begins with the session counts as begun before it, so that nothing wakes the loop for it. That it wakes at each open would make that good.',
    changes: [
      {
        file: 'domain/schedule.ts',
        there: '.find((candidate) => candidate.opensAt > now);',
        instead: '.find((candidate) => candidate.opensAt > Math.max(now, session.open));',
      },
      {
        file: 'reconciler/wake-times.ts',
        there: '  return [session.open, session.close, nextSessionAfter',
        instead: '  return [session.close, nextSessionAfter',
      },
    ],
    look: { by: 'story', story: 'waiting for the open' },
    invariant: 'a-slot-begins-in-time',
  },
  {
    name: 'awake-every-five-minutes',
    sentence: 'Neither slots nor sessions wake the loop: it looks every five minutes.',
    changes: [
      {
        file: 'reconciler/controller.ts',
        there: '  const edge = nextEdge(scheduled(pass), began, calendar);',
        instead: '  const edge = resync;',
      },
    ],
    look: { by: 'story', story: 'waiting for the open' },
    invariant: 'a-slot-begins-in-time',
  },
  {
    name: 'overslept-behind-a-pass',
    sentence:
      'A slot that opens while a pass is made is looked for behind the end of the pass, and not found.',
    changes: [
      {
        file: 'reconciler/controller.ts',
        there: '  const edge = nextEdge(scheduled(pass), began, calendar);',
        instead: '  const edge = nextEdge(scheduled(pass), now, calendar);',
      },
    ],
    look: { by: 'story', story: 'a slot opens while a pass is made' },
    invariant: 'a-slot-begins-in-time',
  },
  {
    name: 'pauses-without-end',
    sentence: 'Each pause after a failure is twice as long as the last one, without a longest one.',
    changes: [
      {
        file: 'actions/back-off.ts',
        there: '  return Math.min(RETRY_LAST, RETRY_FIRST * 2 ** (failures - 1));',
        instead: '  return RETRY_FIRST * 2 ** (failures - 1);',
      },
    ],
    look: { by: 'story', story: 'an outage that ends' },
    invariant: 'acts-when-it-is-over',
  },
  {
    name: 'a-doubt-may-wait',
    sentence: 'An order without an end is looked for after pauses of up to five minutes.',
    changes: [
      {
        file: 'actions/back-off.ts',
        there: 'Math.min(pauseAfter(failures), RETRY_CARE)',
        instead: 'Math.min(pauseAfter(failures), RETRY_LAST)',
      },
    ],
    look: { by: 'story', story: 'an outage that ends' },
    invariant: 'acts-when-it-is-over',
  },
  {
    name: 'a-due-slot-may-wait',
    sentence: 'A strategy whose slot is due rests for up to five minutes.',
    changes: [
      {
        file: 'actions/back-off.ts',
        there: '  const longest = due.has(strategy) || failed.some(isLeg)',
        instead: '  const longest = failed.some(isLeg)',
      },
    ],
    look: { by: 'story', story: 'an outage that ends' },
    invariant: 'acts-when-it-is-over',
  },
  {
    name: 'an-exit-of-another-day',
    sentence: 'An exit that was missed is late until it has run, also in the sessions behind its own.',
    changes: [
      {
        file: 'reconciler/slots.ts',
        there: '  return slotsOn(name, schedule, session).filter(mayRun);',
        instead:
          '  const before = slotsOn(name, schedule, previousSessionBefore(session.date, calendar));\n  return [...before, ...slotsOn(name, schedule, session)].filter(mayRun);',
      },
      {
        file: 'reconciler/slots.ts',
        there: ' || !isLate(slot, now) || now > slot.lastStart) return false;',
        instead: ' || !isLate(slot, now)) return false;',
      },
      {
        file: 'reconciler/slots.ts',
        there: '  return now > (runsOn ? slot.lastStart : slot.closesAt);',
        instead: "  return slot.action !== 'exit' && now > (runsOn ? slot.lastStart : slot.closesAt);",
      },
    ],
    look: { by: 'story', story: 'away for sessions' },
    invariant: 'a-slot-is-of-its-day',
  },
  {
    name: 'looks-back-at-today',
    sentence: 'Missed slots are looked for in the session of today alone.',
    changes: [
      {
        file: 'reconciler/slots.ts',
        there: 'const LOOK_BACK = 5;',
        instead: 'const LOOK_BACK = 1;',
      },
    ],
    look: { by: 'story', story: 'away for sessions' },
    invariant: 'what-was-missed-is-told',
  },
  {
    name: 'all-orders-at-once',
    sentence: 'The entries of a strategy go out behind its reductions, and do not wait for their end.',
    changes: [
      {
        file: 'actions/execute-strategy.ts',
        there: '  const reductions = approved.filter(isReduction);',
        instead: '  const reductions = approved;',
      },
      {
        file: 'actions/execute-strategy.ts',
        there: '  const entries = approved.filter((order) => !isReduction(order));',
        instead: '  const entries = approved.filter((order) => !reductions.includes(order));',
      },
    ],
    look: { by: 'story', story: 'paid with a sale' },
    invariant: 'reductions-end-first',
  },
  {
    name: 'sales-bring-nothing',
    sentence: 'What the reductions of a plan bring does not count as money for its entries.',
    changes: [
      {
        file: 'reconciler/rules/limits.ts',
        there: '    room.buyingPower += value;\n',
        instead: '',
      },
    ],
    look: { by: 'story', story: 'paid with a sale' },
    invariant: 'one-plan-is-enough',
  },
  {
    name: 'strategy-by-strategy',
    sentence: 'Each strategy sends all its orders in its turn, though another one is to sell first.',
    changes: [
      {
        file: 'reconciler/turns.ts',
        there: '  if (names.length === 1) return names',
        instead: '  if (names.length > 0) return names',
      },
    ],
    look: { by: 'story', story: 'paid with a sale' },
    invariant: 'one-plan-is-enough',
  },
  {
    name: 'a-lost-cancel-counts',
    sentence: 'An order counts as cancelled when its cancel was asked for, whatever the answer was.',
    changes: [
      ...CANCEL_MAY_BOOK,
      {
        file: 'actions/follow.ts',
        there: 'order.cancel, Number.POSITIVE_INFINITY);\n',
        instead:
          "order.cancel, Number.POSITIVE_INFINITY);\n  if (order.cancel.from < Number.POSITIVE_INFINITY) bookOrder(execution, order.clientOrderId, { ...seen, status: 'canceled' });\n",
      },
    ],
    look: { by: 'story', story: 'a cancel that is lost' },
    invariant: 'ends-are-true',
  },
  {
    name: 'a-cancel-counts-at-once',
    sentence:
      'An order counts as cancelled with what it had filled before, when the broker has taken its cancel.',
    changes: [
      ...CANCEL_MAY_BOOK,
      {
        file: 'actions/follow.ts',
        there: 'order.cancel, Number.POSITIVE_INFINITY);\n',
        instead:
          "order.cancel, Number.POSITIVE_INFINITY);\n  if (order.cancel.from === Number.POSITIVE_INFINITY) bookOrder(execution, order.clientOrderId, { ...seen, status: 'canceled' });\n",
      },
    ],
    look: { by: 'story', story: 'a cancel that is lost' },
    invariant: 'ends-lose-no-fill',
  },
  {
    name: 'a-clock-that-stays-ahead',
    sentence:
      'A clock that was behind what is on disk when the manifests were read is as far ahead when it has been set right, for as long as its process lives.',
    changes: AHEAD_FOR_GOOD,
    look: { by: 'found day', day: 'the clock is behind when manifests are read again' },
    invariant: 'a-slot-is-done-in-its-window',
  },
];
