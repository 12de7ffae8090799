/** Each row of a health check, when all is well and when it is not. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_HEALTH, type DesiredStrategy } from '../../../src/desired/desired-state.ts';
import type { Money, Price, Quantity, Ratio } from '../../../src/domain/decimal.ts';
import { EXIT, HgctlError } from '../../../src/domain/errors.ts';
import { plus, type Instant } from '../../../src/domain/instant.ts';
import type { AccountTerms, Asset, BrokerAccount } from '../../../src/observed/broker-view.ts';
import { newCurve } from '../../../src/observed/loss-curve.ts';
import type { ExecutionLock, Ledger, LedgerOrder } from '../../../src/observed/ledger.ts';
import { healthChecks } from '../../../src/cli/health/checks.ts';
import type { HealthFacts } from '../../../src/cli/health/facts.ts';
import { worst, type Check } from '../../../src/cli/health/verdicts.ts';
import type { Heartbeat, HeartbeatSighting } from '../../../src/store/heartbeat.ts';
import { tableOf } from '../../strategies/omr-world.ts';
import { world } from '../../support/world.ts';

/** Tuesday, 15:30 in New York. */
const NOW = Date.parse('2025-12-02T15:30:00-05:00') as Instant;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SELF = { pid: 7, started: '1', bootId: 'boot', host: 'here' };

const BEAT: Heartbeat = {
  version: 1,
  state: 'running',
  identity: SELF,
  release: '1.2.3',
  mode: 'real-time',
  startedAt: plus(NOW, -HOUR),
  beatAt: NOW,
  monotonic: 1,
  lastPass: { at: plus(NOW, -MINUTE), outcome: 'quiet', detail: 'nothing to do' },
  nextWake: plus(NOW, MINUTE),
  revision: 'abc',
  manifests: 'accepted',
};

function controller(
  changes: Partial<Heartbeat>,
  state: 'alive' | 'silent' | 'stopped' = 'alive',
): HeartbeatSighting {
  return { state, beat: { ...BEAT, ...changes }, age: 90_000, process: 'alive' };
}

/** One strategy that owns ten shares, a controller that looks after it, and nothing to complain about. */
async function well(): Promise<HealthFacts> {
  const home = await world({
    now: NOW,
    prices: { VTI: '100' },
    cash: '100000',
    strategies: { core: { targets: { VTI: '10' } } },
    books: { core: { VTI: '10' } },
  });
  const { desired, ports } = home;
  const { observed } = await home.look();
  const asOf = NOW;
  return {
    now: NOW,
    desired,
    settings: DEFAULT_HEALTH,
    isStandIn: false,
    refusal: null,
    foreignLock: null,
    controller: controller({}),
    observed,
    symbols: ['VTI'],
    quotes: { kind: 'ok', data: await ports.market.quotes(['VTI'], asOf), asOf },
    tables: [],
    margins: null,
    errors: [],
    free: 1e12,
  };
}

type Change = (facts: HealthFacts) => HealthFacts;

const inLedger =
  (change: (ledger: Ledger) => Partial<Ledger>): Change =>
  (facts) => {
    const { observed } = facts;
    return {
      ...facts,
      observed: { ...observed, ledger: { ...observed.ledger, ...change(observed.ledger) } },
    };
  };

const inSnapshot =
  (changes: Partial<HealthFacts['observed']['snapshot']>): Change =>
  (facts) => ({
    ...facts,
    observed: { ...facts.observed, snapshot: { ...facts.observed.snapshot, ...changes } },
  });

const seen =
  (sighting: HeartbeatSighting): Change =>
  (facts) => ({ ...facts, controller: sighting });

const with_ =
  (changes: Partial<HealthFacts>): Change =>
  (facts) => ({ ...facts, ...changes });

const strategy =
  (changes: Partial<DesiredStrategy>): Change =>
  (facts) => ({
    ...facts,
    desired: {
      ...facts.desired,
      strategies: facts.desired.strategies.map((one) => ({ ...one, ...changes })),
    },
  });

const all =
  (...changes: readonly Change[]): Change =>
  (facts) =>
    changes.reduce((sum, change) => change(sum), facts);

const trainedUpTo = (lastDate: string): Change =>
  with_({ tables: [{ strategy: 'core', table: tableOf([], lastDate) }] });

const UNKNOWN = { kind: 'unknown', reason: 'connection refused' } as const;

const LOCK: ExecutionLock = {
  fence: 1,
  lockId: 'l',
  holder: 'core',
  owner: SELF,
  acquired: plus(NOW, -5_000),
  expires: plus(NOW, 200_000),
  expiresMonotonic: 1e12,
};

const held = (view: HealthFacts['observed']['lock']): Change =>
  all(
    inLedger(() => ({ lock: LOCK })),
    (facts) => ({ ...facts, observed: { ...facts.observed, lock: view } }),
  );

const order = (status: LedgerOrder['status']): Change =>
  inLedger(() => {
    const intent = { clientOrderId: 'hg-core-1', strategy: 'core', symbol: 'VTI' } as LedgerOrder['intent'];
    return { openOrders: new Map([['hg-core-1', { intent, status } as LedgerOrder]]) };
  });

const accountOf =
  (equity: number, buyingPower: number): Change =>
  (facts) => {
    const { account } = facts.observed.snapshot;
    if (account.kind === 'unknown') throw new Error('the account is known');
    const data = {
      ...account.data,
      equity: (equity * 1e6) as Money,
      buyingPower: (buyingPower * 1e6) as Money,
    };
    return inSnapshot({ account: { ...account, data } })(facts);
  };

/** An account of $100,000. */
const terms =
  (changes: Partial<AccountTerms>, others: Partial<BrokerAccount> = {}): Change =>
  (facts) => {
    const { account } = facts.observed.snapshot;
    if (account.kind === 'unknown') throw new Error('the account is known');
    const known = { multiplier: 2e6 as Ratio, mayShort: false, ...changes };
    return inSnapshot({
      account: { ...account, data: { ...account.data, equity: 1e11 as Money, terms: known, ...others } },
    })(facts);
  };

const mayShort: Change = (facts) => {
  const [first] = facts.desired.strategies;
  if (first === undefined) throw new Error('there is a strategy');
  return strategy({ capital: { ...first.capital, shorts: 'allowed' } })(facts);
};

const margin = (dollars: number): Change => terms({ maintenanceMargin: (dollars * 1e6) as Money });

const requirements = (left: number, requirement: Asset['marginRequirement']): Change =>
  with_({
    margins: {
      asked: [
        { symbol: 'SPXU', isShort: true },
        { symbol: 'TQQQ', isShort: false },
        { symbol: 'VTI', isShort: false },
      ],
      left,
      assets: {
        kind: 'ok',
        asOf: NOW,
        data: new Map([
          ['SPXU', { notShortable: null, marginRequirement: { long: 750_000 as Ratio } }],
          ['TQQQ', { notShortable: null, ...(requirement && { marginRequirement: requirement }) }],
          ['VTI', { notShortable: null, marginRequirement: { long: 500_000 as Ratio } }],
        ]),
      },
    },
  });

/** Of $100,000 at the start of the day. */
const lost = (dollars: number): Change =>
  all(
    accountOf(100_000 - dollars, 50_000),
    inLedger(() => {
      const basis = { session: '2025-12-02', equity: 1e11 as Money, profit: 1e11 as Money };
      return { curves: new Map([['*', newCurve(basis)]]) };
    }),
  );

const boughtAt = (since: string): Change =>
  inLedger(({ books }) => ({
    books: new Map(
      [...books].map(([name, book]) => [
        name,
        new Map([...book].map(([symbol, lot]) => [symbol, { ...lot, since: Date.parse(since) as Instant }])),
      ]),
    ),
  }));

const OVERNIGHT = strategy({
  schedule: [{ at: { kind: 'open', offset: MINUTE }, action: 'exit', window: MINUTE }],
});

const openOrder = (age: number): Change =>
  inSnapshot({
    openOrders: {
      kind: 'ok',
      asOf: NOW,
      data: [
        {
          brokerOrderId: 'b',
          clientOrderId: 'by-hand',
          symbol: 'VTI',
          side: 'buy',
          quantity: 1e9 as Quantity,
          filledQuantity: 0 as Quantity,
          averagePrice: null,
          status: 'new',
          submittedAt: plus(NOW, -age),
          updatedAt: plus(NOW, -age),
        },
      ],
    },
  });

const errors = (count: number): Change =>
  with_({
    errors: Array.from({ length: count }, (_, index) => ({
      level: 'error' as const,
      time: plus(NOW, index - 1_000),
      strategy: 'core',
      message: `error ${index + 1}`,
      text: '',
    })),
  });

const quoted = (asOf: string): Change =>
  with_({
    quotes: {
      kind: 'ok',
      asOf: NOW,
      data: new Map([['VTI', { price: 1e8 as Price, asOf: Date.parse(asOf) as Instant }]]),
    },
  });

const daily: Change = (facts) => ({
  ...facts,
  desired: { ...facts.desired, account: { ...facts.desired.account, prices: { type: 'csv', folder: '/x' } } },
});

const at = (now: string): Change => with_({ now: Date.parse(now) as Instant });

async function rowsOf(change: Change): Promise<Check[]> {
  return healthChecks(change(await well()));
}

test('When all is well, each row says so.', async () => {
  const rows = await rowsOf((facts) => facts);
  expect(rows.filter(({ status }) => status !== 'OK')).toEqual([]);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  expect(worst(rows)).toBe('OK');
});

describe('One row changes, and it alone:', () => {
  test.each<[string, Check['status'], Change, string]>([
    ['manifests', 'FAIL', with_({ isStandIn: true }), 'hgctl validate'],
    [
      'books',
      'FAIL',
      with_({ refusal: new HgctlError(EXIT.conflict, 'the state file was changed') }),
      'apply will refuse: the state file was changed',
    ],
    ['controller', 'FAIL', seen({ state: 'none' }), 'none has run'],
    ['controller', 'FAIL', seen(controller({}, 'stopped')), 'stopped at 2025-12-02 15:30:00'],
    ['controller', 'FAIL', seen(controller({}, 'silent')), 'no sign of life for 90s'],
    [
      'controller',
      'FAIL',
      seen({ ...controller({}, 'silent'), process: 'gone' } as HeartbeatSighting),
      'it is gone',
    ],
    ['controller', 'FAIL', seen(controller({ nextWake: plus(NOW, -61_000) })), 'it hangs'],
    [
      'controller',
      'FAIL',
      seen(controller({ lastPass: { at: NOW, outcome: 'failed', detail: 'no disk' } })),
      'no disk',
    ],
    ['controller', 'WARN', seen(controller({ manifests: 'invalid' })), 'accepted last'],
    ['clock', 'FAIL', inSnapshot({ clockSkew: -2_001 }), '2001 ms'],
    ['prices', 'WARN', with_({ symbols: ['NEW', 'VTI'] }), 'none for NEW'],
    ['prices', 'WARN', quoted('2025-12-02T15:14:59-05:00'), 'too old for VTI'],
    ['prices', 'FAIL', with_({ quotes: { kind: 'unknown', reason: 'VTI.csv:3 is no price' } }), 'VTI.csv:3'],
    [
      'lock',
      'FAIL',
      with_({ foreignLock: { holder: 'mp', expires: plus(NOW, MINUTE) } }),
      'another program (mp)',
    ],
    ['tables', 'WARN', trainedUpTo('2025-08-29'), 'core: that of 2025-08-29 lacks 64 sessions, more than 63'],
    [
      'tables',
      'WARN',
      with_({ tables: [{ strategy: 'core', table: 'there is none' }] }),
      'core enters nothing: there is none',
    ],
    ['lock', 'WARN', held({ kind: 'stale', why: 'LockExpired' }), 'expired'],
    ['lock', 'WARN', held({ kind: 'stale', why: 'LockHolderGone' }), 'its process is gone'],
    [
      'breaks',
      'FAIL',
      inLedger(() => ({
        breaks: new Map([['VTI', { symbol: 'VTI', kind: 'split', detail: '', since: NOW }]]),
      })),
      'VTI split',
    ],
    [
      'orphans',
      'WARN',
      strategy({ toggle: { enabled: false, shutdownRequested: false } }),
      'core (1 position)',
    ],
    ['orders', 'FAIL', order('unknown'), 'in doubt: hg-core-1'],
    ['orders', 'FAIL', order('intended'), 'in doubt: hg-core-1'],
    ['orders', 'WARN', order('handed-over'), 'handed over'],
    [
      'brakes',
      'WARN',
      inLedger(() => ({ halt: { mode: 'hold', reason: 'bad data', by: 'ann', since: NOW } })),
      'bad data',
    ],
    [
      'brakes',
      'WARN',
      inLedger(() => ({
        suspensions: new Map([
          ['core', { strategy: 'core', reason: 'earnings', by: 'ann', since: NOW, until: null }],
        ]),
      })),
      'earnings',
    ],
    [
      'brakes',
      'WARN',
      inLedger(() => ({
        latches: new Map([
          [
            '*',
            {
              strategy: null,
              limit: 'daily',
              session: '2025-12-02',
              loss: 1e9 as Money,
              base: 1e11 as Money,
              allowed: 10_000 as Ratio,
              since: NOW,
            },
          ],
        ]),
      })),
      'account',
    ],
    ['terms', 'FAIL', terms({}, { blocked: 'trading_blocked' }), 'trading_blocked'],
    ['terms', 'WARN', all(terms({}), mayShort), 'core may sell short, and the account may not'],
    ['terms', 'WARN', margin(80_100), 'maintenance margin 80.1% of equity'],
    ['terms', 'WARN', margin(100_000), 'maintenance margin 100% of equity'],
    ['terms', 'FAIL', margin(100_000.01), 'of equity'],
    ['account', 'WARN', accountOf(4_999, 2_000), 'equity is below $5,000.00'],
    ['account', 'WARN', accountOf(6_000, 999), 'buying power is below $1,000.00'],
    ['losses', 'WARN', lost(5_001), 'daily 5%, more than 5%'],
    ['losses', 'WARN', lost(20_001), 'drawdown 20%, more than 20%'],
    [
      'positions',
      'WARN',
      with_({ settings: { ...DEFAULT_HEALTH, maxPositions: 0 } }),
      'core has 1, more than 0',
    ],
    ['overdue', 'WARN', all(OVERNIGHT, boughtAt('2025-11-28T15:29:00-05:00')), 'core/VTI'],
    ['open orders', 'WARN', openOrder(HOUR + 1), 'VTI'],
    ['errors', 'WARN', errors(1), '[CORE] error 1'],
    ['errors', 'WARN', errors(5), '5 in the last hour'],
    ['errors', 'FAIL', errors(6), '6 in the last hour'],
    ['disk', 'WARN', with_({ free: 499e6 }), '499 MB free'],
    ['disk', 'FAIL', with_({ free: 49e6 }), '49 MB free'],
    ['disk', 'WARN', with_({ free: null }), 'does not say'],
  ])('%s %s', async (name, status, change, words) => {
    const wrong = (await rowsOf(change)).filter((row) => row.status !== 'OK');
    expect(wrong).toEqual([{ name, status, message: expect.stringContaining(words) as string }]);
  });

  test('a broker that does not answer fails, and what it alone knows is not known', async () => {
    const rows = await rowsOf(
      all(
        inSnapshot({ account: UNKNOWN, positions: UNKNOWN, openOrders: UNKNOWN, clock: UNKNOWN }),
        with_({ refusal: new HgctlError(EXIT.broker, 'the broker does not answer') }),
      ),
    );
    expect(
      rows.filter(({ status }) => status !== 'OK').map(({ name, status }) => `${name} ${status}`),
    ).toEqual(['broker FAIL', 'clock WARN', 'account WARN', 'losses WARN', 'open orders WARN']);
  });
});

describe('The row of the terms', () => {
  const rowOf = async (change: Change): Promise<Check | undefined> =>
    (await rowsOf(change)).find(({ name }) => name === 'terms');

  test.each<[string, Change, string]>([
    ['without margin', terms({ multiplier: 1e6 as Ratio }), 'buying power 1x equity, no short sales'],
    [
      'with all of it',
      all(terms({ mayShort: true, maintenanceMargin: 8e10 as Money }), mayShort),
      'buying power 2x equity, short sales possible; maintenance margin 80% of equity',
    ],
    ['of unread parts', terms({ multiplier: 1.5e6 as Ratio }), 'buying power 1.5x equity, no short sales'],
    [
      'and what is to be covered, on the side that is held',
      all(terms({}), requirements(0, { long: 750_000 as Ratio, short: 900_000 as Ratio })),
      'buying power 2x equity, no short sales; margin requirement above 50%: TQQQ 75%',
    ],
    [
      'and what was not asked for',
      all(terms({}), requirements(2, undefined)),
      'buying power 2x equity, no short sales; margin requirement at most 50% (2 symbols beyond 3 not asked for)',
    ],
    [
      'and what is not known',
      all(
        terms({}),
        with_({ margins: { asked: [], left: 0, assets: { kind: 'unknown', reason: 'HTTP 503' } } }),
      ),
      'buying power 2x equity, no short sales; margin requirements are not known: HTTP 503',
    ],
  ])('says what there is, %s', async (_, change, message) => {
    expect(await rowOf(change)).toEqual({ name: 'terms', status: 'OK', message });
  });

  test('of an account without equity names no part of it', async () => {
    const row = await rowOf(all(margin(1), accountOf(0, 2_000)));
    expect([row?.status, row?.message]).toEqual([
      'FAIL',
      'buying power 2x equity, no short sales; maintenance margin, and no equity',
    ]);
  });

  test('is not there where the broker does not say', async () => {
    const silent: Change = (facts) => {
      const { account } = facts.observed.snapshot;
      if (account.kind === 'unknown') throw new Error('the account is known');
      const { terms: _, ...data } = account.data;
      return inSnapshot({ account: { ...account, data } })(facts);
    };
    expect(await rowOf(silent)).toBeUndefined();
    expect(await rowOf(inSnapshot({ account: UNKNOWN }))).toBeUndefined();
  });
});

describe('Nothing is wrong', () => {
  test.each<[string, Change]>([
    ['while an execution runs', all(held({ kind: 'held' }), order('created'))],
    ['with a controller that has no pass yet', seen(controller({ lastPass: null, nextWake: null }))],
    [
      'with a rehearsal, whose clock is another one',
      seen(controller({ mode: 'rehearsal', nextWake: plus(NOW, -HOUR) })),
    ],
    ['with a controller that is a little late', seen(controller({ nextWake: plus(NOW, -59_000) }))],
    [
      'with a position held over a weekend and a holiday',
      all(
        OVERNIGHT,
        boughtAt('2025-11-26T15:55:00-05:00'),
        at('2025-12-01T09:31:00-05:00'),
        quoted('2025-12-01T09:31:00-05:00'),
        seen(controller({ nextWake: null })),
      ),
    ],
    ['with a position held for years where nothing is to sell it', boughtAt('2015-01-05T10:00:00-05:00')],
    [
      'with the price of the close, at night',
      all(
        at('2025-12-02T22:00:00-05:00'),
        quoted('2025-12-02T15:50:00-05:00'),
        seen(controller({ nextWake: null })),
      ),
    ],
    [
      'with the close of the last session, where prices are daily',
      all(daily, quoted('2025-12-01T16:00:00-05:00')),
    ],
    [
      'with daily closes on a Monday',
      all(
        daily,
        at('2025-12-01T12:00:00-05:00'),
        quoted('2025-11-28T13:00:00-05:00'),
        seen(controller({ nextWake: null })),
      ),
    ],
    ...(
      [
        ['never started', { state: 'none' }],
        ['stopped', controller({}, 'stopped')],
      ] as const
    ).map(([what, sighting]): [string, Change] => [
      `where a controller is optional, and was ${what}`,
      all(seen(sighting), with_({ settings: { ...DEFAULT_HEALTH, controller: 'optional' } })),
    ]),
    ['with a table of a quarter ago', trainedUpTo('2025-09-02')],
    ['with a young open order', openOrder(HOUR)],
    ['with a small loss', lost(5_000)],
    ['with a profit', lost(-9_000)],
    [
      'with a suspension that is over',
      inLedger(() => ({
        suspensions: new Map([
          ['core', { strategy: 'core', reason: 'x', by: 'ann', since: plus(NOW, -2), until: plus(NOW, -1) }],
        ]),
      })),
    ],
  ])('%s', async (_, change) => {
    expect((await rowsOf(change)).filter(({ status }) => status !== 'OK')).toEqual([]);
  });
});
