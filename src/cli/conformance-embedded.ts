/** The embedded broker as the conformance kit reaches it: an account in memory for each case, on a clock that jumps. */
import { brokerageOf, type SimulatedBrokerage } from '../broker/simulated.ts';
import { formatDocument } from '../broker/simulated-document.ts';
import { freshState, type SimulatedSettings } from '../broker/simulated-state.ts';
import { memoryStore, type SimulatedStore } from '../broker/simulated-store.ts';
import type { Form, Need, Pace } from '../conformance/harness.ts';
import { NO_MONEY, WHOLE, type Money, type Price, type Ratio } from '../domain/decimal.ts';
import { instantAt, MINUTE, SECOND, type Instant } from '../domain/instant.ts';
import { isSymbol } from '../domain/names.ts';
import type { PriceSource } from '../market/price-source.ts';
import { BrokerUnavailable, type Broker, type Clock } from '../reconciler/ports.ts';
import { virtualClock } from '../simulation/virtual-clock.ts';

/** A broker between a case and the embedded one, and what ends it. */
interface Connection {
  readonly broker: Broker;
  readonly close: () => Promise<void>;
}

export interface EmbeddedOptions {
  readonly name: string;
  /** Where the account of a case is kept, and all of it as text. */
  readonly keep: (settings: SimulatedSettings, now: Instant) => KeptAccount;
  /** What cases talk to. */
  readonly connect: (embedded: Embedded) => Promise<Connection>;
}

/** The account of one case: for what stands before it, such as a server on the same store. */
export interface Embedded {
  readonly brokerage: SimulatedBrokerage;
  readonly store: SimulatedStore;
  readonly settings: SimulatedSettings;
  readonly prices: Pick<PriceSource, 'priceAt'>;
  readonly clock: Clock;
}

export interface KeptAccount {
  readonly store: SimulatedStore;
  readonly stored: () => string;
  readonly drop: () => void;
}

export const IN_PROCESS: EmbeddedOptions = {
  name: 'the embedded broker, in memory',
  keep: keepInMemory,
  connect: ({ brokerage }) => Promise.resolve({ broker: brokerage, close: () => Promise.resolve() }),
};

/** A Tuesday afternoon in New York, in an open session. */
const START = instantAt('2025-12-02', '15:00');
const TRADED = 'AAPL';
const HARD_TO_BORROW = 'GME';

const PACE: Pace = { watching: 5, waiting: MINUTE, patience: MINUTE, lag: 0, skew: 0 };

export function embeddedForm({ name, keep, connect }: EmbeddedOptions): Form {
  let cases = 0;
  return {
    name,
    lacks: new Map(),
    open: async (needs) => {
      const prefix = `hg-conformance-${(cases += 1)}`;
      const clock = virtualClock(START);
      const settings = settingsFor(needs);
      const account = keep(settings, clock.now());
      const { store } = account;
      const brokerage = brokerageOf(store, { settings, clock, prices: PRICES });
      const { broker, close } = await connect({ brokerage, store, settings, prices: PRICES, clock });
      let ids = 0;
      return {
        broker,
        pass: (milliseconds) => clock.sleep(milliseconds),
        newId: () => `${prefix}-${(ids += 1)}`,
        symbols: { traded: TRADED, other: 'KO', none: 'no such', hardToBorrow: HARD_TO_BORROW },
        pace: PACE,
        rounding: NO_MONEY,
        cash: settings.cash,
        tradeOutside: async (symbol, side, quantity) => {
          const answer = await brokerage.tradeOutside({ symbol, side, quantity });
          if (answer.kind !== 'created') throw new BrokerUnavailable('the trade by hand was not taken');
        },
        stored: account.stored,
        dispose: async () => {
          await close();
          account.drop();
        },
      };
    },
  };
}

function settingsFor(needs: ReadonlySet<Need>): SimulatedSettings {
  return {
    cash: 100_000_000_000 as Money,
    clock: 'exchange',
    seed: 7,
    multiplier: WHOLE,
    fillDelay: SECOND,
    partialFills: needs.has('fills-in-steps') ? WHOLE : (0 as Ratio),
    ...(needs.has('short-account') && { shorting: { hardToBorrow: [HARD_TO_BORROW] } }),
  };
}

function keepInMemory(settings: SimulatedSettings, now: Instant): KeptAccount {
  const store = memoryStore(freshState(settings, now));
  return { store, stored: () => formatDocument(store.load()), drop: () => undefined };
}

/** $100 and a cent more each second, for a minute and a half: what is paid tells one fill from another. */
const PRICES: Pick<PriceSource, 'priceAt'> = {
  priceAt: (symbol, at) => {
    if (!isSymbol(symbol)) return undefined;
    const cents = 10_000 + (Math.floor(at / SECOND) % 90);
    return { price: (cents * 10_000) as Price, asOf: at };
  },
};
