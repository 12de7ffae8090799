/** What operators and accepted manifests leave in the ledger. */
import { describe, expect, test } from 'vitest';
import type { ScheduleEntry } from '../../src/domain/schedule.ts';
import type { EventOf, InventoryEntry, JournalEvent } from '../../src/observed/events.ts';
import type { KnownStrategy } from '../../src/observed/ledger.ts';
import { TEST_ACCOUNT } from '../support/account.ts';
import { at, ledgerAfter } from './support/journal-of.ts';

const ACCOUNT = { file: 'account.yaml', name: 'test', settings: TEST_ACCOUNT };
const clock = (action: ScheduleEntry['action'], time: string): ScheduleEntry => ({
  action,
  at: { kind: 'clock', time },
  window: 60_000,
});
const ENTRY = clock('entry', '10:00');
const EXIT = clock('exit', '15:00');
const LATER_ENTRY = clock('entry', '11:00');
const LATER_EXIT = clock('exit', '15:30');

const strategy = (
  schedule: readonly ScheduleEntry[],
  more: Partial<InventoryEntry> = {},
): InventoryEntry => ({
  name: 'a',
  lifecycle: 'active',
  schedule,
  follows: true,
  ...more,
});
const accepted = (...strategies: readonly InventoryEntry[]): EventOf<'revision-accepted'> => ({
  type: 'revision-accepted',
  digest: 'd',
  strategies,
  account: ACCOUNT,
});

describe('an accepted revision', () => {
  test('is the next one, and says what it says', () => {
    const declared = [strategy([])];
    const first = ledgerAfter(accepted());
    expect(first.revision).toMatchObject({ number: 1, strategies: [] });
    const second = ledgerAfter(accepted(), { ...accepted(...declared), digest: 'e' });
    expect(second.revision).toEqual({
      number: 2,
      digest: 'e',
      strategies: declared,
      account: ACCOUNT,
      acceptedAt: at(2),
    });
  });

  test('keeps a strategy that it does not declare, as it was, and says that it is absent', () => {
    const { inventory } = ledgerAfter(accepted(strategy([EXIT])), accepted(strategy([], { name: 'b' })));
    expect([...inventory]).toEqual([
      ['a', { ...strategy([EXIT]), since: at(1), exitsSince: at(1), absent: true }],
      ['b', { ...strategy([], { name: 'b' }), since: at(2), exitsSince: at(2) }],
    ]);
  });
});

describe('slots of a strategy count', () => {
  const known = (...events: readonly JournalEvent[]): KnownStrategy | undefined =>
    ledgerAfter(...events).inventory.get('a');
  const OLD = strategy([ENTRY, EXIT]);

  test.each<[what: string, next: InventoryEntry, since: number, exitsSince: number]>([
    ['from before where its schedule is the same', OLD, 1, 1],
    ['from before where only its lifecycle is another', { ...OLD, lifecycle: 'planned' }, 1, 1],
    [
      'from now on where an entry is at another time; its exits from before',
      strategy([LATER_ENTRY, EXIT]),
      2,
      1,
    ],
    ['from now on where an exit is at another time, its exits too', strategy([ENTRY, LATER_EXIT]), 2, 2],
    [
      'from now on where an exit comes to the others, its exits too',
      strategy([ENTRY, EXIT, LATER_EXIT]),
      2,
      2,
    ],
    ['from now on where an exit goes; the others from before', strategy([ENTRY]), 2, 1],
    ['from now on where it did not follow before', { ...OLD, follows: false }, 2, 2],
  ])('%s', (_, next, since, exitsSince) => {
    expect(known(accepted(OLD), accepted(next))).toEqual({
      ...next,
      since: at(since),
      exitsSince: at(exitsSince),
    });
  });

  test('from now on where its manifest was gone in between', () => {
    const back = known(accepted(OLD), accepted(), accepted(OLD));
    expect(back).toEqual({ ...OLD, since: at(3), exitsSince: at(3) });
  });

  test('from when the manifest came back, and not from before it changed once', () => {
    const changed = strategy([LATER_ENTRY, EXIT]);
    const entry = known(accepted(OLD), accepted(changed), accepted(changed));
    expect(entry).toMatchObject({ since: at(2), exitsSince: at(1) });
  });

  test('from the end of a shutdown on', () => {
    const drain: JournalEvent = { type: 'drain-requested', strategy: 'a', close: false, by: 'me' };
    const lifted: JournalEvent = { type: 'drain-lifted', strategy: 'a', by: 'me' };
    expect(known(accepted(OLD), drain, lifted)).toEqual({ ...OLD, since: at(3), exitsSince: at(3) });
    expect(known(drain, lifted)).toBeUndefined();
  });

  const EARLIER = 'from the acceptance by a program that recorded no';
  test.each<[what: string, entry: KnownStrategy, since: object]>([
    [`${EARLIER} time`, OLD, { since: at(2), exitsSince: at(2) }],
    [`${EARLIER} time of exits`, { ...OLD, since: at(0) }, { since: at(0), exitsSince: at(0) }],
  ])('%s', (_, entry, since) => {
    const state = { inventory: { $map: [['a', entry]] } };
    expect(known({ type: 'checkpoint', state }, accepted(OLD))).toMatchObject(since);
  });
});

test('a pruned strategy is not known any more, and what an operator has stopped of it stays stopped', () => {
  const ledger = ledgerAfter(
    accepted(strategy([])),
    { type: 'drain-requested', strategy: 'a', close: true, by: 'me' },
    { type: 'strategy-suspended', strategy: 'a', reason: 'why', by: 'me', until: null },
    { type: 'strategy-pruned', strategy: 'a' },
  );
  expect(ledger.inventory.size).toBe(0);
  expect([...ledger.drains.keys(), ...ledger.suspensions.keys()]).toEqual(['a', 'a']);
});

describe('a shutdown', () => {
  const requested = (more: Partial<EventOf<'drain-requested'>> = {}): JournalEvent => ({
    type: 'drain-requested',
    strategy: 'a',
    close: true,
    by: 'me',
    ...more,
  });
  const completed: JournalEvent = { type: 'drain-completed', strategy: 'a', leftovers: ['KO'] };
  const pending = { strategy: 'a', close: true, by: 'me', since: at(1), state: 'pending', leftovers: [] };

  test('is pending until it has done its work, and stays until it is lifted', () => {
    expect(ledgerAfter(requested()).drains.get('a')).toEqual(pending);
    const done = ledgerAfter(requested(), completed);
    expect(done.drains.get('a')).toEqual({ ...pending, state: 'completed', leftovers: ['KO'] });
    expect(
      ledgerAfter(requested(), completed, { type: 'drain-lifted', strategy: 'a', by: 'me' }).drains.size,
    ).toBe(0);
  });

  test('that ends when it is done is over then', () => {
    expect(ledgerAfter(requested({ ends: 'when-done' }), completed).drains.size).toBe(0);
  });

  test('that nobody has asked for does not begin by its end', () => {
    expect(ledgerAfter(completed).drains.size).toBe(0);
  });
});

test('a suspension and a halt say who stopped what, when, why and until when, and end by a word', () => {
  const suspended: JournalEvent = {
    type: 'strategy-suspended',
    strategy: 'a',
    reason: 'why',
    by: 'me',
    until: at(9),
  };
  const halted: JournalEvent = { type: 'halted', mode: 'cancel', reason: 'storm', by: 'you' };
  const stopped = ledgerAfter(suspended, halted);
  expect([...stopped.suspensions.values()]).toEqual([
    { strategy: 'a', reason: 'why', by: 'me', since: at(1), until: at(9) },
  ]);
  expect(stopped.halt).toEqual({ mode: 'cancel', reason: 'storm', by: 'you', since: at(2) });
  const going = ledgerAfter(
    suspended,
    halted,
    { type: 'strategy-resumed', strategy: 'a', by: 'me' },
    { type: 'unhalted', reason: 'over', by: 'you' },
  );
  expect(going.suspensions.size).toBe(0);
  expect(going.halt).toBeNull();
});
