/** Which slot of a strategy is due, which comes next, and which were missed: of a schedule, a ledger and a moment. */
import { describe, expect, test } from 'vitest';
import type { Quantity } from '../../src/domain/decimal.ts';
import { instantAt, plus, type Instant } from '../../src/domain/instant.ts';
import { parseScheduleTime, type ScheduleEntry } from '../../src/domain/schedule.ts';
import type { Lot } from '../../src/observed/book.ts';
import type { KnownStrategy, Ledger } from '../../src/observed/ledger.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { SlotRun, Trigger } from '../../src/observed/slot-events.ts';
import {
  dueOrNextSlot,
  dueSlot,
  exitTargets,
  isLate,
  isWantedSince,
  missedSlots,
  undeclaredExits,
  windowEnd,
} from '../../src/reconciler/slots.ts';

const TODAY = '2025-12-02';
const MINUTE = 60_000;
const LONG_AGO = instantAt('2025-01-02', '12:00');
const at = (time: string, date = TODAY): Instant => instantAt(date, time);

function entry(action: ScheduleEntry['action'], time: string, window = 10 * MINUTE): ScheduleEntry {
  const parsed = parseScheduleTime(time);
  if (parsed === undefined) throw new Error(`no time: ${time}`);
  return { at: parsed, action, window };
}

const EXIT = entry('exit', '10:00');
const ENTRY = entry('entry', '15:00');
/** Sells at ten, buys at three. */
const OWN = { name: 'own', schedule: [EXIT, ENTRY] };
const SOLD = `own/${TODAY}/exit/1000`;
const BOUGHT = `own/${TODAY}/entry/1500`;

const run = (state: SlotRun['state']): SlotRun => ({ state }) as SlotRun;
const runs = (of: Readonly<Record<string, SlotRun['state']>>): Partial<Ledger> => ({
  slots: new Map(Object.entries(of).map(([id, state]) => [id, run(state)])),
});
const triggered = (...ids: string[]): Partial<Ledger> => ({
  triggers: new Map(ids.map((id) => [id, {} as Trigger])),
});
/** Accepted long ago, unless it says otherwise. */
const accepted = (more: Partial<KnownStrategy> = {}): Partial<Ledger> => ({
  inventory: new Map([
    ['own', { name: 'own', lifecycle: 'active' as const, schedule: OWN.schedule, since: LONG_AGO, ...more }],
  ]),
});
const ledger = (...parts: readonly Partial<Ledger>[]): Ledger =>
  Object.assign(emptyLedger(), ...parts) as Ledger;

describe('the slot that is due', () => {
  const entries = { name: 'own', schedule: [ENTRY, entry('rebalance', '15:05')] };
  const SECOND = `own/${TODAY}/rebalance/1505`;
  test.each<[what: string, now: Instant, known: Ledger, due: string | null, of?: typeof OWN]>([
    ['none before its time', plus(at('15:00'), -1), ledger(), null],
    ['from its time on', at('15:00'), ledger(), BOUGHT],
    ['until its window has passed', at('15:10'), ledger(), BOUGHT],
    ['and not later', plus(at('15:10'), 1), ledger(), null],
    ['none on a day without a session', at('15:00', '2025-12-06'), ledger(), null],
    ['not one that is done', at('15:00'), ledger(runs({ [BOUGHT]: 'done' })), null],
    ['nor one that was missed', at('15:00'), ledger(runs({ [BOUGHT]: 'missed' })), null],
    ['one that was started', at('15:00'), ledger(runs({ [BOUGHT]: 'started' })), BOUGHT],
    ['the earlier of two', at('15:06'), ledger(), BOUGHT, entries],
    ['the later, once the earlier is done', at('15:06'), ledger(runs({ [BOUGHT]: 'done' })), SECOND, entries],
    ['at any time, where it is triggered', at('09:31'), ledger(triggered(BOUGHT)), BOUGHT],
    ['until the last moment of its session', plus(at('16:00'), -30_000), ledger(triggered(BOUGHT)), BOUGHT],
    ['and not later, even so', plus(at('16:00'), -29_999), ledger(triggered(BOUGHT)), null],
    ['an exit, late', at('11:00'), ledger(accepted()), SOLD],
    ['until the last moment of its session', plus(at('16:00'), -30_000), ledger(accepted()), SOLD],
    ['and not later', plus(at('16:00'), -29_999), ledger(accepted()), null],
    ['no entry, late', at('15:30'), ledger(accepted(), runs({ [SOLD]: 'done' })), null],
    ['no exit that is done', at('11:00'), ledger(accepted(), runs({ [SOLD]: 'done' })), null],
    ['no exit of a strategy that was never accepted', at('11:00'), ledger(), null],
    ['but one that was started', at('11:00'), ledger(runs({ [SOLD]: 'started' })), SOLD],
    [
      'not one that was started and goes on, where another is in its window',
      at('15:05'),
      ledger(accepted(), runs({ [SOLD]: 'started' })),
      BOUGHT,
    ],
    ['one that was not started, before another in its window', at('15:05'), ledger(accepted()), SOLD],
    [
      'the one that goes on, once the other is done',
      at('15:05'),
      ledger(accepted(), runs({ [SOLD]: 'started', [BOUGHT]: 'done' })),
      SOLD,
    ],
  ])('%s', (_, now, known, due, of = OWN) => {
    expect(dueSlot(known, of, now)?.id ?? null).toBe(due);
  });

  test('none where the calendar says that there is no session', () => {
    expect(dueSlot(ledger(), OWN, at('15:00'), { [TODAY]: 'closed' })).toBeNull();
  });

  test.each<[what: string, known: Partial<KnownStrategy>, more: Partial<Ledger>, isDue: boolean]>([
    ['of before its window had passed', { since: at('10:10') }, {}, true],
    ['of later', { since: plus(at('10:10'), 1) }, {}, false],
    ['whose exits are older than the rest', { since: at('12:00'), exitsSince: at('10:10') }, {}, true],
    ['whose exits are newer', { since: at('10:00'), exitsSince: at('12:00') }, {}, false],
    [
      'of a revision of before, where nothing else is known',
      { since: undefined as never },
      { revision: { acceptedAt: at('10:10') } as Ledger['revision'] },
      true,
    ],
    [
      'of a later one',
      { since: undefined as never },
      { revision: { acceptedAt: at('10:11') } as Ledger['revision'] },
      false,
    ],
    ['of nobody knows when', { since: undefined as never }, {}, false],
    [
      'that was never accepted, whatever was accepted since',
      { name: 'other' },
      { inventory: new Map(), revision: { acceptedAt: LONG_AGO } as Ledger['revision'] },
      false,
    ],
  ])('a late exit is that of a schedule %s', (_, known, more, isDue) => {
    expect(dueSlot(ledger(accepted(known), more), OWN, at('11:00'))?.id).toBe(isDue ? SOLD : undefined);
  });

  test('an execution that the original system has stamped in its window was its run', () => {
    const stamped = (time: Instant) => ledger({ importedExecution: new Map([['own', time]]) });
    const due = (time: Instant) => dueSlot(stamped(time), OWN, at('15:05'))?.id ?? null;
    expect([at('15:00'), at('15:10'), plus(at('15:00'), -1), plus(at('15:10'), 1)].map(due)).toEqual([
      null,
      null,
      BOUGHT,
      BOUGHT,
    ]);
    const other = ledger({ importedExecution: new Map([['other', at('15:00')]]) });
    expect(dueSlot(other, OWN, at('15:05'))?.id).toBe(BOUGHT);
  });
});

describe('the slot that is due, or the next one', () => {
  test.each<[what: string, now: Instant, known: Ledger, id: string | undefined]>([
    ['the one that is due', at('15:05'), ledger(), BOUGHT],
    ['the next of today', at('12:00'), ledger(), BOUGHT],
    ['of the next session, after the last of today', at('15:11'), ledger(), 'own/2025-12-03/exit/1000'],
    [
      'not one that has run already',
      at('12:00'),
      ledger(runs({ [BOUGHT]: 'done' })),
      'own/2025-12-03/exit/1000',
    ],
    [
      'nor several of them',
      at('12:00'),
      ledger(runs({ [BOUGHT]: 'done', 'own/2025-12-03/exit/1000': 'done' })),
      'own/2025-12-03/entry/1500',
    ],
  ])('%s', (_, now, known, id) => {
    expect(dueOrNextSlot(known, OWN, now)?.id).toBe(id);
  });

  test('none of a strategy without a schedule', () => {
    expect(dueOrNextSlot(ledger(), { name: 'own', schedule: [] }, at('12:00'))).toBeNull();
  });

  test('of a calendar with other days', () => {
    const calendar = { [TODAY]: 'closed', '2025-12-03': 'closed' } as const;
    expect(dueOrNextSlot(ledger(), OWN, at('12:00'), calendar)?.id).toBe('own/2025-12-04/exit/1000');
    const done = ledger(runs({ 'own/2025-12-04/exit/1000': 'done', 'own/2025-12-04/entry/1500': 'done' }));
    const more = { ...calendar, '2025-12-05': 'closed' } as const;
    expect(dueOrNextSlot(done, OWN, at('12:00'), more)?.id).toBe('own/2025-12-08/exit/1000');
  });
});

describe('missed slots', () => {
  /** The first that is remembered is a week ago. */
  const REMEMBERS = { 'other/2025-11-24/entry/1500': 'done' } as const;
  const missed = (now: Instant, of: Readonly<Record<string, SlotRun['state']>>, ...more: Partial<Ledger>[]) =>
    missedSlots(ledger(runs(of), accepted(), ...more), [OWN], now).map(({ id }) => id);
  const recent = (from: string) => ({ [`other/${from}/entry/1500`]: 'done' }) as const;
  const YESTERDAY = ['own/2025-12-01/exit/1000', 'own/2025-12-01/entry/1500'];

  test('of the last five sessions, oldest first, whatever is remembered', () => {
    const dates = missed(at('12:00'), REMEMBERS).map((id) => id.split('/')[1]);
    expect([...new Set(dates)]).toEqual(['2025-11-25', '2025-11-26', '2025-11-28', '2025-12-01']);
    // The Friday after Thanksgiving closes at one.
    expect(dates).toHaveLength(7);
    expect([...new Set(missed(at('16:00'), REMEMBERS).map((id) => id.split('/')[1]))]).toContain(TODAY);
  });

  test('none of a time that nothing is remembered of', () => {
    expect(missed(at('12:00'), recent('2025-12-01'))).toEqual(YESTERDAY);
    expect(missed(at('12:00'), { ...recent('2025-12-02'), ...recent('2025-12-01') })).toEqual(YESTERDAY);
    expect(missed(at('12:00'), { ...recent('2025-12-01'), ...recent('2025-12-02') })).toEqual(YESTERDAY);
    expect(missed(at('12:00'), recent(TODAY))).toEqual([]);
  });

  test.each<
    [
      what: string,
      now: Instant,
      of: Readonly<Record<string, SlotRun['state']>>,
      ids: string[],
      more?: Partial<Ledger>,
    ]
  >([
    ['none while its window is open', at('15:10'), recent(TODAY), []],
    ['from its end on', plus(at('15:10'), 1), recent(TODAY), [BOUGHT]],
    [
      'an exit only once its session is over',
      plus(at('16:00'), -30_000),
      { [SOLD]: 'started', [BOUGHT]: 'done' },
      [],
    ],
    ['and then', plus(at('16:00'), -29_999), { [SOLD]: 'started', [BOUGHT]: 'done' }, [SOLD]],
    ['likewise what was triggered', plus(at('16:00'), -30_000), recent(TODAY), [], triggered(BOUGHT)],
    ['not what was done', at('16:00'), { [SOLD]: 'done', [BOUGHT]: 'done' }, []],
    ['what was started and has no end', at('16:00'), { [SOLD]: 'done', [BOUGHT]: 'started' }, [BOUGHT]],
    ['nothing of a schedule that nobody followed', at('16:00'), recent(TODAY), [], { inventory: new Map() }],
    [
      'nor of one that an accepted revision does not know',
      at('16:00'),
      recent(TODAY),
      [],
      { inventory: new Map(), revision: { acceptedAt: LONG_AGO } as never },
    ],
    ['but what was started', at('16:00'), { [BOUGHT]: 'started' }, [BOUGHT], { inventory: new Map() }],
    [
      'what was started and is in no schedule any more, once its day is over',
      at('00:00'),
      {
        'own/2025-12-01/rebalance/1540': 'started',
        'gone/2025-11-20/exit/0935': 'started',
        ...recent(TODAY),
      },
      ['own/2025-12-01/rebalance/1540', 'gone/2025-11-20/exit/0935'],
      { inventory: new Map() },
    ],
    [
      'not before',
      at('23:59'),
      { [`gone/${TODAY}/rebalance/1540`]: 'started', [SOLD]: 'done', [BOUGHT]: 'done' },
      [],
    ],
    [
      'nor what has ended',
      at('12:00'),
      {
        'gone/2025-12-01/rebalance/1540': 'partial',
        'gone/2025-12-01/exit/0935': 'missed',
        ...recent(TODAY),
      },
      [],
      { inventory: new Map() },
    ],
    [
      'on a day without a session: of the last ones',
      at('12:00', '2025-12-06'),
      recent('2025-12-05'),
      ['own/2025-12-05/exit/1000', 'own/2025-12-05/entry/1500'],
    ],
  ])('%s', (_, now, of, ids, more = {}) => {
    expect(missed(now, of, more)).toEqual(ids);
  });

  test('what is in no schedule any more says when it was due', () => {
    const known = ledger(runs({ 'gone/2025-12-01/rebalance/1540': 'started' }));
    expect(missedSlots(known, [], at('12:00'))).toEqual([
      { id: 'gone/2025-12-01/rebalance/1540', strategy: 'gone', at: at('15:40', '2025-12-01') },
    ]);
  });

  test('an entry counts from when its own schedule was in force', () => {
    const since = { since: at('12:00'), exitsSince: LONG_AGO };
    expect(missed(at('16:00'), recent('2025-12-01'), accepted(since))).toEqual([
      'own/2025-12-01/exit/1000',
      SOLD,
      BOUGHT,
    ]);
  });

  test('of the sessions that the calendar says', () => {
    const known = ledger(runs(recent('2025-12-01')), accepted());
    expect(missedSlots(known, [OWN], at('12:00'), { '2025-12-01': 'closed' })).toEqual([]);
    const short = { '2025-12-01': { open: '09:30', close: '13:00' } } as const;
    expect(missedSlots(known, [OWN], at('12:00'), short).map(({ id }) => id)).toEqual(YESTERDAY.slice(0, 1));
    expect(missedSlots(known, [OWN], at('12:00'), { [TODAY]: 'closed' }).map(({ id }) => id)).toEqual(
      YESTERDAY,
    );
  });
});

describe('the end of a window', () => {
  const end = (known: Ledger, slot: string, now = at('12:00'), calendar = {}) =>
    windowEnd(known, OWN, { slot, now, calendar });
  test('is that of the schedule, and of a triggered slot the end of its session', () => {
    expect(end(ledger(), BOUGHT)).toBe(at('15:10'));
    expect(end(ledger(triggered(BOUGHT)), BOUGHT)).toBe(plus(at('16:00'), -30_000));
    expect(end(ledger(triggered(SOLD)), BOUGHT)).toBe(at('15:10'));
  });
  test('is unknown of what the schedule does not have today', () => {
    expect(end(ledger(), 'own/2025-12-02/entry/1400')).toBeNull();
    expect(end(ledger(), BOUGHT, at('12:00', '2025-12-06'))).toBeNull();
    expect(end(ledger(), BOUGHT, at('12:00'), { [TODAY]: 'closed' })).toBeNull();
  });
});

test('a slot is late a moment after its window', () => {
  const slot = dueSlot(ledger(), OWN, at('15:00'));
  expect([at('15:10'), plus(at('15:10'), 1)].map((now) => slot !== null && isLate(slot, now))).toEqual([
    false,
    true,
  ]);
});

describe('exits of strategies that no manifest declares', () => {
  const known = (name: string, more: Partial<KnownStrategy> = {}) =>
    [name, { name, lifecycle: 'active' as const, schedule: OWN.schedule, ...more }] as const;
  const exits = (more: Partial<Ledger>, declared: string[] = []) =>
    undeclaredExits(
      ledger(more),
      declared.map((name) => ({ name })),
    );
  test('go on as they were accepted last', () => {
    expect(exits({ inventory: new Map([known('own')]) })).toEqual([{ name: 'own', schedule: [EXIT] }]);
    expect(exits({ inventory: new Map([known('own', { follows: true })]) })).toHaveLength(1);
  });
  test('not of one that is declared, was off, or was shut down', () => {
    expect(exits({ inventory: new Map([known('own')]) }, ['own'])).toEqual([]);
    expect(exits({ inventory: new Map([known('own', { follows: false })]) })).toEqual([]);
    const drains = new Map([['own', {} as never]]);
    expect(
      exits({ inventory: new Map([known('own'), known('other')]), drains }).map(({ name }) => name),
    ).toEqual(['other']);
  });
});

test('a scheduled exit closes what was opened before its time', () => {
  const lot = (since: Instant) => ({ quantity: 1e9 as Quantity, since }) as Lot;
  const book = new Map([
    ['VTI', lot(plus(at('10:00'), -1))],
    ['GLD', lot(at('10:00'))],
  ]);
  expect(exitTargets(book, at('10:00'))).toEqual([{ symbol: 'VTI', quantity: 0, priority: 0 }]);
});

describe('what an exit has not closed is wanted since', () => {
  const wanting = (slot: string, symbol: string, quantity: number): Partial<Ledger> => ({
    slots: new Map([
      [slot, { slot, state: 'started', targets: [{ symbol, quantity, priority: 0 }] } as unknown as SlotRun],
    ]),
  });
  const exit = { id: SOLD, strategy: 'own', date: TODAY };
  test.each<[what: string, known: Partial<Ledger>, is: boolean]>([
    ['by a later slot that wants it', wanting(BOUGHT, 'AAA', 5), true],
    ['not by one that wants nothing of it', wanting(BOUGHT, 'AAA', 0), false],
    ['not by one that wants another symbol', wanting(BOUGHT, 'BBB', 5), false],
    ['not by an earlier one', wanting(`own/${TODAY}/entry/0945`, 'AAA', 5), false],
    ['not by itself', wanting(SOLD, 'AAA', 5), false],
    ['not by one of another day', wanting(`own/2025-12-01/entry/1500`, 'AAA', 5), false],
    ['not by one of another strategy', wanting(`other/${TODAY}/entry/1500`, 'AAA', 5), false],
  ])('%s', (_, known, is) => {
    expect(isWantedSince(ledger(known), exit, 'AAA')).toBe(is);
  });
});
