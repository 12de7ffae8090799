/** What a plan is made of, whatever its rules say: its order, what is said once, and what every pass warns of. */
import { describe, expect, test } from 'vitest';
import type { DesiredStrategy } from '../../src/desired/desired-state.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { DataIssue } from '../../src/observed/data-issue.ts';
import { passWarnings, warningText } from '../../src/reconciler/pass-warnings.ts';
import { makePlan } from '../../src/reconciler/plan.ts';
import type { Hold, HoldReason } from '../../src/reconciler/plan-types.ts';
import {
  inputOf,
  NOON,
  openOrders,
  planOf,
  strategy,
  TODAY,
  UNKNOWN,
  working,
  type OpinionFacts,
} from '../support/opinion.ts';
import { dollars, shares } from '../support/simulated-world.ts';

/** It wants so many shares of each. */
function wanting(
  name: string,
  targets: Readonly<Record<string, number>>,
  more: Partial<DesiredStrategy> = {},
) {
  return strategy(name, {
    universe: new Set(Object.keys(targets)),
    signal: {
      type: 'fixed',
      targets: Object.entries(targets).map(([symbol, quantity]) => ({
        symbol,
        size: { kind: 'quantity', quantity: shares(quantity) },
        priority: 0,
      })),
      band: null,
      wholeShares: true,
      unlisted: 'close',
    },
    ...more,
  });
}

const QUOTES: OpinionFacts['observed'] = {
  quotes: new Map(
    ['VTI', 'GLD', 'BND', 'QQQ'].map((symbol) => [symbol, { price: dollars(100), asOf: NOON }]),
  ),
};
const plan = (facts: OpinionFacts) => makePlan(inputOf({ observed: QUOTES, ...facts }));
const ids = (facts: OpinionFacts) => plan(facts).actions.map(({ id }) => id);

describe('a plan', () => {
  test('says of nobody what nobody knows', () => {
    expect(plan({ snapshot: { account: { kind: 'unknown', reason: 'HTTP 503' } } }).notDone).toContainEqual({
      strategy: null,
      symbol: null,
      reason: 'AccountUnknown',
      detail: 'HTTP 503',
    });
  });

  test('has its care of orders first, then reductions by strategy and symbol, then entries', () => {
    const facts: OpinionFacts = {
      strategies: [wanting('b', { VTI: 1, GLD: 1, BND: 5 }), wanting('a', { QQQ: 1 })],
      books: { b: { VTI: 3, GLD: 3 }, a: { QQQ: 2 } },
      ledger: openOrders(
        working(
          { clientOrderId: 'z', symbol: 'XOM', strategy: 'b' },
          { status: 'unknown', brokerOrderId: null },
        ),
        working(
          { clientOrderId: 'y', symbol: 'KO', strategy: 'b' },
          { status: 'unknown', brokerOrderId: null },
        ),
      ),
    };
    expect(ids(facts)).toEqual([
      'resolve-order/y',
      'resolve-order/z',
      'reduce/a/QQQ',
      'reduce/b/GLD',
      'reduce/b/VTI',
      'open/b/BND',
    ]);
  });

  test('says in which order symbols, strategies and reasons are held', () => {
    const facts: OpinionFacts = {
      strategies: [wanting('b', { VTI: 3, BND: 3 }), wanting('a', { QQQ: 1 }, { lifecycle: 'planned' })],
      observed: {},
    };
    expect(
      plan(facts).notDone.map(({ strategy: of, symbol, reason }) => `${of}/${symbol} ${reason}`),
    ).toEqual(['a/null StrategyPlanned', 'b/BND NoPrice', 'b/VTI NoPrice']);
  });

  test('is of the session and the manifests that it was made for', () => {
    expect(plan({})).toMatchObject({ session: TODAY, at: NOON, revision: '', formatVersion: '1.0' });
    expect(plan({ snapshot: { clock: UNKNOWN } }).session).toBeNull();
  });

  test('says that it would trade real money, where it would', () => {
    expect(plan({})).not.toHaveProperty('environment');
    const broker = { type: 'alpaca', environment: 'live' } as never;
    expect(plan({ account: { broker } }).environment).toBe('live');
    const paper = { type: 'alpaca', environment: 'paper' } as never;
    expect(plan({ account: { broker: paper } })).not.toHaveProperty('environment');
  });

  test('hands on what was wrong with market data', () => {
    const dataIssues: DataIssue[] = [{ symbol: 'VTI', use: 'quotes', kind: 'failed', detail: 'down' }];
    expect(plan({ observed: { dataIssues } }).dataIssues).toBe(dataIssues);
    expect(plan({})).not.toHaveProperty('dataIssues');
  });

  test('tells what nobody has answered, and does nothing else', () => {
    const facts: OpinionFacts = {
      strategies: [wanting('a', { VTI: 1 })],
      snapshot: { positions: UNKNOWN, account: { kind: 'unknown', reason: 'other' } },
    };
    expect(ids(facts)).toEqual([]);
    expect(plan(facts).notDone.map(({ reason }) => reason)).toEqual(['AccountUnknown', 'PositionsUnknown']);
  });

  test('sells what an operator has shut down, whatever the toggle file says', () => {
    const drains: Ledger['drains'] = new Map([
      ['a', { strategy: 'a', close: true, by: 'ann', since: NOON, state: 'pending', leftovers: [] }],
    ]);
    const facts = { strategies: [wanting('a', { VTI: 3 })], books: { a: { VTI: 3 } }, ledger: { drains } };
    expect(ids(facts)).toContain('close-orphaned/a/VTI');
    expect(ids({ ...facts, ledger: {} })).toEqual([]);
  });
});

describe('what a pass warns of', () => {
  const hold = (
    reason: HoldReason,
    symbol: string | null = null,
    of: string | null = 'a',
    detail = 'why',
  ): Hold => ({
    strategy: of,
    symbol,
    reason,
    detail,
  });
  const warned = (...notDone: Hold[]) =>
    passWarnings(planOf({ plan: { notDone } }), [], emptyLedger()).map(
      ({ strategy: of, message, event }) => `[${of}] ${message}${event === undefined ? '' : ` (${event})`}`,
    );
  test.each<[what: string, holds: Hold[], expected: string[]]>([
    ['nothing', [], []],
    ['a halt, of the controller', [hold('Halted', null, null)], ['[hgctl] why']],
    ['and not of each symbol', [hold('Halted', 'VTI')], []],
    ['an account that takes no order', [hold('AccountBlocked', null, null)], ['[hgctl] why']],
    ['and not of each symbol', [hold('AccountBlocked', 'VTI')], []],
    ['a suspension', [hold('Suspended')], ['[a] why']],
    ['and not of each symbol', [hold('Suspended', 'VTI')], []],
    ['of nobody', [hold('Suspended', null, null)], []],
    [
      'a shutdown',
      [hold('ShutdownRequested')],
      ['[a] Shutdown requested - aborting remaining orders (ShutdownRequested)'],
    ],
    ['of nobody', [hold('ShutdownRequested', null, null)], []],
    [
      'too little money',
      [hold('InsufficientBuyingPower', 'VTI')],
      ['[a] Insufficient buying power for VTI (InsufficientBuyingPower)', '[a]   why'],
    ],
    ['of nothing', [hold('InsufficientBuyingPower')], []],
    ['of nobody', [hold('InsufficientBuyingPower', 'VTI', null)], []],
    ['no other hold', [hold('MaxGross', 'VTI'), hold('MarketClosed')], []],
    [
      'a manifest with an old symbol, once a strategy and change',
      [
        hold('SymbolChanged', 'VTI', 'a', 'VTI is NEW'),
        hold('SymbolChanged', 'NEW', 'a', 'VTI is NEW'),
        hold('SymbolChanged', 'GLD', 'a', 'GLD is OLD'),
        hold('SymbolChanged', 'VTI', 'b', 'VTI is NEW'),
        hold('SymbolChanged', 'VTI', null, 'VTI is NEW'),
      ],
      ['[a] VTI is NEW', '[a] GLD is OLD', '[b] VTI is NEW'],
    ],
  ])('%s', (_, holds, expected) => {
    expect(warned(...holds)).toEqual(expected);
  });

  test('is no news where only its figures have changed', () => {
    const warnings = [
      { strategy: 'a', message: 'DISABLED with orphaned positions:' },
      { strategy: 'a', message: '  VTI: 3 shares' },
      { strategy: 'b', message: 'why' },
    ];
    expect(warningText(warnings)).toBe('a DISABLED with orphaned positions:\nb why');
  });

  test('of orphaned positions comes first', () => {
    const off = strategy('a', { toggle: { enabled: false, shutdownRequested: false } });
    const { ledger } = inputOf({ books: { a: { VTI: 3 } } }).observed;
    const all = passWarnings(
      planOf({ plan: { notDone: [hold('Suspended')] } }),
      [off, strategy('b')],
      ledger,
    );
    expect(all.map(({ message }) => message)).toEqual([
      'DISABLED with orphaned positions:',
      '  VTI: 3 shares',
      'why',
    ]);
  });
});
