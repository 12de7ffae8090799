/** Each case of the kit can fail: brokers that do one thing wrong, and the cases that say so. */
import { describe, expect, test } from 'vitest';
import type { SimulatedBrokerage } from '../../src/broker/simulated.ts';
import { embeddedForm, IN_PROCESS } from '../../src/cli/conformance-embedded.ts';
import { CASES } from '../../src/conformance/cases.ts';
import type { Form } from '../../src/conformance/harness.ts';
import { runCases } from '../../src/conformance/run.ts';
import { SHARE, type Money, type Price, type Quantity } from '../../src/domain/decimal.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import { isTerminal, type BrokerAccount, type BrokerOrder } from '../../src/observed/broker-view.ts';
import type { Broker, Clock, OrderRequest, SubmitAnswer } from '../../src/reconciler/ports.ts';

type Break = (inner: SimulatedBrokerage, clock: Clock) => Partial<Broker>;

interface Broken {
  readonly does: string;
  readonly break: Break;
  /** Cases that must fail; others may. */
  readonly fails: readonly string[];
}

/** Every order as the broker tells of it. */
function orders(change: (order: BrokerOrder) => BrokerOrder): Break {
  return (inner) => ({
    submit: async (request) => told(await inner.submit(request), change),
    orderByClientId: async (id) => {
      const order = await inner.orderByClientId(id);
      return order === null ? null : change(order);
    },
    openOrders: async () => (await inner.openOrders()).map(change),
  });
}

function told(answer: SubmitAnswer, change: (order: BrokerOrder) => BrokerOrder): SubmitAnswer {
  return answer.kind === 'created' ? { kind: 'created', order: change(answer.order) } : answer;
}

function positions(
  change: (rows: Awaited<ReturnType<Broker['positions']>>) => Awaited<ReturnType<Broker['positions']>>,
): Break {
  return (inner) => ({ positions: async () => change(await inner.positions()) });
}

function account(change: (account: BrokerAccount) => Partial<BrokerAccount>): Break {
  return (inner) => ({
    account: async () => {
      const seen = await inner.account();
      return { ...seen, ...change(seen) };
    },
  });
}

function history(change: (fills: Awaited<ReturnType<Broker['history']>>) => typeof fills): Break {
  return (inner) => ({ history: async (since) => change(await inner.history(since)) });
}

/** Takes what the embedded broker refuses with this code: the answer is that of an order which never fills. */
function takes(code: string): Break {
  return (inner, clock) => ({
    submit: async (request) => {
      const answer = await inner.submit(request);
      const isTaken = answer.kind === 'refused' && answer.code === code;
      return isTaken ? { kind: 'created', order: orderOf(request, clock.now()) } : answer;
    },
  });
}

function orderOf({ reduceOnly: _, ...request }: OrderRequest, now: Instant): BrokerOrder {
  return {
    ...request,
    brokerOrderId: 'made-up',
    filledQuantity: 0 as Quantity,
    averagePrice: null,
    status: 'accepted',
    submittedAt: now,
    updatedAt: now,
  };
}

const BROKEN: readonly Broken[] = [
  {
    does: 'answers a duplicate id as created',
    break: takes('DuplicateClientOrderId'),
    fails: ['duplicate-open', 'duplicate-filled', 'duplicate-canceled'],
  },
  {
    does: 'answers a duplicate id with another code',
    break: (inner) => ({
      submit: async (request) => {
        const answer = await inner.submit(request);
        const isDuplicate = answer.kind === 'refused' && answer.code === 'DuplicateClientOrderId';
        return isDuplicate ? { ...answer, code: 'Refused' } : answer;
      },
    }),
    fails: ['duplicate-open', 'duplicate-filled', 'duplicate-canceled'],
  },
  {
    does: 'takes what cannot be paid',
    break: takes('InsufficientBuyingPower'),
    fails: ['refused-money'],
  },
  {
    does: 'takes a sale of more than is held or free',
    break: takes('InsufficientQuantity'),
    fails: ['refused-over', 'refused-over-short-account', 'position-held'],
  },
  {
    does: 'lets an exit cross zero',
    break: (inner) => ({
      submit: async (request) => {
        const answer = await inner.submit(request);
        if (answer.kind !== 'refused' || request.side !== 'sell') return answer;
        return inner.tradeFreely({ symbol: request.symbol, side: 'sell', quantity: request.quantity });
      },
    }),
    fails: ['refused-over', 'refused-over-short-account', 'refused-nothing-held', 'refused-short'],
  },
  {
    does: 'sells short where that is forbidden',
    break: takes('ShortNotAllowed'),
    fails: ['refused-nothing-held', 'refused-short', 'short-borrow'],
  },
  {
    does: 'overlooks whether an order opens or closes',
    break: takes('Refused'),
    fails: [
      'refused-intent',
      'refused-cover-nothing',
      'short-cover',
      'short-intent',
      'short-held',
      'refused-zero',
    ],
  },
  { does: 'lets orders of both sides stand', break: takes('WashTrade'), fails: ['refused-wash'] },
  { does: 'takes any symbol', break: takes('UnknownSymbol'), fails: ['refused-symbol'] },
  { does: 'sells parts of a share short', break: takes('NotFractionable'), fails: ['short-fraction'] },
  {
    does: 'keeps an order that it has refused',
    break: (inner, clock) => ({
      orderByClientId: async (id) =>
        (await inner.orderByClientId(id)) ??
        orderOf(
          { clientOrderId: id, symbol: 'AAPL', side: 'buy', quantity: SHARE, reduceOnly: false },
          clock.now(),
        ),
    }),
    fails: ['order-unknown', 'refused-money', 'refused-symbol', 'refused-over'],
  },
  {
    does: 'rejects for an order that nobody sent',
    break: (inner) => ({
      orderByClientId: async (id) => {
        const order = await inner.orderByClientId(id);
        if (order === null) throw new Error('404: order not found');
        return order;
      },
    }),
    fails: ['order-unknown'],
  },
  {
    does: 'answers null for an order that it knows',
    break: () => ({ orderByClientId: () => Promise.resolve(null) }),
    fails: ['order-created', 'order-open', 'duplicate-filled', 'cancel-request'],
  },
  {
    does: 'calls an order filled at once',
    break: (inner) => ({
      submit: async (request) =>
        told(await inner.submit(request), (order) => ({
          ...order,
          status: 'filled',
          filledQuantity: order.quantity,
        })),
    }),
    fails: ['order-created'],
  },
  {
    does: 'lists no open order',
    break: () => ({ openOrders: () => Promise.resolve([]) }),
    fails: ['order-open', 'many'],
  },
  {
    does: 'lists orders as open for ever',
    break: (inner) => {
      const taken: BrokerOrder[] = [];
      return {
        submit: async (request) =>
          told(await inner.submit(request), (order) => {
            taken.push(order);
            return order;
          }),
        openOrders: () => Promise.resolve(taken),
      };
    },
    fails: ['order-created', 'order-open', 'many'],
  },
  {
    does: 'lists the first fifty open orders',
    break: (inner) => ({ openOrders: async () => (await inner.openOrders()).slice(0, 50) }),
    fails: ['many'],
  },
  {
    does: 'gives every order one id',
    break: orders((order) => ({ ...order, brokerOrderId: 'one' })),
    fails: ['order-ids', 'history-complete'],
  },
  {
    does: "gives an order the client's id",
    break: orders((order) => ({ ...order, brokerOrderId: order.clientOrderId })),
    fails: ['order-ids'],
  },
  {
    does: 'cuts long client order ids',
    break: orders((order) => ({ ...order, clientOrderId: order.clientOrderId.slice(0, 48) })),
    fails: ['order-ids'],
  },
  {
    does: 'tells times in seconds',
    break: orders((order) => ({ ...order, submittedAt: Math.floor(order.submittedAt / 1_000) as Instant })),
    fails: ['order-times'],
  },
  {
    does: 'is an hour behind with times',
    break: orders((order) => ({ ...order, updatedAt: plus(order.updatedAt, -3_600_000) })),
    fails: ['order-times'],
  },
  {
    does: 'shows fills all at once',
    break: orders((order) =>
      isTerminal(order.status) ? order : { ...order, filledQuantity: 0 as Quantity, status: 'new' },
    ),
    fails: ['steps-grow', 'steps-position'],
  },
  {
    does: 'forgets what was filled of an order that was canceled',
    break: orders((order) =>
      order.status === 'canceled' ? { ...order, filledQuantity: 0 as Quantity } : order,
    ),
    fails: ['cancel-partly-filled'],
  },
  {
    does: 'says less than was filled before',
    break: (inner) => {
      let looks = 0;
      return {
        orderByClientId: async (id) => {
          const order = await inner.orderByClientId(id);
          const isOdd = (looks += 1) % 2 === 1;
          return order !== null && !isTerminal(order.status) && isOdd
            ? { ...order, filledQuantity: 0 as Quantity }
            : order;
        },
      };
    },
    fails: ['steps-grow', 'steps-position'],
  },
  {
    does: 'never ends an order',
    break: orders((order) => ({ ...order, status: 'new' })),
    fails: ['order-created', 'position-gone', 'cancel-request'],
  },
  {
    does: 'rounds parts of a share to two decimals',
    break: positions((rows) =>
      rows.map((row) => ({
        ...row,
        quantity: (Math.round(row.quantity / 10_000_000) * 10_000_000) as Quantity,
      })),
    ),
    fails: ['fractions'],
  },
  {
    does: 'loses the newest fill from the history',
    break: history((fills) => fills.slice(0, -1)),
    fails: [
      'history-complete',
      'history-outside',
      'outside-seen',
      'steps-grow',
      'many',
      'cancel-partly-filled',
    ],
  },
  {
    does: 'gives a hundred executions, and no more',
    break: history((fills) => fills.slice(0, 100)),
    fails: ['many'],
  },
  {
    does: 'tells the newest execution first',
    break: history((fills) => [...fills].reverse()),
    fails: ['history-complete', 'history-outside', 'many'],
  },
  {
    does: 'tells an execution twice',
    break: history((fills) => [...fills, ...fills.slice(-1)]),
    fails: ['history-complete', 'history-outside', 'steps-grow'],
  },
  {
    does: 'gives all executions one id',
    break: history((fills) => fills.map((fill) => ({ ...fill, id: 'one' }))),
    fails: ['history-complete', 'history-outside', 'many'],
  },
  {
    does: 'tells executions of its own orders only',
    break: history((fills) => fills.filter(({ id }) => !id.endsWith(':4'))),
    fails: ['history-outside'],
  },
  {
    does: 'has the moment itself in the history since a moment',
    break: (inner) => ({ history: (since) => inner.history(plus(since, -1)) }),
    fails: ['history-complete', 'history-outside'],
  },
  {
    does: 'gives trades by hand an id like ours',
    break: history((fills) => fills.map((fill) => ({ ...fill, brokerOrderId: `hg-${fill.brokerOrderId}` }))),
    fails: ['outside-seen', 'history-complete'],
  },
  {
    does: 'reports a short positive',
    break: positions((rows) =>
      rows.map((row) => ({
        ...row,
        quantity: Math.abs(row.quantity) as Quantity,
        available: Math.abs(row.available) as Quantity,
      })),
    ),
    fails: ['short-negative', 'short-cover', 'short-intent', 'short-held'],
  },
  {
    does: 'keeps a row of zero',
    break: (inner) => {
      const seen = new Map<string, Awaited<ReturnType<Broker['positions']>>[number]>();
      return {
        positions: async () => {
          const rows = await inner.positions();
          const gone = [...seen.values()].filter(({ symbol }) => !rows.some((row) => row.symbol === symbol));
          for (const row of rows)
            seen.set(row.symbol, { ...row, quantity: 0 as Quantity, available: 0 as Quantity });
          return [...rows, ...gone];
        },
      };
    },
    fails: ['position-gone', 'short-cover', 'position-held'],
  },
  {
    does: 'forgets shares that orders hold',
    break: positions((rows) => rows.map((row) => ({ ...row, available: row.quantity }))),
    fails: ['position-held', 'short-held', 'cancel-frees'],
  },
  {
    does: 'tells of no position',
    break: positions(() => []),
    fails: ['order-open', 'refused-over', 'refused-intent', 'cancel-final', 'account-equity', 'outside-seen'],
  },
  {
    does: 'tells what was paid last as the average price',
    break: (inner) => ({
      positions: async () => {
        const last = (await inner.history(0 as Instant)).at(-1);
        return (await inner.positions()).map((row) => ({
          ...row,
          averagePrice: last?.price ?? row.averagePrice,
        }));
      },
    }),
    fails: ['position-cost'],
  },
  {
    does: 'has no market price',
    break: positions((rows) => rows.map((row) => ({ ...row, marketPrice: 0 as Price }))),
    fails: ['position-cost', 'account-equity'],
  },
  {
    does: 'lets nothing be bought',
    break: account(() => ({ buyingPower: 0 as Money })),
    fails: ['account-new', 'account-reserve'],
  },
  {
    does: 'is another account at every look',
    break: (inner) => {
      let looks = 0;
      return { account: async () => ({ ...(await inner.account()), id: String((looks += 1)) }) };
    },
    fails: ['account-same'],
  },
  {
    does: 'moves no cash',
    break: account(() => ({ cash: 100_000_000_000 as Money })),
    fails: ['account-cash', 'account-equity', 'short-negative', 'outside-seen'],
  },
  {
    does: 'reserves nothing',
    break: account(({ equity }) => ({ buyingPower: equity })),
    fails: ['account-reserve'],
  },
  {
    does: 'gives nothing back',
    break: (inner) => {
      let least = Infinity;
      return {
        account: async () => {
          const seen = await inner.account();
          least = Math.min(least, seen.buyingPower);
          return { ...seen, buyingPower: least as Money };
        },
        submit: async (request) => {
          const answer = await inner.submit(request);
          least = Math.min(least, (await inner.account()).buyingPower);
          return answer;
        },
      };
    },
    fails: ['cancel-frees'],
  },
  {
    does: 'calls an order canceled at once',
    break: (inner) => {
      const canceled = new Set<string>();
      return {
        cancel: (id) => {
          canceled.add(id);
          return inner.cancel(id);
        },
        orderByClientId: async (id) => {
          const order = await inner.orderByClientId(id);
          return order !== null && canceled.has(order.brokerOrderId)
            ? { ...order, status: 'canceled' }
            : order;
        },
      };
    },
    fails: ['cancel-request', 'cancel-final'],
  },
  {
    does: 'says of no order that it is final',
    break: () => ({ cancel: () => Promise.resolve({ kind: 'requested' }) }),
    fails: ['cancel-final', 'duplicate-canceled', 'cancel-frees'],
  },
  {
    does: 'does not know what stands against a short sale',
    break: () => ({ assets: () => Promise.resolve(new Map()) }),
    fails: ['short-assets-cash', 'short-assets'],
  },
  {
    does: 'can borrow everything',
    break: () => ({
      assets: (symbols) =>
        Promise.resolve(new Map(symbols.map((symbol) => [symbol, { notShortable: null }]))),
    }),
    fails: ['short-assets-cash', 'short-borrow'],
  },
  {
    does: 'writes when it is read',
    break: (inner) => ({
      account: async () => {
        await inner.tradeOutside({ symbol: 'KO', side: 'buy', quantity: SHARE });
        return inner.account();
      },
    }),
    fails: ['read-only'],
  },
  {
    does: 'is closed',
    break: (inner) => ({ clock: async () => ({ ...(await inner.clock()), isOpen: false }) }),
    fails: ['clock-open'],
  },
  {
    does: 'takes orders until after the close',
    break: (inner) => ({
      clock: async () => {
        const clock = await inner.clock();
        return { ...clock, lastSubmit: plus(clock.session.close, 1) };
      },
    }),
    fails: ['clock-open'],
  },
  {
    does: 'has a clock that stands',
    break: (inner) => {
      const first = inner.clock();
      return { clock: () => first };
    },
    fails: ['clock-forward', 'order-times'],
  },
];

const ALWAYS = { requested: () => false, signal: () => null };

async function failedOf(form: Form): Promise<string[]> {
  const failed = [];
  const clock = { monotonic: () => 0 };
  for await (const { case: one, outcome } of runCases({ cases: CASES, form, clock, stop: ALWAYS }))
    if (outcome.kind !== 'passed') failed.push(one.id);
  return failed;
}

function brokenForm(change: Break): Form {
  return embeddedForm({
    ...IN_PROCESS,
    connect: ({ brokerage: inner, clock }) =>
      Promise.resolve({ broker: { ...inner, ...change(inner, clock) }, close: () => Promise.resolve() }),
  });
}

describe('the conformance kit', () => {
  test('finds nothing where nothing is wrong', async () => {
    expect(await failedOf(embeddedForm(IN_PROCESS))).toEqual([]);
  });

  test.each(BROKEN.map((broken) => [broken.does, broken] as const))(
    'finds a broker that %s',
    async (_, broken) => {
      expect(await failedOf(brokenForm(broken.break))).toEqual(expect.arrayContaining([...broken.fails]));
    },
  );

  test('has no case that cannot fail', () => {
    const proven = new Set(BROKEN.flatMap(({ fails }) => fails));
    expect(CASES.map(({ id }) => id).filter((id) => !proven.has(id))).toEqual([]);
    expect([...proven].filter((id) => !CASES.some((one) => one.id === id))).toEqual([]);
  });
});
