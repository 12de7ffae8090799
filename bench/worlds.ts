/** Desired and observed states of any size, with differences planted where a run wants them. */
import type { Money, Price, Quantity, Ratio } from '../src/domain/decimal.ts';
import type { Instant } from '../src/domain/instant.ts';
import type { DesiredState, DesiredStrategy } from '../src/desired/desired-state.ts';
import type { Lot } from '../src/observed/book.ts';
import type { BrokerFill, BrokerPosition } from '../src/observed/broker-view.ts';
import { emptyLedger } from '../src/observed/ledger-fold.ts';
import type { PlanInput } from '../src/reconciler/draft.ts';

const NOW = Date.parse('2025-12-02T20:00:00Z') as Instant;
const SHARE = 1_000_000_000;
const QUANTITY = (100 * SHARE) as Quantity;
const PRICE = 50_000_000 as Price;

/** The kinds of difference that can be planted, each with the class that a plan must give it. */
export type Planted =
  'closed-outside' | 'reduced-outside' | 'missing' | 'unmanaged' | 'unknown-symbol' | 'side-flip';

export interface BenchWorld {
  readonly input: PlanInput;
  readonly planted: ReadonlyMap<string, Planted>;
}

export interface WorldSize {
  readonly strategies: number;
  readonly positions: number;
}

const KINDS: readonly Planted[] = [
  'closed-outside',
  'reduced-outside',
  'missing',
  'unmanaged',
  'unknown-symbol',
  'side-flip',
];

/** `every`: plants a difference at every so many positions; 0 plants none. */
export function benchWorld({ strategies, positions }: WorldSize, every: number): BenchWorld {
  const books = new Map<string, Map<string, Lot>>();
  const held = new Map<string, BrokerPosition>();
  const fills: BrokerFill[] = [];
  const planted = new Map<string, Planted>();
  const declared: DesiredStrategy[] = [];
  for (let index = 0; index < strategies; index += 1) {
    const symbols = Array.from({ length: positions }, (_, at) => symbolAt(index * positions + at));
    books.set(
      `s${index}`,
      new Map(
        symbols.map((symbol) => [
          symbol,
          { quantity: QUANTITY, cost: 5_000_000_000 as Money, since: NOW, orderId: null },
        ]),
      ),
    );
    for (const symbol of symbols) held.set(symbol, position(symbol, QUANTITY));
    declared.push(strategy(`s${index}`, index, symbols));
  }
  const all = [...held.keys()];
  if (every > 0) {
    for (let at = 0; at < all.length; at += every) {
      const symbol = all[at] ?? '';
      const kind = KINDS[(at / every) % KINDS.length] ?? 'missing';
      plant(kind, symbol, { held, fills, planted });
    }
  }
  return { input: inputOf(declared, books, held, fills), planted };
}

interface Ground {
  readonly held: Map<string, BrokerPosition>;
  readonly fills: BrokerFill[];
  readonly planted: Map<string, Planted>;
}

function plant(kind: Planted, symbol: string, { held, fills, planted }: Ground): void {
  const subject = kind === 'unknown-symbol' ? `X${symbol}` : symbol;
  planted.set(subject, kind);
  const set = (shares: number): void =>
    void held.set(subject, position(subject, (shares * SHARE) as Quantity));
  const sold = (shares: number): void => {
    const time = (NOW - 60_000) as Instant;
    fills.push({
      id: `f-${subject}`,
      brokerOrderId: `b-${subject}`,
      symbol,
      side: 'sell',
      quantity: (shares * SHARE) as Quantity,
      price: PRICE,
      time,
    });
  };
  switch (kind) {
    case 'closed-outside':
      held.delete(symbol);
      sold(100);
      return;
    case 'reduced-outside':
      set(60);
      sold(40);
      return;
    case 'missing':
      set(70);
      return;
    case 'unmanaged':
      set(130);
      return;
    case 'unknown-symbol':
      set(10);
      return;
    case 'side-flip':
      set(-20);
  }
}

function inputOf(
  strategies: readonly DesiredStrategy[],
  books: ReadonlyMap<string, ReadonlyMap<string, Lot>>,
  positions: ReadonlyMap<string, BrokerPosition>,
  fills: readonly BrokerFill[],
): PlanInput {
  const asOf = NOW;
  const cash = 1_000_000_000_000_000 as Money;
  const session = { date: '2025-12-02', open: NOW, close: (NOW + 1) as Instant };
  const gaps = new Map<string, Quantity>();
  for (const book of books.values()) {
    for (const [symbol, lot] of book) {
      const quantity = positions.get(symbol)?.quantity ?? 0;
      if (quantity !== lot.quantity) gaps.set(symbol, (quantity - lot.quantity) as Quantity);
    }
  }
  return {
    desired: { digest: 'd'.repeat(64), strategies, account: account() },
    now: NOW,
    turnTaken: new Set(),
    reductionsOver: false,
    manifests: 'accepted',
    observed: {
      ledger: { ...emptyLedger(), opened: true, books, historySince: (NOW - 3_600_000) as Instant },
      snapshot: {
        takenAt: NOW,
        account: {
          kind: 'ok',
          asOf,
          data: { id: 'SIM', environment: 'simulated', equity: cash, cash, buyingPower: cash },
        },
        positions: { kind: 'ok', asOf, data: positions },
        openOrders: { kind: 'ok', asOf, data: [] },
        clock: { kind: 'ok', asOf, data: { now: NOW, isOpen: true, session, lastSubmit: null } },
        clockSkew: 0,
      },
      history: { kind: 'ok', asOf, data: fills },
      quotes: new Map(),
      lock: { kind: 'free' },
      // A second look: what is missing was missing half a minute ago.
      earlier: { at: (NOW - 31_000) as Instant, gaps, costDoubts: new Set() },
      signals: new Map(),
      lateOrders: [],
      assets: null,
    },
  };
}

function strategy(name: string, priority: number, symbols: readonly string[]): DesiredStrategy {
  return {
    name,
    description: '',
    labels: {},
    lifecycle: 'active',
    priority,
    signal: {
      type: 'fixed',
      targets: symbols.map((symbol) => ({
        symbol,
        size: { kind: 'quantity', quantity: QUANTITY },
        priority: 0,
      })),
      band: null,
      wholeShares: true,
      unlisted: 'close',
    },
    universe: new Set(symbols),
    capital: { positionSize: 1_000_000 as Ratio, maxPositions: 10_000, maxExposure: 1_000_000 as Ratio },
    schedule: [],
    orphans: 'hold',
    toggle: { enabled: true, shutdownRequested: false },
  };
}

function account(): DesiredState['account'] {
  const percent = 1_000_000 as Ratio;
  return {
    name: 'bench',
    broker: {
      type: 'simulated',
      faults: null,
      cash: 0 as Money,
      clock: 'always-open',
      seed: 1,
      multiplier: percent,
      fillDelay: 1_000,
      partialFills: 0 as Ratio,
    },
    prices: { type: 'synthetic', seed: 1, movement: 'constant' },
    limits: {
      maxOrderValue: null,
      maxOrdersPerDay: null,
      maxOrdersPerSymbol: null,
      priceCollar: percent,
      maxGross: null,
    },
    execution: {
      lockWait: 30_000,
      lockTimeout: 240_000,
      snapshotAge: 30_000,
      fillTimeout: 30_000,
      cancelAllowance: 15_000,
      requestTimeout: 10_000,
      clockSkew: 2_000,
      settleWindow: 10_000,
      secondProof: 30_000,
      maxInFlight: 4,
    },
    data: null,
    toggleFile: '',
  };
}

function position(symbol: string, quantity: Quantity): BrokerPosition {
  return { symbol, quantity, available: quantity, averagePrice: PRICE, marketPrice: PRICE };
}

/** `AAAA`, `AAAB`, ... */
function symbolAt(index: number): string {
  let text = '';
  for (let rest = index, digit = 0; digit < 4; digit += 1, rest = Math.floor(rest / 26))
    text = String.fromCharCode(65 + (rest % 26)) + text;
  return text;
}
