/** Each condition of a strategy, of plain facts: which one is said where several could be, and in which words. */
import { describe, expect, test } from 'vitest';
import type { Ratio } from '../../src/domain/decimal.ts';
import { plus } from '../../src/domain/instant.ts';
import type { DataIssue } from '../../src/observed/data-issue.ts';
import type { Break, KnownStrategy, Ledger } from '../../src/observed/ledger.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Latch } from '../../src/observed/mark-events.ts';
import {
  conditionsOf,
  doubtfulOrders,
  isQuiet,
  statusOf,
  type Condition,
  type ConditionInput,
} from '../../src/reconciler/conditions.ts';
import type { Action, Hold, Plan, Totals } from '../../src/reconciler/plan-types.ts';
import type { Standing } from '../../src/reconciler/standing.ts';
import { NOON, openOrders, order, planOf, strategy, TODAY, working } from '../support/opinion.ts';
import { dollars } from '../support/simulated-world.ts';

interface Facts {
  readonly standing?: Standing;
  readonly ledger?: Partial<Ledger>;
  readonly plan?: Partial<Plan>;
  readonly problems?: readonly string[];
  readonly seen?: readonly Condition[];
  readonly stalled?: string;
}

const declared = (more: Parameters<typeof strategy>[1] = {}): Standing => ({
  kind: 'declared',
  strategy: strategy('core', more),
});
const accepted = (more: Partial<KnownStrategy> = {}): Standing => ({
  kind: 'accepted',
  entry: { name: 'core', lifecycle: 'active', schedule: [], ...more },
});
const UNDECLARED: Standing = { kind: 'undeclared' };
const OFF = { toggle: { enabled: false, shutdownRequested: false } };
const KNOWN = {} as Totals;

function inputOf({ standing, ledger, plan, problems, seen, stalled }: Facts): ConditionInput {
  return {
    name: 'core',
    standing: standing ?? declared(),
    problems: problems ?? [],
    ledger: { ...emptyLedger(), ...ledger },
    plan: { ...planOf({}), totals: KNOWN, ...plan },
    stalled: stalled ?? null,
    seen: seen ?? [],
  };
}

/** `False BreakOpen: VTI: split`; undefined where the strategy has no such condition. */
function said(type: Condition['type'], facts: Facts): string | undefined {
  const found = conditionsOf(inputOf(facts)).find((condition) => condition.type === type);
  return found && `${found.status} ${found.reason}: ${found.message}`;
}

type Row = readonly [what: string, facts: Facts, said: string | undefined];

function told(type: Condition['type'], rows: readonly Row[]): void {
  test.each(rows)(`${type}: %s`, (_, facts, expected) => {
    expect(said(type, facts)).toBe(expected);
  });
}

const books = (of: Readonly<Record<string, readonly string[]>>): Pick<Ledger, 'books'> => ({
  books: new Map(
    Object.entries(of).map(([name, symbols]) => [
      name,
      new Map(symbols.map((symbol) => [symbol, {} as never])),
    ]),
  ),
});
const suspended = (name = 'core', until: number | null = null): Pick<Ledger, 'suspensions'> => ({
  suspensions: new Map([
    [name, { strategy: name, reason: 'why', by: 'ann', since: NOON, until: until as never }],
  ]),
});
const halted: Pick<Ledger, 'halt'> = { halt: { mode: 'hold', reason: 'why', by: 'ann', since: NOON } };
const drained: Pick<Ledger, 'drains'> = {
  drains: new Map([
    ['core', { strategy: 'core', close: false, by: 'ann', since: NOON, state: 'pending', leftovers: [] }],
  ]),
};
const latch = (name: string | null): Latch => ({
  strategy: name,
  limit: 'daily',
  session: TODAY,
  loss: dollars(50),
  base: dollars(1_000),
  allowed: 50_000 as Ratio,
  since: NOON,
});
const latched = (key: string): Pick<Ledger, 'latches'> => ({
  latches: new Map([[key, latch(key === '*' ? null : key)]]),
});
const hold = (
  reason: Hold['reason'],
  symbol: string | null = 'VTI',
  owner: string | null = 'core',
): Hold => ({
  strategy: owner,
  symbol,
  reason,
  detail: `it is ${reason}`,
});
const broken = (...symbols: string[]): Pick<Ledger, 'breaks'> => ({
  breaks: new Map(
    symbols.map((symbol) => [symbol, { symbol, kind: 'split', detail: '', since: NOON } satisfies Break]),
  ),
});

const SUSPENDED = "suspended by ann since 2025-12-02 12:00:00 EST: why; 'hgctl resume core' ends it";

describe('whether it follows its targets', () => {
  told('Ready', [
    ['all is well', {}, 'True Enabled: its targets are followed'],
    [
      'a strategy without a switch is on',
      { standing: declared({ toggle: null }) },
      'True Enabled: its targets are followed',
    ],
    ['an accepted one', { standing: accepted({ follows: true }) }, 'True Enabled: its targets are followed'],
    [
      'a halt comes first',
      { ledger: { ...halted, ...suspended() }, standing: UNDECLARED },
      "False Halted: halted by ann since 2025-12-02 12:00:00 EST: why; 'hgctl unhalt --reason TEXT' ends it",
    ],
    ['then a suspension', { ledger: suspended(), standing: UNDECLARED }, `False Suspended: ${SUSPENDED}`],
    ['of another strategy is none', { ledger: suspended('other') }, 'True Enabled: its targets are followed'],
    ['that is over is none', { ledger: suspended('core', NOON) }, 'True Enabled: its targets are followed'],
    ['without a manifest', { standing: UNDECLARED, ledger: drained }, 'False Undeclared: it has no manifest'],
    [
      'planned',
      { standing: declared({ lifecycle: 'planned', ...OFF }), ledger: drained },
      'False Planned: lifecycle planned: it opens nothing yet',
    ],
    [
      'accepted as planned',
      { standing: accepted({ lifecycle: 'planned' }) },
      'False Planned: lifecycle planned: it opens nothing yet',
    ],
    [
      'shut down',
      { ledger: drained, standing: declared(OFF) },
      "False Disabled: the journal: ann disabled it with hgctl; 'hgctl enable core' ends that",
    ],
    [
      'off',
      { standing: declared(OFF), problems: ['bad'] },
      'False Disabled: it is disabled in the toggle file',
    ],
    [
      'that shuts down',
      { standing: declared({ toggle: { enabled: true, shutdownRequested: true } }) },
      'False ShutdownRequested: a shutdown is requested',
    ],
    [
      'accepted as off',
      { standing: accepted({ follows: false }), problems: ['bad'] },
      'False Disabled: it was switched off when the last manifests were accepted',
    ],
    [
      'of manifests that are not in force',
      { problems: ['bad'], ledger: latched('core') },
      'False ManifestsInvalid: nothing is opened while the manifests are invalid',
    ],
    ['past a limit', { ledger: latched('core') }, said('WithinLimits', { ledger: latched('core') })],
    [
      'of a loss that nobody knows',
      { plan: { notDone: [hold('LossUnknown')] } },
      'False LossUnknown: it is LossUnknown',
    ],
    [
      'within its limits',
      { standing: declared({ risk: { daily: null, weekly: null, drawdown: null } }) },
      'True Enabled: its targets are followed',
    ],
  ]);
});

describe('whether it is within its limits', () => {
  const due = (owner: string | null): Action => ({
    id: 'latch',
    kind: 'latch-limit',
    strategy: owner,
    symbol: null,
    reason: 'LossLimit',
    sources: [],
    latch: latch(owner),
    from: '',
    to: `of ${owner ?? 'all'}`,
  });
  const risk = declared({ risk: { daily: null, weekly: null, drawdown: null } });
  const WITHIN = 'True WithinLimits: no loss limit is crossed';

  told('WithinLimits', [
    ['no matter of one without limits', {}, undefined],
    ['nor of one that is accepted', { standing: accepted() }, undefined],
    ['of one with limits', { standing: risk }, WITHIN],
    [
      'that is about to be stopped',
      { standing: risk, plan: { actions: [due('core')] } },
      'False LossLimit: of core',
    ],
    [
      'that is about to be stopped, behind another action of its own',
      { standing: risk, plan: { actions: [order('VTI', [0, 1]), due('core')] } },
      'False LossLimit: of core',
    ],
    ['with the whole account', { plan: { actions: [due(null)] } }, 'False LossLimit: of all'],
    ['not with another', { standing: risk, plan: { actions: [due('other')] } }, WITHIN],
    ['nor by another action', { standing: risk, plan: { actions: [order('VTI', [0, 1])] } }, WITHIN],
    [
      'whose loss nobody knows',
      { standing: risk, plan: { notDone: [hold('LossUnknown')] } },
      'Unknown LossUnknown: it is LossUnknown',
    ],
    [
      'that of another is no matter',
      { standing: risk, plan: { notDone: [hold('LossUnknown', null, 'other')] } },
      WITHIN,
    ],
    ['nor is another hold', { standing: risk, plan: { notDone: [hold('NoPrice')] } }, WITHIN],
    ['past that of another', { ledger: latched('other') }, undefined],
  ]);
  test('WithinLimits: past its own limit, and that of the account', () => {
    for (const key of ['core', '*'])
      expect(said('WithinLimits', { ledger: latched(key) })).toMatch(/^False LossLimit: /);
    const both = {
      latches: new Map([...latched('core').latches, ['*', { ...latch(null), limit: 'weekly' as const }]]),
    };
    expect(said('WithinLimits', { ledger: both })).toBe(
      said('WithinLimits', {
        ledger: { latches: new Map([['*', { ...latch(null), limit: 'weekly' as const }]]) },
      }),
    );
  });
});

describe('whether its book is as wanted', () => {
  const notDone = (...holds: Hold[]): Pick<Plan, 'notDone'> => ({ notDone: holds });
  const AS = 'True NothingToDo: the book is as wanted';
  const owns = books({ core: ['VTI'] });
  const sync = { ...order('GLD', [0, 1]), kind: 'report-missed' } as never as Action;
  const seen: Condition = { type: 'Synced', status: 'False', reason: 'Seen', message: 'before' };
  told('Synced', [
    ['all is well', {}, AS],
    [
      'where nobody knows the account',
      { plan: { totals: null } },
      'Unknown BrokerUnknown: the account is not known',
    ],
    [
      'an order is due',
      { plan: { actions: [order('VTI', [0, 1])] } },
      'False ActionsDue: 1 action due, 1 order of them',
    ],
    [
      'and other actions',
      { plan: { actions: [order('VTI', [0, 1]), sync] } },
      'False ActionsDue: 2 actions due, 1 order of them',
    ],
    [
      'and none but others',
      { plan: { actions: [sync] } },
      'False ActionsDue: 1 action due, 0 orders of them',
    ],
    [
      'of another strategy is no matter',
      { plan: { actions: [order('VTI', [0, 1], { strategy: 'other' })] } },
      AS,
    ],
    ['a hold', { plan: notDone(hold('MarketClosed')) }, 'False MarketClosed: VTI: it is MarketClosed'],
    ['of all of it', { plan: notDone(hold('MarketClosed', null)) }, 'False MarketClosed: it is MarketClosed'],
    [
      'among others',
      { plan: notDone(hold('MarketClosed'), hold('NoPrice'), hold('MaxGross')) },
      'False MarketClosed: VTI: it is MarketClosed; and 2 more',
    ],
    ['of another strategy', { plan: notDone(hold('MarketClosed', 'VTI', 'other')) }, AS],
    ['within the band', { plan: notDone(hold('WithinBand'), hold('BelowOneShare')) }, AS],
    ['a suspension by itself', { plan: notDone(hold('Suspended', null)) }, AS],
    [
      'what it keeps from the book',
      { plan: notDone(hold('Suspended')) },
      'False Suspended: VTI: it is Suspended',
    ],
    [
      'a break on what it owns',
      { plan: notDone(hold('BreakOpen', 'VTI', null)), ledger: owns },
      'False BreakOpen: VTI: it is BreakOpen',
    ],
    ['a break on something else', { plan: notDone(hold('BreakOpen', 'GLD', null)), ledger: owns }, AS],
    ['a break where it owns nothing', { plan: notDone(hold('BreakOpen', 'VTI', null)) }, AS],
    ['what else is said of the account', { plan: notDone(hold('ClockSkew', 'VTI', null)), ledger: owns }, AS],
    ['of no symbol', { plan: notDone(hold('BreakOpen', null, null)), ledger: owns }, AS],
    ['idle, and owns nothing', { plan: notDone(hold('StrategyDisabled', null)) }, AS],
    [
      'idle, and with an empty book',
      { plan: notDone(hold('StrategyDisabled', null)), ledger: books({ core: [] }) },
      AS,
    ],
    [
      'idle, and owns something',
      { plan: notDone(hold('StrategyPlanned', null)), ledger: owns },
      'False StrategyPlanned: it is StrategyPlanned',
    ],
    [
      'a signal that failed comes before what is due',
      { plan: { actions: [order('VTI', [0, 1])], ...notDone(hold('NoPrice'), hold('SignalFailed', null)) } },
      'False SignalFailed: it is SignalFailed',
    ],
    [
      'a signal that was not run',
      { plan: notDone(hold('SignalNotRun', null)) },
      'Unknown SignalNotRun: it is SignalNotRun',
    ],
    [
      'is no news beside a hold',
      { plan: notDone(hold('SignalNotRun', null), hold('NoPrice')) },
      'False NoPrice: VTI: it is NoPrice; and 1 more',
    ],
    [
      'of manifests that are not in force nobody knows what is wanted',
      { standing: accepted(), plan: notDone(hold('NoPrice')) },
      'Unknown ManifestsInvalid: what is wanted is not known while the manifests are invalid',
    ],
    [
      'but as a controller has seen it',
      { standing: accepted(), seen: [{ ...seen, type: 'Healthy' }, seen] },
      'False Seen: before',
    ],
    ['of one that is off and owns nothing', { standing: accepted({ follows: false }), seen: [seen] }, AS],
    [
      'of one that is planned and owns nothing',
      { standing: accepted({ lifecycle: 'planned' }), seen: [seen] },
      AS,
    ],
    [
      'with an empty book',
      { standing: accepted({ follows: false }), seen: [seen], ledger: books({ core: [] }) },
      AS,
    ],
    [
      'not of one that is off and owns something',
      { standing: accepted({ follows: false }), seen: [seen], ledger: owns },
      'False Seen: before',
    ],
  ]);
});

describe('whether there is a doubt about a symbol', () => {
  told('Healthy', [
    ['all is well', {}, 'True AsExpected: no doubt about any symbol'],
    [
      'breaks on what it owns',
      { ledger: { ...books({ core: ['VTI', 'GLD'] }), ...broken('VTI', 'GLD', 'BND') } },
      'False BreakOpen: VTI: split, GLD: split',
    ],
    ['on what it does not own', { ledger: broken('VTI') }, 'True AsExpected: no doubt about any symbol'],
    [
      'orders without an end',
      {
        ledger: openOrders(
          working(),
          working({ clientOrderId: 'second' }),
          working({ clientOrderId: 'x', strategy: 'other' }),
        ),
      },
      'False OrderUnresolved: ours, second',
    ],
    [
      'those of another',
      { ledger: openOrders(working({ strategy: 'other' })) },
      'True AsExpected: no doubt about any symbol',
    ],
    [
      'a break comes first',
      { ledger: { ...books({ core: ['VTI'] }), ...broken('VTI'), ...openOrders(working()) } },
      'False BreakOpen: VTI: split',
    ],
    [
      'where nobody knows the account',
      { plan: { totals: null } },
      'Unknown BrokerUnknown: the account is not known',
    ],
    [
      'an order comes before that',
      { plan: { totals: null }, ledger: openOrders(working()) },
      'False OrderUnresolved: ours',
    ],
  ]);
});

describe('troubles', () => {
  const NONE = 'False NothingFound: ';
  const issue = (symbol: string, kind: DataIssue['kind'] = 'fallback'): DataIssue => ({
    symbol,
    use: 'closes',
    kind,
    detail: 'from csv',
  });
  const before: Condition = { type: 'DataFallback', status: 'True', reason: 'Seen', message: 'before' };
  const issues = (...all: DataIssue[]): Pick<Plan, 'dataIssues'> => ({ dataIssues: all });
  const used = (symbol: string) => `True FallbackUsed: closes of ${symbol}: from csv`;

  told('Suspended', [
    ['not', {}, NONE],
    ['by an operator', { ledger: suspended() }, `True Operator: ${SUSPENDED}`],
    ['not any more', { ledger: suspended('core', plus(NOON, 0)) }, NONE],
  ]);
  told('InDoubt', [
    ['not while an order works', { ledger: openOrders(working()) }, NONE],
    [
      'by name, where nobody knows what became of them',
      {
        ledger: openOrders(
          working({}, { status: 'unknown' }),
          working({ clientOrderId: 'second' }, { status: 'unseen' }),
        ),
      },
      'True OrderUnresolved: ours, second',
    ],
  ]);
  told('Stalled', [
    ['not', {}, NONE],
    ['in the words of the controller', { stalled: 'again' }, 'True KeepsFailing: again'],
  ]);
  told('Undeclared', [
    ['not', {}, NONE],
    ['nor accepted', { standing: accepted() }, NONE],
    ['without a manifest', { standing: UNDECLARED }, 'True NoManifest: the book is kept, nothing is opened'],
  ]);
  told('OrphanedPositions', [
    ['not of one that is on', { ledger: books({ core: ['VTI'] }) }, NONE],
    ['not of one that owns nothing', { standing: declared(OFF) }, NONE],
    ['not with an empty book', { standing: declared(OFF), ledger: books({ core: [] }) }, NONE],
    [
      'one',
      { standing: declared(OFF), ledger: books({ core: ['VTI'] }) },
      'True StrategyDisabled: 1 position',
    ],
    [
      'two',
      { standing: declared(OFF), ledger: books({ core: ['VTI', 'GLD'] }) },
      'True StrategyDisabled: 2 positions',
    ],
  ]);
  told('DataFallback', [
    ['not', {}, NONE],
    ['of a symbol of its universe', { plan: issues(issue('VTI')) }, used('VTI')],
    [
      'of a symbol of its book',
      { plan: issues(issue('XOM')), ledger: books({ core: ['XOM'] }) },
      used('XOM'),
    ],
    [
      'of a symbol of its book, without a manifest',
      { standing: UNDECLARED, plan: issues(issue('XOM')), ledger: books({ core: ['XOM'] }) },
      used('XOM'),
    ],
    ['not of another', { plan: issues(issue('XOM')) }, NONE],
    ['as a controller has seen it', { seen: [before] }, 'True Seen: before'],
    ['not where it is over', { seen: [{ ...before, status: 'False' }] }, NONE],
    ['nor another trouble', { seen: [{ ...before, type: 'Stalled' }] }, NONE],
    [
      'a source that did not answer at all',
      { plan: issues(issue('VTI'), issue('GLD', 'failed')) },
      'True SourceFailed: closes of VTI, GLD: from csv',
    ],
  ]);
});

describe('orders of which nobody knows what became', () => {
  const lock = { fence: 1 } as Ledger['lock'];
  test.each<[status: ReturnType<typeof working>['status'], lock: Ledger['lock'], isDoubtful: boolean]>([
    ['unknown', null, true],
    ['unseen', null, true],
    ['declined', null, true],
    ['unknown', lock, true],
    ['intended', null, true],
    ['intended', lock, false],
    ['created', null, false],
    ['deferred', null, false],
    ['handed-over', null, false],
  ])('%s', (status, held, isDoubtful) => {
    const ledger = { ...emptyLedger(), lock: held, ...openOrders(working({}, { status })) };
    expect(doubtfulOrders(ledger, 'core')).toEqual(isDoubtful ? ['ours'] : []);
    expect(doubtfulOrders(ledger, 'other')).toEqual([]);
  });
});

test('people need not be told of a trouble that is not there, and of nothing else', () => {
  const all = conditionsOf(inputOf({ standing: declared(OFF), ledger: suspended(), stalled: 'again' }));
  expect(
    all.filter((condition) => !isQuiet(condition)).map(({ type, status }) => `${type} ${status}`),
  ).toEqual(['Ready False', 'Synced True', 'Healthy True', 'Suspended True', 'Stalled True']);
});

test('the status of a condition that is not there is unknown', () => {
  const all = conditionsOf(inputOf({}));
  expect([statusOf(all, 'Ready'), statusOf(all, 'Stalled'), statusOf(all, 'WithinLimits')]).toEqual([
    'True',
    'False',
    'Unknown',
  ]);
  expect(statusOf([], 'Ready')).toBe('Unknown');
});
