/** The orders of one execution: which are sent behind one that went wrong, and what people are told of it. */
import { describe, expect, test } from 'vitest';
import type { OrderContext, Renew } from '../../src/actions/dispatch.ts';
import type { Outcome } from '../../src/actions/outcome.ts';
import { runOrders } from '../../src/actions/run-orders.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import type { LedgerOrder } from '../../src/observed/ledger.ts';
import type { OrderAction } from '../../src/reconciler/plan-types.ts';
import type { OrderRequest, Ports, SubmitAnswer } from '../../src/reconciler/ports.ts';
import { shares, underway, type Underway } from '../support/executing.ts';
import type { TestWorld, WorldFacts } from '../support/world.ts';

const SECOND = 1_000;
const PRICES = { X: '100', Y: '100', Z: '100' };
const buying: WorldFacts = {
  prices: PRICES,
  strategies: { core: { targets: { X: '1', Y: '1', Z: '1' } } },
  settings: { partialFills: 0 as never },
};
const selling: WorldFacts = { ...buying, books: { core: { X: '3', Y: '3', Z: '3' } } };

const UNKNOWN = { kind: 'unknown', reason: 'time-out' } as const;
const refusedWith = (code: string) => ({ kind: 'refused', code, message: 'no' }) as SubmitAnswer;
const limited = (retryAfter: number | null) =>
  ({ kind: 'rate-limited', retryAfter, reason: 'HTTP 429' }) as SubmitAnswer;

/** What a broker says to requests, one after the other; `take`, and whatever comes behind, is an order that it takes. */
type Script = readonly (SubmitAnswer | 'take')[];

interface Told {
  readonly said: string[];
  readonly events: string[];
}

async function running(
  facts: WorldFacts,
  script: Script = [],
  more: {
    readonly changes?: (home: TestWorld) => Partial<Ports>;
    readonly meanwhile?: (request: OrderRequest, home: TestWorld) => unknown;
    readonly actions?: (planned: readonly OrderAction[]) => readonly OrderAction[];
    readonly before?: (under: Underway) => unknown;
    readonly context?: Partial<OrderContext>;
    readonly renew?: (under: Underway) => Renew;
  } = {},
) {
  const answers = [...script];
  const requests: string[] = [];
  const { said, events }: Told = { said: [], events: [] };
  const under = await underway(facts, (home) => ({
    broker: {
      ...home.broker,
      submit: (request) => {
        requests.push(request.clientOrderId);
        more.meanwhile?.(request, home);
        const answer = answers.shift() ?? 'take';
        return answer === 'take' ? home.broker.submit(request) : Promise.resolve(answer);
      },
    },
    report: {
      info: (_, message) => void said.push(message),
      warn: (_, message, event) => {
        said.push(`! ${message}`);
        if (event !== undefined) events.push(event);
      },
      error: (_, message, event) => {
        said.push(`- ${message}`);
        if (event !== undefined) events.push(event);
      },
    },
    ...more.changes?.(home),
  }));
  more.before?.(under);
  const actions = more.actions?.(under.actions) ?? under.actions;
  const renew = more.renew?.(under) ?? renewing(under);
  const outcomes = await runOrders({ ...under.context, ...more.context }, actions, renew);
  return { outcomes: outcomes.map(short), detailed: outcomes, requests, said, events, under };
}

/** The account as it is now, and the same plan. */
function renewing(
  { context, actions, home }: Underway,
  change: (now: OrderAction) => OrderAction | null = (now) => now,
): Renew {
  return () => {
    const planned = new Map(
      actions.flatMap((action) => {
        const now = change(action);
        return now === null ? [] : [[action.id, now] as const];
      }),
    );
    const whyNot = (action: OrderAction): Outcome => ({
      kind: 'skipped',
      action,
      code: 'NoLongerNeeded',
      detail: 'not any more',
    });
    return Promise.resolve({ context: { ...context, readAt: home.clock.now() }, planned, whyNot });
  };
}

const short = (outcome: Outcome): string =>
  `${outcome.action.symbol ?? ''} ${outcome.kind}${outcome.kind === 'done' ? '' : ` ${outcome.code}`}`;

const detailsOf = (outcomes: readonly Outcome[]): string[] =>
  outcomes.flatMap((outcome) => (outcome.kind === 'done' ? [] : [outcome.detail]));

describe('orders that go well', () => {
  test('are told one by one; what is closed is told before', async () => {
    const { outcomes, said } = await running({
      ...selling,
      strategies: { core: { targets: { X: '1', Y: '4', Z: '3' } } },
    });
    expect(outcomes).toEqual(['X done', 'Y done']);
    expect(said.filter((line) => /^(Closing|Submitting)/.test(line))).toEqual([
      'Closing position: X (2 shares)',
      'Submitting order: SELL 2 X @ MARKET',
      'Submitting order: BUY 1 Y @ MARKET',
    ]);
  });

  test('take their money one after the other: an entry as much as it costs, a sale nothing', async () => {
    const both = { ...selling, strategies: { core: { targets: { X: '1', Y: '4', Z: '4' } } } };
    const { outcomes } = await running(both, [], { context: { buyingPower: 150e6 } });
    expect(outcomes).toEqual(['Z skipped InsufficientBuyingPower', 'X done', 'Y done']);
    const enough = await running(both, [], { context: { buyingPower: 200e6 } });
    expect(enough.outcomes.toSorted()).toEqual(['X done', 'Y done', 'Z done']);
  });
});

describe('behind an order', () => {
  test.each<[string, Script, string[]]>([
    [
      'that is refused the others go out',
      [refusedWith('Refused')],
      ['X failed OrderRefused', 'Y done', 'Z done'],
    ],
    [
      'of a blocked account none goes out',
      ['take', refusedWith('AccountBlocked')],
      ['Y failed AccountRefused', 'Z not-started AccountRefused', 'X done'],
    ],
    [
      'that stays in doubt the others go out',
      [UNKNOWN, UNKNOWN],
      ['X in-doubt OrderInDoubt', 'Y done', 'Z done'],
    ],
    [
      'that the broker had no room for, and took after a pause, the others go out',
      [limited(SECOND)],
      ['X done', 'Y done', 'Z done'],
    ],
    [
      'that the broker has no room for after the pause either none goes out',
      [limited(SECOND), limited(SECOND)],
      ['X failed RateLimited', 'Y not-started RateLimited', 'Z not-started RateLimited'],
    ],
  ])('%s', async (_, script, outcomes) => {
    expect((await running(buying, script)).outcomes).toEqual(outcomes);
  });
});

describe('what is said', () => {
  const halted = { type: 'halted', mode: 'hold', reason: 'drill', by: 'alice' } as JournalEvent;
  const suspended = {
    type: 'strategy-suspended',
    strategy: 'core',
    reason: 'drill',
    by: 'alice',
    until: null,
  } as JournalEvent;
  const drained = { type: 'drain-requested', strategy: 'core', close: false, by: 'alice' } as JournalEvent;
  const committed =
    (event: JournalEvent) =>
    ({ symbol }: OrderRequest, home: TestWorld): void => {
      if (symbol === 'X') home.journal.commit(event);
    };

  test.each([
    [halted, 'halt', 'Halted', []],
    [suspended, 'suspension', 'Suspended', []],
    [drained, 'shutdown flag', 'Shutdown requested', ['ShutdownRequested']],
  ] as const)('where people stop it: %j', async (event, flag, what, events) => {
    const told = await running(buying, [], { meanwhile: committed(event) });
    expect(told.outcomes.map((outcome) => outcome.split(' ')[1])).toEqual([
      'not-started',
      'not-started',
      'done',
    ]);
    expect(told.said).toEqual(
      expect.arrayContaining([
        `Checking ${flag}...`,
        `! ${what} - aborting remaining 2 orders`,
        'Execution aborted gracefully',
      ]),
    );
    expect(told.events).toEqual(events);
  });

  test.each([
    [
      (home: TestWorld) => home.clock.advance(200 * SECOND),
      'Execution timeout after 200s',
      ['ExecutionTimeout'],
    ],
    [(home: TestWorld) => home.clock.jump(5 * SECOND), 'the clock jumped, or the machine slept', []],
  ] as const)('where its time is over, or cannot be told', async (late, detail, events) => {
    const told = await running(buying, [], {
      meanwhile: ({ symbol }, home) => (symbol === 'X' ? late(home) : undefined),
      context: {},
    });
    expect(told.said).toContain(`- ${detail}`);
    expect(told.said).toContain('- Aborted 2 remaining orders');
    expect(told.events).toEqual(events);
  });

  test('of nobody behind the last one', async () => {
    const one = { ...buying, strategies: { core: { targets: { X: '1' } } } };
    const { said, outcomes } = await running(one, [refusedWith('AccountBlocked')]);
    expect(outcomes).toEqual(['X failed AccountRefused']);
    expect(said.join('\n')).not.toMatch(/remaining|Aborted/);
  });

  const SOLD: WorldFacts = { ...selling, strategies: { core: { targets: { X: '1', Y: '3', Z: '3' } } } };
  const BOUGHT: WorldFacts = { ...selling, strategies: { core: { targets: { X: '4', Y: '3', Z: '3' } } } };

  test.each<[Script, string, string]>([
    [[refusedWith('Refused')], 'Order refused: ', 'Failed to close X: Refused: no'],
    [[UNKNOWN, UNKNOWN], 'is in doubt: the broker does not know it (yet)', 'Failed to close X: time-out'],
    [
      [UNKNOWN, refusedWith('Refused')],
      'is in doubt: sent again, and refused: Refused: no',
      'Failed to close X: Refused: no',
    ],
  ])('of one that should have closed: %j', async (script, trouble, failed) => {
    const sold = await running(SOLD, script);
    expect(sold.said.join('\n')).toContain(trouble);
    expect(sold.said).toContain(`- ${failed}`);
    expect(sold.events).toEqual(['CloseFailed']);
    const bought = await running(BOUGHT, script);
    expect(bought.said.join('\n')).toContain(trouble);
    expect(bought.said.join('\n')).not.toContain('Failed to close');
  });
});

describe('an order whose answer was lost', () => {
  const one: WorldFacts = { ...buying, strategies: { core: { targets: { X: '1' } } } };
  const records = ({ under }: Awaited<ReturnType<typeof running>>): JournalEvent[] =>
    under.home.journal.records.map(({ event }) => event).filter(({ type }) => type.startsWith('order-'));

  test('is recorded with what the broker said, and that it goes out once more', async () => {
    const ran = await running(one, [UNKNOWN, UNKNOWN]);
    expect(new Set(ran.requests).size).toBe(1);
    expect(records(ran)).toMatchObject([
      { type: 'order-unknown', detail: 'time-out' },
      { type: 'order-sent-again', reason: 'NewTarget' },
    ]);
    expect(detailsOf(ran.detailed)).toEqual([
      expect.stringMatching(/^hg-core-.*: the broker does not know it \(yet\)$/),
    ]);
  });

  test('and that is refused when it goes out once more, is declined', async () => {
    const ran = await running(one, [UNKNOWN, refusedWith('Refused')]);
    expect(ran.outcomes).toEqual(['X in-doubt OrderInDoubt']);
    expect(records(ran).at(-1)).toMatchObject({ type: 'order-declined', detail: 'Refused: no' });
  });

  test('and whose id is known when it goes out once more, is not declined: it may be there', async () => {
    const ran = await running(one, [UNKNOWN, refusedWith('DuplicateClientOrderId')]);
    expect(ran.outcomes).toEqual(['X in-doubt OrderInDoubt']);
    expect(records(ran).map(({ type }) => type)).toEqual(['order-unknown', 'order-sent-again']);
  });

  test('is judged on fresh facts where the known ones are too old by then', async () => {
    const old = { ...one, execution: { snapshotAge: 5 * SECOND } };
    expect((await running(old, [UNKNOWN])).outcomes).toEqual(['X done']);
    const unwanted = await running(old, [UNKNOWN], { renew: (under) => renewing(under, () => null) });
    expect(unwanted.outcomes).toEqual(['X in-doubt OrderInDoubt']);
    expect(unwanted.requests).toHaveLength(1);
  });

  test.each<[string, number, string, string]>([
    [
      'that was recorded too late to be sent',
      175 * SECOND,
      'X failed OrderRefused',
      'Refused: not sent: ExecutionTimeout',
    ],
  ])('%s ends as refused', async (_, pause, outcome, detail) => {
    const ran = await running(one, [], {
      changes: (home) => ({
        journal: {
          ...home.journal,
          commit: (event) => {
            const result = home.journal.commit(event);
            if (event.type === 'intent') home.clock.advance(pause);
            return result;
          },
        },
      }),
    });
    expect(ran.outcomes).toEqual([outcome]);
    expect(detailsOf(ran.detailed)).toEqual([detail]);
    expect(ran.requests).toEqual([]);
  });
});

describe('an order that goes out again', () => {
  const SOLD: WorldFacts = { ...selling, strategies: { core: { targets: { X: '1', Y: '3', Z: '3' } } } };

  async function repeated(script: Script, pause = 0) {
    return running(SOLD, script, {
      before: ({ intend, home }) => {
        intend({ clientOrderId: 'hg-lost', side: 'sell', purpose: 'reduce', quantity: shares(2) });
        home.journal.commit({ type: 'order-unseen', fence: 1, clientOrderId: 'hg-lost' });
      },
      actions: (planned) => planned.map((action) => ({ ...action, sendsAgain: 'hg-lost' })),
      changes: (home) => ({
        journal: {
          ...home.journal,
          commit: (event) => {
            const result = home.journal.commit(event);
            if (event.type === 'order-sent-again') home.clock.advance(pause);
            return result;
          },
        },
      }),
    });
  }

  test.each<[string, Script, number, string]>([
    [
      'and comes too late is not refused: the first request may have come',
      [],
      175 * SECOND,
      'not sent: ExecutionTimeout',
    ],
    ['and comes too often likewise', [limited(SECOND)], 0, 'the broker is asked too often'],
    [
      'and is refused likewise',
      [refusedWith('AccountBlocked')],
      0,
      'sent again, and refused: AccountBlocked: no',
    ],
  ])('%s', async (_, script, pause, why) => {
    const { outcomes, detailed, under } = await repeated(script, pause);
    expect(outcomes).toEqual(['X in-doubt OrderInDoubt']);
    expect(detailsOf(detailed)).toEqual([`hg-lost: ${why}`]);
    expect(under.home.journal.ledger().openOrders.has('hg-lost')).toBe(true);
  });

  test('and is taken is done', async () => {
    const { outcomes, under } = await repeated([]);
    expect(outcomes).toEqual(['X done']);
    expect(under.home.books()['core']?.['X']).toBe('1');
  });
});

describe('behind a slow order, on facts that are read again', () => {
  const slow: WorldFacts = { ...buying, execution: { maxInFlight: 1, snapshotAge: 500 } };
  const quantities = (under: Underway): string[] =>
    [...under.home.journal.ledger().endedOrders.values()].flatMap((ended) =>
      [...ended.values()].map(({ intent }) => `${intent.symbol} ${intent.quantity / 1e9}`),
    );
  const late = ({ symbol }: OrderRequest, home: TestWorld): void => {
    if (symbol === 'X') home.clock.advance(SECOND);
  };
  const changing = (change: (now: OrderAction) => OrderAction | null) => ({
    meanwhile: late,
    renew: (under: Underway) => renewing(under, (now) => (now.symbol === 'Y' ? change(now) : now)),
  });

  test.each<[string, (now: OrderAction) => OrderAction | null, string[], string[]]>([
    ['as much goes out', (now) => now, ['X done', 'Y done', 'Z done'], ['X 2', 'Y 2', 'Z 2']],
    [
      'less goes out where less is wanted',
      (now) => ({ ...now, quantity: shares(1) }),
      ['X done', 'Y done', 'Z done'],
      ['X 2', 'Y 1', 'Z 2'],
    ],
    [
      'no more goes out where more is wanted',
      (now) => ({ ...now, quantity: shares(3) }),
      ['X done', 'Y done', 'Z done'],
      ['X 2', 'Y 2', 'Z 2'],
    ],
    [
      'what is not wanted any more does not',
      () => null,
      ['X done', 'Y skipped NoLongerNeeded', 'Z done'],
      ['X 2', 'Z 2'],
    ],
    [
      'nor what is wanted the other way',
      (now) => ({ ...now, side: 'sell' }),
      ['X done', 'Y skipped NoLongerNeeded', 'Z done'],
      ['X 2', 'Z 2'],
    ],
  ])('%s', async (_, change, outcomes, sent) => {
    const two = { ...slow, strategies: { core: { targets: { X: '2', Y: '2', Z: '2' } } } };
    const ran = await running(two, [], changing(change));
    expect(ran.outcomes).toEqual(outcomes);
    expect(quantities(ran.under)).toEqual(sent);
  });

  test.each([
    ['as much, at the price at which it was planned', 2, 100e6],
    ['less, at the price of now', 1, 101e6],
  ])('an order goes out that wants %s', async (_, count, estimate) => {
    const two = { ...slow, strategies: { core: { targets: { X: '2', Y: '2', Z: '2' } } } };
    const now = { quantity: shares(count), price: 101e6 as OrderAction['price'] };
    const { under } = await running(
      two,
      [],
      changing((action) => ({ ...action, ...now })),
    );
    const ended = [...under.home.journal.ledger().endedOrders.values()].flatMap((orders) => [
      ...orders.values(),
    ]);
    expect(ended.find(({ intent }) => intent.symbol === 'Y')?.intent).toMatchObject({
      quantity: shares(count),
      estimate,
    });
  });

  test.each<[Outcome['kind'], string, string[]]>([
    ['not-started', 'Halted', ['X done', 'Y not-started Halted', 'Z not-started Halted']],
    [
      'not-started',
      'ShutdownRequested',
      ['X done', 'Y not-started ShutdownRequested', 'Z not-started ShutdownRequested'],
    ],
    ['not-started', 'LockNotObtained', ['X done', 'Y not-started LockNotObtained', 'Z done']],
    ['skipped', 'Halted', ['X done', 'Y skipped Halted', 'Z done']],
  ])('one that is %s as %s: what becomes of the rest', async (kind, code, outcomes) => {
    const ran = await running(slow, [], {
      meanwhile: late,
      renew: (under) => async () => ({
        ...(await renewing(under, (now) => (now.symbol === 'Y' ? null : now))()),
        whyNot: (action) => ({ kind, action, code, detail: 'so' }) as Outcome,
      }),
    });
    expect(ran.outcomes).toEqual(outcomes);
  });
});

describe('where the lock is lost on the way', () => {
  /** Somebody takes it just before the intent of `symbol`. */
  const losing = (symbol: string) => (home: TestWorld) => ({
    journal: {
      ...home.journal,
      commit: (event: JournalEvent): ReturnType<Ports['journal']['commit']> => {
        if (event.type !== 'intent' || event.symbol !== symbol) return home.journal.commit(event);
        home.journal.commit({
          type: 'lock-acquired',
          fence: 2,
          lockId: 'x',
          holder: 'vol',
          owner: { pid: 99, started: 'x', bootId: 'boot', host: 'box' },
          acquired: 0 as Instant,
          expires: 1 as Instant,
          expiresMonotonic: 1,
        });
        return { kind: 'lost', ledger: home.journal.ledger() };
      },
    },
  });

  test('what was sent is in doubt, and what was not has not started', async () => {
    const ran = await running(buying, [], { changes: losing('Y') });
    expect(ran.outcomes).toEqual(['X in-doubt LockLost', 'Y not-started LockLost', 'Z not-started LockLost']);
    expect(detailsOf(ran.detailed)[0]).toBe('the execution lock (fence 1) went to somebody else');
  });

  test('an order of an earlier execution on its symbol is no doubt about this one', async () => {
    const old = { intent: { clientOrderId: 'hg-old', symbol: 'Z', fence: 0 }, intendedAt: 0 } as LedgerOrder;
    const endedOrders = new Map([['2025-12-01', new Map([['hg-old', old]])]]);
    const ran = await running(buying, [], {
      changes: (home) => ({
        journal: { ...losing('Y')(home).journal, ledger: () => ({ ...home.journal.ledger(), endedOrders }) },
      }),
    });
    expect(ran.outcomes).toContain('Z not-started LockLost');
  });

  test('one that would have gone out again is in doubt as before', async () => {
    const ran = await running(buying, [], {
      changes: losing('Y'),
      actions: (planned) =>
        planned.map((action) => (action.symbol === 'Z' ? { ...action, sendsAgain: 'hg-lost' } : action)),
    });
    expect(ran.outcomes).toContain('Z in-doubt LockLost');
  });
});
