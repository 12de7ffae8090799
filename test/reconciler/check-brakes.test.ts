/** The second opinion on what stops orders: halts, blocked accounts, suspensions, clocks that disagree. */
import { describe, expect, test } from 'vitest';
import type { HaltMode } from '../../src/observed/brakes.ts';
import type { Money } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { checkBlocked } from '../../src/reconciler/check-brakes.ts';
import type { OrderAction } from '../../src/reconciler/plan-types.ts';
import {
  inputOf,
  known,
  NOON,
  opinionOn,
  order,
  strategy,
  UNKNOWN,
  type OpinionFacts,
} from '../support/opinion.ts';
import { dollars } from '../support/simulated-world.ts';

type Row = readonly [what: string, facts: OpinionFacts, found: readonly string[]];

function judged(rows: readonly Row[]): void {
  test.each(rows)('%s', (_, facts, found) => {
    expect(opinionOn(facts)).toEqual(found);
  });
}

const ENTRY = order('GLD', [0, 1]);
const BOTH: OpinionFacts = { books: { core: { VTI: 10 } }, orders: [order('VTI', [10, 4]), ENTRY] };

describe('a halted account', () => {
  const halted = (mode: HaltMode): NonNullable<OpinionFacts['ledger']> => ({
    halt: { mode, reason: '', by: '', since: NOON },
  });
  const sells = (mode: HaltMode | null, to: number, more: Partial<OrderAction> = {}): OpinionFacts => ({
    books: { core: { VTI: 10 } },
    orders: [order('VTI', [10, to], { reason: 'Flattening', ...more })],
    ledger: mode === null ? {} : halted(mode),
  });
  const HALTED = 'halted-sends-nothing: close/core/VTI: the account is halted';
  const NOBODY = 'halted-sends-nothing: close/core/VTI: nobody has said that everything is to be sold';
  judged([
    [
      'sends nothing, whichever way it goes',
      { ...BOTH, ledger: halted('hold') },
      [
        'halted-sends-nothing: reduce/core/VTI: the account is halted',
        'halted-sends-nothing: open/core/GLD: the account is halted',
      ],
    ],
    ['that sells everything sells whole lots', sells('flatten', 0), []],
    ['and nothing for another reason', sells('flatten', 0, { reason: 'TargetZero' }), [HALTED]],
    ['and nothing for a slot', sells('flatten', 0, { slot: 'core/2025-12-02/exit' }), [HALTED]],
    [
      'and no part of a lot',
      sells('flatten', 4),
      ['halted-sends-nothing: reduce/core/VTI: the account is halted'],
    ],
    ['that is only held sells nothing', sells('hold', 0), [HALTED, NOBODY]],
    ['nor one that only cancels', sells('cancel', 0), [HALTED, NOBODY]],
    ['that is not halted sells nothing as if it were', sells(null, 0), [NOBODY]],
  ]);
});

describe('an account of which the broker takes no order', () => {
  const account = (blocked?: string) => ({
    account: known({
      id: '1',
      environment: 'simulated' as const,
      equity: dollars(10_000),
      cash: 0 as Money,
      buyingPower: dollars(10_000),
      ...(blocked !== undefined && { blocked }),
    }),
  });
  judged([
    [
      'sends nothing, whichever way it goes',
      { ...BOTH, snapshot: account('trading_blocked') },
      [
        'blocked-sends-nothing: reduce/core/VTI: the broker takes no order',
        'blocked-sends-nothing: open/core/GLD: the broker takes no order',
      ],
    ],
    ['sends, where the broker says nothing of the kind', { ...BOTH, snapshot: account() }, []],
  ]);

  test('is not one of which nobody knows: that is for another check', () => {
    const found: string[] = [];
    const report = (_: unknown, detail: string) => void found.push(detail);
    checkBlocked([ENTRY], inputOf({ snapshot: { account: UNKNOWN } }), report);
    expect(found).toEqual([]);
  });
});

describe('a suspended strategy', () => {
  const until = (end: number | null, name = 'core'): OpinionFacts => ({
    ...BOTH,
    ledger: {
      suspensions: new Map([
        [name, { strategy: name, reason: '', by: '', since: NOON, until: end as Instant | null }],
      ]),
    },
  });
  const FOUND = ['entry-allowed: open/core/GLD: suspended'];
  judged([
    ['opens nothing, and reduces', until(null), FOUND],
    ['until its time is over', until(NOON + 1), FOUND],
    ['and not from then on', until(NOON), []],
    ['stops no other', { ...until(null, 'other'), strategies: [strategy('core'), strategy('other')] }, []],
  ]);
});

describe('clocks that disagree', () => {
  const skew = (clockSkew: number): OpinionFacts => ({ ...BOTH, snapshot: { clockSkew } });
  const FOUND = ['entry-allowed: open/core/GLD: the clocks disagree'];
  judged([
    ['by as much as they may', skew(2_000), []],
    ['by more: nothing is opened, and positions shrink', skew(2_001), FOUND],
    ['by more the other way', skew(-2_001), FOUND],
  ]);
});
