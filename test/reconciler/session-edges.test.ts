/** Which edge of a session was passed last, and which session is over at it. */
import { describe, expect, test } from 'vitest';
import type { DesiredAccount } from '../../src/desired/desired-state.ts';
import { instantAt, plus } from '../../src/domain/instant.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { edgeAt, endedAt, nextOwnEdge, type SessionEdge } from '../../src/reconciler/session-edges.ts';
import { TEST_ACCOUNT } from '../support/account.ts';

const TODAY = '2025-12-02';
const at = (time: string, date = TODAY) => instantAt(date, time);
const broker = (
  clock: 'always-open' | 'exchange',
  calendar: DesiredAccount['calendar'] = {},
): DesiredAccount => ({
  ...TEST_ACCOUNT,
  broker: { ...TEST_ACCOUNT.broker, clock },
  calendar,
});
const EXCHANGE = broker('exchange');
const OWN = broker('always-open');

describe('the edge that was passed last', () => {
  test.each([
    ['none before the open', EXCHANGE, plus(at('09:30'), -1), null],
    ['the start, from the open on', EXCHANGE, at('09:30'), { date: TODAY, kind: 'start' }],
    ['until the close', EXCHANGE, plus(at('16:00'), -1), { date: TODAY, kind: 'start' }],
    ['the close, from then on', EXCHANGE, at('16:00'), { date: TODAY, kind: 'close' }],
    ['none on a day without a session', EXCHANGE, at('12:00', '2025-12-06'), null],
    ['none on one that the calendar closes', broker('exchange', { [TODAY]: 'closed' }), at('12:00'), null],
    ['where nothing closes: the start from midnight on', OWN, at('00:00'), { date: TODAY, kind: 'start' }],
    ['until the last minute', OWN, plus(at('23:59'), -1), { date: TODAY, kind: 'start' }],
    ['and then the close', OWN, at('23:59'), { date: TODAY, kind: 'close' }],
    ['on any day', OWN, at('12:00', '2025-12-06'), { date: '2025-12-06', kind: 'start' }],
  ])('%s', (_, account, now, edge) => {
    expect(edgeAt(account, now)).toEqual(edge);
  });
});

describe('the session that is over', () => {
  const edge = (kind: SessionEdge['kind']): SessionEdge => ({ date: TODAY, kind });
  const mark = (session: string, kind: 'start' | 'interim' | 'close' = 'close') =>
    ({ session, kind, equity: 0 }) as Ledger['lastMark'];
  test.each<
    [
      what: string,
      account: DesiredAccount,
      kind: SessionEdge['kind'],
      before: Ledger['lastMark'],
      after: Ledger['lastMark'],
      ended: string | null,
    ]
  >([
    ['today, once its close is marked', EXCHANGE, 'close', null, mark(TODAY), TODAY],
    ['not before', EXCHANGE, 'close', null, mark(TODAY, 'interim'), null],
    ['not by the close of another day', EXCHANGE, 'close', null, mark('2025-12-01'), null],
    ['not without a mark', EXCHANGE, 'close', mark(TODAY), null, null],
    ['where nothing closes: none at its last minute', OWN, 'close', mark('2025-12-01'), mark(TODAY), null],
    ['none before the first mark', OWN, 'start', null, mark(TODAY, 'start'), null],
    [
      'that of the last mark of a day before',
      OWN,
      'start',
      mark('2025-11-30'),
      mark(TODAY, 'start'),
      '2025-11-30',
    ],
    ['else yesterday', OWN, 'start', mark(TODAY, 'start'), mark(TODAY, 'start'), '2025-12-01'],
  ])('%s', (_, account, kind, before, after, ended) => {
    expect(endedAt(account, edge(kind), { before, after })).toBe(ended);
  });
});

test('the next edge of a session that nobody closes', () => {
  expect(nextOwnEdge(EXCHANGE, at('12:00'))).toBe(Number.POSITIVE_INFINITY);
  expect(nextOwnEdge(OWN, plus(at('23:59'), -1))).toBe(at('23:59'));
  expect(nextOwnEdge(OWN, at('23:59'))).toBe(at('00:00', '2025-12-03'));
});
