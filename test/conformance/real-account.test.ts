/** The kit on an account that others use, too, in real time: what it leaves, and where it does not begin. */
import { describe, expect, test } from 'vitest';
import { brokerageOf, type SimulatedBrokerage } from '../../src/broker/simulated.ts';
import { freshState, type SimulatedSettings } from '../../src/broker/simulated-state.ts';
import { memoryStore } from '../../src/broker/simulated-store.ts';
import { CASES } from '../../src/conformance/cases.ts';
import { realAccountForm } from '../../src/conformance/real-account.ts';
import { runCases, type CaseResult } from '../../src/conformance/run.ts';
import type { Quantity } from '../../src/domain/decimal.ts';
import { HgctlError } from '../../src/domain/errors.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { BrokerFill } from '../../src/observed/broker-view.ts';
import { BrokerRateLimited, type Broker, type Clock } from '../../src/reconciler/ports.ts';
import { virtualClock } from '../../src/simulation/virtual-clock.ts';
import { at, dollars, SETTINGS, shares, START } from '../support/simulated-world.ts';

const ACCOUNT = 'PA1234567';
const SYMBOL = 'F';
const STOP = { requested: () => false, signal: () => null };

interface Paper {
  readonly clock: Clock;
  readonly inner: SimulatedBrokerage;
  readonly broker: Broker;
  /** Every execution in the kit's symbol. */
  readonly traded: () => Promise<readonly BrokerFill[]>;
}

/** A paper account that holds 5 KO, where fills show as quickly as they come. */
async function paper(
  {
    price = 12,
    start = START,
    ...settings
  }: Partial<SimulatedSettings> & { price?: number; start?: Instant } = {},
  change: (inner: SimulatedBrokerage) => Partial<Broker> = () => ({}),
): Promise<Paper> {
  const clock = virtualClock(start);
  const all: SimulatedSettings = {
    ...SETTINGS,
    clock: 'exchange',
    shorting: { hardToBorrow: [] },
    ...settings,
  };
  const store = memoryStore(freshState(all, start));
  const prices = {
    priceAt: (symbol: string, asOf: Instant) =>
      symbol === 'HGCTLNONE' ? undefined : { price: dollars(price), asOf },
  };
  const inner = brokerageOf(store, { settings: all, clock, prices });
  await inner.tradeFreely({ symbol: 'KO', side: 'buy', quantity: shares(5) });
  const account: Broker['account'] = async () => ({
    ...(await inner.account()),
    id: ACCOUNT,
    environment: 'paper',
  });
  const broker: Broker = { ...inner, kind: 'alpaca', account, ...change(inner) };
  const traded = async (): Promise<readonly BrokerFill[]> =>
    (await inner.history(0 as Instant)).filter(({ symbol }) => symbol === SYMBOL);
  return { clock, inner, broker, traded };
}

async function run({ broker, clock }: Paper, ids?: readonly string[]): Promise<CaseResult[]> {
  const form = await realAccountForm({ broker, clock, account: ACCOUNT, run: 'r1', symbol: SYMBOL });
  const cases = CASES.filter(({ id }) => ids === undefined || ids.includes(id));
  const results = [];
  for await (const result of runCases({ cases, form, clock, stop: STOP })) results.push(result);
  return results;
}

function byOutcome(results: readonly CaseResult[], kind: string): string[] {
  return results.filter(({ outcome }) => outcome.kind === kind).map((result) => result.case.id);
}

async function left({ inner }: Paper): Promise<unknown> {
  const positions = (await inner.positions()).map(({ symbol, quantity }) => [symbol, quantity]);
  return { positions, orders: await inner.openOrders() };
}

function netOf(fills: readonly BrokerFill[]): Quantity {
  return fills.reduce(
    (sum, { side, quantity }) => sum + (side === 'buy' ? quantity : 0 - quantity),
    0,
  ) as Quantity;
}

const UNTOUCHED = { positions: [['KO', shares(5)]], orders: [] };

describe('the kit on a paper account', () => {
  test('passes all that can be tried in real time, within its budget, and leaves the account as it was', async () => {
    const world = await paper();
    const results = await run(world);
    expect(byOutcome(results, 'failed')).toEqual([]);
    expect(byOutcome(results, 'passed').length).toBeGreaterThan(20);
    expect(results).toHaveLength(CASES.length);
    expect(await left(world)).toEqual(UNTOUCHED);
    const trades = await world.traded();
    const held = trades.map((_, index) => Math.abs(netOf(trades.slice(0, index + 1))));
    expect(Math.max(...held)).toBe(shares(3));
  });

  test('says of every case that it leaves out why', async () => {
    const results = await run(await paper());
    for (const { outcome } of results)
      if (outcome.kind === 'not-applicable') expect(outcome.reason).toMatch(/^[\w$][\w $,.]{10,}$/);
    expect(byOutcome(results, 'not-applicable')).toContain('refused-money');
  });

  test('leaves out short sales where the account may not be short', async () => {
    const world = await paper({}, () => ({
      assets: (symbols) =>
        Promise.resolve(
          new Map(symbols.map((symbol) => [symbol, { notShortable: 'account is not allowed to short' }])),
        ),
    }));
    const results = await run(world, ['short-negative', 'short-assets-cash']);
    expect(byOutcome(results, 'not-applicable')).toEqual(['short-negative']);
    expect(await left(world)).toEqual(UNTOUCHED);
  });

  test('waits for positions that are behind the orders', async () => {
    const world = await paper({}, (inner) => ({
      positions: async () => {
        const { now } = await inner.clock();
        const known = (await inner.history(0 as Instant)).filter((fill) => fill.time <= now - 3_000);
        const held = netOf(known.filter(({ symbol }) => symbol === SYMBOL));
        const row = {
          symbol: SYMBOL,
          quantity: held,
          available: held,
          averagePrice: dollars(12),
          marketPrice: dollars(12),
        };
        return held === 0 ? [] : [row];
      },
    }));
    const results = await run(world, ['order-created', 'position-gone', 'short-cover', 'account-cash']);
    expect(byOutcome(results, 'passed')).toHaveLength(4);
    expect(await left(world)).toEqual(UNTOUCHED);
  });

  test('cleans up behind a case that fails half-way', async () => {
    const world = await paper({}, (inner) => ({
      cancel: async (id) => {
        const answer = await inner.cancel(id);
        return answer.kind === 'already-final' ? { kind: 'requested' } : answer;
      },
    }));
    const results = await run(world, ['cancel-final', 'position-gone']);
    expect(byOutcome(results, 'failed')).toEqual(['cancel-final']);
    expect(byOutcome(results, 'passed')).toEqual(['position-gone']);
    expect(await left(world)).toEqual(UNTOUCHED);
  });

  test('cancels what is open when a case fails, and sells what was filled of it', async () => {
    let isFirst = true;
    const world = await paper({}, (inner) => ({
      submit: (request) => {
        // The second order fills in part, and then no more.
        if (request.reduceOnly || request.quantity !== shares(2)) return inner.submit(request);
        if (!isFirst) return inner.submit(request);
        isFirst = false;
        return inner.submitChanged(request, { fills: shares(1), fillAfter: 0 });
      },
    }));
    const results = await run(world, ['order-created']);
    expect(byOutcome(results, 'failed')).toEqual(['order-created']);
    expect(await left(world)).toEqual(UNTOUCHED);
  });

  test('ends, and says what is left, where it cannot clean up; it sells no share that it did not buy', async () => {
    let hand = 0;
    const world = await paper({}, (inner) => ({
      // Somebody else sells one of the two shares that a case has bought, and buys another fund.
      orderByClientId: async (id) => {
        const order = await inner.orderByClientId(id);
        if (order?.status === 'filled' && order.quantity === shares(2) && hand === 0) {
          hand = 1;
          await inner.tradeFreely({ symbol: SYMBOL, side: 'sell', quantity: shares(1) });
        }
        return order;
      },
    }));
    const results = await run(world, ['order-created', 'position-gone', 'clock-open']);
    expect(results).toHaveLength(1);
    expect(results[0]?.outcome).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining(
        'the account could not be left as it was: 2 shares were traded by the case',
      ) as string,
    });
    expect(await left(world)).toEqual({
      positions: [
        [SYMBOL, shares(1)],
        ['KO', shares(5)],
      ],
      orders: [],
    });
  });

  test('looks for an order that had no answer, and undoes it', async () => {
    let lost = 0;
    const world = await paper({}, (inner) => ({
      submit: async (request) => {
        const answer = await inner.submit(request);
        const isLost = !request.reduceOnly && request.quantity === shares(2) && (lost += 1) === 1;
        return isLost ? { kind: 'unknown', reason: 'the answer was lost' } : answer;
      },
    }));
    const results = await run(world, ['order-created']);
    expect(byOutcome(results, 'failed')).toEqual(['order-created']);
    expect(await left(world)).toEqual(UNTOUCHED);
  });
});

describe('the kit does not begin', () => {
  const refusals: readonly (readonly [string, () => Promise<Paper>, number, RegExp])[] = [
    [
      'on an account with real money',
      () =>
        paper({}, (inner) => ({
          account: async () => ({ ...(await inner.account()), id: ACCOUNT, environment: 'live' }),
        })),
      5,
      /PA1234567 is live: the kit trades on paper only/,
    ],
    [
      'on another account than the one that was named',
      () =>
        paper({}, (inner) => ({
          account: async () => ({ ...(await inner.account()), id: 'PA9', environment: 'paper' }),
        })),
      5,
      /the keys are of account PA9, and not of PA1234567/,
    ],
    [
      'while the market is closed, and says when it opens',
      () => paper({ start: at('2025-12-02T22:00:00Z') }),
      13,
      /the market is closed; it opens at 2025-12-03 09:30:00 EST/,
    ],
    [
      'shortly before the close',
      () => paper({ start: at('2025-12-02T20:45:00Z') }),
      13,
      /until 2025-12-02 15:59:30 EST only/,
    ],
    [
      'where the account holds the symbol',
      async () => {
        const world = await paper();
        await world.inner.tradeFreely({ symbol: SYMBOL, side: 'buy', quantity: shares(1) });
        return world;
      },
      5,
      /the account has a position in F/,
    ],
    [
      'where the account has an order in the symbol',
      async () => {
        const world = await paper();
        await world.inner.submit({
          clientOrderId: 'other',
          symbol: SYMBOL,
          side: 'buy',
          quantity: shares(1),
          reduceOnly: false,
        });
        return world;
      },
      5,
      /the account has an open order in F/,
    ],
    [
      'with a share that is too dear',
      () => paper({ price: 60 }),
      5,
      /F costs \$60.00: 10 shares are more than the budget of \$500.00/,
    ],
  ];

  test.each(refusals)('%s', async (_, make, exit, message) => {
    const world = await make();
    const before = (await world.traded()).length;
    const error: unknown = await run(world).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HgctlError);
    expect(error).toMatchObject({ exit, message: expect.stringMatching(message) as string });
    const trades = (await world.traded()).slice(before);
    // The price of a share is known from one that was bought and sold.
    expect(trades.map(({ side, quantity }) => [side, quantity])).toEqual(
      /costs/.test(String(message))
        ? [
            ['buy', shares(1)],
            ['sell', shares(1)],
          ]
        : [],
    );
  });
});

test('Requests of a minute that are spent are waited for', async () => {
  const sentAway = new Set<string>();
  /** The first time only. */
  const isSentAway = (what: string): boolean => !sentAway.has(what) && sentAway.add(what).has(what);
  const account = await paper({}, (inner) => ({
    positions: () =>
      isSentAway('positions') ? Promise.reject(new BrokerRateLimited('spent', 20_000)) : inner.positions(),
    submit: (request) =>
      isSentAway(request.clientOrderId)
        ? Promise.resolve({ kind: 'rate-limited', retryAfter: 20_000, reason: 'spent' })
        : inner.submit(request),
  }));
  const results = await run(account, ['duplicate-filled', 'position-gone', 'refused-over']);
  expect(results.map(({ outcome: { kind } }) => kind)).toEqual(['passed', 'passed', 'passed']);
  expect(await account.inner.positions()).toMatchObject([{ symbol: 'KO' }]);
});
