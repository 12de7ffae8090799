/** When a controller may be restarted without missing a slot. */
import { describe, expect, test } from 'vitest';
import type { DesiredAccount, DesiredState, DesiredStrategy } from '../../src/desired/desired-state.ts';
import { instantAt, plus, type Instant } from '../../src/domain/instant.ts';
import { parseScheduleTime, type ScheduleEntry } from '../../src/domain/schedule.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { KnownStrategy } from '../../src/observed/ledger.ts';
import { restartWindow } from '../../src/reconciler/restart-window.ts';
import { TEST_ACCOUNT } from '../support/account.ts';
import { strategy } from '../support/opinion.ts';

const TODAY = '2025-12-02';
const TOMORROW = '2025-12-03';
const MINUTE = 60_000;
const at = (time: string, date = TODAY): Instant => instantAt(date, time);

function entry(time: string, window = 5 * MINUTE, action: ScheduleEntry['action'] = 'entry'): ScheduleEntry {
  const parsed = parseScheduleTime(time);
  if (parsed === undefined) throw new Error(`no time: ${time}`);
  return { at: parsed, action, window };
}

const declared = (schedule: readonly ScheduleEntry[], more: Partial<DesiredStrategy> = {}) =>
  strategy('own', { schedule, ...more });

interface Asked {
  readonly account?: Partial<DesiredAccount>;
  readonly accepted?: KnownStrategy;
}

/** `safe until 14:50: IDS`. */
function said(strategies: readonly DesiredStrategy[], now: Instant, { account, accepted }: Asked = {}) {
  const desired: DesiredState = { digest: '', account: { ...TEST_ACCOUNT, ...account }, strategies };
  const ledger = {
    ...emptyLedger(),
    inventory: new Map(accepted === undefined ? [] : [[accepted.name, accepted]]),
  };
  const { isSafe, until, slots } = restartWindow(desired, ledger, now);
  return [isSafe, until, slots];
}

const ID = (time: string, date = TODAY, action = 'entry') => `own/${date}/${action}/${time.replace(':', '')}`;

describe('a restart', () => {
  const one = [declared([entry('12:00')])];
  test.each<[what: string, strategies: readonly DesiredStrategy[], now: Instant, expected: unknown[]]>([
    [
      'is safe until ten minutes before a slot',
      one,
      plus(at('11:50'), -1),
      [true, at('11:50'), [ID('12:00')]],
    ],
    ['and not from then on', one, at('11:50'), [false, at('12:05'), [ID('12:00')]]],
    ['until its window has closed', one, plus(at('12:05'), -1), [false, at('12:05'), [ID('12:00')]]],
    [
      'and then until the next session',
      one,
      at('12:05'),
      [true, at('11:50', TOMORROW), [ID('12:00', TOMORROW)]],
    ],
    [
      'not before the open for a slot at it',
      [declared([entry('09:30')])],
      at('09:25'),
      [true, at('09:30'), [ID('09:30')]],
    ],
    [
      'slots that touch are one risk',
      [declared([entry('12:00'), entry('12:15', 5 * MINUTE, 'exit')])],
      at('11:50'),
      [false, at('12:20'), [ID('12:00'), ID('12:15', TODAY, 'exit')]],
    ],
    [
      'slots with a pause between them are two',
      [declared([entry('12:00'), entry('12:16', 5 * MINUTE, 'exit')])],
      at('11:50'),
      [false, at('12:05'), [ID('12:00')]],
    ],
    [
      'the longer of two windows counts',
      [declared([entry('12:00', 60 * MINUTE), entry('12:15', 5 * MINUTE, 'exit')])],
      at('12:20'),
      [false, at('13:00'), [ID('12:00'), ID('12:15', TODAY, 'exit')]],
    ],
    [
      'whichever strategy has them',
      [strategy('late', { schedule: [entry('12:15')] }), declared([entry('12:00')])],
      at('11:00'),
      [true, at('11:50'), [ID('12:00'), `late/${TODAY}/entry/1215`]],
    ],
    // The lock of an execution runs out after four minutes.
    [
      'near the close it is not safe before it',
      [declared([entry('15:51', 5 * MINUTE)])],
      at('15:56'),
      [false, at('16:00'), [ID('15:51')]],
    ],
    [
      'a little earlier it is',
      [declared([entry('15:50', 5 * MINUTE)])],
      at('15:55'),
      [true, at('15:40', TOMORROW), [ID('15:50', TOMORROW)]],
    ],
    ['is safe where no slot follows', [declared([])], at('12:00'), [true, null, []]],
    [
      'is no matter of what is planned',
      [declared([entry('12:00')], { lifecycle: 'planned' })],
      at('12:00'),
      [true, null, []],
    ],
    [
      'is no matter of what is off',
      [declared([entry('12:00')], { toggle: { enabled: false, shutdownRequested: false } })],
      at('12:00'),
      [true, null, []],
    ],
  ])('%s', (_, strategies, now, expected) => {
    expect(said(strategies, now)).toEqual(expected);
  });

  test('waits for exits that nobody declares any more', () => {
    const accepted: KnownStrategy = {
      name: 'own',
      lifecycle: 'active',
      schedule: [entry('12:00', 5 * MINUTE, 'exit'), entry('13:00')],
    };
    const exit = [false, at('12:05'), [ID('12:00', TODAY, 'exit')]];
    expect(said([], at('12:00'), { accepted })).toEqual(exit);
    expect(said([declared([])], at('12:00'), { accepted })).toEqual([true, null, []]);
  });

  test('knows the days that the calendar says', () => {
    const closed = { account: { calendar: { [TODAY]: 'closed' } } } as const;
    expect(said(one, at('12:00'), closed)).toEqual([true, at('11:50', TOMORROW), [ID('12:00', TOMORROW)]]);
    const tomorrow = { account: { calendar: { [TOMORROW]: 'closed' } } } as const;
    expect(said(one, at('12:05'), tomorrow)).toEqual([
      true,
      at('11:50', '2025-12-04'),
      [ID('12:00', '2025-12-04')],
    ]);
  });
});
