/** The simulated broker: Alpaca's behaviour on the good path and its refusals, kept in one file. */
import type { FaultableBroker } from './faulty-broker.ts';
import { splitHolding, type Split } from './simulated-split.ts';
import { formatChain } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import type { Clock, SubmitAnswer } from '../reconciler/ports.ts';
import type { PriceSource } from '../market/price-source.ts';
import type { SpotPrices } from '../market/spot-prices.ts';
import { accountView, assetsView, orderView, positionsView } from './simulated-account.ts';
import { advance } from './simulated-advance.ts';
import { allowedBy } from './simulated-configuration.ts';
import { marketClock } from './simulated-clock.ts';
import { simulatedFile } from './simulated-file.ts';
import { cancelOrder, submitOrder, tradeOutside, type OutsideTrade } from './simulated-orders.ts';
import {
  freshState,
  openOrdersOf,
  type SimulatedSettings,
  type SimulatedState,
  type Transition,
} from './simulated-state.ts';
import type { SimulatedStore } from './simulated-store.ts';
import { WriteUndecided } from './simulated-text.ts';
import { venueOf } from './simulated-venue.ts';

/** `prepare`: where prices must be waited for, makes `priceAt` answer for these symbols, or rejects. */
type BrokerPrices = Pick<PriceSource, 'priceAt'> & Partial<Pick<SpotPrices, 'prepare'>>;

interface BrokerageOptions {
  readonly settings: SimulatedSettings;
  readonly clock: Clock;
  readonly prices: BrokerPrices;
}

export interface SimulatedBrokerage extends FaultableBroker {
  readonly kind: 'simulated';
  /** A manual trade past every strategy, filled at once; never rejects. */
  tradeOutside(trade: OutsideTrade): Promise<SubmitAnswer>;
  tradeFreely(trade: OutsideTrade): Promise<SubmitAnswer>;
  split(split: Split): Promise<void>;
  /** The newest moment that the account has seen; undefined when its file cannot be read. */
  newestTime(): Instant | undefined;
}

/** `file`: `broker.json`. Once it exists, its cash and seed hold, not those of the settings. */
export function simulatedBroker({
  file,
  ...options
}: BrokerageOptions & { readonly file: string }): SimulatedBrokerage {
  const { settings, clock } = options;
  return brokerageOf(
    simulatedFile(file, () => freshState(settings, clock.now())),
    options,
  );
}

/** Reads see the account as it is now and write nothing; time that has passed is written with the next change. */
export function brokerageOf(
  store: SimulatedStore,
  { settings, clock, prices }: BrokerageOptions,
): SimulatedBrokerage {
  const venue = venueOf(settings, prices);
  const read = <Answer>(view: (state: SimulatedState) => Answer): Promise<Answer> =>
    // Inside a promise, so that what goes wrong is a rejection.
    Promise.resolve().then(() => view(advance(store.load(), clock.now())));
  const priced = <Answer>(view: (state: SimulatedState) => Answer): Promise<Answer> =>
    read(heldIn)
      .then((held) => prepare(prices, held, clock.now()))
      .then(() => read(view));
  const change = (symbol: string, apply: Change): Promise<SubmitAnswer> =>
    read(heldIn)
      .then((held) => prepare(prices, [...held, symbol], clock.now()))
      .then(() => store.change(apply))
      .catch(notSubmitted);
  return {
    kind: 'simulated',
    account: () => priced((state) => accountView(state, venue)),
    positions: () => priced((state) => positionsView(state, venue)),
    openOrders: () => read((state) => openOrdersOf(state).map(orderView)),
    orderByClientId: (clientOrderId) =>
      read((state) => {
        const order = state.orders.find((candidate) => candidate.clientOrderId === clientOrderId);
        return order === undefined ? null : orderView(order);
      }),
    submit: (request) => change(request.symbol, (state) => submitOrder(state, request, clock.now(), venue)),
    submitChanged: (request, script) =>
      change(request.symbol, (state) =>
        submitOrder(state, { ...request, change: script }, clock.now(), venue),
      ),
    split: (split) =>
      store.change((state) => ({
        state: splitHolding(advance(state, clock.now()), split),
        answer: undefined,
      })),
    cancel: (brokerOrderId) =>
      store
        .change((state) => cancelOrder(state, brokerOrderId, clock.now()))
        .catch((error: unknown) => ({ kind: 'unknown', reason: formatChain(error) })),
    history: (since) => read((state) => state.fills.filter((fill) => fill.time > since)),
    clock: () => read((state) => marketClock(settings, state.time)),
    assets: (symbols) => read((state) => assetsView(allowedBy(state, settings), symbols)),
    newestTime: () => {
      try {
        return store.load().time;
      } catch {
        // Every read will say so.
        return undefined;
      }
    },
    tradeOutside: (trade) => change(trade.symbol, (state) => tradeOutside(state, trade, clock.now(), venue)),
    tradeFreely: (trade) =>
      change(trade.symbol, (state) =>
        tradeOutside(state, { ...trade, allowed: 'anything' }, clock.now(), venue),
      ),
  };
}

function heldIn({ positions }: SimulatedState): string[] {
  return [...positions.keys()];
}

type Change = (state: SimulatedState) => Transition<SubmitAnswer>;

async function prepare(prices: BrokerPrices, symbols: readonly string[], now: Instant): Promise<void> {
  if (prices.prepare !== undefined && prices.prepare !== null) await prices.prepare(symbols, now);
}

/** The embedded broker knows what a remote one cannot: an order that was not written does not exist. */
function notSubmitted(error: unknown): SubmitAnswer {
  const reason = formatChain(error);
  return error instanceof WriteUndecided
    ? { kind: 'unknown', reason }
    : { kind: 'refused', code: 'Refused', message: reason };
}
