/** What the program says of the account is what the broker has. A part of the table in all.ts. */
import type { SimulatedState } from '../../src/broker/simulated-state.ts';
import { averageOf, formatMoney, NO_MONEY, type Money } from '../../src/domain/decimal.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { ORDER_ID_PREFIX } from '../../src/reconciler/rules/orders-in-flight.ts';
import { sum } from './account.ts';
import type { Answer, Asked, Invariant, Rest } from './invariant.ts';

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
      'At rest, `get positions`, `orders`, `fills` and `strategies` and `status` exit with 0 and say what the broker has, and nothing else; and whose it is, what it has cost, and whether its owner is off, or has no manifest.',
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
    check: (told, asked) => {
      const { account } = asked;
      const mute = QUESTION_NAMES.find((name) => told[name].code !== 0);
      if (mute !== undefined) return `${mute}: exit ${String(told[mute].code)}, ${told[mute].stderr}`;
      return (
        differs('positions', positionsTold(told), positionsAt(account)) ??
        differs('owners', ownersTold(told), ownersOf(asked)) ??
        differs('values', valuesTold(told, asked), valuesOf(asked)) ??
        differs('orders', ordersTold(told, account), ordersAt(account)) ??
        differs('fills', fillsTold(told), fillsAt(account)) ??
        differs('strategies', strategiesTold(told), strategiesOf(asked)) ??
        differs('status', statusTold(told), statusOf(asked)) ??
        differs('orphans', orphansTold(told), orphansOf(asked))
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
  /** Null: nobody owns it. */
  readonly strategy: string | null;
  readonly symbol: string;
  readonly quantity: string;
  readonly averageCost: string;
  readonly marketValue: string | null;
  readonly class: string;
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

const ofNobody = 'nobody';

/** Of each lot whose it is, and what a share of it has cost. */
function ownersTold({ positions }: Told): string[] {
  return (itemsOf(positions) as readonly PositionTold[]).map(
    ({ strategy, symbol, quantity, averageCost, class: kind }) =>
      `${strategy ?? ofNobody} ${symbol} ${Math.round(Number(quantity) * SHARE)} at ${averageCost}, ${kind}`,
  );
}

function ownersOf({ ledger: { books }, account: { positions } }: Rest): string[] {
  const owned = [...books].flatMap(([name, book]) =>
    [...book].map(([symbol, { quantity, cost }]) => {
      const price = formatMoney(averageOf(cost, quantity));
      return `${name} ${symbol} ${quantity} at ${price}, owned`;
    }),
  );
  const beside = [...positions].flatMap(([symbol, { quantity, averagePrice }]) => {
    const booked = sum([...books.values()].map((book) => book.get(symbol)?.quantity ?? 0));
    const price = formatMoney(averagePrice);
    return quantity === booked ? [] : [`${ofNobody} ${symbol} ${quantity - booked} at ${price}, unmanaged`];
  });
  return [...owned, ...beside];
}

/** What shares are worth whose price is known, cents: of each lot, and of each strategy. */
function valuesTold({ positions, strategies }: Told, { story: { prices } }: Rest): string[] {
  if (prices === undefined) return [];
  const lots = (itemsOf(positions) as readonly PositionTold[]).map(
    ({ strategy, symbol, marketValue }) =>
      `${strategy ?? ofNobody} ${symbol} ${inCents(Number(marketValue))}`,
  );
  const all = (itemsOf(strategies) as readonly StrategyTold[])
    .filter(({ positions: owned }) => owned > 0)
    .map(({ name, exposure }) => `${name} ${inCents(Number(exposure))}`);
  return [...lots, ...all];
}

function valuesOf({ ledger: { books }, account: { positions }, story: { prices } }: Rest): string[] {
  if (prices === undefined) return [];
  const valueOf = (symbol: string, quantity: number): number =>
    (quantity / SHARE) * (prices.get(symbol) ?? Number.NaN);
  const owned = [...books].flatMap(([name, book]) => {
    const values = [...book].map(([symbol, { quantity }]) => [symbol, valueOf(symbol, quantity)] as const);
    const exposure = sum(values.map(([, value]) => Math.abs(value)));
    const lots = values.map(([symbol, value]) => `${name} ${symbol} ${inCents(value)}`);
    return values.length === 0 ? [] : [...lots, `${name} ${inCents(exposure)}`];
  });
  const beside = [...positions].flatMap(([symbol, { quantity }]) => {
    const booked = sum([...books.values()].map((book) => book.get(symbol)?.quantity ?? 0));
    return quantity === booked
      ? []
      : [`${ofNobody} ${symbol} ${inCents(valueOf(symbol, quantity - booked))}`];
  });
  return [...owned, ...beside];
}

function inCents(dollars: number): string {
  return String(Math.round(dollars * 100));
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
  /** What these are worth, dollars. */
  readonly exposure: string | null;
  readonly standing: string;
  /** Whether the toggle file turns it on, and no operator has turned it off. */
  readonly enabled: boolean;
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
}

/** How each of them stands, how many symbols it owns, what it has realised, and whether anything of it is in doubt. */
function strategiesTold({ strategies }: Told): string[] {
  const items = itemsOf(strategies) as readonly StrategyTold[];
  return [
    // Without a manifest and without a book there is nothing to be told but that it was known once.
    ...items
      .filter(({ standing, positions }) => standing !== 'undeclared' || positions > 0)
      .map(standingTold),
    ...items.flatMap(({ name, realised }) => realisedText(name, realised)),
  ];
}

function standingTold({ name, standing, enabled, positions, conditions }: StrategyTold): string {
  const isDoubtful = conditions.some(({ type, status }) => CALM[type] !== undefined && CALM[type] !== status);
  const stands = standing === 'declared' ? wordOf(enabled) : standing;
  return `${name} ${stands} ${positions}${isDoubtful ? ', in doubt' : ''}`;
}

function wordOf(isOn: boolean): string {
  return isOn ? 'on' : 'off';
}

function realisedText(name: string, dollars: string): string[] {
  return dollars === NOTHING ? [] : [`${name} realised ${dollars}`];
}

const NOTHING = formatMoney(NO_MONEY);

/** Of conditions that say whether orders and shares are in doubt: how they stand where nothing is. */
const CALM: Readonly<Record<string, string>> = { Healthy: 'True', InDoubt: 'False' };

function strategiesOf(asked: Asked): string[] {
  const { books, realised } = asked.ledger;
  const stands = [...standingsOf(asked)].map(
    ([name, word]) => `${name} ${word} ${books.get(name)?.size ?? 0}`,
  );
  const profits = [...realised].flatMap(([name, bySymbol]) =>
    realisedText(name, formatMoney(sum([...bySymbol.values()]) as Money)),
  );
  return [...stands, ...profits];
}

/** By name: `on`, `off`, or `undeclared`, where it owns something and has no manifest. */
function standingsOf({ declared, ledger: { books, drains } }: Asked): ReadonlyMap<string, string> {
  const owning = [...books].filter(([, book]) => book.size > 0).map(([name]) => name);
  return new Map([
    ...[...declared].map(([name, isOn]) => [name, wordOf(isOn && !drains.has(name))] as const),
    ...owning.filter((name) => !declared.has(name)).map((name) => [name, 'undeclared'] as const),
  ]);
}

const SCREEN_WORDS: Readonly<Record<string, string>> = { DISABLED: 'off', UNDECLARED: 'undeclared' };

/** Of each strategy on the screen how it stands and what it has, and the lock. */
function statusTold({ status }: Told): string[] {
  const blocks = status.stdout.matchAll(/^(\S+): (.*)\n(?: {2}.*\n)*? {2}Positions: (.+)$/gm);
  const strategies = [...blocks].map(
    ([, name = '', word = '', positions = '']) => `${name} ${SCREEN_WORDS[word] ?? 'on'} ${positions}`,
  );
  const lock = /^Execution Lock: (.+)$/m.exec(status.stdout)?.[1] ?? 'not shown';
  return [...strategies, `lock ${lock}`];
}

function statusOf(asked: Asked): string[] {
  const strategies = [...standingsOf(asked)].map(
    ([name, word]) => `${name.toUpperCase()} ${word} ${holdingsOf(asked.ledger, name)}`,
  );
  return [...strategies, 'lock None'];
}

function holdingsOf({ books }: Ledger, name: string): string {
  const positions = [...(books.get(name) ?? [])].map(
    ([symbol, { quantity }]) => `${symbol} (${quantity / SHARE})`,
  );
  return positions.join(', ') || 'None';
}

/** What the screen calls orphaned: the positions of strategies that are off. */
function orphansTold({ status }: Told): string[] {
  const block = /^Orphaned Positions:(.*)\n((?: {2}.+\n?)*)/m.exec(status.stdout);
  const lines = block?.[2]?.split('\n').filter((line) => line !== '') ?? ['not shown'];
  return block?.[1] === ' None' ? [] : lines.map((line) => line.trim());
}

function orphansOf(asked: Asked): string[] {
  return [...standingsOf(asked)]
    .filter(([name, word]) => word === 'off' && (asked.ledger.books.get(name)?.size ?? 0) > 0)
    .map(([name]) => `${name.toUpperCase()}: ${holdingsOf(asked.ledger, name)}`);
}
