/** An account at a broker, in real time: small orders in one symbol, which the account holds nothing of, all undone. */
import { formatDollars, SHARE, type Money, type Price, type Quantity } from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { formatLocalZone, MINUTE, SECOND } from '../domain/instant.ts';
import type { Broker, Clock } from '../reconciler/ports.ts';
import type { Form, Harness, Need, Pace } from './harness.ts';
import { remembering, undo, type OwnOrders } from './own-trades.ts';
import { patientBroker } from './patient-broker.ts';
import { reasonOf } from './reason.ts';
import { Scene } from './scene.ts';

export interface RealAccountOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  /** The number of the account that may be used. */
  readonly account: string;
  /** Part of every client order id: another one for each run. */
  readonly run: string;
  /** Cheap and liquid; the kit trades this one only. */
  readonly symbol: string;
}

/** The most that a case may have open at a time. */
const BUDGET = 500_000_000 as Money;
/** As many shares as a case opens, with room. */
const SHARES_MIN = 10;
/** Prices move while the kit runs. */
const HEADROOM = 1.1;
/** A run takes a few minutes; what is bought must be sold before the close. */
const TIME_MIN = 20 * MINUTE;

const PACE: Pace = {
  watching: SECOND / 2,
  waiting: SECOND,
  patience: 2 * MINUTE,
  lag: 15 * SECOND,
  skew: 2 * SECOND,
};
/** Cash comes in cents, each fill rounded on its own. */
const ROUNDING = 20_000 as Money;

/**
 * Rejects with an {@link HgctlError} where the account is not to be used: another one, one with real money, one that is
 * not empty of the symbol, a closed market, or a price too high for the budget. Buys and sells one share to see the price.
 */
export async function realAccountForm(given: RealAccountOptions): Promise<Form> {
  const options = { ...given, broker: patientBroker(given.broker, given.clock) };
  await refuseAccount(options);
  await refuseHours(options.broker);
  await refuseUsed(options);
  let orders = 0;
  const newId = (): string => `hg-conformance-${options.run}-${(orders += 1)}`;
  const openFor = (most: Quantity): Harness => harnessOf(options, newId, most);
  const most = sharesFor(await probe(openFor(SHARE)), options.symbol);
  return {
    name: `account ${options.account}, through its broker`,
    lacks: await lacksOf(options),
    open: () => Promise.resolve(openFor(most)),
  };
}

async function refuseAccount({ broker, account }: RealAccountOptions): Promise<void> {
  const seen = await broker.account();
  const hint = 'set HGCTL_CONFORMANCE to the number of a paper account, and use the keys of that account';
  if (seen.environment !== 'paper')
    throw new HgctlError(
      EXIT.refused,
      `account ${seen.id} is ${seen.environment}: the kit trades on paper only`,
      {
        hint,
      },
    );
  if (seen.id !== account)
    throw new HgctlError(EXIT.refused, `the keys are of account ${seen.id}, and not of ${account}`, { hint });
}

async function refuseHours(broker: Broker): Promise<void> {
  const { now, isOpen, session, lastSubmit } = await broker.clock();
  const hint = 'run it within a session, 20 minutes before its end at the latest';
  if (!isOpen)
    throw new HgctlError(EXIT.closed, `the market is closed; it opens at ${formatLocalZone(session.open)}`, {
      hint,
    });
  const end = lastSubmit ?? session.close;
  if (end - now < TIME_MIN)
    throw new HgctlError(EXIT.closed, `the market takes orders until ${formatLocalZone(end)} only`, { hint });
}

async function refuseUsed({ broker, symbol }: RealAccountOptions): Promise<void> {
  const [positions, orders] = [await broker.positions(), await broker.openOrders()];
  const isOf = (row: { readonly symbol: string }): boolean => row.symbol === symbol;
  const found = [positions.some(isOf) ? 'a position' : '', orders.some(isOf) ? 'an open order' : ''].filter(
    Boolean,
  );
  if (found.length > 0)
    throw new HgctlError(
      EXIT.refused,
      `the account has ${found.join(' and ')} in ${symbol}, which the kit trades`,
      {
        hint: `sell what there is of ${symbol} and cancel its orders, or use another paper account`,
      },
    );
}

/** What one share costs. */
async function probe(harness: Harness): Promise<Price> {
  const { traded } = harness.symbols;
  const scene = new Scene(harness);
  const prices: (Price | null)[] = [];
  const trouble = await reasonOf(async () => {
    prices.push((await scene.filled(scene.buy(1))).averagePrice);
  });
  const left = await reasonOf(harness.dispose);
  if (left !== null) throw new HgctlError(EXIT.partial, left, { hint: `look at ${traded} in the account` });
  const [price] = prices;
  if (price !== undefined && price !== null) return price;
  throw new HgctlError(EXIT.broker, `one share of ${traded} was not bought: ${trouble ?? 'it has no price'}`);
}

function sharesFor(price: Price, symbol: string): Quantity {
  const count = Math.floor(BUDGET / (price * HEADROOM));
  if (count >= SHARES_MIN) return (count * SHARE) as Quantity;
  throw new HgctlError(
    EXIT.refused,
    `${symbol} costs $${formatDollars(price)}: ${SHARES_MIN} shares are more than the budget of $${formatDollars(BUDGET)}`,
  );
}

async function lacksOf({ broker, symbol }: RealAccountOptions): Promise<ReadonlyMap<Need, string>> {
  const notShortable = (await broker.assets([symbol])).get(symbol)?.notShortable;
  const shorts: readonly [Need, string] =
    notShortable === null
      ? ['cash-account', 'the account may be short']
      : ['short-account', notShortable ?? `the broker does not say that ${symbol} can be borrowed`];
  const budget = `no order beyond $${formatDollars(BUDGET)} is sent`;
  return new Map<Need, string>([
    shorts,
    ['empty-account', 'all cases share one account'],
    ['virtual-time', 'orders fill in real time, at once'],
    ['fills-in-steps', 'the broker decides how an order fills'],
    ['outside-trades', 'nobody trades there by hand for the kit'],
    ['stored-text', 'what the broker keeps cannot be looked at'],
    ['hard-to-borrow', 'no symbol is known to be hard to borrow'],
    ['many-orders', budget],
    ['beyond-means', budget],
  ]);
}

function harnessOf(
  { broker, clock, symbol }: RealAccountOptions,
  newId: () => string,
  most: Quantity,
): Harness {
  const own: OwnOrders = new Map();
  const harness: Harness = {
    broker: remembering(broker, most, own),
    pass: (milliseconds) => clock.sleep(milliseconds),
    newId,
    symbols: { traded: symbol, other: 'KO', none: 'HGCTLNONE' },
    pace: PACE,
    rounding: ROUNDING,
    dispose: () => undo({ ...harness, broker }, own),
  };
  return harness;
}
