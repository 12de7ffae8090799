/** The second opinion on loss limits: what is counted as lost, and from where. */
import { describe, expect, test } from 'vitest';
import type { LossLimits } from '../../src/desired/desired-state.ts';
import type { Money } from '../../src/domain/decimal.ts';
import type { Basis, LossCurve } from '../../src/observed/loss-curve.ts';
import type { Latch } from '../../src/observed/mark-events.ts';
import { checkLosses } from '../../src/reconciler/check-losses.ts';
import {
  inputOf,
  NOON,
  order,
  percent,
  strategy,
  TODAY,
  UNKNOWN,
  type OpinionFacts,
} from '../support/opinion.ts';
import { dollars, shares } from '../support/simulated-world.ts';

type Row = readonly [what: string, facts: OpinionFacts, found: readonly string[]];

const ENTRY = order('GLD', [0, 1]);

function judged(rows: readonly Row[]): void {
  test.each(rows)('%s', (_, facts, found) => {
    expect(checkLosses(facts.orders ?? [ENTRY], inputOf(facts))).toEqual(found);
  });
}

const limits = (more: Partial<LossLimits>): LossLimits => ({
  daily: null,
  weekly: null,
  drawdown: null,
  ...more,
});
const point = (profit: number, session = TODAY): Basis => ({
  session,
  equity: dollars(10_000),
  profit: dollars(profit),
});
/** Nothing was earned or lost before, at any of them. */
const curve = (more: Partial<LossCurve> = {}): LossCurve => ({
  day: point(0),
  week: point(0, 'monday'),
  peak: point(0, 'peak'),
  close: null,
  ...more,
});
const marked = (session = TODAY) => ({
  lastMark: { session, kind: 'start' as const, equity: dollars(10_000) },
});

/** `core` has half of the account, 10 VTI that have cost $1,000, and is worth `price` a share now. */
function losing(price: number, risk: Partial<LossLimits>, more: OpinionFacts = {}): OpinionFacts {
  return {
    books: { core: { VTI: 10 } },
    held: { VTI: { quantity: shares(10), marketPrice: dollars(price) } },
    strategies: [
      strategy('core', {
        risk: limits(risk),
        capital: { positionSize: percent(100), maxPositions: 10, maxExposure: percent(50) },
      }),
    ],
    ...more,
    ledger: { ...marked(), curves: new Map([['core', curve()]]), ...more.ledger },
  };
}

describe('a latch', () => {
  const latched = (name: string): OpinionFacts => ({ ledger: { latches: new Map([[name, {} as Latch]]) } });
  const FOUND = ['core: a loss limit is latched'];
  judged([
    ['of the strategy', latched('core'), FOUND],
    ['of the account', latched('*'), FOUND],
    ['of another strategy', latched('other'), []],
    ['without an entry', { ...latched('*'), orders: [] }, []],
    [
      'is found once a strategy',
      { ...latched('*'), orders: [ENTRY, order('BND', [0, 1]), order('QQQ', [0, 1], { strategy: 'other' })] },
      ['core: a loss limit is latched', 'other: a loss limit is latched'],
    ],
  ]);
});

describe('the loss of a strategy', () => {
  const DAY = `core: ${dollars(50)} lost since ${TODAY}`;
  const two = { daily: percent(1) };
  judged([
    // One percent of half of $10,000: $50.
    ['up to its limit', losing(95.01, two), []],
    ['from its limit on', losing(95, two), [DAY]],
    ['is found once', losing(95, two, { orders: [ENTRY, order('BND', [0, 1])] }), [DAY]],
    ['is nobody’s where nothing is opened', losing(95, two, { orders: [] }), []],
    ['of no limit', losing(1, {}), []],
    ['of a strategy without limits', { ...losing(1, two), strategies: [strategy('core')] }, []],
    [
      'of one that is declared behind another',
      { ...losing(95, two), strategies: [strategy('other'), ...(losing(95, two).strategies ?? [])] },
      [DAY],
    ],
    ['of one that nobody declares', { ...losing(1, two), strategies: [] }, []],
    ['nothing is lost, where nothing may be', losing(100, { daily: percent(0) }), []],
    ['something is', losing(99.9, { daily: percent(0) }), [`core: ${dollars(1)} lost since ${TODAY}`]],
    ['a gain', losing(200, two), []],
    ['of the week', losing(95, { weekly: percent(1) }), [`core: ${dollars(50)} lost since monday`]],
    ['from the peak', losing(95, { drawdown: percent(1) }), [`core: ${dollars(50)} lost since peak`]],
    [
      'each from its own point',
      losing(
        95,
        { daily: percent(1), weekly: percent(2), drawdown: percent(3) },
        {
          ledger: {
            curves: new Map([
              ['core', curve({ day: point(0), week: point(50, 'monday'), peak: point(100, 'peak') })],
            ]),
          },
        },
      ),
      [DAY, `core: ${dollars(100)} lost since monday`, `core: ${dollars(150)} lost since peak`],
    ],
  ]);
});

describe('what a strategy has earned', () => {
  const daily = { daily: percent(1) };
  const ledger = (more: OpinionFacts['ledger']): OpinionFacts => ({ ledger: more ?? {} });
  const realised = (...profits: number[]) => ({
    realised: new Map([['core', new Map(profits.map((profit, at) => [`S${at}`, dollars(profit) as Money]))]]),
  });
  const unknown = ['core: its loss is not known'];
  const quoted = (price: number): OpinionFacts => ({
    held: {},
    observed: { quotes: new Map([['VTI', { price: dollars(price), asOf: NOON }]]) },
  });
  judged([
    ['is what it has closed, too', losing(90, daily, ledger(realised(30, 21))), []],
    [
      'and what that has lost',
      losing(100, daily, ledger(realised(-30, -20))),
      [`core: ${dollars(50)} lost since ${TODAY}`],
    ],
    [
      'is less the fees',
      losing(96, daily, ledger({ fees: new Map([['core', dollars(10)]]) })),
      [`core: ${dollars(50)} lost since ${TODAY}`],
    ],
    [
      'is less what came with shares by an operator’s word',
      losing(96, daily, ledger({ carried: new Map([['core', dollars(10)]]) })),
      [`core: ${dollars(50)} lost since ${TODAY}`],
    ],
    ['is not known without a price', losing(95, daily, { held: {} }), unknown],
    ['nor at a price of nothing', losing(0, daily), unknown],
    ['nor where nobody knows what is held', losing(95, daily, { snapshot: { positions: UNKNOWN } }), unknown],
    ['counts at the quote where the broker does not hold it', losing(0, daily, quoted(95.01)), []],
    [
      'and for less at a lower one',
      losing(0, daily, quoted(95)),
      [`core: ${dollars(50)} lost since ${TODAY}`],
    ],
    [
      'counts at the quote where nobody knows what is held',
      losing(0, daily, { ...quoted(95.01), snapshot: { positions: UNKNOWN } }),
      [],
    ],
    [
      'of all lots together',
      {
        ...losing(95, daily),
        books: { core: { VTI: 10, BND: { quantity: shares(1), cost: dollars(99) } } },
        held: { VTI: { quantity: shares(10), marketPrice: dollars(95) }, BND: 1 },
      },
      [],
    ],
    [
      'of one that owns nothing is what it has closed',
      losing(95, daily, { books: {}, ...ledger(realised(-49)) }),
      [],
    ],
  ]);
});

describe('where nothing can be said', () => {
  const all = { daily: percent(1), weekly: percent(1), drawdown: percent(1) };
  const since = (...points: string[]) => points.map((one) => `core: ${dollars(50)} lost since ${one}`);
  judged([
    ['before the first mark', losing(95, all, { ledger: { lastMark: null } }), []],
    ['without a curve', losing(95, all, { ledger: { curves: new Map() } }), []],
    ['with one that has not begun', losing(95, all, { ledger: { curves: new Map([['core', null]]) } }), []],
    ['on a day that nobody knows', losing(95, all, { snapshot: { clock: UNKNOWN } }), []],
    [
      'before this session has begun: only the peak',
      losing(95, all, { ledger: marked('2025-12-01') }),
      since('peak'),
    ],
    [
      'after a mark of a later one',
      losing(95, all, { ledger: marked('2025-12-03') }),
      since(TODAY, 'monday', 'peak'),
    ],
  ]);
});

describe('the loss of the account', () => {
  const account = (equity: number, more: OpinionFacts = {}): OpinionFacts => ({
    limits: { loss: limits({ daily: percent(1) }) },
    equity,
    ...more,
    ledger: { ...marked(), curves: new Map([['*', curve({ day: point(10_000) })]]), ...more.ledger },
  });
  judged([
    // One percent of all of $10,000: $100.
    ['up to its limit', account(9_900.01), []],
    ['from its limit on', account(9_900), [`*: ${dollars(100)} lost since ${TODAY}`]],
    ['no matter where nothing is opened', account(9_900, { orders: [] }), []],
    ['of no limit', { ...account(1), limits: {} }, []],
    ['that nobody knows', account(1, { snapshot: { account: UNKNOWN } }), []],
    [
      'beside that of a strategy',
      {
        ...account(9_900),
        ...losing(95, { daily: percent(1) }),
        limits: { loss: limits({ daily: percent(1) }) },
        ledger: {
          ...marked(),
          curves: new Map([
            ['*', curve({ day: point(10_000) })],
            ['core', curve()],
          ]),
        },
      },
      [`core: ${dollars(50)} lost since ${TODAY}`, `*: ${dollars(100)} lost since ${TODAY}`],
    ],
  ]);
});
