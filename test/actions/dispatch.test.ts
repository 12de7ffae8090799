/** The last checks before an order, on the journal and the market of that moment: what each stops, and what it says. */
import { describe, expect, test } from 'vitest';
import { dispatch, isStale, sendAgain, type OrderContext, type Renewed } from '../../src/actions/dispatch.ts';
import { startExecution } from '../../src/actions/execution.ts';
import type { Price } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import type { OrderAction } from '../../src/reconciler/plan-types.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { shares, underway, type Executing, type Underway } from '../support/executing.ts';
import { fault } from '../support/faults.ts';
import type { WorldFacts } from '../support/world.ts';

const SECOND = 1_000;
const NOON = Date.parse('2025-12-02T12:00:00-05:00') as Instant;
const at = (time: string, window: number, action: 'entry' | 'exit' | 'rebalance') => ({
  at: { kind: 'clock' as const, time },
  action,
  window,
});

const buying: WorldFacts = { now: NOON, strategies: { core: { targets: { X: '10' } } } };
const selling: WorldFacts = { ...buying, books: { core: { X: '30' } } };
const entering: WorldFacts = {
  ...buying,
  strategies: { core: { targets: { X: '10' }, schedule: [at('12:00', 60 * SECOND, 'entry')] } },
};

interface Moment extends Underway {
  readonly action: OrderAction;
}

/** The only order of the plan. */
async function planned(
  facts: WorldFacts = buying,
  changes?: (home: Executing['home']) => Partial<Ports>,
): Promise<Moment> {
  const under = await underway(facts, changes);
  const [action] = under.actions;
  if (action === undefined) throw new Error('nothing is planned');
  return { ...under, action };
}

const told = (event: object) => event as JournalEvent;
const broken = (kind: string): JournalEvent =>
  told({ type: 'break-opened', fence: 1, symbol: 'X', kind, detail: 'so' });
const halted = told({ type: 'halted', mode: 'hold', reason: 'drill', by: 'alice' });
const drained = told({ type: 'drain-requested', strategy: 'core', close: false, by: 'alice' });
const filledFour = (clientOrderId: string): JournalEvent =>
  told({
    type: 'fill',
    fence: 1,
    clientOrderId,
    brokerOrderId: 'b',
    quantity: shares(4),
    value: 400e6,
    cumulative: shares(4),
    averagePrice: 100e6,
    at: NOON,
    reportedAt: NOON,
  });
const wanted = { kind: 'sent', answer: { kind: 'created' } };

describe('an order goes out', () => {
  test('as it was planned, and is an entry or not', async () => {
    for (const [facts, side] of [
      [buying, 'buy'],
      [selling, 'sell'],
    ] as const) {
      const requests: object[] = [];
      const { context, action, home } = await planned(facts, (real) => ({
        broker: {
          ...real.broker,
          submit: (request) => {
            requests.push(request);
            return real.broker.submit(request);
          },
        },
      }));
      expect(await dispatch(context, action)).toMatchObject(wanted);
      const [order] = home.journal.ledger().openOrders.values();
      expect(requests).toEqual([
        {
          clientOrderId: order?.intent.clientOrderId,
          symbol: 'X',
          side,
          quantity: action.quantity,
          reduceOnly: side === 'sell',
        },
      ]);
      expect(order?.intent).toMatchObject({ purpose: action.kind, reason: action.reason, estimate: 100e6 });
    }
  });

  test('beside a doubt about a price, and beside orders on other symbols', async () => {
    const { context, action, home, intend } = await planned();
    home.journal.commit(broken('price-mismatch'));
    intend({ clientOrderId: 'hg-other', symbol: 'Y' });
    expect(await dispatch(context, action)).toMatchObject(wanted);
  });

  test('with its money to the last cent, in whole dollars for people', async () => {
    const { context, action, log } = await planned();
    expect(await dispatch({ ...context, buyingPower: 1_000e6 }, action)).toMatchObject(wanted);
    expect(log.slice(-3)).toEqual([
      '[core] Checking pending orders for X: none',
      '[core] Buying power check: $1,000 available, $1,000 needed ✓',
      '[core] Symbol conflict check: X not owned by other strategies ✓',
    ]);
  });

  test('up to the last instant of its window', async () => {
    const { context, action, home } = await planned(entering);
    home.clock.advance(60 * SECOND);
    expect(await dispatch(context, action)).toMatchObject(wanted);
    expect([...home.journal.ledger().openOrders.keys()]).toEqual([
      expect.stringMatching(/^hg-core-20251202-entry1200-[a-z2-7]{16}$/),
    ]);
  });

  test('whose id names its slot: the beginning of its kind, and its time', async () => {
    const schedule = [at('12:00', 60 * SECOND, 'rebalance')];
    const { context, action, home } = await planned({
      ...buying,
      strategies: { core: { targets: { X: '10' }, schedule } },
    });
    expect(await dispatch(context, action)).toMatchObject(wanted);
    expect(home.broker.submitted).toEqual([
      expect.stringMatching(/^hg-core-20251202-rebal1200-[a-z2-7]{16}$/),
    ]);
  });

  test('of an exit also behind its window', async () => {
    const schedule = [at('12:00', 60 * SECOND, 'exit')];
    const { context, action, home } = await planned({
      ...selling,
      strategies: { core: { universe: ['X'], schedule } },
    });
    home.clock.advance(90 * SECOND);
    expect(await dispatch(context, action)).toMatchObject(wanted);
  });

  test('at the last moment of the session, and not behind it', async () => {
    const { context, action, home } = await planned();
    const until = (lastSubmit: number): OrderContext => ({
      ...context,
      session: { ...context.session, lastSubmit: lastSubmit as Instant },
    });
    expect(await dispatch(until(home.clock.now() - 1), action)).toMatchObject({
      skip: { code: 'MarketClosed', detail: 'the session is over' },
    });
    expect(await dispatch(until(home.clock.now()), action)).toMatchObject(wanted);
  });
});

describe('an order does not go out', () => {
  test.each<[string, JournalEvent, string, string]>([
    ['on a symbol with a break', broken('overfill'), 'PendingOrder', 'an order on X has no end yet'],
    [
      'while the account is halted',
      halted,
      'Halted',
      "halted by alice since 2025-12-02 12:00:00 EST: drill; 'hgctl unhalt --reason TEXT' ends it",
    ],
    ['of a strategy that is shut down', drained, 'ShutdownRequested', 'its shutdown was requested'],
  ])('%s', async (_, event, code, detail) => {
    const { context, action, home } = await planned();
    home.journal.commit(event);
    expect(await dispatch(context, action)).toEqual({ kind: 'skipped', skip: { code, detail } });
    expect(home.broker.submitted).toEqual([]);
  });

  test('beside another one on its symbol', async () => {
    const { context, action, intend } = await planned();
    intend();
    expect(await dispatch(context, action)).toMatchObject({
      skip: { code: 'PendingOrder', detail: 'an order on X has no end yet' },
    });
  });

  test('on another book than the planned one', async () => {
    const { context, action, home } = await planned(selling);
    expect(await dispatch(context, { ...action, from: shares(31) })).toEqual({
      kind: 'skipped',
      skip: { code: 'BookChanged', detail: 'planned on a book of 31 X, it is 30' },
    });
    expect(home.broker.submitted).toEqual([]);
  });

  test('to open what another strategy owns by now; what is owned by both can still be sold', async () => {
    const shared: WorldFacts = {
      ...buying,
      books: { core: { X: '30' }, other: { X: '5' } },
      strategies: { core: { targets: { X: '10' } }, other: { targets: { X: '5' } } },
    };
    const own = await planned(shared);
    expect(await dispatch(own.context, own.action)).toMatchObject(wanted);
    const { context, action, home, intend } = await planned();
    intend({ clientOrderId: 'hg-other', strategy: 'other' });
    home.journal.commit(filledFour('hg-other'));
    home.journal.commit(
      told({ type: 'order-ended', fence: 1, clientOrderId: 'hg-other', status: 'canceled', detail: '' }),
    );
    expect(await dispatch(context, action)).toEqual({
      kind: 'skipped',
      skip: { code: 'SymbolConflict', detail: 'X is owned by other' },
    });
  });

  test('behind its window', async () => {
    const { context, action, home } = await planned(entering);
    home.clock.advance(60 * SECOND + 1);
    expect(await dispatch(context, action)).toEqual({
      kind: 'skipped',
      skip: { code: 'SlotClosed', detail: 'the window of core/2025-12-02/entry/1200 has closed' },
    });
  });

  test('of a slot whose strategy nobody declares any more', async () => {
    const { context, action } = await planned(entering);
    const undeclared = { ...context, desired: { ...context.desired, strategies: [] } };
    expect(await dispatch(undeclared, action)).toMatchObject({ skip: { code: 'SlotClosed' } });
  });

  test('to enter without a price, and to exit it needs none', async () => {
    const dark = (home: Executing['home']) => ({
      market: { ...home.ports.market, quotes: () => Promise.resolve(new Map()) },
    });
    const entry = await planned(buying, dark);
    expect(await dispatch(entry.context, entry.action)).toEqual({
      kind: 'skipped',
      skip: { code: 'NoPrice', detail: 'no price of X is known' },
    });
    const exit = await planned(selling, dark);
    expect(await dispatch(exit.context, exit.action)).toMatchObject(wanted);
  });

  test('without its money: what is needed, what there is, and nothing below zero', async () => {
    const { context, action, log } = await planned();
    expect(await dispatch({ ...context, buyingPower: 999_999_999 }, action)).toMatchObject({
      skip: {
        code: 'InsufficientBuyingPower',
        detail: 'Needed: $1,000.00, Available: $1,000.00',
      },
    });
    expect(await dispatch({ ...context, buyingPower: -5e6 }, action)).toMatchObject({
      skip: { detail: 'Needed: $1,000.00, Available: $0.00' },
    });
    expect(log.slice(-2)).toEqual([
      '[!] [core] Insufficient buying power for X',
      '[!] [core]   Needed: $1,000.00, Available: $0.00',
    ]);
  });

  test('of a command that was asked to stop', async () => {
    const stop = { requested: () => true, signal: () => 'SIGINT' as const };
    const { context, action } = await planned(selling, () => ({ stop }));
    expect(await dispatch(context, action)).toEqual({
      kind: 'skipped',
      skip: { code: 'Interrupted', detail: 'the command was asked to stop' },
    });
  });

  test('that closes what is shut down, unless an operator or its own manifest still says so', async () => {
    const closing = async (strategies: WorldFacts['strategies'], event?: JournalEvent) => {
      const { context, action, home } = await planned(selling);
      if (event !== undefined) home.journal.commit(event);
      const { desired } = home.with(strategies ?? {});
      return dispatch(
        { ...context, desired },
        { ...action, kind: 'close-orphaned', reason: 'StrategyDisabled' },
      );
    };
    const lifted = { skip: { code: 'ShutdownRequested' } };
    const other = { enabled: false, orphans: 'close' } as const;
    expect(await closing({ core: { enabled: false }, other })).toMatchObject(lifted);
    expect(await closing({ other })).toMatchObject(lifted);
    expect(await closing({ core: other })).toMatchObject(wanted);
    expect(await closing({ core: { enabled: false } }, told({ ...drained, close: true }))).toMatchObject(
      wanted,
    );
  });

  test('where the journal is never quiet', async () => {
    let tries = 0;
    const { context, action, home } = await planned(buying, ({ journal }) => ({
      journal: {
        ...journal,
        commit: () => {
          tries += 1;
          return { kind: 'lost', ledger: journal.ledger() };
        },
      },
    }));
    expect(await dispatch(context, action)).toEqual({
      kind: 'skipped',
      skip: { code: 'JournalBusy', detail: 'other processes write to the journal all the time' },
    });
    expect(tries).toBe(1_000);
    expect(home.broker.submitted).toEqual([]);
  });

  test.each([
    [165 * SECOND, 'sent'],
    [170 * SECOND, 'sent'],
    [170 * SECOND + 1, 'skipped'],
  ])('when its lock has been held for %d ms: %s', async (held, kind) => {
    const { context, action, home } = await planned();
    home.clock.advance(20 * SECOND);
    const execution = startExecution(home.ports, home.desired.account.execution, {
      holder: 'core',
      fence: 1,
      acquiredAt: home.clock.now(),
      acquiredMonotonic: home.clock.monotonic(),
    });
    home.clock.advance(held);
    const dispatched = await dispatch({ ...context, execution }, action);
    expect(dispatched.kind).toBe(kind);
    if (dispatched.kind === 'skipped')
      expect(dispatched.skip).toEqual({ code: 'ExecutionTimeout', detail: 'Execution timeout after 170s' });
  });

  test.each([
    [2 * SECOND, 'sent'],
    [-2 * SECOND, 'sent'],
    [2 * SECOND + 1, 'skipped'],
    [-2 * SECOND - 1, 'skipped'],
  ])('when the wall clock has jumped by %d ms: %s', async (jump, kind) => {
    const { context, action, home } = await planned();
    home.clock.jump(jump);
    const dispatched = await dispatch(context, action);
    expect(dispatched.kind).toBe(kind);
    if (dispatched.kind === 'skipped')
      expect(dispatched.skip).toEqual({
        code: 'ClockJumped',
        detail: 'the clock jumped, or the machine slept',
      });
  });
});

describe('an order that was lost on its way', () => {
  async function lost(faults: WorldFacts['faults'] = [], status: 'unseen' | 'unknown' = 'unseen') {
    const moment = await planned({ ...selling, faults });
    const { home, intend } = moment;
    const intent = intend({
      clientOrderId: 'hg-lost',
      side: 'sell',
      purpose: 'reduce',
      quantity: shares(20),
    });
    const doubt = status === 'unseen' ? {} : { detail: 'time-out' };
    home.journal.commit(told({ type: `order-${status}`, fence: 1, clientOrderId: 'hg-lost', ...doubt }));
    return { ...moment, intent, action: { ...moment.action, sendsAgain: 'hg-lost' } };
  }

  test('goes out under its id, for the reason of now', async () => {
    const { context, action, home } = await lost();
    const again = await dispatch(context, { ...action, reason: 'TargetZero' });
    expect(again).toMatchObject({ ...wanted, intent: { clientOrderId: 'hg-lost' } });
    expect(home.broker.submitted).toEqual(['hg-lost']);
    expect(home.journal.records.at(-1)?.event).toEqual({
      type: 'order-sent-again',
      fence: 1,
      clientOrderId: 'hg-lost',
      reason: 'TargetZero',
    });
  });

  test('does not, where the broker shows it after all', async () => {
    const { context, action, home, intent } = await lost();
    await home.broker.submit({ ...intent, reduceOnly: true });
    expect(await dispatch(context, action)).toEqual({
      kind: 'skipped',
      skip: { code: 'PendingOrder', detail: 'hg-lost has shown up at the broker' },
    });
  });

  test('does not, where the broker cannot be asked', async () => {
    const down = { kind: 'unavailable', reason: 'HTTP 503' } as const;
    const { context, action } = await lost([fault('orderByClientId', down, { times: 9 })]);
    expect(await dispatch(context, action)).toEqual({
      kind: 'skipped',
      skip: { code: 'BrokerUnavailable', detail: 'HTTP 503' },
    });
  });

  test('does not, where it has ended meanwhile, or nobody has looked for it', async () => {
    const ended = await lost();
    ended.home.journal.commit(
      told({ type: 'order-ended', fence: 1, clientOrderId: 'hg-lost', status: 'not-created', detail: '' }),
    );
    expect(await dispatch(ended.context, ended.action)).toMatchObject({ skip: { code: 'PendingOrder' } });
    const doubtful = await lost([], 'unknown');
    expect(await dispatch(doubtful.context, doubtful.action)).toMatchObject({
      skip: { code: 'PendingOrder' },
    });
    expect([...ended.home.broker.submitted, ...doubtful.home.broker.submitted]).toEqual([]);
  });

  test('does not, beside another one on its symbol', async () => {
    const { context, action, intend } = await lost();
    intend({ clientOrderId: 'hg-other' });
    expect(await dispatch(context, action)).toMatchObject({ skip: { code: 'PendingOrder' } });
  });
});

describe('an order of which the broker took nothing', () => {
  /** What `again` gives for it, once `meanwhile` has happened. */
  async function again(
    facts: WorldFacts,
    meanwhile: (moment: Moment) => unknown = () => undefined,
    renewed?: (moment: Moment) => Partial<Renewed>,
    changes?: (home: Executing['home']) => Partial<Ports>,
  ) {
    const moment = await planned(facts, changes);
    const { context, action, intend, home } = moment;
    const { side, quantity, kind, slot } = action;
    const intent = intend({ side, quantity, purpose: kind });
    meanwhile(moment);
    let asked = 0;
    const renew = (): Promise<Renewed> => {
      asked += 1;
      const fresh = {
        context: { ...context, readAt: home.clock.now() },
        planned: new Map([[action.id, action]]),
      };
      return Promise.resolve({
        ...fresh,
        whyNot: () => {
          throw new Error(`${slot ?? ''} is not asked for`);
        },
        ...renewed?.(moment),
      });
    };
    const answer = await sendAgain(context, { action, intent }, renew);
    return { answer: answer?.kind ?? null, asked, submitted: home.broker.submitted };
  }

  const sent = { answer: 'created', submitted: ['hg-1'] };
  const kept = { answer: null, submitted: [] };

  test('goes out once more, on facts that are young enough', async () => {
    const after = (ms: number) => (moment: Moment) => moment.home.clock.advance(ms);
    expect(await again(buying)).toEqual({ ...sent, asked: 0 });
    expect(await again(buying, after(30 * SECOND))).toEqual({ ...sent, asked: 0 });
    expect(await again(buying, after(30 * SECOND + 1))).toEqual({ ...sent, asked: 1 });
    expect(await again(selling, after(31 * SECOND))).toEqual({ ...sent, asked: 1 });
  });

  test.each<[string, Partial<OrderAction> | null, typeof sent | typeof kept]>([
    ['want the same', {}, sent],
    ['want more', { quantity: shares(11) }, sent],
    ['want less', { quantity: shares(9) }, kept],
    ['want the other side', { side: 'sell' }, kept],
    ['do not want it', null, kept],
  ])('is judged on fresh facts where the known ones are old, and they %s', async (_, now, expected) => {
    const outcome = await again(
      buying,
      ({ home }) => home.clock.advance(31 * SECOND),
      ({ action }) => ({
        planned: new Map(now === null ? [] : [[action.id, { ...action, ...now }]]),
      }),
    );
    expect(outcome).toEqual({ ...expected, asked: 1 });
  });

  test.each<[string, WorldFacts, (moment: Moment) => unknown]>([
    ['the account was halted', selling, ({ home }) => home.journal.commit(halted)],
    ['its strategy was shut down', selling, ({ home }) => home.journal.commit(drained)],
    ['there is a break on its symbol', selling, ({ home }) => home.journal.commit(broken('overfill'))],
    ['its book is another one', selling, ({ home }) => home.journal.commit(filledFour('hg-1'))],
    ['its window has closed', entering, ({ home }) => home.clock.advance(61 * SECOND)],
    ['its time to submit is over', selling, ({ home }) => home.clock.advance(171 * SECOND)],
    ['the clock has jumped', selling, ({ home }) => home.clock.jump(3 * SECOND)],
  ])('does not, where %s', async (_, facts, meanwhile) => {
    expect(await again(facts, meanwhile)).toMatchObject(kept);
  });

  test('does not, where the command was asked to stop', async () => {
    const stop = { requested: () => true, signal: () => 'SIGINT' as const };
    expect(await again(selling, undefined, undefined, () => ({ stop }))).toMatchObject(kept);
  });

  test('does not enter where the price is gone, or far from the planned one; and sells at any', async () => {
    const quoting = (price: number | null) => (home: Executing['home']) => {
      const quote = { price: price as Price, asOf: home.clock.now() };
      const quotes = (): ReturnType<Ports['market']['quotes']> =>
        Promise.resolve(new Map(price === null ? [] : [['X', quote]]));
      return { market: { ...home.ports.market, quotes } };
    };
    expect(await again(buying, undefined, undefined, quoting(null))).toMatchObject(kept);
    expect(await again(buying, undefined, undefined, quoting(106e6))).toMatchObject(kept);
    expect(await again(buying, undefined, undefined, quoting(105e6))).toMatchObject(sent);
    expect(await again(selling, undefined, undefined, quoting(null))).toMatchObject(sent);
  });

  test('is decided again where somebody recorded something in between', async () => {
    const busy = (event: JournalEvent | null) => (home: Executing['home']) => {
      let isFirst = true;
      const commit: Ports['journal']['commit'] = (wantedEvent) => {
        if (!isFirst) return home.journal.commit(wantedEvent);
        isFirst = false;
        if (event !== null) home.journal.commit(event);
        return { kind: 'lost', ledger: home.journal.ledger() };
      };
      return { journal: { ...home.journal, commit } };
    };
    expect(await again(buying, undefined, undefined, busy(null))).toMatchObject(sent);
    expect(await again(buying, undefined, undefined, busy(halted))).toMatchObject(kept);
  });
});

test('Facts are stale once they are older than a snapshot may be', async () => {
  const { context, home } = await planned();
  home.clock.advance(30 * SECOND);
  expect(isStale(context)).toBe(false);
  home.clock.advance(1);
  expect(isStale(context)).toBe(true);
});

test('The same decision in books that were rebuilt is another order', async () => {
  const first = await planned();
  await dispatch(first.context, first.action);
  const second = await planned(buying, ({ journal }) => ({
    journal: { ...journal, refresh: () => ({ ...journal.ledger(), rebuiltAt: NOON }) },
  }));
  await dispatch(second.context, second.action);
  expect(second.home.broker.submitted).toHaveLength(1);
  expect(second.home.broker.submitted).not.toEqual(first.home.broker.submitted);
});
