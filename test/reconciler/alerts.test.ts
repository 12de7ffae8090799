/** What people are told: each trouble once when it begins, and once when it is over. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { plus, type Instant } from '../../src/domain/instant.ts';
import type { Action } from '../../src/reconciler/plan-types.ts';
import { fault } from '../support/faults.ts';
import {
  alertsOf,
  happened,
  missedSlots,
  newsOf,
  noticeJson,
  type Alert,
  type Notice,
  type OpenAlert,
} from '../../src/reconciler/alerts.ts';
import type { Ratio } from '../../src/domain/decimal.ts';
import type { Break, Ledger } from '../../src/observed/ledger.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Latch } from '../../src/observed/mark-events.ts';
import { openOrders, working } from '../support/opinion.ts';
import { dollars } from '../support/simulated-world.ts';
import { stalledNow } from '../../src/reconciler/stalled.ts';
import { world } from '../support/world.ts';

const NOW = Date.parse('2025-12-02T15:30:00-05:00') as Instant;
const alert = (kind: Alert['kind'], strategy: string | null = null): Alert => ({
  kind,
  strategy,
  symbol: null,
  message: 'why',
});
const NOTHING = { problems: [], stalled: new Map<string, string>() };
const PRICES = { VTI: '100' };
const HELD = { strategies: { core: { targets: { VTI: '10' } } }, books: { core: { VTI: '10' } } };

describe('alerts', () => {
  test('there is none while all is well', async () => {
    const home = await world({ prices: PRICES, ...HELD });
    expect(alertsOf({ ledger: home.ports.journal.ledger(), ...NOTHING })).toEqual([]);
  });

  test('a break, with its symbol', async () => {
    const home = await world({ prices: PRICES, ...HELD, broker: { VTI: '4' } });
    await home.apply();
    await home.apply();
    expect(alertsOf({ ledger: home.ports.journal.ledger(), ...NOTHING })).toMatchObject([
      { kind: 'Break', symbol: 'VTI', message: expect.stringContaining('missing-shares') as string },
    ]);
  });

  test('an order whose answer was lost, with its strategy and id', async () => {
    const home = await world({
      prices: PRICES,
      strategies: HELD.strategies,
      faults: [
        fault('submit', { kind: 'unavailable', reason: 'time-out' }, { times: 99 }),
        fault('orderByClientId', { kind: 'unavailable', reason: 'HTTP 500' }, { times: 99 }),
      ],
    });
    await home.apply();
    expect(alertsOf({ ledger: home.ports.journal.ledger(), ...NOTHING })).toMatchObject([
      { kind: 'InDoubt', strategy: 'core', message: expect.stringMatching(/^hg-core-/) as string },
    ]);
  });

  test('a halt, invalid manifests, and whoever keeps failing', async () => {
    const home = await world({ prices: PRICES, ...HELD });
    home.ports.journal.commit({ type: 'halted', mode: 'hold', reason: 'storm', by: 'ann' });
    const found = alertsOf({
      ledger: home.ports.journal.ledger(),
      problems: ['a.yaml:1:1 wrong'],
      stalled: new Map([
        ['core', 'again'],
        ['hgctl', 'no pass'],
      ]),
    });
    expect(found.map(({ kind, strategy }) => [kind, strategy])).toEqual([
      ['Halted', null],
      ['ManifestsInvalid', null],
      ['Stalled', null],
      ['Stalled', 'core'],
    ]);
  });
});

test('alerts are one a kind and subject, sorted, each with its words', () => {
  const latch = (strategy: string | null): Latch => ({
    strategy,
    limit: 'daily',
    session: '2025-12-02',
    loss: dollars(50),
    base: dollars(1_000),
    allowed: 40_000 as Ratio,
    since: NOW,
  });
  const broken = (symbol: string): [string, Break] => [
    symbol,
    { symbol, kind: 'split', detail: `of ${symbol}`, since: NOW },
  ];
  const lost = (strategy: string, clientOrderId: string) =>
    working({ strategy, clientOrderId }, { status: 'unknown' });
  const ledger: Ledger = {
    ...emptyLedger(),
    breaks: new Map([broken('VTI'), broken('GLD')]),
    latches: new Map([
      ['*', latch(null)],
      ['core', latch('core')],
    ]),
    ...openOrders(
      lost('core', 'b'),
      lost('core', 'a'),
      lost('other', 'c'),
      working({ strategy: 'fine', clientOrderId: 'd' }),
    ),
  };
  const found = alertsOf({ ledger, problems: ['one', 'two'], stalled: new Map([['core', 'again']]) });
  expect(found.map(({ kind, strategy, symbol, message }) => [kind, strategy, symbol, message])).toEqual([
    ['Break', null, 'GLD', 'split: of GLD'],
    ['Break', null, 'VTI', 'split: of VTI'],
    ['InDoubt', 'core', null, 'b, a'],
    ['InDoubt', 'other', null, 'c'],
    ['LossLimit', null, null, expect.stringContaining('of the account $50.00') as string],
    ['LossLimit', 'core', null, expect.stringContaining('of core $50.00') as string],
    ['ManifestsInvalid', null, null, 'one\ntwo'],
    ['Stalled', 'core', null, 'again'],
  ]);
});

describe('news', () => {
  test('opened, then nothing, then closed with the time since', () => {
    const first = newsOf([], [alert('Halted')], NOW);
    expect(first.notices).toMatchObject([{ state: 'opened', since: NOW }]);
    const second = newsOf(first.open, [{ ...alert('Halted'), message: 'other words' }], plus(NOW, 1));
    expect(second.notices).toEqual([]);
    const third = newsOf(second.open, [], plus(NOW, 2));
    expect(third).toMatchObject({ open: [], notices: [{ state: 'closed', since: NOW, time: plus(NOW, 2) }] });
  });

  const kinds = fc.constantFrom<Alert['kind']>('Break', 'Halted', 'Stalled');
  const set = fc.uniqueArray(fc.record({ kind: kinds, strategy: fc.constantFrom(null, 'a', 'b') }), {
    selector: ({ kind, strategy }) => `${kind}${strategy ?? ''}`,
  });
  law.prop([fc.array(set)])('who follows the notices knows what is open, and no id comes twice', (steps) => {
    let open: readonly OpenAlert[] = [];
    const told = new Map<string, Notice>();
    const ids: string[] = [];
    steps.forEach((step, index) => {
      const now = plus(NOW, index);
      const news = newsOf(
        open,
        step.map(({ kind, strategy }) => alert(kind, strategy)),
        now,
      );
      open = news.open;
      for (const notice of news.notices) {
        const key = `${notice.kind}${notice.strategy ?? ''}`;
        expect(told.has(key)).toBe(notice.state === 'closed');
        if (notice.state === 'closed') told.delete(key);
        else told.set(key, notice);
        ids.push(notice.id);
      }
      expect([...told.keys()].sort()).toEqual(
        step.map(({ kind, strategy }) => `${kind}${strategy ?? ''}`).sort(),
      );
    });
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('slots that were missed and recorded are one alert a strategy', () => {
    const missed = (kind: string, strategy: string, slot: string) => ({
      kind,
      action: { kind: 'report-missed', strategy, slot } as Action,
    });
    expect(
      missedSlots([
        missed('done', 'omr', 'omr/1'),
        missed('done', 'mp', 'mp/1'),
        missed('done', 'omr', 'omr/2'),
        missed('not-started', 'vol', 'vol/1'),
        { kind: 'done', action: { kind: 'sync-position', strategy: 'vol' } as Action },
      ]).map(({ strategy, message }) => `${String(strategy)} ${message}`),
    ).toEqual(['omr not traded: omr/1, omr/2', 'mp not traded: mp/1']);
  });

  test('what is sent has exactly these fields', () => {
    const notice = happened(alert('ControllerCrashed'), NOW);
    expect(noticeJson(notice, { account: 'paper', rehearsal: false })).toEqual({
      version: 1,
      account: 'paper',
      rehearsal: false,
      id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      kind: 'ControllerCrashed',
      state: 'happened',
      strategy: null,
      symbol: null,
      message: 'why',
      time: '2025-12-02T15:30:00-05:00',
      since: '2025-12-02T15:30:00-05:00',
    });
  });
});

test.each<[string, string[], Record<string, number>, string[]]>([
  ['two failures are an accident', [], { core: 2 }, []],
  ['three in a row are not', [], { core: 3 }, ['core']],
  ['after a restart one more is enough', ['core'], { core: 1 }, ['core']],
  ['what did not fail again has recovered', ['core'], {}, []],
])('stalled: %s', (_, before, failures, now) => {
  expect([...stalledNow(new Set(before), new Map(Object.entries(failures)))]).toEqual(now);
});
