/** What the ledger says of a scheduled execution. */
import { describe, expect, test } from 'vitest';
import type { EventOf, JournalEvent } from '../../src/observed/events.ts';
import { at, ledgerAfter, LOCK, shares } from './support/journal-of.ts';

const SLOT = { slot: 'a/2025-12-02/entry/1000', strategy: 'a' };
const TARGETS = [{ symbol: 'KO', quantity: shares(1), priority: 0 }];
const started = (more: Partial<EventOf<'slot-started'>> = {}): JournalEvent => ({
  type: 'slot-started',
  fence: 1,
  ...SLOT,
  targets: TARGETS,
  ...more,
});
const ended = (outcome: EventOf<'slot-ended'>['outcome']): JournalEvent => ({
  type: 'slot-ended',
  fence: 1,
  slot: SLOT.slot,
  outcome,
});
const MISSED: JournalEvent = { type: 'slot-missed', fence: 1, ...SLOT };
const TRIGGERED: JournalEvent = { type: 'slot-triggered', ...SLOT, by: 'me', reason: 'now' };
const after = (...events: readonly JournalEvent[]) => ledgerAfter(LOCK, ...events);

describe('a slot', () => {
  test.each<[what: string, events: readonly JournalEvent[], run: object | undefined]>([
    ['that has started', [started()], { targets: TARGETS, state: 'started' }],
    ['that is done', [started(), ended('done')], { targets: TARGETS, state: 'done' }],
    ['that is done in part', [started(), ended('partial')], { targets: TARGETS, state: 'partial' }],
    ['that ends and has not started', [ended('done')], undefined],
    ['that was missed', [MISSED], { targets: [], state: 'missed' }],
    ['that was missed after its start', [started(), MISSED], { targets: TARGETS, state: 'partial' }],
    ['that shall run after all', [MISSED, TRIGGERED], undefined],
    [
      'that had started when somebody let it run',
      [started(), TRIGGERED],
      { targets: TARGETS, state: 'started' },
    ],
  ])('%s', (_, events, run) => {
    const found = after(...events).slots.get(SLOT.slot);
    expect(found).toEqual(run && { ...SLOT, ...run });
  });

  test.each<[what: string, events: readonly JournalEvent[], isTriggered: boolean]>([
    ['before it has started', [TRIGGERED], true],
    ['after it was missed', [MISSED, TRIGGERED], true],
    ['not once it has started', [started(), TRIGGERED], false],
    ['not once it is done', [started(), ended('done'), TRIGGERED], false],
  ])('may run at another time by an operator’s word: %s', (_, events, isTriggered) => {
    const { slot } = SLOT;
    const trigger = { slot, by: 'me', reason: 'now', at: at(1 + events.length) };
    expect([...after(...events).triggers]).toEqual(isTriggered ? [[slot, trigger]] : []);
  });

  test('leaves what its signal remembers, and what it remembered before where it says nothing', () => {
    const memory = { signal: 'pairs', state: { days: 3 } };
    expect([...after(started({ memory }), started()).memories]).toEqual([['a', memory]]);
    expect(after(started()).memories.size).toBe(0);
  });
});
