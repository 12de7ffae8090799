/** What the program says of the account is what the broker has. A part of the table in all.ts. */
import type { SimulatedState } from '../../src/broker/simulated-state.ts';
import { formatMoney, NO_MONEY, type Money } from '../../src/domain/decimal.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { ORDER_ID_PREFIX } from '../../src/reconciler/rules/orders-in-flight.ts';
import type { Answer, Invariant } from './invariant.ts';

/** What is asked at rest, by its name. */
export const QUESTIONS = {
  positions: ['get', 'positions', '-o', 'json'],
  orders: ['get', 'orders', '-o', 'json'],
  fills: ['get', 'fills', '-o', 'json'],
  strategies: ['get', 'strategies', '-o', 'json'],
  status: ['status'],
} as const;

/** What was answered. */
export type Told = Readonly<Record<keyof typeof QUESTIONS, Answer>>;

const QUESTION_NAMES = Object.keys(QUESTIONS) as (keyof Told)[];
const SHARE = 1_000_000_000;
const DOLLAR = 1_000_000;
/** Of an order that the broker does not have. */
const NEVER_THERE: ReadonlySet<string> = new Set(['not-created', 'refused', 'resolved']);

export const REPORT_INVARIANTS: readonly Invariant[] = [
  {
    name: 'reports-are-true',
    sentence:
      'At rest, `get positions`, `orders`, `fills` and `strategies` and `status` exit with 0 and say what the broker has, and nothing else.',
    attackedBy: [
      'crash',
      'power loss',
      'two processes',
      'lost answer',
      'lost request',
      'partial fill',
      'outside trade',
      'clock jump',
    ],
    at: 'report',
    check: (told, { account, ledger }) => {
      const mute = QUESTION_NAMES.find((name) => told[name].code !== 0);
      if (mute !== undefined) return `${mute}: exit ${String(told[mute].code)}, ${told[mute].stderr}`;
      return (
        differs('positions', positionsTold(told), positionsAt(account)) ??
        differs('orders', ordersTold(told, account), ordersAt(account)) ??
        differs('fills', fillsTold(told), fillsAt(account)) ??
        differs('strategies', strategiesTold(told), strategiesOf(ledger)) ??
        differs('status', statusTold(told), statusOf(ledger))
      );
    },
  },
];

/** In any order. */
function differs(what: string, told: readonly string[], real: readonly string[]): string | null {
  const [some, others] = [[...told].sort().join('; '), [...real].sort().join('; ')];
  return some === others ? null : `${what}: ${some}, where it is ${others}`;
}

function itemsOf({ stdout }: Answer): readonly unknown[] {
  return (JSON.parse(stdout) as { readonly items: readonly unknown[] }).items;
}

function sumBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  valueOf: (item: Item) => number,
): string[] {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(keyOf(item), (sums.get(keyOf(item)) ?? 0) + valueOf(item));
  return [...sums].map(([key, value]) => `${key} ${Math.round(value)}`);
}

interface PositionTold {
  readonly symbol: string;
  readonly quantity: string;
}

/** Whoever owns them. */
function positionsTold({ positions }: Told): string[] {
  const symbolOf = ({ symbol }: PositionTold): string => symbol;
  return sumBy(
    itemsOf(positions) as readonly PositionTold[],
    symbolOf,
    ({ quantity }) => Number(quantity) * SHARE,
  );
}

function positionsAt({ positions }: SimulatedState): string[] {
  return [...positions].map(([symbol, { quantity }]) => `${symbol} ${quantity}`);
}

interface OrderTold {
  readonly clientOrderId: string;
  readonly status: string;
  readonly filledQuantity: string;
}

function ordersTold({ orders }: Told, account: SimulatedState): string[] {
  const ids = new Set(account.orders.map(({ clientOrderId }) => clientOrderId));
  return (itemsOf(orders) as readonly OrderTold[])
    .filter(({ clientOrderId, status }) => ids.has(clientOrderId) || !NEVER_THERE.has(status))
    .map(
      ({ clientOrderId, status, filledQuantity }) =>
        `${clientOrderId} ${status} ${Math.round(Number(filledQuantity) * SHARE)}`,
    );
}

function oursAt({ orders }: SimulatedState): SimulatedState['orders'] {
  return orders.filter(({ clientOrderId }) => clientOrderId.startsWith(ORDER_ID_PREFIX));
}

function ordersAt(account: SimulatedState): string[] {
  return oursAt(account).map(
    ({ clientOrderId, status, filledQuantity }) => `${clientOrderId} ${status} ${filledQuantity}`,
  );
}

interface FillTold {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly price: string;
}

/** Of each order how much, and for how much. */
function fillsTold({ fills }: Told): string[] {
  const items = itemsOf(fills) as readonly FillTold[];
  const keyOf = ({ clientOrderId, side, symbol }: FillTold): string => `${clientOrderId} ${side} ${symbol}`;
  return [
    ...sumBy(items, keyOf, ({ quantity }) => Number(quantity) * SHARE),
    ...sumBy(
      items,
      (item) => `${keyOf(item)} cents`,
      ({ quantity, price }) => Number(quantity) * Number(price) * 100,
    ),
  ];
}

function fillsAt(account: SimulatedState): string[] {
  const ids = new Map(oursAt(account).map((order) => [order.brokerOrderId, order.clientOrderId] as const));
  const ours = account.fills.filter(({ brokerOrderId }) => ids.has(brokerOrderId));
  const keyOf = ({ brokerOrderId, side, symbol }: (typeof ours)[number]): string =>
    `${ids.get(brokerOrderId) ?? ''} ${side} ${symbol}`;
  return [
    ...sumBy(ours, keyOf, ({ quantity }) => quantity),
    ...sumBy(
      ours,
      (fill) => `${keyOf(fill)} cents`,
      ({ quantity, price }) => ((quantity / SHARE) * price * 100) / DOLLAR,
    ),
  ];
}

interface StrategyTold {
  readonly name: string;
  /** Dollars. */
  readonly realised: string;
  readonly positions: number;
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
}

/** How many symbols each of them owns, what it has realised, and whether anything of it is in doubt. */
function strategiesTold({ strategies }: Told): string[] {
  const items = itemsOf(strategies) as readonly StrategyTold[];
  return [
    ...items.flatMap(ownedTold),
    ...items.flatMap(({ name, realised }) => realisedText(name, realised)),
  ];
}

function ownedTold({ name, positions, conditions }: StrategyTold): string[] {
  const isDoubtful = conditions.some(({ type, status }) => CALM[type] !== undefined && CALM[type] !== status);
  return positions === 0 && !isDoubtful ? [] : [`${name} ${positions}${isDoubtful ? ', in doubt' : ''}`];
}

function realisedText(name: string, dollars: string): string[] {
  return dollars === NOTHING ? [] : [`${name} realised ${dollars}`];
}

const NOTHING = formatMoney(NO_MONEY);

/** Of conditions that say whether orders and shares are in doubt: how they stand where nothing is. */
const CALM: Readonly<Record<string, string>> = { Healthy: 'True', InDoubt: 'False' };

function strategiesOf({ books, realised }: Ledger): string[] {
  const owned = [...books].filter(([, book]) => book.size > 0).map(([name, book]) => `${name} ${book.size}`);
  const profits = [...realised].flatMap(([name, bySymbol]) => {
    const sum = [...bySymbol.values()].reduce((total, own) => total + own, 0) as Money;
    return realisedText(name, formatMoney(sum));
  });
  return [...owned, ...profits];
}

/** Of each strategy on the screen what it has, and the lock. */
function statusTold({ status }: Told): string[] {
  const lines = status.stdout.matchAll(/^(\S+): .*\n(?: {2}.*\n)*? {2}Positions: (.+)$/gm);
  const owned = [...lines].map(([, name, positions]) => `${name ?? ''} ${positions ?? ''}`);
  const lock = /^Execution Lock: (.+)$/m.exec(status.stdout)?.[1] ?? 'not shown';
  return [...owned.filter((line) => !line.endsWith(' None')), `lock ${lock}`];
}

function statusOf({ books }: Ledger): string[] {
  const owned = [...books]
    .filter(([, book]) => book.size > 0)
    .map(([name, book]) => {
      const positions = [...book].map(([symbol, { quantity }]) => `${symbol} (${quantity / SHARE})`);
      return `${name.toUpperCase()} ${positions.join(', ')}`;
    });
  return [...owned, 'lock None'];
}
