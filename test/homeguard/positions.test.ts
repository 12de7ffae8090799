import { describe, expect, test } from 'vitest';
import { formatQuantity, formatMoney } from '../../src/domain/decimal.ts';
import { formatInstant, parseInstant, type Instant } from '../../src/domain/instant.ts';
import { parseScheduleTime } from '../../src/domain/schedule.ts';
import { readPositions, stampsOf, type Positions } from '../../src/homeguard/positions.ts';
import { stateText } from '../support/homeguard.ts';

const NOW = at('2025-12-02T15:56:00-05:00');

function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(text);
  return instant;
}

function read(text: string): Positions {
  const result = readPositions({ file: 'state.json', text }, NOW);
  if (result.kind === 'invalid') throw new Error(result.message);
  return result.positions;
}

function refusal(text: string): string {
  const result = readPositions({ file: 'state.json', text }, NOW);
  return result.kind === 'invalid' ? result.message : 'nothing';
}

describe('The positions of a state file', () => {
  test('are lots with their cost; zero is skipped with a note, below zero is short, a null order is unknown.', () => {
    const { lots, notes } = read(
      stateText({ omr: { TQQQ: { qty: 50 }, SOXL: { qty: 0 }, UPRO: { qty: -30 } } }),
    );
    const rows = lots.map(({ symbol, quantity, cost, since, orderId }) => [
      symbol,
      formatQuantity(quantity),
      formatMoney(cost),
      formatInstant(since),
      orderId,
    ]);
    expect(rows).toEqual([
      ['TQQQ', '50', '2260.00', '2025-12-01T15:50:00.123-05:00', null],
      ['UPRO', '-30', '-1356.00', '2025-12-01T15:50:00.123-05:00', null],
    ]);
    expect(notes).toEqual(['strategies.omr.positions.SOXL: quantity 0, skipped']);
  });

  test('need no version, and strategies get a name that hgctl can have.', () => {
    const { lots } = read(stateText({ new_strat: { TQQQ: { qty: 1 } } }, { version: undefined }));
    expect(lots.map(({ strategy }) => strategy)).toEqual(['new-strat']);
    expect(refusal(stateText({ 'a-b': {}, a_b: {} }))).toContain('two strategies have one name');
  });

  test.each([
    ['torn text, with its place', '{"version": 1,\n "strategies"', 'state.json:2:2: not JSON'],
    ['a list', '[]', 'state.json:1:1: must be an object'],
    ['another version', stateText({}, { version: 2 }), 'only version 1 is known'],
    [
      'words for numbers',
      stateText({ omr: { TQQQ: { qty: 'ten' as never } } }),
      'omr.positions.TQQQ.qty: expected a number',
    ],
    ['a state file of hgctl', stateText({}, { hgctl: {} }), 'is a state file of hgctl'],
  ])('are refused of %s.', (_, text, message) => {
    expect(refusal(text)).toContain(message);
  });
});

describe('The execution lock', () => {
  const lockOf = (expires: unknown): Positions =>
    read(stateText({}, { execution_lock: { holder: 'mp', acquired: null, expires } }));

  test('that has ended is a note.', () => {
    const { heldLock, notes } = lockOf('2025-12-02T15:55:59.999999-05:00');
    expect(heldLock).toBeNull();
    expect(notes).toEqual(['the execution lock of mp has ended; it is not taken over']);
  });

  test.each([
    ['2025-12-02T15:59:00-05:00', 'mp until 2025-12-02T15:59:00-05:00'],
    ['2025-12-02T15:00:00', 'mp, for a time that cannot be read'],
    ['soon', 'mp, for a time that cannot be read'],
    [null, 'mp, for a time that cannot be read'],
  ])('until %s is held: %s.', (expires, held) => {
    expect(lockOf(expires).heldLock).toBe(held);
  });
});

describe('A last execution', () => {
  const schedule = (['open+1m exit', 'close-10m entry'] as const).map((text) => {
    const [time = '', action = ''] = text.split(' ');
    const parsed = parseScheduleTime(time);
    if (parsed === undefined) throw new Error(time);
    return { at: parsed, action: action as 'exit' | 'entry', window: 240_000 };
  });
  const stamp = (time: string) => {
    const [found] = stampsOf([{ strategy: 'omr', at: at(time) }], [{ name: 'omr', schedule }]);
    return found && { at: formatInstant(found.at), slot: found.slot };
  };

  test.each([
    [
      'in its window stands',
      '2025-12-02T15:51:00.5-05:00',
      '2025-12-02T15:51:00.500-05:00',
      'omr/2025-12-02/entry/1550',
    ],
    [
      'just before it counts as of it',
      '2025-12-02T15:49:07-05:00',
      '2025-12-02T15:50:00-05:00',
      'omr/2025-12-02/entry/1550',
    ],
    [
      'of the exit, too',
      '2025-12-02T09:30:02-05:00',
      '2025-12-02T09:31:00-05:00',
      'omr/2025-12-02/exit/0931',
    ],
    [
      'on a half day goes by its close',
      '2025-11-28T12:50:30-05:00',
      '2025-11-28T12:50:30-05:00',
      'omr/2025-11-28/entry/1250',
    ],
    ['beside all slots is only a time', '2025-12-02T12:00:00-05:00', '2025-12-02T12:00:00-05:00', null],
    ['on a day without a session, too', '2025-12-06T15:50:00-05:00', '2025-12-06T15:50:00-05:00', null],
  ])('%s.', (_, time, stamped, slot) => {
    expect(stamp(time)).toEqual({ at: stamped, slot });
  });
});
