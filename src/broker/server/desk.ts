/** The simulated account behind the routes: one look at it, and what changes it. */
import type { CalendarOverrides } from '../../domain/calendar.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Side } from '../../domain/names.ts';
import type { Quantity } from '../../domain/decimal.ts';
import type { SpotPrices } from '../../market/spot-prices.ts';
import type { Clock, Market } from '../../reconciler/ports.ts';
import type { OrderChange } from '../fault-script.ts';
import { advance } from '../simulated-advance.ts';
import { drawUuid } from '../simulated-chance.ts';
import { configure, type AccountConfiguration } from '../simulated-configuration.ts';
import { cancelOrder, submitOrder } from '../simulated-orders.ts';
import {
  refusalOfCancel,
  unknownOrder,
  type CancelRefusal,
  type PositionIntent,
  type SimulatedAnswer,
} from '../simulated-refusals.ts';
import type {
  CorporateChange,
  SimulatedSettings,
  SimulatedState,
  TimeInForce,
  Venue,
} from '../simulated-state.ts';
import type { SimulatedStore } from '../simulated-store.ts';
import { venueOf } from '../simulated-venue.ts';
import { changedMarket } from './changed-market.ts';
import { changedSpot } from './changed-prices.ts';
import { afterChange, type HappeningChange } from './corporate-changes.ts';
import { hiddenOrders, type HiddenOrders } from './hidden-orders.ts';
import { intents, type IntentOf } from './intents.ts';

export interface DeskOptions {
  readonly store: SimulatedStore;
  readonly settings: SimulatedSettings;
  readonly clock: Clock;
  readonly prices: SpotPrices;
  readonly market: Market;
  /** Symbols that the list of assets has besides those of orders and positions. */
  readonly symbols: readonly string[];
  /** Whether the server has ended. */
  readonly isClosed: () => boolean;
}

export interface PlacedOrder {
  /** Null: the broker's own. */
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly intent: PositionIntent;
  readonly timeInForce: TimeInForce;
  readonly change: OrderChange | null;
}

export interface Desk {
  readonly settings: SimulatedSettings;
  readonly calendar: CalendarOverrides | undefined;
  readonly clock: Clock;
  readonly market: Market;
  /** Likewise, with bars of before a scripted split at the terms of now. */
  readonly adjusted: Market;
  readonly symbols: readonly string[];
  readonly hidden: HiddenOrders;
  readonly intentOf: IntentOf;
  readonly isClosed: () => boolean;
  readonly venue: Venue;
  /** Of before a scripted split at the terms of now. */
  readonly adjustedPrices: Pick<SpotPrices, 'priceAt'>;
  /** What the holder of the account has said of settings from which nothing follows here; forgotten with the process. */
  echoed: Readonly<Record<string, unknown>>;
  /** The account as it is now; writes nothing. */
  read(): SimulatedState;
  /** The same, once the prices of what it holds and of these symbols are there. */
  priced(symbols?: readonly string[]): Promise<SimulatedState>;
  submit(order: PlacedOrder): Promise<SimulatedAnswer>;
  /** Before anything else is asked; rejects where it cannot be. */
  happen(change: HappeningChange): Promise<void>;
  configure(change: Partial<AccountConfiguration>): Promise<AccountConfiguration>;
  /** Null: it is asked for. */
  cancel(orderId: string): Promise<CancelRefusal | null>;
}

export function openDesk(options: DeskOptions): Desk {
  const { store, settings, clock } = options;
  const now = (): Instant => clock.now();
  const { read, seen, happened } = lookingAt(store, now);
  const prices = changedSpot(options.prices, happened, 'then');
  const venue = venueOf(settings, prices);
  const prepare = async (asked: readonly string[]): Promise<void> => {
    if (prices.prepare !== null) await prices.prepare([...read().positions.keys(), ...asked], now());
  };
  return {
    settings,
    calendar: settings.calendar,
    clock,
    market: changedMarket(options.market, happened, 'then'),
    adjusted: changedMarket(options.market, happened, 'now'),
    symbols: options.symbols,
    isClosed: options.isClosed,
    hidden: hiddenOrders(clock),
    intentOf: intents(),
    venue,
    adjustedPrices: changedSpot(options.prices, happened, 'now'),
    echoed: {},
    read,
    priced: async (asked = []) => {
      await prepare(asked);
      return read();
    },
    submit: async (order) => {
      await prepare([order.symbol]);
      return store.change((state) => {
        const { clientOrderId, change, ...request } = order;
        const scripted = {
          ...request,
          clientOrderId: clientOrderId ?? ownId(state),
          reduceOnly: request.intent === 'close',
          ...(change !== null && { change }),
        };
        return submitOrder(state, scripted, now(), venue);
      });
    },
    happen: (change) =>
      store.change((state) => ({
        state: seen(afterChange(advance(state, now()), change)),
        answer: undefined,
      })),
    configure: (change) => store.change((state) => configure(state, change)),
    cancel: (orderId) =>
      store.change((state) => {
        const order = advance(state, now()).orders.find(({ brokerOrderId }) => brokerOrderId === orderId);
        const refused = order === undefined ? unknownOrder(orderId) : refusalOfCancel(order);
        if (refused !== null) return { state, answer: refused };
        return { state: cancelOrder(state, orderId, now()).state, answer: null };
      }),
  };
}

interface Look {
  readonly read: () => SimulatedState;
  /** Gives the state back, and remembers what has happened to shares. */
  readonly seen: (state: SimulatedState) => SimulatedState;
  /** As it was seen last: a price is asked for after the account. */
  readonly happened: () => readonly CorporateChange[];
}

function lookingAt(store: SimulatedStore, now: () => Instant): Look {
  let changes: readonly CorporateChange[] = [];
  const seen = (state: SimulatedState): SimulatedState => {
    changes = state.changes ?? [];
    return state;
  };
  return { read: () => seen(advance(store.load(), now())), seen, happened: () => changes };
}

/** Of the next order that names none: equal accounts go on equally. */
function ownId(state: SimulatedState): string {
  return drawUuid(state.seed, String(state.orders.length), 'client');
}
