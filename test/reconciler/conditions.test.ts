/** What a strategy is said to be, as the last look shows it. */
import { describe, expect, test } from 'vitest';
import { requestShutdown } from '../../src/actions/shutdown.ts';
import type { DesiredStrategy } from '../../src/desired/desired-state.ts';
import { conditionsOf, isQuiet, type Condition } from '../../src/reconciler/conditions.ts';
import type { DataIssue } from '../../src/observed/data-issue.ts';
import type { Hold } from '../../src/reconciler/plan-types.ts';
import { advanceHistory, sinceOf, type ConditionHistory } from '../../src/reconciler/condition-history.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import { fault } from '../support/faults.ts';
import { world, type TestWorld, type WorldFacts } from '../support/world.ts';

const PRICES = { VTI: '100', BND: '50' };

async function conditions(
  home: TestWorld,
  more: readonly Hold[] = [],
  { stalled, problems = [] }: { readonly stalled?: string; readonly problems?: readonly string[] } = {},
): Promise<readonly Condition[]> {
  const { observed, plan } = await home.look();
  const strategy = home.desired.strategies.find(({ name }) => name === 'core') as DesiredStrategy;
  return conditionsOf({
    name: 'core',
    standing: { kind: 'declared', strategy },
    problems,
    ledger: observed.ledger,
    stalled: stalled ?? null,
    seen: [],
    plan: { ...plan, notDone: [...plan.notDone, ...more] },
  });
}

async function synced(facts: WorldFacts, more?: readonly Hold[]): Promise<Condition | undefined> {
  const all = await conditions(await world({ prices: PRICES, ...facts }), more);
  return all.find(({ type }) => type === 'Synced');
}

const signal = (reason: 'SignalFailed' | 'SignalNotRun'): Hold => ({
  strategy: 'core',
  symbol: null,
  reason,
  detail: 'signal: why',
});
const HELD = { strategies: { core: { targets: { VTI: '10' } } }, books: { core: { VTI: '10' } } };
const SATURDAY = Date.parse('2025-12-06T12:00:00-05:00') as NonNullable<WorldFacts['now']>;

describe('Synced', () => {
  test.each<[string, WorldFacts]>([
    ['the book is at its targets', HELD],
    ['the difference is within the band', { ...HELD, books: { core: { VTI: '10.05' } } }],
    [
      'a weight is less than one share',
      { strategies: { core: { targets: { VTI: '0.01%' }, universe: ['VTI'] } } },
    ],
    [
      'it is planned and owns nothing',
      { strategies: { core: { targets: { VTI: '1' }, lifecycle: 'planned' } } },
    ],
    ['it is disabled and owns nothing', { strategies: { core: { targets: { VTI: '1' }, enabled: false } } }],
  ])('is true where %s', async (_, facts) => {
    expect(await synced(facts)).toMatchObject({ status: 'True', reason: 'NothingToDo' });
  });

  test.each<[string, WorldFacts, string]>([
    ['an order is due', { strategies: { core: { targets: { VTI: '10' } } } }, 'ActionsDue'],
    [
      'the market is closed and a purchase waits',
      {
        strategies: { core: { targets: { VTI: '10' } } },
        now: SATURDAY,
        settings: { clock: 'exchange' },
      },
      'MarketClosed',
    ],
    [
      'it is disabled and keeps positions',
      {
        strategies: { core: { targets: {}, universe: ['VTI'], enabled: false } },
        books: { core: { VTI: '4' } },
      },
      'StrategyDisabled',
    ],
    [
      'it is planned and owns something',
      {
        strategies: { core: { targets: {}, universe: ['VTI'], lifecycle: 'planned' } },
        books: { core: { VTI: '4' } },
      },
      'StrategyPlanned',
    ],
  ])('is false where %s', async (_, facts, reason) => {
    expect(await synced(facts)).toMatchObject({ status: 'False', reason });
  });

  test('is false while a break is open on a symbol that it owns', async () => {
    const home = await world({ prices: PRICES, ...HELD, broker: { VTI: '4' } });
    await home.apply();
    await home.apply();
    const found = (await conditions(home)).find(({ type }) => type === 'Synced');
    expect(found).toMatchObject({ status: 'False', reason: 'BreakOpen' });
  });

  test('is false with the reason of the signal that failed, and unknown where none was run', async () => {
    const failed = await synced(HELD, [signal('SignalFailed')]);
    expect(failed).toMatchObject({ status: 'False', reason: 'SignalFailed', message: 'signal: why' });
    expect(await synced(HELD, [signal('SignalNotRun')])).toMatchObject({
      status: 'Unknown',
      reason: 'SignalNotRun',
    });
  });
});

test('Ready says where the strategy was disabled', async () => {
  const filed = await world({ prices: PRICES, strategies: { core: { enabled: false } } });
  expect((await conditions(filed))[0]).toMatchObject({
    status: 'False',
    message: 'it is disabled in the toggle file',
  });
  const told = await world({ prices: PRICES, ...HELD });
  requestShutdown(told.ports, { strategy: 'core', close: false, by: 'ann', command: 'disable' });
  expect((await conditions(told))[0]).toMatchObject({
    status: 'False',
    reason: 'Disabled',
    message: expect.stringContaining('ann disabled it with hgctl') as string,
  });
});

const statuses = (all: readonly Condition[]): Record<string, string> =>
  Object.fromEntries(all.map(({ type, status }) => [type, status]));

describe('all conditions', () => {
  test('are there where all is well, and people are shown those that say something', async () => {
    const all = await conditions(await world({ prices: PRICES, ...HELD }));
    expect(statuses(all)).toEqual({
      Ready: 'True',
      Synced: 'True',
      Healthy: 'True',
      Suspended: 'False',
      InDoubt: 'False',
      Stalled: 'False',
      OrphanedPositions: 'False',
      DataFallback: 'False',
      Undeclared: 'False',
      ManifestsInvalid: 'False',
    });
    expect(all.filter((condition) => !isQuiet(condition)).map(({ type }) => type)).toEqual([
      'Ready',
      'Synced',
      'Healthy',
    ]);
  });

  test('ManifestsInvalid of a strategy in force, with every problem; it is not Ready then', async () => {
    const problems = ['a.yaml:1:1: no\n  such field', 'b.yaml:2:1: nor this'];
    const all = await conditions(await world({ prices: PRICES, ...HELD }), [], { problems });
    expect(all[0]).toMatchObject({ type: 'Ready', status: 'False', reason: 'ManifestsInvalid' });
    expect(all.at(-1)).toEqual({
      type: 'ManifestsInvalid',
      status: 'True',
      reason: 'LastAcceptedInForce',
      message: 'a.yaml:1:1: no such field; b.yaml:2:1: nor this',
    });
  });

  test('InDoubt while nobody knows what became of an order', async () => {
    const home = await world({
      prices: PRICES,
      strategies: HELD.strategies,
      faults: [
        fault('submit', { kind: 'unavailable', reason: 'time-out' }, { times: 99 }),
        fault('orderByClientId', { kind: 'unavailable', reason: 'HTTP 500' }, { times: 99 }),
      ],
    });
    await home.apply();
    expect(statuses(await conditions(home))).toMatchObject({ InDoubt: 'True', Healthy: 'False' });
  });

  test('Stalled where the controller says so, with its words', async () => {
    const all = await conditions(await world({ prices: PRICES, ...HELD }), [], {
      stalled: 'again and again',
    });
    expect(all.find(({ type }) => type === 'Stalled')).toEqual({
      type: 'Stalled',
      status: 'True',
      reason: 'KeepsFailing',
      message: 'again and again',
    });
  });

  test('OrphanedPositions of a strategy that is off and owns something', async () => {
    const facts = { strategies: { core: { ...HELD.strategies.core, enabled: false } }, books: HELD.books };
    const all = await conditions(await world({ prices: PRICES, ...facts }));
    expect(statuses(all)).toMatchObject({ OrphanedPositions: 'True' });
  });
});

describe('the history of conditions', () => {
  const NOW = Date.parse('2025-12-02T15:30:00-05:00') as Instant;
  const synced = (
    status: Condition['status'],
    reason = 'x',
    message = '',
  ): ReadonlyMap<string, Condition[]> => new Map([['core', [{ type: 'Synced', status, reason, message }]]]);
  const first = advanceHistory(new Map(), synced('True'), NOW) as ConditionHistory;

  test('keeps the time while the status stays, also where the reason changes', () => {
    const next = advanceHistory(first, synced('True', 'y'), plus(NOW, 1)) as ConditionHistory;
    expect(next.get('core')).toMatchObject([{ reason: 'y', since: NOW }]);
  });

  test('has a new time with a new status', () => {
    const next = advanceHistory(first, synced('False'), plus(NOW, 1)) as ConditionHistory;
    expect(next.get('core')).toMatchObject([{ status: 'False', since: plus(NOW, 1) }]);
  });

  test('is no other one where only words have changed: nothing is written then', () => {
    expect(advanceHistory(first, synced('True', 'x', '3 actions due'), plus(NOW, 1))).toBeNull();
  });

  test('has a time for each condition', () => {
    const ready: Condition = { type: 'Ready', status: 'True', reason: 'x', message: '' };
    const before = new Map([
      [
        'core',
        [
          { ...ready, since: NOW },
          ...(first.get('core') ?? []).map((one) => ({ ...one, since: plus(NOW, 1) })),
        ],
      ],
    ]);
    const [condition] = synced('True').get('core') as [Condition];
    expect(sinceOf(before, 'core', condition)).toBe(plus(NOW, 1));
    expect(sinceOf(before, 'core', ready)).toBe(NOW);
  });

  test('says nothing of a status that it has not seen', () => {
    const [condition] = synced('Unknown').get('core') as [Condition];
    expect(sinceOf(first, 'core', condition)).toBeUndefined();
    expect(sinceOf(first, 'core', { ...condition, status: 'True' })).toBe(NOW);
  });
});

describe('DataFallback', () => {
  const issue = (symbol: string, kind: DataIssue['kind'] = 'fallback'): DataIssue => ({
    symbol,
    use: 'closes',
    kind,
    detail: 'from csv instead: no answer',
  });
  const found = async (
    dataIssues: readonly DataIssue[],
    seen: readonly Condition[] = [],
  ): Promise<Condition | undefined> => {
    const home = await world({ prices: PRICES, ...HELD });
    const { observed, plan } = await home.look();
    const strategy = home.desired.strategies.find(({ name }) => name === 'core') as DesiredStrategy;
    const { ledger } = observed;
    const standing = { kind: 'declared', strategy } as const;
    const given = { name: 'core', standing, problems: [], ledger, stalled: null, seen };
    return conditionsOf({ ...given, plan: { ...plan, dataIssues } }).find(
      ({ type }) => type === 'DataFallback',
    );
  };

  test('is true where another source answered for a symbol that the strategy reads.', async () => {
    expect(await found([issue('VTI')])).toMatchObject({
      status: 'True',
      reason: 'FallbackUsed',
      message: 'closes of VTI: from csv instead: no answer',
    });
  });

  test('says so where nobody answered.', async () => {
    expect(await found([issue('VTI', 'failed')])).toMatchObject({ status: 'True', reason: 'SourceFailed' });
  });

  test('is of no strategy that does not read the symbol.', async () => {
    expect(await found([issue('XOM')])).toMatchObject({ status: 'False' });
  });

  test('is as a controller has seen it, where this look was told nothing.', async () => {
    const before = (await found([issue('VTI')])) as Condition;
    expect(await found([], [before])).toEqual(before);
  });
});
