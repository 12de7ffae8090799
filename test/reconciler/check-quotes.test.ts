/** The second opinion on the quotes behind entries: how old, how wide, how far from the plan. */
import { describe, expect, test } from 'vitest';
import type { AccountLimits } from '../../src/desired/desired-state.ts';
import { instantAt, type Instant } from '../../src/domain/instant.ts';
import type { Quote } from '../../src/observed/broker-view.ts';
import { checkQuotes } from '../../src/reconciler/check-quotes.ts';
import { inputOf, NOON, order, percent, TODAY, type OpinionFacts } from '../support/opinion.ts';
import { dollars } from '../support/simulated-world.ts';

type Row = readonly [what: string, facts: OpinionFacts, found: readonly string[]];

function judged(rows: readonly Row[]): void {
  test.each(rows)('%s', (_, facts, found) => {
    expect(checkQuotes(facts.orders ?? [order('VTI', [0, 1])], inputOf(facts))).toEqual(found);
  });
}

/** An entry at $100 beside this quote. */
const at = (
  quote: Partial<Quote>,
  limits: Partial<AccountLimits> = {},
  more: OpinionFacts = {},
): OpinionFacts => ({
  observed: { quotes: new Map([['VTI', { price: dollars(100), asOf: NOON, ...quote }]]) },
  limits,
  ...more,
});

const closes = [order('VTI', [1, 0])];

describe('a halted symbol', () => {
  judged([
    ['is not opened', at({ halted: true }), ['open/core/VTI: the symbol is halted']],
    ['is closed as far as it can be', at({ halted: true }, {}, { orders: closes }), []],
    ['is no matter of another one', at({ halted: true }, {}, { orders: [order('GLD', [0, 1])] }), []],
  ]);
});

describe('the age of a price', () => {
  const MINUTE = 60_000;
  const OLD = ['open/core/VTI: its price is too old'];
  const aged = (asOf: number, now = NOON): OpinionFacts =>
    at({ asOf: asOf as Instant }, { quoteAge: MINUTE }, { now });
  const night = instantAt(TODAY, '08:00');
  const close = instantAt('2025-12-01', '16:00');
  judged([
    ['up to the limit', aged(NOON - MINUTE), []],
    ['beyond it', aged(NOON - MINUTE - 1), OLD],
    ['any, where there is no limit', at({ asOf: 0 as Instant }), []],
    ['before the open: of the last close', aged(close - MINUTE, night), []],
    ['and beyond that', aged(close - MINUTE - 1, night), OLD],
    [
      'by our own calendar',
      {
        ...aged(instantAt('2025-11-28', '13:00') - MINUTE),
        account: { calendar: { [TODAY]: 'closed', '2025-12-01': 'closed' } },
      },
      [],
    ],
  ]);
});

describe('the spread', () => {
  const WIDE = ['open/core/VTI: its spread is too wide'];
  const spread = (bid: number | null, ask: number | null, most: number | null = 1): OpinionFacts =>
    at(
      { ...(bid !== null && { bid: dollars(bid) }), ...(ask !== null && { ask: dollars(ask) }) },
      most === null ? {} : { maxSpread: percent(most) },
    );
  judged([
    ['as wide as it may be', spread(99.5, 100.5), []],
    ['beyond what rounding may hide', spread(99.49, 100.51), WIDE],
    ['a part of a million more is rounding', spread(199, 201.0001), []],
    ['two are not', spread(199, 201.0005), WIDE],
    ['none at all', spread(100, 100, 0), []],
    ['crossed: what is asked is less than what is offered', spread(101, 100), WIDE],
    ['no matter where there is no limit', spread(50, 150, null), []],
    ['no matter where nothing is offered', spread(null, 150), []],
    ['no matter where nothing is asked', spread(50, null), []],
    ['is of the middle, whatever the price', spread(19.9, 20.1), []],
  ]);
});

describe('a price that runs away', () => {
  const AWAY = (id = 'open/core/VTI') => [`${id}: its price has run away`];
  const moved = (price: number, limits: Partial<AccountLimits> = {}): OpinionFacts =>
    at({ price: dollars(price) }, limits);
  const fund = (price: number, limits: Partial<AccountLimits> = {}): OpinionFacts => ({
    observed: { quotes: new Map([['TQQQ', { price: dollars(price), asOf: NOON }]]) },
    limits,
    orders: [order('TQQQ', [0, 1])],
  });
  judged([
    ['up to the collar', moved(105), []],
    ['beyond it', moved(105.001), AWAY()],
    ['down to the collar', moved(95), []],
    ['below it', moved(94.999), AWAY()],
    ['by what rounding may hide', moved(105.0001), []],
    ['is no matter of a reduction', { ...moved(50), orders: closes }, []],
    ['a leveraged fund: up to two percent', fund(102), []],
    ['and not beyond', fund(102.001), AWAY('open/core/TQQQ')],
    ['where the manifest says so, further', fund(103, { leveragedCollar: percent(3) }), []],
    ['and no further', fund(103.001, { leveragedCollar: percent(3) }), AWAY('open/core/TQQQ')],
    [
      'never further than what is no fund',
      fund(106, { leveragedCollar: percent(9) }),
      AWAY('open/core/TQQQ'),
    ],
    ['what the manifest calls leveraged', moved(103, { leveraged: ['VTI'] }), AWAY()],
    ['what it does not call so', moved(103, { leveraged: ['GLD'] }), []],
    [
      'beside a halt, both are said',
      at({ halted: true, price: dollars(120) }),
      ['open/core/VTI: the symbol is halted', ...AWAY()],
    ],
  ]);
});
